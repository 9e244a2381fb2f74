package flow_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// TestAWorkIsAGenerationAfterItsNewestSource, and stays so when sources are added.
func TestAWorkIsAGenerationAfterItsNewestSource(t *testing.T) {
	d := newDesk(t, "root: ann", "mid: ben < root none 0", "low: cat < mid none 0, root none 0",
		"top: dan < root none 0")
	generation := func(work flow.Work) uint32 {
		generation, err := d.Generation(work)
		require.NoError(t, err)
		return generation
	}
	for work, want := range map[flow.Work]uint32{"root": 0, "mid": 1, "low": 2, "top": 1} {
		require.Equal(t, want, generation(work), work)
	}
	require.NoError(t, addWork(d.Ledger, "top: dan < low none 0"))
	require.Equal(t, uint32(3), generation("top"))
	require.NoError(t, addWork(d.Ledger, "top: dan < root none 0"))
	require.Equal(t, uint32(3), generation("top"), "what it derives from stays")
	d.Raise("top", 2)
	require.Equal(t, uint32(3), generation("top"), "a raise lowers nothing")
	d.Raise("top", 5)
	require.Equal(t, uint32(5), generation("top"))
}

// TestListsKnowTheHoldersOfAncestors: they measure what a payment sets in motion.
func TestListsKnowTheHoldersOfAncestors(t *testing.T) {
	d := newDesk(t, "song: ann 50%, ben 50%", "remix: cat < song absolute 1000")
	require.Equal(t, []flow.Owed{{To: "song", Weight: 1000, Holders: 2}}, lists(t, d, "remix").Upstream.Absolute)
}

// TestALoadIsHowMuchOfTheQueueASweepSees.
func TestALoadIsHowMuchOfTheQueueASweepSees(t *testing.T) {
	l := newDesk(t, "a: ann", "b: ben", "c: cat").Ledger
	l.Load = 1
	pays(t, l, 0, "a", 10)
	pays(t, l, 0, "b", 10)
	pays(t, l, 100, "c", 10)
	require.Equal(t, map[flow.Account]map[string]string{"ann": {denom: "10"}}, l.Balances(), "b comes before c")
	require.NoError(t, l.Pay(100))
	require.Equal(t, map[string]string{denom: "10"}, l.Balances()["ben"])
	require.False(t, l.Idle())
	pays(t, l, 100, "a", 10)
	require.Equal(t, map[string]string{denom: "10"}, l.Balances()["cat"])
	require.Equal(t, map[string]string{denom: "20"}, l.Balances()["ann"], "the sweep saw the whole queue")
	require.True(t, l.Idle())
}

// TestDenomsDoNotMeet: what is held, paid in, taken in and credited is of one.
func TestDenomsDoNotMeet(t *testing.T) {
	l := newDesk(t, "song: ann 50%, ben 50%").Ledger
	for of, amount := range map[string]int64{"x": 3, "y": 100} {
		song := flow.Pot{Work: "song", Denom: of}
		require.NoError(t, l.Pay(100, flow.Payment{Pot: song, Amount: big.NewInt(amount)}))
	}
	half := map[string]string{"x": "1", "y": "50"}
	require.Equal(t, map[flow.Account]map[string]string{"ann": half, "ben": half}, l.Balances())
	for of, want := range map[string][3]int64{"x": {1, 3, 3}, "y": {0, 100, 100}, "z": {0, 0, 0}} {
		song := flow.Pot{Work: "song", Denom: of}
		got := [3]int64{l.Held(of).Int64(), l.PaidIn(of).Int64(), l.TakenIn(song).Int64()}
		require.Equal(t, want, got, of)
	}
}

// TestOneIsTheLeastThatIsReady, unless a ledger says otherwise.
func TestOneIsTheLeastThatIsReady(t *testing.T) {
	l := newDesk(t, "song: ann 50%, ben 50%").Ledger
	ready := func(kind flow.Kind, amount int64) bool { return l.Ready(pot("song"), kind, big.NewInt(amount)) }
	for _, kind := range []flow.Kind{flow.Paid, flow.Received, flow.Earned} {
		require.False(t, ready(kind, 0))
		require.True(t, ready(kind, 1))
	}
	l.Minimum = big.NewInt(3)
	for kind, least := range map[flow.Kind]int64{flow.Paid: 3, flow.Received: 3, flow.Earned: 6} {
		require.False(t, ready(kind, least-1))
		require.True(t, ready(kind, least), "`earned` waits for as much for each holder")
	}
}

// TestTheCheckOfStages finds each fault that a stage can have, and no other.
func TestTheCheckOfStages(t *testing.T) {
	for _, c := range []struct {
		name                 string
		kind                 flow.Kind
		total, flushed, held int64
		escrow               bool
		minimum              int64
		want                 string
	}{
		{"empty, though nothing is too little", flow.Paid, 0, 0, 0, false, 0, ""},
		{"a rest stays", flow.Received, 9, 9, 2, false, 1, ""},
		{"a rest and more, too little to flush", flow.Received, 9, 7, 3, false, 3, ""},
		{"less than nothing", flow.Paid, 0, 0, -1, false, 1, "held -1"},
		{"flushed beyond what entered", flow.Paid, 2, 3, 1, false, 1, "flushed 3"},
		{"what waits is not all there", flow.Paid, 9, 3, 5, false, 9, "held 5"},
		{
			"a unit is ready", flow.Paid, 1, 0, 1, false, 1,
			`stage 0 of "song" in uusdc: total 1, flushed 0, held 1: it is ready and not queued`,
		},
		{"earned is ready", flow.Earned, 5, 1, 4, false, 2, "not queued"},
		{"earned is ready, but held", flow.Earned, 5, 1, 4, true, 2, ""},
		{"in escrow only earned is held", flow.Received, 3, 1, 2, true, 2, "not queued"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newDesk(t, "song: ann 50%, ben 50%").Ledger
			if c.escrow {
				require.NoError(t, l.Redirect("song", flow.Destination{Kind: flow.Escrow}))
			}
			l.Minimum = big.NewInt(c.minimum)
			stages, err := l.Stages(pot("song"))
			require.NoError(t, err)
			s := &stages[c.kind]
			s.Total.SetInt64(c.total)
			s.Flushed.SetInt64(c.flushed)
			s.Held.SetInt64(c.held)
			if c.want == "" {
				require.NoError(t, l.CheckStages())
			} else {
				require.ErrorContains(t, l.CheckStages(), c.want)
			}
		})
	}
}

// TestTheCheckOfLateStages: no more is late than waits, and what is due stands in the late lane.
func TestTheCheckOfLateStages(t *testing.T) {
	for want, c := range map[string]struct {
		kind      flow.Kind
		late, due int64
	}{
		"":                               {flow.Received, 3, 0},
		"-1 of it are late":              {flow.Received, -1, 0},
		"4 of it are late":               {flow.Earned, 4, 0},
		"due at 7 and not in the late l": {flow.Earned, 3, 7},
	} {
		l := newDesk(t, "song: ann 50%, ben 50%").Ledger
		l.Minimum = big.NewInt(9)
		stages, err := l.Stages(pot("song"))
		require.NoError(t, err)
		s := &stages[c.kind]
		s.Add(big.NewInt(3))
		s.Late.SetInt64(c.late)
		s.Due = uint64(c.due)
		if want == "" {
			require.NoError(t, l.CheckStages())
			continue
		}
		require.ErrorContains(t, l.CheckStages(), want)
	}
}

// TestALedgerPassesOnWhatFails: without a minimum it cannot say what is ready.
func TestALedgerPassesOnWhatFails(t *testing.T) {
	l := newDesk(t, "song: ann").Ledger
	pays(t, l, 0, "song", 5)
	l.Minimum = nil
	require.ErrorContains(t, l.Pay(0, flow.Payment{Pot: pot("song"), Amount: big.NewInt(1)}), "panic")
	require.ErrorContains(t, l.Check(), "panic")
}
