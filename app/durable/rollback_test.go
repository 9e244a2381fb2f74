package durable_test

import (
	"strings"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/stemma-chain/stemma/app/durable"
)

// loaded starts the root store with trees one and two.
func loaded(t *testing.T, db dbm.DB) *rootmulti.Store {
	t.Helper()
	root := rootmulti.NewStore(db, log.NewNopLogger())
	root.SetIAVLSyncPruning(true)
	for _, name := range []string{"one", "two"} {
		root.MountStoreWithDB(storetypes.NewKVStoreKey(name), storetypes.StoreTypeIAVL, nil)
	}
	require.NoError(t, root.LoadLatestVersion())
	return root
}

// appHash is that of a database with as many commits.
func appHash(t *testing.T, commits int) []byte {
	t.Helper()
	return loaded(t, committed(t, commits)).LastCommitID().Hash
}

func TestNothingOfLaterBlocksIsLeft(t *testing.T) {
	added := func(versions map[string]uint64) func(dbm.DB) {
		return func(db dbm.DB) {
			for name, version := range versions {
				saved(t, db, name, version, 3)
			}
		}
	}
	interrupted := func(db dbm.DB) {
		two := loaded(t, db).GetStoreByName("two").(storetypes.CommitKVStore)
		two.Set([]byte("row"), []byte("ahead"))
		two.Commit()
	}
	for _, tc := range []struct {
		name    string
		commits int
		change  func(dbm.DB)
	}{
		{name: "nothing since", commits: 3},
		{name: "a block", commits: 4},
		{name: "several blocks", commits: 9},
		{name: "a commit that was interrupted", commits: 3, change: interrupted},
		{name: "an added store", commits: 4, change: added(map[string]uint64{"new": 4})},
		{name: "another added store", commits: 5, change: added(map[string]uint64{"a": 4, "zz": 5})},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db := committed(t, tc.commits)
			if tc.change != nil {
				tc.change(db)
			}
			for range 2 {
				require.NoError(t, durable.Rollback(db, 3, appHash(t, 3)))
			}
			loaded(t, db)
			want := committed(t, 3)
			loaded(t, want)
			require.Equal(t, content(t, want), content(t, db))
		})
	}
}

// The tree of a store that an earlier block removed stays, and no commit names it.
func TestAStoreThatWasRemovedStays(t *testing.T) {
	db := committed(t, 4)
	saved(t, db, "gone", 2, 3)
	before := content(t, db)
	require.NoError(t, durable.Rollback(db, 3, appHash(t, 3)))
	after := content(t, db)
	for key, value := range before {
		if strings.HasPrefix(key, "s/k:gone/") {
			require.Equal(t, value, after[key])
		}
	}
}

// A node that keeps no index by key saves its trees without a word about it. Where
// it goes on with one, the index is of the block that was taken back.
func TestAnIndexByKeyIsWrittenAnew(t *testing.T) {
	db := committed(t, 4)
	require.NoError(t, durable.Rollback(db, 3, appHash(t, 3)))
	root := rootmulti.NewStore(db, log.NewNopLogger())
	root.SetIAVLDisableFastNode(true)
	key := storetypes.NewKVStoreKey("one")
	root.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	root.MountStoreWithDB(storetypes.NewKVStoreKey("two"), storetypes.StoreTypeIAVL, nil)
	require.NoError(t, root.LoadLatestVersion())
	root.GetKVStore(key).Set([]byte("row"), []byte("another"))
	root.Commit()

	again := loaded(t, db)
	require.Equal(t, []byte("another"), again.GetStoreByName("one").(storetypes.KVStore).Get([]byte("row")))
}

func TestAStateThatIsNotThere(t *testing.T) {
	pruned := committed(t, 5)
	require.NoError(t, loaded(t, pruned).PruneStores(3))
	noCommit := committed(t, 4)
	require.NoError(t, noCommit.Delete([]byte("s/3")))
	lost := committed(t, 4)
	require.NoError(t, lost.Delete([]byte("s/k:two/s\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x01")))
	agreed := appHash(t, 3)
	for _, tc := range []struct {
		name    string
		db      dbm.DB
		appHash []byte
		is      error
		says    []string
	}{
		{"earlier", committed(t, 2), agreed, durable.ErrNotKept, []string{"it is at block 2", "start the node"}},
		{"empty", dbm.NewMemDB(), agreed, durable.ErrNotKept, []string{"it is at block 0", "start the node"}},
		{"pruned", pruned, agreed, durable.ErrNotKept, []string{"of block 3 was pruned", durable.Remedy}},
		{"no commit", noCommit, agreed, durable.ErrNotKept, []string{"commit of block 3", durable.Remedy}},
		{"lost", lost, agreed, durable.ErrNotKept, []string{"store two of block 3", durable.Remedy}},
		{"another", committed(t, 4), []byte{1}, durable.ErrDamaged, []string{"agreed on 01", durable.Remedy}},
	} {
		before := content(t, tc.db)
		err := durable.Rollback(tc.db, 3, tc.appHash)
		require.ErrorIs(t, err, tc.is, tc.name)
		for _, says := range tc.says {
			require.ErrorContains(t, err, says, tc.name)
		}
		require.Equal(t, before, content(t, tc.db), tc.name)
	}
}
