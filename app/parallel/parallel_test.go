package parallel_test

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp/txnrunner"
	"github.com/cosmos/cosmos-sdk/store/v2/gaskv"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app/parallel"
)

// TestAListThatGasDoesNotOpenIsRead: the gas of the second transaction ends as it opens a list, of which the first one
// takes the first row. The second is executed before the first has, and has to be executed again.
func TestAListThatGasDoesNotOpenIsRead(t *testing.T) {
	for name, branch := range map[string]bool{"the state": false, "a branch of it": true} {
		t.Run(name, func(t *testing.T) {
			one := run(t, branch, nil)
			require.Equal(t, one, run(t, branch, parallel.Closing))
			stock := func(r sdk.TxRunner) sdk.TxRunner { return r }
			require.NotEqual(t, one, run(t, branch, stock), "the SDK sees to it now: leave the package out")
		})
	}
}

// run executes the two transactions, in parallel where it is told how, and returns the gas of the second.
func run(t *testing.T, branch bool, wrap func(sdk.TxRunner) sdk.TxRunner) int64 {
	key := storetypes.NewKVStoreKey("rows")
	root := rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger())
	root.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	require.NoError(t, root.LoadLatestVersion())
	state := root.CacheMultiStore()
	state.GetKVStore(key).Set([]byte("row"), []byte("one of some length"))

	first := make(chan struct{}) // closed once the second was executed
	if wrap == nil {
		close(first)
	}
	execute := func(_ []byte, _ sdk.Tx, view storetypes.MultiStore, index int, _ map[string]any) *abci.ExecTxResult {
		if view == nil {
			view = state
		}
		if index == 0 {
			<-first
			view.GetKVStore(key).Delete([]byte("row"))
			return &abci.ExecTxResult{}
		}
		if branch {
			view = view.CacheMultiStore()
		}
		meter := storetypes.NewGasMeter(1)
		func() {
			defer func() { _ = recover() }()
			list := gaskv.NewStore(view.GetKVStore(key), meter, storetypes.KVGasConfig()).Iterator(nil, nil)
			defer list.Close()
		}()
		select {
		case <-first:
		default:
			close(first)
		}
		return &abci.ExecTxResult{GasUsed: int64(meter.GasConsumed())}
	}
	decode := func([]byte) (sdk.Tx, error) { return nil, nil }
	var runner sdk.TxRunner = txnrunner.NewDefaultRunner(decode)
	if wrap != nil {
		denom := func(storetypes.MultiStore) string { return "" }
		runner = wrap(txnrunner.NewSTMRunner(decode, []storetypes.StoreKey{key}, 2, false, denom))
	}
	results, err := runner.Run(t.Context(), state, [][]byte{{1}, {2}}, execute)
	require.NoError(t, err)
	return results[1].GasUsed
}
