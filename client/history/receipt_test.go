package history_test

import (
	"bytes"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	ibctypes "github.com/cosmos/ibc-go/v11/modules/core/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/internal/amounts"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	bob  = sdk.AccAddress(bytes.Repeat([]byte{7}, 20))
	song = registrytypes.WorkID{1}
)

func typed(t *testing.T, message string, msg proto.Message) abci.Event {
	t.Helper()
	e, err := sdk.TypedEventToEvent(msg)
	require.NoError(t, err)
	e.Attributes = append(e.Attributes, abci.EventAttribute{Key: "msg_index", Value: message})
	return abci.Event(e)
}

func paid(t *testing.T, message, amount string) abci.Event {
	t.Helper()
	return typed(t, message, &royaltytypes.EventPaid{Payer: bob.String(), Work: song, Denom: "uusdc", Amount: amount, Epoch: 3})
}

func TestLicenceFeesAndVouchersAreToldApart(t *testing.T) {
	from := royaltytypes.PaymentChannelID{1}
	first, second := licensetypes.GrantID{1}, licensetypes.GrantID{2}
	payments, err := history.Payments([]abci.Event{
		paid(t, "0", "9"),
		paid(t, "1", "9"),
		typed(t, "1", &licensetypes.EventGranted{Grant: first, Work: song, Licensee: bob.String(), Fee: "9uusdc"}),
		paid(t, "2", "8"),
		typed(t, "2", &licensetypes.EventGrantRenewed{Grant: second, Work: song, Licensee: bob.String(), Fee: "8uusdc"}),
		paid(t, "3", "5"),
		paid(t, "3", "2"),
		paid(t, "3", "1"),
		typed(t, "3", &royaltytypes.EventVoucherRedeemed{PaymentChannel: from, Denom: "uusdc", Paid: "3"}),
		typed(t, "4", &licensetypes.EventGranted{Grant: licensetypes.GrantID{3}, Work: song, Licensee: bob.String()}),
	})
	require.NoError(t, err)
	var got []string
	for _, p := range payments {
		require.Equal(t, uint64(3), p.Epoch)
		require.Equal(t, bob.String(), p.Payer)
		got = append(got, p.Amount.String()+" "+history.Paid{Payment: p}.Kind()+" "+p.Grant+p.PaymentChannel)
	}
	require.Equal(t, []string{
		"9uusdc payment ", "9uusdc licence fee " + first.String(), "8uusdc licence renewal " + second.String(),
		"5uusdc payment ", "2uusdc voucher " + from.String(), "1uusdc voucher " + from.String(),
	}, got)

	_, err = history.Payments([]abci.Event{paid(t, "0", "much")})
	require.Error(t, err)
}

// As ibc-go writes the events of a block: those of a refused packet with a mark, before its acknowledgement.
func TestTransfersFromOtherChains(t *testing.T) {
	mark := func(e abci.Event) abci.Event {
		e.Type = ibctypes.ErrorAttributeKeyPrefix + e.Type
		for i := range e.Attributes {
			e.Attributes[i].Key = ibctypes.ErrorAttributeKeyPrefix + e.Attributes[i].Key
		}
		return e
	}
	answered := func(sequence string) abci.Event {
		return abci.Event{Type: "write_acknowledgement", Attributes: []abci.EventAttribute{{Key: "packet_sequence", Value: sequence}}}
	}
	events := []abci.Event{
		paid(t, "0", "9"),
		paid(t, "1", "8"),
		typed(t, "1", &royaltytypes.EventTransferPaid{
			Work: song, Denom: "uusdc", Amount: "8", Channel: "channel-0", Sequence: 1, Sender: "cosmos1x",
		}),
		answered("1"),
		mark(typed(t, "2", &royaltytypes.EventTransferRefused{Channel: "channel-0", Sequence: 2, Reason: "no such work"})),
		answered("2"),
		mark(abci.Event{Type: "transfer_denied", Attributes: []abci.EventAttribute{
			{Key: "action", Value: "packet_recv"}, {Key: "channel_or_client", Value: "channel-7"}, {Key: "error", Value: "quota exceeded"},
		}}),
		answered("3"),
		answered("4"),
	}
	payments, err := history.Payments(events)
	require.NoError(t, err)
	require.Len(t, payments, 2)
	require.Empty(t, payments[0].Sender+payments[0].Channel)
	require.Equal(t, "cosmos1x over channel-0", payments[1].Sender+" over "+payments[1].Channel)
	require.Equal(t, []history.Refusal{
		{Channel: "channel-0", Sequence: "2", Reason: "no such work"}, {Channel: "channel-7", Sequence: "3", Reason: "quota exceeded"},
	}, history.Refusals(events))
}

func TestUnknownSharesCountAsPaidOnly(t *testing.T) {
	coin := mustCoin(t, "10uusdc")
	r := history.Receipt{Paid: []history.Paid{
		{Payment: history.Payment{Amount: coin}, Held: sdk.NewInt64Coin("uusdc", 4), Shares: []royaltytypes.Payee{{Account: "x", Amount: sdk.NewInt64Coin("uusdc", 6)}}},
		{Payment: history.Payment{Amount: coin}, Unknown: "gone"},
		{Payment: history.Payment{Amount: mustCoin(t, "5ustem")}, Held: sdk.NewInt64Coin("ustem", 5)},
	}}
	var got []string
	for _, total := range r.Totals() {
		got = append(got, total.Paid.String()+" "+total.Due.String()+" "+total.Held.String()+" "+total.Denom)
	}
	require.Equal(t, []string{"20 6 4 uusdc", "5 0 5 ustem"}, got)
}

func mustCoin(t *testing.T, s string) sdk.Coin {
	t.Helper()
	coin, err := amounts.ParseCoin(s)
	require.NoError(t, err)
	return coin
}
