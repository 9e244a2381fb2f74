package keeper

import (
	"context"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// RenewGrant makes a grant last longer by its terms' duration, counted from its
// end or, if that is past, from now, and adds as many uses as the terms say where they count
// them; one without an end is renewed for these alone. The open offer of the same terms has to
// admit the holder, as for a new grant, and its price of today is paid: maxFee
// bounds it and picks its denom. What it pins beside the price has to be what was seen, as
// for a new grant too. The grant pins today's versions and allow-list anew,
// what sources demand and which items were taken back among them, for what is made under it from now on, before its end
// too; its fee becomes what was paid last. A renewal is not counted as another grant. The
// grant is returned as answers have it. It fails with ErrNotLicensee, ErrNotRenewable, the registry's ErrOnHold when the work that uses
// the grant was invalidated, or as Acquire does.
func (k Keeper) RenewGrant(
	ctx context.Context, holder sdk.AccAddress, id types.GrantID, maxFee *sdk.Coin, seen types.Conditions,
) (renewed types.Grant, epoch uint64, err error) {
	grant, err := k.GetGrant(ctx, id)
	if err != nil {
		return grant, 0, err
	}
	if err := k.checkHolder(ctx, holder, id, grant); err != nil {
		return grant, 0, err
	}
	user, used := grant.User()
	if used {
		if _, err := k.registry.Control(ctx, holder, user, registrytypes.ActRenew); err != nil {
			return grant, 0, err
		}
	}
	a := Acquisition{
		Licensee: holder, Work: grant.Work.WorkID, Terms: grant.Terms.TermsID,
		MaxFee: maxFee, MaxRate: grant.RoyaltyRate, Derivative: user, Seen: seen,
	}
	q, err := k.quote(ctx, a, renewal{id, grant})
	if err != nil {
		return grant, 0, err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime().UTC()
	held := q.work.HeldFor(now)
	end, err := nextEnd(now, held, id, grant, q.terms)
	if err != nil {
		return grant, 0, err
	}
	if epoch, err = k.payFee(ctx, a, q.fee); err != nil {
		return grant, 0, err
	}
	before := grant
	grant.Fee, grant.ExpiresAt = q.fee, end
	grant.UsesPaid += uint64(q.terms.UsesPerGrant)
	grant.WorkVersion, grant.DemandsVersion, grant.Withdrawals = q.work.Version, seen.DemandsVersion, q.withdrawals
	grant.UpstreamVersion, grant.AllowList.Digest = seen.UpstreamVersion, seen.AllowList
	if err := k.pinAllowList(ctx, q.allowed); err != nil {
		return grant, 0, err
	}
	if grant.DemandsVersion != before.DemandsVersion {
		if err := k.checkRoom(ctx, grant.Licensee, id, grant); err != nil {
			return grant, 0, err
		}
	}
	if err := k.replaceGrant(ctx, id, before, grant); err != nil {
		return grant, 0, err
	}
	if err := k.tally(ctx, id, grant, 0, q.terms); err != nil {
		return grant, 0, err
	}
	grant = grant.InTime(held)
	return grant, epoch, events.Emit(ctx, &types.EventGrantRenewed{
		Grant: id, Work: a.Work, Licensee: holder.String(), Fee: feeText(q.fee), ExpiresAt: grant.ExpiresAt,
		WorkVersion: grant.WorkVersion, UpstreamVersion: grant.UpstreamVersion, AllowList: grant.AllowList.Digest,
		UsesPaid: grant.UsesPaid,
	})
}

// nextEnd is when a renewed grant ends by the clock of its work, which has been on hold for so
// long: a duration after its end or, if that is past, after now; nil: never. It fails with ErrNotRenewable
// for a grant without an end whose uses are not counted, and where the store can't hold the new one.
func nextEnd(now time.Time, held time.Duration, id types.GrantID, g types.Grant, t types.Terms) (*time.Time, error) {
	switch {
	case g.ExpiresAt != nil && t.Duration != nil:
	case g.CountsUses():
		return nil, nil
	default:
		return nil, errorsmod.Wrapf(types.ErrNotRenewable, "%s has no end: there is nothing to renew", id)
	}
	from := *g.ExpiresAt
	if clock := now.Add(-held); from.Before(clock) {
		from = clock
	}
	end := from.Add(*t.Duration)
	if at := end.Add(held); !at.Before(types.MaxTime) {
		return nil, errorsmod.Wrapf(types.ErrNotRenewable, "%s would run until %s, the latest end is before %s: renew it later",
			id, at.Format(time.RFC3339), types.MaxTime.Format(time.RFC3339))
	}
	return &end, nil
}

// checkHolder fails with ErrNotLicensee unless the account holds the grant: its
// licensee does or, once a work uses it, that work's owner.
func (k Keeper) checkHolder(ctx context.Context, account sdk.AccAddress, id types.GrantID, g types.Grant) error {
	holder, err := k.holderOf(ctx, g)
	if err != nil {
		return err
	}
	if holder.Equals(account) {
		return nil
	}
	if user, used := g.User(); used {
		return errorsmod.Wrapf(types.ErrNotLicensee, "%s moves with %s, which uses it and belongs to %s", id, user, holder)
	}
	return errorsmod.Wrapf(types.ErrNotLicensee, "%s is held by %s: acquire a grant of your own", id, holder)
}

// admits says whether the allow-list that a grant pins has an account, other than who was
// given it: a grant that moves with a derivative does not leave the list.
func (k Keeper) admits(ctx context.Context, account sdk.AccAddress, g types.Grant) (bool, error) {
	if g.AllowList.IsZero() || g.Licensee.Equals(account) {
		return true, nil
	}
	list, err := k.allowListOf(ctx, g)
	return list.Admits(account), err
}

// holderOf is the account that may use and renew a grant.
func (k Keeper) holderOf(ctx context.Context, g types.Grant) (sdk.AccAddress, error) {
	user, used := g.User()
	if !used {
		return g.Licensee, nil
	}
	work, err := k.registry.GetWork(ctx, user)
	return work.Owner, err
}
