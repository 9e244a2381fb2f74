package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/registry/types"
)

// What x/dispute does with works. It costs the same however many works were made of one.

// AddDispute notes that a dispute about a work was opened. One that holds puts it on
// hold, with all that its owner and its holders do, and ends an offered transfer: whoever
// it was offered to looked at a work without a dispute. It fails with ErrWorkNotFound.
func (k Keeper) AddDispute(ctx context.Context, id types.WorkID, holds bool) error {
	work, err := k.GetWork(ctx, id)
	if err != nil {
		return err
	}
	before := work.Status
	work.AddDispute(sdk.UnwrapSDKContext(ctx).BlockTime(), holds)
	if holds && work.OnOffer {
		work.OnOffer = false
		if err := k.Transfers.Remove(ctx, id); err != nil {
			return err
		}
		if err := events.Emit(ctx, &types.EventTransferCancelled{Work: id}); err != nil {
			return err
		}
	}
	return k.setHeld(ctx, id, work, before)
}

// EndDispute notes that a dispute about a work is over. When no other holds it, it goes
// back to the status that it had, unless it was ruled invalid. It fails with ErrWorkNotFound
// and ErrInvalidStatus.
func (k Keeper) EndDispute(ctx context.Context, id types.WorkID, held bool) error {
	work, err := k.GetWork(ctx, id)
	if err != nil {
		return err
	}
	before := work.Status
	if err := work.EndDispute(sdk.UnwrapSDKContext(ctx).BlockTime(), held); err != nil {
		return errorsmod.Wrap(err, id.String())
	}
	return k.setHeld(ctx, id, work, before)
}

func (k Keeper) setHeld(ctx context.Context, id types.WorkID, work types.Work, before types.Status) error {
	if err := k.Works.Set(ctx, id, work); err != nil || work.Status == before {
		return err
	}
	return events.Emit(ctx, &types.EventWorkStatusChanged{Work: id, Status: work.Status})
}

// Adjudge makes an account the owner of a work by a ruling, also while it is on hold, and
// returns who was. x/royalty moves the revenue table. It fails with ErrWorkNotFound, and
// with ErrInvalidTransfer where the account owns it already or the work was ruled invalid.
func (k Keeper) Adjudge(ctx context.Context, id types.WorkID, owner sdk.AccAddress) (previous sdk.AccAddress, err error) {
	work, err := k.GetWork(ctx, id)
	if err != nil {
		return nil, err
	}
	if work.OwnedBy(owner) || !work.Stands() {
		return nil, errorsmod.Wrapf(types.ErrInvalidTransfer, "%s belongs to %s and is %s: it cannot go to %s",
			id, work.Owner, work.Status, owner)
	}
	work.TransferOffers++ // as if it had been offered: an older offer is none of this owner's
	if previous, err = k.moveTo(ctx, id, work, owner); err != nil {
		return nil, err
	}
	return previous, events.Emit(ctx, &types.EventWorkAdjudged{
		Work: id, PreviousOwner: previous.String(), Owner: owner.String(),
	})
}
