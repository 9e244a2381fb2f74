package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

func TestMain(m *testing.M) {
	encoding.Configure()
	os.Exit(m.Run())
}

// A few seconds of every kind of transaction, all of which succeed, on a real
// chain whose books are sound afterwards.
func TestMixedLoadLeavesSoundBooks(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs a node")
	}
	binary, err := localnet.Binary()
	require.NoError(t, err)
	report, err := run(context.Background(), options{
		binary: binary, nodes: 1, accounts: 60, works: 4, kind: mixed, rate: 100, senders: 2, seed: 1,
		duration: 5 * time.Second, settle: time.Second, every: time.Minute,
		chain: chainOptions{blockTime: 200 * time.Millisecond, blockGas: 200_000_000, set: defaultSettings},
	})
	require.NoError(t, err)
	require.Empty(t, report.Failed)
	require.Empty(t, report.Refused)
	require.Equal(t, "ok", report.Invariants)
	require.EqualValues(t, 200_000_000, report.BlockGas)
	require.Len(t, report.Loads, 1)
	require.Positive(t, report.Loads[0].PerSecond)
	require.LessOrEqual(t, report.Loads[0].PerSecond, 110.0)
	require.Len(t, report.Kinds, 8, "all seven kinds and the setup")
}

func TestSharesOfALoad(t *testing.T) {
	for _, good := range append(loads(), "pay=70,register=30") {
		m, err := mixOf(good)
		require.NoError(t, err, good)
		total := 0
		for _, s := range m.shares {
			total += s.percent
		}
		require.Equal(t, 100, total, good)
	}
	for _, bad := range []string{"", "setup", "pay,send", "pay=70", "pay=x,send=100", "pay=-10,send=110"} {
		_, err := mixOf(bad)
		require.Error(t, err, bad)
	}
}

func TestBlockGasIsChangedInTheGenesis(t *testing.T) {
	genesis, err := withBlockGas([]byte(`{"chain_id":"c","consensus":{"params":{"block":{"max_bytes":"1","max_gas":"2"}}}}`), 7)
	require.NoError(t, err)
	require.JSONEq(t, `{"chain_id":"c","consensus":{"params":{"block":{"max_bytes":"1","max_gas":"7"}}}}`, string(genesis))
}

func TestSettingsAreKeysAndValues(t *testing.T) {
	var s settings
	require.NoError(t, s.Set("mempool.size=9"))
	require.Error(t, s.Set("mempool.size"))
}

func TestSpread(t *testing.T) {
	require.Zero(t, spreadOf(nil))
	require.Equal(t, spread{Min: 1, Median: 2, P99: 2, Max: 3}, spreadOf([]float64{3, 1, 2}))
}
