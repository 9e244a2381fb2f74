package app_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/app/fast"
	"github.com/stemma-chain/stemma/testutil/chain"
)

// TestShortcutsOfTheChainGiveTheSameState: the same random blocks with each of them
// and without any, and every row of every store is the same; the app hash is not.
func TestShortcutsOfTheChainGiveTheSameState(t *testing.T) {
	play := func(shortcuts fast.Chain) *chain.Chain {
		c := chain.New(t, chain.Accounts(chain.NamedMany("player", players)...), chain.Genesis(tinyMinima), chain.Genesis(shortWindows),
			chain.AppOption(fast.ChainKey, shortcuts))
		rng := rand.New(rand.NewPCG(*simSeed, 1))
		g := &game{rng: rng, seen: c, outcomes: map[string]int{}, serials: map[string]uint64{}}
		c.Block(g.opening(c)...).RequireOK(t)
		for range 25 {
			txs := make([][]byte, *simTxs)
			for i := range txs {
				signer, _, msgs := g.transaction()
				txs[i] = c.SignTx(chain.Tx{Signers: []chain.Account{signer}, Msgs: msgs, Fee: "100ustem"})
			}
			c.Block(txs...)
		}
		c.RequireInvariants()
		return c
	}
	stock := play(fast.Chain{})
	want := rows(stock)
	require.Greater(t, len(want), 500)
	for _, shortcuts := range []fast.Chain{{Changes: true}, {Accounts: true}, {Changes: true, Accounts: true}} {
		c := play(shortcuts)
		require.Equal(t, want, rows(c), shortcuts)
		require.NotEqual(t, stock.App.LastCommitID().Hash, c.App.LastCommitID().Hash, shortcuts)
	}
}

// rows are all rows of all trees, but for the headers of blocks that x/staking
// keeps: those hold the app hash of the block before.
func rows(c *chain.Chain) map[string]string {
	all := map[string]string{}
	for _, key := range c.App.StoreKeys() {
		tree, ok := c.App.CommitMultiStore().GetStore(key).(storetypes.CommitKVStore)
		if !ok {
			continue
		}
		it := tree.Iterator(nil, nil)
		for ; it.Valid(); it.Next() {
			if key.Name() != stakingtypes.StoreKey || !bytes.HasPrefix(it.Key(), stakingtypes.HistoricalInfoKey) {
				all[key.Name()+"/"+string(it.Key())] = string(it.Value())
			}
		}
		_ = it.Close() // of a tree in memory
	}
	return all
}

// TestRulesOfShortcutsAreCheckedAtTheStart: an app for which a shortcut would not
// give what the SDK gives does not start.
func TestRulesOfShortcutsAreCheckedAtTheStart(t *testing.T) {
	open := func(options simtestutil.AppOptionsMap, base ...func(*baseapp.BaseApp)) error {
		_, err := app.Open(log.NewNopLogger(), dbm.NewMemDB(), options, base...)
		return err
	}
	precommits := func(b *baseapp.BaseApp) { b.SetPrecommiter(func(sdk.Context) {}) }
	for _, base := range []func(*baseapp.BaseApp){baseapp.SetOptimisticExecution(), precommits} {
		err := open(nil, base)
		require.ErrorIs(t, err, fast.ErrRule)
		require.ErrorContains(t, err, "fast.trees = false")
		require.NoError(t, open(simtestutil.AppOptionsMap{fast.FlagTrees: "false"}, base))
	}
	require.ErrorContains(t, open(nil, func(b *baseapp.BaseApp) {
		b.MountKVStores(storetypes.NewKVStoreKeys("forgotten"))
	}), "store forgotten is mounted and not in app/stores.go: list it there")
	require.ErrorContains(t, open(simtestutil.AppOptionsMap{fast.FlagTrees: "perhaps"}), "fast.trees is perhaps")
	require.NoError(t, open(nil))
}
