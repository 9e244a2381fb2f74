package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
)

// tellsPrices: what a server asks for stands in fields where it is more than was agreed to.
func (l local) tellsPrices() {
	t := l.t
	var address string
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked := func(amount, denom string) x402.Requirement {
			return x402.Requirement{Scheme: x402.Exact, Amount: amount, Asset: denom, PayTo: "work1payee", Extra: x402.Extra{Resource: address}}
		}
		w.Header().Set(x402.RequiredHeader, x402.Encode(x402.Required{
			X402Version: x402.Version, Resource: x402.Resource{URL: address},
			Accepts: []x402.Requirement{asked("250000", "uusdc"), asked("5000", "ustem"), {Scheme: x402.Batch, Amount: "1", Asset: "ustem"}},
		}))
		w.WriteHeader(http.StatusPaymentRequired)
	}))
	defer shop.Close()
	address = shop.URL + "/a.txt"
	for _, most := range [][]string{nil, {"--max-fee", "4999ustem"}} {
		said := strings.Split(strings.TrimSpace(l.fail(append([]string{"fetch", address, "--from", "fan", "--output", "json"}, most...)...)), "\n")
		var report refusal.Report
		require.NoError(t, json.Unmarshal([]byte(said[len(said)-1]), &report))
		require.Equal(t, exitNeedsGrant, report.ExitCode)
		require.Equal(t, []refusal.Payable{
			{Amount: "250000", Denom: "uusdc", Shown: "0.25 USDC (250000uusdc)", Payee: "work1payee", Resource: address},
			{Amount: "5000", Denom: "ustem", Shown: "0.005 STEM (5000ustem)", Payee: "work1payee", Resource: address},
		}, report.ToPay)
		require.Contains(t, report.Error, "it costs 0.25 USDC (250000uusdc) or 0.005 STEM (5000ustem)")
	}
}
