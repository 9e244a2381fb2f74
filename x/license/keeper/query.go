package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// identify returns terms with their id and, for a preset, its name.
func (k Keeper) identify(ctx context.Context, id types.TermsID) (types.IdentifiedTerms, error) {
	t, err := k.GetTerms(ctx, id)
	return types.IdentifiedTerms{Id: id, Preset: types.PresetName(id), Terms: t}, err
}

// describeOffer puts together what somebody who wants to take an offer asks.
func (k Keeper) describeOffer(ctx context.Context, key offered, o types.Offer) (types.OpenOffer, error) {
	terms, err := k.identify(ctx, key.K2())
	if err != nil {
		return types.OpenOffer{}, err
	}
	sum, _, err := k.Tallies.Find(ctx, key)
	if err != nil {
		return types.OpenOffer{}, err
	}
	conditions, err := k.Conditions(ctx, key.K1(), o, terms.Terms)
	return types.OpenOffer{
		Work: key.K1(), Terms: terms, Offer: o, Public: o.Public(terms.Terms), Granted: sum.Given, Conditions: conditions,
	}, err
}

func (k Keeper) namedGrant(ctx context.Context, id types.GrantID) (types.NamedGrant, error) {
	grant, err := k.GetGrant(ctx, id)
	if err != nil {
		return types.NamedGrant{}, err
	}
	grant, err = k.inTime(ctx, grant)
	return grant.Named(id), err
}

// inForce is a constraint with what it comes down to now.
func (k Keeper) inForce(ctx context.Context, work registrytypes.WorkID, c types.Constraint) (types.InForce, error) {
	named, err := k.namedConstraint(ctx, c)
	if err == nil && c.PriceVersion > 0 {
		row := types.InForce{Constraint: named}
		row.Price, _, err = k.passPrice(ctx, work, c.Source.WorkID, c.Terms.TermsID, nil)
		if err != nil || !row.Price.Empty() {
			return row, err
		}
		price, err := k.Prices.Get(ctx, priceOf(c)) // for those whom the offer named
		row.Price = price.Price
		return row, err
	}
	if err != nil || c.Kind != types.CONSTRAINT_CEILING {
		return types.InForce{Constraint: named}, err
	}
	terms, err := k.GetTerms(ctx, c.Terms.TermsID)
	if err != nil {
		return types.InForce{}, err
	}
	row := types.InForce{Constraint: named, Ceiling: terms.RevenueCeiling}
	for _, coin := range terms.RevenueCeiling {
		taken, err := k.royalty.TakenIn(ctx, work, coin.Denom)
		if err != nil {
			return row, err
		}
		row.TakenIn = append(row.TakenIn, sdk.NewCoin(coin.Denom, taken))
	}
	return row, nil
}
