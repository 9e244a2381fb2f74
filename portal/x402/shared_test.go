package x402_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/x402"
	doors "github.com/stemma-chain/stemma/portal/x402"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Two doors at one till take a voucher for one thing, whenever they look.
func TestTwoDoorsAtOneTillTakeAVoucherOnce(t *testing.T) {
	w := newWorld(t)
	r := w.get(w.path(w.tune, "use=ai-input&commercial=true"), nil).required(x402.Batch)
	channel := w.channel(r, 1, 1000)
	one := w.open()
	other, err := doors.New(one.Config)
	require.NoError(t, err)
	thing := func(name string) (doors.Thing, *x402.Payment) {
		r.Extra.Resource = origin + name
		return doors.Thing{
			Resource: x402.Resource{URL: origin + name}, Work: w.tune.String(), Behind: true,
			Use: licensetypes.Use{Action: licensetypes.ACTION_AI_INPUT, Commercial: true},
		}, w.voucher(r, channel, 2*tinyPrice)
	}
	a, payA := thing("/a")
	b, payB := thing("/b")
	_, err = one.Pay(t.Context(), a, payA, func() error {
		_, err := other.Pay(t.Context(), b, payB, func() error { return nil })
		return err
	})
	var refusal *x402.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, x402.Replayed, refusal.Reason)
	_, err = other.Pay(t.Context(), b, payB, func() error { return nil })
	require.NoError(t, err)
}

// A till that was lost does not serve anew what the vouchers that are kept promised before.
func TestALostTillServesNothingTwice(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.tune, "use=ai-input&commercial=true")
	r := w.get(path, nil).required(x402.Batch)
	channel := w.channel(r, 1, 1000)
	for n := range int64(5) {
		require.Equal(t, http.StatusOK, w.get(path, w.voucher(r, channel, (n+1)*tinyPrice)).code)
	}
	w.loseTill()
	for n := range int64(5) {
		require.Equal(t, x402.TooLow, w.get(path, w.voucher(r, channel, (n+1)*tinyPrice)).reason(), n)
	}
	require.Equal(t, http.StatusOK, w.get(path, w.voucher(r, channel, 6*tinyPrice)).code)
	require.Equal(t, x402.TooLow, w.get(path, w.voucher(r, channel, 6*tinyPrice-1)).reason())
}

// A payment that came after its server was ended is not forgotten, however late its payer comes again; one that never came is.
func TestWhatCameIsNotForgotten(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.tune, "use=ai-input&commercial=true")
	r := w.get(path, nil).required(x402.Exact)
	later, open := time.Now().Add(48*time.Hour), 0
	for left := range int64(12) { // the server is ended at one question after another
		conn := &cut{ClientConnInterface: w.c.ClientConnInterface}
		conn.left.Store(left + 1)
		broken, err := client.New(conn, client.ForChain("doors-1"))
		require.NoError(t, err)
		w.open(func(c *doors.Config) { c.Client = broken })
		payment := w.pay("buyer", r)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		w.try(ctx, path, payment)
		cancel()
		require.NoError(t, broken.Close())
		d := w.open(func(c *doors.Config) { c.Now = func() time.Time { return later } })
		ids, err := d.Till.Undecided(t.Context(), later, "")
		require.NoError(t, err)
		if len(ids) == 0 {
			continue
		}
		require.NoError(t, d.Decide(t.Context()))
		ids, err = d.Till.Undecided(t.Context(), later, "")
		require.NoError(t, err)
		if len(ids) > 0 { // it was not sent, and Decide has sent it
			require.NoError(t, d.Decide(t.Context()))
		}
		_, err = d.Till.Prune(t.Context(), later.Add(-24*time.Hour))
		require.NoError(t, err)
		got := w.get(path, payment)
		require.Equal(t, http.StatusOK, got.code, string(got.body))
		open++
	}
	require.Positive(t, open)
	t.Log(open)
}

// What a request does is done once for a payment, and not again with something else in it; a thing that is read can be read again.
func TestWhatIsDoneIsDoneOnce(t *testing.T) {
	w := newWorld(t)
	d := w.open()
	asked := w.get(w.path(w.tune, "use=ai-input&commercial=true"), nil)
	exact, batch := asked.required(x402.Exact), asked.required(x402.Batch)
	channel := w.channel(batch, 1, 1000)
	total := int64(0)
	use := licensetypes.Use{Action: licensetypes.ACTION_AI_INPUT, Commercial: true}
	for name, pay := range map[string]func(string) *x402.Payment{
		"transaction": func(url string) *x402.Payment { exact.Extra.Resource = url; return w.pay("buyer", exact) },
		"voucher": func(url string) *x402.Payment {
			batch.Extra.Resource = url
			total += tinyPrice
			return w.voucher(batch, channel, total)
		},
	} {
		thing := doors.Thing{Resource: x402.Resource{URL: origin + "/answers"}, Work: w.tune.String(), Use: use, Behind: true, Once: http.MethodPost}
		payment, done := pay(thing.URL), 0
		do := func() error { done++; return nil }
		_, err := d.Pay(t.Context(), thing, payment, do)
		require.NoError(t, err, name)
		for _, again := range []string{http.MethodPost, http.MethodPut, ""} {
			thing.Once = again
			_, err = d.Pay(t.Context(), thing, payment, do)
			var refusal *x402.Refusal
			require.ErrorAs(t, err, &refusal, name)
			require.Contains(t, []x402.Reason{x402.Replayed, x402.WrongResource}, refusal.Reason)
		}
		require.Equal(t, 1, done)
		if name == "voucher" { // one that pays no further use asks nothing of what is behind
			low := w.voucher(batch, channel, total-1)
			thing.Once = http.MethodPost
			_, err = d.Pay(t.Context(), thing, low, do)
			var refusal *x402.Refusal
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, x402.TooLow, refusal.Reason)
			require.Equal(t, 1, done)
			thing.Once = ""
		}
		thing.URL = origin + "/read"
		payment = pay(thing.URL)
		for range 3 {
			_, err = d.Pay(t.Context(), thing, payment, do)
			require.NoError(t, err, name)
		}
		require.Equal(t, 4, done)
	}
}
