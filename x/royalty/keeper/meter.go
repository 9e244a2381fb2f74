package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// Meter starts counting at 0 what a work takes in of a denom; if that is counted
// already, nothing changes. The end of the block counts what was noted in the
// block, so payments made in it before the call count too, and so do relative
// royalties that then still waited in a derivative.
//
// The count is in the row of the work's stages, which is read and written with
// every payment anyway; works that are not metered cost nothing more.
//
// It fails with the registry's ErrWorkNotFound, with ErrDenomNotAccepted for a
// denom that is not accepted and never was paid in, and with ErrTooManyMeters.
func (k Keeper) Meter(ctx context.Context, work registrytypes.WorkID, denom string) error {
	key := collections.Join(work, denom)
	row, err := k.Stages.Get(ctx, key)
	switch {
	case errors.Is(err, collections.ErrNotFound):
		row = types.StagesFromFlow(new(flow.Stages))
	case err != nil:
		return err
	case row.TakenIn != nil:
		return nil
	}
	if err := k.checkMeter(ctx, work, denom); err != nil {
		return err
	}
	zero := math.ZeroInt()
	row.TakenIn = &zero
	return k.Stages.Set(ctx, key, row)
}

// checkMeter fails when a work's revenue in a denom cannot be counted.
func (k Keeper) checkMeter(ctx context.Context, work registrytypes.WorkID, denom string) error {
	if _, err := k.registry.GetWork(ctx, work); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	// A denom that was removed may still flow in from derivatives, and may return.
	if err := k.everPaidIn(ctx, params, denom); err != nil {
		return err
	}
	meters, err := k.meters(ctx, work)
	if err != nil {
		return err
	}
	if meters >= types.MaxMeters {
		return types.ErrTooManyMeters.Wrapf("the revenue of %s is counted in %d denoms, the most possible; use terms with a ceiling in one of these instead of %s",
			work, meters, denom)
	}
	return nil
}

// meters counts the denoms in which a work is metered. A work has at most one
// row for each denom that was ever accepted.
func (k Keeper) meters(ctx context.Context, work registrytypes.WorkID) (count int, err error) {
	of := collections.NewPrefixedPairRange[registrytypes.WorkID, string](work)
	err = k.Stages.Walk(ctx, of, func(_ collections.Pair[registrytypes.WorkID, string], row types.Stages) (bool, error) {
		if row.TakenIn != nil {
			count++
		}
		return false, nil
	})
	return count, err
}

// IsMetered says whether a work's revenue in a denom is counted.
func (k Keeper) IsMetered(ctx context.Context, work registrytypes.WorkID, denom string) (bool, error) {
	row, err := k.Stages.Get(ctx, collections.Join(work, denom))
	if errors.Is(err, collections.ErrNotFound) {
		return false, nil
	}
	return row.TakenIn != nil, err
}

// TakenIn returns what a work has taken in of a denom since Meter was called for
// it, in whole units, as of the end of the last block: payments to it and the
// relative royalties that reached it, before anything is passed on. Absolute
// royalties are not in it. It is zero when the work is not metered.
func (k Keeper) TakenIn(ctx context.Context, work registrytypes.WorkID, denom string) (math.Int, error) {
	row, err := k.Stages.Get(ctx, collections.Join(work, denom))
	if errors.Is(err, collections.ErrNotFound) || err == nil && row.TakenIn == nil {
		return math.ZeroInt(), nil
	}
	if err != nil {
		return math.Int{}, err
	}
	return *row.TakenIn, nil
}
