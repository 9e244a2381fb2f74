package types

import errorsmod "cosmossdk.io/errors"

// Errors of the lineage module. Codes are stable and append-only.
var (
	ErrInvalidMessage  = errorsmod.Register(ModuleName, 2, "invalid message")
	ErrInvalidSource   = errorsmod.Register(ModuleName, 3, "invalid source")
	ErrInvalidRecord   = errorsmod.Register(ModuleName, 4, "invalid generation record")
	ErrInvalidParams   = errorsmod.Register(ModuleName, 5, "invalid parameters")
	ErrInvalidGenesis  = errorsmod.Register(ModuleName, 6, "invalid genesis")
	ErrAlreadySource   = errorsmod.Register(ModuleName, 9, "already a source")
	ErrTooManySources  = errorsmod.Register(ModuleName, 10, "too many sources")
	ErrOverWhole       = errorsmod.Register(ModuleName, 11, "weights exceed the whole")
	ErrCycle           = errorsmod.Register(ModuleName, 12, "derivation would run in a circle")
	ErrWalkTooLong     = errorsmod.Register(ModuleName, 13, "too many derivatives to add a source")
	ErrApprovalNeeded  = errorsmod.Register(ModuleName, 14, "approval of the source's owner needed")
	ErrAlreadyRecorded = errorsmod.Register(ModuleName, 15, "generation already recorded")
	ErrNotApproved     = errorsmod.Register(ModuleName, 16, "approval not found")
	ErrNothingToBlank  = errorsmod.Register(ModuleName, 17, "nothing to blank")
	ErrRegistered      = errorsmod.Register(ModuleName, 18, "source is registered")
	ErrPromisesGrew    = errorsmod.Register(ModuleName, 19, "more stands of the work than was shown")
	ErrReserved        = errorsmod.Register(ModuleName, 20, "a grant is reserved for the source")
)
