package types

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/rules"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// packedSize is the size of a packed constraint: kind with its mark, source, and the
	// terms, a set of them or, for EXPIRES, the pass, or the grant, padded, then the version
	// of the source or of its price, or an end.
	packedSize = referenceEnd + 4
	// referenceEnd is where terms or the grant end.
	referenceEnd = 1 + 20 + 32
	// packedRef is the size of a packed reference to a declaration: work and number.
	packedRef = 20 + 4
	// packedHead is what stands before both: the version and the number of references.
	packedHead = 4 + 2
	// packedContained marks the kind of a constraint that is contained.
	packedContained = 1 << 7
	// packedPass stands for a version where EXPIRES names a pass.
	packedPass = 1
)

// Pack packs demands into one row, in the order given: a derivation finds what a
// source demands by one read. At most MaxWaiting references say what is waited for.
func (d Demands) Pack() []byte {
	packed := make([]byte, 0, packedHead+len(d.Waiting)*packedRef+len(d.Constraints)*packedSize)
	packed = binary.BigEndian.AppendUint32(packed, d.Version)
	packed = binary.BigEndian.AppendUint16(packed, uint16(len(d.Waiting)))
	for _, w := range d.Waiting {
		packed = append(packed, w.Work[:]...)
		packed = binary.BigEndian.AppendUint32(packed, w.Number)
	}
	for _, c := range d.Constraints {
		var reference [32]byte
		copy(reference[:], c.reference())
		kind := byte(c.Kind)
		if c.Contained {
			kind |= packedContained
		}
		packed = append(packed, kind)
		packed = append(packed, c.Source.WorkID[:]...)
		packed = append(packed, reference[:]...)
		version := c.version()
		if c.Kind == CONSTRAINT_EXPIRES && !c.Pass.IsZero() {
			version = packedPass
		}
		packed = binary.BigEndian.AppendUint32(packed, version)
	}
	return packed
}

// UnpackDemands reads a packed row. It fails with ErrEncoding on bytes that Pack
// cannot have made.
func UnpackDemands(packed []byte) (Demands, error) {
	var d Demands
	if len(packed) < packedHead {
		return d, fmt.Errorf("%w: demands of %d bytes", collections.ErrEncoding, len(packed))
	}
	d.Version = binary.BigEndian.Uint32(packed)
	waiting := int(binary.BigEndian.Uint16(packed[4:]))
	packed = packed[packedHead:]
	if len(packed) < waiting*packedRef || (len(packed)-waiting*packedRef)%packedSize != 0 {
		return d, fmt.Errorf("%w: %d bytes are no %d references and whole constraints", collections.ErrEncoding, len(packed), waiting)
	}
	for ; waiting > 0; waiting-- {
		var w DeclarationRef
		copy(w.Work[:], packed)
		w.Number = binary.BigEndian.Uint32(packed[len(w.Work):])
		d.Waiting = append(d.Waiting, w)
		packed = packed[packedRef:]
	}
	if len(packed) > 0 {
		d.Constraints = make([]Constraint, 0, len(packed)/packedSize)
	}
	for ; len(packed) > 0; packed = packed[packedSize:] {
		c, err := unpackConstraint(packed[:packedSize])
		if err != nil {
			return d, err
		}
		d.Constraints = append(d.Constraints, c)
	}
	return d, nil
}

func unpackConstraint(packed []byte) (Constraint, error) {
	c := Constraint{Kind: ConstraintKind(packed[0] &^ packedContained), Contained: packed[0]&packedContained != 0}
	*c.versioned() = binary.BigEndian.Uint32(packed[referenceEnd:])
	copy(c.Source.WorkID[:], packed[1:21])
	switch c.Kind {
	case CONSTRAINT_EXPIRES:
		if c.WorkVersion == packedPass {
			c.WorkVersion = 0
			copy(c.Pass.Digest[:], packed[21:referenceEnd])
			return c, nil
		}
	case CONSTRAINT_SHARE_ALIKE_ANY:
		copy(c.TermsSet.Digest[:], packed[21:referenceEnd])
		return c, nil
	default:
		copy(c.Terms.TermsID[:], packed[21:referenceEnd])
		return c, nil
	}
	end := 21 + len(GrantID{})
	if !bytes.Equal(packed[end:referenceEnd], make([]byte, referenceEnd-end)) {
		return c, fmt.Errorf("%w: constraint by a grant is not padded with zeros", collections.ErrEncoding)
	}
	copy(c.Grant.GrantID[:], packed[21:end])
	return c, nil
}

// versioned is the version that a constraint of the kind has: of the price for PAID_USES,
// else of the source. What WITHHELD has in its place is its end.
func (c *Constraint) versioned() *uint32 {
	switch c.Kind {
	case CONSTRAINT_PAID_USES:
		return &c.PriceVersion
	case CONSTRAINT_WITHHELD:
		return &c.Until
	}
	return &c.WorkVersion
}

func (c Constraint) version() uint32 { return *c.versioned() }

// IsEmpty says whether nothing is demanded, nor ever was.
func (d Demands) IsEmpty() bool {
	return d.Version == 0 && len(d.Constraints) == 0 && len(d.Waiting) == 0
}

// reference is what the constraint rests on: terms, several of them, or the grant or pass
// that ends.
func (c Constraint) reference() []byte {
	switch c.Kind {
	case CONSTRAINT_EXPIRES:
		if !c.Pass.IsZero() {
			return c.Pass.Digest[:]
		}
		return c.Grant.GrantID[:]
	case CONSTRAINT_SHARE_ALIKE_ANY:
		return c.TermsSet.Digest[:]
	}
	return c.Terms.TermsID[:]
}

// Compare orders a work's constraints by kind, source, and terms or grant: 0
// only for one and the same demand, whatever version of the source it names. What is
// contained stands behind the rest of its kind, so that the rest is what a bound keeps; an item
// had by a grant before, since a collection asks for more than a dataset.
// Credit is due both ways: its mark decides last.
func (c Constraint) Compare(other Constraint) int {
	mark := c.mark() - other.mark()
	first := mark
	switch c.Kind {
	case CONSTRAINT_ATTRIBUTION:
		first = 0
	case CONSTRAINT_ITEM_BY_GRANT:
		first = -mark
	}
	return cmp.Or(
		cmp.Compare(c.Kind, other.Kind),
		first,
		bytes.Compare(c.Source.WorkID[:], other.Source.WorkID[:]),
		bytes.Compare(c.reference(), other.reference()),
		mark,
	)
}

// mark is 1 for what is contained, else 0.
func (c Constraint) mark() int {
	if c.Contained {
		return 1
	}
	return 0
}

// Compare orders declarations by work and number.
func (r DeclarationRef) Compare(other DeclarationRef) int {
	return cmp.Or(bytes.Compare(r.Work[:], other.Work[:]), cmp.Compare(r.Number, other.Number))
}

// AllOf refers to all that a work waits for; in its own row, to all declarations of its own
// that wait.
func AllOf(work registrytypes.WorkID) DeclarationRef { return DeclarationRef{Work: work} }

// IsAll says whether the reference is to all that a work waits for.
func (r DeclarationRef) IsAll() bool { return r.Number == 0 }

// MergeConstraints brings constraints, of one work or of several, into the one form
// that they have together: in order, each once, and without those that others of them
// make superfluous. It is associative and commutative. Denied says which uses terms
// deny. The kind is the first that more than the most allowed remain of; 0: none.
//
// Under the same terms share-alike, limits of scope and ceilings are one demand, in
// the name of the first work in order. A source that denies uses that those before
// it deny together adds nothing. Of non-commercial sources, and of those to credit,
// the first are kept: one is as good as a hundred, and x/lineage lists all to credit. Of
// several versions of a source that were derived from, the newest is credited, and of
// several of its price the newest is asked, and what is withheld ends last. What is demanded as
// contained and otherwise is not contained, but for items that need a grant: of these one more
// than an answer lists stands for all further ones; and for what is withheld, which is both.
func MergeConstraints(all []Constraint, denied func(TermsID) (rules.Actions, error)) ([]Constraint, ConstraintKind, error) {
	all = slices.SortedFunc(slices.Values(all), Constraint.Compare)
	merged := all[:0]
	var number [256]int
	var uses rules.Actions
	over := CONSTRAINT_UNSPECIFIED
	place := make(map[Constraint]int)
	for _, c := range all {
		key := demanded(c)
		if at, again := place[key]; again {
			if at < len(merged) && demanded(merged[at]) == key {
				version := merged[at].versioned()
				*version = max(*version, c.version())
			}
			continue
		}
		place[key] = len(merged)
		if c.Kind == CONSTRAINT_USES {
			more, err := denied(c.Terms.TermsID)
			if err != nil {
				return nil, over, err
			}
			if more&^uses == 0 {
				continue
			}
			uses |= more
		}
		if number[byte(c.Kind)] == c.Kind.Max() {
			if !c.Kind.cut() && over == CONSTRAINT_UNSPECIFIED {
				over = c.Kind
			}
			continue
		}
		number[byte(c.Kind)]++
		merged = append(merged, c)
	}
	return merged, over, nil
}

// demanded tells constraints apart. What is demanded under the same terms is one
// demand, in the name of the first source, except where the sources count.
func demanded(c Constraint) Constraint {
	c.Contained = c.Contained && c.Kind == CONSTRAINT_WITHHELD // each has an end of its own
	switch c.Kind {
	case CONSTRAINT_SHARE_ALIKE, CONSTRAINT_SHARE_ALIKE_ANY, CONSTRAINT_SCOPE, CONSTRAINT_CEILING:
		c.Source = registrytypes.WorkIDBytes{}
	case CONSTRAINT_ATTRIBUTION, CONSTRAINT_PAID_USES, CONSTRAINT_WITHHELD:
		*c.versioned() = 0
	}
	return c
}

// sharesAlike says whether the constraint is about the terms of the derivative.
func (c Constraint) sharesAlike() bool {
	return c.Kind == CONSTRAINT_SHARE_ALIKE || c.Kind == CONSTRAINT_SHARE_ALIKE_ANY
}

// Limits says whether the constraint limits what may be done: credit and notices do not.
func (c Constraint) Limits() bool {
	return c.Kind != CONSTRAINT_ATTRIBUTION && c.Kind != CONSTRAINT_ITEMS_APART
}

// Covered says whether another constraint is the same demand, of an item or of all, or
// lasts as long: where it stands, this one limits nothing more. At which price a use
// is sold makes no difference: what it was promised at before stays.
func (c Constraint) Covered(by Constraint) bool {
	c.Until = max(c.Until, by.Until)
	switch {
	case c.Kind == CONSTRAINT_ITEM_BY_GRANT:
		c.Contained = c.Contained || by.Contained
	case !by.Contained:
		c.Contained = false
	}
	c.PriceVersion = by.PriceVersion
	return c == by
}

// cut says whether more constraints of the kind than are listed change no answer.
func (k ConstraintKind) cut() bool {
	switch k {
	case CONSTRAINT_NONCOMMERCIAL, CONSTRAINT_ATTRIBUTION, CONSTRAINT_ITEMS_APART, CONSTRAINT_ITEM_BY_GRANT:
		return true
	}
	return false
}

// Max is the most constraints of the kind that a work lists.
func (k ConstraintKind) Max() int {
	switch k {
	case CONSTRAINT_ATTRIBUTION:
		return MaxAttributions
	case CONSTRAINT_ITEMS_APART:
		return MaxNoticeWorks
	case CONSTRAINT_ITEM_BY_GRANT: // one more denies that anything is made of the whole
		return rules.MaxItemGrants + 1
	}
	return MaxConstraints
}

// Named writes the constraint's ids in readable form. The end of a grant is the
// caller's to add.
func (c Constraint) Named() NamedConstraint {
	named := NamedConstraint{
		Kind: c.Kind, Source: c.Source.WorkID, Terms: c.Terms.TermsID, Grant: c.Grant.GrantID,
		WorkVersion: c.WorkVersion, PriceVersion: c.PriceVersion, Contained: c.Contained,
	}
	if end := c.Ends(); c.Kind == CONSTRAINT_WITHHELD && !end.IsZero() {
		named.ExpiresAt = &end
	}
	return named
}
