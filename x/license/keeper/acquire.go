package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Acquisition is what a licensee asks for and the most they agree to.
type Acquisition struct {
	Licensee sdk.AccAddress
	Work     registrytypes.WorkID
	Terms    types.TermsID
	Serial   uint64
	// MaxFee also picks the denom of the price; nil: nothing is paid.
	MaxFee *sdk.Coin
	// MaxRate in ppm.
	MaxRate uint32
	// Derivative is the licensee's work that the grant is for, and for no other;
	// zero: for any one.
	Derivative registrytypes.WorkID
	// Seen is what the grant pins beside the price, as the licensee saw it.
	Seen types.Conditions
}

// reserves says whether the grant is for one derivative only.
func (a Acquisition) reserves() bool { return !a.Derivative.IsZero() }

// Acquired is a grant that was given, as answers have it.
type Acquired struct {
	ID    types.GrantID
	Grant types.Grant
	// Epoch whose lists of the work the fee goes by; 0: nothing was paid.
	Epoch uint64
}

// Acquire gives a licensee what an offer says and collects the fee as a payment
// to the work. The grant pins what later edits could change.
func (k Keeper) Acquire(ctx context.Context, a Acquisition) (Acquired, error) {
	id := types.NewGrantID(a.Work, a.Terms, a.Licensee, a.Serial)
	q, err := k.quote(ctx, a, renewal{})
	if err != nil {
		return Acquired{}, err
	}
	if err := k.checkReservation(ctx, a); err != nil {
		return Acquired{}, err
	}
	known, err := k.Grants.Has(ctx, id)
	if err != nil {
		return Acquired{}, err
	}
	if known {
		return Acquired{}, errorsmod.Wrapf(types.ErrGrantExists, "%s: choose another serial than %d", id, a.Serial)
	}
	grant := k.newGrant(ctx, a, q)
	if err := k.checkRoom(ctx, a.Licensee, id, grant); err != nil {
		return Acquired{}, err
	}
	epoch, err := k.payFee(ctx, a, q.fee)
	if err != nil {
		return Acquired{}, err
	}
	if err := k.pinAllowList(ctx, q.allowed); err != nil {
		return Acquired{}, err
	}
	if err := k.addGrant(ctx, id, grant, 1, q.terms); err != nil {
		return Acquired{}, err
	}
	grant = grant.InTime(q.work.HeldFor(grant.GrantedAt))
	return Acquired{id, grant, epoch}, events.Emit(ctx, &types.EventGranted{
		Grant: id, Work: a.Work, Terms: a.Terms, Licensee: a.Licensee.String(),
		Fee: feeText(q.fee), ExpiresAt: grant.ExpiresAt, Derivative: a.Derivative,
		Serves: grant.Serves, AllowList: grant.AllowList.Digest, UsesPaid: grant.UsesPaid,
	})
}

// checkReservation checks that the derivative which the grant is to be for is
// the licensee's and another work.
func (k Keeper) checkReservation(ctx context.Context, a Acquisition) error {
	if !a.reserves() {
		return nil
	}
	if a.Derivative == a.Work {
		return errorsmod.Wrapf(types.ErrInvalidMessage, "derivative is %s itself: name the work that is made from it", a.Work)
	}
	_, err := k.registry.Control(ctx, a.Licensee, a.Derivative, registrytypes.ActReserve)
	return errorsmod.Wrap(err, "derivative")
}

// newGrant pins what the offer, the work and its upstream list say now.
func (k Keeper) newGrant(ctx context.Context, a Acquisition, q quote) types.Grant {
	now := sdk.UnwrapSDKContext(ctx).BlockTime().UTC()
	grant := types.Grant{
		Work:            registrytypes.WorkIDBytes{WorkID: a.Work},
		Terms:           types.TermsIDBytes{TermsID: a.Terms},
		Licensee:        a.Licensee,
		RoyaltyPolicy:   q.terms.RoyaltyPolicy,
		RoyaltyRate:     q.terms.RoyaltyRate,
		Fee:             q.fee,
		WorkVersion:     q.work.Version,
		UpstreamVersion: a.Seen.UpstreamVersion,
		DemandsVersion:  a.Seen.DemandsVersion,
		GrantedAt:       now,
		UsedBy:          registrytypes.WorkIDBytes{WorkID: a.Derivative},
		Serves:          q.terms.Serves(),
		AllowList:       registrytypes.DigestBytes{Digest: a.Seen.AllowList},
		PriceVersion:    q.priceVersion,
		UsesPaid:        uint64(q.terms.UsesPerGrant),
		Withdrawals:     q.withdrawals,
	}
	if a.reserves() {
		grant.Serves = 1
	}
	if d := q.terms.Duration; d != nil {
		end := types.Clock(q.work, now).Add(*d)
		grant.ExpiresAt = &end
	}
	return grant
}

// pinAllowList keeps the accounts that a grant may be held by, once for all grants
// that name the same.
func (k Keeper) pinAllowList(ctx context.Context, l types.AllowList) error {
	digest := l.Digest()
	if digest.IsZero() {
		return nil
	}
	known, err := k.AllowLists.Has(ctx, digest[:])
	if err != nil || known {
		return err
	}
	return k.AllowLists.Set(ctx, digest[:], l)
}

// allowListOf are the accounts that a grant may be held by; none: everybody may.
func (k Keeper) allowListOf(ctx context.Context, g types.Grant) (types.AllowList, error) {
	if g.AllowList.IsZero() {
		return types.AllowList{}, nil
	}
	return k.AllowLists.Get(ctx, g.AllowList.Digest[:])
}
