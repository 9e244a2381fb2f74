package keeper

import (
	"context"
	"errors"
	"math/big"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/invariants"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// CheckInvariants runs all checks of the module's state, as it is after a block.
// It fails with ErrBrokenInvariant and the name of the first that does not hold.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	return invariants.Check(ctx, types.ModuleName,
		invariants.Invariant{Name: "money is covered", Check: k.checkMoney},
		invariants.Invariant{Name: "lists are whole", Check: k.checkLists},
		invariants.Invariant{Name: "closures count each work once", Check: k.checkClosures},
		invariants.Invariant{Name: "stages hold what their lists leave", Check: k.checkRests},
		invariants.Invariant{Name: "destinations lead somewhere", Check: k.checkDestinations},
		invariants.Invariant{Name: "what is ready is queued", Check: k.checkReady},
		invariants.Invariant{Name: "meters count what came in", Check: k.checkMeters},
		invariants.Invariant{Name: "works are paid in what is counted", Check: k.checkTakings},
		invariants.Invariant{Name: "arrears are owed", Check: k.checkArrears},
		invariants.Invariant{Name: "payment channels keep to their deposits", Check: k.checkPaymentChannels},
		invariants.Invariant{Name: "pools have had what was collected, and more", Check: k.checkPools},
		invariants.Invariant{Name: "bank says the units of accepted denoms", Check: k.checkUnits},
	)
}

// checkMoney: no stage is below zero; per denom, what came in is held, credited, in a pool
// or paid out; and the module's account has exactly what is held, credited, in pools and
// in payment channels.
func (k Keeper) checkMoney(ctx context.Context) error {
	owned := sdk.NewMapCoins(nil)
	err := k.Stages.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, string], s types.Stages) (bool, error) {
		if err := s.Validate(); err != nil {
			return true, errorsmod.Wrapf(err, "%s in %s", key.K1(), key.K2())
		}
		owned.Add(sdk.NewCoin(key.K2(), s.Paid.Held.Add(s.Received.Held).Add(s.Earned.Held)))
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.Balances.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, string], row types.Balance) (bool, error) {
		if row.Amount.IsNil() || !row.Amount.IsPositive() {
			return true, types.ErrBrokenInvariant.Wrapf("balance of %s is %s%s", key.K1(), row.Amount, key.K2())
		}
		if row.Late != nil && (!row.Late.IsPositive() || row.Late.GT(row.Amount)) {
			return true, types.ErrBrokenInvariant.Wrapf("of the balance of %s, %s%s, %s is late", key.K1(), row.Amount, key.K2(), row.Late)
		}
		owned.Add(sdk.NewCoin(key.K2(), row.Amount))
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.Pools.Funds.Walk(ctx, nil, func(key fundKey, fund types.PoolFund) (bool, error) {
		if left := fund.Total.Sub(fund.Collected); left.IsPositive() {
			owned.Add(sdk.NewCoin(key.K3(), left))
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	for _, coin := range owned.ToCoins() {
		if _, err := k.Turnovers.Get(ctx, coin.Denom); errors.Is(err, collections.ErrNotFound) {
			return types.ErrBrokenInvariant.Wrapf("%s is held or credited, but none was ever paid in", coin)
		}
	}
	own := sdk.NewCoins(owned.ToCoins()...)
	err = k.Turnovers.Walk(ctx, nil, func(denom string, t types.Turnover) (bool, error) {
		if rest := t.PaidIn.Sub(t.PaidOut); !rest.Equal(own.AmountOf(denom)) {
			return true, types.ErrBrokenInvariant.Wrapf("%s: paid in %s less paid out %s is not what is held and credited, %s",
				denom, t.PaidIn, t.PaidOut, own.AmountOf(denom))
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.checkAccount(ctx, own)
}

// checkLists: shares sum to the whole, no list exceeds it, all that are owed are of
// lower generations, every epoch has its lists, and every work is registered.
func (k Keeper) checkLists(ctx context.Context) error {
	err := k.Heads.Walk(ctx, nil, func(work registrytypes.WorkID, head types.Head) (bool, error) {
		if _, err := k.registry.GetWork(ctx, work); err != nil {
			return true, err
		}
		table, err := k.GetHolders(ctx, work, head.HoldersVersion)
		if err != nil {
			return true, err
		}
		if err := table.Validate(); err != nil {
			return true, errorsmod.Wrap(err, work.String())
		}
		if int(head.Holders) != len(table.Shares) {
			return true, types.ErrBrokenInvariant.Wrapf("%s has %d holders, its head says %d", work, len(table.Shares), head.Holders)
		}
		upstream, err := k.GetUpstream(ctx, work, head.UpstreamVersion)
		if err != nil {
			return true, err
		}
		if want := upstream.Reach(head.Holders, head.Closure); want != uint64(head.Reach) {
			return true, types.ErrBrokenInvariant.Wrapf("%s has a reach of %d, its head says %d", work, want, head.Reach)
		}
		if want := receiversOf(upstream); want != head.Receivers {
			return true, types.ErrBrokenInvariant.Wrapf("a payment to %s has %d receivers, its head says %d", work, want, head.Receivers)
		}
		if err := upstream.Check(); err != nil {
			return true, errorsmod.Wrap(err, work.String())
		}
		err = k.checkOlder(ctx, work, head, upstream)
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.checkEpochs(ctx)
}

// checkOlder: a work owes works of lower generations only, so that no list leads
// back to it: royalties would go round for ever.
func (k Keeper) checkOlder(ctx context.Context, work registrytypes.WorkID, head types.Head, upstream flow.Upstream) error {
	for _, o := range slices.Concat(upstream.Absolute, upstream.Relative) {
		owed := types.WorkIDOf(o.To)
		generation, err := k.Generation(ctx, owed)
		if err != nil {
			return err
		}
		if generation >= head.Generation {
			return types.ErrBrokenInvariant.Wrapf("%s, of generation %d, owes %s, of generation %d; it can owe lower generations only",
				work, head.Generation, owed, generation)
		}
	}
	return nil
}

// checkEpochs: each epoch of a work came with one list, and there are no others.
func (k Keeper) checkEpochs(ctx context.Context) error {
	check := func(work registrytypes.WorkID, version uint32) error {
		head, err := k.GetHead(ctx, work)
		if err == nil && uint64(version) > head.Epoch {
			err = types.ErrBrokenInvariant.Wrapf("%s has a list of epoch %d, but is in epoch %d", work, version, head.Epoch)
		}
		return err
	}
	err := k.Upstreams.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, uint32], _ types.Upstream) (bool, error) {
		err := check(key.K1(), key.K2())
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.Holders.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, uint32], _ types.Holders) (bool, error) {
		both, err := k.Upstreams.Has(ctx, key)
		if err == nil && both {
			err = types.ErrBrokenInvariant.Wrapf("epoch %d of %s came with two lists", key.K2(), key.K1())
		}
		if err == nil {
			err = check(key.K1(), key.K2())
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.Heads.Walk(ctx, nil, func(work registrytypes.WorkID, head types.Head) (bool, error) {
		holders, upstream, err := k.VersionsAt(ctx, work, head.Epoch)
		for epoch := head.Epoch; epoch > 0 && err == nil; epoch-- {
			_, _, err = k.VersionsAt(ctx, work, epoch)
		}
		if err == nil && (holders != head.HoldersVersion || upstream != head.UpstreamVersion) {
			err = types.ErrBrokenInvariant.Wrapf("%s has holders at version %d and upstream at %d; the list of epoch %d says %d and %d",
				work, head.HoldersVersion, head.UpstreamVersion, head.Epoch, holders, upstream)
		}
		return err != nil, err
	})
}

// checkRests: of what was flushed, a stage holds what its receivers' shares leave, so
// nobody has had more or less than them. All of an `earned` stage that has another
// destination than its holders goes there.
func (k Keeper) checkRests(ctx context.Context) error {
	b, err := k.newBook(ctx)
	if err != nil {
		return err
	}
	return k.Stages.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, string], row types.Stages) (bool, error) {
		work := types.FlowWork(key.K1())
		upstream, err := b.Upstream(work)
		if err != nil {
			return true, err
		}
		holders, err := b.Holders(work)
		if err != nil {
			return true, err
		}
		to, held, err := flow.Earner(b, work)
		if err != nil {
			return true, err
		}
		lists, stages := flow.Lists{Upstream: upstream, Holders: holders}, row.Flow()
		for kind := range stages {
			stage, want := &stages[kind], new(big.Int)
			if kind := flow.Kind(kind); kind != flow.Earned || to == work && !held {
				want = stage.Rest(lists.Receivers(work, kind))
			}
			if has := new(big.Int).Sub(&stage.Held, stage.Unflushed()); has.Cmp(want) != 0 {
				return true, types.ErrBrokenInvariant.Wrapf("%s of %s in %s: %s of %s flushed are held, the shares leave %s",
					types.StageKind(kind), key.K1(), key.K2(), has, &stage.Flushed, want)
			}
		}
		return false, nil
	})
}

// checkDestinations: a work's head, its row and the line of who earns for it agree,
// no way is a circle or too long, and no end has too many works behind it.
func (k Keeper) checkDestinations(ctx context.Context) error {
	rows, behind := 0, map[registrytypes.WorkID]int{}
	err := k.Heads.Walk(ctx, nil, func(work registrytypes.WorkID, head types.Head) (bool, error) {
		if head.Destination != types.DESTINATION_ANOTHER {
			return false, nil
		}
		rows++
		other, err := k.Destinations.Get(ctx, work)
		if err == nil {
			err = k.checkWay(ctx, work, other, behind)
		}
		return err != nil, errorsmod.Wrapf(err, "destination of %s", work)
	})
	if err != nil {
		return err
	}
	err = k.Destinations.Walk(ctx, nil, func(work, other registrytypes.WorkID) (bool, error) {
		head, err := k.GetHead(ctx, work)
		if err == nil && head.Destination != types.DESTINATION_ANOTHER {
			err = types.ErrBrokenInvariant.Wrapf("%s is to earn in the place of %s, whose head says %s", other, work, head.Destination)
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.checkEarnsFor(ctx, rows)
}

// checkWay follows a work's destinations and counts it at their end.
func (k Keeper) checkWay(ctx context.Context, work, other registrytypes.WorkID, behind map[registrytypes.WorkID]int) error {
	if _, err := k.registry.GetWork(ctx, other); err != nil {
		return err
	}
	end, err := k.endOfWay(ctx, work, other, 1)
	if err != nil {
		return err
	}
	if behind[end]++; behind[end] > types.MaxBehind {
		return types.ErrBrokenInvariant.Wrapf("more than %d works lead to %s", types.MaxBehind, end)
	}
	return nil
}

// checkEarnsFor: so many destinations are there the other way round, and no more.
func (k Keeper) checkEarnsFor(ctx context.Context, rows int) error {
	lines := 0
	err := k.EarnsFor.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, registrytypes.WorkID]) (bool, error) {
		lines++
		other, err := k.Destinations.Get(ctx, key.K2())
		if errors.Is(err, collections.ErrNotFound) || err == nil && other != key.K1() {
			err = types.ErrBrokenInvariant.Wrapf("%s is said to earn for %s, whose destination is another", key.K1(), key.K2())
		}
		return err != nil, err
	})
	if err == nil && lines != rows {
		err = types.ErrBrokenInvariant.Wrapf("%d works have another that earns in their place, but %d are said to", rows, lines)
	}
	return err
}

// checkMeters: metered works are registered, and none has taken in more of a
// denom than was ever paid in. No unit passes a work twice: it moves from newer
// generations to older ones only.
func (k Keeper) checkMeters(ctx context.Context) error {
	return k.Stages.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, string], s types.Stages) (bool, error) {
		if s.TakenIn == nil {
			return false, nil
		}
		work, denom := key.K1(), key.K2()
		if _, err := k.registry.GetWork(ctx, work); err != nil {
			return true, errorsmod.Wrapf(err, "%s is metered in %s", work, denom)
		}
		t, err := k.Turnovers.Get(ctx, denom)
		if errors.Is(err, collections.ErrNotFound) {
			t, err = types.Turnover{PaidIn: math.ZeroInt()}, nil
		}
		if err == nil && s.TakenIn.GT(t.PaidIn) {
			err = types.ErrBrokenInvariant.Wrapf("%s has taken in %s%s by its meter, but only %s was ever paid in", work, s.TakenIn, denom, t.PaidIn)
		}
		return err != nil, err
	})
}
