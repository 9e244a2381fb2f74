package keeper

import (
	"context"
	"slices"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// A work under ceilings on its revenue is paid only in denoms in which every ceiling
// counts: otherwise whoever owns it would be paid in another and never reach them. Which
// denoms these are stands in the head row, which a payment reads anyway. Shares of what
// derivatives take in are theirs to pay and never refused, whatever the denom.

// LimitDenoms says in which denoms a work can be paid from now on; no denoms: in all
// that the chain accepts. What was paid before stays.
func (k Keeper) LimitDenoms(ctx context.Context, work registrytypes.WorkID, taking types.Taking) error {
	head, err := k.GetHead(ctx, work)
	if err != nil {
		return err
	}
	var next *types.Taking
	if len(taking.Denoms) > 0 {
		if err := taking.Validate(); err != nil {
			return errorsmod.Wrap(err, work.String())
		}
		next = &taking
	}
	if head.Taking.Equal(next) {
		return nil
	}
	head.Taking = next
	if err := k.Heads.Set(ctx, work, head); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventTakingChanged{Work: work, Taking: next})
}

// TakesOnly are the denoms in which a work can be paid; none: all that the chain accepts.
func (k Keeper) TakesOnly(ctx context.Context, work registrytypes.WorkID) ([]string, error) {
	head, err := k.GetHead(ctx, work)
	if err != nil || head.Taking == nil {
		return nil, err
	}
	return slices.Clone(head.Taking.Denoms), nil
}

// WalkTakings calls do for each work that can be paid in some denoms only.
func (k Keeper) WalkTakings(ctx context.Context, do func(work registrytypes.WorkID, taking types.Taking) error) error {
	return k.Heads.Walk(ctx, nil, func(work registrytypes.WorkID, head types.Head) (bool, error) {
		if head.Taking == nil {
			return false, nil
		}
		err := do(work, *head.Taking)
		return err != nil, err
	})
}

// checkTaken fails with ErrDenomNotTaken when a work cannot be paid in a denom.
func checkTaken(work registrytypes.WorkID, head types.Head, denom string) error {
	if head.Taking.Takes(denom) {
		return nil
	}
	return types.ErrDenomNotTaken.Wrapf("%s takes %s only, not %s: %s sets a ceiling on what it earns, counted in these: pay in one of them",
		work, head.Taking.DenomList(), denom, head.Taking.Names())
}

// checkTakings: the denoms in which a work can be paid are in their one form, and each
// is counted.
func (k Keeper) checkTakings(ctx context.Context) error {
	return k.WalkTakings(ctx, func(work registrytypes.WorkID, taking types.Taking) error {
		if err := taking.Validate(); err != nil {
			return errorsmod.Wrap(err, work.String())
		}
		for _, of := range taking.CeilingsOf {
			if _, err := k.registry.GetWork(ctx, of.WorkID); err != nil {
				return errorsmod.Wrapf(err, "ceiling on %s", work)
			}
		}
		for _, denom := range taking.Denoms {
			counted, err := k.IsMetered(ctx, work, denom)
			if err == nil && !counted {
				err = types.ErrBrokenInvariant.Wrapf("%s takes payments in %s under a ceiling, but what comes in of it is not counted", work, denom)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
