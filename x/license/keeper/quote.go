package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// quote is what an offer gives a licensee now.
type quote struct {
	work    registrytypes.Work
	demands types.Demands
	terms   types.Terms
	// fee of the grant; nil: free.
	fee *sdk.Coin
	// allowed are the accounts that the offer names; none: everybody.
	allowed types.AllowList
	// priceVersion is the offer's.
	priceVersion uint32
	// withdrawals is how many items were taken back of the work's manifest; 0 where it has none.
	withdrawals uint64
}

// quote finds what a licensee may take now, at most at the price and rate they
// agree to. Renewed is the grant that is to last longer; none: a new one.
func (k Keeper) quote(ctx context.Context, a Acquisition, renewed renewal) (quote, error) {
	var q quote
	var err error
	if q.work, err = k.registry.GetWork(ctx, a.Work); err != nil {
		return q, err
	}
	if q.demands, err = k.demandsOn(ctx, a.Work); err != nil {
		return q, err
	}
	offer, err := k.getOffer(ctx, a.Work, a.Terms)
	if err != nil {
		return q, err
	}
	if q.terms, err = k.GetTerms(ctx, a.Terms); err != nil {
		return q, err
	}
	q.allowed.Licensees, q.priceVersion = offer.Licensees, offer.PriceVersion
	reasons, err := k.weighAcquisition(ctx, a, q, offer, renewed)
	if err != nil {
		return q, err
	}
	if len(reasons) > 0 {
		return q, refusal(a.Work, reasons[0])
	}
	if q.terms.RoyaltyRate > a.MaxRate {
		return q, errorsmod.Wrapf(types.ErrRateAboveMax, "the terms ask for %d ppm, max_rate is %d ppm", q.terms.RoyaltyRate, a.MaxRate)
	}
	if q.fee, err = types.PickPrice(offer.PriceUnder(q.terms), a.MaxFee); err != nil {
		return q, err
	}
	if q.work.ManifestVersion > 0 {
		list, err := k.registry.WithdrawalList(ctx, a.Work)
		if err != nil {
			return q, err
		}
		q.withdrawals = list.Count
	}
	return q, k.checkSeen(ctx, a, q, renewed)
}

// checkSeen fails with ErrOtherConditions unless what a grant pins beside the price is what
// the licensee saw. An owner would else put a list with the buyer alone on the offer, or declare a
// source that limits what is made of the work, in the same block before the purchase.
func (k Keeper) checkSeen(ctx context.Context, a Acquisition, q quote, renewed renewal) error {
	now, err := k.conditions(ctx, a.Work, q.work, q.demands)
	if err != nil {
		return err
	}
	now.AllowList = q.allowed.Digest()
	if renewed.id.IsZero() || renewed.grant.Expired(types.Clock(q.work, sdk.UnwrapSDKContext(ctx).BlockTime())) {
		if now.Made, err = k.madeOf(ctx, a.Work, q.terms); err != nil {
			return err
		}
	}
	return errorsmod.Wrapf(now.Check(a.Seen), "%s under %s, which is offered to %s", a.Work, a.Terms, q.allowed.Describe())
}

// conditions are what whoever relies on a public offer of a work pins now.
func (k Keeper) conditions(
	ctx context.Context, id registrytypes.WorkID, work registrytypes.Work, demands types.Demands,
) (types.Conditions, error) {
	upstream, err := k.royalty.UpstreamVersion(ctx, id)
	if err != nil {
		return types.Conditions{}, err
	}
	row, _, err := k.Exclusives.Find(ctx, id)
	return types.Conditions{
		UpstreamVersion: upstream, DemandsVersion: demands.Version, Revisions: types.RevisionsOf(work.Version), Exclusives: row.Given,
	}, err
}

// Conditions are what a grant of a work under the terms of an offer pins beside the price now.
func (k Keeper) Conditions(ctx context.Context, id registrytypes.WorkID, o types.Offer, t types.Terms) (types.Conditions, error) {
	work, err := k.registry.GetWork(ctx, id)
	if err != nil {
		return types.Conditions{}, err
	}
	demands, err := k.demandsOn(ctx, id)
	if err != nil {
		return types.Conditions{}, err
	}
	now, err := k.conditions(ctx, id, work, demands)
	if err != nil {
		return now, err
	}
	now.AllowList = types.AllowList{Licensees: o.Licensees}.Digest()
	now.Made, err = k.madeOf(ctx, id, t)
	return now, err
}

// checkPassSeen fails with ErrOtherConditions unless what is demanded of the work whose uses
// a pass is for is what the licensee saw: its owner would else declare the source anew under
// other terms in the same block before the purchase, and the pass be for nothing.
func (k Keeper) checkPassSeen(ctx context.Context, r PassRequest) error {
	demands, err := k.demandsOn(ctx, r.UsesOf)
	if err != nil {
		return err
	}
	now := types.Conditions{DemandsVersion: demands.Version}
	return errorsmod.Wrapf(now.Check(r.Seen), "what is demanded of %s", r.UsesOf)
}

// renewal is a grant that is to last longer; the zero id: a new one is asked for.
type renewal struct {
	id    types.GrantID
	grant types.Grant
}

// weighAcquisition asks the rules what stands against taking an offer.
func (k Keeper) weighAcquisition(
	ctx context.Context, a Acquisition, q quote, o types.Offer, renewed renewal,
) ([]rules.Reason, error) {
	// What acquiring an offer is for is not asked: no use.
	reader := &inquiry{reader: k.newReader(ctx), asker: asker{a.Licensee, a.Derivative}}
	reader.know(a.Work, q.work)
	work := rules.Work{Status: statusOf(q.work), OnHold: onHold(q.work)}
	waiting, err := k.forgetSettled(ctx, a.Work, &q.demands)
	if err != nil {
		return nil, err
	}
	work.Waiting = len(waiting) > 0
	if work.Constraints, err = reader.constraints(a.Work, q.demands.Constraints); err != nil {
		return nil, err
	}
	if err := reader.exclusivity(a.Work, reader.asker, renewed.id, &work); err != nil {
		return nil, err
	}
	isNew := renewed.id.IsZero()
	// While a grant runs that keeps others out, none that overlaps with it was given.
	if q.terms.Exclusivity != types.EXCLUSIVITY_NONE && (isNew || renewed.grant.Expired(types.Clock(q.work, reader.now))) {
		if err := reader.rivals(a.Work, &work); err != nil {
			return nil, err
		}
	}
	offer, err := reader.offer(collections.Join(a.Work, a.Terms), q.work.Transfers, o, reader.asker)
	if err != nil {
		return nil, err
	}
	offer.Exhausted = offer.Exhausted && isNew // a renewal is no further grant
	return rules.Acquire(work, offer, reader.now), nil
}

// payFee pays a fee, if there is one, to the work. It returns the epoch whose lists it goes by.
func (k Keeper) payFee(ctx context.Context, a Acquisition, fee *sdk.Coin) (epoch uint64, err error) {
	if fee == nil {
		return 0, nil
	}
	epoch, err = k.royalty.Pay(ctx, a.Licensee, a.Work, *fee)
	return epoch, errorsmod.Wrapf(err, "pay the fee of %s", fee)
}

// feeText is how events say what was paid; empty: nothing.
func feeText(fee *sdk.Coin) string {
	if fee == nil {
		return ""
	}
	return fee.String()
}
