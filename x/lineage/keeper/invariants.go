package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/internal/invariants"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// CheckInvariants runs every check of the module's state and names the first
// that fails.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	return invariants.Check(ctx, types.ModuleName,
		invariants.Invariant{Name: "form", Check: k.checkForm},
		invariants.Invariant{Name: "generations", Check: k.checkGenerations},
		invariants.Invariant{Name: "derivatives index", Check: k.checkIndex},
		invariants.Invariant{Name: "rows", Check: k.checkRows},
		invariants.Invariant{Name: "approvals", Check: k.checkApprovalRows},
		invariants.Invariant{Name: "demands", Check: k.checkDemands},
	)
}

// checkForm: a work and its sources are registered, with the versions that are pinned; the sources are in the order by
// which they are found, and the external ones are numbered from 0 without a gap.
func (k Keeper) checkForm(ctx context.Context) error {
	return k.Derivations.Walk(ctx, nil, func(work workID, row types.Derivation) (bool, error) {
		if err := row.Check(work); err != nil {
			return true, err
		}
		if _, err := k.registry.GetWork(ctx, work); err != nil {
			return true, err
		}
		for _, e := range row.Edges {
			source, err := k.registry.GetWork(ctx, e.Source.WorkID)
			if err == nil && (e.WorkVersion > source.Version || e.WorkVersion == 0 && !e.Cites()) {
				err = fmt.Errorf("version %d of %s is pinned, it is at %d", e.WorkVersion, e.Source.WorkID, source.Version)
			}
			if err != nil {
				return true, fmt.Errorf("source of %s: %w", work, err)
			}
		}
		var externals uint32
		err := k.Externals.Walk(ctx, collections.NewPrefixedPairRange[workID, uint32](work), func(key externalKey, _ types.ExternalEdge) (bool, error) {
			if key.K2() != externals {
				return true, fmt.Errorf("external source %d of %s is missing", externals, work)
			}
			externals++
			return false, nil
		})
		if err == nil && externals != row.Externals {
			err = fmt.Errorf("%s counts %d external sources, it has %d", work, row.Externals, externals)
		}
		return false, err
	})
}

// checkGenerations: the generation that x/royalty has of a work is one above its
// sources' highest, and 0 of a source that is an original. So generations fall
// along every edge and there is no cycle.
func (k Keeper) checkGenerations(ctx context.Context) error {
	return k.Derivations.Walk(ctx, nil, func(work workID, row types.Derivation) (bool, error) {
		var want uint32
		for _, e := range row.Edges {
			if e.Cites() {
				continue
			}
			generation, err := k.soundGeneration(ctx, e.Source.WorkID)
			if err != nil {
				return true, err
			}
			want = max(want, generation+1)
		}
		has, err := k.royalty.Generation(ctx, work)
		if err == nil && has != want {
			err = fmt.Errorf("%s has generation %d, its sources make it %d", work, has, want)
		}
		return false, err
	})
}

// soundGeneration returns a source's generation. It fails for an original that
// has another than 0.
func (k Keeper) soundGeneration(ctx context.Context, source workID) (uint32, error) {
	generation, err := k.royalty.Generation(ctx, source)
	if err != nil || generation == 0 {
		return generation, err
	}
	has, err := k.Derivations.Has(ctx, source)
	if err == nil && !has {
		err = fmt.Errorf("%s is an original, but has generation %d", source, generation)
	}
	return generation, err
}

// checkIndex: the index of derivatives is the exact reverse of the edges, and
// exactly the works in it with more than citations are marked.
func (k Keeper) checkIndex(ctx context.Context) error {
	edges, indexed := 0, 0
	sources := make(map[workID]bool)
	err := k.Derivations.Walk(ctx, nil, func(work workID, row types.Derivation) (bool, error) {
		edges += len(row.Edges)
		for _, e := range row.Edges {
			if !e.Cites() {
				sources[e.Source.WorkID] = true
			}
			has, err := k.Derivatives.Has(ctx, collections.Join3(e.Source.WorkID, e.Cites(), work))
			if err == nil && !has {
				err = fmt.Errorf("the edge from %s to %s is not indexed", work, e.Source.WorkID)
			}
			if err != nil {
				return true, err
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.Derivatives.Walk(ctx, nil, func(derivativeKey) (bool, error) {
		indexed++
		return false, nil
	})
	if err != nil {
		return err
	}
	if edges != indexed {
		return fmt.Errorf("%d edges, %d in the index", edges, indexed)
	}
	marked := 0
	err = k.Derived.Walk(ctx, nil, func(source workID) (bool, error) {
		marked++
		if !sources[source] {
			return true, fmt.Errorf("%s is marked, but nothing derives from it", source)
		}
		return false, nil
	})
	if err == nil && marked != len(sources) {
		err = fmt.Errorf("works derive from %d works, %d are marked", len(sources), marked)
	}
	return err
}

// checkRows: whatever belongs to a work has its row and is valid.
func (k Keeper) checkRows(ctx context.Context) error {
	known := func(work workID) (bool, error) {
		has, err := k.Derivations.Has(ctx, work)
		if err == nil && !has {
			err = fmt.Errorf("%s has entries but no row", work)
		}
		return false, err
	}
	return errors.Join(
		k.Externals.Walk(ctx, nil, func(key externalKey, e types.ExternalEdge) (bool, error) {
			if err := e.Validate(); err != nil {
				return true, fmt.Errorf("external source %d of %s: %w", key.K2(), key.K1(), err)
			}
			return known(key.K1())
		}),
		k.Records.Walk(ctx, nil, func(work workID, r types.GenerationRecord) (bool, error) {
			if err := r.Validate(); err != nil {
				return true, fmt.Errorf("record of %s: %w", work, err)
			}
			return known(work)
		}),
	)
}

// checkApprovalRows: both works exist and differ, and the source has changed hands
// as often as it had then or more often.
func (k Keeper) checkApprovalRows(ctx context.Context) error {
	return k.Approvals.Walk(ctx, nil, func(key approvalKey, a types.SourceApproval) (bool, error) {
		transfers := a.Transfers
		source, err := k.registry.GetWork(ctx, key.K1())
		if err != nil {
			return true, err
		}
		if _, err := k.registry.GetWork(ctx, key.K2()); err != nil {
			return true, err
		}
		if key.K1() == key.K2() {
			return true, fmt.Errorf("%s is approved as a source of itself", key.K1())
		}
		if transfers > source.Transfers {
			return true, fmt.Errorf("%s has an approval of %s from after transfer %d, but changed hands %d times only",
				key.K1(), key.K2(), transfers, source.Transfers)
		}
		return false, nil
	})
}

// checkDemands: what is demanded of each work, now and before, follows from what its
// edges pin.
func (k Keeper) checkDemands(ctx context.Context) error {
	return k.Derivations.Walk(ctx, nil, func(work workID, row types.Derivation) (bool, error) {
		history, err := k.history(ctx, work, row)
		if err == nil {
			err = k.license.CheckHistory(ctx, work, history)
		}
		return err != nil, err
	})
}
