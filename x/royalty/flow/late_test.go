package flow_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// band is a work whose five holders are more than its derivatives' payers are charged
// for.
const band = "band: b1 20%, b2 20%, b3 20%, b4 20%, b5 20%"

// split gives a work other holders after others were made from it.
func (d *desk) split(work flow.Work, holders ...flow.Holding) {
	lists, err := d.Lists(work)
	require.NoError(d.t, err)
	lists.Holders = holders
	require.NoError(d.t, d.Change(work, lists))
}

func fifths(names ...flow.Account) (holders []flow.Holding) {
	for _, name := range names {
		holders = append(holders, flow.Holding{To: name, Weight: flow.Whole / 5})
	}
	return holders
}

// TestWhatNoPayerIsChargedForIsLate: it is served after everything else, holders after
// a wait, and what it passes on is late too.
func TestWhatNoPayerIsChargedForIsLate(t *testing.T) {
	late := func(said []string) (lines []string) {
		for _, line := range said {
			if rest, found := strings.CutPrefix(line, "late "); found {
				lines = append(lines, rest)
			}
		}
		return lines
	}
	t.Run("holders that came after the list", func(t *testing.T) {
		d := newDesk(t, "song: sue", "remix: rem < song absolute 500000", "other: o1 50%, o2 50%")
		d.split("song", fifths("s1", "s2", "s3", "s4", "s5")...)
		require.Empty(t, late(d.block(0, 100, d.pay(100, "remix", "other"))))
		d.afterTheWait(4)
		said := d.block(0, 100, d.pay(100, "other"))
		require.Equal(t, []string{"earned of song from 0 to 50, 5 get it"}, late(said))
		require.Equal(t, "late earned of song from 0 to 50, 5 get it", said[len(said)-1], "after all the rest")
		require.Contains(t, said, "s1 has 10 of song, 9 late")
		require.Empty(t, d.queue)
	})
	t.Run("not holders that the list counts", func(t *testing.T) {
		d := newDesk(t, band, "remix: rem < band absolute 500000")
		require.Empty(t, late(d.block(0, 100, d.pay(100, "remix"))))
	})
	t.Run("nor the own ones of a work that is paid", func(t *testing.T) {
		d := newDesk(t, band)
		require.Empty(t, late(d.block(0, 100, d.pay(100, "band"))))
	})
	t.Run("more than four at the end of relative shares", func(t *testing.T) {
		d := newDesk(t, band, "four: f1 25%, f2 25%, f3 25%, f4 25%",
			"remix: rem < band relative 300000, four relative 300000")
		require.Contains(t, d.block(0, 100, d.pay(100, "remix")), "f1 has 7 of four")
		d.afterTheWait(1)
		require.Equal(t, []string{"earned of band from 0 to 30, 5 get it"}, late(d.block(0, 100, nil)))
	})
	t.Run("what a work owes beyond what was counted, and all behind it", func(t *testing.T) {
		d := newDesk(t, "root: ann 50%, abe 50%", "mid: ben < root relative 500000", "top: cat < mid relative 500000")
		d.Grow("mid")
		require.Equal(t, []string{
			"earned of mid from 0 to 25, 1 get it", "received of mid from 0 to 50, 2 get it",
			"received of root from 0 to 25, 1 get it", "earned of root from 0 to 25, 2 get it",
		}, late(d.block(0, 100, d.pay(100, "top"))), "root too, though it has not grown")
		require.Empty(t, late(d.block(0, 100, d.pay(100, "mid"))), "who pays the work itself is charged for all of it")
	})
	t.Run("what the end of an epoch passes on", func(t *testing.T) {
		d := newDesk(t, "root: ann 50%, abe 50%", "mid: ben < root relative 500000", "top: cat < mid relative 500000")
		d.Grow("mid")
		d.Minimum.SetInt64(60)
		d.block(0, 100, d.pay(100, "top"))
		require.Equal(t, "50 0 50", d.stage("mid", flow.Received))
		d.Minimum.SetInt64(1)
		lists, err := d.Lists("mid")
		require.NoError(t, err)
		said := d.block(0, 100, func(s *flow.Sweep) { require.NoError(t, s.Close(pot("mid"), lists, false, true)) })
		require.Contains(t, said, "received of mid from 0 to 50, 2 get it", "whoever ends it pays for that")
		require.Contains(t, said, "ben has 25 of mid late")
		require.Equal(t, []string{"received of root from 0 to 25, 1 get it", "earned of root from 0 to 25, 2 get it"}, late(said))
	})
}

// TestTheLateLaneMovesOnUnderLoad: one stage a block at least, and a tenth of the
// budget, whatever else waits; and nothing usual waits for it. What comes during its
// round waits for the next, so nobody in it starves.
func TestTheLateLaneMovesOnUnderLoad(t *testing.T) {
	works := []string{"busy: x1 50%, x2 50%"}
	for i := range 9 {
		works = append(works, fmt.Sprintf("song%d: sue", i), fmt.Sprintf("remix%d: rem < song%d absolute 500000", i, i))
	}
	d := newDesk(t, works...)
	var remixes []flow.Work
	for i := range 9 {
		name := flow.Account(fmt.Sprintf("s%d", i))
		d.split(flow.Work(fmt.Sprintf("song%d", i)), fifths(name+"a", name+"b", name+"c", name+"d", name+"e")...)
		remixes = append(remixes, flow.Work(fmt.Sprintf("remix%d", i)))
	}
	served := func(said []string) (lines int) {
		for _, line := range said {
			if strings.HasPrefix(line, "late ") {
				lines++
			}
		}
		return lines
	}
	said := d.block(0, 36, d.pay(1000, append(remixes, "busy")...)) // 9 remixes of 3, busy of 1 and 2
	require.Contains(t, said, "x1 has 500 of busy")
	require.Zero(t, served(said))
	d.afterTheWait(4)
	for i := range 9 {
		before := d.pay(1000, "busy")
		if i == 4 { // song0 comes again, before the others were served
			before = d.pay(1000, "remix0", "busy")
		}
		said := d.block(0, 19, before)
		require.Contains(t, said, "x1 has 500 of busy", "nothing late holds up the usual lane")
		require.Equal(t, 1, served(said), "block %d: nor does it get more than a tenth, and a stage at least", i)
	}
	for i := range 9 {
		require.NotNil(t, d.Balances()[flow.Account(fmt.Sprintf("s%da", i))], "song%d", i)
	}
	require.Equal(t, []string{fmt.Sprint(flow.Late+d.height-4+4*flow.LateAfter, " earned song0")}, d.waits())
}

// TestWhatIsPaidForDoesNotWait: each payment counts as half the payouts that its payer is
// charged for, as all of them where it is charged for all holders. When these are one for
// each holder, all is divided, and nothing of it is late.
func TestWhatIsPaidForDoesNotWait(t *testing.T) {
	start := func(t *testing.T) *desk {
		d := newDesk(t, "song: sue", "remix: rem < song absolute 500000")
		d.split("song", fifths("s1", "s2", "s3", "s4", "s5")...)
		d.block(0, 100, d.pay(100, "remix"))
		return d
	}
	t.Run("by payments one after another", func(t *testing.T) {
		d := start(t)
		for range 8 { // each counts as half a payout
			require.NotContains(t, fmt.Sprint(d.block(0, 100, d.pay(100, "remix"))), "earned of song")
		}
		said := d.block(0, 100, d.pay(100, "remix"))
		require.Contains(t, said, "earned of song from 0 to 500, 5 get it")
		require.Contains(t, said, "s1 has 100 of song")
		require.Empty(t, d.queue, "it has left the late lane")
	})
	t.Run("by one who pays for all holders", func(t *testing.T) {
		d := start(t)
		said := d.block(0, 100, d.pay(50, "song"))
		require.Contains(t, said, "s1 has 20 of song")
		require.Empty(t, d.queue)
	})
	t.Run("not by one who pays for a part", func(t *testing.T) {
		d := start(t)
		require.NotContains(t, d.block(0, 100, d.pay(44, "song")), "earned of song from 0 to 94, 5 get it")
		require.Len(t, d.queue, 1)
	})
	t.Run("who asks for it has it divided, and it is paid out late", func(t *testing.T) {
		d := start(t)
		require.Contains(t, d.block(0, 100, func(s *flow.Sweep) { require.NoError(t, s.Demand(pot("song"))) }), "s1 has 10 of song, 9 late")
		require.Empty(t, d.queue)
	})
	t.Run("nor does a change of holders make payouts that nobody pays for", func(t *testing.T) {
		d := start(t)
		lists, err := d.Lists("song")
		require.NoError(t, err)
		said := d.block(0, 100, func(s *flow.Sweep) { require.NoError(t, s.Close(pot("song"), lists, false, true)) })
		require.Contains(t, said, "s1 has 10 of song, 9 late")
		require.Empty(t, d.queue)
	})
	t.Run("one wait serves all that comes in it", func(t *testing.T) {
		d := start(t)
		d.block(0, 100, d.pay(100, "remix"))
		for range 4*flow.LateAfter - 2 {
			require.Empty(t, d.block(0, 100, nil))
		}
		require.Contains(t, d.block(0, 100, nil), "s1 has 20 of song, 18 late")
		d.block(0, 100, d.pay(100, "remix"))
		d.afterTheWait(4)
		require.Contains(t, d.block(0, 100, nil), "s1 has 10 of song, 9 late")
	})
	t.Run("what is held leaves the lane, and stays late", func(t *testing.T) {
		d := start(t)
		require.NoError(t, d.Redirect("song", flow.Destination{Kind: flow.Escrow}))
		d.afterTheWait(4)
		require.Empty(t, d.block(0, 100, nil))
		require.Empty(t, d.queue)
		require.NoError(t, d.Redirect("song", flow.Destination{}))
		require.Contains(t, d.block(0, 100, func(s *flow.Sweep) { require.NoError(t, s.Redirect(pot("song"))) }), "s1 has 10 of song, 9 late")
	})
	t.Run("a stage that fails is tried again after another wait", func(t *testing.T) {
		d := start(t)
		d.afterTheWait(4)
		d.broken["holders song"] = true
		require.Equal(t, []string{"earned of song fails"}, d.block(0, 100, nil))
		d.broken = nil
		d.afterTheWait(flow.MaxRuledHolders)
		require.Contains(t, d.block(0, 100, nil), "s1 has 10 of song, 9 late")
		require.Empty(t, d.queue)
	})
}

// TestEarnedWaitsForEachHolder: a split that was made later makes the splitter's stage
// wait, and nobody pay more.
func TestEarnedWaitsForEachHolder(t *testing.T) {
	d := newDesk(t, band)
	d.Minimum.SetInt64(10)
	d.block(0, 100, d.pay(49, "band"))
	require.Equal(t, "49 0 49", d.stage("band", flow.Earned))
	require.Empty(t, d.queue)
	d.block(0, 100, d.pay(10, "band"))
	require.Equal(t, "59 59 4", d.stage("band", flow.Earned))
}

// TestWhatIsUsualTakesWhatIsLateAlong: royalties that payers are charged for don't wait for others
// of the same work, and make them no less late.
func TestWhatIsUsualTakesWhatIsLateAlong(t *testing.T) {
	d := newDesk(t, "base: eve 50%, eli 50%", "root: ann 50%, abe 50% < base relative 500000",
		"mid: ben < root relative 500000", "top: cat < mid relative 500000", "new: dan < root relative 500000")
	d.Grow("mid")
	said := d.block(0, 10, d.pay(800, "top")) // the late lane has one stage a block
	require.Contains(t, said, "late received of mid from 0 to 400, 2 get it")
	require.Equal(t, "200 0 200", d.stage("root", flow.Received))
	said = d.block(0, 100, d.pay(1200, "new"))
	require.Contains(t, said, "received of root from 0 to 800, 2 get it")
	require.Contains(t, said, "ann has 200 of root", "a payout to each is paid for")
	require.Contains(t, said, "eve has 200 of base")
	require.Empty(t, d.queue)

	d.block(0, 10, d.pay(800, "top"))
	said = d.block(0, 100, d.pay(4, "new"))
	require.Contains(t, said, "received of root from 800 to 1002, 2 get it")
	require.Contains(t, said, "ann has 50 of root late", "as late as what it came from, rounded up")
	require.Contains(t, said, "late earned of root from 400 to 501, 2 get it")
	require.Empty(t, d.queue)
}

// TestTooLittleIsPaidForToTakeOthersAlong: what is usual in a stage has to be worth a flush itself.
func TestTooLittleIsPaidForToTakeOthersAlong(t *testing.T) {
	d := newDesk(t, "base: eve 50%, eli 50%", "root: ann 50%, abe 50% < base relative 500000",
		"mid: ben < root relative 500000", "top: cat < mid relative 500000", "new: dan < root relative 500000")
	d.Grow("mid")
	d.Minimum.SetInt64(10)
	d.block(0, 10, d.pay(800, "top"))
	require.Equal(t, "200 0 200", d.stage("root", flow.Received))
	require.Contains(t, d.block(0, 10, d.pay(18, "new")), "late received of root from 0 to 209, 2 get it")
}

// TestWhatIsLateAlreadyWaitsNoLonger: it has waited in the lane that it came by.
func TestWhatIsLateAlreadyWaitsNoLonger(t *testing.T) {
	d := newDesk(t, "root: r1 20%, r2 20%, r3 20%, r4 20%, r5 20%", "mid: ben < root relative 500000", "top: cat < mid relative 500000")
	d.Grow("mid")
	require.Contains(t, d.block(0, 100, d.pay(400, "top")), "r1 has 20 of root late")
}

// TestAFailureInTheLateLaneMakesNothingDue that is not late.
func TestAFailureInTheLateLaneMakesNothingDue(t *testing.T) {
	d := newDesk(t, "root: ann", "mid: ben < root relative 500000")
	stages, err := d.Stages(pot("mid"))
	require.NoError(t, err)
	stages[flow.Received].Add(big.NewInt(2))
	d.queue = []flow.Item{{Round: flow.Late, Kind: flow.Received, Pot: pot("mid")}} // an old place of the stage
	d.broken = map[string]bool{"upstream mid": true}
	require.Contains(t, d.block(0, 100, nil), "received of mid fails")
	require.Zero(t, stages[flow.Received].Due)
}

func TestTheLateLaneGetsATenth(t *testing.T) {
	for budget, want := range map[int]int{0: 0, 1: 1, 5: 1, 10: 1, 20: 2, 20_000: 2_000} {
		require.Equal(t, want, flow.LateBudget(budget), budget)
	}
}

func TestAFlushIsDated(t *testing.T) {
	d := newDesk(t, band)
	d.block(0, 100, d.pay(102, "band"))
	stages, err := d.Stages(pot("band"))
	require.NoError(t, err)
	require.Equal(t, d.height, stages[flow.Earned].FlushedAt)
	stages[flow.Earned].Restart(7)
	require.EqualValues(t, 7, stages[flow.Earned].FlushedAt, "with the rest that it holds")
	empty := flow.Stage{FlushedAt: 5}
	empty.Restart(7)
	require.Zero(t, empty.FlushedAt, "there is nothing to remember")
}

// TestWhatIsCheckedWaitsNoLonger: what was too little to be queued, and is worth it by new minima.
func TestWhatIsCheckedWaitsNoLonger(t *testing.T) {
	d := newDesk(t, "root: ann 50%, abe 50%", "mid: ben < root relative 500000", "top: cat < mid relative 500000")
	d.Grow("mid")
	d.Minimum.SetInt64(60)
	d.block(0, 100, d.pay(100, "top"))
	require.Equal(t, "50 0 50", d.stage("mid", flow.Received))
	d.Minimum.SetInt64(1)
	said := d.block(0, 100, func(s *flow.Sweep) { require.NoError(t, s.Check(pot("mid"))) })
	require.Contains(t, said, "late received of mid from 0 to 50, 2 get it")
}

// TestWhatIsPaidForLeavesTheLateLane: what it brings a stage may make that worth a flush at once.
func TestWhatIsPaidForLeavesTheLateLane(t *testing.T) {
	d := newDesk(t, "base: eve", "root: ann < base relative 500000")
	d.Minimum.SetInt64(10)
	base, err := d.Stages(pot("base"))
	require.NoError(t, err)
	base[flow.Received].Add(big.NewInt(8))
	root, err := d.Stages(pot("root"))
	require.NoError(t, err)
	waits := &root[flow.Received]
	waits.Add(big.NewInt(20))
	waits.Late.SetInt64(15)
	waits.Due = 1
	d.queue = []flow.Item{{Round: flow.Late + 1, Kind: flow.Received, Pot: pot("root")}}
	require.Contains(t, d.block(0, 100, nil), "late received of root from 0 to 20, 2 get it")
	require.Equal(t, []string{"0 received base"}, d.waits())
}
