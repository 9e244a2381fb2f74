package rows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/colltest"

	"github.com/stemma-chain/stemma/x/internal/rows"
)

func TestFind(t *testing.T) {
	service, ctx := colltest.MockStore()
	m := rows.NewMap(collections.NewSchemaBuilder(service), service, collections.NewPrefix(7), "numbers", collections.StringKey, collections.Uint64Value)

	_, found, err := m.Find(ctx, "one")
	require.NoError(t, err)
	require.False(t, found)

	require.NoError(t, m.Set(ctx, "one", 1))
	value, found, err := m.Find(ctx, "one")
	require.NoError(t, err)
	require.True(t, found)
	require.EqualValues(t, 1, value)

	require.NoError(t, m.Remove(ctx, "one"))
	_, found, err = m.Find(ctx, "one")
	require.NoError(t, err)
	require.False(t, found)

	require.NoError(t, service.OpenKVStore(ctx).Set([]byte("\x07two"), []byte("short")))
	_, _, err = m.Find(ctx, "two")
	require.ErrorIs(t, err, collections.ErrEncoding)
	require.ErrorContains(t, err, "numbers of two")
}
