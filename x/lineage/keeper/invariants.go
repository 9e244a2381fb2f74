package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// CheckInvariants runs every check of the module's state and names the first
// that fails.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	checks := []struct {
		name  string
		check func(context.Context) error
	}{
		{"generations", k.checkGenerations},
		{"counts", k.checkCounts},
		{"derivatives index", k.checkIndex},
		{"rows", k.checkRows},
		{"approvals", k.checkApprovalRows},
	}
	for _, c := range checks {
		if err := c.check(ctx); err != nil {
			return fmt.Errorf("%s: %s: %w", types.ModuleName, c.name, err)
		}
	}
	return nil
}

// checkGenerations: a work's generation is one above its sources' highest, so
// generations fall along every edge and there is no cycle.
func (k Keeper) checkGenerations(ctx context.Context) error {
	return k.Nodes.Walk(ctx, nil, func(work workID, node types.Node) (bool, error) {
		var want uint32
		err := k.Edges.Walk(ctx, collections.NewPrefixedPairRange[workID, workID](work), func(key workPair, e types.Edge) (bool, error) {
			if e.Role == types.ROLE_CITES {
				return false, nil
			}
			source, _, err := k.node(ctx, key.K2())
			want = max(want, source.Generation+1)
			return false, err
		})
		if err != nil {
			return true, err
		}
		if node.Generation != want {
			return true, fmt.Errorf("%s has generation %d, its sources make it %d", work, node.Generation, want)
		}
		return false, nil
	})
}

// checkCounts: a work's row counts its sources, and the external ones are
// numbered from 0 without a gap.
func (k Keeper) checkCounts(ctx context.Context) error {
	return k.Nodes.Walk(ctx, nil, func(work workID, node types.Node) (bool, error) {
		var sources, externals uint32
		err := k.Edges.Walk(ctx, collections.NewPrefixedPairRange[workID, workID](work), func(workPair, types.Edge) (bool, error) {
			sources++
			return false, nil
		})
		if err != nil {
			return true, err
		}
		err = k.Externals.Walk(ctx, collections.NewPrefixedPairRange[workID, uint32](work), func(key externalKey, _ types.ExternalEdge) (bool, error) {
			if key.K2() != externals {
				return true, fmt.Errorf("external source %d of %s is missing", externals, work)
			}
			externals++
			return false, nil
		})
		if err != nil {
			return true, err
		}
		if sources != node.Sources || externals != node.Externals {
			return true, fmt.Errorf("%s counts %d and %d external sources, it has %d and %d", work, node.Sources, node.Externals, sources, externals)
		}
		return false, nil
	})
}

// checkIndex: the index of derivatives is the exact reverse of the edges, and
// exactly the works in it with more than citations are marked.
func (k Keeper) checkIndex(ctx context.Context) error {
	edges, indexed := 0, 0
	sources := make(map[workID]bool)
	err := k.Edges.Walk(ctx, nil, func(key workPair, e types.Edge) (bool, error) {
		edges++
		cites := e.Role == types.ROLE_CITES
		if !cites {
			sources[key.K2()] = true
		}
		has, err := k.Derivatives.Has(ctx, collections.Join3(key.K2(), cites, key.K1()))
		if err == nil && !has {
			err = fmt.Errorf("the edge from %s to %s is not indexed", key.K1(), key.K2())
		}
		return false, err
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

// checkRows: whatever belongs to a derivative has its row.
func (k Keeper) checkRows(ctx context.Context) error {
	known := func(work workID) (bool, error) {
		has, err := k.Nodes.Has(ctx, work)
		if err == nil && !has {
			err = fmt.Errorf("%s has entries but no row", work)
		}
		return false, err
	}
	return errors.Join(
		k.Edges.Walk(ctx, nil, func(key workPair, _ types.Edge) (bool, error) { return known(key.K1()) }),
		k.Externals.Walk(ctx, nil, func(key externalKey, _ types.ExternalEdge) (bool, error) { return known(key.K1()) }),
		k.Records.Walk(ctx, nil, func(work workID, _ types.GenerationRecord) (bool, error) { return known(work) }),
	)
}

// checkApprovalRows: both works exist and differ, and the source has changed hands
// as often as it had then or more often.
func (k Keeper) checkApprovalRows(ctx context.Context) error {
	return k.Approvals.Walk(ctx, nil, func(key workPair, transfers uint32) (bool, error) {
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
