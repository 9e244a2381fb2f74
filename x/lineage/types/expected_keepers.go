package types

import (
	"context"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// RegistryKeeper knows works and their owners.
type RegistryKeeper interface {
	// GetWork returns a work's head row, or registry's ErrWorkNotFound.
	GetWork(ctx context.Context, id registrytypes.WorkID) (registrytypes.Work, error)
}

// RoyaltyKeeper keeps what works owe each other.
type RoyaltyKeeper interface {
	// Link adds what a work owes its sources and returns the new sums, ppm.
	Link(ctx context.Context, link royaltytypes.Link) (absolute, relative uint32, err error)
	// SetGeneration tells a renumbered work's place in the order of the sweep.
	SetGeneration(ctx context.Context, work registrytypes.WorkID, generation uint32) error
	// Owed returns the sums of what a work owes, ppm.
	Owed(ctx context.Context, work registrytypes.WorkID) (absolute, relative uint32, err error)
}

// LicenseKeeper decides what may be made from a work.
type LicenseKeeper interface {
	// Permit checks the permission that a derivation from one source relies on.
	Permit(ctx context.Context, request licensetypes.PermitRequest) (licensetypes.Permit, error)
	// Bind checks the sources together and puts their demands on the derivative.
	Bind(ctx context.Context, derivative registrytypes.WorkID, permits []licensetypes.Permit) error
}
