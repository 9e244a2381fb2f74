package types

import errorsmod "cosmossdk.io/errors"

// Errors of the dispute module. Codes are stable and append-only.
var (
	ErrInvalidMessage  = errorsmod.Register(ModuleName, 2, "invalid message")
	ErrInvalidParams   = errorsmod.Register(ModuleName, 3, "invalid parameters")
	ErrInvalidGenesis  = errorsmod.Register(ModuleName, 4, "invalid genesis")
	ErrInvalidEvidence = errorsmod.Register(ModuleName, 5, "invalid evidence")
	ErrInvalidRedress  = errorsmod.Register(ModuleName, 6, "invalid redress")
	ErrNotFound        = errorsmod.Register(ModuleName, 7, "dispute not found")
	ErrOwnWork         = errorsmod.Register(ModuleName, 8, "the work is the challenger's own")
	ErrAlreadyOpen     = errorsmod.Register(ModuleName, 9, "a dispute is open already")
	ErrNothingNew      = errorsmod.Register(ModuleName, 10, "no new evidence")
	ErrBondTooSmall    = errorsmod.Register(ModuleName, 11, "bond too small")
	ErrWrongPhase      = errorsmod.Register(ModuleName, 12, "not in this phase of the dispute")
	ErrTooLate         = errorsmod.Register(ModuleName, 13, "the time for this is over")
	ErrNotParty        = errorsmod.Register(ModuleName, 14, "not a party")
	ErrNotArbiter      = errorsmod.Register(ModuleName, 15, "not the arbiter of the dispute")
	ErrRecused         = errorsmod.Register(ModuleName, 16, "the arbiter is a party")
	ErrBeyondClaim     = errorsmod.Register(ModuleName, 17, "redress beyond what was claimed")
	ErrNotContestable  = errorsmod.Register(ModuleName, 18, "the work cannot be contested")
	ErrNothingToBlank  = errorsmod.Register(ModuleName, 19, "nothing to blank")
	ErrNoObjection     = errorsmod.Register(ModuleName, 20, "no objection")
	ErrNothingToCall   = errorsmod.Register(ModuleName, 21, "the bond is large enough")
)
