package durable

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	dbm "github.com/cosmos/cosmos-db"
	gogotypes "github.com/cosmos/gogoproto/types"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/store/v2/iavl"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// ErrNotKept is matched by the error of a state that the database does not have.
var ErrNotKept = errors.New("the state is not there")

// What else the root store and iavl do not export.
const (
	latestKey  = "s/latest"
	indexedKey = "mstorage_version" // of a tree: the block whose rows its index by key has
)

// Rollback brings the state back to what it was after the block of this height,
// whose app hash is given, whatever the blocks after it did. Stores that they added
// are removed. It makes a single write, so that no interruption is between two
// states, and none where it returns an error, which is a sentence for the operator.
//
// The root store's own rollback goes tree by tree, fails at a store that was not
// there yet, and forgets the time of the block.
func Rollback(db dbm.DB, height int64, appHash []byte) error {
	latest := rootmulti.GetLatestVersion(db)
	if latest < height {
		return fmt.Errorf("%w: it is at block %d, before block %d; start the node, "+
			"it executes the blocks in between", ErrNotKept, latest, height)
	}
	if err := has(db, height, appHash); err != nil {
		return err
	}
	batch := db.NewBatch()
	defer batch.Close()
	names, err := treesIn(db)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := removeAfter(db, batch, name, height); err != nil {
			return fmt.Errorf("store %s: %w", name, err)
		}
	}
	for ; latest > height; latest-- {
		if err := batch.Delete(fmt.Appendf(nil, commitKey, latest)); err != nil {
			return err
		}
	}
	last, err := gogotypes.StdInt64Marshal(height)
	if err != nil {
		return err
	}
	if err := batch.Set([]byte(latestKey), last); err != nil {
		return err
	}
	return batch.WriteSync()
}

// has is an error unless the whole state after a block is there.
func has(db dbm.DB, height int64, appHash []byte) error {
	info, err := commitOf(db, height)
	if err != nil {
		return err
	}
	if info == nil {
		return fmt.Errorf("%w: the commit of block %d is missing; %s", ErrNotKept, height, Remedy)
	}
	if !bytes.Equal(info.Hash(), appHash) {
		return fmt.Errorf("%w: after block %d its app hash is %X, and the chain agreed on %X; %s",
			ErrDamaged, height, info.Hash(), appHash, Remedy)
	}
	for _, store := range info.StoreInfos {
		const nodesKept, noIndex = 100, true
		tree, err := iavl.LoadStoreWithOpts(treeOf(db, store.Name), log.NewNopLogger(),
			storetypes.NewKVStoreKey(store.Name), store.CommitId, 0, nodesKept, noIndex)
		if err != nil {
			return fmt.Errorf("%w: store %s of block %d was pruned or is lost: %w; %s",
				ErrNotKept, store.Name, height, err, Remedy)
		}
		if !bytes.Equal(tree.LastCommitID().Hash, store.CommitId.Hash) {
			return fmt.Errorf("%w: store %s is not what it was after block %d; %s",
				ErrDamaged, store.Name, height, Remedy)
		}
	}
	return nil
}

// treesIn lists the names of the stores of which there are rows.
func treesIn(db dbm.DB) (names []string, err error) {
	const before, after = "s/k:", "s/k;"
	for start := []byte(before); ; {
		it, err := db.Iterator(start, []byte(after))
		if err != nil {
			return nil, err
		}
		found := it.Valid()
		if found {
			name, _, _ := bytes.Cut(it.Key()[len(before):], []byte("/"))
			names = append(names, string(name))
			start = []byte(before + string(name) + "0") // which follows the stroke
		}
		if err := errors.Join(it.Error(), it.Close()); err != nil || !found {
			return names, err
		}
	}
}

// removeAfter removes what a tree has of the blocks after height: everything where
// it has nothing of a block before, since one of them added it. Otherwise the index
// by key stays, which says of itself that it is of a later block; without that row
// the next start is sure to write it anew.
func removeAfter(db dbm.DB, batch dbm.Batch, name string, height int64) error {
	tree := treeOf(db, name)
	start, end := binary.BigEndian.AppendUint64([]byte{nodes}, uint64(height+1)), []byte{nodes + 1}
	later, err := anyRow(tree, start, end)
	if err != nil || !later {
		return err
	}
	earlier, err := anyRow(tree, []byte{nodes}, start)
	if err != nil {
		return err
	}
	if !earlier {
		start, end = nil, nil
	}
	prefix := fmt.Appendf(nil, treeKey, name)
	if err := batch.Delete(slices.Concat(prefix, []byte(indexedKey))); err != nil {
		return err
	}
	it, err := tree.Iterator(start, end)
	if err != nil {
		return err
	}
	for ; it.Valid() && err == nil; it.Next() {
		err = batch.Delete(slices.Concat(prefix, it.Key()))
	}
	return errors.Join(err, it.Error(), it.Close())
}
