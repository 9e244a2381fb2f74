package types

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ArrearsEntry is what a debtor is to owe a work for the past.
type ArrearsEntry struct {
	DebtorWork    registrytypes.WorkID
	DebtorAccount sdk.AccAddress
	Creditor      registrytypes.WorkID
	Amount        sdk.Coin
}
