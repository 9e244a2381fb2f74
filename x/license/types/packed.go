package types

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"

	"cosmossdk.io/collections"
)

// packedSize is the size of a packed constraint: kind, source, the terms or, for
// EXPIRES, the grant, padded, and the version of the source, big-endian.
const packedSize = referenceEnd + 4

// referenceEnd is where the terms or the grant end.
const referenceEnd = 1 + 20 + 32

// PackConstraints packs a work's constraints, in the order given, into one row:
// a derivation finds what a source demands by one read.
func PackConstraints(list []Constraint) []byte {
	packed := make([]byte, 0, len(list)*packedSize)
	for _, c := range list {
		var reference [32]byte
		copy(reference[:], c.reference())
		packed = append(packed, byte(c.Kind))
		packed = append(packed, c.Source.WorkID[:]...)
		packed = append(packed, reference[:]...)
		packed = binary.BigEndian.AppendUint32(packed, c.WorkVersion)
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
		c := Constraint{Kind: ConstraintKind(packed[0]), WorkVersion: binary.BigEndian.Uint32(packed[referenceEnd:packedSize])}
		copy(c.Source.WorkID[:], packed[1:21])
		if c.Kind == CONSTRAINT_EXPIRES {
			end := 21 + len(GrantID{})
			if !bytes.Equal(packed[end:referenceEnd], make([]byte, referenceEnd-end)) {
				return nil, fmt.Errorf("%w: constraint by a grant is not padded with zeros", collections.ErrEncoding)
			}
			copy(c.Grant.GrantID[:], packed[21:end])
		} else {
			copy(c.Terms.TermsID[:], packed[21:referenceEnd])
		}
		list = append(list, c)
	}
	return list, nil
}

// reference is what the constraint rests on: terms, or the grant that ends.
func (c Constraint) reference() []byte {
	if c.Kind == CONSTRAINT_EXPIRES {
		return c.Grant.GrantID[:]
	}
	return c.Terms.TermsID[:]
}

// Compare orders a work's constraints by kind, source, and terms or grant: 0
// only for one and the same demand, whatever version of the source it names.
func (c Constraint) Compare(other Constraint) int {
	return cmp.Or(
		cmp.Compare(c.Kind, other.Kind),
		bytes.Compare(c.Source.WorkID[:], other.Source.WorkID[:]),
		bytes.Compare(c.reference(), other.reference()),
	)
}

// Max is the most constraints of the kind that a work lists.
func (k ConstraintKind) Max() int {
	if k == CONSTRAINT_ATTRIBUTION {
		return MaxAttributions
	}
	return MaxConstraints
}

// Named writes the constraint's ids in readable form. The end of a grant is the
// caller's to add.
func (c Constraint) Named() NamedConstraint {
	return NamedConstraint{
		Kind: c.Kind, Source: c.Source.WorkID, Terms: c.Terms.TermsID, Grant: c.Grant.GrantID, WorkVersion: c.WorkVersion,
	}
}
