package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// At what prices uses of a work were promised, by what was demanded of it at any time. A
// grant pins that demand, and what was made by a pass is kept up by another one, so no later
// declaration of the work, nor a new price at its source, takes a promise back.

// passPrice is what a pass costs an account, nil being anybody: in each denom the least of
// all prices that it was promised at. Empty: none was promised to it. Made says whether the
// work was ever made so at all.
func (k Keeper) passPrice(
	ctx context.Context, work, source registrytypes.WorkID, terms types.TermsID, account sdk.AccAddress,
) (least sdk.Coins, made bool, err error) {
	packed, made, err := k.Promised.Find(ctx, collections.Join3(work, source, terms))
	if err != nil || !made {
		return nil, false, err
	}
	versions, err := types.UnpackVersions(packed)
	if err != nil {
		return nil, false, err
	}
	prices, err := k.pricesOf(ctx, source, terms, versions)
	return types.LeastPrice(prices, account), true, err
}

func (k Keeper) pricesOf(
	ctx context.Context, source registrytypes.WorkID, terms types.TermsID, versions []uint32,
) ([]types.Price, error) {
	prices := make([]types.Price, 0, len(versions))
	for _, v := range versions {
		price, err := k.Prices.Get(ctx, collections.Join3(source, terms, v))
		if err != nil {
			return nil, errorsmod.Wrapf(err, "version %d of the price of %s under %s", v, source, terms)
		}
		prices = append(prices, price)
	}
	return prices, nil
}

// promise notes at which prices of its sources a work is made, where they sell a use. It
// fails with ErrTooMany.
func (k Keeper) promise(ctx context.Context, work registrytypes.WorkID, rows []types.Constraint) error {
	for _, c := range rows {
		if c.PriceVersion == 0 {
			continue
		}
		key := collections.Join3(work, c.Source.WorkID, c.Terms.TermsID)
		packed, _, err := k.Promised.Find(ctx, key)
		if err != nil {
			return err
		}
		before, err := types.UnpackVersions(packed)
		if err != nil {
			return err
		}
		now, err := k.promiseAt(ctx, c, before)
		if err != nil {
			return errorsmod.Wrapf(err, "%s", work)
		}
		if slices.Equal(before, now) {
			continue
		}
		if err := k.Promised.Set(ctx, key, types.PackVersions(now)); err != nil {
			return err
		}
	}
	return nil
}

// promiseAt are the versions of a price that are promised with the one that a demand names:
// without those that another is at least as good as, for everybody. It fails with ErrTooMany.
func (k Keeper) promiseAt(ctx context.Context, c types.Constraint, versions []uint32) ([]uint32, error) {
	if slices.Contains(versions, c.PriceVersion) {
		return versions, nil
	}
	if len(versions) == 0 {
		return []uint32{c.PriceVersion}, nil
	}
	source, terms := c.Source.WorkID, c.Terms.TermsID
	prices, err := k.pricesOf(ctx, source, terms, append([]uint32{c.PriceVersion}, versions...))
	if err != nil {
		return nil, err
	}
	now := prices[0]
	kept := []uint32{c.PriceVersion}
	for i, price := range prices[1:] {
		if price.AsGoodAs(now) {
			return versions, nil
		}
		if !now.AsGoodAs(price) {
			kept = append(kept, versions[i])
		}
	}
	if len(kept) > types.MaxPromised {
		return nil, errorsmod.Wrapf(types.ErrTooMany, "its uses would be promised at %d prices of %s under %s, none "+
			"as good for everybody as "+
			"another, at most %d: declare it by a grant that was acquired at one of the prices before, or by other terms",
			len(kept), source, terms, types.MaxPromised)
	}
	slices.Sort(kept)
	return kept, nil
}
