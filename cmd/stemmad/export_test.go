package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
)

// TestAnExportBeginsAfterItsLastBlock: its genesis time is not that of the old chain, and
// the file is sound. The file is the same, whether it is named or printed.
func TestAnExportBeginsAfterItsLastBlock(t *testing.T) {
	home := soloNode(t)
	genesis, err := genutiltypes.AppGenesisFromFile(filepath.Join(home, "config", "genesis.json"))
	require.NoError(t, err)
	db, err := app.OpenDB(home, dbm.GoLevelDBBackend)
	require.NoError(t, err)
	node := app.New(log.NewNopLogger(), db, simtestutil.EmptyAppOptions{}, baseapp.SetChainID(genesis.ChainID))
	_, err = node.InitChain(firstRequest(genesis))
	require.NoError(t, err)
	last := genesis.GenesisTime
	for height := int64(1); height <= 3; height++ {
		last = last.Add(time.Hour)
		_, err = node.FinalizeBlock(&abci.RequestFinalizeBlock{Height: height, Time: last, Hash: chain.HeaderHash(height)})
		require.NoError(t, err)
		_, err = node.Commit()
		require.NoError(t, err)
	}
	require.NoError(t, node.Close())

	file := filepath.Join(home, "exported.json")
	for at, args := range map[time.Time][]string{last: nil, last.Add(-time.Hour): {"--height", "2"}} {
		out, errs, code := command(append([]string{"export", "--home", home}, args...)...)
		require.Equal(t, exitOK, code, errs)
		_, errs, code = command(append([]string{"export", "--home", home, "--output-document", file}, args...)...)
		require.Equal(t, exitOK, code, errs)
		exported, err := genutiltypes.AppGenesisFromFile(file)
		require.NoError(t, err)
		require.Equal(t, app.GenesisTime(at), exported.GenesisTime)
		require.NoError(t, os.WriteFile(file, []byte(out), 0o600))
		_, errs, code = command("check", "--genesis", file)
		require.Equal(t, exitOK, code, errs)
	}
}
