package types

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"cosmossdk.io/collections"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// packedSize is the size of a packed constraint: kind, source, terms, and the
// end in Unix nanoseconds, 0 for kinds without one.
const packedSize = 1 + 20 + 32 + 8

// PackConstraints packs a work's constraints, in the order given, into one row:
// a derivation finds what a source demands by one read.
func PackConstraints(list []Constraint) []byte {
	packed := make([]byte, 0, len(list)*packedSize)
	for _, c := range list {
		var end int64
		if c.ExpiresAt != nil {
			end = c.ExpiresAt.UnixNano()
		}
		packed = append(packed, byte(c.Kind))
		packed = append(packed, c.Source...)
		packed = append(packed, c.Terms...)
		packed = binary.BigEndian.AppendUint64(packed, uint64(end))
	}
	return packed
}

// UnpackConstraints reads a packed row. It fails with ErrEncoding on bytes that
// PackConstraints cannot have made.
func UnpackConstraints(packed []byte) ([]Constraint, error) {
	if len(packed)%packedSize != 0 {
		return nil, fmt.Errorf("%w: constraints of %d bytes are no multiple of %d", collections.ErrEncoding, len(packed), packedSize)
	}
	list := make([]Constraint, 0, len(packed)/packedSize)
	for ; len(packed) > 0; packed = packed[packedSize:] {
		c := Constraint{Kind: ConstraintKind(packed[0]), Source: bytes.Clone(packed[1:21]), Terms: bytes.Clone(packed[21:53])}
		if end := int64(binary.BigEndian.Uint64(packed[53:])); end != 0 {
			at := time.Unix(0, end).UTC()
			c.ExpiresAt = &at
		}
		list = append(list, c)
	}
	return list, nil
}

// Compare orders a work's constraints by kind, source and terms: 0 only for one
// and the same demand, whenever it ends.
func (c Constraint) Compare(other Constraint) int {
	if c.Kind != other.Kind {
		return int(c.Kind) - int(other.Kind)
	}
	if by := bytes.Compare(c.Source, other.Source); by != 0 {
		return by
	}
	return bytes.Compare(c.Terms, other.Terms)
}

// Named writes the constraint's ids in readable form.
func (c Constraint) Named() NamedConstraint {
	return NamedConstraint{
		Kind:      c.Kind,
		Source:    registrytypes.WorkID(c.Source).String(),
		Terms:     TermsID(c.Terms).String(),
		ExpiresAt: c.ExpiresAt,
	}
}
