// Package rows holds tables in which a row that is absent is an ordinary answer.
package rows

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/store"
)

// Map is a collections.Map with Find. Get says that a row is absent by an error
// that spells out its key, which takes longer than to read the row.
type Map[K, V any] struct {
	collections.Map[K, V]
	service store.KVStoreService
}

// NewMap returns a map on a store, as collections.NewMap does.
func NewMap[K, V any](
	sb *collections.SchemaBuilder, service store.KVStoreService, prefix collections.Prefix, name string,
	key collcodec.KeyCodec[K], value collcodec.ValueCodec[V],
) Map[K, V] {
	return Map[K, V]{collections.NewMap(sb, prefix, name, key, value), service}
}

// Find returns what stands under a key, if anything does. It fails when the
// store or the row cannot be read.
func (m Map[K, V]) Find(ctx context.Context, key K) (value V, found bool, err error) {
	encoded, err := collections.EncodeKeyWithPrefix(m.GetPrefix(), m.KeyCodec(), key)
	if err != nil {
		return value, false, err
	}
	row, err := m.service.OpenKVStore(ctx).Get(encoded)
	if err != nil || row == nil {
		return value, false, err
	}
	if value, err = m.ValueCodec().Decode(row); err != nil {
		return value, false, fmt.Errorf("%w: %s of %s: %w", collections.ErrEncoding, m.GetName(), m.KeyCodec().Stringify(key), err)
	}
	return value, true, nil
}
