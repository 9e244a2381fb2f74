package flow_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

func sole(to flow.Account) []flow.Holding { return []flow.Holding{{To: to, Weight: flow.Whole}} }

func pays(t require.TestingT, l *flow.Ledger, budget int, work flow.Work, amount int64) {
	require.NoError(t, l.Pay(budget, flow.Payment{Pot: flow.Pot{Work: work, Denom: denom}, Amount: big.NewInt(amount)}))
}

// TestWhatIsQueuedWhileServedIsNotLost: the generation of `middle` is raised while
// its received royalties wait, so serving it queues what comes before the place at
// which it waited.
func TestWhatIsQueuedWhileServedIsNotLost(t *testing.T) {
	l := flow.NewLedger()
	require.NoError(t, l.AddWork("root", sole("alice")))
	require.NoError(t, l.AddWork("middle", sole("bob"), flow.Source{Work: "root", Policy: flow.Relative, Rate: 500_000}))
	require.NoError(t, l.AddWork("top", sole("carol"), flow.Source{Work: "middle", Policy: flow.Relative, Rate: 500_000}))
	pays(t, l, 2, "top", 1000) // the budget ends before middle is served
	require.False(t, l.Idle())

	l.Raise("root", 5)
	l.Raise("middle", 6)
	l.Raise("top", 7)
	for i := 0; !l.Idle(); i++ {
		require.Less(t, i, 10)
		require.NoError(t, l.Pay(2))
		requireSound(t, l)
	}
	require.Equal(t, map[flow.Account]map[string]string{
		"alice": {denom: "250"}, "bob": {denom: "250"}, "carol": {denom: "500"},
	}, l.Balances())
}

// raise lifts the generation of a work by some steps and of all that derives from
// it as far as needed, as a source that is declared later does.
func (g lineage) raise(l *flow.Ledger, work int, by uint32) {
	generations := map[flow.Work]uint32{}
	for i := range g.holders {
		generations[name(i)], _ = l.Generation(name(i))
		if i == work {
			generations[name(i)] += by
		}
		for _, s := range g.sources[i] {
			generations[name(i)] = max(generations[name(i)], generations[s.Work]+1)
		}
		l.Raise(name(i), generations[name(i)])
	}
}

// TestBacklogsAndRenumberingLoseNothing: with receivers fixed, what everybody has
// in the end is the same when every block's budget is tiny, a sweep sees only the
// head of its queue, and generations rise while it waits.
func TestBacklogsAndRenumberingLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLineage(t)
		payments := drawPayments(t, len(g.holders))
		straight := build(t, g)
		require.NoError(t, straight.Pay(math.MaxInt, payments...))

		l := build(t, g)
		l.Load = rapid.IntRange(0, 4).Draw(t, "load")
		budgets := rapid.IntRange(1, 6)
		for rest := payments; len(rest) > 0 || !l.Idle(); {
			n := rapid.IntRange(0, min(len(rest), 3)).Draw(t, "batch")
			if rapid.IntRange(0, 3).Draw(t, "renumber") == 0 {
				g.raise(l, rapid.IntRange(0, len(g.holders)-1).Draw(t, "raised"), rapid.Uint32Range(1, 9).Draw(t, "by"))
			}
			if n == 0 && rapid.Bool().Draw(t, "drain") {
				for i := 0; !l.Idle(); i++ {
					require.Less(t, i, 100_000, "the sweep does not come to an end")
					require.NoError(t, l.Pay(budgets.Draw(t, "budget")))
					requireSound(t, l)
				}
			}
			require.NoError(t, l.Pay(budgets.Draw(t, "budget"), rest[:n]...))
			rest = rest[n:]
			requireSound(t, l)
		}
		require.Equal(t, straight.Balances(), l.Balances())
		require.Equal(t, straight.Held(denom), l.Held(denom))
	})
}

var errBroken = errors.New("broken")

// failing is a book in which some works cannot be read for a time, with an error
// or with a panic.
type failing struct {
	*flow.Ledger
	broken map[flow.Work]bool
	panics bool
	failed []flow.Item
}

func (b *failing) Upstream(work flow.Work) (flow.Upstream, error) {
	if b.broken[work] {
		if b.panics {
			panic("broken")
		}
		return flow.Upstream{}, errBroken
	}
	return b.Ledger.Upstream(work)
}

func (b *failing) Failed(item flow.Item, _ error) { b.failed = append(b.failed, item) }

// TestAStageThatFailsWaitsAndHoldsUpNobody: it is reported once a sweep, stays in
// the queue behind what is there, and its money flows once it can be read.
func TestAStageThatFailsWaitsAndHoldsUpNobody(t *testing.T) {
	for name, panics := range map[string]bool{"error": false, "panic": true} {
		t.Run(name, func(t *testing.T) {
			b := &failing{Ledger: flow.NewLedger(), broken: map[flow.Work]bool{"bad": true}, panics: panics}
			require.NoError(t, b.AddWork("bad", sole("alice")))
			require.NoError(t, b.AddWork("good", sole("bob")))
			var queue []flow.Item
			sweep := func(works ...flow.Work) {
				s := flow.NewSweep(b, flow.Waiting{Items: queue}, flow.Waiting{})
				for _, work := range works {
					require.NoError(t, s.Pay(flow.Pot{Work: work, Denom: denom}, big.NewInt(10)))
				}
				s.Run(100)
				leave, join := s.Changes()
				require.Equal(t, queue, leave)
				queue = join
			}
			sweep("bad", "good")
			require.Len(t, b.failed, 1)
			require.Equal(t, map[flow.Account]map[string]string{"bob": {denom: "10"}}, b.Balances())
			sweep("good")
			require.Len(t, b.failed, 2)
			require.Len(t, queue, 1)
			b.broken = nil
			sweep()
			require.Empty(t, queue)
			require.Equal(t, map[flow.Account]map[string]string{"alice": {denom: "10"}, "bob": {denom: "20"}}, b.Balances())
		})
	}
}

// TestTotalsHaveABound: what would take a total beyond its bits is refused, at the
// door and inside, and changes nothing.
func TestTotalsHaveABound(t *testing.T) {
	l := newDesk(t, "song: ann 50%, ben 50%", "beat: bea", "remix: carol < song absolute 500000",
		"loop: lou < beat relative 500000").Ledger
	most := new(big.Int).Lsh(big.NewInt(1), flow.MaxBits)
	most.Sub(most, big.NewInt(1))
	l.Minimum = new(big.Int).Lsh(most, 1) // nothing flows
	require.NoError(t, l.Pay(1, flow.Payment{Pot: pot("song"), Amount: most}))
	err := l.Pay(1, flow.Payment{Pot: pot("song"), Amount: big.NewInt(1)})
	require.ErrorContains(t, err, "cannot take in 1 more: totals have at most 255 bits")
	require.Equal(t, most, l.PaidIn(denom))

	for derived, into := range map[flow.Work]struct {
		source flow.Work
		kind   flow.Kind
	}{
		"remix": {"song", flow.Earned}, "loop": {"beat", flow.Received},
	} {
		stages, err := l.Stages(pot(into.source))
		require.NoError(t, err)
		stages[into.kind].Add(most)
		require.NoError(t, l.Pay(1, flow.Payment{Pot: pot(derived), Amount: big.NewInt(2)}))
		lists, err := l.Lists(derived)
		require.NoError(t, err)
		next := flow.Lists{Holders: sole("new")}
		require.ErrorContains(t, l.Change(derived, next), "cannot take in 1 more")
		got, err := l.Lists(derived)
		require.NoError(t, err)
		require.Equal(t, lists, got, "the change is refused")
		l.Minimum = big.NewInt(1)
		require.Panics(t, func() { _ = l.Pay(100, flow.Payment{Pot: pot(derived), Amount: big.NewInt(2)}) },
			"in memory it is a bug")
		l.Minimum = new(big.Int).Lsh(most, 1)
	}
}

// TestServed: a sweep says how many receivers it served, and whether stages are left: those that the budget did not
// reach, and those that were not loaded.
func TestServed(t *testing.T) {
	l := flow.NewLedger()
	works := []flow.Work{"a", "b", "c"}
	for _, work := range works {
		require.NoError(t, l.AddWork(work, sole("alice")))
	}
	sweep := func(usual, late flow.Waiting, budget int, paid ...flow.Work) (join []flow.Item, receivers int, left bool) {
		s := flow.NewSweep(l, usual, late)
		for _, work := range paid {
			require.NoError(t, s.Pay(pot(work), big.NewInt(10)))
		}
		s.Run(budget)
		_, join = s.Changes()
		receivers, left = s.Served()
		return join, receivers, left
	}
	queue, receivers, left := sweep(flow.Waiting{}, flow.Waiting{}, 1, works...)
	require.Len(t, queue, 2)
	require.Equal(t, 2, receivers) // the work itself and its holder
	require.True(t, left)
	_, receivers, left = sweep(flow.Waiting{Items: queue[:1], More: true}, flow.Waiting{}, 100)
	require.Equal(t, 2, receivers) // the work itself and its holder
	require.True(t, left, "more are there than were loaded")
	late := queue[1]
	late.Round = flow.Late
	queue, receivers, left = sweep(flow.Waiting{}, flow.Waiting{Items: []flow.Item{late}}, 100)
	require.Empty(t, queue)
	require.Equal(t, 2, receivers) // the work itself and its holder
	require.False(t, left)
}
