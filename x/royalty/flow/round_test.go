package flow_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// TestFlowsThatMeetMergeBeforeTheyGoOn: `a` gets from `top` by two ways, one of them
// through `b`, which is a generation newer. `b` comes first, though its name comes
// later, so each stage is flushed once.
func TestFlowsThatMeetMergeBeforeTheyGoOn(t *testing.T) {
	d := newDesk(t,
		"root: ann 25%, abe 75%", "a: ben < root relative 500000", "b: cat < a relative 500000",
		"top: dan 50%, eve 50% < b relative 500000, a relative 250000")
	require.Equal(t, []string{
		"top takes in 800",
		"a takes in 200", "b takes in 400", "paid of top from 0 to 800, 3 get it",
		"a takes in 200", "earned of b from 0 to 200, 1 get it", "cat has 200 of b",
		"received of b from 0 to 400, 2 get it",
		"root takes in 200", "earned of a from 0 to 200, 1 get it", "ben has 200 of a",
		"received of a from 0 to 400, 2 get it",
		"received of root from 0 to 200, 1 get it",
		"ann has 50 of root", "abe has 150 of root", "earned of root from 0 to 200, 2 get it",
		"dan has 100 of top", "eve has 100 of top", "earned of top from 0 to 200, 2 get it",
	}, d.block(0, 100, d.pay(800, "top")))
	require.Empty(t, d.queue)
}

// TestABudgetCountsReceivers, and of sole holders those that are passed on to, each
// once a sweep. What does not fit waits, but a sweep does not end with nothing done.
func TestABudgetCountsReceivers(t *testing.T) {
	for _, c := range []struct {
		name   string
		budget int
		works  []flow.Work
		waits  []string
	}{
		{"nothing for nothing", 0, []flow.Work{"song"}, []string{"0 paid song"}},
		{"a stage alone is served whole: two receivers and their two sole holders", 1, []flow.Work{"song"}, nil},
		{"a second one waits", 4, []flow.Work{"song", "beat"}, []string{"0 paid song"}},
		{"a second one that fits, as ben is counted already", 5, []flow.Work{"song", "beat"}, nil},
		{"what is paid twice is served once", 5, []flow.Work{"beat", "song", "beat"}, nil},
		{"three receivers and two sole holders", 5, []flow.Work{"album"}, []string{"0 earned album"}},
		{"with its two holders", 7, []flow.Work{"album"}, nil},
		{"but not with one of them", 6, []flow.Work{"album"}, []string{"0 earned album"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, "beat: ben", "song: sue < beat absolute 100000",
				"album: al 50%, bo 50% < song absolute 100000")
			d.block(0, c.budget, d.pay(100, c.works...))
			require.Equal(t, c.waits, d.waits())
		})
	}
}

// TestWhatHasNothingToMoveCostsOne, so that a queue of such items ends with the
// budget too.
func TestWhatHasNothingToMoveCostsOne(t *testing.T) {
	d := newDesk(t, "a: ann", "b: ben", "c: cat")
	demand := func(s *flow.Sweep) {
		for _, work := range []flow.Work{"a", "b", "c"} {
			require.NoError(t, s.Demand(pot(work)))
		}
	}
	require.Empty(t, d.block(0, 4, demand), "an empty stage is not flushed")
	require.Equal(t, []string{"0 received b", "0 received c", "0 earned a", "0 earned b", "0 earned c"},
		d.waits())
}

// TestWhatComesDuringARoundWaitsForTheNext: a sweep that sees only the head of the
// queue serves nothing that comes behind the rest.
func TestWhatComesDuringARoundWaitsForTheNext(t *testing.T) {
	d := newDesk(t, "a: ann", "b: ben", "c: cat")
	d.block(0, 0, d.pay(10, "b", "c"))
	require.Equal(t, []string{"0 paid b", "0 paid c"}, d.waits())

	said := d.block(1, 100, d.pay(10, "a"))
	require.Contains(t, said, "ben has 10 of b")
	require.NotContains(t, said, "ann has 10 of a", "c came before")
	require.Equal(t, []string{"0 paid c", "1 paid a"}, d.waits())

	said = d.block(2, 100, d.pay(10, "b"))
	require.Contains(t, said, "cat has 10 of c")
	require.Contains(t, said, "ann has 10 of a")
	require.Contains(t, said, "ben has 10 of b", "the whole queue was seen")
	require.Empty(t, d.queue)
}

// TestGenerationsAreReadAnew: an item that waits is stored with the generation that
// its work had. Only `received` is ordered by it.
func TestGenerationsAreReadAnew(t *testing.T) {
	d := newDesk(t, "root: ann", "mid: ben < root relative 500000", "top: cat < mid relative 500000")
	d.block(0, 4, d.pay(100, "top", "mid")) // mid's and top's `paid` are served, then the budget is used up
	require.Equal(t, []string{"0 paid top", "0 received root"}, d.waits())
	d.block(0, 0, nil)
	require.Equal(t, flow.Item{Kind: flow.Paid, Pot: pot("top")}, d.queue[0])
	d.block(0, 3, nil)
	received := func(work flow.Work, generation uint32) flow.Item {
		return flow.Item{Kind: flow.Received, Generation: generation, Pot: pot(work)}
	}
	require.Equal(t, []flow.Item{received("mid", 1), received("root", 0)}, d.queue)

	d.Raise("mid", 7)
	d.block(0, 0, nil)
	require.Equal(t, []flow.Item{received("mid", 7), received("root", 0)}, d.queue)

	d.Raise("mid", 9)
	d.broken["generation mid"] = true
	d.block(0, 0, nil)
	require.Equal(t, received("mid", 7), d.queue[0], "what cannot be read stays as it is")
}

// TestWhatFailsCostsWhatItWouldMove, so that stages that fail end a sweep as others
// do, and it waits behind what is there.
func TestWhatFailsCostsWhatItWouldMove(t *testing.T) {
	d := newDesk(t, "beat: ben", "hook: hal", "song: sue",
		"remix: rem < beat relative 100000, hook relative 100000")
	d.broken["stages hook"] = true
	require.Equal(t, []string{"remix takes in 100", "song takes in 100", "paid of remix fails"},
		d.block(0, 3, d.pay(100, "remix", "song")))
	require.Equal(t, []string{"0 paid remix", "0 paid song"}, d.waits())
	said := d.block(0, 5, nil)
	require.Contains(t, said, "sue has 100 of song")
	require.Equal(t, []string{"1 paid remix"}, d.waits())
	require.Equal(t, "100 0 100", d.stage("remix", flow.Paid), "a stage that fails has moved nothing")
	require.Equal(t, "0 0 0", d.stage("beat", flow.Received))

	d.broken = nil
	d.block(0, 100, nil)
	require.Equal(t, "0 0 0", d.stage("song", flow.Paid))
	require.Empty(t, d.queue)
	require.Equal(t, map[string]string{denom: "80"}, d.Balances()["rem"])
}

// TestWhatCannotBeRead makes the stage wait that needs it, and no other one: the
// table of a work holds up its own `earned`, not what others pay into it.
func TestWhatCannotBeRead(t *testing.T) {
	for _, c := range []struct{ broken, fails string }{
		{"upstream remix", "paid of remix fails"},
		{"generation song", "paid of remix fails"},
		{"stages song", "paid of remix fails"},
		{"size song", "paid of remix fails"},
		{"destination beat", "paid of remix fails"},
		{"stages beat", "paid of remix fails"},
		{"upstream song", "received of song fails"},
		{"destination song", "received of song fails"},
		{"holders beat", "earned of beat fails"},
		{"holders remix", "earned of remix fails"},
	} {
		t.Run(c.broken, func(t *testing.T) {
			d := newDesk(t, "beat: ben", "song: sue",
				"remix: rem 50%, rex 50% < beat absolute 100000, song relative 200000")
			d.broken[c.broken] = true
			said := d.block(0, 100, d.pay(100, "remix"))
			require.Contains(t, said, c.fails)
			require.Len(t, d.queue, 1)
			d.broken = nil
			d.block(0, 100, nil)
			require.Equal(t, map[flow.Account]map[string]string{
				"ben": {denom: "10"}, "sue": {denom: "20"}, "rem": {denom: "35"}, "rex": {denom: "35"},
			}, d.Balances())
			require.NoError(t, d.CheckStages())
		})
	}
	t.Run("the stage itself", func(t *testing.T) {
		d := newDesk(t, "song: sue")
		d.block(0, 0, d.pay(100, "song"))
		d.broken["stages song"] = true
		require.Equal(t, []string{"paid of song fails"}, d.block(0, 100, nil))
		require.Equal(t, []string{"1 paid song"}, d.waits())
	})
	t.Run("destination of what lies in earned", func(t *testing.T) {
		d := newDesk(t, "song: sue 50%, sol 50%")
		d.block(0, 2, d.pay(100, "song"))
		require.Equal(t, []string{"0 earned song"}, d.waits())
		d.broken["destination song"] = true
		require.Equal(t, []string{"earned of song fails"}, d.block(0, 100, nil))
	})
}

// TestASoleHolderHasItAtOnce: it does not enter `earned`, unless something is there
// already or it is held.
func TestASoleHolderHasItAtOnce(t *testing.T) {
	t.Run("at once", func(t *testing.T) {
		d := newDesk(t, "song: sue")
		require.Equal(t, []string{
			"song takes in 5", "earned of song from 0 to 5, 1 get it", "sue has 5 of song",
			"paid of song from 0 to 5, 1 get it",
		}, d.block(0, 100, d.pay(5, "song")))
		require.Equal(t, "0 0 0", d.stage("song", flow.Paid), "what nothing stays in begins at 0 again")
	})
	t.Run("behind what is there", func(t *testing.T) {
		d := newDesk(t, "song: sue")
		stages, err := d.Stages(pot("song"))
		require.NoError(t, err)
		stages[flow.Earned].Add(big.NewInt(2))
		require.Equal(t, []string{
			"song takes in 5", "paid of song from 0 to 5, 1 get it",
			"sue has 7 of song", "earned of song from 0 to 7, 1 get it",
		}, d.block(0, 100, d.pay(5, "song")))
	})
	t.Run("in escrow", func(t *testing.T) {
		d := newDesk(t, "song: sue")
		require.NoError(t, d.Redirect("song", flow.Destination{Kind: flow.Escrow}))
		d.block(0, 1, d.pay(5, "song")) // `paid` has one receiver
		require.Equal(t, "5 0 5", d.stage("song", flow.Earned))
		require.Empty(t, d.queue, "what is held does not wait for a flush")
		demand := func(s *flow.Sweep) { require.NoError(t, s.Demand(pot("song"))) }
		require.Empty(t, d.block(0, 100, demand), "nor is it flushed when somebody asks")
	})
	t.Run("of the work that earns in its place", func(t *testing.T) {
		d := newDesk(t, "song: sue", "heir: hal", "pair: pia 50%, pat 50%")
		require.NoError(t, d.Redirect("song", flow.Destination{Kind: flow.Another, Other: "heir"}))
		require.Equal(t, []string{
			"song takes in 5", "earned of heir from 0 to 5, 1 get it", "hal has 5 of heir",
			"paid of song from 0 to 5, 1 get it",
		}, d.block(0, 100, d.pay(5, "song")))

		require.NoError(t, d.Redirect("song", flow.Destination{}))
		stages, err := d.Stages(pot("song"))
		require.NoError(t, err)
		stages[flow.Earned].Add(big.NewInt(6))
		require.NoError(t, d.Redirect("song", flow.Destination{Kind: flow.Another, Other: "pair"}))
		demand := func(s *flow.Sweep) { require.NoError(t, s.Demand(pot("song"))) }
		require.Equal(t, []string{"earned of song from 0 to 6, 1 get it"}, d.block(0, 100, demand),
			"what lay in `earned` when the destination changed was charged for one holder")
		d.afterTheWait(1)
		require.Equal(t, []string{
			"pia has 3 of pair, 2 late", "pat has 3 of pair, 2 late", "late earned of pair from 0 to 6, 2 get it",
		}, d.block(0, 100, nil))
	})
}
