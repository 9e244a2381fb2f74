package flow_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// requireTakenIn compares what each work has taken in, once nothing moves any
// more, with the definition: what was paid to it, and of each derivative the
// relative rate of all that was paid to that and of all it received. `received`
// adds up what was credited, so each stage is floored by itself.
func requireTakenIn(t require.TestingT, g lineage, payments []flow.Payment, l *flow.Ledger) {
	paid, received := map[flow.Work]*big.Int{}, map[flow.Work]*big.Int{}
	for i := range g.holders {
		paid[name(i)], received[name(i)] = new(big.Int), new(big.Int)
	}
	for _, p := range payments {
		paid[p.Pot.Work].Add(paid[p.Pot.Work], p.Amount)
	}
	// Sources come before what derives from them.
	for i := len(g.holders) - 1; i >= 0; i-- {
		lists, err := l.Lists(name(i))
		require.NoError(t, err)
		for _, owed := range lists.Upstream.Relative {
			for _, stage := range []*big.Int{paid[name(i)], received[name(i)]} {
				part := new(big.Int).Mul(stage, big.NewInt(int64(owed.Weight)))
				received[owed.To].Add(received[owed.To], part.Quo(part, big.NewInt(flow.Whole)))
			}
		}
		want := new(big.Int).Add(paid[name(i)], received[name(i)])
		require.Equal(t, want.String(), l.TakenIn(flow.Pot{Work: name(i), Denom: denom}).String(), "work %d of %v", i, g.sources)
	}
}

// TestTakenInIsCountedOnce: new lists restart stages, whose rest then enters
// anew, but is not taken in again; so no work takes in more than was paid in.
func TestTakenInIsCountedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLineage(t)
		l := build(t, g)
		l.Minimum = big.NewInt(rapid.Int64Range(1, 1000).Draw(t, "minimum"))
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			require.NoError(t, l.Pay(rapid.IntRange(1, 40).Draw(t, "budget"), drawPayments(t, len(g.holders))...))
			changed := name(rapid.IntRange(0, len(g.holders)-1).Draw(t, "changed"))
			lists, err := l.Lists(changed)
			require.NoError(t, err)
			lists.Holders = []flow.Holding{{To: flow.Account("new " + changed), Weight: flow.Whole}}
			lists.Upstream = flow.Upstream{}
			before := new(big.Int).Set(l.TakenIn(flow.Pot{Work: changed, Denom: denom}))
			require.NoError(t, l.Change(changed, lists))
			require.Equal(t, before.String(), l.TakenIn(flow.Pot{Work: changed, Denom: denom}).String())
			for i := range g.holders {
				require.LessOrEqual(t, l.TakenIn(flow.Pot{Work: name(i), Denom: denom}).Cmp(l.PaidIn(denom)), 0)
			}
		}
	})
}

// TestTakenInLeavesAbsoluteRoyaltiesOut: they are revenue of the ancestor's
// holders, not of the work as a derivative.
func TestTakenInLeavesAbsoluteRoyaltiesOut(t *testing.T) {
	l := flow.NewLedger()
	whole := func(to flow.Account) []flow.Holding { return []flow.Holding{{To: to, Weight: flow.Whole}} }
	require.NoError(t, l.AddWork("song", whole("alice")))
	require.NoError(t, l.AddWork("beat", whole("bob")))
	require.NoError(t, l.AddWork("remix", whole("carol"),
		flow.Source{Work: "song", Policy: flow.Absolute, Rate: 100_000},
		flow.Source{Work: "beat", Policy: flow.Relative, Rate: 200_000}))
	require.NoError(t, l.Pay(math.MaxInt, flow.Payment{Pot: flow.Pot{Work: "remix", Denom: denom}, Amount: big.NewInt(1000)}))
	for work, want := range map[flow.Work]string{"song": "0", "beat": "200", "remix": "1000"} {
		require.Equal(t, want, l.TakenIn(flow.Pot{Work: work, Denom: denom}).String(), string(work))
	}
}
