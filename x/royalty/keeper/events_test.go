package keeper

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// TestEventsWrittenByHandAreTypedEvents: clients cannot tell the difference.
func TestEventsWrittenByHandAreTypedEvents(t *testing.T) {
	work := registrytypes.WorkID{1, 2, 3}
	account := sdk.AccAddress("an account of 20 by.")
	coin := sdk.NewInt64Coin("ibc/ABC-1.x_y", 7)
	item := flow.Item{Kind: flow.Received, Pot: flow.Pot{Work: types.FlowWork(work), Denom: coin.Denom}}
	for _, c := range []struct {
		written sdk.Event
		typed   proto.Message
	}{
		{paidEvent(account.String(), work, coin, 5), &types.EventPaid{Payer: account.String(), Work: work, Denom: coin.Denom, Amount: "7", Epoch: 5}},
		{paidEvent(account.String(), work, coin, 0), &types.EventPaid{Payer: account.String(), Work: work, Denom: coin.Denom, Amount: "7"}},
		{
			upstreamEvent(work, types.Head{Epoch: 7, UpstreamVersion: 2, Reach: 9}, 100, 0),
			&types.EventUpstreamChanged{Work: work, Epoch: 7, UpstreamVersion: 2, Absolute: 100, Reach: 9},
		},
		{flushedEvent(item, "1", "9"), &types.EventStageFlushed{Work: work, Denom: coin.Denom, Stage: types.STAGE_RECEIVED, FromTotal: "1", ToTotal: "9"}},
		{paidOutEvent(account, coin), &types.EventPaidOut{Account: account.String(), Denom: coin.Denom, Amount: "7"}},
		{
			redeemedEvent(types.PaymentChannelID{9}, types.PaymentChannel{Redeemed: math.NewInt(30), PendingFrom: 2}, coin),
			&types.EventVoucherRedeemed{PaymentChannel: types.PaymentChannelID{9}, Denom: coin.Denom, Total: "30", Paid: "7", PendingFrom: 2},
		},
		{
			redeemedEvent(types.PaymentChannelID{9}, types.PaymentChannel{Redeemed: math.NewInt(30)}, coin),
			&types.EventVoucherRedeemed{PaymentChannel: types.PaymentChannelID{9}, Denom: coin.Denom, Total: "30", Paid: "7"},
		},
	} {
		want, err := sdk.TypedEventToEvent(c.typed)
		require.NoError(t, err)
		require.Equal(t, want, c.written)
	}
}
