package flow_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// drawDestinations draws a destination for every work: in place of another only
// one with a lower number, so that there are ways that lead on but no circles.
func drawDestinations(t *rapid.T, works int) map[flow.Work]flow.Destination {
	all := map[flow.Work]flow.Destination{}
	for i := range works {
		to := flow.Destination{Kind: flow.DestinationKind(rapid.IntRange(0, 2).Draw(t, "destination"))}
		if to.Kind == flow.Another && i == 0 {
			to.Kind = flow.Escrow
		}
		if to.Kind == flow.Another {
			to.Other = name(rapid.IntRange(0, i-1).Draw(t, "other"))
		}
		all[name(i)] = to
	}
	return all
}

// soleHolders gives every work one holder of its own, so that balances show which
// work earned what.
func (g lineage) soleHolders() lineage {
	for i := range g.holders {
		g.holders[i] = sole(flow.Account(name(i)))
	}
	return g
}

// TestDestinationsMoveWhatAWorkEarnsAndNothingElse: a work that is in escrow or
// points to another takes nothing from what others are owed. What is held is the
// work's own, and is all there when the escrow ends.
func TestDestinationsMoveWhatAWorkEarnsAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLineage(t).soleHolders()
		payments := drawPayments(t, len(g.holders))
		usual := build(t, g)
		require.NoError(t, usual.Pay(math.MaxInt, payments...))

		l := build(t, g)
		destinations := drawDestinations(t, len(g.holders))
		for work, to := range destinations {
			require.NoError(t, l.Redirect(work, to))
		}
		for _, p := range payments {
			require.NoError(t, l.Pay(rapid.IntRange(1, 9).Draw(t, "budget"), p))
			requireSound(t, l)
		}
		for !l.Idle() {
			require.NoError(t, l.Pay(9))
			requireSound(t, l)
		}
		want := map[flow.Work]*big.Int{}
		for i := range g.holders {
			to, _, err := flow.Earner(l, name(i))
			require.NoError(t, err)
			if want[to] == nil {
				want[to] = new(big.Int)
			}
			want[to].Add(want[to], amountOf(usual.Balances(), name(i)))
		}
		for i := range g.holders {
			got := amountOf(l.Balances(), name(i))
			if _, held, _ := flow.Earner(l, name(i)); held {
				require.Zero(t, got.Sign(), "%s is in escrow", name(i))
				stages, err := l.Stages(flow.Pot{Work: name(i), Denom: denom})
				require.NoError(t, err)
				got = &stages[flow.Earned].Held
			}
			if want[name(i)] == nil {
				want[name(i)] = new(big.Int)
			}
			require.Equal(t, want[name(i)].String(), got.String(), "%s of %v", name(i), destinations)
		}

		for i := range g.holders { // all escrows end
			require.NoError(t, l.Redirect(name(i), flow.Destination{}))
		}
		require.NoError(t, l.Pay(math.MaxInt))
		require.Equal(t, usual.Held(denom).String(), l.Held(denom).String())
		requireSound(t, l)
	})
}

func amountOf(balances map[flow.Account]map[string]string, work flow.Work) *big.Int {
	amount := new(big.Int)
	if s, ok := balances[flow.Account(work)][denom]; ok {
		amount.SetString(s, 10)
	}
	return amount
}

// TestDestinationsChangeAtAnyTime: whatever changes while money waits, none is lost
// and what is ready is queued.
func TestDestinationsChangeAtAnyTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLineage(t)
		l := build(t, g)
		l.Minimum = big.NewInt(rapid.Int64Range(1, 1000).Draw(t, "minimum"))
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			require.NoError(t, l.Pay(rapid.IntRange(1, 9).Draw(t, "budget"), drawPayments(t, len(g.holders))...))
			for work, to := range drawDestinations(t, len(g.holders)) {
				require.NoError(t, l.Redirect(work, to))
			}
			if rapid.Bool().Draw(t, "split") {
				work := name(rapid.IntRange(0, len(g.holders)-1).Draw(t, "split work"))
				lists, err := l.Lists(work)
				require.NoError(t, err)
				lists.Holders = drawHolders(t, rapid.IntRange(0, 9).Draw(t, "table"))
				require.NoError(t, l.Change(work, lists))
			}
			requireSound(t, l)
		}
		for i := range g.holders {
			require.NoError(t, l.Redirect(name(i), flow.Destination{}))
		}
		l.Minimum = big.NewInt(1)
		require.NoError(t, l.Check())
		require.NoError(t, l.Pay(math.MaxInt))
		requireSound(t, l)
		require.Less(t, l.Held(denom).Int64(), int64(len(g.holders)*(3*14+4)), "more is held than fractions")
	})
}

// TestAWayThatDoesNotEndIsHeld: destinations in a circle.
func TestAWayThatDoesNotEndIsHeld(t *testing.T) {
	l := flow.NewLedger()
	for _, work := range []flow.Work{"a", "b", "c"} {
		require.NoError(t, l.AddWork(work, sole(flow.Account(work))))
	}
	require.NoError(t, l.Redirect("a", flow.Destination{Kind: flow.Another, Other: "b"}))
	require.NoError(t, l.Redirect("b", flow.Destination{Kind: flow.Another, Other: "a"}))
	require.NoError(t, l.Redirect("c", flow.Destination{Kind: flow.Another, Other: "b"}))
	pays(t, l, 100, "c", 10)
	require.True(t, l.Idle())
	require.Empty(t, l.Balances())
	require.Equal(t, "10", l.Held(denom).String())
	require.NoError(t, l.Redirect("a", flow.Destination{}))
	require.NoError(t, l.Redirect("b", flow.Destination{}))
	require.NoError(t, l.Redirect("c", flow.Destination{}))
	require.NoError(t, l.Pay(100))
	require.Equal(t, "0", l.Held(denom).String())
}

// TestAWayLeadsOver64Works and no further: what would come to a 65th is held there.
// So one flush reads a bounded number of destinations.
func TestAWayLeadsOver64Works(t *testing.T) {
	for works, held := range map[int]bool{1: false, 64: false, 65: true} {
		d := newDesk(t)
		for i := range works {
			require.NoError(t, d.AddWork(name(i), sole("ann")))
			if i > 0 {
				require.NoError(t, d.Redirect(name(i-1), flow.Destination{Kind: flow.Another, Other: name(i)}))
			}
		}
		earner, isHeld, err := flow.Earner(d, name(0))
		require.NoError(t, err)
		require.Equal(t, name(works-1), earner)
		require.Equal(t, held, isHeld, "%d works", works)

		d.broken["destination "+string(name(works/2))] = true
		_, _, err = flow.Earner(d, name(0))
		require.ErrorIs(t, err, errBroken)
	}
}
