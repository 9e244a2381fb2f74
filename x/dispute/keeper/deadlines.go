package keeper

import (
	"context"
	"fmt"
	"math"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/course"
	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/events"
)

// retryAfter is for how long a dispute waits whose deadline could not be processed.
const retryAfter = time.Hour

// EndBlock processes what is due, the earliest first, and tells descendants of invalid works,
// each within its budget. It runs after everything that executes messages and before x/royalty,
// which goes by the destinations and holders that rulings set. What concerns one dispute cannot
// fail the block: it changes nothing, says so in an event and is tried again.
func (k Keeper) EndBlock(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	due, err := k.due(ctx, int(params.DeadlineBudget))
	if err != nil {
		return err
	}
	for _, id := range due {
		if err := k.guarded(ctx, func(ctx context.Context) error { return k.process(ctx, id) }); err != nil {
			if err := k.putOff(ctx, id, err); err != nil {
				return err
			}
		}
	}
	return k.spread(ctx, params)
}

// due are the first disputes that are due.
func (k Keeper) due(ctx context.Context, limit int) ([]disputeID, error) {
	now := uint64(sdk.UnwrapSDKContext(ctx).BlockTime().UnixNano())
	until := collections.NewPrefixUntilPairRange[uint64, disputeID](min(now, math.MaxUint64-1))
	it, err := k.Deadlines.Iterate(ctx, until)
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var list []disputeID
	for ; it.Valid() && len(list) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		list = append(list, key.K2())
	}
	return list, nil
}

// guarded does something in a cache context: an error or a panic leaves nothing behind.
func (k Keeper) guarded(ctx context.Context, do func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	cached, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	if err := do(cached); err != nil {
		return err
	}
	write()
	return nil
}

// putOff has a dispute wait that could not be processed.
func (k Keeper) putOff(ctx context.Context, id disputeID, reason error) error {
	d, err := k.GetDispute(ctx, id)
	if err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	was, later := d, sdkCtx.BlockTime().Add(retryAfter)
	d.Deadline, d.CalledUntil, d.Called = &later, nil, nil
	if err := k.save(ctx, &was, d); err != nil {
		return err
	}
	sdkCtx.Logger().Error("dispute not processed", "dispute", id.String(), "err", reason)
	return events.Emit(ctx, &types.EventDisputeStuck{Dispute: id, Reason: reason.Error()})
}

// process does what is due of a dispute.
func (k Keeper) process(ctx context.Context, id disputeID) error {
	d, err := k.GetDispute(ctx, id)
	if err != nil {
		return err
	}
	work, err := k.registry.GetWork(ctx, d.Work)
	if err != nil {
		return err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	was := d
	switch {
	case !work.Stands():
		d.Phase, d.Deadline = types.PHASE_CLOSED, nil
		return k.close(ctx, &was, d, types.OUTCOME_MOOT)
	case now.Before(*d.Deadline):
		return k.unraised(ctx, d)
	case d.Phase == types.PHASE_FINAL:
		return k.finish(ctx, d)
	case d.Phase == types.PHASE_ANSWER:
		err = k.toDecide(ctx, &d, course.Deadline)
	default:
		err = k.step(ctx, &d, course.Deadline)
	}
	switch {
	case err != nil:
		return err
	case d.Phase == types.PHASE_CLOSED:
		return k.close(ctx, &was, d, types.OUTCOME_LAPSED)
	case d.Phase == types.PHASE_FINAL:
		if err := k.save(ctx, &was, d); err != nil {
			return err
		}
		return k.finish(ctx, d)
	}
	if err := k.save(ctx, &was, d); err != nil {
		return err
	}
	return moved(ctx, d)
}

// unraised ends the escrow of a dispute whose bond was not raised in time.
func (k Keeper) unraised(ctx context.Context, d types.Dispute) error {
	was := d
	d.Unbacked, d.Called, d.CalledUntil = true, nil, nil
	if err := k.unback(ctx, d.Work); err != nil {
		return err
	}
	if err := k.save(ctx, &was, d); err != nil {
		return err
	}
	return moved(ctx, d)
}

// finish carries out what is final and closes the dispute. What cannot be carried out goes back to
// whoever decides, with the reason.
func (k Keeper) finish(ctx context.Context, d types.Dispute) error {
	was := d
	if failure := k.guarded(ctx, func(ctx context.Context) error { return k.carryOut(ctx, d) }); failure != nil {
		d.Failure, d.Ruling = failure.Error(), nil
		if len(d.Failure) > maxFailure {
			d.Failure = d.Failure[:maxFailure]
		}
		if d.AppealedBy == "" {
			if err := k.toDecide(ctx, &d, course.Failed); err != nil {
				return err
			}
		} else if err := k.step(ctx, &d, course.Failed); err != nil {
			return err
		}
		if err := k.save(ctx, &was, d); err != nil {
			return err
		}
		return moved(ctx, d)
	}
	outcome := types.OUTCOME_DISMISSED
	switch {
	case d.Ruling.By == "":
		outcome = types.OUTCOME_CONCEDED
	case d.Ruling.Upheld:
		outcome = types.OUTCOME_UPHELD
	}
	if err := k.step(ctx, &d, course.Carried); err != nil {
		return err
	}
	return k.close(ctx, &was, d, outcome)
}

// maxFailure bounds the text of a failure, in bytes.
const maxFailure = 512
