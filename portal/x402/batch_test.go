package x402_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/client/x402"
	doors "github.com/stemma-chain/stemma/portal/x402"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// channel opens a payment channel of the buyer's as it is asked for, or changed.
func (w *world) channel(r x402.Requirement, serial uint64, deposit int64, change ...func(*royaltytypes.MsgOpenPaymentChannel)) royaltytypes.PaymentChannelID {
	w.t.Helper()
	buyer := w.keys["buyer"]
	msg := &royaltytypes.MsgOpenPaymentChannel{
		Payer: buyer.Address().String(), Serial: serial, Deposit: sdk.NewInt64Coin(r.Asset, deposit), Receiver: r.Extra.Channel.Receiver,
		Key: buyer.PubKey().Bytes(), CloseDelay: time.Duration(r.Extra.Channel.MinCloseDelaySeconds) * time.Second,
	}
	for _, p := range r.Extra.Channel.Payees {
		work, err := registrytypes.ParseWorkID(p.Work)
		require.NoError(w.t, err)
		msg.Payees = append(msg.Payees, royaltytypes.PaymentChannelPayee{Work: work, Weight: p.Weight})
	}
	for _, f := range change {
		f(msg)
	}
	var response royaltytypes.MsgOpenPaymentChannelResponse
	require.NoError(w.t, w.send("buyer", msg).Response(0, &response))
	return response.PaymentChannel
}

// voucher promises a total.
func (w *world) voucher(r x402.Requirement, channel royaltytypes.PaymentChannelID, total int64) *x402.Payment {
	w.t.Helper()
	v, err := voucher.New("doors-1", channel, math.NewInt(total), time.Time{})
	require.NoError(w.t, err)
	v, err = v.Sign(w.keys["buyer"].Sign)
	require.NoError(w.t, err)
	p, err := x402.ByVoucher(r, v)
	require.NoError(w.t, err)
	return &p
}

// Uses that cost less than the fee of a transaction are paid by vouchers, fifty at once and in any order, and redeemed
// together: the work has what all of them cost, to the unit.
func TestVouchersPayUses(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.tune, "use=ai-input&commercial=true")
	r := w.get(path, nil).required(x402.Batch)
	require.Equal(t, "3", r.Amount)
	channel := w.channel(r, 1, 1000)
	const uses = 50
	var all sync.WaitGroup
	for n := range uses {
		p := w.voucher(r, channel, int64(n+1)*tinyPrice)
		all.Go(func() {
			if got := w.get(path, p); got.code != http.StatusOK {
				t.Errorf("%d %s", got.code, got.body)
			}
		})
	}
	all.Wait()
	// Once more is the same use; for another it is used.
	seventh := w.voucher(r, channel, 7*tinyPrice)
	require.Equal(t, http.StatusOK, w.get(path, seventh).code)
	other := w.path(w.tune, "medium=web&use=ai-input&commercial=true")
	asked := w.get(other, nil).required(x402.Batch)
	seventh.Accepted = asked
	require.Equal(t, x402.Replayed, w.get(other, seventh).reason())
	// Nothing is left of what they promise: one unit more pays no use, and neither does one between two that were used.
	require.Equal(t, x402.TooLow, w.get(path, w.voucher(r, channel, uses*tinyPrice+1)).reason())
	require.Equal(t, x402.TooLow, w.get(path, w.voucher(r, channel, 7*tinyPrice-1)).reason())
	require.Equal(t, x402.OverDeposit, w.get(path, w.voucher(r, channel, 1001)).reason())
	w.open() // as after a restart
	require.Equal(t, http.StatusOK, w.get(path, w.voucher(r, channel, 9*tinyPrice)).code)
	require.Equal(t, x402.TooLow, w.get(path, w.voucher(r, channel, uses*tinyPrice+2)).reason())
	require.Equal(t, http.StatusOK, w.get(path, w.voucher(r, channel, (uses+1)*tinyPrice)).code)

	store := paychannel.OpenStore(w.dir + "/vouchers")
	newest, err := store.All("doors-1")
	require.NoError(t, err)
	require.Len(t, newest, 1)
	require.Equal(t, int64((uses+1)*tinyPrice), newest[0].Total.Int64())
	done, err := paychannel.Redeem(t.Context(), w.c.Sender(w.keys["service"], client.Options{}), newest)
	require.NoError(t, err)
	require.Equal(t, int64((uses+1)*tinyPrice), done.Paid.AmountOf(denom).Int64())
	w.requireTaken((uses + 1) * tinyPrice)
	// What was redeemed is on the chain for all to see, and pays nothing again.
	require.Equal(t, x402.TooLow, w.get(path, w.voucher(r, channel, 30*tinyPrice+1)).reason())
}

// A payment channel that leaves the service without its money is refused before anything is served.
func TestPaymentChannelsThatAreNotTaken(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.tune, "use=ai-input&commercial=true")
	r := w.get(path, nil).required(x402.Batch)
	for serial, change := range []func(*royaltytypes.MsgOpenPaymentChannel){
		// It is closed by the payer's friend, in the block of the use.
		func(m *royaltytypes.MsgOpenPaymentChannel) { m.Receiver = w.keys["other"].Address().String() },
		// It is promised to anybody.
		func(m *royaltytypes.MsgOpenPaymentChannel) { m.Receiver = "" },
		// It is closed before the service can redeem.
		func(m *royaltytypes.MsgOpenPaymentChannel) { m.CloseDelay = time.Minute },
		// It pays another work.
		func(m *royaltytypes.MsgOpenPaymentChannel) {
			m.Payees = []royaltytypes.PaymentChannelPayee{{Work: w.song, Weight: 1_000_000}}
		},
		// It pays another work too.
		func(m *royaltytypes.MsgOpenPaymentChannel) {
			m.Payees = append([]royaltytypes.PaymentChannelPayee{}, royaltytypes.PaymentChannelPayee{Work: w.song, Weight: 999_999},
				royaltytypes.PaymentChannelPayee{Work: w.tune, Weight: 1})
		},
		// Others' coins.
		func(m *royaltytypes.MsgOpenPaymentChannel) { m.Deposit.Denom = "ustem" },
	} {
		id := w.channel(r, uint64(serial+1), 1_000_000, change)
		got := w.get(path, w.voucher(r, id, 300)).reason()
		require.Contains(t, []x402.Reason{x402.WrongChannel, x402.InvalidRequirements}, got, serial)
	}
	good := w.channel(r, 99, 1_000_000)
	forged := w.voucher(r, good, 300)
	var v voucher.Voucher
	require.NoError(t, json.Unmarshal(forged.Payload.Voucher, &v))
	v.Total = math.NewInt(400)
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	forged.Payload.Voucher = raw
	require.Equal(t, x402.WrongSignature, w.get(path, forged).reason())
	// Its payer wants it closed: nothing more is served on it.
	w.send("buyer", &royaltytypes.MsgClosePaymentChannel{Sender: w.keys["buyer"].Address().String(), PaymentChannel: good})
	require.Equal(t, x402.WrongChannel, w.get(path, w.voucher(r, good, 300)).reason())
	// No voucher of a refused use is kept.
	newest, err := paychannel.OpenStore(w.dir + "/vouchers").All("doors-1")
	require.NoError(t, err)
	require.Empty(t, newest)
	// A service without an account takes none.
	w.open(func(c *doors.Config) { c.Receiver = nil })
	require.Len(t, w.get(path, nil).accepts(), 1)
	require.Equal(t, x402.InvalidScheme, w.get(path, w.voucher(r, good, 300)).reason())
}
