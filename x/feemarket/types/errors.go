package types

import errorsmod "cosmossdk.io/errors"

// Errors of the fee market. Codes are stable and append-only. A fee below the base
// price is the SDK's ErrInsufficientFee, which wallets know.
var (
	ErrInvalidParams  = errorsmod.Register(ModuleName, 2, "invalid parameters")
	ErrInvalidGenesis = errorsmod.Register(ModuleName, 3, "invalid genesis")
	ErrFeeCoins       = errorsmod.Register(ModuleName, 4, "a fee is one coin of an accepted denom")
	ErrTooMuchGas     = errorsmod.Register(ModuleName, 5, "declares too much gas")
)
