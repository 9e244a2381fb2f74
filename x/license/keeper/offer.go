package keeper

import (
	"cmp"
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Offer puts terms on a work, or replaces the offer of them, on behalf of the
// work's owner. The warnings say why an accepted offer is not recommended.
func (k Keeper) Offer(
	ctx context.Context, owner sdk.AccAddress, work registrytypes.WorkID, id types.TermsID, o types.Offer,
) (warnings []string, err error) {
	if _, err := k.registry.Control(ctx, owner, work, registrytypes.ActOffer); err != nil {
		return nil, err
	}
	return k.putOffer(ctx, work, id, o)
}

// putOffer is Offer, whoever decides that it is made.
func (k Keeper) putOffer(ctx context.Context, work registrytypes.WorkID, id types.TermsID, o types.Offer) (warnings []string, err error) {
	t, err := k.GetTerms(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := k.validateOffer(ctx, o, t); err != nil {
		return nil, err
	}
	verdict, err := k.offerVerdict(ctx, work, t, o)
	if err != nil {
		return nil, err
	}
	if !verdict.Allowed() {
		return nil, errorsmod.Wrapf(types.ErrConflict, "%s: %s can't be offered under %s: choose terms that comply, "+
			"or do without the source", describe(verdict.Refusals), work, cmp.Or(types.PresetName(id), id.String()))
	}
	if err := k.checkBeside(ctx, work, id, t, o); err != nil {
		return nil, err
	}
	if err := k.replaceOffer(ctx, collections.Join(work, id), t, &o); err != nil {
		return nil, err
	}
	if err := k.watch(ctx, work, t); err != nil {
		return nil, err
	}
	return describeEach(verdict.Warnings), events.Emit(ctx, &types.EventOffered{Work: work, Terms: id, Offer: o})
}

// CloseOffer ends an offer on behalf of the work's owner, whatever the work's
// status. What was granted or derived under it stays, and so does the row of a licence
// that cannot be taken back, which permits everybody what it did.
func (k Keeper) CloseOffer(ctx context.Context, owner sdk.AccAddress, work registrytypes.WorkID, id types.TermsID) error {
	if _, err := k.registry.Control(ctx, owner, work, registrytypes.ActCloseOffer); err != nil {
		return err
	}
	offer, err := k.getOffer(ctx, work, id)
	if err != nil {
		return err
	}
	key := collections.Join(work, id)
	switch {
	case offer.Closed:
		return errorsmod.Wrapf(types.ErrOfferNotFound, "%s is closed under %s already; that licence can't be taken back and permits on", work, id)
	case offer.IrrevocableSince != nil:
		offer.Closed = true
		err = k.Offers.Set(ctx, key, offer)
	default:
		err = k.removeOffer(ctx, key)
	}
	if err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventOfferClosed{Work: work, Terms: id, IrrevocableSince: offer.IrrevocableSince})
}

// getOffer returns an offer, expired or not. It fails with ErrOfferNotFound.
func (k Keeper) getOffer(ctx context.Context, work registrytypes.WorkID, id types.TermsID) (types.Offer, error) {
	o, err := k.Offers.Get(ctx, collections.Join(work, id))
	if errors.Is(err, collections.ErrNotFound) {
		return o, refusal(work, rules.Reason{Code: rules.NotOffered, Permission: id.String()})
	}
	return o, err
}

// validateOffer checks an offer's form and end, and that what it asks can be
// paid and counted.
func (k Keeper) validateOffer(ctx context.Context, o types.Offer, t types.Terms) error {
	if err := o.Validate(t); err != nil {
		return err
	}
	if now := sdk.UnwrapSDKContext(ctx).BlockTime(); o.Expired(now) {
		return errorsmod.Wrapf(types.ErrInvalidOffer, "expires_at %s is not after the block's time %s", o.ExpiresAt.UTC(), now.UTC())
	}
	for _, coin := range o.PriceUnder(t) {
		if err := k.royalty.AcceptsPayment(ctx, coin); err != nil {
			return errorsmod.Wrap(err, "price")
		}
	}
	for _, coin := range t.UsePrice {
		if err := k.royalty.AcceptsPayment(ctx, coin); err != nil {
			return errorsmod.Wrap(err, "the terms' use_price")
		}
	}
	for _, coin := range t.RevenueCeiling {
		if err := k.royalty.AcceptsDenom(ctx, coin.Denom); err != nil {
			return errorsmod.Wrap(err, "the terms' revenue_ceiling")
		}
	}
	return nil
}

// offerVerdict holds an offer against what the work's sources demand of it.
func (k Keeper) offerVerdict(ctx context.Context, work registrytypes.WorkID, t types.Terms, o types.Offer) (rules.Finding, error) {
	on, err := k.demandsOn(ctx, work)
	if err != nil {
		return rules.Finding{}, err
	}
	if err := k.checkNotExpired(ctx, work, on.Constraints); err != nil {
		return rules.Finding{}, err
	}
	if err := k.endWaiting(ctx, work, on); err != nil {
		return rules.Finding{}, err
	}
	demands, err := k.demandsOf(ctx, on.Constraints)
	if err != nil {
		return rules.Finding{}, err
	}
	owes, err := k.owes(ctx, work)
	if err != nil {
		return rules.Finding{}, err
	}
	return rules.OfferAllowed(demands, owes, t.Rules(), o.PriceUnder(t).String()), nil
}

// owes says whether a work owes royalties upstream.
func (k Keeper) owes(ctx context.Context, work registrytypes.WorkID) (bool, error) {
	absolute, relative, err := k.royalty.Owed(ctx, work)
	return absolute > 0 || relative > 0, err
}

// replaceOffer stores an offer in place of the one under the same terms. It says since
// when a licence that cannot be taken back is offered.
func (k Keeper) replaceOffer(ctx context.Context, key offered, t types.Terms, o *types.Offer) error {
	before, _, err := k.Offers.Find(ctx, key)
	if err != nil {
		return err
	}
	o.IrrevocableSince, o.IrrevocableDemands = before.IrrevocableSince, before.IrrevocableDemands
	if o.IrrevocableSince == nil && o.Irrevocable(t) {
		demands, err := k.demandsOn(ctx, key.K1())
		if err != nil {
			return err
		}
		now := sdk.UnwrapSDKContext(ctx).BlockTime().UTC()
		o.IrrevocableSince, o.IrrevocableDemands = &now, demands.Version
	}
	if err := k.keepPrice(ctx, key, t, o); err != nil {
		return err
	}
	return k.setOffer(ctx, key, *o)
}

// setOffer puts an offer on a work, or replaces the one under the same terms,
// which is free. It refuses one too many.
func (k Keeper) setOffer(ctx context.Context, key offered, o types.Offer) error {
	known, err := k.Offers.Has(ctx, key)
	if err != nil {
		return err
	}
	if !known {
		count, err := k.offerCount(ctx, key.K1())
		if err != nil {
			return err
		}
		if count >= types.MaxOffers {
			return errorsmod.Wrapf(types.ErrTooManyOffers, "%s has %d offers, the most there may be, with licences "+
				"that can't be taken back: close another", key.K1(), count)
		}
		if err := k.OfferCounts.Set(ctx, key.K1(), count+1); err != nil {
			return err
		}
	}
	return k.Offers.Set(ctx, key, o)
}

// removeOffer takes an offer that exists off its work.
func (k Keeper) removeOffer(ctx context.Context, key offered) error {
	if err := k.Offers.Remove(ctx, key); err != nil {
		return err
	}
	count, err := k.offerCount(ctx, key.K1())
	if err != nil {
		return err
	}
	return k.OfferCounts.Set(ctx, key.K1(), count-1)
}

// offerCount is the number of a work's offers.
func (k Keeper) offerCount(ctx context.Context, work registrytypes.WorkID) (uint64, error) {
	count, _, err := k.OfferCounts.Find(ctx, work)
	return count, err
}

// offerKeys lists the keys of a work's offers, at most MaxOffers. A work without
// offers is spared the iterator, which costs as much as ten reads.
func (k Keeper) offerKeys(ctx context.Context, work registrytypes.WorkID) ([]offered, error) {
	if count, err := k.offerCount(ctx, work); err != nil || count == 0 {
		return nil, err
	}
	it, err := k.Offers.Iterate(ctx, collections.NewPrefixedPairRange[registrytypes.WorkID, types.TermsID](work))
	if err != nil {
		return nil, err
	}
	return it.Keys()
}
