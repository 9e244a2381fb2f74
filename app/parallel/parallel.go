// Package parallel sees to it that transactions which are executed in parallel end as one after the other.
package parallel

import (
	"context"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/cosmos/cosmos-sdk/store/v2/cachekv"
	"github.com/cosmos/cosmos-sdk/store/v2/cachemulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Closing has a runner note all that a transaction read of lists. Block-STM notes it when the list is closed,
// to execute the transaction again if another before it changes that. Where gas ends as a list is opened,
// for the length of its first row, the stock store leaves it open: what the transaction used up would depend
// on whether that row was there when it was read.
func Closing(stock sdk.TxRunner) sdk.TxRunner { return runner{stock} }

type runner struct{ stock sdk.TxRunner }

// Run implements sdk.TxRunner.
func (r runner) Run(
	ctx context.Context, state storetypes.MultiStore, txs [][]byte, execute sdk.DeliverTxFunc,
) ([]*abci.ExecTxResult, error) {
	return r.stock.Run(ctx, state, txs, func(
		raw []byte, tx sdk.Tx, view storetypes.MultiStore, index int, cache map[string]any,
	) *abci.ExecTxResult {
		if view == nil { // not in parallel
			return execute(raw, tx, nil, index, cache)
		}
		opened := &lists{}
		defer opened.close()
		return execute(raw, tx, stores{view, opened}, index, cache)
	})
}

// lists are those that one execution has opened.
type lists struct{ open []interface{ Close() error } }

func (l *lists) close() {
	for _, list := range l.open {
		_ = list.Close() // of memory: it does not fail
	}
}

// stores is what one execution sees of the state.
type stores struct {
	storetypes.MultiStore
	lists *lists
}

// GetStore implements storetypes.MultiStore.
func (s stores) GetStore(key storetypes.StoreKey) storetypes.Store {
	if _, objects := key.(*storetypes.ObjectStoreKey); objects {
		return s.GetObjKVStore(key)
	}
	return s.GetKVStore(key)
}

// GetKVStore implements storetypes.MultiStore.
func (s stores) GetKVStore(key storetypes.StoreKey) storetypes.KVStore {
	rows := s.MultiStore.GetKVStore(key)
	return store[[]byte]{rows, s.lists, storetypes.BytesIsZero, storetypes.BytesValueLen}
}

// GetObjKVStore implements storetypes.MultiStore.
func (s stores) GetObjKVStore(key storetypes.StoreKey) storetypes.ObjKVStore {
	rows := s.MultiStore.GetObjKVStore(key)
	return store[any]{rows, s.lists, storetypes.AnyIsZero, storetypes.AnyValueLen[any]}
}

// CacheMultiStore implements storetypes.MultiStore.
func (s stores) CacheMultiStore() storetypes.CacheMultiStore {
	return cachemulti.NewFromParent(func(key storetypes.StoreKey) storetypes.CacheWrapper { return s.GetStore(key) })
}

// CacheWrap implements storetypes.CacheWrapper.
func (s stores) CacheWrap() storetypes.CacheWrap { return s.CacheMultiStore().(storetypes.CacheWrap) }

type store[V any] struct {
	storetypes.GKVStore[V]
	lists  *lists
	isZero func(V) bool
	length func(V) int
}

// CacheWrap implements storetypes.CacheWrapper.
func (s store[V]) CacheWrap() storetypes.CacheWrap { return cachekv.NewGStore(s, s.isZero, s.length) }

// Iterator implements storetypes.GKVStore.
func (s store[V]) Iterator(start, end []byte) storetypes.GIterator[V] {
	return s.note(s.GKVStore.Iterator(start, end))
}

// ReverseIterator implements storetypes.GKVStore.
func (s store[V]) ReverseIterator(start, end []byte) storetypes.GIterator[V] {
	return s.note(s.GKVStore.ReverseIterator(start, end))
}

func (s store[V]) note(opened storetypes.GIterator[V]) storetypes.GIterator[V] {
	l := &list[V]{GIterator: opened}
	s.lists.open = append(s.lists.open, l)
	return l
}

// list is closed once: Block-STM notes what was read with each time.
type list[V any] struct {
	storetypes.GIterator[V]
	closed bool
}

// Close implements storetypes.GIterator.
func (l *list[V]) Close() error {
	if l.closed {
		return nil
	}
	l.closed = true
	return l.GIterator.Close()
}
