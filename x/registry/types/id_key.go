package types

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"cosmossdk.io/collections"
)

// IDKey encodes the ids of other modules, which have a fixed size, as they are: alone and in
// composite keys.
type IDKey[T any] struct {
	// Name of the type in the schema.
	Name   string
	Length int
	Bytes  func(T) []byte
	From   func([]byte) T
}

// Encode writes the id.
func (k IDKey[T]) Encode(buffer []byte, id T) (int, error) { return copy(buffer, k.Bytes(id)), nil }

// Decode reads an id. It fails with collections.ErrEncoding.
func (k IDKey[T]) Decode(buffer []byte) (int, T, error) {
	if len(buffer) < k.Length {
		var zero T
		return 0, zero, fmt.Errorf("%w: %s id of %d bytes", collections.ErrEncoding, k.Name, len(buffer))
	}
	return k.Length, k.From(buffer[:k.Length]), nil
}

// Size is that of the id.
func (k IDKey[T]) Size(T) int { return k.Length }

// EncodeJSON writes the id as text.
func (k IDKey[T]) EncodeJSON(id T) ([]byte, error) { return json.Marshal(id) }

// DecodeJSON reads what EncodeJSON wrote.
func (k IDKey[T]) DecodeJSON(b []byte) (id T, err error) { return id, json.Unmarshal(b, &id) }

// Stringify is for errors of the store: hex, as for works.
func (k IDKey[T]) Stringify(id T) string { return hex.EncodeToString(k.Bytes(id)) }

// KeyType is the name.
func (k IDKey[T]) KeyType() string { return k.Name }

// EncodeNonTerminal is Encode: the length is fixed.
func (k IDKey[T]) EncodeNonTerminal(buffer []byte, id T) (int, error) { return k.Encode(buffer, id) }

// DecodeNonTerminal is Decode.
func (k IDKey[T]) DecodeNonTerminal(buffer []byte) (int, T, error) { return k.Decode(buffer) }

// SizeNonTerminal is Size.
func (k IDKey[T]) SizeNonTerminal(id T) int { return k.Size(id) }
