package metrics

import (
	"errors"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
)

func registered(t *testing.T, s *Set) *prometheus.Registry {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	require.NoError(t, r.Register(s.Collector()))
	return r
}

func TestTheTableIsWellFormed(t *testing.T) {
	require.Len(t, byName, len(Table), "each name once")
	for _, m := range Table {
		require.True(t, strings.HasPrefix(m.Name, "stemma_"), m.Name)
		require.Equal(t, m.Kind != Gauge, strings.HasSuffix(m.Name, "_total"), "a counter's name ends with _total: %s", m.Name)
	}
	s := New(log.NewNopLogger())
	problems, err := testutil.GatherAndLint(registered(t, s))
	require.NoError(t, err)
	require.Empty(t, problems)
}

func TestBlocksAreCounted(t *testing.T) {
	s := New(log.NewNopLogger())
	paid := abci.Event{Type: "stemma.royalty.v1.EventPaid"}
	s.Executed(&abci.ResponseFinalizeBlock{
		Events:    []abci.Event{{Type: "stemma.dispute.v1.EventDisputeStuck"}, {Type: "coin_spent"}},
		TxResults: []*abci.ExecTxResult{{Events: []abci.Event{paid, paid}}, {Code: 5}},
	})
	s.Swept(Swept{Receivers: 30, ReceiverBudget: 20, Payouts: 5, PayoutBudget: 10, Left: true})
	s.Swept(Swept{Receivers: 3, ReceiverBudget: 20, Payouts: 0, PayoutBudget: 10, Left: true})
	s.Declared(7, 10)
	s.Refused()
	s.Timed(Sweep)()
	require.NoError(t, testutil.GatherAndCompare(registered(t, s), strings.NewReader(`
# HELP stemma_events_total `+byName[Events].Help+`
# TYPE stemma_events_total counter
stemma_events_total{event="DisputeStuck",module="dispute"} 1
stemma_events_total{event="Paid",module="royalty"} 2
stemma_events_total{event="PayoutFailed",module="royalty"} 0
stemma_events_total{event="StageQuarantined",module="royalty"} 0
# HELP stemma_transactions_total `+byName[Transactions].Help+`
# TYPE stemma_transactions_total counter
stemma_transactions_total{result="failed"} 1
stemma_transactions_total{result="ok"} 1
# HELP stemma_royalty_stages_waiting_blocks `+byName[RoyaltyStagesBlocks].Help+`
# TYPE stemma_royalty_stages_waiting_blocks gauge
stemma_royalty_stages_waiting_blocks 2
# HELP stemma_royalty_budget_used_ratio `+byName[RoyaltyBudgetUsed].Help+`
# TYPE stemma_royalty_budget_used_ratio gauge
stemma_royalty_budget_used_ratio{budget="payout"} 0
stemma_royalty_budget_used_ratio{budget="sweep"} 0.15
# HELP stemma_royalty_budget_used_total `+byName[RoyaltyBudgetTotal].Help+`
# TYPE stemma_royalty_budget_used_total counter
stemma_royalty_budget_used_total{budget="payout"} 5
stemma_royalty_budget_used_total{budget="sweep"} 33
`), Events, Transactions, RoyaltyStagesBlocks, RoyaltyBudgetUsed, RoyaltyBudgetTotal))

	s.Swept(Swept{})
	for _, sample := range s.Read() {
		if sample.Metric.Name == RoyaltyStagesBlocks {
			require.Zero(t, sample.Value, "a block that leaves nothing ends the row")
		}
	}
}

// What a source can't say is missing and counted; what it has said before, and what others say, is there.
func TestASourceThatFails(t *testing.T) {
	s := New(log.NewNopLogger())
	s.From(func(s *Samples) error {
		s.Add(DiskFree, 5)
		return errors.New("no disk")
	})
	s.From(func(s *Samples) error {
		s.Add(BlockHeight, 9)
		return nil
	})
	said := map[string]float64{}
	for _, sample := range s.Read() {
		said[sample.Metric.Name] = sample.Value
	}
	require.Equal(t, 1.0, said[SourcesFailing])
	require.Equal(t, 9.0, said[BlockHeight])
	require.Equal(t, 5.0, said[DiskFree])
}

func TestASampleThatTheTableDoesNotHave(t *testing.T) {
	require.Panics(t, func() { new(Samples).Add("stemma_unknown", 1) })
	require.Panics(t, func() { new(Samples).Add(Events, 1, "royalty") })
}
