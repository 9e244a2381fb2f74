package keeper

import (
	"context"
	"fmt"
	"slices"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// checkPrices: versions of what was asked are without a gap, of terms that have a use paid
// by a grant and of works that exist; each offer of such terms has the last, and each grant
// one of them.
func (k Keeper) checkPrices(ctx context.Context) error {
	last := make(map[workTerms]uint32)
	err := k.Prices.Walk(ctx, nil, func(key priceKey, p types.Price) (bool, error) {
		of := workTerms{key.K1(), key.K2()}
		if last[of]++; key.K3() != last[of] {
			return true, fmt.Errorf("%s under %s has version %d of its price after %d", key.K1(), key.K2(), key.K3(), last[of]-1)
		}
		if _, err := k.registry.GetWork(ctx, key.K1()); err != nil {
			return true, err
		}
		t, err := k.GetTerms(ctx, key.K2())
		if err == nil && !t.PaidByGrant() {
			err = fmt.Errorf("%s has a price kept under %s, which have no use paid by a grant", key.K1(), key.K2())
		}
		if err == nil {
			err = types.Offer{Price: p.Price, Licensees: p.Licensees}.Validate(t)
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.Offers.Walk(ctx, nil, func(key offered, o types.Offer) (bool, error) {
		if o.PriceVersion != 0 && o.PriceVersion != last[workTerms{key.K1(), key.K2()}] {
			return true, fmt.Errorf("the offer of %s under %s asks version %d, the last is %d",
				key.K1(), key.K2(), o.PriceVersion, last[workTerms{key.K1(), key.K2()}])
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.Grants.Walk(ctx, nil, func(id types.GrantID, g types.Grant) (bool, error) {
		t, err := k.GetTerms(ctx, g.Terms.TermsID)
		if v := g.PriceVersion; err == nil && ((v > 0) != t.PaidByGrant() || v > last[workTerms{g.Work.WorkID, g.Terms.TermsID}]) {
			err = fmt.Errorf("%s pins version %d of the price, which never was", id, v)
		}
		return err != nil, err
	})
}

// checkPasses: both works exist, and the pass is one that the terms sell; exactly those that
// end are found by their ids.
func (k Keeper) checkPasses(ctx context.Context) error {
	ending := 0
	err := k.Passes.Walk(ctx, nil, func(key passed, p types.Pass) (bool, error) {
		if _, err := k.registry.GetWork(ctx, key.K2()); err != nil {
			return true, err
		}
		if _, err := k.registry.GetWork(ctx, key.K3()); err != nil {
			return true, err
		}
		t, err := k.GetTerms(ctx, key.K4())
		if err == nil {
			err = p.Validate(t)
		}
		if err != nil {
			return true, fmt.Errorf("pass of %s for %s: %w", key.K1(), key.K2(), err)
		}
		found, err := k.Promised.Has(ctx, collections.Join3(key.K2(), key.K3(), key.K4()))
		if err == nil && p.ExpiresAt != nil {
			ending++
			want := types.NewPassKey(key.K1(), key.K2(), key.K3(), key.K4())
			var has types.PassKey
			if has, err = k.passKey(ctx, want.ID()); err == nil && has.ID() != want.ID() {
				err = fmt.Errorf("%s stands in its place", has.ID())
			}
		}
		if err == nil && !found {
			err = fmt.Errorf("%s has a pass for %s, which was not made from %s under %s", key.K1(), key.K2(), key.K3(), key.K4())
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.PassKeys.Walk(ctx, nil, func(id []byte, _ types.PassKey) (bool, error) {
		if ending--; ending < 0 {
			return true, fmt.Errorf("%x, or another id, is of no pass that ends", id)
		}
		return false, nil
	})
}

// checkPromised: uses of each work are promised at just the prices that follow from all that was
// ever demanded of it.
func (k Keeper) checkPromised(ctx context.Context) error {
	noted := 0
	err := k.Demands.Walk(ctx, nil, func(work registrytypes.WorkID, packed []byte) (bool, error) {
		d, err := types.UnpackDemands(packed)
		if err != nil {
			return true, err
		}
		number, err := k.checkPromisedOf(ctx, work, d)
		noted += number
		if err != nil {
			err = fmt.Errorf("%s: %w", work, err)
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.Promised.Walk(ctx, nil, func(key promisedKey, _ []byte) (bool, error) {
		if noted--; noted < 0 {
			return true, fmt.Errorf("uses of %s, or of another work, are promised that was not made so", key.K1())
		}
		return false, nil
	})
}

// checkPromisedOf checks the prices promised of one work, and returns how many sources and
// terms they are of.
func (k Keeper) checkPromisedOf(ctx context.Context, work registrytypes.WorkID, d types.Demands) (int, error) {
	want := make(map[promisedOf][]uint32)
	for v := uint32(1); v <= d.Version; v++ {
		rows, err := k.constraintsAt(ctx, work, d, v)
		if err != nil {
			return 0, err
		}
		for _, c := range rows {
			if c.PriceVersion == 0 {
				continue
			}
			of := promisedOf{c.Source.WorkID, c.Terms.TermsID}
			if want[of], err = k.promiseAt(ctx, c, want[of]); err != nil {
				return 0, err
			}
		}
	}
	noted := 0
	err := k.Promised.Walk(ctx, collections.NewPrefixedTripleRange[registrytypes.WorkID, registrytypes.WorkID, types.TermsID](work),
		func(key promisedKey, packed []byte) (bool, error) {
			noted++
			versions := want[promisedOf{key.K2(), key.K3()}]
			got, err := types.UnpackVersions(packed)
			if err == nil && !slices.Equal(got, versions) {
				err = fmt.Errorf("uses are promised at versions %d of the price of %s, noted are %d", versions, key.K2(), got)
			}
			return err != nil, err
		})
	if err == nil && noted != len(want) {
		err = fmt.Errorf("its uses are promised by %d sources and terms, noted are %d", len(want), noted)
	}
	return noted, err
}

// promisedOf is a source and terms, which maps can have as their key.
type promisedOf struct {
	source registrytypes.WorkID
	terms  types.TermsID
}
