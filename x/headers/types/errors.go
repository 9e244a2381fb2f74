package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module.
var (
	// ErrInvalidGenesis: the log of a genesis cannot have come about, or does not end before the first block.
	ErrInvalidGenesis = errorsmod.Register(ModuleName, 2, "invalid genesis")
	// ErrNotInLog: the log has no header of this height, or has not had it at this size.
	ErrNotInLog = errorsmod.Register(ModuleName, 3, "not in the log of headers")
	// ErrUnavailable: the node has not the headers, or rows, that a path needs.
	ErrUnavailable = errorsmod.Register(ModuleName, 4, "headers not available")
)
