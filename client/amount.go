package client

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
)

// ParseCoin reads an amount as people write it, "10000uusdc": digits without a sign, a zero
// in front or a fraction, and a denom. The SDK's own parser reads others too, and cuts fractions
// off.
func ParseCoin(s string) (sdk.Coin, error) { return amounts.ParseCoin(s) }
