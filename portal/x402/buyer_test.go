package x402_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/x402"
	doors "github.com/stemma-chain/stemma/portal/x402"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
)

// buyer pays what is asked for first; what it has open is in a folder.
func (w *world) buyer(name, dir string) *x402.Buyer {
	return &x402.Buyer{Purse: w.purse(name), Book: x402.OpenBook(dir), Choose: func(asked x402.Required) (x402.Requirement, error) {
		return asked.Accepts[0], nil
	}}
}

// address is one that stays while servers come and go.
type address struct {
	*httptest.Server
	handler http.Handler
}

func newAddress(t *testing.T) *address {
	a := &address{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }))
	t.Cleanup(a.Close)
	return a
}

// A buyer pays once, also where the server is ended in between and the buyer with it; and not at all for what is theirs,
// or for another's name.
func TestABuyerPaysOnce(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	path := w.path(w.song, "use=copy&commercial=true")
	stable := newAddress(t)
	origin := func(c *doors.Config) { c.Origin = stable.URL }
	conn := &cut{ClientConnInterface: w.c.ClientConnInterface}
	broken, err := client.New(conn, client.ForChain("doors-1"))
	require.NoError(t, err)
	stable.handler = w.open(origin, func(c *doors.Config) { c.Client = broken }).Handler()
	conn.left.Store(12) // after the transaction was sent
	before := w.balance("buyer")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	_, err = w.buyer("buyer", dir).Fetch(ctx, stable.URL+path)
	cancel()
	require.ErrorIs(t, err, x402.ErrOpen)
	require.NoError(t, broken.Close())
	open, err := x402.OpenBook(dir).Open()
	require.NoError(t, err)
	require.Equal(t, []string{stable.URL + path}, open)

	stable.handler = w.open(origin).Handler()
	var answer doors.Answer
	fetch := func(name, dir string) {
		t.Helper()
		fetched, err := w.buyer(name, dir).Fetch(t.Context(), stable.URL+path)
		require.NoError(t, err)
		answer = doors.Answer{}
		require.NoError(t, json.NewDecoder(fetched.Body).Decode(&answer))
		require.NoError(t, fetched.Body.Close())
		require.Equal(t, http.StatusOK, fetched.StatusCode)
		require.NoError(t, fetched.Done())
	}
	fetch("buyer", dir)
	require.Len(t, answer.Paid.Grants, 1)
	open, err = x402.OpenBook(dir).Open()
	require.NoError(t, err)
	require.Empty(t, open)
	w.requireTaken(grantFee)
	paid := w.balance("buyer")
	require.GreaterOrEqual(t, before-paid, int64(grantFee))
	fetch("buyer", dir) // it is theirs
	require.Nil(t, answer.Paid)
	require.Equal(t, paid, w.balance("buyer"))

	// A server that asks to be paid for another's resource is paid nothing.
	stable.handler = w.open(func(c *doors.Config) { c.Origin = "https://other.example" }).Handler()
	_, err = w.buyer("other", t.TempDir()).Fetch(t.Context(), stable.URL+path)
	var refusal *x402.Refusal
	require.True(t, errors.As(err, &refusal), err)
	require.Equal(t, x402.WrongResource, refusal.Reason)
	// What is not to be had is said, with why.
	_, err = w.buyer("other", t.TempDir()).Fetch(t.Context(), stable.URL+w.path(w.song, "use=train-ai"))
	var not *x402.NotHadError
	require.True(t, errors.As(err, &not), err)
	require.Equal(t, http.StatusForbidden, not.Status)
	require.NotEmpty(t, not.Reasons)
	w.requireTaken(grantFee)
}

// dear is a node that says gas costs a thousand times of what it does.
type dear struct{ grpc.ClientConnInterface }

func (d dear) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	err := d.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
	if prices, is := reply.(*feemarkettypes.QueryPricesResponse); is {
		for i := range prices.Estimates {
			prices.Estimates[i].Amount = prices.Estimates[i].Amount.MulInt64(1000)
		}
	}
	return err
}

// A node that lies about what gas costs makes nobody pay for it: what a payment costs beside the price is bounded, also where nobody is asked.
func TestANodeDoesNotChooseTheFee(t *testing.T) {
	w := newWorld(t)
	r := w.get(w.path(w.tune, "use=ai-input&commercial=true"), nil).required(x402.Exact)
	lying, err := client.New(dear{w.c.ClientConnInterface}, client.ForChain("doors-1"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = lying.Close() })
	honest, purse := w.purse("buyer"), w.purse("buyer")
	purse.Client = lying
	asked := sdk.Coins{}
	purse.Agree = func(fee sdk.Coins) error { asked = fee; return nil }
	_, err = honest.Pay(t.Context(), r)
	require.NoError(t, err)
	_, err = purse.Pay(t.Context(), r)
	var refusal *x402.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, x402.NetworkFee, refusal.Reason)
	var fee *x402.NetworkFeeError
	require.ErrorAs(t, err, &fee)
	require.EqualValues(t, x402.DefaultNetworkFee, fee.Most.Amount.Int64())
	require.ErrorContains(t, err, fee.Fee.String())
	require.ErrorContains(t, err, fee.Most.String())
	require.Empty(t, asked) // nothing was to be signed

	purse.MaxNetworkFee = sdk.NewCoins(fee.Fee)
	_, err = purse.Pay(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, sdk.NewCoins(fee.Fee), asked)
	purse.MaxNetworkFee = sdk.NewCoins(sdk.NewCoin(fee.Fee.Denom, fee.Fee.Amount.QuoRaw(2)))
	_, err = purse.Pay(t.Context(), r)
	require.ErrorAs(t, err, &refusal)
	// What the payer names is the payer's.
	purse.Options.Fee = sdk.NewCoins(fee.Fee)
	_, err = purse.Pay(t.Context(), r)
	require.NoError(t, err)
}
