package types

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// RegistryKeeper tells who owns a work and where it stands.
type RegistryKeeper interface {
	// GetWork fails with the registry's ErrWorkNotFound.
	GetWork(ctx context.Context, id registrytypes.WorkID) (registrytypes.Work, error)
	// Control tells whether an account may do something with a work now. It fails
	// with the registry's ErrWorkNotFound, ErrNotOwner, ErrOnHold or ErrOnOffer.
	Control(ctx context.Context, account sdk.AccAddress, id registrytypes.WorkID, act registrytypes.Act) (registrytypes.Work, error)
	// CancelTransfer takes back that a work is on offer to another owner. It fails with the registry's
	// ErrWorkNotFound or ErrNotOwner, and for one that is not on offer.
	CancelTransfer(ctx context.Context, owner sdk.AccAddress, id registrytypes.WorkID) error
	// Earliest returns the work whose claim to a content stands first.
	Earliest(ctx context.Context, digest registrytypes.Digest) (work registrytypes.WorkID, found bool, err error)
	// Revision returns a work's details in one of its versions, from 1.
	Revision(ctx context.Context, id registrytypes.WorkID, version uint32) (registrytypes.Revision, error)
	// Rivals returns the claims of others to a work's content that stand before it
	// and behind it, a bounded number of each.
	Rivals(ctx context.Context, id registrytypes.WorkID, work registrytypes.Work) (before, behind registrytypes.Rivals, err error)
	// WithdrawalList says how many items were taken back of a work's manifest, with the digest of the list.
	WithdrawalList(ctx context.Context, id registrytypes.WorkID) (registrytypes.WithdrawalList, error)
	// WithdrawalListAt is the list as it stood after so many. It fails with the registry's ErrNoManifest where there were fewer.
	WithdrawalListAt(ctx context.Context, id registrytypes.WorkID, count uint64) (registrytypes.WithdrawalList, error)
	// ItemStatus says whether an item of a work's manifest was taken back, and by which withdrawal first.
	ItemStatus(ctx context.Context, id registrytypes.WorkID, item registrytypes.ContributedItem) (registrytypes.ItemStatus, error)
}

// AccountKeeper has the keys by which holders of grants sign vouchers.
type AccountKeeper interface {
	// GetAccount returns nil for an address without an account.
	GetAccount(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
	// GetParams has the price of checking a signature.
	GetParams(ctx context.Context) authtypes.Params
}

// RoyaltyKeeper collects fees and tells what a work owes.
type RoyaltyKeeper interface {
	// Pay makes a payment to a work. PayPromised makes one in a denom that was promised
	// before ceilings on the work left it out.
	Pay(ctx context.Context, payer sdk.AccAddress, work registrytypes.WorkID, amount sdk.Coin) (epoch uint64, err error)
	PayPromised(ctx context.Context, payer sdk.AccAddress, work registrytypes.WorkID, amount sdk.Coin) (epoch uint64, err error)
	// SoleHolder is the account that holds all of a work's revenue; nil when
	// several do.
	SoleHolder(ctx context.Context, work registrytypes.WorkID) (sdk.AccAddress, error)
	// UpstreamVersion is the version of the list of what the work owes.
	UpstreamVersion(ctx context.Context, work registrytypes.WorkID) (uint32, error)
	// Owed sums what the work owes upstream, in ppm.
	Owed(ctx context.Context, work registrytypes.WorkID) (absolute, relative uint32, err error)
	// Debts lists what the work owes upstream in one version of the list.
	Debts(ctx context.Context, work registrytypes.WorkID, version uint32) ([]royaltytypes.Debt, error)
	// Meter starts counting what a work takes in of a denom; once is enough.
	Meter(ctx context.Context, work registrytypes.WorkID, denom string) error
	// TakenIn is what has been counted; zero for what is not metered.
	TakenIn(ctx context.Context, work registrytypes.WorkID, denom string) (math.Int, error)
	// IsMetered says whether it is counted.
	IsMetered(ctx context.Context, work registrytypes.WorkID, denom string) (bool, error)
	// LimitDenoms says in which denoms a work can be paid; none: in all.
	LimitDenoms(ctx context.Context, work registrytypes.WorkID, taking royaltytypes.Taking) error
	// TakesOnly are those denoms.
	TakesOnly(ctx context.Context, work registrytypes.WorkID) ([]string, error)
	// WalkTakings calls do for each work that can be paid in some denoms only.
	WalkTakings(ctx context.Context, do func(work registrytypes.WorkID, taking royaltytypes.Taking) error) error
	// AcceptsDenom fails for a denom that payments can't use, naming those
	// that they can.
	AcceptsDenom(ctx context.Context, denom string) error
	// AcceptsPayment fails for what a payment can't be, in denom or amount.
	AcceptsPayment(ctx context.Context, amount sdk.Coin) error
}
