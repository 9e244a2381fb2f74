package chain

import (
	"bytes"
	"context"
	"slices"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Twice executes each transaction as a node that executes in parallel may, every time: decoded once, it
// is tried on the state before the block and executed after those before it. The test fails where that
// changes a message, or has another outcome than a node's that decodes and executes it once.
func Twice() Option { return func(s *settings) { s.twice = true } }

// twice is the runner of transactions of a chain with that option.
type twice struct {
	t      testing.TB
	decode sdk.TxDecoder
}

// Run implements sdk.TxRunner.
func (r *twice) Run(
	_ context.Context, state storetypes.MultiStore, txs [][]byte, execute sdk.DeliverTxFunc,
) ([]*abci.ExecTxResult, error) {
	decoded := make([]sdk.Tx, len(txs))
	for i, raw := range txs {
		decoded[i], _ = r.decode(raw)
		execute(raw, decoded[i], state.CacheMultiStore(), i, map[string]any{})
	}
	results := make([]*abci.ExecTxResult, len(txs))
	for i, raw := range txs {
		once := execute(raw, nil, state.CacheMultiStore(), i, nil)
		results[i] = execute(raw, decoded[i], state, i, map[string]any{})
		require.Equal(r.t, cmttypes.NewResults([]*abci.ExecTxResult{once}), cmttypes.NewResults(results[i:i+1]),
			"transaction %d, executed once: %s; twice: %s", i, once.Log, results[i].Log)
		require.Equal(r.t, once.Events, results[i].Events)
		r.requireUnchanged(raw, decoded[i])
	}
	return results, nil
}

// requireUnchanged holds the messages of a transaction to those that were signed.
func (r *twice) requireUnchanged(raw []byte, executed sdk.Tx) {
	if executed == nil {
		return
	}
	signed, err := r.decode(bytes.Clone(raw))
	require.NoError(r.t, err)
	for i, msg := range signed.GetMsgs() {
		want, err := proto.Marshal(msg)
		require.NoError(r.t, err)
		got, err := proto.Marshal(executed.GetMsgs()[i])
		require.NoError(r.t, err)
		require.True(r.t, slices.Equal(want, got), "%T was changed by its execution", msg)
	}
}
