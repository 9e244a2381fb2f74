package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/store"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/app/durable"
)

func TestRollbackOfANodeThatNeverRan(t *testing.T) {
	home := soloNode(t)
	_, errs, code := command("rollback", "--home", home)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "the node has no block yet")
	entries, err := os.ReadDir(filepath.Join(home, "data"))
	require.NoError(t, err)
	require.Len(t, entries, 1, "what the validator has signed, and nothing new")
}

// heights says where a stopped node is.
type heights struct{ blocks, chain, app int64 }

// before is where a rollback leads to: the last block stays.
func (h heights) before() heights {
	return heights{h.blocks, h.blocks - 1, h.blocks - 1}
}

// stopped opens what CometBFT and the app of a stopped node have stored.
func (v *victim) stopped(do func(*store.BlockStore, state.Store, dbm.DB)) {
	v.t.Helper()
	blocks, states, err := openChain(cmtcfg.DefaultConfig().SetRoot(v.home))
	require.NoError(v.t, err)
	db, err := app.OpenDB(v.home, dbm.GoLevelDBBackend)
	require.NoError(v.t, err)
	do(blocks, states, db)
	require.NoError(v.t, blocks.Close())
	require.NoError(v.t, states.Close())
	require.NoError(v.t, db.Close())
}

func (v *victim) heights() (at heights) {
	v.t.Helper()
	v.stopped(func(blocks *store.BlockStore, states state.Store, db dbm.DB) {
		chain, err := states.Load()
		require.NoError(v.t, err)
		at = heights{blocks.Height(), chain.LastBlockHeight, rootmulti.GetLatestVersion(db)}
	})
	return at
}

// goOn starts the node, which has to make new blocks, and kills it.
func (v *victim) goOn() {
	v.t.Helper()
	last := v.heights().blocks
	v.start()
	v.await(last + 2)
	v.kill()
}

// TestANodeIsRolledBack ends the command after each of its writes; then the node
// is started at once, or the command is given again.
func TestANodeIsRolledBack(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills nodes")
	}
	v := newVictim(t, rand.New(rand.NewPCG(1, 0)))
	v.start()
	v.await(3)
	_, errs, code := command("rollback", "--home", v.home)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "is the node stopped?")
	v.kill()
	for writes := range 3 {
		for _, again := range []bool{false, true} {
			want := v.heights().before()
			v.stopped(func(blocks *store.BlockStore, states state.Store, db dbm.DB) {
				height, appHash, err := state.Rollback(blocks, rehearsal{states}, false)
				require.NoError(t, err)
				require.Equal(t, want.app, height)
				if writes > 0 {
					require.NoError(t, durable.Rollback(db, height, appHash))
				}
				if writes > 1 {
					_, _, err = state.Rollback(blocks, states, false)
					require.NoError(t, err)
				}
			})
			if again {
				out, errs, code := command("rollback", "--home", v.home)
				require.Equal(t, exitOK, code, errs)
				require.Contains(t, out, "again when it starts")
				require.Equal(t, want, v.heights())
			}
			v.goOn()
		}
	}
	v.executeAnew(v.heights().blocks)
}

// TestBlocksAreRemoved removes all blocks of a chain but the first.
func TestBlocksAreRemoved(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills nodes")
	}
	v := newVictim(t, rand.New(rand.NewPCG(1, 0)))
	v.start()
	v.await(3)
	v.kill()
	at := v.heights()
	_, errs, code := command("rollback", "--hard", "--home", v.home)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "the chain's only validator")
	require.Equal(t, at, v.heights())

	key := filepath.Join(v.home, "config", "priv_validator_key.json")
	require.NoError(t, os.Rename(key, key+".away"))
	for last := at.blocks; last > 1; last-- {
		_, errs, code = command("rollback", "--hard", "--home", v.home)
		require.Equal(t, exitOK, code, errs)
		require.Equal(t, heights{last - 1, last - 1, last - 1}, v.heights())
	}
	_, errs, code = command("rollback", "--home", v.home)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "block 1 is the first that the node has")
	require.Equal(t, heights{1, 1, 1}, v.heights())

	require.NoError(t, os.Rename(key+".away", key))
	require.NoError(t, os.WriteFile(v.signed(), v.fresh, 0o600))
	v.goOn()
	v.executeAnew(v.heights().blocks)
}
