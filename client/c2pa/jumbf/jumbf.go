// Package jumbf reads and writes the boxes that Content Credentials are kept in: the JPEG Universal Metadata Box Format (ISO/IEC 19566-5), as
// far as C2PA uses it. Reading copies nothing: what it returns are parts of what it was given.
package jumbf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Bounds on what Parse reads. The largest public test files have about 200 boxes, 6 deep.
const (
	// MaxDepth is how many superboxes may lie within each other.
	MaxDepth = 16
	// MaxBoxes is how many boxes of all depths an input may have.
	MaxBoxes = 1 << 16
)

// What is wrong with boxes. Errors of Parse wrap one of these.
var (
	ErrTruncated = errors.New("a box is longer than what holds it")
	ErrMalformed = errors.New("a box breaks the format")
	ErrTooMany   = errors.New("more boxes, or more boxes within each other, than are read")
)

// Kind is the type of a box: four letters.
type Kind string

// The boxes that C2PA uses.
const (
	Superbox    Kind = "jumb"
	Describes   Kind = "jumd" // the first in a superbox
	CBOR        Kind = "cbor"
	JSON        Kind = "json"
	UUID        Kind = "uuid"
	FileType    Kind = "bfdb" // media type and name of the file that follows
	FileContent Kind = "bidb"
	Salt        Kind = "c2sh" // in a description: random bytes, so that nobody can guess what a redacted box said
	Brotli      Kind = "brob" // a box compressed
)

// ID is what a superbox is for. C2PA's own are four letters and a fixed rest: see IDOf.
type ID [16]byte

// idRest is what follows the four letters (ISO/IEC 19566-5, clause B.1).
var idRest = [12]byte{0x00, 0x11, 0x00, 0x10, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71}

// IDOf is the id that begins with four letters, such as c2ma or cbor.
func IDOf(letters Kind) (id ID) {
	copy(id[:4], letters)
	copy(id[4:], idRest[:])
	return id
}

// IDFile is the id of a superbox with a file embedded: bfdb and bidb (ISO/IEC 19566-5, clause B.2).
var IDFile = ID{0x40, 0xCB, 0x0C, 0x32, 0xBB, 0x8A, 0x48, 0x9D, 0xA7, 0x0B, 0x2A, 0xD6, 0xF4, 0x7F, 0x43, 0x69}

// Letters are the four that the id begins with, or empty where the rest isn't the fixed one.
func (id ID) Letters() Kind {
	if !bytes.Equal(id[4:], idRest[:]) {
		return ""
	}
	return Kind(id[:4])
}

// Box is one box, and what is in it where it is a superbox.
type Box struct {
	Kind Kind
	// Raw is the whole box with its header, Content what follows the header. Both are parts of the input.
	Raw, Content []byte
	// Description and Boxes are what a superbox begins with and what follows that. The description is nil in other boxes.
	Description *Description
	Boxes       []Box
}

// Description is what a superbox begins with.
type Description struct {
	ID          ID
	Requestable bool
	// Label names the box among its neighbours; empty where it has none.
	Label string
	// Number is nil where the description has none.
	Number *uint32
	// Hash is the SHA-256 of the superbox's content, or nil. Nothing here checks it: C2PA hashes boxes in claims.
	Hash []byte
	// Salt is what the box c2sh holds, 16 or 32 bytes, or nil.
	Salt []byte
}

// HashedContent is what C2PA hashes of a superbox: all but its own header (C2PA 2.2, clause 8.4.2.3).
func (b Box) HashedContent() []byte { return b.Content }

// Label is that of a superbox, empty for other boxes.
func (b Box) Label() string {
	if b.Description == nil {
		return ""
	}
	return b.Description.Label
}

// ID is that of a superbox, zero for other boxes.
func (b Box) ID() ID {
	if b.Description == nil {
		return ID{}
	}
	return b.Description.ID
}

// All returns the superboxes directly in a box that have a label: one, where the writer kept to the rules.
func (b Box) All(label string) []Box {
	var found []Box
	for _, one := range b.Boxes {
		if one.Description != nil && one.Description.Label == label {
			found = append(found, one)
		}
	}
	return found
}

// First returns the content of the first box of a kind directly in a box.
func (b Box) First(kind Kind) (content []byte, found bool) {
	for _, one := range b.Boxes {
		if one.Kind == kind {
			return one.Content, true
		}
	}
	return nil, false
}

// File reads a superbox with a file embedded: its media type, its name (often empty) and its bytes, a part of the input.
func (b Box) File() (mediaType, name string, data []byte, err error) {
	head, found := b.First(FileType)
	if !found {
		return "", "", nil, fmt.Errorf("%w: no box %s", ErrMalformed, FileType)
	}
	data, found = b.First(FileContent)
	if !found {
		return "", "", nil, fmt.Errorf("%w: no box %s", ErrMalformed, FileContent)
	}
	if len(head) == 0 {
		return "", "", nil, fmt.Errorf("%w: an empty box %s", ErrMalformed, FileType)
	}
	// Some writers leave out the last zero.
	kind, rest, _ := bytes.Cut(head[1:], []byte{0})
	if head[0]&fileNamed != 0 {
		file, _, _ := bytes.Cut(rest, []byte{0})
		name = string(file)
	}
	return string(kind), name, data, nil
}

// fileNamed is the bit of bfdb's first byte that says that a name follows.
const fileNamed = 1

// Parse reads all boxes of an input, one after another. Errors wrap ErrTruncated, ErrMalformed or ErrTooMany.
func Parse(raw []byte) ([]Box, error) {
	p := parser{left: MaxBoxes}
	return p.boxes(raw, 0)
}

type parser struct{ left int }

func (p *parser) boxes(raw []byte, depth int) ([]Box, error) {
	var all []Box
	for len(raw) > 0 {
		if p.left == 0 {
			return nil, fmt.Errorf("%w: %d boxes", ErrTooMany, MaxBoxes)
		}
		p.left--
		one, rest, err := cut(raw)
		if err != nil {
			return nil, err
		}
		raw = rest
		if one.Kind == Superbox {
			if err := p.fill(&one, depth+1); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	return all, nil
}

// fill reads what is in a superbox.
func (p *parser) fill(b *Box, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("%w: %d within each other", ErrTooMany, MaxDepth)
	}
	first, rest, err := cut(b.Content)
	if err != nil {
		return err
	}
	if first.Kind != Describes {
		return fmt.Errorf("%w: a superbox begins with %q and no description", ErrMalformed, first.Kind)
	}
	if b.Description, err = describe(first.Content); err != nil {
		return err
	}
	b.Boxes, err = p.boxes(rest, depth)
	return err
}

// cut takes the first box of an input. A length of 0 is all that is left, 1 means that 8 bytes follow with the true one.
func cut(raw []byte) (b Box, rest []byte, err error) {
	if len(raw) < 8 {
		return Box{}, nil, fmt.Errorf("%w: %d bytes are no header", ErrTruncated, len(raw))
	}
	head, length := 8, uint64(binary.BigEndian.Uint32(raw))
	switch length {
	case 0:
		length = uint64(len(raw))
	case 1:
		if len(raw) < 16 {
			return Box{}, nil, fmt.Errorf("%w: %d bytes are no header with a long length", ErrTruncated, len(raw))
		}
		head, length = 16, binary.BigEndian.Uint64(raw[8:])
	}
	kind := Kind(raw[4:8])
	if length < uint64(head) {
		return Box{}, nil, fmt.Errorf("%w: the box %q says that it has %d bytes, less than its header", ErrMalformed, kind, length)
	}
	if length > uint64(len(raw)) {
		return Box{}, nil, fmt.Errorf("%w: the box %q says that it has %d bytes where %d are left", ErrTruncated, kind, length, len(raw))
	}
	return Box{Kind: kind, Raw: raw[:length:length], Content: raw[head:length:length]}, raw[length:], nil
}

// The bits of a description's byte of toggles: what follows it, in this order.
const (
	toggleRequestable = 1 << iota
	toggleLabel
	toggleNumber
	toggleHash
	togglePrivate
	togglesKnown = 1<<5 - 1
)

// describe reads the content of a description box.
func describe(raw []byte) (*Description, error) {
	if len(raw) < 17 {
		return nil, fmt.Errorf("%w: a description has %d bytes", ErrTruncated, len(raw))
	}
	d := &Description{ID: ID(raw[:16])}
	toggles := raw[16]
	raw = raw[17:]
	if toggles&^togglesKnown != 0 {
		return nil, fmt.Errorf("%w: a description has unknown toggles %#02x", ErrMalformed, toggles)
	}
	d.Requestable = toggles&toggleRequestable != 0
	if toggles&toggleLabel != 0 {
		label, rest, found := bytes.Cut(raw, []byte{0})
		if !found || !utf8.Valid(label) {
			return nil, fmt.Errorf("%w: a label that doesn't end, or isn't UTF-8", ErrMalformed)
		}
		d.Label, raw = string(label), rest
	}
	if toggles&toggleNumber != 0 {
		if len(raw) < 4 {
			return nil, fmt.Errorf("%w: the description of %q ends in its number", ErrTruncated, d.Label)
		}
		number := binary.BigEndian.Uint32(raw)
		d.Number, raw = &number, raw[4:]
	}
	if toggles&toggleHash != 0 {
		if len(raw) < 32 {
			return nil, fmt.Errorf("%w: the description of %q ends in its hash", ErrTruncated, d.Label)
		}
		d.Hash, raw = raw[:32:32], raw[32:]
	}
	if toggles&togglePrivate != 0 {
		box, rest, err := cut(raw)
		if err != nil {
			return nil, err
		}
		if box.Kind == Salt {
			d.Salt = box.Content
		}
		raw = rest
	}
	if len(raw) != 0 {
		return nil, fmt.Errorf("%w: %d bytes follow the description of %q", ErrMalformed, len(raw), d.Label)
	}
	return d, nil
}
