package x402_test

import (
	"encoding/base64"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/x402"
)

// A payment whose checks fail in a block stands there for everybody, and whoever likes may send it again until its end:
// it is undecided, and once it comes, showing it gives the thing.
func TestAPaymentThatFailedItsChecksInABlockMayComeAgain(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.tune, "use=ai-input&commercial=true")
	r := w.get(path, nil).required(x402.Exact)
	for range 30 { // until a block has both
		payment := w.pay("buyer", r)
		sent, most := w.emptied("buyer", "ustem")
		got := w.get(path, payment)
		_, err := sent.Wait(t.Context())
		require.NoError(t, err)
		w.send("alice", &banktypes.MsgSend{
			FromAddress: w.keys["alice"].Address().String(), ToAddress: w.keys["buyer"].Address().String(), Amount: most,
		})
		if got.code != http.StatusServiceUnavailable {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(payment.Payload.Transaction)
		require.NoError(t, err)
		_, err = txtypes.NewServiceClient(w.c).BroadcastTx(t.Context(), &txtypes.BroadcastTxRequest{
			TxBytes: raw, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC,
		})
		require.NoError(t, err)
		again := w.get(path, payment)
		require.Equal(t, http.StatusOK, again.code, string(again.body))
		w.requireTaken(tinyPrice)
		return
	}
	t.Fatal("no payment failed its checks in a block")
}

// A payment that would fail in its block for want of gas is refused before anything is fetched for it: that could cost
// the server, and nothing its payer but the fee.
func TestAPaymentWithoutGasIsNotServedOn(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.tune, "use=ai-input&commercial=true")
	r := w.get(path, nil).required(x402.Exact)
	purse := w.purse("buyer")
	purse.Options.Gas = 30_000
	payment, err := purse.Pay(t.Context(), r)
	require.NoError(t, err)
	got := w.get(path, &payment)
	require.Equal(t, x402.InvalidTransaction, got.reason(), string(got.body))
	require.Contains(t, string(got.body), "out of gas")
	w.requireTaken(0)
}

// emptied sends all that an account has of a denom to alice, before what else it sends; most is what it can be given back.
func (w *world) emptied(name, denom string) (sent *client.Pending, most sdk.Coins) {
	w.t.Helper()
	from := w.keys[name].Address().String()
	held, err := w.c.Bank().Balance(w.t.Context(), &banktypes.QueryBalanceRequest{Address: from, Denom: denom})
	require.NoError(w.t, err)
	sender := w.c.Sender(w.keys[name], client.Options{})
	all := &banktypes.MsgSend{FromAddress: from, ToAddress: w.keys["alice"].Address().String(), Amount: sdk.NewCoins(sdk.NewInt64Coin(denom, 1))}
	draft, err := sender.Draft(w.t.Context(), all)
	require.NoError(w.t, err)
	draft.Fee = sdk.NewCoins(sdk.NewInt64Coin(denom, 1_000_000)) // it comes first in the block
	all.Amount = sdk.NewCoins(*held.Balance).Sub(draft.Fee...)
	sent, err = sender.Submit(w.t.Context(), draft)
	require.NoError(w.t, err)
	return sent, all.Amount.Sub(draft.Fee...)
}
