package keeper

import (
	"context"

	"github.com/stemma-chain/stemma/x/license/types"
)

// identify returns terms with their id and, for a preset, its name.
func (k Keeper) identify(ctx context.Context, id types.TermsID) (types.IdentifiedTerms, error) {
	t, err := k.GetTerms(ctx, id)
	return types.IdentifiedTerms{Id: id.String(), Preset: types.PresetName(id), Terms: t}, err
}

// describeOffer puts together what somebody who wants to take an offer asks.
func (k Keeper) describeOffer(ctx context.Context, key offered, o types.Offer) (types.OpenOffer, error) {
	terms, err := k.identify(ctx, key.K2())
	if err != nil {
		return types.OpenOffer{}, err
	}
	granted, _, err := find(ctx, k.GrantCounts, key)
	if err != nil {
		return types.OpenOffer{}, err
	}
	return types.OpenOffer{
		Work: key.K1().String(), Terms: terms, Offer: o, Public: o.Public(terms.Terms), Granted: granted,
	}, nil
}

func (k Keeper) namedGrant(ctx context.Context, id types.GrantID) (types.NamedGrant, error) {
	grant, err := k.GetGrant(ctx, id)
	if err != nil {
		return types.NamedGrant{}, err
	}
	return grant.Named(id), nil
}
