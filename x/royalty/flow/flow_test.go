package flow_test

import (
	"flag"
	"fmt"
	"math"
	"math/big"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

const denom = "uusdc"

// TestMain raises rapid's default of 100 cases: these are cheap, and the money of
// all works depends on them. -rapid.checks sets another number.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", "500"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// lineage is a random graph of works that can be built into any ledger.
type lineage struct {
	holders [][]flow.Holding
	sources [][]flow.Source
}

func name(i int) flow.Work { return flow.Work(fmt.Sprintf("w%02d", i)) }

func drawHolders(t *rapid.T, i int) []flow.Holding {
	n := rapid.IntRange(1, 4).Draw(t, "holders")
	holders := make([]flow.Holding, n)
	left := uint32(flow.Whole)
	for h := range holders {
		weight := left
		if h < n-1 {
			weight = rapid.Uint32Range(1, left-uint32(n-1-h)).Draw(t, "weight")
		}
		holders[h] = flow.Holding{To: flow.Account(fmt.Sprintf("a%02d-%d", i%5, h)), Weight: weight}
		left -= weight
	}
	return holders
}

func drawLineage(t *rapid.T) lineage {
	var g lineage
	ledger := flow.NewLedger()
	n := rapid.IntRange(1, 14).Draw(t, "works")
	for i := range n {
		holders := drawHolders(t, i)
		var sources []flow.Source
		for _, j := range rapid.SliceOfNDistinct(rapid.IntRange(0, max(0, i-1)), 0, min(i, 4), rapid.ID).Draw(t, "sources") {
			s := flow.Source{Work: name(j), Policy: flow.Policy(rapid.IntRange(0, 2).Draw(t, "policy"))}
			s.Rate = rapid.SampledFrom([]uint32{1, 999, 50_000, 100_000, 333_333}).Draw(t, "rate")
			// A source that would take the stack above the whole is left out.
			trial := append(slices.Clone(sources), s)
			if ledger.AddWork(name(i), holders, trial...) == nil {
				sources = trial
			}
			ledger = build(t, g)
		}
		g.holders, g.sources = append(g.holders, holders), append(g.sources, sources)
		ledger = build(t, g)
	}
	return g
}

func build(t require.TestingT, g lineage) *flow.Ledger {
	ledger := flow.NewLedger()
	for i := range g.holders {
		sources := append([]flow.Source(nil), g.sources[i]...)
		require.NoError(t, ledger.AddWork(name(i), g.holders[i], sources...))
	}
	return ledger
}

func drawPayments(t *rapid.T, works int) []flow.Payment {
	amount := rapid.OneOf(
		rapid.Int64Range(1, 20),
		rapid.Int64Range(1, 1_000_000_000),
		rapid.Int64Range(1, math.MaxInt64))
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) flow.Payment {
		a := big.NewInt(amount.Draw(t, "amount"))
		if rapid.IntRange(0, 9).Draw(t, "huge") == 0 {
			a.Mul(a, big.NewInt(1_000_000_000_000)) // up to about 10^31
		}
		return flow.Payment{Pot: flow.Pot{Work: name(rapid.IntRange(0, works-1).Draw(t, "work")), Denom: denom}, Amount: a}
	}), 1, 20).Draw(t, "payments")
}

// TestOrderBatchesAndBudgetsDoNotMatter: with receivers fixed, what everybody
// has in the end depends only on what was paid.
func TestOrderBatchesAndBudgetsDoNotMatter(t *testing.T) {
	checks := 0
	rapid.Check(t, func(t *rapid.T) {
		checks++
		g := drawLineage(t)
		payments := drawPayments(t, len(g.holders))

		straight := build(t, g)
		for _, p := range payments {
			require.NoError(t, straight.Pay(math.MaxInt, p))
		}
		require.True(t, straight.Idle())

		shuffled := build(t, g)
		rest := rapid.Permutation(payments).Draw(t, "order")
		for len(rest) > 0 {
			n := rapid.IntRange(1, len(rest)).Draw(t, "batch")
			require.NoError(t, shuffled.Pay(rapid.IntRange(1, 40).Draw(t, "budget"), rest[:n]...))
			rest = rest[n:]
			requireSound(t, shuffled)
		}
		for i := 0; !shuffled.Idle(); i++ {
			require.Less(t, i, 100_000, "the sweep does not come to an end")
			require.NoError(t, shuffled.Pay(rapid.IntRange(1, 40).Draw(t, "budget")))
			requireSound(t, shuffled)
		}
		require.Equal(t, straight.Balances(), shuffled.Balances())
		require.Equal(t, straight.Held(denom), shuffled.Held(denom))
		requireTakenIn(t, g, payments, straight)
		requireTakenIn(t, g, payments, shuffled)
	})
	t.Logf("%d random lineages", checks)
}

// requireSound: paid in = held + balances, and no stage is below zero.
func requireSound(t require.TestingT, l *flow.Ledger) {
	sum := l.Held(denom)
	for _, balances := range l.Balances() {
		amount, ok := new(big.Int).SetString(balances[denom], 10)
		require.True(t, ok)
		sum.Add(sum, amount)
	}
	require.Zero(t, sum.Cmp(l.PaidIn(denom)), "paid in %s, held and credited %s", l.PaidIn(denom), sum)
	require.NoError(t, l.CheckStages())
}

// TestTheNaiveResidualFails shows why the owner may not simply get what is left
// of each payment: ten sources of 10 % telescope, so after 9 and 1 they have 1
// each, and a naive owner has had 9 by then: 19 out of 10.
func TestTheNaiveResidualFails(t *testing.T) {
	naive, sources := int64(0), int64(0)
	total := int64(0)
	for _, amount := range []int64{9, 1} {
		before := total * 100_000 / flow.Whole
		total += amount
		each := total*100_000/flow.Whole - before
		sources += 10 * each
		naive += max(0, amount-10*each)
	}
	require.Greater(t, naive+sources, total, "the naive rule pays out more than came in")

	l := flow.NewLedger()
	var list []flow.Source
	for i := range 10 {
		require.NoError(t, l.AddWork(name(i), []flow.Holding{{To: flow.Account(name(i)), Weight: flow.Whole}}))
		list = append(list, flow.Source{Work: name(i), Policy: flow.Absolute, Rate: 100_000})
	}
	require.NoError(t, l.AddWork("x", []flow.Holding{{To: "x", Weight: flow.Whole}}, list...))
	for _, amount := range []int64{9, 1} {
		require.NoError(t, l.Pay(math.MaxInt, flow.Payment{Pot: flow.Pot{Work: "x", Denom: denom}, Amount: big.NewInt(amount)}))
		requireSound(t, l)
	}
	require.Zero(t, l.Held(denom).Sign())
}

// TestChangesGoByTheListsThatHeld: whoever holds when money enters `earned` has
// it, whatever changes later; and no change creates or loses a unit.
func TestChangesGoByTheListsThatHeld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLineage(t)
		l := build(t, g)
		l.Minimum = big.NewInt(rapid.Int64Range(1, 1000).Draw(t, "minimum"))
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			require.NoError(t, l.Pay(rapid.IntRange(1, 40).Draw(t, "budget"), drawPayments(t, len(g.holders))...))
			i := rapid.IntRange(0, len(g.holders)-1).Draw(t, "changed")
			lists, err := l.Lists(name(i))
			require.NoError(t, err)
			lists.Holders = []flow.Holding{{To: flow.Account(fmt.Sprintf("new-%d", rapid.IntRange(0, 9).Draw(t, "holder"))), Weight: flow.Whole}}
			if rapid.Bool().Draw(t, "upstream") {
				lists.Upstream = flow.Upstream{}
			}
			require.NoError(t, l.Change(name(i), lists))
			requireSound(t, l)
		}
	})
}

func TestPayChangePay(t *testing.T) {
	l := flow.NewLedger()
	require.NoError(t, l.AddWork("song", []flow.Holding{{To: "alice", Weight: flow.Whole}}))
	pay := func() {
		require.NoError(t, l.Pay(0, flow.Payment{Pot: flow.Pot{Work: "song", Denom: denom}, Amount: big.NewInt(100)}))
	}
	pay()
	require.NoError(t, l.Change("song", flow.Lists{Holders: []flow.Holding{{To: "bob", Weight: flow.Whole}}}))
	pay()
	require.NoError(t, l.Pay(math.MaxInt))
	require.Equal(t, map[flow.Account]map[string]string{"alice": {denom: "100"}, "bob": {denom: "100"}}, l.Balances())
}

func TestJoinKeepsTheHighestRateOnce(t *testing.T) {
	a := flow.Upstream{Absolute: []flow.Owed{{To: "a", Weight: 5, Holders: 1}, {To: "c", Weight: 7, Holders: 1}}}
	b := flow.Upstream{Absolute: []flow.Owed{{To: "a", Weight: 9, Holders: 2}, {To: "b", Weight: 1, Holders: 1}}}
	joined := flow.Upstream{}.Join(
		flow.Source{Work: "x", Policy: flow.None, Holders: 1, Upstream: a},
		flow.Source{Work: "y", Policy: flow.Relative, Rate: 3, Holders: 1, Upstream: b})
	require.Equal(t, []flow.Owed{{To: "a", Weight: 9, Holders: 2}, {To: "b", Weight: 1, Holders: 1}, {To: "c", Weight: 7, Holders: 1}}, joined.Absolute)
	require.Equal(t, []flow.Owed{{To: "y", Weight: 3, Holders: 1}}, joined.Relative)
	require.Equal(t, uint64(1+1+3+4), joined.Reach(1, 0))
	require.Len(t, a.Absolute, 2, "the sources' lists stay as they are")
}
