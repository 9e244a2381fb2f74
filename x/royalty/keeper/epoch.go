package keeper

import (
	"context"
	"errors"
	"math"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// endEpoch stores a head under a new epoch, whose list has been stored. Payments
// made so far in the block go by the lists before; the end of the block flushes all
// stages under them first. What that sets in motion behind them was charged when it was
// paid in; that the stages themselves are divided once more is charged here.
func (k Keeper) endEpoch(ctx context.Context, work registrytypes.WorkID, before, next types.Head) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	chargeEpoch(ctx, params, before)
	k.noteSuperseded(ctx, superseded{
		work: work, epoch: before.Epoch,
		holdersVersion: before.HoldersVersion, upstreamVersion: before.UpstreamVersion,
		holders: before.HoldersVersion != next.HoldersVersion, upstream: before.UpstreamVersion != next.UpstreamVersion,
	})
	return k.Heads.Set(ctx, work, next)
}

// chargeEpoch charges for the end of an epoch.
func chargeEpoch(ctx context.Context, params types.Params, before types.Head) {
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(params.GasPerReceiver*epochReceivers(params, before), "royalty receivers")
}

// epochReceivers is among how many all stages of a work are divided at the end of an epoch.
func epochReceivers(params types.Params, before types.Head) uint64 {
	return uint64(2*before.Receivers+before.Holders) * uint64(max(1, len(params.Denoms)))
}

// heightOf is the height of the block under way.
func heightOf(ctx context.Context) uint64 { return uint64(sdk.UnwrapSDKContext(ctx).BlockHeight()) }

// VersionsAt returns the versions of both lists in force in an epoch, past or
// present. An epoch came with a list of one kind, and that list's row names the
// version of the other. It fails with ErrUnknownVersion.
func (k Keeper) VersionsAt(ctx context.Context, work registrytypes.WorkID, epoch uint64) (holders, upstream uint32, err error) {
	v, err := k.versionsAt(ctx, work, epoch)
	return v.holders, v.upstream, err
}

// versions are those of the lists in force in an epoch, and the height of the block that
// it began in.
type versions struct {
	holders, upstream uint32
	since             uint64
}

func (k Keeper) versionsAt(ctx context.Context, work registrytypes.WorkID, epoch uint64) (versions, error) {
	if epoch == 0 {
		return versions{}, nil
	}
	if epoch > math.MaxUint32 { // versions, which an epoch is one of, have 32 bits
		return versions{}, types.ErrUnknownVersion.Wrapf("epoch %d of %s", epoch, work)
	}
	key := collections.Join(work, uint32(epoch))
	list, err := k.Upstreams.Get(ctx, key)
	if err == nil {
		return versions{list.HoldersVersion, uint32(epoch), list.Since}, nil
	}
	if !errors.Is(err, collections.ErrNotFound) {
		return versions{}, err
	}
	table, err := k.Holders.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrUnknownVersion.Wrapf("epoch %d of %s", epoch, work)
	}
	return versions{uint32(epoch), table.UpstreamVersion, table.Since}, err
}

// maxEpochsBack bounds through how many epochs of a work is looked for a height.
const maxEpochsBack = 1000

// inForce returns the versions of a work's lists at the end of a block. It fails with
// ErrTooLongAgo when they have changed too often since.
func (k Keeper) inForce(ctx context.Context, work registrytypes.WorkID, head types.Head, height uint64) (versions, error) {
	epoch := head.Epoch
	for range maxEpochsBack {
		v, err := k.versionsAt(ctx, work, epoch)
		if err != nil || v.since <= height {
			return v, err
		}
		epoch--
	}
	return versions{}, tooLongAgo(work, height)
}

// ruledHolders returns the table of holders by which a ruling gave what moved at the end of a block, and
// lay in escrow then: of several the last, since escrow goes on until the last dispute ends. It
// fails with ErrTooLongAgo as inForce does.
func (k Keeper) ruledHolders(
	ctx context.Context, work registrytypes.WorkID, head types.Head, height uint64,
) (table types.Holders, found bool, err error) {
	version := head.HoldersVersion
	for range maxEpochsBack {
		if version == 0 {
			return types.Holders{}, false, nil
		}
		if table, err = k.GetHolders(ctx, work, version); err != nil || table.Since < height {
			return types.Holders{}, false, err
		}
		if table.EarnedSince > 0 && table.EarnedSince <= height {
			return table, true, nil
		}
		before, err := k.versionsAt(ctx, work, uint64(version)-1)
		if err != nil {
			return types.Holders{}, false, err
		}
		version = before.holders
	}
	return types.Holders{}, false, tooLongAgo(work, height)
}

func tooLongAgo(work registrytypes.WorkID, height uint64) error {
	return types.ErrTooLongAgo.Wrapf("%s has changed its lists more than %d times since block %d; "+
		"ask an archive node at a height nearer to it",
		work, maxEpochsBack, height)
}

// lists returns a work's lists in the versions given.
func (k Keeper) lists(ctx context.Context, work registrytypes.WorkID, holders, upstream uint32) (flow.Lists, error) {
	table, err := k.GetHolders(ctx, work, holders)
	if err != nil {
		return flow.Lists{}, err
	}
	owed, err := k.GetUpstream(ctx, work, upstream)
	return flow.Lists{Upstream: owed, Holders: table.Flow()}, err
}
