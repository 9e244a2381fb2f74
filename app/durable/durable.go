// Package durable keeps the state whole when the process ends at any moment. The
// SDK saves the trees of a block one by one and the root after them, and a large
// tree in several writes. Most of what an interruption leaves it repairs by itself,
// for it executes the block again; this package sees to the rest. ADR 0033. It also
// takes back blocks.
package durable

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	dbm "github.com/cosmos/cosmos-db"

	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// ErrDamaged is matched by the error of a state that no interruption explains.
var ErrDamaged = errors.New("the node's state is damaged")

// Remedy is what to do about a state that cannot be loaded.
const Remedy = "delete data/application.db and start again: the node executes its blocks anew, " +
	"or joins by state sync where it lacks the early ones"

// The keys of the root store and of iavl, which they do not export.
const (
	commitKey = "s/%d"
	treeKey   = "s/k:%s/"
	nodes     = 's' // of a tree, by version (8 bytes) and number
	meta      = 'm' // of a tree; an empty one has some
)

// Mend removes the trees that an interrupted commit left and that no commit knows:
// all of them where there is none yet (block 1, the first block after an import,
// state sync), and those of the stores that the next block adds. iavl would load
// the version that was saved, and the block would be executed on top of what it has
// written itself. Nothing that was committed is lost. Mended are the names of the
// stores.
func Mend(db dbm.DB, mounted []string) (mended []string, err error) {
	height := rootmulti.GetLatestVersion(db)
	known, err := storesOf(db, height)
	if err != nil {
		return nil, err
	}
	for _, name := range mounted {
		if known[name] {
			continue
		}
		tree := treeOf(db, name)
		left, err := isLeft(tree)
		if err != nil {
			return mended, err
		}
		if !left {
			continue
		}
		if height > 0 {
			if err := isOf(tree, height+1); err != nil {
				return mended, fmt.Errorf("%w: store %s, which the commit of block %d does not know, %w; %s",
					ErrDamaged, name, height, err, Remedy)
			}
		}
		if err := clearAll(tree); err != nil {
			return mended, fmt.Errorf("remove what an interrupted commit left of store %s: %w", name, err)
		}
		mended = append(mended, name)
	}
	return mended, nil
}

// storesOf lists the stores of the commit of this height; none at 0.
func storesOf(db dbm.DB, height int64) (map[string]bool, error) {
	if height == 0 {
		commits, err := anyRow(db, []byte("s/0"), []byte("s/:"))
		if err == nil && commits {
			err = fmt.Errorf("%w: it has commits, but does not say which is the last; %s", ErrDamaged, Remedy)
		}
		return nil, err
	}
	info, err := commitOf(db, height)
	if err != nil {
		return nil, err
	}
	if info == nil {
		return nil, fmt.Errorf("%w: the commit of block %d, its last, is missing; %s", ErrDamaged, height, Remedy)
	}
	known := make(map[string]bool, len(info.StoreInfos))
	for _, store := range info.StoreInfos {
		known[store.Name] = true
	}
	return known, nil
}

// commitOf reads the commit of a height; nil when it is not there or not readable.
func commitOf(db dbm.DB, height int64) (*storetypes.CommitInfo, error) {
	raw, err := db.Get(fmt.Appendf(nil, commitKey, height))
	if err != nil || raw == nil {
		return nil, err
	}
	var info storetypes.CommitInfo
	if info.Unmarshal(raw) != nil {
		return nil, nil
	}
	return &info, nil
}

// treeOf has the rows of a store's tree.
func treeOf(db dbm.DB, name string) dbm.DB {
	return dbm.NewPrefixDB(db, fmt.Appendf(nil, treeKey, name))
}

// isLeft says whether a tree has rows beside those that every loaded tree has.
func isLeft(tree dbm.DB) (bool, error) {
	before, err := anyRow(tree, nil, []byte{meta})
	if err != nil || before {
		return before, err
	}
	return anyRow(tree, []byte{meta + 1}, nil)
}

// isOf is an error unless all nodes of the tree are of this version.
func isOf(tree dbm.DB, version int64) error {
	for _, open := range []func(_, _ []byte) (dbm.Iterator, error){tree.Iterator, tree.ReverseIterator} {
		it, err := open([]byte{nodes}, []byte{nodes + 1})
		if err != nil {
			return err
		}
		var found int64
		if it.Valid() && len(it.Key()) > 8 {
			found = int64(binary.BigEndian.Uint64(it.Key()[1:9]))
		}
		if err := errors.Join(it.Error(), it.Close()); err != nil {
			return err
		}
		if found != 0 && found != version {
			return fmt.Errorf("has rows of block %d", found)
		}
	}
	return nil
}

func anyRow(db dbm.DB, start, end []byte) (bool, error) {
	it, err := db.Iterator(start, end)
	if err != nil {
		return false, err
	}
	found := it.Valid()
	return found, errors.Join(it.Error(), it.Close())
}

// rowsAtOnce is how many rows clearAll removes in one write.
const rowsAtOnce = 10_000

// clearAll removes all rows. Where it is interrupted, it begins again.
func clearAll(db dbm.DB) error {
	for {
		keys, err := first(db, rowsAtOnce)
		if err != nil || len(keys) == 0 {
			return err
		}
		batch := db.NewBatch()
		for _, key := range keys {
			if err := batch.Delete(key); err != nil {
				return err
			}
		}
		if err := errors.Join(batch.WriteSync(), batch.Close()); err != nil {
			return err
		}
	}
}

func first(db dbm.DB, count int) (keys [][]byte, err error) {
	it, err := db.Iterator(nil, nil)
	if err != nil {
		return nil, err
	}
	for ; it.Valid() && len(keys) < count; it.Next() {
		keys = append(keys, bytes.Clone(it.Key()))
	}
	return keys, errors.Join(it.Error(), it.Close())
}
