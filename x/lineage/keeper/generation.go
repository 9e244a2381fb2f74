package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/lineage/graph"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// place finds the work's generation with the new sources. Sources of a lower
// generation change nothing; any others raise it, which is free while nothing
// derives from the work, and otherwise takes a bounded walk over what does.
func (k Keeper) place(ctx context.Context, d *derivation) error {
	var (
		needed  = d.node.Generation
		highest workID
		sources = make([]workID, 0, len(d.permits))
	)
	for _, p := range d.permits {
		source, _, err := k.node(ctx, p.Source)
		if err != nil {
			return err
		}
		sources = append(sources, p.Source)
		if source.Generation >= needed {
			needed, highest = source.Generation+1, p.Source
		}
	}
	if needed == d.node.Generation {
		return nil
	}
	if d.derived {
		var err error
		if d.raised, err = k.planRaise(ctx, d.Work, needed, sources, highest); err != nil {
			return err
		}
	}
	d.node.Generation = needed
	return nil
}

// planRaise walks the work's descendants within the bounds of the parameters.
// It fails with ErrCycle or with ErrWalkTooLong, naming the source concerned.
func (k Keeper) planRaise(ctx context.Context, work workID, generation uint32, sources []workID, highest workID) ([]graph.Change[workID], error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	gas := sdk.UnwrapSDKContext(ctx).GasMeter()
	changes, err := graph.Raise(descendants{ctx, k}, work, generation, sources, int(params.MaxWalk), func() error {
		gas.ConsumeGas(params.GasPerStep, "lineage walk")
		return nil
	})
	var cycle *graph.CycleError[workID]
	switch {
	case errors.As(err, &cycle):
		return nil, errorsmod.Wrapf(types.ErrCycle, "source %s is itself made from %s", cycle.Source, work)
	case errors.Is(err, graph.ErrTooFar):
		return nil, errorsmod.Wrapf(types.ErrWalkTooLong,
			"source %s, of generation %d, cannot be added to %s any more: it takes more than %d steps to renumber what derives from it",
			highest, generation-1, work, params.MaxWalk)
	}
	return changes, err
}

// descendants is the graph from sources to derivatives.
type descendants struct {
	ctx context.Context
	k   Keeper
}

// Neighbours lists derivatives by id, those that only cite left out.
func (g descendants) Neighbours(work workID, after *workID, limit int) ([]workID, error) {
	r := new(collections.Range[derivativeKey]).Prefix(collections.TripleSuperPrefix[workID, bool, workID](work, false))
	if after != nil {
		r = new(collections.Range[derivativeKey]).
			StartExclusive(collections.Join3(work, false, *after)).
			EndExclusive(collections.TripleSuperPrefix[workID, bool, workID](work, true))
	}
	it, err := g.k.Derivatives.Iterate(g.ctx, r)
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var list []workID
	for ; it.Valid() && len(list) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		list = append(list, key.K3())
	}
	return list, nil
}

// Generation returns a work's generation; 0 for an original.
func (g descendants) Generation(work workID) (uint32, error) {
	node, _, err := g.k.node(g.ctx, work)
	return node.Generation, err
}

// ancestors is the graph from derivatives to sources.
type ancestors struct {
	ctx context.Context
	k   Keeper
}

// Neighbours lists sources by id, those only cited left out.
func (g ancestors) Neighbours(work workID, after *workID, limit int) ([]workID, error) {
	r := collections.NewPrefixedPairRange[workID, workID](work)
	if after != nil {
		r = r.StartExclusive(*after)
	}
	it, err := g.k.Edges.Iterate(g.ctx, r)
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var list []workID
	for ; it.Valid() && len(list) < limit; it.Next() {
		edge, err := it.KeyValue()
		if err != nil {
			return nil, err
		}
		if edge.Value.Role != types.ROLE_CITES {
			list = append(list, edge.Key.K2())
		}
	}
	return list, nil
}
