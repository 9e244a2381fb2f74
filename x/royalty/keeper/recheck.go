package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// recheckBudget is how many rows are looked at again in a block.
const recheckBudget = 1000

// UpdateParams replaces the parameters. When accepted denoms or their minima change,
// what was too small may be ready now: the next blocks look at all stages and
// balances again. It fails with ErrInvalidUnit where two denoms would have one symbol, or
// a denom would be another's.
func (k Keeper) UpdateParams(ctx context.Context, params types.Params) error {
	before, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.setUnits(ctx, before, params); err != nil {
		return err
	}
	if err := k.checkNewNames(ctx, before, params); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, params); err != nil {
		return err
	}
	if slices.EqualFunc(before.Denoms, params.Denoms, types.AcceptedDenom.Equal) {
		return nil
	}
	return k.Recheck.Set(ctx, types.Recheck{})
}

// recheck looks at the next rows, puts stages that are ready into the sweep's queue
// and returns the purses among them, and whether there was anything to do.
func (k Keeper) recheck(ctx context.Context, b *book, sweep *flow.Sweep) (purses []flow.Purse, busy bool, err error) {
	at, err := k.Recheck.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	balances := at.Balances
	if balances {
		purses, err = k.recheckBalances(ctx, &at)
	} else {
		err = k.recheckStages(ctx, b, sweep, &at)
	}
	if err != nil {
		return nil, false, err
	}
	if balances && at.Next == nil {
		return purses, true, k.Recheck.Remove(ctx)
	}
	return purses, true, k.Recheck.Set(ctx, at)
}

func (k Keeper) recheckStages(ctx context.Context, b *book, sweep *flow.Sweep, at *types.Recheck) error {
	keys, next, err := keysFrom(ctx, k.Stages.Map, at.Next)
	if err != nil {
		return err
	}
	for _, key := range keys {
		pot := flow.Pot{Work: types.FlowWork(key.K1()), Denom: key.K2()}
		if err := sweep.Check(pot); err != nil {
			b.Failed(flow.Item{Pot: pot}, err)
		}
	}
	at.Next, at.Balances = next, next == nil
	return nil
}

func (k Keeper) recheckBalances(ctx context.Context, at *types.Recheck) ([]flow.Purse, error) {
	keys, next, err := keysFrom(ctx, k.Balances.Map, at.Next)
	if err != nil {
		return nil, err
	}
	purses := make([]flow.Purse, len(keys))
	for i, key := range keys {
		purses[i] = flow.Purse{Account: flow.Account(key.K1()), Denom: key.K2()}
	}
	at.Next = next
	return purses, nil
}

// keysFrom reads the keys from one on, as many as are looked at in a block, and
// the key after them; nil at the end.
func keysFrom[K, V any](ctx context.Context, rows collections.Map[K, V], from []byte) (keys []K, next []byte, err error) {
	it, err := rows.IterateRaw(ctx, from, nil, collections.OrderAscending)
	if err != nil {
		return nil, nil, err
	}
	defer it.Close()
	for ; it.Valid(); it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, nil, err
		}
		if len(keys) == recheckBudget {
			next, err = collections.EncodeKeyWithPrefix(nil, rows.KeyCodec(), key)
			return keys, next, err
		}
		keys = append(keys, key)
	}
	return keys, nil, nil
}
