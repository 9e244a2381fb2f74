package keeper

import (
	"context"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
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
}

// Acquire gives a licensee what an offer says and collects the fee as a payment
// to the work. The grant pins what later edits could change.
func (k Keeper) Acquire(ctx context.Context, a Acquisition) (types.GrantID, types.Grant, error) {
	id := types.NewGrantID(a.Work, a.Terms, a.Licensee, a.Serial)
	work, err := k.registry.GetWork(ctx, a.Work)
	if err != nil {
		return id, types.Grant{}, err
	}
	if err := available(a.Work, work); err != nil {
		return id, types.Grant{}, err
	}
	offer, terms, err := k.getOpenOffer(ctx, a.Work, a.Terms)
	if err != nil {
		return id, types.Grant{}, err
	}
	fee, err := admit(a, offer, terms)
	if err != nil {
		return id, types.Grant{}, err
	}
	count, err := k.checkFree(ctx, a, id, terms)
	if err != nil {
		return id, types.Grant{}, err
	}
	grant, err := k.newGrant(ctx, a, work, terms, fee)
	if err != nil {
		return id, grant, err
	}
	if fee != nil {
		if err := k.royalty.Pay(ctx, a.Licensee, a.Work, *fee); err != nil {
			return id, grant, errorsmod.Wrapf(err, "pay the fee of %s", fee)
		}
	}
	if err := k.GrantCounts.Set(ctx, collections.Join(a.Work, a.Terms), count+1); err != nil {
		return id, grant, err
	}
	if err := k.addGrant(ctx, id, grant, terms.Exclusive); err != nil {
		return id, grant, err
	}
	event := &types.EventGranted{
		Grant: id.String(), Work: a.Work.String(), Terms: a.Terms.String(), Licensee: a.Licensee.String(), ExpiresAt: grant.ExpiresAt,
	}
	if fee != nil {
		event.Fee = fee.String()
	}
	return id, grant, emit(ctx, event)
}

// admit checks the licensee and their limits against the offer and returns the
// fee; nil: free.
func admit(a Acquisition, o types.Offer, t types.Terms) (*sdk.Coin, error) {
	if !o.Admits(a.Licensee) {
		return nil, errorsmod.Wrapf(types.ErrNotLicensee, "%s: the offer of %s names its licensees and %s is not among them: ask the owner",
			rules.NotLicensee, a.Work, a.Licensee)
	}
	if t.DerivativeApproval && len(o.Licensees) == 0 {
		return nil, errorsmod.Wrapf(types.ErrApprovalNeeded, "%s: the terms ask for the owner's approval, which comes as an offer of %s "+
			"that names the licensee: ask the owner for one", rules.NeedsApproval, a.Work)
	}
	if t.RoyaltyRate > a.MaxRate {
		return nil, errorsmod.Wrapf(types.ErrRateAboveMax, "the terms ask for %d ppm, max_rate is %d ppm", t.RoyaltyRate, a.MaxRate)
	}
	return types.PickPrice(o.PriceUnder(t), a.MaxFee)
}

// checkFree checks that another grant can be given: the work's own permissions
// run, the grant is new, its number is not used up and nothing exclusive is in
// the way. It returns how many were given before.
func (k Keeper) checkFree(ctx context.Context, a Acquisition, id types.GrantID, t types.Terms) (uint64, error) {
	known, err := k.Grants.Has(ctx, id)
	if err != nil {
		return 0, err
	}
	if known {
		return 0, errorsmod.Wrapf(types.ErrGrantExists, "%s: choose another serial than %d", id, a.Serial)
	}
	rows, err := k.constraintsOf(ctx, a.Work)
	if err != nil {
		return 0, err
	}
	if err := checkNotExpired(ctx, a.Work, rows); err != nil {
		return 0, err
	}
	if err := k.checkExclusive(ctx, a.Work, t.Exclusive); err != nil {
		return 0, err
	}
	count, _, err := find(ctx, k.GrantCounts, collections.Join(a.Work, a.Terms))
	if err != nil {
		return 0, err
	}
	if t.MaxGrants > 0 && count >= t.MaxGrants {
		return 0, errorsmod.Wrapf(types.ErrGrantsExhausted, "%s: all %d grants of %s under %s were given: look for another offer",
			rules.GrantsExhausted, t.MaxGrants, a.Work, a.Terms)
	}
	return count, nil
}

// checkExclusive refuses a grant beside an exclusive one and, if the new one is
// to be exclusive, beside any.
func (k Keeper) checkExclusive(ctx context.Context, work registrytypes.WorkID, exclusive bool) error {
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	until, err := k.grantedUntil(ctx, work, true)
	if err != nil {
		return err
	}
	if now.Before(until) {
		return errorsmod.Wrapf(types.ErrExclusive, "%s: an exclusive grant of %s is in force until %s",
			rules.ExclusiveGranted, work, until.Format(time.RFC3339))
	}
	if !exclusive {
		return nil
	}
	until, err = k.grantedUntil(ctx, work, false)
	if err != nil {
		return err
	}
	if now.Before(until) {
		return errorsmod.Wrapf(types.ErrExclusive, "%s: other grants of %s are in force until %s, so none can be exclusive before",
			rules.ExclusiveGranted, work, until.Format(time.RFC3339))
	}
	return nil
}

// grantedUntil is the latest end of a work's exclusive, or other, grants; the
// zero time without any.
func (k Keeper) grantedUntil(ctx context.Context, work registrytypes.WorkID, exclusive bool) (time.Time, error) {
	until, _, err := find(ctx, k.GrantedUntil, collections.Join(work, exclusive))
	return until, err
}

// newGrant pins what the offer, the work and its upstream list say now.
func (k Keeper) newGrant(
	ctx context.Context, a Acquisition, work registrytypes.Work, t types.Terms, fee *sdk.Coin,
) (types.Grant, error) {
	upstream, err := k.royalty.UpstreamVersion(ctx, a.Work)
	if err != nil {
		return types.Grant{}, err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime().UTC()
	grant := types.Grant{
		Work:            a.Work[:],
		Terms:           a.Terms[:],
		Licensee:        a.Licensee,
		RoyaltyPolicy:   t.RoyaltyPolicy,
		RoyaltyRate:     t.RoyaltyRate,
		Fee:             fee,
		WorkVersion:     work.Version,
		UpstreamVersion: upstream,
		GrantedAt:       now,
	}
	if t.Duration != nil {
		end := now.Add(*t.Duration)
		grant.ExpiresAt = &end
	}
	return grant, nil
}

// addGrant stores a new grant, its index entries and its end.
func (k Keeper) addGrant(ctx context.Context, id types.GrantID, g types.Grant, exclusive bool) error {
	work := registrytypes.WorkID(g.Work)
	if err := k.Grants.Set(ctx, id, g); err != nil {
		return err
	}
	if err := k.GrantsByWork.Set(ctx, collections.Join(work, id)); err != nil {
		return err
	}
	if err := k.GrantsByLicensee.Set(ctx, collections.Join(g.Licensee, id)); err != nil {
		return err
	}
	end := forever
	if g.ExpiresAt != nil {
		end = *g.ExpiresAt
	}
	until, err := k.grantedUntil(ctx, work, exclusive)
	if err != nil || !until.Before(end) {
		return err
	}
	return k.GrantedUntil.Set(ctx, collections.Join(work, exclusive), end)
}
