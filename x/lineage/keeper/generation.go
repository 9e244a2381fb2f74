package keeper

import (
	"context"
	"errors"

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
		needed  = d.generation
		highest workID
		sources = make([]workID, 0, len(d.permits))
	)
	for _, p := range d.permits {
		generation, err := k.royalty.Generation(ctx, p.Source)
		if err != nil {
			return err
		}
		sources = append(sources, p.Source)
		if generation >= needed {
			needed, highest = generation+1, p.Source
		}
	}
	if needed == d.generation {
		return nil
	}
	if d.derived {
		var err error
		if d.raised, err = k.planRaise(ctx, d.Work, needed, sources, highest); err != nil {
			return err
		}
	}
	d.generation = needed
	return nil
}

// checkReserved refuses sources that a grant of the work is reserved for, or that are made
// from such: whoever acquired the grant could not declare the derivation any more. It walks
// all that the sources are made from, within the bound of the parameters. It fails with
// ErrReserved or with ErrWalkTooLong.
func (k Keeper) checkReserved(ctx context.Context, d *derivation) error {
	if has, err := k.license.HasReserved(ctx, d.Work); err != nil || !has {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	gas := sdk.UnwrapSDKContext(ctx).GasMeter()
	rows := &reader{ctx: ctx, k: k}
	left := int(params.MaxWalk)
	for i, s := range d.linked {
		steps, truncated, err := graph.Walk(ancestors{rows}, s.Work, graph.Limits{Steps: left, Edges: left})
		if err != nil {
			return err
		}
		left -= len(steps)
		for _, work := range append([]graph.Step[workID]{{Node: s.Work}}, steps...) {
			gas.ConsumeGas(params.GasPerStep, "lineage walk")
			grant, reserved, err := k.license.ReservedFor(ctx, d.Work, work.Node, d.permits[i].Grant)
			if err != nil {
				return err
			}
			if reserved {
				return errorsmod.Wrapf(types.ErrReserved, "source %s: %s of %s was acquired for %s, which goes first: "+
					"declare the source when it "+
					"has ended", s.Work, grant, d.Work, work.Node)
			}
		}
		if truncated {
			return errorsmod.Wrapf(types.ErrWalkTooLong, "source %s is made from more than %d works, and grants of %s "+
				"are reserved for works that "+
				"may be among them: declare it when they are used or have ended", s.Work, params.MaxWalk, d.Work)
		}
	}
	return nil
}

// planRaise walks the work's descendants within the bounds of the parameters.
// It fails with ErrCycle or with ErrWalkTooLong, naming the source concerned.
func (k Keeper) planRaise(
	ctx context.Context, work workID, generation uint32, sources []workID, highest workID,
) ([]graph.Change[workID], error) {
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
