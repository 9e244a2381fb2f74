package fast

import (
	"bytes"
	"context"

	"cosmossdk.io/core/store"
)

// Changes makes a store in which a row that is set to what it holds is not
// written. The stock bank writes a denom's list of owners again with every
// change of a balance: a second row, as dear as the balance itself, that says
// what it said before (docs/performance.md). The state is the same; its hash is
// not, since the tree notes when a row was written.
func Changes(stock store.KVStoreService) store.KVStoreService { return changes{stock} }

type changes struct{ store.KVStoreService }

// OpenKVStore returns the store of a transaction or a block.
func (s changes) OpenKVStore(ctx context.Context) store.KVStore {
	return changesStore{s.KVStoreService.OpenKVStore(ctx)}
}

type changesStore struct{ store.KVStore }

// Set writes a row, unless it is there as it is.
func (s changesStore) Set(key, value []byte) error {
	old, err := s.Get(key)
	if err != nil || old != nil && bytes.Equal(old, value) {
		return err
	}
	return s.KVStore.Set(key, value)
}
