package fast_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections/colltest"
	"cosmossdk.io/core/store"

	"github.com/stemma-chain/stemma/app/fast"
)

// writes counts what reaches a store.
type writes struct {
	store.KVStore
	count *int
}

func (w writes) Set(key, value []byte) error {
	*w.count++
	return w.KVStore.Set(key, value)
}

type countedService struct {
	store.KVStoreService
	count *int
}

func (s countedService) OpenKVStore(ctx context.Context) store.KVStore {
	return writes{s.KVStoreService.OpenKVStore(ctx), s.count}
}

func TestChangesOnly(t *testing.T) {
	service, ctx := colltest.MockStore()
	var count int
	rows := fast.Changes(countedService{service, &count}).OpenKVStore(ctx)
	for i, step := range []struct {
		value  []byte
		writes int
	}{
		{[]byte{}, 1},
		{[]byte{}, 1},
		{[]byte{7}, 2},
		{[]byte{7}, 2},
		{[]byte{}, 3},
	} {
		require.NoError(t, rows.Set([]byte("key"), step.value))
		require.Equal(t, step.writes, count, i)
		value, err := rows.Get([]byte("key"))
		require.NoError(t, err)
		require.Equal(t, step.value, value)
	}
	require.NoError(t, rows.Delete([]byte("key")))
	require.NoError(t, rows.Set([]byte("key"), []byte{}))
	require.Equal(t, 4, count, "what was deleted is written again")
}
