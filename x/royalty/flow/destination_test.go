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

// drawDestinations draws a destination for every work: in place of another only
// one with a lower number, so that there are ways that lead on but no circles.
func drawDestinations(t *rapid.T, works int) map[flow.Work]flow.Destination {
	all := map[flow.Work]flow.Destination{}
	for i := range works {
		all[name(i)] = drawDestination(t, i)
	}
	return all
}

func drawDestination(t *rapid.T, work int) flow.Destination {
	to := flow.Destination{Kind: flow.DestinationKind(rapid.IntRange(0, 2).Draw(t, "destination"))}
	switch {
	case to.Kind == flow.Another && work == 0:
		to.Kind = flow.Escrow
	case to.Kind == flow.Another:
		to.Other = name(rapid.IntRange(0, work-1).Draw(t, "other"))
	}
	return to
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

// TestDestinationsChangeAtAnyTime: whatever changes while money waits, in a queue of
// which a sweep sees the head only, what is ready is queued. Once every work earns
// for itself again nothing has stayed behind but fractions, though nobody asks for
// what is less than the minimum.
func TestDestinationsChangeAtAnyTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLineage(t)
		l := build(t, g)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			l.Load = rapid.IntRange(0, 4).Draw(t, "load")
			work := rapid.IntRange(0, len(g.holders)-1).Draw(t, "work")
			switch rapid.SampledFrom([]string{"pay", "pay", "pay", "redirect", "redirect", "change", "minimum", "raise"}).Draw(t, "step") {
			case "pay":
				require.NoError(t, l.Pay(rapid.IntRange(1, 12).Draw(t, "budget"), drawPayments(t, len(g.holders))...))
			case "redirect":
				require.NoError(t, l.Redirect(name(work), drawDestination(t, work)))
			case "change":
				changeAny(t, l, work)
			case "minimum":
				l.Minimum = big.NewInt(rapid.Int64Range(1, 1000).Draw(t, "minimum"))
				require.NoError(t, l.Check())
			case "raise":
				g.raise(l, work, rapid.Uint32Range(1, 3).Draw(t, "by"))
			}
			requireSound(t, l)
		}
		l.Load = 0
		for i := range g.holders {
			require.NoError(t, l.Redirect(name(i), flow.Destination{}))
		}
		for !l.Idle() {
			require.NoError(t, l.Pay(math.MaxInt))
		}
		requireSound(t, l)
		for i := range g.holders {
			stages, err := l.Stages(pot(name(i)))
			require.NoError(t, err)
			requireOnlyFractions(t, l, name(i), &stages[flow.Earned])
		}
	})
}

// requireOnlyFractions: the stage has passed on all but fractions of units, or what
// entered since its work earns for itself, which is less than the minimum.
func requireOnlyFractions(t require.TestingT, l *flow.Ledger, work flow.Work, stage *flow.Stage) {
	require.False(t, stage.Unflushed().Sign() > 0 && l.Ready(pot(work), flow.Earned, stage.Unflushed()))
	require.Less(t, new(big.Int).Sub(&stage.Held, stage.Unflushed()).Int64(), int64(flow.MaxHolders))
}

// changeAny changes a work's holders, or halves what it owes.
func changeAny(t *rapid.T, l *flow.Ledger, work int) {
	lists, err := l.Lists(name(work))
	require.NoError(t, err)
	if rapid.Bool().Draw(t, "upstream") {
		lists.Upstream.Absolute, lists.Upstream.Relative = halved(lists.Upstream.Absolute), halved(lists.Upstream.Relative)
	} else {
		lists.Holders = drawHolders(t, work)
	}
	require.NoError(t, l.Change(name(work), lists))
}

// TestWhatLiesBehindAWorkGoesWithIt: money that was sent on to a work in escrow, and
// left the queue since it could not go there, goes on when the escrow ends. So does
// what is less than the minimum, and what lies at the far end of a way.
func TestWhatLiesBehindAWorkGoesWithIt(t *testing.T) {
	l := newDesk(t, "a: ann 50%, abe 50%", "b: ben 50%, bea 50%", "c: cat", "d: dan").Ledger
	to := func(work flow.Work) flow.Destination { return flow.Destination{Kind: flow.Another, Other: work} }
	require.NoError(t, l.Redirect("a", flow.Destination{Kind: flow.Escrow}))
	require.NoError(t, l.Redirect("b", flow.Destination{Kind: flow.Escrow}))
	pays(t, l, 100, "a", 70)
	pays(t, l, 100, "b", 5)
	l.Minimum = big.NewInt(10)
	require.NoError(t, l.Redirect("c", flow.Destination{Kind: flow.Escrow}))
	require.NoError(t, l.Redirect("b", to("c")))
	require.NoError(t, l.Redirect("a", to("b")))
	require.NoError(t, l.Pay(100))
	require.True(t, l.Idle(), "all is held")
	require.Equal(t, "75", l.Held(denom).String())

	require.NoError(t, l.Redirect("c", to("d")))
	require.NoError(t, l.Pay(100))
	require.Equal(t, map[flow.Account]map[string]string{"dan": {denom: "75"}}, l.Balances())
	require.Equal(t, "0", l.Held(denom).String())
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

// TestAChangeConcernsThoseOnTheWay: what is less than the minimum stays where it is at
// works that do not lead to the one that changes, those in a circle among them, and so
// does what of their stages is nobody's yet.
func TestAChangeConcernsThoseOnTheWay(t *testing.T) {
	l := newDesk(t, "a: ann 50%, abe 50%", "b: ben 50%, bea 50%", "c: cat", "d: dan", "e: eve").Ledger
	to := func(work flow.Work) flow.Destination { return flow.Destination{Kind: flow.Another, Other: work} }
	pays(t, l, 100, "a", 3)
	pays(t, l, 100, "b", 3)
	require.Equal(t, "2", l.Held(denom).String(), "a fraction of a unit at each")
	require.NoError(t, l.Redirect("c", flow.Destination{Kind: flow.Escrow}))
	pays(t, l, 100, "c", 4)
	l.Minimum = big.NewInt(10)
	require.NoError(t, l.Redirect("c", to("d")))
	require.NoError(t, l.Redirect("d", to("c")))
	require.NoError(t, l.Pay(100))

	require.NoError(t, l.Redirect("a", to("e")))
	require.NoError(t, l.Pay(100))
	require.Equal(t, map[string]string{denom: "1"}, l.Balances()["eve"], "the fraction went with it")
	for work, want := range map[flow.Work]string{"b": "3 3 1", "c": "4 0 4"} {
		stages, err := l.Stages(pot(work))
		require.NoError(t, err)
		s := &stages[flow.Earned]
		require.Equal(t, want, fmt.Sprint(&s.Total, &s.Flushed, &s.Held), work)
	}
	require.NoError(t, l.Redirect("e", flow.Destination{Kind: flow.Escrow}))
	require.True(t, l.Idle(), "nothing leads there that has anything")
}

// TestOnlyEarnedIsQueuedAnew and only where something waits in it.
func TestOnlyEarnedIsQueuedAnew(t *testing.T) {
	for name, change := range map[string]func(*flow.Sweep, flow.Pot) error{
		"redirect": (*flow.Sweep).Redirect, "requeue": (*flow.Sweep).Requeue,
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, "song: ann 50%, abe 50%")
			d.Minimum = big.NewInt(10)
			stages, err := d.Stages(pot("song"))
			require.NoError(t, err)
			stages[flow.Paid].Add(big.NewInt(2))
			stages[flow.Received].Add(big.NewInt(2))
			sweep := func(s *flow.Sweep) { require.NoError(t, change(s, pot("song"))) }
			d.block(0, 0, sweep)
			require.Empty(t, d.waits())
			stages[flow.Earned].Add(big.NewInt(1))
			d.block(0, 0, sweep)
			require.Equal(t, []string{"0 earned song"}, d.waits())
		})
	}
}
