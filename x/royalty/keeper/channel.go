package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// Channels is the state of usage channels. Every message writes rows of one payer
// or one channel only, so that none waits for another's.
type Channels struct {
	// Rows: channel -> its deposit and what was redeemed of it.
	Rows collections.Map[types.ChannelID, types.Channel]
	// Payees: channel -> packed list, written once.
	Payees collections.Map[types.ChannelID, types.ChannelPayees]
	// ByPayer: payer, channel.
	ByPayer collections.KeySet[collections.Pair[sdk.AccAddress, types.ChannelID]]
	// Serials: payer -> the last serial used. It stays when the channels are gone.
	Serials collections.Map[sdk.AccAddress, uint64]
}

func newChannels(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) Channels {
	return Channels{
		Rows:   collections.NewMap(sb, types.ChannelsPrefix, "channels", types.ChannelIDKey, codec.CollValue[types.Channel](cdc)),
		Payees: collections.NewMap(sb, types.ChannelPayeesPrefix, "channel_payees", types.ChannelIDKey, codec.CollValue[types.ChannelPayees](cdc)),
		ByPayer: collections.NewKeySet(sb, types.ChannelsByPayerPrefix, "channels_by_payer",
			collections.PairKeyCodec(sdk.AccAddressKey, types.ChannelIDKey)),
		Serials: collections.NewMap(sb, types.ChannelSerialsPrefix, "channel_serials", sdk.AccAddressKey, collections.Uint64Value),
	}
}

// GetChannel reads a channel. It fails with ErrChannelNotFound.
func (k Keeper) GetChannel(ctx context.Context, id types.ChannelID) (types.Channel, error) {
	channel, err := k.Channels.Rows.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return channel, types.ErrChannelNotFound.Wrapf("%s: it is closed, or was never opened", id)
	}
	return channel, err
}

// OpenChannel takes a deposit, from which vouchers signed by the channel's key
// pay the payees, and returns the channel's id. The channel's payer, serial,
// denom, key, receiver and delay are the caller's to set. The money is in the
// module's account from the end of the block on.
//
// It fails with ErrInvalidChannel, with the registry's ErrWorkNotFound or with
// the registry's ErrOnHold for a payee, with ErrDenomNotAccepted, with ErrBelowMinimum, or
// when the payer has less.
func (k Keeper) OpenChannel(ctx context.Context, channel types.Channel, deposit sdk.Coin, payees types.ChannelPayees) (types.ChannelID, error) {
	id := channel.ID()
	if err := k.AcceptsPayment(ctx, deposit); err != nil {
		return id, err
	}
	if k.bank.BlockedAddr(channel.Payer) {
		return id, sdkerrors.ErrUnauthorized.Wrapf("%s is not allowed to receive funds, so the rest of the deposit could not go back", channel.Payer)
	}
	if err := k.useSerial(ctx, channel.Payer, channel.Serial); err != nil {
		return id, err
	}
	if err := voucher.CheckKey(channel.Key); err != nil {
		return id, err
	}
	channel.Denom, channel.Deposit = deposit.Denom, deposit.Amount
	channel.Redeemed, channel.Settled, channel.Paid = math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
	channel.FundedAt = sdk.UnwrapSDKContext(ctx).BlockHeight()
	if err := channel.Validate(payees); err != nil {
		return id, err
	}
	shares, err := payees.Unpack()
	if err != nil {
		return id, err
	}
	for _, share := range shares {
		if _, err := k.payableHead(ctx, share.Work); err != nil {
			return id, err
		}
	}
	if err := k.takeCoins(ctx, channel.Payer, sdk.NewCoins(deposit)); err != nil {
		return id, err
	}
	if err := k.setNewChannel(ctx, channel, payees); err != nil {
		return id, err
	}
	opened := &types.EventChannelOpened{
		Channel: id.String(), Payer: channel.Payer.String(), Denom: channel.Denom, Deposit: channel.Deposit.String(), Payees: uint32(len(shares)),
	}
	if !channel.Receiver.Empty() {
		opened.Receiver = channel.Receiver.String()
	}
	return id, emit(ctx, opened)
}

// useSerial makes sure that no id ever names two channels: vouchers of a closed
// one would be good for its successor.
func (k Keeper) useSerial(ctx context.Context, payer sdk.AccAddress, serial uint64) error {
	last, err := k.lastSerial(ctx, payer)
	if err != nil {
		return err
	}
	if serial <= last {
		return types.ErrInvalidChannel.Wrapf("serial %d; %s has used %d, so take a higher one", serial, payer, last)
	}
	return k.Channels.Serials.Set(ctx, payer, serial)
}

// lastSerial is 0 for a payer who never opened a channel.
func (k Keeper) lastSerial(ctx context.Context, payer sdk.AccAddress) (uint64, error) {
	last, err := k.Channels.Serials.Get(ctx, payer)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return last, err
}

func (k Keeper) setNewChannel(ctx context.Context, channel types.Channel, payees types.ChannelPayees) error {
	id := channel.ID()
	if err := k.Channels.Rows.Set(ctx, id, channel); err != nil {
		return err
	}
	if err := k.Channels.Payees.Set(ctx, id, payees); err != nil {
		return err
	}
	return k.Channels.ByPayer.Set(ctx, collections.Join(channel.Payer, id))
}

// TopUpChannel adds to the deposit of the payer's channel. It fails with
// ErrChannelNotFound, ErrNotParty, ErrChannelClosing once the payer has asked for
// the rest, ErrInvalidAmount for another denom than the channel's, and like
// OpenChannel for an amount that cannot be taken.
func (k Keeper) TopUpChannel(ctx context.Context, payer sdk.AccAddress, id types.ChannelID, amount sdk.Coin) error {
	channel, err := k.GetChannel(ctx, id)
	switch {
	case err != nil:
		return err
	case !payer.Equals(channel.Payer):
		return types.ErrNotParty.Wrapf("%s did not open %s; only its payer adds to it", payer, id)
	case channel.ClosesAt != nil:
		return types.ErrChannelClosing.Wrapf("%s; open another one", id)
	case amount.Denom != channel.Denom:
		return types.ErrInvalidAmount.Wrapf("%s; %s is in %s", amount, id, channel.Denom)
	}
	if err := k.AcceptsPayment(ctx, amount); err != nil {
		return err
	}
	if err := k.takeCoins(ctx, payer, sdk.NewCoins(amount)); err != nil {
		return err
	}
	channel.Deposit = channel.Deposit.Add(amount.Amount)
	channel.FundedAt = sdk.UnwrapSDKContext(ctx).BlockHeight()
	if err := k.Channels.Rows.Set(ctx, id, channel); err != nil {
		return err
	}
	return emit(ctx, &types.EventChannelToppedUp{Channel: id.String(), Payer: payer.String(), Denom: amount.Denom, Amount: amount.Amount.String()})
}
