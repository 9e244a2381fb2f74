package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// What was made of an invalid work is told so, breadth first, some works in each block. It is for
// what lies beyond what a query walks, and for those who follow the events: whether a
// work is invalid is read from its own row.

// spreadFrom has the descendants of an invalid work told.
func (k Keeper) spreadFrom(ctx context.Context, invalid workID) error {
	if err := k.Steps.Set(ctx, collections.Join(invalid, uint64(0)), types.Step{Work: invalid}); err != nil {
		return err
	}
	return k.Spreads.Set(ctx, invalid, types.Spread{Tail: 1})
}

// spread tells descendants of invalid works, within the budget.
func (k Keeper) spread(ctx context.Context, params types.Params) error {
	for left := int(params.NoticeBudget); left > 0; {
		invalid, s, found, err := k.firstSpread(ctx)
		if err != nil || !found {
			return err
		}
		took, err := k.spreadStep(ctx, invalid, s, left, uint64(params.MaxNotices))
		if err != nil {
			return err
		}
		left -= max(1, took)
	}
	return nil
}

func (k Keeper) firstSpread(ctx context.Context) (invalid workID, s types.Spread, found bool, err error) {
	err = k.Spreads.Walk(ctx, nil, func(work workID, spread types.Spread) (bool, error) {
		invalid, s, found = work, spread, true
		return true, nil
	})
	return invalid, s, found, err
}

// spreadStep tells derivatives of the next work, at most as many as are left, and returns how many
// it looked at. Beyond most the rest is forgotten step by step.
func (k Keeper) spreadStep(ctx context.Context, invalid workID, s types.Spread, left int, most uint64) (int, error) {
	key := collections.Join(invalid, s.Head)
	step, err := k.Steps.Get(ctx, key)
	if err != nil {
		return 0, err
	}
	var found []workID
	if s.Tail <= most {
		if found, err = k.lineage.DerivativesAfter(ctx, step.Work, step.After, left); err != nil {
			return 0, err
		}
	}
	for _, work := range found {
		if err := k.taint(ctx, work, invalid, &s); err != nil {
			return 0, err
		}
	}
	if len(found) == left { // there may be more
		step.After = found[left-1]
		if err := k.Steps.Set(ctx, key, step); err != nil {
			return 0, err
		}
		return len(found), k.Spreads.Set(ctx, invalid, s)
	}
	s.Head++
	if err := k.Steps.Remove(ctx, key); err != nil {
		return 0, err
	}
	if s.Head == s.Tail {
		return len(found), k.Spreads.Remove(ctx, invalid)
	}
	return len(found), k.Spreads.Set(ctx, invalid, s)
}

// taint tells a work, and has its derivatives told.
func (k Keeper) taint(ctx context.Context, work, invalid workID, s *types.Spread) error {
	key := collections.Join(work, invalid)
	told, err := k.Taints.Has(ctx, key)
	if err != nil || told {
		return err
	}
	if err := k.Taints.Set(ctx, key); err != nil {
		return err
	}
	if err := k.Steps.Set(ctx, collections.Join(invalid, s.Tail), types.Step{Work: work}); err != nil {
		return err
	}
	s.Tail++
	return events.Emit(ctx, &types.EventTainted{Work: work, Ancestor: invalid})
}

// standing tells whether a work, or something that it was made from, is disputed or invalid.
func (k Keeper) standing(ctx context.Context, id workID) (*types.QueryStandingResponse, error) {
	work, err := k.registry.GetWork(ctx, id)
	if err != nil {
		return nil, err
	}
	res := &types.QueryStandingResponse{Status: work.Status, Open: openOf(work)}
	if res.Disputes, err = k.openAbout(ctx, id); err != nil {
		return nil, err
	}
	add := func(ancestor workID) error {
		if ancestor == id || slices.ContainsFunc(res.Ancestors, func(t types.Tainted) bool { return t.Work == ancestor }) {
			return nil
		}
		w, err := k.registry.GetWork(ctx, ancestor)
		if err != nil || w.Stands() && !w.Disputed() {
			return err
		}
		if len(res.Ancestors) == types.MaxNamed {
			res.Incomplete = true
			return nil
		}
		res.Ancestors = append(res.Ancestors, types.Tainted{Work: ancestor, Status: w.Status, Open: openOf(w)})
		return nil
	}
	looked := []workID{id}
	complete, err := k.lineage.WalkAncestors(ctx, id, types.MaxLooked, func(ancestor workID) (bool, error) {
		looked = append(looked, ancestor)
		return res.Incomplete, add(ancestor)
	})
	if err != nil || complete {
		return res, err
	}
	// What lies beyond the walk told the works on it.
	res.Incomplete = true
	for _, work := range looked[:min(len(looked), types.MaxNamed)] {
		err := k.Taints.Walk(ctx, collections.NewPrefixedPairRange[workID, workID](work),
			func(key collections.Pair[workID, workID]) (bool, error) {
				return len(res.Ancestors) == types.MaxNamed, add(key.K2())
			})
		if err != nil {
			return nil, err
		}
	}
	return res, nil
}

func openOf(work registrytypes.Work) uint32 {
	if work.Hold == nil {
		return 0
	}
	return work.Hold.Disputes
}

// openAbout lists the first open disputes about a work.
func (k Keeper) openAbout(ctx context.Context, work workID) (list []types.Dispute, err error) {
	err = k.ByWork.Walk(ctx, collections.NewSuperPrefixedTripleRange[workID, bool, disputeID](work, false),
		func(key ofWork) (bool, error) {
			d, err := k.GetDispute(ctx, key.K3())
			list = append(list, d)
			return len(list) == types.MaxDisputesNamed, err
		})
	return list, err
}
