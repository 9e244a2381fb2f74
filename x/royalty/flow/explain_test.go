package flow_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

func addTo[Key comparable](sums map[Key]*big.Int, key Key, amount *big.Int) {
	if sums[key] == nil {
		sums[key] = new(big.Int)
	}
	sums[key].Add(sums[key], amount)
}

// TestExplainSaysWhatASweepDoes: shares sum to the whole, and the amounts are what
// an empty ledger passes on of the one payment, to each holder of each work, wherever
// destinations lead.
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
			if rapid.IntRange(0, 2).Draw(t, "redirect") == 0 {
				require.NoError(t, l.Redirect(name(i), drawDestination(t, i)))
			}
		}
		payment := drawPayments(t, len(g.holders))[0]
		parts, err := flow.Explain(l, payment.Pot.Work, payment.Amount)
		require.NoError(t, err)
		require.NoError(t, l.Pay(math.MaxInt, payment))
		for !l.Idle() { // it goes to more holders than the work has
			require.NoError(t, l.Pay(math.MaxInt))
		}

		sum, held, got := new(big.Rat), map[flow.Work]*big.Int{}, map[flow.Account]*big.Int{}
		owes, err := l.Upstream(payment.Pot.Work)
		require.NoError(t, err)
		absolute, relative := owes.Sums()
		keeps := absolute+relative < flow.Whole
		for i, p := range parts {
			require.Equal(t, i == 0 && keeps, p.Work == payment.Pot.Work)
			require.Equal(t, i == 0 && keeps, p.Basis == flow.Own)
			sum.Add(sum, p.Share)
			require.Less(t, new(big.Rat).SetInt(p.Amount).Cmp(new(big.Rat).Mul(p.Share, new(big.Rat).SetInt(payment.Amount))), 1)
			if p.Held {
				require.Empty(t, p.Holders)
				addTo(held, p.Earner, p.Amount)
			}
			for _, h := range p.Holders {
				addTo(got, h.To, h.Amount)
			}
		}
		require.Zero(t, sum.Cmp(big.NewRat(1, 1)), "shares sum to %s", sum)
		for work, amount := range held {
			stages, err := l.Stages(pot(work))
			require.NoError(t, err)
			require.Equal(t, amount.String(), stages[flow.Earned].Held.String())
		}
		balances := map[flow.Account]map[string]string{}
		for to, amount := range got {
			if amount.Sign() > 0 {
				balances[to] = map[string]string{denom: amount.String()}
			}
		}
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

// TestPartsOfOneEarnerAreDividedTogether: of 1 and 1 each half is nothing, of 2 it is
// a unit. The second part has what it adds.
func TestPartsOfOneEarnerAreDividedTogether(t *testing.T) {
	d := newDesk(t, "both: x 50%, y 50%", "a: ann", "b: ben", "d: dan < a absolute 100000, b absolute 100000")
	for _, work := range []flow.Work{"a", "b"} {
		require.NoError(t, d.Redirect(work, flow.Destination{Kind: flow.Another, Other: "both"}))
	}
	parts, err := flow.Explain(d, "d", big.NewInt(10))
	require.NoError(t, err)
	var got []string
	for _, p := range parts {
		for _, h := range p.Holders {
			got = append(got, fmt.Sprintf("%s: %s gets %s", p.Work, h.To, h.Amount))
		}
	}
	require.Equal(t, []string{"d: dan gets 8", "a: x gets 0", "a: y gets 0", "b: x gets 1", "b: y gets 1"}, got)
}

// line is a chain of works of which each owes the next older one, and with a circle
// the oldest one the newest.
type line struct {
	works, weight uint32
	circle        bool
}

func lineWork(i uint32) flow.Work { return flow.Work(binary.BigEndian.AppendUint32(nil, i)) }

func (l line) Upstream(work flow.Work) (flow.Upstream, error) {
	i := binary.BigEndian.Uint32([]byte(work))
	if i == 0 && l.circle {
		i = l.works
	}
	if i == 0 {
		return flow.Upstream{}, nil
	}
	return flow.Upstream{Relative: []flow.Owed{{To: lineWork(i - 1), Weight: l.weight, Holders: 1}}}, nil
}

func (l line) Holders(work flow.Work) ([]flow.Holding, error) { return sole(flow.Account(work)), nil }

func (l line) Generation(work flow.Work) (uint32, error) {
	return binary.BigEndian.Uint32([]byte(work)), nil
}

func (l line) Destination(flow.Work) (flow.Destination, error) { return flow.Destination{}, nil }

// TestAnExplanationIsBounded: it costs little over as many works as it takes, and one
// more is refused. The cost of exact fractions grew with the cube of the way's length,
// and a circle had no end.
func TestAnExplanationIsBounded(t *testing.T) {
	amount := new(big.Int).Lsh(big.NewInt(1), 127)
	start := time.Now()
	parts, err := flow.Explain(line{works: flow.MaxExplained, weight: 999_983}, lineWork(flow.MaxExplained-1), amount)
	require.NoError(t, err)
	require.Less(t, time.Since(start), 5*time.Second, "it takes some milliseconds")
	require.Len(t, parts, flow.MaxExplained)
	sum := new(big.Rat)
	for _, p := range parts {
		require.LessOrEqual(t, p.Share.Denom().BitLen(), 200)
		sum.Add(sum, p.Share)
	}
	require.Zero(t, sum.Cmp(big.NewRat(1, 1)), "shares sum to %s", sum)

	for name, l := range map[string]line{
		"one work more": {works: flow.MaxExplained + 1, weight: 999_983},
		"a circle":      {works: 3, weight: 999_983, circle: true},
		"a circle in which nobody keeps anything": {works: 3, weight: flow.Whole, circle: true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := flow.Explain(l, lineWork(l.works-1), amount)
			var tooMany *flow.TooManyWorksError
			require.ErrorAs(t, err, &tooMany)
			require.ErrorContains(t, err, "more than 2048 works would pass the payment on")
		})
	}
}

// TestSharesAreExactOverTenWorks, each of which passes on 123,457 ppm, and to the
// 60th decimal beyond. What is cut off stays with the work that would pass it on.
func TestSharesAreExactOverTenWorks(t *testing.T) {
	parts, err := flow.Explain(line{works: 12, weight: 123_457}, lineWork(11), big.NewInt(1))
	require.NoError(t, err)
	require.Len(t, parts, 12)
	share, weight := big.NewRat(1, 1), big.NewRat(123_457, flow.Whole)
	rest := new(big.Rat).Sub(big.NewRat(1, 1), weight)
	last := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(60), nil))
	for passed := range 12 {
		part := parts[(12-passed)%12] // the paid work is first, the others from the oldest on
		want := new(big.Rat).Mul(share, rest)
		if passed == 11 {
			want = share
		}
		off := new(big.Rat).Sub(part.Share, want)
		if passed < 10 {
			require.Zero(t, off.Sign(), "after %d works: %s", passed, off)
		}
		require.Negative(t, off.Abs(off).Cmp(last), "after %d works: %s", passed, off)
		share = new(big.Rat).Mul(share, weight)
	}
}
