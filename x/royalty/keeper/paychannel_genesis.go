package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/royalty/types"
)

func (k Keeper) initPaymentChannels(ctx context.Context, gs types.GenesisState) error {
	for _, c := range gs.PaymentChannels {
		if err := k.setNewPaymentChannel(ctx, c.PaymentChannel, c.Payees); err != nil {
			return err
		}
	}
	for _, s := range gs.Serials {
		payer, err := sdk.AccAddressFromBech32(s.Payer)
		if err != nil {
			return err
		}
		if err := k.PaymentChannels.Serials.Set(ctx, payer, s.Last); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) exportPaymentChannels(ctx context.Context, gs *types.GenesisState) error {
	err := k.PaymentChannels.Rows.Walk(ctx, nil, func(id types.PaymentChannelID, channel types.PaymentChannel) (bool, error) {
		payees, err := k.PaymentChannels.Payees.Get(ctx, id)
		gs.PaymentChannels = append(gs.PaymentChannels, types.GenesisPaymentChannel{PaymentChannel: channel, Payees: payees})
		return false, err
	})
	if err != nil {
		return err
	}
	return k.PaymentChannels.Serials.Walk(ctx, nil, func(payer sdk.AccAddress, last uint64) (bool, error) {
		gs.Serials = append(gs.Serials, types.GenesisSerial{Payer: payer.String(), Last: last})
		return false, nil
	})
}
