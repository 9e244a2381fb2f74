package keeper

import (
	"context"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// forever stands in GrantedUntil for grants without an end.
var forever = types.MaxTime

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
}

// reserves says whether the grant is for one derivative only.
func (a Acquisition) reserves() bool { return !a.Derivative.IsZero() }

// Acquire gives a licensee what an offer says and collects the fee as a payment
// to the work. The grant pins what later edits could change.
func (k Keeper) Acquire(ctx context.Context, a Acquisition) (types.GrantID, types.Grant, error) {
	id := types.NewGrantID(a.Work, a.Terms, a.Licensee, a.Serial)
	q, err := k.quote(ctx, a, nil)
	if err != nil {
		return id, types.Grant{}, err
	}
	if err := k.checkReservation(ctx, a); err != nil {
		return id, types.Grant{}, err
	}
	known, err := k.Grants.Has(ctx, id)
	if err != nil {
		return id, types.Grant{}, err
	}
	if known {
		return id, types.Grant{}, errorsmod.Wrapf(types.ErrGrantExists, "%s: choose another serial than %d", id, a.Serial)
	}
	grant, err := k.newGrant(ctx, a, q)
	if err != nil {
		return id, grant, err
	}
	if err := k.payFee(ctx, a, q.fee); err != nil {
		return id, grant, err
	}
	if err := k.addGrant(ctx, id, grant, q.terms.Exclusive); err != nil {
		return id, grant, err
	}
	if err := k.countGrant(ctx, collections.Join(a.Work, a.Terms)); err != nil {
		return id, grant, err
	}
	return id, grant, events.Emit(ctx, &types.EventGranted{
		Grant: id, Work: a.Work, Terms: a.Terms, Licensee: a.Licensee.String(),
		Fee: feeText(q.fee), ExpiresAt: grant.ExpiresAt, Derivative: a.Derivative,
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

// grantedUntil is the latest end of a work's exclusive, or other, grants; the
// zero time without any.
func (k Keeper) grantedUntil(ctx context.Context, work registrytypes.WorkID, exclusive bool) (time.Time, error) {
	until, _, err := k.GrantedUntil.Find(ctx, collections.Join(work, exclusive))
	return until, err
}

// newGrant pins what the offer, the work and its upstream list say now.
func (k Keeper) newGrant(ctx context.Context, a Acquisition, q quote) (types.Grant, error) {
	upstream, err := k.royalty.UpstreamVersion(ctx, a.Work)
	if err != nil {
		return types.Grant{}, err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime().UTC()
	grant := types.Grant{
		Work:            registrytypes.WorkIDBytes{WorkID: a.Work},
		Terms:           types.TermsIDBytes{TermsID: a.Terms},
		Licensee:        a.Licensee,
		RoyaltyPolicy:   q.terms.RoyaltyPolicy,
		RoyaltyRate:     q.terms.RoyaltyRate,
		Fee:             q.fee,
		WorkVersion:     q.work.Version,
		UpstreamVersion: upstream,
		DemandsVersion:  q.demands.Version,
		GrantedAt:       now,
		UsedBy:          registrytypes.WorkIDBytes{WorkID: a.Derivative},
	}
	if d := q.terms.Duration; d != nil {
		end := now.Add(*d)
		grant.ExpiresAt = &end
	}
	return grant, nil
}

// countGrant counts one more grant of a work under terms.
func (k Keeper) countGrant(ctx context.Context, key offered) error {
	count, _, err := k.GrantCounts.Find(ctx, key)
	if err != nil {
		return err
	}
	return k.GrantCounts.Set(ctx, key, count+1)
}

// addGrant stores a new grant, its index entries and its end.
func (k Keeper) addGrant(ctx context.Context, id types.GrantID, g types.Grant, exclusive bool) error {
	work := g.Work.WorkID
	if err := k.Grants.Set(ctx, id, g); err != nil {
		return err
	}
	if err := k.GrantsByWork.Set(ctx, collections.Join(work, id)); err != nil {
		return err
	}
	if err := k.GrantsByLicensee.Set(ctx, collections.Join3(g.Licensee, work, id)); err != nil {
		return err
	}
	return k.noteEnd(ctx, g, exclusive)
}

// noteEnd keeps the latest end of the work's exclusive, or other, grants right
// after one was given or renewed.
func (k Keeper) noteEnd(ctx context.Context, g types.Grant, exclusive bool) error {
	work, end := g.Work.WorkID, forever
	if g.ExpiresAt != nil {
		end = *g.ExpiresAt
	}
	until, err := k.grantedUntil(ctx, work, exclusive)
	if err != nil || !until.Before(end) {
		return err
	}
	return k.GrantedUntil.Set(ctx, collections.Join(work, exclusive), end)
}
