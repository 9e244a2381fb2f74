package x402_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/x402"
	doors "github.com/stemma-chain/stemma/portal/x402"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func (w *world) pay(name string, r x402.Requirement) *x402.Payment {
	w.t.Helper()
	p, err := w.purse(name).Pay(w.t.Context(), r)
	require.NoError(w.t, err)
	return &p
}

// One request asks, a second one pays and has the grant; the fee is the work's, to the unit.
func TestAGrantIsBoughtByOneRequest(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.song, "use=copy&commercial=true")
	asked := w.get(path, nil)
	r := asked.required(x402.Exact)
	require.Equal(t, "5000000", r.Amount)
	require.Equal(t, denom, r.Asset)
	require.Equal(t, "cosmos:doors-1", r.Network)
	require.Equal(t, w.song.String(), r.PayTo)
	before := w.balance("buyer")
	payment := w.pay("buyer", r)
	got := w.get(path, payment)
	require.Equal(t, http.StatusOK, got.code, string(got.body))
	var answer doors.Answer
	require.NoError(t, json.Unmarshal(got.body, &answer))
	require.Equal(t, "allowed", answer.Verdict)
	require.Len(t, answer.Paid.Grants, 1)
	require.Equal(t, answer.Paid.Grants[0].String(), answer.Permission)
	require.False(t, answer.Paid.ForUse)
	require.Empty(t, answer.Met)
	require.Equal(t, w.keys["buyer"].Address().String(), answer.Licensee)
	var settled x402.Settlement
	there, err := x402.ReadHeader(got.header, x402.SettledHeader, &settled)
	require.NoError(t, err)
	require.True(t, there)
	require.True(t, settled.Success)
	require.Equal(t, answer.Paid.ID, settled.Transaction)
	paid := before - w.balance("buyer")
	require.GreaterOrEqual(t, paid, int64(grantFee)) // and perhaps the fee of the transaction

	// The same payment again is the same grant, and costs nothing.
	after := w.balance("buyer")
	again := w.get(path, payment)
	require.Equal(t, http.StatusOK, again.code)
	require.Equal(t, after, w.balance("buyer"))

	// Who has it already is told so, and pays nothing; whoever asks in another's name is told the same: it is public.
	require.Equal(t, http.StatusOK, w.get(path+"&licensee="+answer.Licensee, nil).code)
	proof, err := w.purse("buyer").Prove(t.Context(), r.Extra.Resource, time.Now())
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, w.get(path, &proof).code)
	// What another shows of it is not theirs.
	stolen, err := w.purse("other").Prove(t.Context(), r.Extra.Resource, time.Now())
	require.NoError(t, err)
	require.Equal(t, x402.NoRight, w.get(path, &stolen).reason())
	stolen.Payload.Holder.Account = answer.Licensee
	require.Equal(t, x402.WrongSignature, w.get(path, &stolen).reason())
	elsewhere, err := w.purse("buyer").Prove(t.Context(), "https://other.example/x", time.Now())
	require.NoError(t, err)
	require.Equal(t, x402.WrongSignature, w.get(path, &elsewhere).reason())
	// A second purchase is not made for who has it already: the payment is not sent.
	needless := w.pay("buyer", w.get(path, nil).required(x402.Exact))
	after = w.balance("buyer")
	require.Equal(t, http.StatusOK, w.get(path, needless).code)
	require.Equal(t, after, w.balance("buyer"))
}

// What is to be paid with each use is not asked again of whoever has paid for this one, and is asked for the next.
func TestAPaymentForAUseIsNotAskedAgain(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.song, "use=ai-input&commercial=true")
	payment := w.pay("buyer", w.get(path, nil).required(x402.Exact))
	for range 2 { // and again by the same payment
		got := w.get(path, payment)
		require.Equal(t, http.StatusOK, got.code, string(got.body))
		var answer doors.Answer
		require.NoError(t, json.Unmarshal(got.body, &answer))
		require.True(t, answer.Paid.ForUse)
		require.NotContains(t, strings.Join(answer.Obligations, "\n"), "stemmad pay")
		require.Equal(t, []string{w.song.String() + " is paid for this use; each further use is paid again"}, answer.Met)
		require.Contains(t, string(answer.Rights), "PAY_PER_USE", "the chain's own answer is as it is")
	}
	require.Equal(t, http.StatusPaymentRequired, w.get(path, nil).code)
}

// Fifty payments at once are fifty uses, and the work has all the money.
func TestFiftyPayAtOnce(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.song, "use=ai-input&commercial=true")
	r := w.get(path, nil).required(x402.Exact)
	const uses = 50
	var all sync.WaitGroup
	ids := make(chan string, uses)
	for range uses {
		all.Go(func() {
			p, err := w.purse("buyer").Pay(t.Context(), r)
			if err != nil {
				t.Error(err)
				return
			}
			got := w.get(path, &p)
			var answer doors.Answer
			if got.code != http.StatusOK || json.Unmarshal(got.body, &answer) != nil {
				t.Errorf("%d %s", got.code, got.body)
				return
			}
			ids <- answer.Paid.ID
		})
	}
	all.Wait()
	close(ids)
	seen := map[string]bool{}
	for id := range ids {
		require.False(t, seen[id])
		seen[id] = true
	}
	require.Len(t, seen, uses)
	w.requireTaken(uses * usePrice)
}

// requireTaken checks what all works of this chain were paid, which are only these.
func (w *world) requireTaken(amount int64) {
	w.t.Helper()
	taken := int64(-1)
	require.Eventually(w.t, func() bool {
		res, err := w.c.Royalty().Turnover(w.t.Context(), &royaltytypes.QueryTurnoverRequest{})
		require.NoError(w.t, err)
		taken = 0
		for _, row := range res.Turnovers {
			if row.Denom == denom {
				taken = row.Turnover.PaidIn.Int64()
			}
		}
		return taken == amount
	}, 20*time.Second, 100*time.Millisecond, "taken: %d", taken)
}

// What is not a payment for this costs nothing, and the answer says why.
func TestPaymentsThatAreNotTaken(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.song, "use=ai-input&commercial=true")
	asked := w.get(path, nil).required(x402.Exact)
	good := w.pay("buyer", asked)
	require.Equal(t, http.StatusOK, w.get(path, good).code)
	before := w.balance("other")

	// Somebody finds the transaction on the chain.
	found := *good
	found.Payload.Nonce = base64.StdEncoding.EncodeToString(x402.NewNonce())
	require.Equal(t, x402.WrongResource, w.get(path, &found).reason())
	// It is shown for something else.
	require.Equal(t, x402.WrongResource, w.get(w.path(w.song, "use=copy"), good).reason())
	moved := *good
	moved.Accepted.Extra.Resource = origin + w.path(w.song, "use=copy")
	require.Equal(t, x402.WrongResource, w.get(w.path(w.song, "use=copy"), &moved).reason())
	// It is shown long after.
	// A server that was away for long may have been ended while it handed the thing over, which can be had for some minutes more.
	away := time.Hour
	w.open(func(c *doors.Config) { c.Now = func() time.Time { return time.Now().Add(away) } })
	require.Equal(t, http.StatusOK, w.get(path, good).code)
	away += 11 * time.Minute
	require.Equal(t, x402.Replayed, w.get(path, good).reason())
	w.open()

	for name, c := range map[string]struct {
		reason x402.Reason
		change func(r *x402.Requirement)
	}{
		"less":            {x402.PriceRaised, func(r *x402.Requirement) { r.Amount = "1"; r.Extra.Messages = nil }},
		"more":            {x402.InvalidRequirements, func(r *x402.Requirement) { r.Amount = "999999"; r.Extra.Messages = nil }},
		"another work":    {x402.InvalidRequirements, func(r *x402.Requirement) { r.PayTo = w.tune.String(); r.Extra.Messages = nil }},
		"another denom":   {x402.InvalidRequirements, func(r *x402.Requirement) { r.Asset = "ustem"; r.Extra.Messages = nil }},
		"much too late":   {x402.NoEnd, func(r *x402.Requirement) { r.MaxTimeoutSeconds = 300 }},
		"another message": {x402.WrongAmount, func(r *x402.Requirement) { w.instead(r) }},
	} {
		t.Run(name, func(t *testing.T) {
			r := asked
			c.change(&r)
			require.Equal(t, c.reason, w.get(path, w.pay("other", r)).reason())
		})
	}
	other := *good
	other.Accepted.Network = "cosmos:elsewhere-1"
	require.Equal(t, x402.InvalidNetwork, w.get(path, &other).reason())
	other = *good
	other.Accepted.Scheme = "upto"
	require.Equal(t, x402.InvalidScheme, w.get(path, &other).reason())
	require.Equal(t, before, w.balance("other"))

	// Its signature is another's, or its money is not there.
	forged := *w.pay("other", asked)
	raw, err := base64.StdEncoding.DecodeString(forged.Payload.Transaction)
	require.NoError(t, err)
	raw[len(raw)-1] ^= 1
	forged.Payload.Transaction = base64.StdEncoding.EncodeToString(raw)
	require.Equal(t, x402.WrongSignature, w.get(path, &forged).reason())

	// Time runs out before it is shown.
	late := w.pay("other", asked)
	ahead := -20 * time.Minute // it was not taken before the server began
	w.open(func(c *doors.Config) { c.Now = func() time.Time { return time.Now().Add(ahead) } })
	ahead = 2 * time.Minute
	require.Equal(t, x402.Expired, w.get(path, late).reason())
	w.open()

	// The price is raised, or the offer is paused, between the question and the payment.
	early := w.pay("other", w.get(w.path(w.song, "use=copy"), nil).required(x402.Exact))
	alice := w.keys["alice"].Address().String()
	dearer := licensetypes.Offer{Price: sdk.NewCoins(sdk.NewInt64Coin(denom, 2*grantFee))}
	w.send("alice", &licensetypes.MsgOffer{Owner: alice, Work: w.song, Terms: w.byGrant, Offer: dearer})
	require.Equal(t, x402.PriceRaised, w.get(w.path(w.song, "use=copy"), early).reason())
	dearer.Paused = true
	w.send("alice", &licensetypes.MsgOffer{Owner: alice, Work: w.song, Terms: w.byGrant, Offer: dearer})
	require.Equal(t, x402.InvalidRequirements, w.get(w.path(w.song, "use=copy"), early).reason())
	require.Equal(t, before, w.balance("other"))
	w.requireTaken(usePrice)
}

// instead asks for another payment of the same amount.
func (w *world) instead(r *x402.Requirement) {
	packed, err := x402.PackMessages(w.c.Encoding.Codec, []sdk.Msg{&royaltytypes.MsgPay{Work: w.tune, Amount: sdk.NewInt64Coin(denom, usePrice)}})
	require.NoError(w.t, err)
	r.Extra.Messages = packed
}

// What is no payment at all is answered, whatever it is.
func TestNoise(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.song, "use=ai-input&commercial=true")
	for _, header := range []string{
		"", "x", "e30=", "bnVsbA==", base64.StdEncoding.EncodeToString([]byte(`{"x402Version":1}`)),
		base64.StdEncoding.EncodeToString([]byte(`{"x402Version":2,"accepted":{"network":"cosmos:doors-1","scheme":"exact"}}`)),
		base64.StdEncoding.EncodeToString([]byte(`[[[[` + strings.Repeat("[", 4000))), strings.Repeat("A", 13<<10),
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.shop.URL+path, nil)
		require.NoError(t, err)
		r.Header.Set(x402.PaymentHeader, header)
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusPaymentRequired, res.StatusCode, "%.40s", header)
	}
	require.Equal(t, http.StatusBadRequest, w.get("/x402/works/"+w.song.String(), nil).code)
	require.Equal(t, http.StatusBadRequest, w.get("/x402/works/nothing?use=copy", nil).code)
	require.Equal(t, http.StatusBadRequest, w.get(w.path(w.song, "use=copy&colour=red"), nil).code)
	require.Equal(t, http.StatusNotFound, w.get("/x402/works/"+strings.Repeat("ab", 32)+"?use=copy", nil).code)
}
