package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// PaymentChannels is the state of payment channels. Every message writes rows of one payer
// or one payment channel only, so that none waits for another's.
type PaymentChannels struct {
	// Rows: payment channel -> its deposit and what was redeemed of it.
	Rows collections.Map[types.PaymentChannelID, types.PaymentChannel]
	// Payees: payment channel -> packed list, written once.
	Payees collections.Map[types.PaymentChannelID, types.PaymentChannelPayees]
	// ByPayer: payer, payment channel.
	ByPayer collections.KeySet[collections.Pair[sdk.AccAddress, types.PaymentChannelID]]
	// Serials: payer -> the last serial used. It stays when the payment channels are gone.
	Serials collections.Map[sdk.AccAddress, uint64]
}

func newPaymentChannels(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) PaymentChannels {
	return PaymentChannels{
		Rows: collections.NewMap(sb, types.PaymentChannelsPrefix, "payment_channels", types.PaymentChannelIDKey,
			codec.CollValue[types.PaymentChannel](cdc)),
		Payees: collections.NewMap(sb, types.PaymentChannelPayeesPrefix, "payment_channel_payees",
			types.PaymentChannelIDKey, codec.CollValue[types.PaymentChannelPayees](cdc)),
		ByPayer: collections.NewKeySet(sb, types.PaymentChannelsByPayerPrefix, "payment_channels_by_payer",
			collections.PairKeyCodec(sdk.AccAddressKey, types.PaymentChannelIDKey)),
		Serials: collections.NewMap(sb, types.PaymentChannelSerialsPrefix, "payment_channel_serials",
			sdk.AccAddressKey, collections.Uint64Value),
	}
}

// GetPaymentChannel reads a payment channel. It fails with ErrPaymentChannelNotFound.
func (k Keeper) GetPaymentChannel(ctx context.Context, id types.PaymentChannelID) (types.PaymentChannel, error) {
	channel, err := k.PaymentChannels.Rows.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return channel, types.ErrPaymentChannelNotFound.Wrapf("%s: it is closed, or was never opened", id)
	}
	return channel, err
}

// OpenPaymentChannel takes a deposit, from which vouchers signed by the payment channel's key
// pay the payees, and returns the payment channel's id. The payment channel's payer, serial,
// denom, key, receiver and delay are the caller's to set. The money is in the
// module's account from the end of the block on.
//
// It fails with ErrInvalidPaymentChannel, with the registry's ErrWorkNotFound or with
// the registry's ErrOnHold for a payee, with ErrDenomNotAccepted, with ErrDenomNotTaken for
// a payee that takes other denoms, with ErrBelowMinimum, or when the payer has less.
func (k Keeper) OpenPaymentChannel(ctx context.Context, channel types.PaymentChannel, deposit sdk.Coin,
	payees types.PaymentChannelPayees,
) (types.PaymentChannelID, error) {
	id := channel.ID()
	if err := k.AcceptsPayment(ctx, deposit); err != nil {
		return id, err
	}
	if k.bank.BlockedAddr(channel.Payer) {
		return id, sdkerrors.ErrUnauthorized.Wrapf("%s is not allowed to receive funds, so the rest of the deposit could not go back",
			channel.Payer)
	}
	if err := k.useSerial(ctx, channel.Payer, channel.Serial); err != nil {
		return id, err
	}
	if err := voucher.CheckKey(channel.Key); err != nil {
		return id, err
	}
	channel.Denom, channel.Deposit = deposit.Denom, deposit.Amount
	channel.Redeemed, channel.Settled, channel.Paid = math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
	if err := channel.Validate(payees); err != nil {
		return id, err
	}
	shares, err := payees.Unpack()
	if err != nil {
		return id, err
	}
	for _, share := range shares {
		head, err := k.payableHead(ctx, share.Work)
		if err != nil {
			return id, err
		}
		if err := checkTaken(share.Work, head, channel.Denom); err != nil {
			return id, err
		}
	}
	if err := k.takeCoins(ctx, channel.Payer, sdk.NewCoins(deposit)); err != nil {
		return id, err
	}
	if err := k.setNewPaymentChannel(ctx, channel, payees); err != nil {
		return id, err
	}
	k.noteFunded(ctx, id)
	opened := &types.EventPaymentChannelOpened{
		PaymentChannel: id, Payer: channel.Payer.String(), Denom: channel.Denom, Deposit: channel.Deposit.String(),
		Payees: uint32(len(shares)),
	}
	if !channel.Receiver.Empty() {
		opened.Receiver = channel.Receiver.String()
	}
	return id, events.Emit(ctx, opened)
}

// useSerial makes sure that no id ever names two payment channels: vouchers of a closed
// one would be good for its successor.
func (k Keeper) useSerial(ctx context.Context, payer sdk.AccAddress, serial uint64) error {
	last, err := k.lastSerial(ctx, payer)
	if err != nil {
		return err
	}
	switch {
	case serial <= last:
		return types.ErrInvalidPaymentChannel.Wrapf("serial %d; %s has used %d, so take a higher one", serial, payer, last)
	case serial-last > types.MaxSerialStep: // one channel would else use up all that there will ever be
		return types.ErrInvalidPaymentChannel.Wrapf("serial %d; %s has used %d, so the highest is %d", serial, payer, last,
			last+types.MaxSerialStep)
	}
	return k.PaymentChannels.Serials.Set(ctx, payer, serial)
}

// lastSerial is 0 for a payer who never opened a payment channel.
func (k Keeper) lastSerial(ctx context.Context, payer sdk.AccAddress) (uint64, error) {
	last, err := k.PaymentChannels.Serials.Get(ctx, payer)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return last, err
}

func (k Keeper) setNewPaymentChannel(ctx context.Context, channel types.PaymentChannel, payees types.PaymentChannelPayees) error {
	id := channel.ID()
	if err := k.PaymentChannels.Rows.Set(ctx, id, channel); err != nil {
		return err
	}
	if err := k.PaymentChannels.Payees.Set(ctx, id, payees); err != nil {
		return err
	}
	return k.PaymentChannels.ByPayer.Set(ctx, collections.Join(channel.Payer, id))
}

// TopUpPaymentChannel adds to the deposit of the payer's payment channel. It fails with
// ErrPaymentChannelNotFound, ErrNotParty, ErrPaymentChannelClosing once the payer has asked for
// the rest, ErrInvalidAmount for another denom than the payment channel's or when it
// would have more than 2^128-1 in all, and like OpenPaymentChannel for an amount that
// cannot be taken.
func (k Keeper) TopUpPaymentChannel(ctx context.Context, payer sdk.AccAddress, id types.PaymentChannelID, amount sdk.Coin) error {
	channel, err := k.GetPaymentChannel(ctx, id)
	switch {
	case err != nil:
		return err
	case !payer.Equals(channel.Payer):
		return types.ErrNotParty.Wrapf("%s did not open %s; only its payer adds to it", payer, id)
	case channel.ClosesAt != nil:
		return types.ErrPaymentChannelClosing.Wrapf("%s; open another one", id)
	case amount.Denom != channel.Denom:
		return types.ErrInvalidAmount.Wrapf("%s; %s is in %s", amount, id, channel.Denom)
	}
	if err := k.AcceptsPayment(ctx, amount); err != nil {
		return err
	}
	deposit := channel.Deposit.Add(amount.Amount)
	if err := amounts.CheckMax(deposit); err != nil {
		return types.ErrInvalidAmount.Wrapf("%s; the deposit of %s would be %s: open another one for the rest", amount, id, err)
	}
	if err := k.takeCoins(ctx, payer, sdk.NewCoins(amount)); err != nil {
		return err
	}
	channel.Deposit = deposit
	if err := k.PaymentChannels.Rows.Set(ctx, id, channel); err != nil {
		return err
	}
	k.noteFunded(ctx, id)
	return events.Emit(ctx, &types.EventPaymentChannelToppedUp{
		PaymentChannel: id, Payer: payer.String(),
		Denom: amount.Denom, Amount: amount.Amount.String(),
	})
}
