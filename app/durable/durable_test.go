package durable_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/iavl"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/store/v2/wrapper"

	"github.com/stemma-chain/stemma/app/durable"
)

// committed has two trees, one and two, and as many commits as said.
func committed(t *testing.T, commits int) dbm.DB {
	t.Helper()
	db := dbm.NewMemDB()
	root := rootmulti.NewStore(db, log.NewNopLogger())
	root.SetIAVLSyncPruning(true)
	keys := []storetypes.StoreKey{storetypes.NewKVStoreKey("one"), storetypes.NewKVStoreKey("two")}
	for _, key := range keys {
		root.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	}
	require.NoError(t, root.LoadLatestVersion())
	for n := range commits {
		for _, key := range keys {
			root.GetKVStore(key).Set([]byte("row"), fmt.Append(nil, n))
		}
		root.Commit()
	}
	return db
}

// saved has a tree save rows as the next version, and the root know nothing of it.
func saved(t *testing.T, db dbm.DB, name string, version uint64, rows int) {
	t.Helper()
	tree := iavl.NewMutableTree(wrapper.NewDBWrapper(dbm.NewPrefixDB(db, []byte("s/k:"+name+"/"))), 100, false,
		log.NewNopLogger(), iavl.InitialVersionOption(version))
	_, err := tree.Load()
	require.NoError(t, err)
	for n := range rows {
		_, err := tree.Set(fmt.Append(nil, n), bytes.Repeat([]byte{7}, 100))
		require.NoError(t, err)
	}
	_, _, err = tree.SaveVersion()
	require.NoError(t, err)
}

func content(t *testing.T, db dbm.DB) map[string]string {
	t.Helper()
	all := map[string]string{}
	it, err := db.Iterator(nil, nil)
	require.NoError(t, err)
	for ; it.Valid(); it.Next() {
		all[string(it.Key())] = string(it.Value())
	}
	require.NoError(t, it.Close())
	return all
}

func TestWhatNoCommitKnowsIsRemoved(t *testing.T) {
	for _, tc := range []struct {
		name    string
		commits int
		left    map[string]uint64 // version by store
		mended  []string
		foreign bool // of stores that this binary does not have
	}{
		{name: "nothing ever", commits: 0},
		{name: "the first commit", left: map[string]uint64{"one": 1}, mended: []string{"one"}},
		{name: "an import's", left: map[string]uint64{"one": 700, "two": 700}, mended: []string{"one", "two"}},
		{name: "nothing since", commits: 3},
		{name: "a new store's", commits: 3, left: map[string]uint64{"new": 4}, mended: []string{"new"}},
		{name: "another binary's", commits: 3, left: map[string]uint64{"foreign": 4}, foreign: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db := committed(t, tc.commits)
			before := content(t, db)
			for name, version := range tc.left {
				saved(t, db, name, version, 4_000/len(tc.left)) // more than are removed at once
			}
			for name := range before { // what an empty tree has is removed with the rest
				for _, mended := range tc.mended {
					if bytes.HasPrefix([]byte(name), []byte("s/k:"+mended+"/")) {
						delete(before, name)
					}
				}
			}
			if tc.foreign {
				before = content(t, db)
			}
			mended, err := durable.Mend(db, []string{"new", "one", "two"})
			require.NoError(t, err)
			require.Equal(t, tc.mended, mended)
			require.Equal(t, before, content(t, db))
			mended, err = durable.Mend(db, []string{"new", "one", "two"})
			require.NoError(t, err)
			require.Empty(t, mended)
		})
	}
}

func TestDamageThatNoInterruptionExplains(t *testing.T) {
	mend := func(db dbm.DB) error {
		_, err := durable.Mend(db, []string{"new", "one", "two"})
		return err
	}
	noLatest := committed(t, 3)
	require.NoError(t, noLatest.Delete([]byte("s/latest")))
	noCommit := committed(t, 3)
	require.NoError(t, noCommit.Delete([]byte("s/3")))
	garbled := committed(t, 3)
	require.NoError(t, garbled.Set([]byte("s/3"), []byte{1}))
	older := committed(t, 3)
	saved(t, older, "new", 2, 5)
	for _, tc := range []struct {
		db   dbm.DB
		says string
	}{
		{noLatest, "does not say which is the last"},
		{noCommit, "the commit of block 3, its last, is missing"},
		{garbled, "the commit of block 3, its last, is missing"},
		{older, "store new, which the commit of block 3 does not know, has rows of block 2"},
	} {
		before := content(t, tc.db)
		err := mend(tc.db)
		require.ErrorIs(t, err, durable.ErrDamaged)
		require.ErrorContains(t, err, tc.says)
		require.ErrorContains(t, err, durable.Remedy)
		require.Equal(t, before, content(t, tc.db))
	}
}

// counted counts the writes of batches.
type counted struct {
	dbm.DB
	writes *int
}

func (c counted) NewBatch() dbm.Batch { return countedBatch{c.DB.NewBatch(), c.writes} }
func (c counted) NewBatchWithSize(size int) dbm.Batch {
	return countedBatch{c.DB.NewBatchWithSize(size), c.writes}
}

type countedBatch struct {
	dbm.Batch
	writes *int
}

func (b countedBatch) Write() error { *b.writes++; return b.Batch.Write() }

func TestATreeIsSavedInOneWrite(t *testing.T) {
	const rows = 5_000 // some 2 MB
	of := func(wrap func(dbm.DB) dbm.DB) (writes int) {
		db := counted{dbm.NewMemDB(), new(int)}
		saved(t, wrap(db), "one", 1, 1)
		*db.writes = 0
		saved(t, wrap(db), "one", 1, rows)
		return *db.writes
	}
	require.Equal(t, 1, of(durable.Whole))
	require.Greater(t, of(func(db dbm.DB) dbm.DB { return db }), 10, "what it is for")
}

func TestKeysAreIavls(t *testing.T) {
	db := committed(t, 2)
	var versions []uint64
	for key := range content(t, db) {
		if rest, found := bytes.CutPrefix([]byte(key), []byte("s/k:one/s")); found {
			versions = append(versions, binary.BigEndian.Uint64(rest[:8]))
		}
	}
	require.ElementsMatch(t, []uint64{1, 2}, versions)
}
