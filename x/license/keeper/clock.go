package keeper

import (
	"context"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// heldFor is for how long a work has been on hold.
func (k Keeper) heldFor(ctx context.Context, work registrytypes.WorkID) (time.Duration, error) {
	row, err := k.registry.GetWork(ctx, work)
	return row.HeldFor(sdk.UnwrapSDKContext(ctx).BlockTime()), err
}

// clock is what the clock of a work says now.
func (k Keeper) clock(ctx context.Context, work registrytypes.WorkID) (time.Time, error) {
	held, err := k.heldFor(ctx, work)
	return sdk.UnwrapSDKContext(ctx).BlockTime().Add(-held), err
}

// inTime is a grant as answers have it.
func (k Keeper) inTime(ctx context.Context, g types.Grant) (types.Grant, error) {
	if g.ExpiresAt == nil {
		return g, nil
	}
	held, err := k.heldFor(ctx, g.Work.WorkID)
	return g.InTime(held), err
}

// know spares reading the row of a work again for its clock.
func (r *reader) know(id registrytypes.WorkID, work registrytypes.Work) {
	r.held[id] = work.HeldFor(r.now)
}

// heldFor is for how long a work has been on hold, read once.
func (r *reader) heldFor(work registrytypes.WorkID) (time.Duration, error) {
	if held, known := r.held[work]; known {
		return held, nil
	}
	held, err := r.k.heldFor(r.ctx, work)
	if err == nil {
		r.held[work] = held
	}
	return held, err
}

// clock is what the clock of a work says now.
func (r *reader) clock(work registrytypes.WorkID) (time.Time, error) {
	held, err := r.heldFor(work)
	return r.now.Add(-held), err
}

// endOfGrant is when a grant ends as of now; MaxTime: never.
func (r *reader) endOfGrant(g types.Grant) (time.Time, error) {
	return r.endInTime(g.Work.WorkID, g.ExpiresAt)
}

func (r *reader) endInTime(work registrytypes.WorkID, end *time.Time) (time.Time, error) {
	if end == nil {
		return types.MaxTime, nil
	}
	held, err := r.heldFor(work)
	return end.Add(held), err
}

// hasEnded says whether a grant has ended. The work of one without an end is not read.
func (r *reader) hasEnded(g types.Grant) (bool, error) {
	if g.ExpiresAt == nil {
		return false, nil
	}
	clock, err := r.clock(g.Work.WorkID)
	return g.Expired(clock), err
}
