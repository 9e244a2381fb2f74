package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/registry/types"
)

// OfferTransfer offers a work to a recipient, in place of any earlier offer, and returns
// the number of the offer, which the acceptance names: what was done between two offers is
// not slipped under one who looked at the first. Only the owner of an active or withdrawn
// work can, and not to itself.
func (k Keeper) OfferTransfer(
	ctx context.Context, owner sdk.AccAddress, id types.WorkID, recipient sdk.AccAddress,
) (number uint32, err error) {
	work, err := k.Control(ctx, owner, id, types.ActTransfer)
	if err != nil {
		return 0, err
	}
	if recipient.Equals(owner) {
		return 0, errorsmod.Wrapf(types.ErrInvalidTransfer, "%s: recipient is the owner: offer it to somebody else", id)
	}
	work.TransferOffers++ // 2^32 offers are out of reach
	work.OnOffer = true
	if err := k.Works.Set(ctx, id, work); err != nil {
		return 0, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if err := k.Transfers.Set(ctx, id, types.TransferOffer{Recipient: recipient, OfferedAt: sdkCtx.BlockTime()}); err != nil {
		return 0, err
	}
	return work.TransferOffers, events.Emit(ctx, &types.EventTransferOffered{
		Work: id, Owner: owner.String(), Recipient: recipient.String(), Number: work.TransferOffers,
	})
}

// CancelTransfer takes an offered transfer back. The owner can, in any status.
func (k Keeper) CancelTransfer(ctx context.Context, owner sdk.AccAddress, id types.WorkID) error {
	work, err := k.Control(ctx, owner, id, types.ActCancelTransfer)
	if err != nil {
		return err
	}
	if _, err := k.transferOf(ctx, id); err != nil {
		return err
	}
	if err := k.Transfers.Remove(ctx, id); err != nil {
		return err
	}
	work.OnOffer = false
	if err := k.Works.Set(ctx, id, work); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventTransferCancelled{Work: id})
}

// Transfer makes the recipient of an offered transfer the owner, and returns who
// was. x/royalty calls it when the recipient accepts: it settles the revenue in
// the same message. workVersion is the version that the recipient agreed to, and number
// that of the offer. It fails with ErrInvalidTransfer or ErrOnHold.
func (k Keeper) Transfer(
	ctx context.Context, id types.WorkID, recipient sdk.AccAddress, workVersion, number uint32,
) (previous sdk.AccAddress, err error) {
	work, err := k.GetWork(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := work.CheckHold(id, types.ActTransfer); err != nil {
		return nil, err
	}
	offer, err := k.transferOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if !offer.Recipient.Equals(recipient) {
		return nil, errorsmod.Wrapf(types.ErrInvalidTransfer, "%s is offered to %s, not to %s", id, offer.Recipient, recipient)
	}
	if work.TransferOffers != number {
		return nil, errorsmod.Wrapf(types.ErrInvalidTransfer, "offer %d of %s is on, you expect %d: it may be made from or offered as "+
			"something else now; look at it again, then accept that offer", work.TransferOffers, id, number)
	}
	if work.Version != workVersion {
		return nil, errorsmod.Wrapf(types.ErrInvalidTransfer, "%s has version %d, you expect %d: look at the change, "+
			"then accept that version",
			id, work.Version, workVersion)
	}
	if previous, err = k.moveTo(ctx, id, work, recipient); err != nil {
		return nil, err
	}
	if err := k.Transfers.Remove(ctx, id); err != nil {
		return nil, err
	}
	return previous, events.Emit(ctx, &types.EventWorkTransferred{
		Work: id, PreviousOwner: previous.String(), Owner: recipient.String(),
	})
}

// moveTo makes an account the owner of a work, and returns who was.
func (k Keeper) moveTo(
	ctx context.Context, id types.WorkID, work types.Work, owner sdk.AccAddress,
) (previous sdk.AccAddress, err error) {
	previous, work.Owner, work.OnOffer = work.Owner, owner, false
	work.Transfers++ // 2^32 acceptances are out of reach
	if err := k.ByOwner.Remove(ctx, collections.Join(previous, id)); err != nil {
		return nil, err
	}
	if err := k.ByOwner.Set(ctx, collections.Join(owner, id)); err != nil {
		return nil, err
	}
	if err := k.Works.Set(ctx, id, work); err != nil {
		return nil, err
	}
	ownership := types.Ownership{Owner: owner, Since: sdk.UnwrapSDKContext(ctx).BlockTime()}
	return previous, k.Owners.Set(ctx, collections.Join(id, work.Transfers), ownership)
}

// ownership reads who owned a work after a number of transfers, up to the present.
func (k Keeper) ownership(
	ctx context.Context, id types.WorkID, work types.Work, number uint32,
) (types.Ownership, error) {
	if number == 0 {
		return types.Ownership{Owner: work.Registrant, Since: work.RegisteredAt}, nil
	}
	return k.Owners.Get(ctx, collections.Join(id, number))
}

// transferOf reads the transfer on offer. It fails with ErrInvalidTransfer.
func (k Keeper) transferOf(ctx context.Context, id types.WorkID) (types.TransferOffer, error) {
	offer, err := k.Transfers.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return offer, errorsmod.Wrapf(types.ErrInvalidTransfer, "%s is not on offer: its owner has to offer it first", id)
	}
	return offer, err
}
