package asset

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// The names that boxes of no format have in the hash of boxes: the manifest store, and what follows
// the last box of a file (C2PA 2.2, 18.7.1 and 18.7.2).
const (
	storeBox = "C2PA"
	afterBox = "c2pa.after"
)

// ErrUnknownBox is the error of a file with a box that a hash of boxes does not list
// (assertion.boxesHash.unknownBox).
var ErrUnknownBox = errors.New("box not listed")

// box is a part of a file with a name, for c2pa.hash.boxes.
type box struct {
	name string
	at   Range
}

// boxWalk visits the boxes of a file in order.
type boxWalk func(visit func(box) error) error

// BoxHash is an entry of c2pa.hash.boxes: one box or several that follow one another, and the
// hash of the bytes from the first's start to the last's end.
type BoxHash struct {
	Names    []string `cbor:"names"`
	Alg      string   `cbor:"alg,omitempty"` // empty: that of the assertion or claim around it
	Hash     []byte   `cbor:"hash"`
	Excluded bool     `cbor:"excluded,omitempty"`
	Pad      []byte   `cbor:"pad"`
}

// errAllHashed ends a walk early.
var errAllHashed = errors.New("all hashed")

// HashBoxes compares the file with c2pa.hash.boxes (C2PA 2.2, 15.12.3): its boxes are those listed,
// in order, and have their hashes. alg is for entries without one. Bytes behind the last box must be
// listed too. It fails with ErrMismatch, ErrUnknownBox, ErrMalformed for a list that says nothing,
// or ErrUnsupported where the format has no boxes.
func (f *File) HashBoxes(alg string, listed []BoxHash) error {
	if f.layout.boxes == nil {
		return fmt.Errorf("%w: hash of boxes of a %s file", ErrUnsupported, f.format)
	}
	if !slices.ContainsFunc(listed, func(b BoxHash) bool { return len(b.Names) > 0 && b.Names[0] != storeBox }) {
		return fmt.Errorf("%w: hash of no boxes", ErrMalformed)
	}
	c := boxCheck{f: f, alg: alg, listed: listed}
	if err := f.layout.boxes(c.visit); errors.Is(err, errAllHashed) {
		return nil
	} else if err != nil {
		return err
	}
	return c.finish()
}

// boxCheck goes through a list of boxes as the file's are visited.
type boxCheck struct {
	f      *File
	alg    string
	listed []BoxHash
	begun  int   // names seen of the first listed
	span   Range // from the first box of the first listed
	end    int64 // of the last box seen
}

func (c *boxCheck) visit(b box) error {
	c.skip(b)
	if len(c.listed) > 0 && c.begun == 0 && slices.Equal(c.listed[0].Names, []string{afterBox}) {
		if err := c.finish(); err != nil {
			return err
		}
		return errAllHashed
	}
	if len(c.listed) == 0 || c.listed[0].Names[c.begun] != b.name {
		return fmt.Errorf("%w: %q at %d", ErrUnknownBox, b.name, b.at.Start)
	}
	if c.begun == 0 {
		c.span = b.at
	}
	c.span.Length = b.at.end() - c.span.Start
	c.end = b.at.end()
	c.begun++
	if c.begun < len(c.listed[0].Names) {
		return nil
	}
	return c.compare(b)
}

// skip leaves out entries that this file need not have: the store, where it lies beside the file, and the signature
// of a PNG, which older writers do not list.
func (c *boxCheck) skip(b box) {
	for len(c.listed) > 0 && len(c.listed[0].Names) == 0 {
		c.listed = c.listed[1:]
	}
	if c.begun > 0 || len(c.listed) == 0 {
		return
	}
	if only := c.listed[0].Names; len(only) == 1 && only[0] == storeBox && b.name != storeBox && len(c.f.layout.ranges) == 0 {
		c.listed = c.listed[1:]
		return
	}
	if b.name == "PNGh" && c.listed[0].Names[0] != b.name {
		c.listed = append([]BoxHash{{Names: []string{b.name}, Excluded: true}}, c.listed...)
	}
}

// compare hashes what the first listed covers.
func (c *boxCheck) compare(last box) error {
	one := c.listed[0]
	c.listed, c.begun = c.listed[1:], 0
	if slices.Contains(one.Names, storeBox) {
		if len(one.Names) != 1 || !slices.Equal(c.f.layout.taken(), []Range{last.at}) {
			return fmt.Errorf("%w: box %q at %d is not the manifest store alone", ErrMismatch, storeBox, last.at.Start)
		}
		return nil
	}
	if one.Excluded {
		return nil
	}
	alg := one.Alg
	if alg == "" {
		alg = c.alg
	}
	h, err := NewHash(alg)
	if err != nil {
		return err
	}
	if err := c.f.in.hash(h, c.span); err != nil {
		return err
	}
	if !bytes.Equal(h.Sum(nil), one.Hash) {
		return fmt.Errorf("%w: boxes %q at %d", ErrMismatch, one.Names, c.span.Start)
	}
	return nil
}

// finish checks what is behind the last box.
func (c *boxCheck) finish() error {
	rest := Range{c.end, c.f.in.size - c.end}
	if len(c.listed) == 1 && c.begun == 0 && slices.Equal(c.listed[0].Names, []string{afterBox}) {
		c.span = rest
		return c.compare(box{afterBox, rest})
	}
	c.skip(box{})
	switch {
	case len(c.listed) > 0:
		return fmt.Errorf("%w: box %q is not there", ErrMismatch, c.listed[0].Names[c.begun])
	case rest.Length > 0:
		return fmt.Errorf("%w: %d bytes behind the last box, at %d", ErrUnknownBox, rest.Length, rest.Start)
	}
	return nil
}

// jpegBoxes visits the segments of a JPEG, and of images behind it (MPF), by the names of ISO
// 10918-1, Table B.1; the segments of the store are one box.
func jpegBoxes(in *window, store []Range, visit func(box) error) error {
	for at := int64(0); ; {
		b, err := in.upTo(at, 2)
		if err != nil || len(b) < 2 || be16(b) != 0xFFD8 {
			return err
		}
		at, err = walkJPEG(in, at, func(s segment) error {
			for len(store) > 0 && store[0].end() <= s.at.Start {
				store = store[1:]
			}
			switch {
			case len(store) == 0 || s.at.Start < store[0].Start:
				return visit(box{jpegName(s.marker), s.at})
			case s.at.Start == store[0].Start:
				return visit(box{storeBox, store[0]})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// jpegNames are those of single markers; others are numbered.
var jpegNames = map[byte]string{
	0xC4: "DHT", 0xC8: "JPG", 0xCC: "DAC", 0xD8: "SOI", 0xD9: "EOI", 0xDA: "SOS", 0xDB: "DQT", 0xDC: "DNL", 0xDD: "DRI",
	0xDE: "DHP", 0xDF: "EXP", 0xFE: "COM", 0x01: "TEM",
}

func jpegName(marker byte) string {
	if name, is := jpegNames[marker]; is {
		return name
	}
	switch {
	case marker >= 0xC0 && marker < 0xD0:
		return fmt.Sprintf("SOF%d", marker-0xC0)
	case marker >= 0xD0 && marker < 0xD8:
		return fmt.Sprintf("RST%d", marker-0xD0)
	case marker >= 0xE0 && marker < 0xF0:
		return fmt.Sprintf("APP%d", marker-0xE0)
	case marker >= 0xF0:
		return fmt.Sprintf("JPG%d", marker-0xF0)
	}
	return "RES"
}
