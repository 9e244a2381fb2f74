// Package asset finds C2PA manifest stores in files, makes the hashes that bind a
// manifest to a file (C2PA 2.2, 9.2 and 18.5 to 18.8), and puts stores in and takes them
// out. Files are read through io.ReaderAt, a window at a time: what Open keeps is
// proportional to the number of parts of a file, and hashing takes constant memory.
package asset

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// What reading a file may end with. Each is wrapped with the place and what is wrong there.
var (
	// ErrNoStore is the error of a file that holds no manifest store.
	ErrNoStore = errors.New("no C2PA manifest store")
	// ErrSeveralStores is the error of a file with more than one: none of them counts.
	ErrSeveralStores = errors.New("more than one C2PA manifest store")
	// ErrMalformed is the error of a file whose parts contradict one another where the store is.
	ErrMalformed = errors.New("malformed file")
	// ErrAlgorithm is the error of a hash algorithm that C2PA does not have.
	ErrAlgorithm = errors.New("unknown hash algorithm")
	// ErrRange is the error of exclusions that overlap, are out of order or leave the file.
	ErrRange = errors.New("invalid range")
	// ErrMismatch is the error of a file that is not what a hash was made of.
	ErrMismatch = errors.New("hash does not match")
	// ErrUnsupported is the error of what a format does not have, such as boxes in a PDF.
	ErrUnsupported = errors.New("not supported for this format")
	// ErrTooLarge is the error of a manifest store over MaxStore.
	ErrTooLarge = errors.New("manifest store too large")
)

// MaxStore is the size in bytes of the largest manifest store that is read. Stores carry
// those of their ingredients, with thumbnails: tens of megabytes are seen, more is not.
const MaxStore = 128 << 20

// Format is a kind of file, by how a manifest store lies in it.
type Format string

// The formats. Other is any file that can have a store beside it only.
const (
	JPEG    Format = "JPEG"
	PNG     Format = "PNG"
	RIFF    Format = "RIFF" // WebP, WAV, AVI
	BMFF    Format = "BMFF" // MP4, M4A, MOV, HEIC, AVIF
	JXL     Format = "JPEG XL"
	PDF     Format = "PDF"
	ID3     Format = "ID3"  // MP3, and FLAC that begins with an ID3 tag
	TIFF    Format = "TIFF" // and DNG
	SVG     Format = "SVG"
	GIF     Format = "GIF"
	Sidecar Format = "sidecar" // a manifest store alone
	Other   Format = "other"
)

// Range is a part of a file: a start and a length in bytes.
type Range struct {
	Start  int64 `cbor:"start"`
	Length int64 `cbor:"length"`
}

// end is the position behind a range.
func (r Range) end() int64 { return r.Start + r.Length }

// File is a file that was opened. It keeps the reader; it is not for use by several
// goroutines at a time.
type File struct {
	in     *window
	format Format
	media  string
	layout layout
}

// layout is what a format's reader has found.
type layout struct {
	payload []Range   // the bytes of the store, in their order
	more    [][]Range // those of stores that updates of the file have added, in their order
	ranges  []Range   // what the store takes of the file, with its headers, ascending
	padded  []Range   // the same with what goes with it: padding (RIFF), boxes of Merkle trees (BMFF); nil where it is the same
	base64  bool      // the store is there as text
	box     uint16    // of a JPEG: a number that no JUMBF box of the file has
	patches []patch   // what else changes in a file when its store goes
	err     error     // why there is no store: ErrNoStore, ErrSeveralStores, ErrMalformed
	boxes   boxWalk   // the parts of a file for the hash of boxes; nil where a format has none
}

// patch is bytes that stand at a place in place of the file's own.
type patch struct {
	at    int64
	bytes []byte
}

// Open reads where things lie in a file. Content decides on the format; the name tells the
// media type where content does not. It fails where reading does: a file that is broken
// opens, and Store says what is wrong.
func Open(r io.ReaderAt, size int64, name string) (*File, error) {
	if size < 0 {
		return nil, fmt.Errorf("%w: size %d", ErrRange, size)
	}
	f := &File{in: &window{r: r, size: size}}
	head, err := f.in.upTo(0, 1024)
	if err != nil {
		return nil, err
	}
	f.format, f.media = detect(head, strings.ToLower(filepath.Ext(name)))
	f.layout, err = readers[f.format](f.in)
	switch {
	case errors.Is(err, ErrMalformed):
		f.layout.err = err
	case err != nil:
		return nil, err
	}
	if len(f.layout.payload) == 0 && f.layout.err == nil {
		f.layout.err = ErrNoStore
	}
	return f, nil
}

// readers find the store, one a format. They return an error for failed reads only.
var readers = map[Format]func(*window) (layout, error){
	JPEG:    readJPEG,
	PNG:     readPNG,
	RIFF:    readRIFF,
	GIF:     readGIF,
	BMFF:    readBMFF,
	JXL:     readJXL,
	PDF:     readPDF,
	ID3:     readID3,
	TIFF:    readTIFF,
	SVG:     readSVG,
	Sidecar: readSidecar,
	Other:   func(*window) (layout, error) { return layout{}, nil },
}

func readSidecar(in *window) (layout, error) {
	whole := []Range{{0, in.size}}
	return layout{payload: whole, ranges: whole}, nil
}

// Format is the kind of file, by its content.
func (f *File) Format() Format { return f.format }

// MediaType is the file's media type, such as image/jpeg: by content, else by the name's
// ending, else application/octet-stream.
func (f *File) MediaType() string { return f.media }

// Size is the file's length in bytes.
func (f *File) Size() int64 { return f.in.size }

// Store returns the bytes of the manifest store, a JUMBF box. Where updates of the file have
// added stores (BMFF, PDF), it is one box with the manifests of all, the latest last. It fails
// with ErrNoStore, ErrSeveralStores, ErrMalformed or ErrTooLarge.
func (f *File) Store() ([]byte, error) {
	if f.layout.err != nil {
		return nil, f.layout.err
	}
	left := int64(MaxStore)
	store, err := f.in.join(f.layout.payload, &left)
	if err == nil && f.layout.base64 {
		return unbase64(store)
	}
	for _, parts := range f.layout.more {
		if err != nil {
			return nil, err
		}
		var update []byte
		if update, err = f.in.join(parts, &left); err == nil {
			store, err = merged(store, update)
		}
	}
	return store, err
}

// join reads the parts of a store, of at most what is left.
func (w *window) join(parts []Range, left *int64) ([]byte, error) {
	size := int64(0)
	for _, part := range parts {
		size += part.Length
	}
	if *left -= size; *left < 0 {
		return nil, fmt.Errorf("%w: at most %d bytes are read", ErrTooLarge, MaxStore)
	}
	store := make([]byte, 0, size)
	for _, part := range parts {
		at := len(store)
		store = store[:at+int(part.Length)]
		if err := w.read(store[at:], part.Start); err != nil {
			return nil, err
		}
	}
	return store, nil
}

// merged adds the manifests of a later store to those of an earlier one.
func merged(store, update []byte) ([]byte, error) {
	if !isStore(store) || !isStore(update) || be32(store) != int64(len(store)) || be32(update) != int64(len(update)) {
		return nil, fmt.Errorf("%w: an update's manifest store, or what it updates, is none", ErrMalformed)
	}
	described := 8 + be32(update[8:])
	if described > int64(len(update)) {
		return nil, fmt.Errorf("%w: an update's manifest store has no end", ErrMalformed)
	}
	whole := slices.Concat(store, update[described:])
	binary.BigEndian.PutUint32(whole, uint32(len(whole)))
	return whole, nil
}

// StoreRanges tells where the store lies in the file, headers of its container included:
// what a hash of data may leave out. Ranges ascend and do not touch. It is empty where
// there is no store.
func (f *File) StoreRanges() []Range { return slices.Clone(f.layout.ranges) }

// taken is what goes with the store when it is taken out.
func (l layout) taken() []Range {
	if l.padded != nil {
		return l.padded
	}
	return l.ranges
}

// joined sorts ranges and joins those that touch or overlap.
func joined(ranges []Range) []Range {
	ranges = slices.Clone(ranges)
	slices.SortFunc(ranges, func(a, b Range) int { return compare(a.Start, b.Start) })
	out := ranges[:0]
	for _, r := range ranges {
		if last := len(out) - 1; last >= 0 && r.Start <= out[last].end() {
			out[last].Length = max(out[last].end(), r.end()) - out[last].Start
			continue
		}
		out = append(out, r)
	}
	return out
}
