package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// AgentKeeper knows agents, and counts what is declared.
type AgentKeeper interface {
	// CountDeclared counts a work among those that an account has declared.
	CountDeclared(ctx context.Context, account sdk.AccAddress) error
	// CountGenerated counts a work among those of an agent, and returns the version of its card. It
	// fails with the agent module's ErrNotFound, ErrNotController, ErrSuspended or ErrExpired.
	CountGenerated(ctx context.Context, agent agenttypes.AgentID, controller sdk.AccAddress) (version uint32, err error)
}

// RegistryKeeper knows works and their owners.
type RegistryKeeper interface {
	// GetWork returns a work's row, or registry's ErrWorkNotFound.
	GetWork(ctx context.Context, id registrytypes.WorkID) (registrytypes.Work, error)
	// Control tells whether an account may do something with a work now. It fails
	// with the registry's ErrWorkNotFound, ErrNotOwner or ErrOnHold.
	Control(ctx context.Context, account sdk.AccAddress, id registrytypes.WorkID, act registrytypes.Act) (registrytypes.Work, error)
	// Revision returns a work's details in one of its versions, from 1.
	Revision(ctx context.Context, id registrytypes.WorkID, version uint32) (registrytypes.Revision, error)
	// Earliest returns the work whose claim to a content stands first.
	Earliest(ctx context.Context, digest registrytypes.Digest) (work registrytypes.WorkID, found bool, err error)
	// Resembling lists works that have a fingerprint, given in its one spelling, at
	// most limit.
	Resembling(ctx context.Context, scheme, value string, limit int) ([]registrytypes.WorkID, error)
	// CheckStated returns since when an anchor of an account holds a statement of that digest. It fails
	// with the registry's ErrAnchorNotFound or ErrInvalidProof.
	CheckStated(
		ctx context.Context, account sdk.AccAddress, statement registrytypes.Digest, proof registrytypes.AnchorProof,
	) (registrytypes.Priority, error)
}

// RoyaltyKeeper keeps what works owe each other, and their generations.
type RoyaltyKeeper interface {
	// Link adds what a work owes its sources, notes its generation and returns
	// the new sums, ppm.
	Link(ctx context.Context, link royaltytypes.Link) (absolute, relative uint32, err error)
	// Generation returns a work's generation; 0 for originals.
	Generation(ctx context.Context, work registrytypes.WorkID) (uint32, error)
	// SetGeneration renumbers a work.
	SetGeneration(ctx context.Context, work registrytypes.WorkID, generation uint32) error
	// Owed returns the sums of what a work owes, ppm.
	Owed(ctx context.Context, work registrytypes.WorkID) (absolute, relative uint32, err error)
	// UpstreamVersion returns the version of what a work owes; 0: nothing.
	UpstreamVersion(ctx context.Context, work registrytypes.WorkID) (uint32, error)
	// Debts lists one version of what a work owes.
	Debts(ctx context.Context, work registrytypes.WorkID, version uint32) ([]royaltytypes.Debt, error)
}

// LicenseKeeper decides what may be made from a work.
type LicenseKeeper interface {
	// Permit checks the permission that a derivation from one source relies on.
	Permit(ctx context.Context, request licensetypes.PermitRequest) (licensetypes.Permit, error)
	// Bind checks the sources together and puts their demands on the derivative.
	Bind(ctx context.Context, binding licensetypes.Binding) error
	// GetGrant returns a grant.
	GetGrant(ctx context.Context, id licensetypes.GrantID) (licensetypes.Grant, error)
	// NoStricter says whether a permit demands no more of a work than what an edge pinned.
	NoStricter(
		ctx context.Context, derivative registrytypes.WorkID, permit licensetypes.Permit, than licensetypes.Pin,
	) (bool, error)
	// HasReserved says whether any derivative has a grant of the work reserved that runs.
	HasReserved(ctx context.Context, work registrytypes.WorkID) (bool, error)
	// ReservedFor finds a grant of the work that is reserved for the derivative, runs, and goes
	// before the one by which the work declares something.
	ReservedFor(
		ctx context.Context, work, derivative registrytypes.WorkID, by licensetypes.GrantID,
	) (licensetypes.GrantID, bool, error)
	// ConstraintsOn lists what is demanded of a work now.
	ConstraintsOn(ctx context.Context, work registrytypes.WorkID) ([]licensetypes.Constraint, error)
	// CheckHistory compares all versions of a work's demands with what the edges that it
	// had after each of its declarations pin.
	CheckHistory(ctx context.Context, work registrytypes.WorkID, history [][]licensetypes.Pin) error
	// Promises are the grants and irrevocable offers ever given of a work.
	Promises(ctx context.Context, work registrytypes.WorkID) (licensetypes.Promises, error)
	// GetAdmission returns for whom a declaration waits; found: for anybody.
	GetAdmission(ctx context.Context, ref licensetypes.DeclarationRef) (a licensetypes.Admission, found bool, err error)
	// ApproveAdmission approves a declaration that waits.
	ApproveAdmission(ctx context.Context, ref licensetypes.DeclarationRef, work registrytypes.WorkID) (settled bool, err error)
	// GetTerms returns published terms.
	GetTerms(ctx context.Context, id licensetypes.TermsID) (licensetypes.Terms, error)
}
