package app

import (
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// The SDK brings a block's changes into the trees, hashes and saves them store by
// store. That takes as long as the transactions, and longer on several cores,
// where those run in parallel. Stores share nothing, so here each has a goroutine.
// What the SDK does afterwards finds it done: ADR 0014.

// endBlock runs the modules' part, then writes and hashes the trees. Nothing may
// write after it, and nothing may undo it: that rules out the SDK's optimistic
// execution, which throws finished blocks away.
func (app *App) endBlock(ctx sdk.Context) (sdk.EndBlock, error) {
	res, err := app.modules.EndBlock(ctx)
	if err != nil {
		return res, err
	}
	var tasks sync.WaitGroup
	for _, key := range app.stores.kv {
		changes := ctx.MultiStore().GetKVStore(key).(storetypes.CacheKVStore)
		tree := app.CommitMultiStore().GetStore(key).(storetypes.CommitStore)
		tasks.Go(func() {
			changes.Write()
			tree.WorkingHash()
		})
	}
	tasks.Wait()
	return res, nil
}

// Commit implements the ABCI. The root store takes a tree that is at the block's
// version for one that was saved before an interruption, and leaves it alone.
func (app *App) Commit() (*abci.ResponseCommit, error) {
	app.saveTrees()
	return app.BaseApp.Commit()
}

func (app *App) saveTrees() {
	var tasks sync.WaitGroup
	for _, key := range app.stores.kv {
		tree := app.CommitMultiStore().GetStore(key).(storetypes.CommitStore)
		tasks.Go(func() { tree.Commit() })
	}
	tasks.Wait()
}
