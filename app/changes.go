package app

import (
	"bytes"
	"context"

	"cosmossdk.io/core/store"
)

// changesOnly is a store in which a row that is set to what it holds is not
// written. The stock bank writes a denom's list of owners again with every
// change of a balance: a second row, as dear as the balance itself, that says
// what it said before (docs/performance.md). The state is the same; its hash is
// not, since the tree notes when a row was written, so all nodes must do this.
type changesOnly struct{ store.KVStoreService }

// OpenKVStore returns the store of a transaction or a block.
func (s changesOnly) OpenKVStore(ctx context.Context) store.KVStore {
	return changesOnlyStore{s.KVStoreService.OpenKVStore(ctx)}
}

type changesOnlyStore struct{ store.KVStore }

// Set writes a row, unless it is there as it is.
func (s changesOnlyStore) Set(key, value []byte) error {
	old, err := s.Get(key)
	if err != nil || old != nil && bytes.Equal(old, value) {
		return err
	}
	return s.KVStore.Set(key, value)
}
