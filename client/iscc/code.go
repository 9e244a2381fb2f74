package iscc

import (
	"encoding/base32"
	"errors"
	"fmt"
	"math/bits"

	"github.com/stemma-chain/stemma/x/registry/fingerprint"
)

// MainType says what a code is about (ISO 24138:2024, header: main type).
type MainType uint8

// Main types. ID and Flake are read and written, and nothing is computed of them.
const (
	TypeMeta MainType = iota
	TypeSemantic
	TypeContent
	TypeData
	TypeInstance
	TypeComposite // the ISCC-CODE
	TypeID
	TypeFlake
)

// SubType is the kind of content of semantic, content and composite codes. All other codes have 0.
type SubType uint8

// Sub types. Sum, None and Wide are of composites without content.
const (
	SubText SubType = iota
	SubImage
	SubAudio
	SubVideo
	SubMixed
	SubSum  // Data and Instance alone
	SubNone // Meta, Data and Instance
	SubWide // Data and Instance with 128 bits each
)

var (
	mainNames = [...]string{"Meta", "Semantic", "Content", "Data", "Instance", "ISCC", "ID", "Flake"}
	subNames  = [...]string{"Text", "Image", "Audio", "Video", "Mixed", "Sum", "None", "Wide"}
)

func (t MainType) String() string { return nameOf(mainNames[:], int(t)) }

func (t SubType) String() string { return nameOf(subNames[:], int(t)) }

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("type %d", i)
}

var (
	// ErrInvalidCode is matched by the error of a text that is no ISCC.
	ErrInvalidCode = errors.New("no ISCC")
	// ErrInvalidBits is matched by the error of a length that a unit cannot have.
	ErrInvalidBits = errors.New("a unit has 32 to 256 bits, in steps of 32")
	// ErrNotComparable is matched by the error of a comparison of codes of different types.
	ErrNotComparable = errors.New("codes of different types cannot be compared")
	// ErrCannotCompose is matched by the error of units that make no composite.
	ErrCannotCompose = errors.New("these units make no ISCC-CODE")
)

const (
	// DefaultBits is the length of units that ISCC's own programs make, and that composites are made of.
	DefaultBits = 64
	// MaxBits is the length of the longest unit.
	MaxBits = 256

	maxVersion = 7
	unitBytes  = DefaultBits / 8
	wideBytes  = 16
)

var base32Upper = base32.StdEncoding.WithPadding(base32.NoPadding)

// Code is an ISCC: a unit or a composite. Codes compare with ==, and the zero Code is none.
type Code struct {
	Main    MainType
	Sub     SubType
	Version uint8 // 0; ids have 1 too
	// length is the header's fourth number. Of a composite it says which units there are
	// besides Data and Instance: 1 Content, 2 Semantic, 4 Meta.
	length uint8
	body   string
}

// Flags of a composite's length.
const (
	hasContent = 1 << iota
	hasSemantic
	hasMeta
)

// Parse reads an ISCC as people write it: in any case, with or without "ISCC:", hyphens and spaces. What it takes is
// what the chain takes as a fingerprint. It fails with ErrInvalidCode.
func Parse(s string) (Code, error) {
	_, spelled, err := fingerprint.Normalize("iscc", s)
	if err != nil {
		return Code{}, fmt.Errorf("%w: %w", ErrInvalidCode, err)
	}
	bz, err := base32Upper.DecodeString(spelled[len("ISCC:"):])
	if err != nil || len(bz) < 2 {
		return Code{}, fmt.Errorf("%w: %s", ErrInvalidCode, spelled)
	}
	return Code{
		Main: MainType(bz[0] >> 4), Sub: SubType(bz[0] & 15), Version: bz[1] >> 4, length: bz[1] & 15, body: string(bz[2:]),
	}, nil
}

// NewUnit is a unit of a hash, which is cut to so many bits: 32 to 256, a multiple of 32. It fails with ErrInvalidBits.
func NewUnit(main MainType, sub SubType, hash []byte, bits int) (Code, error) {
	if main == TypeComposite || main == TypeID || main > TypeFlake || sub > SubWide {
		return Code{}, fmt.Errorf("%w: %s, %s is no unit", ErrInvalidCode, main, sub)
	}
	if bits < 32 || bits > MaxBits || bits%32 != 0 || len(hash)*8 < bits {
		return Code{}, fmt.Errorf("%w: %d of %d bits", ErrInvalidBits, bits, len(hash)*8)
	}
	return Code{Main: main, Sub: sub, length: uint8(bits/32 - 1), body: string(hash[:bits/8])}, nil
}

// String is the canonical form: ISCC: and capitals in base32 without padding. The zero Code has none.
func (c Code) String() string {
	if c.IsZero() {
		return ""
	}
	return "ISCC:" + base32Upper.EncodeToString(c.bytes())
}

func (c Code) bytes() []byte {
	head := []byte{byte(c.Main)<<4 | byte(c.Sub)&15, c.Version<<4 | c.length&15}
	return append(head, c.body...)
}

// IsZero says whether there is no code.
func (c Code) IsZero() bool { return c == Code{} }

// Body is what follows the header: the hash of a unit, those of all units of a composite.
func (c Code) Body() []byte { return []byte(c.body) }

// Bits is the length of the body.
func (c Code) Bits() int { return 8 * len(c.body) }

// Name is what ISCC calls the code, such as "Image-Code" or "ISCC-CODE".
func (c Code) Name() string {
	switch c.Main {
	case TypeContent:
		return c.Sub.String() + "-Code"
	case TypeSemantic:
		return "Semantic-Code " + c.Sub.String()
	case TypeComposite:
		return "ISCC-CODE"
	}
	return c.Main.String() + "-Code"
}

// Short is the unit with fewer bits, which is what a unit of that length would have been for all units but Mixed-Codes.
// It fails with ErrInvalidBits.
func (c Code) Short(bits int) (Code, error) {
	short, err := NewUnit(c.Main, c.Sub, []byte(c.body), bits)
	short.Version = c.Version
	return short, err
}

// Compose makes the ISCC-CODE of units: Data and Instance, and at most one each of Meta, Semantic and Content, in any
// order, each with at least 64 bits of which 64 are taken. It fails with ErrCannotCompose.
func Compose(units ...Code) (Code, error) { return compose(unitBytes, units) }

// ComposeWide makes the ISCC-CODE of Data and Instance alone with 128 bits of each. It fails with ErrCannotCompose.
func ComposeWide(data, instance Code) (Code, error) {
	if data.Main != TypeData || instance.Main != TypeInstance {
		return Code{}, fmt.Errorf("%w: a wide one is of Data and Instance", ErrCannotCompose)
	}
	c, err := compose(wideBytes, []Code{data, instance})
	if err != nil {
		return Code{}, err
	}
	c.Sub = SubWide
	return c, nil
}

func compose(each int, units []Code) (Code, error) {
	var of [TypeComposite]Code
	for _, u := range units {
		switch {
		case u.Main >= TypeComposite:
			return Code{}, fmt.Errorf("%w: %s is no unit of one", ErrCannotCompose, u.Name())
		case u.Version != 0:
			return Code{}, fmt.Errorf("%w: %s has version %d", ErrCannotCompose, u.Name(), u.Version)
		case len(u.body) < each:
			return Code{}, fmt.Errorf("%w: %s has %d bits, and %d are needed", ErrCannotCompose, u.Name(), u.Bits(), 8*each)
		case !of[u.Main].IsZero():
			return Code{}, fmt.Errorf("%w: two of %s", ErrCannotCompose, u.Main)
		}
		of[u.Main] = u
	}
	if of[TypeData].IsZero() || of[TypeInstance].IsZero() {
		return Code{}, fmt.Errorf("%w: Data and Instance are needed", ErrCannotCompose)
	}
	c := Code{Main: TypeComposite, Sub: SubSum}
	for main, u := range of {
		if u.IsZero() {
			continue
		}
		c.body += u.body[:each]
		switch MainType(main) {
		case TypeMeta:
			c.length |= hasMeta
			c.Sub = SubNone
		case TypeSemantic:
			c.length |= hasSemantic
			c.Sub = u.Sub
		case TypeContent:
			if !of[TypeSemantic].IsZero() && u.Sub != of[TypeSemantic].Sub {
				return Code{}, fmt.Errorf("%w: Semantic and Content are of different kinds", ErrCannotCompose)
			}
			c.length |= hasContent
			c.Sub = u.Sub
		}
	}
	return c, nil
}

// Decompose parts a composite into its units: Meta, Semantic, Content, Data, Instance, as far as they are in it. A unit is its own
// only one. It fails with ErrInvalidCode for an id, and for a composite of a version or kind that is not known.
func Decompose(c Code) ([]Code, error) {
	switch {
	case c.IsZero() || c.Main == TypeID:
		return nil, fmt.Errorf("%w: nothing to part", ErrInvalidCode)
	case c.Main != TypeComposite:
		return []Code{c}, nil
	case c.Version != 0:
		return nil, fmt.Errorf("%w: composites of version %d are not known", ErrInvalidCode, c.Version)
	}
	each, flags := unitBytes, c.length
	if c.Sub == SubWide {
		each, flags = wideBytes, 0
	}
	if len(c.body) != each*(2+bits.OnesCount8(flags)) {
		return nil, fmt.Errorf("%w: a body of %d bytes", ErrInvalidCode, len(c.body))
	}
	if flags&(hasContent|hasSemantic) != 0 && c.Sub > SubMixed {
		return nil, fmt.Errorf("%w: it has content, of no kind", ErrInvalidCode)
	}
	var units []Code
	rest := []byte(c.body)
	take := func(main MainType, sub SubType) error {
		u, err := NewUnit(main, sub, rest[:each], 8*each)
		units, rest = append(units, u), rest[each:]
		return err
	}
	var err error
	if flags&hasMeta != 0 {
		err = errors.Join(err, take(TypeMeta, 0))
	}
	if flags&hasSemantic != 0 {
		err = errors.Join(err, take(TypeSemantic, c.Sub))
	}
	if flags&hasContent != 0 {
		err = errors.Join(err, take(TypeContent, c.Sub))
	}
	err = errors.Join(err, take(TypeData, 0), take(TypeInstance, 0))
	return units, err
}

// Distance is the number of bits in which two units of one type differ, of as many as the shorter one has. Of Instance-Codes only 0
// says anything: the content is the same. It fails with ErrNotComparable.
func Distance(a, b Code) (differ, of int, err error) {
	if a.Main != b.Main || a.Sub != b.Sub || a.Version != b.Version || a.Main == TypeComposite || a.Main == TypeID || a.IsZero() {
		return 0, 0, fmt.Errorf("%w: %s and %s", ErrNotComparable, a.Name(), b.Name())
	}
	n := min(len(a.body), len(b.body))
	for i := range n {
		differ += bits.OnesCount8(a.body[i] ^ b.body[i])
	}
	return differ, 8 * n, nil
}

// Similarity is the part of the bits that two units share, 0 to 1. It fails as Distance does.
func Similarity(a, b Code) (float64, error) {
	differ, of, err := Distance(a, b)
	if err != nil || of == 0 {
		return 0, err
	}
	return 1 - float64(differ)/float64(of), nil
}
