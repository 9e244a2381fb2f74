package keeper

import (
	"bytes"
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// checkReady: every stage and every balance that is ready stands in its queue, or
// lies ahead of a recheck; and queues name what exists.
func (k Keeper) checkReady(ctx context.Context) error {
	b, err := k.newBook(ctx)
	if err != nil {
		return err
	}
	ahead, err := k.aheadOfRecheck(ctx)
	if err != nil {
		return err
	}
	if err := k.checkStagesQueued(ctx, b, ahead); err != nil {
		return err
	}
	return k.checkPayoutsQueued(ctx, b, ahead)
}

// aheadOfRecheck returns a function that tells of a row, by its encoded key,
// whether a recheck will still come to it.
func (k Keeper) aheadOfRecheck(ctx context.Context) (ahead func(balances bool, key []byte) bool, err error) {
	at, err := k.Recheck.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return func(bool, []byte) bool { return false }, nil
	}
	return func(balances bool, key []byte) bool {
		if balances != at.Balances {
			return balances
		}
		return bytes.Compare(key, at.Next) >= 0
	}, err
}

func (k Keeper) checkStagesQueued(ctx context.Context, b *book, ahead func(bool, []byte) bool) error {
	queued, late := map[flow.Pot][3]bool{}, map[flow.Pot][3]bool{}
	err := k.Queue.Walk(ctx, nil, func(item flow.Item) (bool, error) {
		kinds := queued[item.Pot]
		kinds[item.Kind] = true
		queued[item.Pot] = kinds
		if item.Round >= flow.Late {
			kinds = late[item.Pot]
			kinds[item.Kind] = true
			late[item.Pot] = kinds
		}
		_, err := k.registry.GetWork(ctx, types.WorkIDOf(item.Pot.Work))
		if err == nil {
			err = checkLate(b, item)
		}
		return err != nil, errorsmod.Wrapf(err, "%s is queued", types.ItemKey.Stringify(item))
	})
	if err != nil {
		return err
	}
	return k.Stages.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, string], row types.Stages) (bool, error) {
		pot := flow.Pot{Work: types.FlowWork(key.K1()), Denom: key.K2()}
		_, held, err := flow.Earner(b, pot.Work)
		if err != nil {
			return true, err
		}
		encoded, err := collections.EncodeKeyWithPrefix(nil, types.StageKey, key)
		if err != nil || ahead(false, encoded) {
			return err != nil, err
		}
		stages := row.Flow()
		for kind := range stages {
			if err := k.checkDue(ctx, pot, flow.Kind(kind), &stages[kind], late[pot][kind]); err != nil {
				return true, err
			}
			waits := stages[kind].Unflushed()
			ready := waits.Sign() > 0 && b.Ready(pot, flow.Kind(kind), waits) && !(held && flow.Kind(kind) == flow.Earned)
			if ready && !queued[pot][kind] {
				return true, types.ErrBrokenInvariant.Wrapf("%s of %s has %s%s to flush and is not in the queue",
					types.StageKind(kind), key.K1(), waits, pot.Denom)
			}
		}
		return false, nil
	})
}

// checkLate: an `earned` stage stands in the late lane under the height that it says. Of
// others more than one item may be there, as their places depend on generations.
func checkLate(b *book, item flow.Item) error {
	if item.Round < flow.Late || item.Kind != flow.Earned {
		return nil
	}
	stages, err := b.Stages(item.Pot)
	if err != nil {
		return err
	}
	if due := stages[flow.Earned].Due; flow.Late+due != item.Round {
		return types.ErrBrokenInvariant.Wrapf("its stage is due at %d", due)
	}
	return nil
}

// checkDue: and the other way round.
func (k Keeper) checkDue(ctx context.Context, pot flow.Pot, kind flow.Kind, stage *flow.Stage, late bool) error {
	if stage.Due == 0 {
		return nil
	}
	has, err := late, error(nil)
	if kind == flow.Earned {
		has, err = k.Queue.Has(ctx, flow.Item{Round: flow.Late + stage.Due, Kind: kind, Pot: pot})
	}
	if err == nil && !has {
		err = types.ErrBrokenInvariant.Wrapf("%s of %s in %s is due at %d and not in the late lane",
			types.StageKind(kind), types.WorkIDOf(pot.Work), pot.Denom, stage.Due)
	}
	return err
}

// checkPayoutsQueued also looks the other way: what is in the queue of payouts is a
// balance that says so.
func (k Keeper) checkPayoutsQueued(ctx context.Context, b *book, ahead func(bool, []byte) bool) error {
	err := k.Balances.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, string], row types.Balance) (bool, error) {
		encoded, err := collections.EncodeKeyWithPrefix(nil, types.BalanceKey, key)
		if err != nil {
			return true, err
		}
		if row.Due > 0 {
			has, err := k.Payouts.Has(ctx, collections.Join3(row.Due, key.K1(), key.K2()))
			if err == nil && !has {
				err = types.ErrBrokenInvariant.Wrapf("the balance of %s in %s is not in the queue under %d, as it says", key.K1(), key.K2(), row.Due)
			}
			return err != nil, err
		}
		if payoutReady(b.params, key.K2(), row.Amount.BigIntMut()) && !ahead(true, encoded) {
			return true, types.ErrBrokenInvariant.Wrapf("the balance of %s, %s%s, is to be paid out and not in the queue", key.K1(), row.Amount, key.K2())
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.Payouts.Walk(ctx, nil, func(key payoutKey) (bool, error) {
		row, found, err := k.Balances.Find(ctx, collections.Join(key.K2(), key.K3()))
		if err == nil && (!found || row.Due != key.K1()) {
			err = types.ErrBrokenInvariant.Wrapf("%s waits for %s under %d; its balance says %d", key.K2(), key.K3(), key.K1(), row.Due)
		}
		return err != nil, err
	})
}
