package fast_test

import (
	"fmt"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app/fast"
)

// TestTreesAreTheSDKs: the same changes, brought in side by side and one after the
// other, give the same commit. Saving once more saves nothing.
func TestTreesAreTheSDKs(t *testing.T) {
	keys := []storetypes.StoreKey{
		storetypes.NewKVStoreKey("one"), storetypes.NewKVStoreKey("three"), storetypes.NewKVStoreKey("two"),
	}
	open := func() *baseapp.BaseApp {
		b := baseapp.NewBaseApp("test", log.NewNopLogger(), dbm.NewMemDB(), nil)
		b.MountStores(keys...)
		require.NoError(t, b.LoadLatestVersion())
		return b
	}
	stock, other := open(), open()
	trees, err := fast.NewTrees(other, keys)
	require.NoError(t, err)
	change := func(b *baseapp.BaseApp, height int64) sdk.Context {
		branch := b.CommitMultiStore().CacheMultiStore()
		ctx := sdk.NewContext(branch, cmtproto.Header{Height: height}, false, log.NewNopLogger())
		for i, key := range keys[:2] {
			for n := range 50 {
				ctx.KVStore(key).Set(fmt.Appendf(nil, "%d", n*i), fmt.Appendf(nil, "%d at %d", n, height))
			}
			ctx.KVStore(key).Delete(fmt.Appendf(nil, "%d", height))
		}
		return ctx
	}
	for height := int64(1); height <= 3; height++ {
		change(stock, height).MultiStore().(storetypes.CacheMultiStore).Write()
		want := stock.CommitMultiStore().Commit()

		ctx := change(other, height)
		trees.Write(ctx)
		ctx.MultiStore().(storetypes.CacheMultiStore).Write()
		require.Equal(t, want.Hash, other.CommitMultiStore().WorkingHash())
		for range 2 {
			trees.Save()
			for _, key := range keys {
				tree := other.CommitMultiStore().GetStore(key).(storetypes.CommitStore)
				require.Equal(t, height, tree.LastCommitID().Version)
			}
		}
		require.Equal(t, want, other.CommitMultiStore().Commit())
	}
}
