package keeper

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// A contributor pool is a holder of a work's revenue like any other, by an address that no account has. So payments go to the pool of the
// epoch that they noted, whatever changes since, and nothing on their way knows of pools.

// Names of the parts of keys.
type (
	fundKey = collections.Triple[registrytypes.WorkID, uint32, string]
	partKey = collections.Quad[registrytypes.WorkID, uint32, uint64, string]
	waitKey = collections.Pair[uint64, registrytypes.WorkID]
)

// Pools is the state of contributor pools.
type Pools struct {
	// Funds: work, version of the manifest, denom -> what the pool has had.
	Funds collections.Map[fundKey, types.PoolFund]
	// Parts: work, version, start of the part, denom -> what was collected for it.
	Parts collections.Map[partKey, math.Int]
	// Changes: work -> change that was given notice of.
	Changes collections.Map[registrytypes.WorkID, types.PoolChange]
	// Waiting: time in nanoseconds since 1970, work of the changes, by when they are made.
	Waiting collections.KeySet[waitKey]
	// Payees: contributor -> who gets what it collects. No row: itself.
	Payees collections.Map[sdk.AccAddress, []byte]
}

// poolPlan is what a change of a pool would do.
type poolPlan struct {
	head types.Head
	next []types.Share
	// version and weight are those in force.
	version, weight uint32
}

// SharePool gives those who contributed to a work's manifest a share of what it earns, out of its owner's own. A higher share, and the
// first, is from the end of the block on. A lower one, and that of another manifest, waits for the notice period; it is returned then.
// Whatever waited before is dropped. It fails when the work is not the owner's, on hold or on offer, with the registry's ErrNoManifest, and
// with ErrInvalidShares, ErrTooManyHolders and ErrReachTooLarge.
func (k Keeper) SharePool(
	ctx context.Context, owner sdk.AccAddress, work registrytypes.WorkID, version, weight uint32,
) (*types.PoolChange, error) {
	if _, err := k.registry.Control(ctx, owner, work, registrytypes.ActSharePool); err != nil {
		return nil, err
	}
	if _, err := k.registry.GetManifest(ctx, work, version); err != nil {
		return nil, err
	}
	plan, err := k.planPool(ctx, owner, work, version, weight)
	if err != nil {
		return nil, err
	}
	dropped, err := k.dropPoolChange(ctx, work, "another was asked for")
	if err != nil {
		return nil, err
	}
	switch same := plan.version == version || weight == 0; {
	case same && plan.weight == weight:
		if !dropped {
			return nil, types.ErrInvalidShares.Wrapf("the contributors of %s hold %s already: nothing changes", work, rates.Percent(weight))
		}
		return nil, nil
	case plan.weight == 0, same && weight > plan.weight:
		return nil, k.setPool(ctx, work, version, weight, plan)
	}
	return k.postponePool(ctx, work, plan.head, types.PoolChange{Version: version, Weight: weight})
}

// planPool says what a change would do if it were made now.
func (k Keeper) planPool(
	ctx context.Context, owner sdk.AccAddress, work registrytypes.WorkID, version, weight uint32,
) (p poolPlan, err error) {
	if p.head, err = k.GetHead(ctx, work); err != nil {
		return p, err
	}
	table, err := k.GetHolders(ctx, work, p.head.HoldersVersion)
	if err != nil {
		return p, err
	}
	p.version, p.weight = table.Pool()
	if p.next, err = table.SharedWith(types.PoolAccount(work, version), owner, weight); err != nil {
		return p, err
	}
	if len(p.next) <= len(table.Shares) {
		return p, nil
	}
	most := flow.MostHolders(shareOf(table.Shares, owner) + p.weight)
	if len(p.next) > most {
		return p, types.ErrTooManyHolders.Wrapf("%s would have %d holders, and its owner and contributors can take it to %d",
			work, len(p.next), most)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return p, err
	}
	return p, heldBy(p.head, len(p.next)).CheckReach(params, work)
}

// setPool makes a change.
func (k Keeper) setPool(ctx context.Context, work registrytypes.WorkID, version, weight uint32, plan poolPlan) error {
	if _, err := k.setHolders(ctx, work, plan.head, plan.next); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventPoolShared{Work: work, Version: version, Weight: weight})
}

// postponePool stores a change that waits, and charges for what making it takes.
func (k Keeper) postponePool(
	ctx context.Context, work registrytypes.WorkID, head types.Head, change types.PoolChange,
) (*types.PoolChange, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	chargeEpoch(ctx, params, head)
	change.At = sdk.UnwrapSDKContext(ctx).BlockTime().Add(params.PoolNotice)
	if err := k.Pools.Changes.Set(ctx, work, change); err != nil {
		return nil, err
	}
	if err := k.Pools.Waiting.Set(ctx, waitsUntil(change.At, work)); err != nil {
		return nil, err
	}
	return &change, events.Emit(ctx, &types.EventPoolChangeWaits{Work: work, Change: change})
}

// dropPoolChange forgets the change of a work's pool that waits, if there is one.
func (k Keeper) dropPoolChange(ctx context.Context, work registrytypes.WorkID, reason string) (found bool, err error) {
	change, err := k.Pools.Changes.Get(ctx, work)
	if errors.Is(err, collections.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := k.removePoolChange(ctx, work, change); err != nil {
		return false, err
	}
	return true, events.Emit(ctx, &types.EventPoolChangeDropped{Work: work, Reason: reason})
}

func (k Keeper) removePoolChange(ctx context.Context, work registrytypes.WorkID, change types.PoolChange) error {
	if err := k.Pools.Waiting.Remove(ctx, waitsUntil(change.At, work)); err != nil {
		return err
	}
	return k.Pools.Changes.Remove(ctx, work)
}

// makePoolChanges makes the changes of pools whose time has come, a bounded number in a block, with no more receivers than the budget
// of the sweep, but for a single one: their lists may have grown since they were charged for. One that cannot be made, as of a work on
// hold, is dropped and says so.
func (k Keeper) makePoolChanges(ctx context.Context) error {
	now := waitsUntil(sdk.UnwrapSDKContext(ctx).BlockTime(), registrytypes.WorkID{}).K1()
	due, _, err := load(ctx, k.Pools.Waiting, collections.NewPrefixUntilPairRange[uint64, registrytypes.WorkID](now), types.MaxPoolChanges)
	if err != nil || len(due) == 0 {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	receivers := uint64(0)
	for i, key := range due {
		work := key.K2()
		head, err := k.GetHead(ctx, work)
		if err != nil {
			return err
		}
		if receivers += epochReceivers(params, head); i > 0 && receivers > uint64(params.SweepBudget) {
			return nil
		}
		change, err := k.Pools.Changes.Get(ctx, work)
		if err != nil {
			return err
		}
		if err := k.removePoolChange(ctx, work, change); err != nil {
			return err
		}
		if refused := k.makePoolChange(ctx, work, change); refused != nil {
			if err := events.Emit(ctx, &types.EventPoolChangeDropped{Work: work, Reason: refused.Error()}); err != nil {
				return err
			}
		}
	}
	return nil
}

// makePoolChange makes a change, or leaves nothing behind.
func (k Keeper) makePoolChange(ctx context.Context, work registrytypes.WorkID, change types.PoolChange) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	cached, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	row, err := k.registry.GetWork(cached, work)
	if err == nil {
		err = row.CheckHold(work, registrytypes.ActSharePool)
	}
	if err != nil {
		return err
	}
	plan, err := k.planPool(cached, row.Owner, work, change.Version, change.Weight)
	if err != nil {
		return err
	}
	if err := k.setPool(cached, work, change.Version, change.Weight, plan); err != nil {
		return err
	}
	write()
	return nil
}

// fillPools adds what pools were credited in a block to what they have had.
func (b *book) fillPools() error {
	for _, purse := range slices.SortedFunc(maps.Keys(b.pools), flow.Purse.Compare) {
		work, version, _ := types.PoolOf(sdk.AccAddress(purse.Account))
		key, amount := collections.Join3(work, version, purse.Denom), math.NewIntFromBigInt(b.pools[purse])
		fund, err := b.k.Pools.Funds.Get(b.ctx, key)
		if errors.Is(err, collections.ErrNotFound) {
			fund, err = types.PoolFund{Total: math.ZeroInt(), Collected: math.ZeroInt()}, nil
		}
		if err != nil {
			return err
		}
		fund.Total = fund.Total.Add(amount)
		if err := b.k.Pools.Funds.Set(b.ctx, key, fund); err != nil {
			return err
		}
		b.emit(&types.EventPoolFilled{Work: work, Version: version, Denom: purse.Denom, Amount: amount.String()})
	}
	return nil
}

// NamePayee has another account get what a contributor collects from pools; named by itself, nobody else does. It fails with
// ErrInvalidShares for an account that cannot receive.
func (k Keeper) NamePayee(ctx context.Context, contributor, payee sdk.AccAddress) error {
	var err error
	if contributor.Equals(payee) {
		err = k.Pools.Payees.Remove(ctx, contributor)
	} else if err = k.checkReceives(ctx, payee); err == nil {
		err = k.Pools.Payees.Set(ctx, contributor, payee)
	}
	if err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventPayeeNamed{Contributor: contributor.String(), Payee: payee.String()})
}

// payeeOf is who gets what a contributor collects.
func (k Keeper) payeeOf(ctx context.Context, contributor sdk.AccAddress) (sdk.AccAddress, error) {
	payee, err := k.Pools.Payees.Get(ctx, contributor)
	if errors.Is(err, collections.ErrNotFound) {
		return contributor, nil
	}
	return payee, err
}

// newPools are the tables of pools.
func newPools(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) Pools {
	return Pools{
		Funds: collections.NewMap(sb, types.PoolFundsPrefix, "pool_funds",
			collections.TripleKeyCodec(registrytypes.WorkIDKey, collections.Uint32Key, collections.StringKey), codec.CollValue[types.PoolFund](cdc)),
		Parts: collections.NewMap(sb, types.PoolPartsPrefix, "pool_parts",
			collections.QuadKeyCodec(registrytypes.WorkIDKey, collections.Uint32Key, collections.Uint64Key, collections.StringKey), sdk.IntValue),
		Changes: collections.NewMap(sb, types.PoolChangesPrefix, "pool_changes", registrytypes.WorkIDKey, codec.CollValue[types.PoolChange](cdc)),
		Waiting: collections.NewKeySet(sb, types.PoolWaitingPrefix, "pool_waiting",
			collections.PairKeyCodec(collections.Uint64Key, registrytypes.WorkIDKey)),
		Payees: collections.NewMap(sb, types.PayeesPrefix, "payees", sdk.AccAddressKey, collections.BytesValue),
	}
}

// waitsUntil is the key of a change that waits. The times of blocks are after 1970.
func waitsUntil(at time.Time, work registrytypes.WorkID) waitKey {
	return collections.Join(uint64(at.UnixNano()), work)
}

// partOf is the key of a part of a pool.
func partOf(work registrytypes.WorkID, version uint32, start uint64, denom string) partKey {
	return collections.Join4(work, version, start, denom)
}
