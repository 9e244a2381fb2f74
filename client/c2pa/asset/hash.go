package asset

import (
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"hash"
	"io"
)

// NewHash returns a hash by its name in C2PA: sha256, sha384 or sha512. It fails with ErrAlgorithm.
func NewHash(alg string) (hash.Hash, error) {
	switch alg {
	case "sha256":
		return sha256.New(), nil
	case "sha384":
		return sha512.New384(), nil
	case "sha512":
		return sha512.New(), nil
	}
	return nil, fmt.Errorf("%w: %q", ErrAlgorithm, alg)
}

// HashData is the hash of the file's bytes outside the exclusions (c2pa.hash.data; C2PA 2.2,
// 18.5). Exclusions ascend and neither overlap nor leave the file, else it fails with ErrRange.
// Whether they are the manifest's and nothing else is for the caller to judge, by StoreRanges.
func (f *File) HashData(alg string, exclusions []Range) ([]byte, error) {
	h, err := NewHash(alg)
	if err != nil {
		return nil, err
	}
	at := int64(0)
	for _, out := range exclusions {
		if out.Start < at || out.Length < 0 || out.Length > f.in.size-out.Start {
			return nil, fmt.Errorf("%w: %d bytes at %d, after %d of %d", ErrRange, out.Length, out.Start, at, f.in.size)
		}
		if err := f.in.hash(h, Range{at, out.Start - at}); err != nil {
			return nil, err
		}
		at = out.end()
	}
	if err := f.in.hash(h, Range{at, f.in.size - at}); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// copySize is how much is hashed at once.
const copySize = 256 << 10

// hash feeds a part of the file to a hash.
func (w *window) hash(h io.Writer, part Range) error {
	if part.Start < 0 || part.Length < 0 || part.Length > w.size-part.Start {
		return fmt.Errorf("%w: %d bytes at %d of %d", ErrRange, part.Length, part.Start, w.size)
	}
	if part.Length == 0 {
		return nil
	}
	if w.copied == nil {
		w.copied = make([]byte, min(copySize, w.size))
	}
	n, err := io.CopyBuffer(h, io.NewSectionReader(w.r, part.Start, part.Length), w.copied)
	if err == nil && n < part.Length {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("at %d: %w", part.Start+n, err)
	}
	return nil
}

// Stripped is the hash of the file as it is without its manifest store; without a store,
// that of the file. A store that is broken, or one of several, is taken out as well. In BMFF,
// positions in the file that are written in it are put back as well. It fails with ErrUnsupported for
// JPEG XL, PDF, ID3, TIFF and SVG, where what was there before cannot be told, and for BMFF whose
// positions cannot be read.
func (f *File) Stripped(alg string) ([]byte, error) {
	h, err := NewHash(alg)
	if err != nil {
		return nil, err
	}
	if err := f.Strip(h); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// Strip writes the file without its manifest store; see Stripped.
func (f *File) Strip(out io.Writer) error {
	patches := f.layout.patches
	switch f.format {
	case JPEG, PNG, RIFF, GIF:
	case BMFF:
		var err error
		if patches, err = movedBack(f.in, f.layout.taken()); errors.Is(err, ErrMalformed) || errors.Is(err, ErrTooLarge) {
			return fmt.Errorf("%w: taking the store out of a file with such positions: %w", ErrUnsupported, err)
		} else if err != nil {
			return err
		}
	default:
		if len(f.layout.ranges) > 0 {
			return fmt.Errorf("%w: taking the store out of a %s file", ErrUnsupported, f.format)
		}
	}
	return f.splice(out, f.layout.taken(), patches, Range{0, f.in.size})
}

// splice writes a part of the file without some ranges and with patches in place of its own bytes.
func (f *File) splice(out io.Writer, without []Range, patches []patch, part Range) error {
	at := part.Start
	keep := func(until int64) error {
		for len(patches) > 0 && patches[0].at >= at && patches[0].at+int64(len(patches[0].bytes)) <= until {
			if err := f.in.hash(out, Range{at, patches[0].at - at}); err != nil {
				return err
			}
			if _, err := out.Write(patches[0].bytes); err != nil {
				return err
			}
			at = patches[0].at + int64(len(patches[0].bytes))
			patches = patches[1:]
		}
		err := f.in.hash(out, Range{at, until - at})
		at = until
		return err
	}
	for _, hole := range without {
		if err := keep(hole.Start); err != nil {
			return err
		}
		at = hole.end()
	}
	return keep(part.end())
}
