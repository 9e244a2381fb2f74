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
	before := int(d.node.Sources + d.node.Externals)
	if total := before + len(d.Sources); total > types.MaxSources {
		return errorsmod.Wrapf(types.ErrTooManySources, "%s would have %d sources, a work has at most %d", d.Work, total, types.MaxSources)
	}
	if d.node.Sources > 0 {
		for _, s := range d.Works {
			has, err := k.Edges.Has(ctx, collections.Join(d.Work, s.ID))
			if err != nil {
				return err
			}
			if has {
				return errorsmod.Wrapf(types.ErrAlreadySource, "%s of %s: a source is declared once", s.ID, d.Work)
			}
		}
	}
	sum := d.Weight()
	if before == 0 || (sum == 0 && len(d.Externals) == 0) {
		return nil
	}
	return k.checkAgainstExisting(ctx, d, sum)
}

// checkAgainstExisting reads the sources that the work has, at most 1,024.
func (k Keeper) checkAgainstExisting(ctx context.Context, d *derivation, sum uint64) error {
	declared := make(map[types.External]bool, len(d.Externals))
	for _, s := range d.Externals {
		declared[*s.External] = true
	}
	err := k.Externals.Walk(ctx, collections.NewPrefixedPairRange[workID, uint32](d.Work), func(_ externalKey, e types.ExternalEdge) (bool, error) {
		if declared[e.External] {
			return true, errorsmod.Wrapf(types.ErrAlreadySource, "external reference sha256 %q uri %q of %s: a source is declared once",
				e.External.Sha256, e.External.Uri, d.Work)
		}
		sum += uint64(e.Weight)
		return false, nil
	})
	if err != nil {
		return err
	}
	if d.Weight() == 0 {
		return nil
	}
	err = k.Edges.Walk(ctx, collections.NewPrefixedPairRange[workID, workID](d.Work), func(_ workPair, e types.Edge) (bool, error) {
		sum += uint64(e.Weight)
		return false, nil
	})
	if err != nil {
		return err
	}
	if sum > types.Whole {
		return errorsmod.Wrapf(types.ErrOverWhole, "the weights of all sources of %s would sum to %d ppm, the whole is %d", d.Work, sum, types.Whole)
	}
	return nil
}
