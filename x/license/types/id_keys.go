package types

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
)

// TermsIDKey encodes a TermsID as its 32 bytes, alone and in composite keys.
var TermsIDKey collcodec.KeyCodec[TermsID] = idKey[TermsID]{
	name: "stemma/terms", size: len(TermsID{}),
	bytes: func(id TermsID) []byte { return id[:] },
	from:  func(bz []byte) TermsID { return TermsID(bz) },
}

// GrantIDKey encodes a GrantID as its 20 bytes, alone and in composite keys.
var GrantIDKey collcodec.KeyCodec[GrantID] = idKey[GrantID]{
	name: "stemma/grant", size: len(GrantID{}),
	bytes: func(id GrantID) []byte { return id[:] },
	from:  func(bz []byte) GrantID { return GrantID(bz) },
}

// idKey encodes ids of a fixed size as they are.
type idKey[T any] struct {
	name  string
	size  int
	bytes func(T) []byte
	from  func([]byte) T
}

func (k idKey[T]) Encode(buffer []byte, id T) (int, error) { return copy(buffer, k.bytes(id)), nil }

func (k idKey[T]) Decode(buffer []byte) (int, T, error) {
	if len(buffer) < k.size {
		var zero T
		return 0, zero, fmt.Errorf("%w: %s id of %d bytes", collections.ErrEncoding, k.name, len(buffer))
	}
	return k.size, k.from(buffer[:k.size]), nil
}

func (k idKey[T]) Size(T) int { return k.size }

func (k idKey[T]) EncodeJSON(id T) ([]byte, error) { return json.Marshal(id) }

func (k idKey[T]) DecodeJSON(b []byte) (id T, err error) { return id, json.Unmarshal(b, &id) }

// Stringify is for errors of the store: hex, as for works.
func (k idKey[T]) Stringify(id T) string { return hex.EncodeToString(k.bytes(id)) }

func (k idKey[T]) KeyType() string { return k.name }

func (k idKey[T]) EncodeNonTerminal(buffer []byte, id T) (int, error) { return k.Encode(buffer, id) }

func (k idKey[T]) DecodeNonTerminal(buffer []byte) (int, T, error) { return k.Decode(buffer) }

func (k idKey[T]) SizeNonTerminal(id T) int { return k.Size(id) }
