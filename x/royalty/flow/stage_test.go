package flow_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// TestReceivers: what the lists leave of `paid` and `received` is the work's own,
// to the last ppm; nobody is named for nothing.
func TestReceivers(t *testing.T) {
	lists := func(absolute, relative uint32) flow.Lists {
		return flow.Lists{
			Upstream: flow.Upstream{
				Absolute: []flow.Owed{{To: "a", Weight: absolute}},
				Relative: []flow.Owed{{To: "r", Weight: relative}},
			},
			Holders: []flow.Holding{{To: "ann", Weight: 400_000}, {To: "ben", Weight: 600_000}},
		}
	}
	a := func(weight uint32) flow.Receiver { return flow.Receiver{Work: "a", Into: flow.Earned, Weight: weight} }
	r := func(weight uint32) flow.Receiver {
		return flow.Receiver{Work: "r", Into: flow.Received, Weight: weight}
	}
	w := func(weight uint32) flow.Receiver { return flow.Receiver{Work: "w", Into: flow.Earned, Weight: weight} }
	fourOf := func(r flow.Receiver) flow.Receiver {
		r.Counted = flow.CountedHolders
		return r
	}
	for _, c := range []struct {
		absolute, relative uint32
		kind               flow.Kind
		want               []flow.Receiver
	}{
		{300_000, 200_000, flow.Paid, []flow.Receiver{a(300_000), r(200_000), w(500_000)}},
		{300_000, 200_000, flow.Received, []flow.Receiver{r(200_000), fourOf(w(800_000))}},
		{300_000, 699_999, flow.Paid, []flow.Receiver{a(300_000), r(699_999), w(1)}},
		{300_000, 700_000, flow.Paid, []flow.Receiver{a(300_000), r(700_000)}},
		{300_000, 200_000, flow.Earned, []flow.Receiver{
			{Account: "ann", Weight: 400_000}, {Account: "ben", Weight: 600_000},
		}},
	} {
		require.Equal(t, c.want, lists(c.absolute, c.relative).Receivers("w", c.kind))
	}
}

// TestTheLargestStage has as many receivers as both lists may have, and the work.
func TestTheLargestStage(t *testing.T) {
	u := flow.Upstream{Absolute: owed(flow.MaxAbsolute), Relative: owed(flow.MaxRelative)}
	require.NoError(t, u.Check())
	require.Len(t, flow.Lists{Upstream: u}.Receivers("w", flow.Paid), flow.MaxReceivers)
}

// owed is a list of so many shares of 1 ppm.
func owed(n int) (list []flow.Owed) {
	for i := range n {
		list = append(list, flow.Owed{To: flow.Work(fmt.Sprintf("w%05d", i)), Weight: 1})
	}
	return list
}

// TestDuePaysTheDifference between what a receiver has had of the total at the last
// flush and what it is to have now, each rounded down.
func TestDuePaysTheDifference(t *testing.T) {
	receivers := []flow.Receiver{
		{Account: "ann", Weight: 500_000}, {Account: "ben", Weight: 500_000}, {Account: "cat"},
	}
	stage := func(total, flushed int64) *flow.Stage {
		return &flow.Stage{Total: *big.NewInt(total), Flushed: *big.NewInt(flushed), Held: *big.NewInt(total)}
	}
	for _, c := range []struct {
		total, flushed, want int64
	}{
		{0, 0, 0}, {1, 0, 0}, {2, 0, 1}, {3, 0, 1}, {3, 1, 1}, {3, 2, 0}, {4, 1, 2}, {5, 5, 0},
	} {
		var want []string
		if c.want > 0 {
			want = []string{fmt.Sprint("ann ", c.want), fmt.Sprint("ben ", c.want)}
		}
		var got []string
		for _, credit := range stage(c.total, c.flushed).Divide(receivers) {
			got = append(got, fmt.Sprint(credit.Account, " ", credit.Amount))
		}
		require.Equal(t, want, got, "from %d to %d", c.flushed, c.total)
	}
}

// TestWhatAStageRemembers after a flush: nothing when its only receiver has had all
// of it, else its total, since the next flush goes by that.
func TestWhatAStageRemembers(t *testing.T) {
	for _, c := range []struct {
		name, table, before, after string
	}{
		{"one receiver, nothing left", "sue", "5 0 5", "0 0 0"},
		{"one receiver, and a rest that nobody had", "sue", "5 2 4", "5 5 1"},
		{"two receivers, nothing left", "sue 50%, sol 50%", "4 0 4", "4 4 0"},
		{"two receivers and a rest", "sue 50%, sol 50%", "5 0 5", "5 5 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, "song: "+c.table)
			stages, err := d.Stages(pot("song"))
			require.NoError(t, err)
			s := &stages[flow.Earned]
			_, err = fmt.Sscan(c.before, &s.Total, &s.Flushed, &s.Held)
			require.NoError(t, err)
			d.block(0, 100, func(s *flow.Sweep) { require.NoError(t, s.Demand(pot("song"))) })
			require.Equal(t, c.after, d.stage("song", flow.Earned))
		})
	}
}

// TestTheRestIsNobodysYet: what shares rounded down leave of all that was flushed.
func TestTheRestIsNobodysYet(t *testing.T) {
	thirds := []flow.Receiver{{Account: "ann", Weight: 333_333}, {Account: "ben", Weight: 333_333}, {Account: "cat", Weight: 333_334}}
	for _, c := range []struct{ flushed, want int64 }{
		{0, 0}, {1, 1}, {2, 2}, {3, 2}, {4, 1}, {10, 1}, {999_999, 2}, {1_000_000, 0}, {1_000_001, 1},
	} {
		stage := flow.Stage{Flushed: *big.NewInt(c.flushed)}
		require.Equal(t, c.want, stage.Rest(thirds).Int64(), "of %d", c.flushed)
		require.Equal(t, c.flushed, stage.Rest(nil).Int64(), "nobody receives of %d", c.flushed)
		require.Equal(t, c.flushed, stage.Flushed.Int64())
	}
}
