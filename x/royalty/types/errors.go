package types

import errorsmod "cosmossdk.io/errors"

// Errors of the royalty module. Codes are stable and append-only.
var (
	ErrInvalidParams          = errorsmod.Register(ModuleName, 2, "invalid params")
	ErrDenomNotAccepted       = errorsmod.Register(ModuleName, 3, "denom not accepted")
	ErrBelowMinimum           = errorsmod.Register(ModuleName, 4, "payment below the minimum")
	ErrInvalidAmount          = errorsmod.Register(ModuleName, 5, "invalid amount")
	ErrInvalidMessage         = errorsmod.Register(ModuleName, 7, "invalid message")
	ErrNotHolder              = errorsmod.Register(ModuleName, 8, "not a holder of the work's revenue")
	ErrInvalidShares          = errorsmod.Register(ModuleName, 9, "invalid shares")
	ErrTooManyHolders         = errorsmod.Register(ModuleName, 10, "too many holders")
	ErrOverWhole              = errorsmod.Register(ModuleName, 11, "owes more than the whole")
	ErrOverMaxRate            = errorsmod.Register(ModuleName, 12, "owes more than the stated maximum")
	ErrTooManyReceivers       = errorsmod.Register(ModuleName, 13, "too many receivers upstream")
	ErrReachTooLarge          = errorsmod.Register(ModuleName, 14, "reach too large")
	ErrVersionChanged         = errorsmod.Register(ModuleName, 15, "changed since it was looked at")
	ErrNoBalance              = errorsmod.Register(ModuleName, 16, "no balance")
	ErrInvalidGenesis         = errorsmod.Register(ModuleName, 17, "invalid genesis")
	ErrBrokenInvariant        = errorsmod.Register(ModuleName, 18, "broken invariant")
	ErrUnknownVersion         = errorsmod.Register(ModuleName, 19, "unknown version")
	ErrTooManyMeters          = errorsmod.Register(ModuleName, 20, "too many metered denoms")
	ErrPaymentChannelNotFound = errorsmod.Register(ModuleName, 21, "payment channel not found")
	ErrInvalidPaymentChannel  = errorsmod.Register(ModuleName, 22, "invalid payment channel")
	ErrInvalidVoucher         = errorsmod.Register(ModuleName, 23, "invalid voucher")
	ErrWrongSignature         = errorsmod.Register(ModuleName, 24, "not signed by the payment channel's key")
	ErrOverDeposit            = errorsmod.Register(ModuleName, 25, "voucher above the deposit")
	ErrNothingToRedeem        = errorsmod.Register(ModuleName, 26, "nothing to redeem")
	ErrNotParty               = errorsmod.Register(ModuleName, 27, "not a party to the payment channel")
	ErrTooEarly               = errorsmod.Register(ModuleName, 28, "too early to close the payment channel")
	ErrPaymentChannelClosing  = errorsmod.Register(ModuleName, 29, "payment channel is being closed")

	ErrInvalidDestination = errorsmod.Register(ModuleName, 30, "invalid destination")
	ErrTooLongAgo         = errorsmod.Register(ModuleName, 32, "too many changes ago")
	ErrDenomNotTaken      = errorsmod.Register(ModuleName, 31, "the work takes no payments in the denom")
)
