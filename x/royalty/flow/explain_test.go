package flow_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// TestExplainSaysWhatASweepDoes: shares sum to the whole, and the amounts are what
// an empty ledger passes on of the one payment, to each holder of each work.
func TestExplainSaysWhatASweepDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLineage(t)
		for i := range g.holders { // accounts that hold one work only
			for h := range g.holders[i] {
				g.holders[i][h].To = flow.Account(name(i)) + g.holders[i][h].To
			}
		}
		l := build(t, g)
		for i := range g.holders {
			if rapid.IntRange(0, 5).Draw(t, "escrow") == 0 {
				require.NoError(t, l.Redirect(name(i), flow.Destination{Kind: flow.Escrow}))
			}
		}
		payment := drawPayments(t, len(g.holders))[0]
		parts, err := flow.Explain(l, payment.Pot.Work, payment.Amount)
		require.NoError(t, err)
		require.NoError(t, l.Pay(math.MaxInt, payment))

		sum, balances := new(big.Rat), map[flow.Account]map[string]string{}
		for i, p := range parts {
			require.Equal(t, i == 0, p.Work == payment.Pot.Work)
			require.Equal(t, i == 0, p.Basis == flow.Own)
			sum.Add(sum, p.Share)
			require.Less(t, new(big.Rat).SetInt(p.Amount).Cmp(new(big.Rat).Mul(p.Share, new(big.Rat).SetInt(payment.Amount))), 1)
			if p.Held {
				require.Empty(t, p.Holders)
				stages, err := l.Stages(flow.Pot{Work: p.Work, Denom: denom})
				require.NoError(t, err)
				require.Equal(t, p.Amount.String(), stages[flow.Earned].Held.String())
			}
			for _, h := range p.Holders {
				if h.Amount.Sign() > 0 {
					balances[h.To] = map[string]string{denom: h.Amount.String()}
				}
			}
		}
		require.Zero(t, sum.Cmp(big.NewRat(1, 1)), "shares sum to %s", sum)
		require.Equal(t, balances, l.Balances())
	})
}

func TestExplainNamesBasisShareAndEarner(t *testing.T) {
	l := flow.NewLedger()
	require.NoError(t, l.AddWork("beat", sole("ann")))
	require.NoError(t, l.AddWork("song", []flow.Holding{{To: "bob", Weight: 750_000}, {To: "cy", Weight: 250_000}},
		flow.Source{Work: "beat", Policy: flow.Absolute, Rate: 50_000}))
	require.NoError(t, l.AddWork("photo", sole("dee")))
	require.NoError(t, l.AddWork("copy", sole("eve")))
	require.NoError(t, l.AddWork("clip", sole("fay"),
		flow.Source{Work: "song", Policy: flow.Relative, Rate: 200_000},
		flow.Source{Work: "beat", Policy: flow.Relative, Rate: 100_000},
		flow.Source{Work: "photo", Policy: flow.Absolute, Rate: 10_000},
		flow.Source{Work: "copy", Policy: flow.Absolute, Rate: 20_000}))
	require.NoError(t, l.Redirect("copy", flow.Destination{Kind: flow.Another, Other: "photo"}))
	require.NoError(t, l.Redirect("beat", flow.Destination{Kind: flow.Escrow}))

	parts, err := flow.Explain(l, "clip", big.NewInt(1001))
	require.NoError(t, err)
	type row struct {
		work, earner  flow.Work
		basis         flow.Basis
		share, amount string
		held          bool
		holders       int
	}
	var got []row
	for _, p := range parts {
		got = append(got, row{p.Work, p.Earner, p.Basis, p.Share.RatString(), p.Amount.String(), p.Held, len(p.Holders)})
	}
	require.Equal(t, []row{
		{"clip", "clip", flow.Own, "31/50", "620", false, 1},
		{"beat", "beat", flow.BothShares, "3/20", "150", true, 0},
		{"copy", "photo", flow.AbsoluteShare, "1/50", "20", false, 1},
		{"photo", "photo", flow.AbsoluteShare, "1/100", "10", false, 1},
		{"song", "song", flow.RelativeShare, "1/5", "200", false, 2},
	}, got)
	require.Equal(t, "150", parts[4].Holders[0].Amount.String())
	require.Equal(t, flow.Account("dee"), parts[2].Holders[0].To)
}
