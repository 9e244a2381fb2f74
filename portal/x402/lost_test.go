package x402_test

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/x402"
	doors "github.com/stemma-chain/stemma/portal/x402"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// loseTill ends the shop, loses what it has noted, and begins anew.
func (w *world) loseTill(change ...func(*doors.Config)) *doors.Doors {
	w.t.Helper()
	w.shop.Close()
	require.NoError(w.t, w.book.Close())
	lost, err := filepath.Glob(filepath.Join(w.dir, "till.db*"))
	require.NoError(w.t, err)
	require.NotEmpty(w.t, lost)
	for _, file := range lost {
		require.NoError(w.t, os.Remove(file))
	}
	w.shop = nil
	return w.open(change...)
}

// later is a clock of the shop's that goes ahead of the chain's.
func later(by time.Duration) func(*doors.Config) {
	return func(c *doors.Config) { c.Now = func() time.Time { return time.Now().Add(by) } }
}

// A payment that came by a till that was lost is still what it pays for: while it could come, after that, and whatever it costs by now.
// Nothing is paid twice.
func TestALostTillForgetsNoTransaction(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.tune, "use=ai-input&commercial=true")
	payment := w.pay("buyer", w.get(path, nil).required(x402.Exact))
	require.Equal(t, http.StatusOK, w.get(path, payment).code)
	for _, by := range []time.Duration{0, 2 * time.Minute, 22 * time.Hour} {
		w.loseTill(later(by))
		for range 2 { // the second time it is known
			got := w.get(path, payment)
			require.Equal(t, http.StatusOK, got.code, "%s: %s", by, got.body)
		}
		found := *payment
		found.Payload.Nonce = base64.StdEncoding.EncodeToString(x402.NewNonce())
		require.Equal(t, x402.WrongResource, w.get(path, &found).reason())
	}
	w.loseTill(later(24 * time.Hour)) // a till that was not lost may have forgotten it by then
	require.Equal(t, x402.Forgotten, w.get(path, payment).reason())

	w.open()
	grant := w.path(w.song, "use=copy&commercial=true")
	bought := w.pay("buyer", w.get(grant, nil).required(x402.Exact))
	require.Equal(t, http.StatusOK, w.get(grant, bought).code)
	alice := w.keys["alice"].Address().String()
	dearer := licensetypes.Offer{Price: sdk.NewCoins(sdk.NewInt64Coin(denom, 2*grantFee))}
	w.send("alice", &licensetypes.MsgOffer{Owner: alice, Work: w.tune, Terms: w.perUse, Offer: licensetypes.Offer{Paused: true}})
	w.send("alice", &licensetypes.MsgOffer{Owner: alice, Work: w.song, Terms: w.byGrant, Offer: dearer})
	w.loseTill()
	for _, p := range []struct {
		path    string
		payment *x402.Payment
	}{{path, payment}, {grant, bought}} {
		got := w.get(p.path, p.payment)
		require.Equal(t, http.StatusOK, got.code, string(got.body))
	}
	w.requireTaken(tinyPrice + grantFee)
}

// What a request does is done once more for a payment after a till was lost, and not again.
func TestALostTillDoesARequestOnceMore(t *testing.T) {
	w := newWorld(t)
	r := w.get(w.path(w.tune, "use=ai-input&commercial=true"), nil).required(x402.Exact)
	r.Extra.Resource = origin + "/answers"
	thing := doors.Thing{
		Resource: x402.Resource{URL: r.Extra.Resource}, Work: w.tune.String(), Behind: true, Once: http.MethodPost,
		Use: licensetypes.Use{Action: licensetypes.ACTION_AI_INPUT, Commercial: true},
	}
	payment, done := w.pay("buyer", r), 0
	do := func() error { done++; return nil }
	d := w.open()
	for lost := range 2 {
		_, err := d.Pay(t.Context(), thing, payment, do)
		require.NoError(t, err, lost)
		var refusal *x402.Refusal
		_, err = d.Pay(t.Context(), thing, payment, do)
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, x402.Replayed, refusal.Reason)
		require.Equal(t, lost+1, done)
		d = w.loseTill()
	}
	w.requireTaken(tinyPrice)
}

// Nobody has a thing for less by sending a transaction to the chain in place of the server.
func TestALostTillAsksForThePriceOfThen(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.song, "use=ai-input&commercial=true")
	asked := w.get(path, nil).required(x402.Exact)
	cheap := asked
	cheap.Amount, cheap.Extra.Messages = "1", nil
	failing := w.pay("other", asked)
	var sent []*x402.Payment
	for _, r := range []x402.Requirement{cheap, asked} {
		p := w.pay("buyer", r)
		raw, err := base64.StdEncoding.DecodeString(p.Payload.Transaction)
		require.NoError(t, err)
		_, err = w.c.Carry(t.Context(), client.Carried{Raw: raw})
		require.NoError(t, err)
		sent = append(sent, p)
	}
	require.Equal(t, x402.PriceRaised, w.get(path, sent[0]).reason())
	w.loseTill(later(2 * time.Minute))
	require.Equal(t, x402.PriceRaised, w.get(path, sent[0]).reason())
	require.Equal(t, http.StatusOK, w.get(path, sent[1]).code) // it is the price
	// One that is in no block, and may come until the chain's own time is past its end.
	require.Equal(t, http.StatusServiceUnavailable, w.get(path, failing).code)
	w.loseTill()
	require.Equal(t, http.StatusOK, w.get(path, sent[1]).code)
	w.requireTaken(1 + usePrice)
}
