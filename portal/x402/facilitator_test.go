package x402_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/x402"
)

func (w *world) ask(path string, ask, into any) int {
	w.t.Helper()
	raw, err := json.Marshal(ask)
	require.NoError(w.t, err)
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.shop.URL+"/x402/facilitator/"+path, bytes.NewReader(raw))
	require.NoError(w.t, err)
	res, err := http.DefaultClient.Do(r)
	require.NoError(w.t, err)
	defer res.Body.Close()
	require.NoError(w.t, json.NewDecoder(res.Body).Decode(into))
	return res.StatusCode
}

// Other servers ask whether a payment is good and have it sent; each is settled once.
func TestTheFacilitatorSettlesOnce(t *testing.T) {
	w := newWorld(t)
	r := x402.Requirement{
		Scheme: x402.Exact, Network: "cosmos:doors-1", Amount: "70000", Asset: denom, PayTo: w.song.String(), MaxTimeoutSeconds: 60,
		Extra: x402.Extra{Resource: "https://other.example/photo"},
	}
	payment := w.pay("buyer", r)
	ask := x402.Ask{X402Version: 2, Payment: *payment, Requirements: r}
	var verdict x402.Verdict
	for range 2 {
		require.Equal(t, http.StatusOK, w.ask("verify", ask, &verdict))
		require.True(t, verdict.IsValid, verdict.InvalidReason)
	}
	require.Equal(t, w.keys["buyer"].Address().String(), verdict.Payer)
	for _, change := range []func(*x402.Requirement){
		func(r *x402.Requirement) { r.Amount = "70001" },
		func(r *x402.Requirement) { r.PayTo = w.tune.String() },
		func(r *x402.Requirement) { r.Extra.Resource = "https://other.example/film" },
		func(r *x402.Requirement) { r.Asset = "ustem" },
		func(r *x402.Requirement) { r.Network = "cosmos:elsewhere-1" },
		func(r *x402.Requirement) { r.Amount = "x" },
		func(r *x402.Requirement) {
			r.Extra.Messages = []json.RawMessage{[]byte(`{"@type":"/cosmos.bank.v1beta1.MsgSend"}`)}
		},
	} {
		wrong := ask
		change(&wrong.Requirements)
		var verdict x402.Verdict
		require.Equal(t, http.StatusOK, w.ask("verify", wrong, &verdict))
		require.False(t, verdict.IsValid)
		var settled x402.Settlement
		require.Equal(t, http.StatusOK, w.ask("settle", wrong, &settled))
		require.False(t, settled.Success)
	}
	w.requireTaken(0)
	var settled x402.Settlement
	require.Equal(t, http.StatusOK, w.ask("settle", ask, &settled))
	require.True(t, settled.Success, settled.ErrorReason)
	require.NotEmpty(t, settled.Transaction)
	w.requireTaken(70_000)
	var again x402.Settlement
	require.Equal(t, http.StatusOK, w.ask("settle", ask, &again))
	require.False(t, again.Success)
	require.Equal(t, x402.Replayed, again.ErrorReason)
	w.requireTaken(70_000)

	// What was paid to another server opens nothing here, also where that one names a resource of ours.
	path := w.path(w.song, "use=ai-input&commercial=true")
	ours := w.get(path, nil).required(x402.Exact)
	stolen := w.pay("buyer", ours)
	require.Equal(t, http.StatusOK, w.ask("settle", x402.Ask{X402Version: 2, Payment: *stolen, Requirements: ours}, &settled))
	require.True(t, settled.Success, settled.ErrorReason)
	require.Equal(t, x402.WrongResource, w.get(path, stolen).reason())
	var supported x402.Supported
	res, err := http.Get(w.shop.URL + "/x402/facilitator/supported")
	require.NoError(t, err)
	defer res.Body.Close()
	require.NoError(t, json.NewDecoder(res.Body).Decode(&supported))
	require.Equal(t, []x402.Kind{{X402Version: 2, Scheme: "exact", Network: "cosmos:doors-1"}}, supported.Kinds)
}
