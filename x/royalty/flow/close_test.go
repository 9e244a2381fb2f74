package flow_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// threeThirds is a desk with a unit that cannot be divided in each stage of `song`:
// totals are "1 1 1" where a unit came in and stayed.
func threeThirds(t require.TestingT) *desk {
	d := newDesk(t, "beat: ben", "song: sue 50%, sol 50% < beat relative 500000",
		"mix: max < song relative 500000")
	// 1.5 for each: a unit stays in `paid`, and in `earned` the one of sue and sol
	d.block(0, 100, d.pay(3, "song"))
	d.block(0, 100, d.pay(2, "mix")) // and 1 to song's `received`
	require.Equal(t, "3 3 1", d.stage("song", flow.Paid))
	require.Equal(t, "1 1 1", d.stage("song", flow.Received))
	require.Equal(t, "1 1 1", d.stage("song", flow.Earned))
	return d
}

func lists(t require.TestingT, d *desk, work flow.Work) flow.Lists {
	lists, err := d.Lists(work)
	require.NoError(t, err)
	return lists
}

// TestStagesRestartWhenTheirOwnReceiversChange, and no other ones: what stays in a
// restarted stage enters anew, for those who come.
func TestStagesRestartWhenTheirOwnReceiversChange(t *testing.T) {
	for _, c := range []struct {
		name                   string
		upstream, holders      bool
		paid, received, earned string
	}{
		{"neither", false, false, "3 3 1", "1 1 1", "1 1 1"},
		{"upstream", true, false, "1 0 1", "1 0 1", "1 1 1"},
		{"holders", false, true, "3 3 1", "1 1 1", "1 0 1"},
		{"both", true, true, "1 0 1", "1 0 1", "1 0 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := threeThirds(t)
			said := d.block(0, 0, func(s *flow.Sweep) {
				require.NoError(t, s.Close(pot("song"), lists(t, d, "song"), c.upstream, c.holders))
			})
			require.Empty(t, said, "there was nothing to flush")
			require.Equal(t, c.paid, d.stage("song", flow.Paid))
			require.Equal(t, c.received, d.stage("song", flow.Received))
			require.Equal(t, c.earned, d.stage("song", flow.Earned))
			var waits []string
			if c.upstream {
				waits = append(waits, "0 paid song", "0 received song")
			}
			if c.holders {
				waits = append(waits, "0 earned song")
			}
			require.Equal(t, waits, d.waits(), "what enters anew is worth a flush")
		})
	}
}

// TestTheLedgerRestartsWhatChanges: it finds out by itself which lists differ.
func TestTheLedgerRestartsWhatChanges(t *testing.T) {
	for _, c := range []struct {
		name         string
		change       func(*flow.Lists)
		paid, earned string
	}{
		{"nothing", func(*flow.Lists) {}, "3 3 1", "1 1 1"},
		{"upstream", func(l *flow.Lists) { l.Upstream.Relative = nil }, "1 0 1", "1 1 1"},
		{"holders", func(l *flow.Lists) { l.Holders = sole("una") }, "3 3 1", "1 0 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := threeThirds(t)
			next := lists(t, d, "song")
			c.change(&next)
			require.NoError(t, d.Change("song", next))
			require.Equal(t, c.paid, d.stage("song", flow.Paid))
			require.Equal(t, c.earned, d.stage("song", flow.Earned))

			require.NoError(t, d.Ledger.Pay(0, flow.Payment{Pot: pot("mix"), Amount: big.NewInt(2)}))
			require.NoError(t, d.Change("song", next))
			require.Equal(t, "4 2 2", d.stage("mix", flow.Paid), "what waits at another work goes on waiting")
		})
	}
}

// TestAnEpochEndsByItsOwnLists: all that waits at the work is divided by the lists
// that are about to go, whatever the book says by now.
func TestAnEpochEndsByItsOwnLists(t *testing.T) {
	old := flow.Lists{
		Upstream: flow.Upstream{Relative: []flow.Owed{{To: "beat", Weight: 250_000}}},
		Holders:  sole("old"),
	}
	for _, c := range []struct {
		name        string
		destination flow.Destination
		want        []string
		earned      string
	}{
		{
			"usually",
			flow.Destination{},
			[]string{
				"earned of song from 0 to 75, 1 get it", "old has 75 of song", "paid of song from 0 to 100, 2 get it",
				"beat takes in 25",
			},
			"0 0 0",
		},
		{
			"in escrow",
			flow.Destination{Kind: flow.Escrow},
			[]string{"paid of song from 0 to 100, 2 get it", "beat takes in 25"},
			"75 0 75",
		},
		{
			"for another work, by that one's table",
			flow.Destination{Kind: flow.Another, Other: "other"},
			[]string{
				"earned of other from 0 to 75, 1 get it", "oda has 75 of other", "paid of song from 0 to 100, 2 get it",
				"beat takes in 25",
			},
			"0 0 0",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, "beat: ben", "other: oda", "song: new")
			require.NoError(t, d.Redirect("song", c.destination))
			d.block(0, 0, d.pay(100, "song"))
			require.Equal(t, c.want, d.block(0, 0, func(s *flow.Sweep) {
				require.NoError(t, s.Close(pot("song"), old, true, true))
			}))
			require.Equal(t, c.earned, d.stage("song", flow.Earned))
		})
	}
}

// TestWhatLiesInEarnedGoesByTheDestination at the end of an epoch: to the holders
// of the epoch, nowhere, or to the work that earns in its place.
func TestWhatLiesInEarnedGoesByTheDestination(t *testing.T) {
	old := flow.Lists{Holders: []flow.Holding{{To: "old", Weight: 500_000}, {To: "elder", Weight: 500_000}}}
	for _, c := range []struct {
		name        string
		destination flow.Destination
		want        []string
		earned      string
	}{
		{
			"usually",
			flow.Destination{},
			[]string{"old has 50 of song", "elder has 50 of song", "earned of song from 0 to 100, 2 get it"},
			"0 0 0",
		},
		{"in escrow", flow.Destination{Kind: flow.Escrow}, nil, "100 0 100"},
		{
			"for another work",
			flow.Destination{Kind: flow.Another, Other: "other"},
			[]string{
				"earned of other from 0 to 100, 1 get it", "oda has 100 of other",
				"earned of song from 0 to 100, 1 get it",
			},
			"0 0 0",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, "other: oda", "song: new")
			stages, err := d.Stages(pot("song"))
			require.NoError(t, err)
			stages[flow.Earned].Add(big.NewInt(100))
			require.NoError(t, d.Redirect("song", c.destination))
			require.Equal(t, c.want, d.block(0, 0, func(s *flow.Sweep) {
				require.NoError(t, s.Close(pot("song"), old, false, true))
			}))
			require.Equal(t, c.earned, d.stage("song", flow.Earned))
		})
	}
}

// TestWhatCannotBeFlushedRestartsWithAllItHolds: the new receivers get it, as what
// was passed on before was divided otherwise. The other stages are not held up.
func TestWhatCannotBeFlushedRestartsWithAllItHolds(t *testing.T) {
	for _, broken := range []string{"generation beat", "stages beat"} {
		t.Run(broken, func(t *testing.T) {
			d := threeThirds(t)
			stages, err := d.Stages(pot("song"))
			require.NoError(t, err)
			stages[flow.Paid].Add(big.NewInt(10))
			stages[flow.Earned].Add(big.NewInt(3))
			d.broken[broken] = true
			said := d.block(0, 0, func(s *flow.Sweep) {
				require.ErrorIs(t, s.Close(pot("song"), lists(t, d, "song"), true, true), errBroken)
			})
			require.Equal(t, "11 0 11", d.stage("song", flow.Paid))
			require.Equal(t, []string{
				"sue has 2 of song", "sol has 2 of song", "earned of song from 1 to 4, 2 get it",
			}, said)
			require.Equal(t, "0 0 0", d.stage("song", flow.Earned))
		})
	}
	t.Run("destination song", func(t *testing.T) {
		d := threeThirds(t)
		stages, err := d.Stages(pot("song"))
		require.NoError(t, err)
		stages[flow.Earned].Add(big.NewInt(3))
		d.broken["destination song"] = true
		d.block(0, 0, func(s *flow.Sweep) {
			require.ErrorIs(t, s.Close(pot("song"), lists(t, d, "song"), false, true), errBroken)
		})
		require.Equal(t, "4 0 4", d.stage("song", flow.Earned))
	})
}

// TestANewDestinationTakesWhatIsEarned and not flushed, and leaves alone what the
// work owes.
func TestANewDestinationTakesWhatIsEarned(t *testing.T) {
	d := threeThirds(t)
	d.block(0, 0, func(s *flow.Sweep) { require.NoError(t, s.Redirect(pot("song"))) })
	require.Equal(t, []string{"0 earned song"}, d.waits())
	require.Equal(t, "3 3 1", d.stage("song", flow.Paid))
	require.Equal(t, "1 1 1", d.stage("song", flow.Received))
	require.Equal(t, "1 0 1", d.stage("song", flow.Earned))
}

// TestWhatIsAskedOfAPotFailsWithIt, and is no panic.
func TestWhatIsAskedOfAPotFailsWithIt(t *testing.T) {
	for _, broken := range []string{"stages song", "generation song"} {
		d := threeThirds(t)
		d.broken[broken] = true
		d.block(0, 0, func(s *flow.Sweep) {
			require.ErrorIs(t, s.Demand(pot("song")), errBroken)
			require.ErrorIs(t, s.Check(pot("song")), errBroken)
			require.ErrorIs(t, s.Redirect(pot("song")), errBroken)
			require.ErrorIs(t, s.Close(pot("song"), flow.Lists{}, false, false), errBroken)
			if broken == "stages song" {
				require.ErrorIs(t, s.Pay(pot("song"), big.NewInt(1)), errBroken)
			}
		})
		require.Empty(t, d.queue)
	}
}

// TestDemandAsksForAllAndCheckForWhatIsReady, each once.
func TestDemandAsksForAllAndCheckForWhatIsReady(t *testing.T) {
	d := newDesk(t, "song: sue 50%, sol 50%")
	check := func(s *flow.Sweep) { require.NoError(t, s.Check(pot("song"))) }
	d.Minimum = new(big.Int)
	d.block(0, 0, check)
	require.Empty(t, d.queue, "nothing is never ready, however little is enough")
	d.Minimum = big.NewInt(10)
	d.block(0, 0, d.pay(9, "song"))
	d.block(0, 0, check)
	require.Empty(t, d.queue, "9 is too little")
	d.block(0, 0, d.pay(1, "song"))
	require.Equal(t, []string{"0 paid song"}, d.waits())
	d.queue = nil
	d.block(0, 0, check)
	require.Equal(t, []string{"0 paid song"}, d.waits(), "10 is enough")

	demand := func(s *flow.Sweep) { require.NoError(t, s.Demand(pot("song"))) }
	d.block(0, 0, demand)
	require.Equal(t, []string{"0 paid song", "1 paid song", "1 received song", "1 earned song"}, d.waits())
}
