package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/royalty/types"
)

func (k Keeper) initChannels(ctx context.Context, gs types.GenesisState) error {
	for _, c := range gs.Channels {
		if err := k.setNewChannel(ctx, c.Channel, c.Payees); err != nil {
			return err
		}
	}
	for _, s := range gs.Serials {
		payer, err := sdk.AccAddressFromBech32(s.Payer)
		if err != nil {
			return err
		}
		if err := k.Channels.Serials.Set(ctx, payer, s.Last); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) exportChannels(ctx context.Context, gs *types.GenesisState) error {
	err := k.Channels.Rows.Walk(ctx, nil, func(id types.ChannelID, channel types.Channel) (bool, error) {
		payees, err := k.Channels.Payees.Get(ctx, id)
		gs.Channels = append(gs.Channels, types.GenesisChannel{Channel: channel, Payees: payees})
		return false, err
	})
	if err != nil {
		return err
	}
	return k.Channels.Serials.Walk(ctx, nil, func(payer sdk.AccAddress, last uint64) (bool, error) {
		gs.Serials = append(gs.Serials, types.GenesisSerial{Payer: payer.String(), Last: last})
		return false, nil
	})
}
