package flow_test

import (
	"fmt"
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

// explained is what each work gets of a payment, in the order of the parts.
func explained(t *testing.T, r flow.Reader, work flow.Work, amount int64) (lines []string) {
	parts, err := flow.Explain(r, work, big.NewInt(amount))
	require.NoError(t, err)
	for _, p := range parts {
		lines = append(lines, fmt.Sprintf("%s %s %s", p.Work, p.Share.RatString(), p.Amount))
	}
	return lines
}

// TestPartsAreInOrder: the paid work first, then by name.
func TestPartsAreInOrder(t *testing.T) {
	d := newDesk(t, "b: ben", "d: dan", "a: ann", "e: eve",
		"c: cat < e absolute 100000, a absolute 100000, d relative 100000, b relative 100000")
	require.Equal(t, []string{"c 3/5 60", "a 1/10 10", "b 1/10 10", "d 1/10 10", "e 1/10 10"},
		explained(t, d, "c", 100))
}

// TestWhatMeetsIsRoundedDownOnce: in the order of generations `low` has what it gets
// of `top` and of `mid` before it passes half of it on to `root`.
func TestWhatMeetsIsRoundedDownOnce(t *testing.T) {
	d := newDesk(t, "root: ann", "low: ben < root relative 500000", "mid: cat < low relative 500000",
		"top: dan < low relative 100000, mid relative 200000")
	// low gets 1 of top and 1 of mid's 2, and of both passes on 1; of each them it would be 0.
	require.Equal(t, []string{"top 7/10 7", "low 1/10 1", "mid 1/10 1", "root 1/10 1"},
		explained(t, d, "top", 10))
}

// TestWhileGenerationsAreOutOfDateNothingIsLost: `low` has been raised above what
// derives from it, which is raised later. It passes on what it has, twice.
func TestWhileGenerationsAreOutOfDateNothingIsLost(t *testing.T) {
	d := newDesk(t, "root: ann", "low: ben < root relative 500000", "mid: cat < low relative 500000",
		"top: dan < low relative 100000, mid relative 200000")
	d.Raise("low", 9)
	require.Equal(t, []string{"top 7/10 70", "low 1/10 10", "mid 1/10 10", "root 1/10 10"},
		explained(t, d, "top", 100))
}

// TestAnExplanationFailsWithWhatItReads, at the paid work, on the way and at the end.
func TestAnExplanationFailsWithWhatItReads(t *testing.T) {
	for _, broken := range []string{
		"upstream top", "generation mid", "upstream mid", "generation low", "destination top", "holders mid",
	} {
		d := newDesk(t, "low: ben", "mid: cat < low relative 500000", "top: dan < mid relative 200000")
		d.broken[broken] = true
		_, err := flow.Explain(d, "top", big.NewInt(10))
		require.ErrorIs(t, err, errBroken, broken)
		require.ErrorContains(t, err, broken)
	}
}
