package table

import (
	"fmt"
	"strings"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// ParseCoin reads an amount of the smallest unit with its denom, "10000uusdc".
// Fractions are refused: the SDK's parser drops them without a word.
func ParseCoin(s string) (sdk.Coin, error) {
	s = strings.TrimSpace(s)
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	amount, ok := math.NewIntFromString(s[:digits])
	if !ok || sdk.ValidateDenom(s[digits:]) != nil {
		return sdk.Coin{}, fmt.Errorf("%q is not an amount: write whole units with their denom, such as 10000uusdc", s)
	}
	return sdk.NewCoin(s[digits:], amount), nil
}

// ParseCoins reads amounts in several denoms, separated by commas; none of an
// empty text.
func ParseCoins(s string) (sdk.Coins, error) {
	var coins sdk.Coins
	if strings.TrimSpace(s) == "" {
		return coins, nil
	}
	for _, part := range strings.Split(s, ",") {
		coin, err := ParseCoin(part)
		if err != nil {
			return nil, err
		}
		coins = append(coins, coin)
	}
	coins = coins.Sort()
	if err := coins.Validate(); err != nil {
		return nil, fmt.Errorf("%q: %w", s, err)
	}
	return coins, nil
}
