package types

import (
	"google.golang.org/grpc/codes"

	errorsmod "cosmossdk.io/errors"
)

// Errors of the registry. Codes are stable and append-only.
var (
	// The first two have a gRPC code, since reading a query can fail with them.
	ErrInvalidID         = errorsmod.RegisterWithGRPCCode(ModuleName, 2, codes.InvalidArgument, "invalid id")
	ErrInvalidDigest     = errorsmod.RegisterWithGRPCCode(ModuleName, 3, codes.InvalidArgument, "invalid digest")
	ErrWorkNotFound      = errorsmod.Register(ModuleName, 4, "work not found")
	ErrAlreadyRegistered = errorsmod.Register(ModuleName, 5, "already registered")
	ErrAlreadyClaimed    = errorsmod.Register(ModuleName, 6, "content already claimed")
	ErrNotOwner          = errorsmod.Register(ModuleName, 7, "not the owner")
	ErrInvalidDetails    = errorsmod.Register(ModuleName, 8, "invalid details")
	ErrInvalidProof      = errorsmod.Register(ModuleName, 9, "invalid anchor proof")
	ErrAnchorNotFound    = errorsmod.Register(ModuleName, 10, "anchor not found")
	ErrInvalidTransfer   = errorsmod.Register(ModuleName, 11, "invalid transfer")
	ErrInvalidStatus     = errorsmod.Register(ModuleName, 12, "not possible in the work's status")
	ErrInvalidMessage    = errorsmod.Register(ModuleName, 13, "invalid message")
	ErrAlreadyAnchored   = errorsmod.Register(ModuleName, 14, "already anchored")
	ErrInvalidGenesis    = errorsmod.Register(ModuleName, 15, "invalid genesis")
	ErrOnHold            = errorsmod.Register(ModuleName, 16, "on hold")
	ErrNothingToBlank    = errorsmod.Register(ModuleName, 17, "nothing to blank")
	ErrInvalidParams     = errorsmod.Register(ModuleName, 18, "invalid parameters")
	ErrOnOffer           = errorsmod.Register(ModuleName, 19, "a transfer is on offer")
	ErrInvalidManifest   = errorsmod.RegisterWithGRPCCode(ModuleName, 20, codes.InvalidArgument, "invalid manifest")
	ErrNoManifest        = errorsmod.Register(ModuleName, 21, "no such manifest")
	ErrNotContributor    = errorsmod.Register(ModuleName, 22, "not the contributor")
	ErrAlreadyWithdrawn  = errorsmod.Register(ModuleName, 23, "already withdrawn")
)
