package keeper

import (
	"context"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// ClosePaymentChannel ends a payment channel and sends what was not redeemed back to its payer:
// at once for the receiver; for the payer it first sets the time from which
// anybody may, one delay from now. It returns the refund, or else that time. A
// redemption that was cut short is completed first.
//
// It fails with ErrPaymentChannelNotFound, ErrNotParty, and with ErrTooEarly before the
// time, or in the block of a deposit: that money is not in the module's account
// yet, and a refund would take the money of others.
func (k Keeper) ClosePaymentChannel(ctx context.Context, sender sdk.AccAddress, id types.PaymentChannelID) (*sdk.Coin, *time.Time, error) {
	channel, err := k.GetPaymentChannel(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	switch {
	case len(channel.Receiver) > 0 && sender.Equals(channel.Receiver):
	case channel.ClosesAt != nil:
		if now.Before(*channel.ClosesAt) {
			return nil, nil, types.ErrTooEarly.Wrapf("%s can be closed from %s on; until then vouchers are redeemed",
				id, channel.ClosesAt.Format(time.RFC3339))
		}
	case sender.Equals(channel.Payer):
		at := now.Add(channel.CloseDelay)
		channel.ClosesAt = &at
		if err := k.PaymentChannels.Rows.Set(ctx, id, channel); err != nil {
			return nil, nil, err
		}
		return nil, &at, events.Emit(ctx, &types.EventPaymentChannelCloseRequested{PaymentChannel: id, ClosesAt: at})
	default:
		return nil, nil, types.ErrNotParty.Wrapf("%s is neither the payer of %s, %s, nor its receiver", sender, id, channel.Payer)
	}
	refund, err := k.refund(ctx, id, channel)
	return &refund, nil, err
}

// refund pays back what a payment channel has left and removes it.
func (k Keeper) refund(ctx context.Context, id types.PaymentChannelID, channel types.PaymentChannel) (sdk.Coin, error) {
	if k.fundedInThisBlock(ctx, id) {
		return sdk.Coin{}, types.ErrTooEarly.Wrapf("%s got a deposit in this block; close it in the next one", id)
	}
	if err := k.completePending(ctx, id, &channel); err != nil {
		return sdk.Coin{}, err
	}
	refund := sdk.NewCoin(channel.Denom, channel.Left())
	if refund.IsPositive() {
		if err := k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, channel.Payer, sdk.NewCoins(refund)); err != nil {
			return sdk.Coin{}, err
		}
	}
	if err := k.PaymentChannels.Rows.Remove(ctx, id); err != nil {
		return sdk.Coin{}, err
	}
	if err := k.PaymentChannels.Payees.Remove(ctx, id); err != nil {
		return sdk.Coin{}, err
	}
	if err := k.PaymentChannels.ByPayer.Remove(ctx, collections.Join(channel.Payer, id)); err != nil {
		return sdk.Coin{}, err
	}
	return refund, events.Emit(ctx, &types.EventPaymentChannelClosed{
		PaymentChannel: id, Payer: channel.Payer.String(), Denom: channel.Denom, Refund: refund.Amount.String(),
	})
}

// completePending pays what is left of a redemption that was cut short.
func (k Keeper) completePending(ctx context.Context, id types.PaymentChannelID, channel *types.PaymentChannel) error {
	if channel.PendingFrom == 0 {
		return nil
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	payees, err := k.paymentChannelPayees(ctx, id)
	if err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	r := &redemption{k: k, ctx: ctx, sdkCtx: sdkCtx, params: params, works: map[registrytypes.WorkID]payeeState{}}
	paid, _, err := r.pay(channel, payees, len(payees))
	if err != nil {
		return err
	}
	return r.emit(id, channel, paid)
}
