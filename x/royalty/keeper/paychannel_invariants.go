package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/royalty/types"
)

// checkPaymentChannels: none has paid more than was redeemed or deposited, each has its
// payees, which are registered, its line in the index and a serial that cannot be used
// again.
func (k Keeper) checkPaymentChannels(ctx context.Context) error {
	rows := 0
	err := k.PaymentChannels.Rows.Walk(ctx, nil, func(id types.PaymentChannelID, channel types.PaymentChannel) (bool, error) {
		rows++
		if channel.ID() != id {
			return true, types.ErrBrokenInvariant.Wrapf("the row of %s is of %s", id, channel.ID())
		}
		payees, err := k.PaymentChannels.Payees.Get(ctx, id)
		if err != nil {
			return true, errorsmod.Wrapf(err, "payees of %s", id)
		}
		if err := channel.Validate(payees); err != nil {
			return true, errorsmod.Wrap(types.ErrBrokenInvariant, err.Error())
		}
		if k.bank.BlockedAddr(channel.Payer) {
			return true, types.ErrBrokenInvariant.Wrapf("the payer of %s, %s, may not receive: the rest could never go back", id, channel.Payer)
		}
		if err := k.checkPayees(ctx, payees); err != nil {
			return true, errorsmod.Wrapf(err, "payees of %s", id)
		}
		last, err := k.lastSerial(ctx, channel.Payer)
		if err == nil && last < channel.Serial {
			err = types.ErrBrokenInvariant.Wrapf("%s has serial %d, but %s has used only %d", id, channel.Serial, channel.Payer, last)
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	lines := 0
	err = k.PaymentChannels.ByPayer.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, types.PaymentChannelID]) (bool, error) {
		lines++
		channel, err := k.GetPaymentChannel(ctx, key.K2())
		if err == nil && !channel.Payer.Equals(key.K1()) {
			err = types.ErrBrokenInvariant.Wrapf("%s is listed for %s", key.K2(), key.K1())
		}
		return err != nil, err
	})
	if err == nil && lines != rows {
		err = types.ErrBrokenInvariant.Wrapf("%d payment channels, of which %d are listed for their payers", rows, lines)
	}
	return err
}

// checkPayees: a payment channel that pays a work which nobody registered could never
// be redeemed, nor closed while a redemption is under way.
func (k Keeper) checkPayees(ctx context.Context, payees types.PaymentChannelPayees) error {
	shares, err := payees.Unpack()
	if err != nil {
		return err
	}
	for _, s := range shares {
		if _, err := k.registry.GetWork(ctx, s.Work); err != nil {
			return err
		}
	}
	return nil
}

// inPaymentChannels is what payment channels still have, by denom: part of the module's account,
// and neither held nor credited.
func (k Keeper) inPaymentChannels(ctx context.Context) (sdk.Coins, error) {
	sum := sdk.NewMapCoins(nil)
	err := k.PaymentChannels.Rows.Walk(ctx, nil, func(_ types.PaymentChannelID, channel types.PaymentChannel) (bool, error) {
		left := channel.Left()
		if left.IsNegative() {
			return true, types.ErrBrokenInvariant.Wrapf("%s has %s left", channel.ID(), left)
		}
		sum.Add(sdk.NewCoin(channel.Denom, left))
		return false, nil
	})
	return sdk.NewCoins(sum.ToCoins()...), err
}

// checkAccount: the module's account has what is held and credited, own, and what
// payment channels have, in every denom.
func (k Keeper) checkAccount(ctx context.Context, own sdk.Coins) error {
	channels, err := k.inPaymentChannels(ctx)
	if err != nil {
		return err
	}
	check := func(denom string) error {
		want := own.AmountOf(denom).Add(channels.AmountOf(denom))
		if bank := k.bank.GetBalance(ctx, k.account, denom).Amount; !bank.Equal(want) {
			return types.ErrBrokenInvariant.Wrapf("%s: the module's account has %s, but %s is held and credited and %s in payment channels",
				denom, bank, own.AmountOf(denom), channels.AmountOf(denom))
		}
		return nil
	}
	for _, coin := range channels {
		if err := check(coin.Denom); err != nil {
			return err
		}
	}
	for _, coin := range k.bank.GetAllBalances(ctx, k.account) {
		if err := check(coin.Denom); err != nil {
			return err
		}
	}
	return k.Turnovers.Walk(ctx, nil, func(denom string, _ types.Turnover) (bool, error) {
		err := check(denom)
		return err != nil, err
	})
}
