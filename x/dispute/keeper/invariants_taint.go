package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/dispute/types"
)

// checkTaints: works that exist are told of ancestors that are invalid; each invalidation that is still
// told has its steps, from the invalid work or one that was told.
func (k Keeper) checkTaints(ctx context.Context) error {
	err := k.Taints.Walk(ctx, nil, func(key collections.Pair[workID, workID]) (bool, error) {
		_, err := k.registry.GetWork(ctx, key.K1())
		if err == nil {
			err = k.checkInvalid(ctx, key.K2())
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	steps := map[workID]uint64{}
	err = k.Steps.Walk(ctx, nil, func(key collections.Pair[workID, uint64], step types.Step) (bool, error) {
		steps[key.K1()]++
		err := k.checkStep(ctx, key, step)
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.Spreads.Walk(ctx, nil, func(work workID, s types.Spread) (bool, error) {
		err := k.checkInvalid(ctx, work)
		if err == nil && steps[work] != s.Tail-s.Head {
			err = fmt.Errorf("%s has %d steps from %d to %d", work, steps[work], s.Head, s.Tail)
		}
		return err != nil, err
	})
}

func (k Keeper) checkInvalid(ctx context.Context, work workID) error {
	w, err := k.registry.GetWork(ctx, work)
	if err == nil && w.Stands() {
		err = fmt.Errorf("%s is said to be invalid, it is %s", work, w.Status)
	}
	return err
}

func (k Keeper) checkStep(ctx context.Context, key collections.Pair[workID, uint64], step types.Step) error {
	s, _, err := k.Spreads.Find(ctx, key.K1())
	if err == nil && (key.K2() < s.Head || key.K2() >= s.Tail) {
		err = fmt.Errorf("step %d of %s is not between %d and %d", key.K2(), key.K1(), s.Head, s.Tail)
	}
	if err != nil || step.Work == key.K1() {
		return err
	}
	told, err := k.Taints.Has(ctx, collections.Join(step.Work, key.K1()))
	if err == nil && !told {
		err = fmt.Errorf("step %d of %s goes on from %s, which was not told", key.K2(), key.K1(), step.Work)
	}
	return err
}

// checkObjections: they are to weights of sources.
func (k Keeper) checkObjections(ctx context.Context) error {
	return k.Objections.Walk(ctx, nil, func(key collections.Pair[workID, workID], _ types.Objection) (bool, error) {
		_, _, found, err := k.lineage.Weight(ctx, key.K1(), key.K2())
		if err == nil && !found {
			err = fmt.Errorf("an objection is to the weight of %s in %s, whose source it is not", key.K2(), key.K1())
		}
		return err != nil, err
	})
}
