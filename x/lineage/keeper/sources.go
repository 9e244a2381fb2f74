package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// checkNew compares the declaration with what the work declared before: the
// number of sources, each once, and their weights together. A first
// declaration reads nothing here.
func (k Keeper) checkNew(ctx context.Context, d *derivation) error {
	if err := k.takeOut(d); err != nil {
		return err
	}
	before := d.row.Count()
	if total := before + len(d.Sources); total > types.MaxSources {
		return errorsmod.Wrapf(types.ErrTooManySources, "%s would have %d sources, a work has at most %d", d.Work, total, types.MaxSources)
	}
	sum := d.Weight()
	if before == 0 || (sum == 0 && len(d.Externals) == 0) {
		return nil
	}
	outside, err := k.checkExternals(ctx, d)
	if err != nil || sum == 0 {
		return err
	}
	sum += outside
	for _, e := range d.row.Edges {
		sum += uint64(e.Weight)
	}
	if sum > types.Whole {
		return errorsmod.Wrapf(types.ErrOverWhole, "the weights of all sources of %s would sum to %d ppm, the whole is %d", d.Work, sum, types.Whole)
	}
	return nil
}

// checkExternals reads the external sources that the work has, at most 1,024,
// refuses one that is declared again, and returns the sum of their weights.
func (k Keeper) checkExternals(ctx context.Context, d *derivation) (weight uint64, err error) {
	if d.row.Externals == 0 {
		return 0, nil
	}
	declared := make(map[types.Reference]types.External, len(d.Externals))
	for _, s := range d.Externals {
		declared[types.ExternalEdge{External: *s.External}.Reference()] = *s.External
	}
	err = k.Externals.Walk(ctx, collections.NewPrefixedPairRange[workID, uint32](d.Work), func(_ externalKey, e types.ExternalEdge) (bool, error) {
		if s, again := declared[e.Reference()]; again {
			return true, errorsmod.Wrapf(types.ErrAlreadySource, "external reference sha256 %q uri %q of %s: a source is declared once",
				s.Sha256, s.Uri, d.Work)
		}
		weight += uint64(e.Weight)
		return false, nil
	})
	return weight, err
}
