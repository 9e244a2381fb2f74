package app_test

import (
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
)

// TestACommitThatWasInterrupted: a node that ends after its trees were saved, but
// not the root store, executes the block again with the same outcome.
func TestACommitThatWasInterrupted(t *testing.T) {
	folder := t.TempDir()
	c := chain.New(t, chain.Folder(folder))
	c.Account("alice")
	block := &abci.RequestFinalizeBlock{
		Height: c.Height() + 1, Time: c.Now().Add(time.Second), Txs: [][]byte{c.Sign(alice, send(alice, bob, 5))},
	}
	before, err := c.App.FinalizeBlock(block)
	require.NoError(t, err)
	require.Zero(t, before.TxResults[0].Code, before.TxResults[0].Log)
	c.App.SaveTrees()
	for _, key := range c.App.StoreKeys() {
		if tree, ok := c.App.CommitMultiStore().GetStore(key).(storetypes.CommitKVStore); ok {
			require.Equal(t, block.Height, tree.LastCommitID().Version, key.Name())
		}
	}
	require.Equal(t, c.Height(), c.App.LastBlockHeight())
	c.Close()

	db, err := app.OpenDB(folder, dbm.GoLevelDBBackend)
	require.NoError(t, err)
	node := app.New(log.NewNopLogger(), db, simtestutil.EmptyAppOptions{}, baseapp.SetChainID(chain.ID))
	require.Equal(t, c.Height(), node.LastBlockHeight())
	after, err := node.FinalizeBlock(block)
	require.NoError(t, err)
	require.Equal(t, before, after)
	_, err = node.Commit()
	require.NoError(t, err)
	require.Equal(t, block.Height, node.LastBlockHeight())
	require.Equal(t, after.AppHash, node.LastCommitID().Hash)
	require.NoError(t, node.Close())
}
