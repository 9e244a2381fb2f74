package iscc

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

const (
	// DefaultMaxPixels is 64 megapixels: more than most cameras make. While it is decoded a pixel takes up to 8 bytes of a PNG, and up to
	// 20 of a progressive JPEG, 1.3 GB in all: whoever decodes what strangers send sets less.
	DefaultMaxPixels = 64 << 20

	blockSize = 1 << 20
	headSize  = 4096
)

// Options are what OfFile knows of a file beyond its bytes. All may be left out.
type Options struct {
	// Title and Description make the Meta-Code; without a title there is none. ISCC has no place for creators: who wants them in
	// it writes them into the description.
	Title, Description string
	// MediaType is what the file is said to be, such as "text/html; charset=iso-8859-2". Pictures and sound are known by their
	// first bytes, whatever they are said to be.
	MediaType string
	// Bits is the length of units: 64 if it is 0.
	Bits int
	// MaxPixels is the size of the largest picture that is decoded: DefaultMaxPixels if it is 0.
	MaxPixels int64
	// MaxSamples is the length of the longest sound that is decoded, of each channel: DefaultMaxSamples if it is 0.
	MaxSamples int64
}

// Left is a unit that a file has not, and why: an error that matches ErrNothing, ErrTooLarge, ErrUnreadable, ErrUnsupported or
// ErrEncoding.
type Left struct {
	Main MainType
	Why  error
}

// Result is what OfFile makes of a file.
type Result struct {
	// Code is the ISCC-CODE, and Units are what there is for it, of the length that was asked for: Meta, Content, Data, Instance.
	Code  Code
	Units []Code
	// Left are the units that are not there.
	Left []Left
	// MediaType is what the file was taken for, without parameters; empty if it is not known.
	MediaType string
	SHA256    [sha256.Size]byte
	// BLAKE3 is the whole hash of which the Instance-Code has the first bits.
	BLAKE3 [32]byte
}

// Unit is the unit of a type, if there is one.
func (r Result) Unit(main MainType) (Code, bool) {
	for _, u := range r.Units {
		if u.Main == main {
			return u, true
		}
	}
	return Code{}, false
}

// OfFile makes the ISCC of a file: Data, Instance and SHA-256 in one pass over its bytes and in constant memory, then the content unit in
// another. A content that cannot be read, or is beyond a bound, is in Left, and the rest is made all the same. It fails only where
// the file cannot be read, is shorter than size, where ctx ends, and with ErrInvalidBits.
func OfFile(ctx context.Context, file io.ReaderAt, size int64, o Options) (Result, error) {
	if o.Bits == 0 {
		o.Bits = DefaultBits
	}
	if o.MaxPixels == 0 {
		o.MaxPixels = DefaultMaxPixels
	}
	if o.MaxSamples == 0 {
		o.MaxSamples = DefaultMaxSamples
	}
	if o.Bits < DefaultBits {
		return Result{}, fmt.Errorf("%w: a composite needs %d", ErrInvalidBits, DefaultBits)
	}
	head := make([]byte, min(size, headSize))
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return Result{}, err
	}
	c := kindOf(head, o.MediaType)
	result := Result{MediaType: c.mediaType}
	units, err := hashAll(ctx, file, size, o.Bits, &c, &result)
	if err != nil {
		return Result{}, err
	}
	add := func(main MainType, u Code, err error) {
		if err != nil {
			result.Left = append(result.Left, Left{Main: main, Why: err})
			return
		}
		result.Units = append(result.Units, u)
	}
	meta, err := Meta(o.Title, o.Description, o.Bits)
	add(TypeMeta, meta.Code, err)
	reader := &reading{ctx: ctx, SectionReader: io.NewSectionReader(file, 0, size)}
	content, err := c.unit(reader, o)
	if reader.failed != nil {
		return Result{}, reader.failed
	}
	add(TypeContent, content, err)
	result.Units = append(result.Units, units...)
	result.Code, err = Compose(result.Units...)
	return result, err
}

// hashAll reads the file once, for what is made of its bytes.
func hashAll(ctx context.Context, file io.ReaderAt, size int64, bits int, c *content, result *Result) ([]Code, error) {
	data, instance, sum := NewData(), NewInstance(), sha256.New()
	writers := []io.Writer{data, instance, sum}
	if c.text {
		writers = append(writers, &c.utf8)
	}
	block := make([]byte, blockSize)
	for at := int64(0); at < size; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := file.ReadAt(block[:min(blockSize, size-at)], at)
		if n == 0 && err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		for _, w := range writers {
			if _, err := w.Write(block[:n]); err != nil {
				return nil, err
			}
		}
		at += int64(n)
	}
	sum.Sum(result.SHA256[:0])
	result.BLAKE3 = instance.Sum()
	dataCode, err := data.Code(bits)
	if err != nil {
		return nil, err
	}
	instanceCode, err := instance.Code(bits)
	return []Code{dataCode, instanceCode}, err
}

// reading tells a file that cannot be read from one that a decoder cannot read.
type reading struct {
	*io.SectionReader
	ctx    context.Context
	failed error
}

// ended says that nobody waits for what is made of the file any more.
func (r *reading) ended() error {
	if err := r.ctx.Err(); err != nil {
		r.failed = err
	}
	return r.ctx.Err()
}

func (r *reading) Read(p []byte) (int, error) {
	if err := r.ended(); err != nil {
		return 0, err
	}
	n, err := r.SectionReader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.failed = err
	}
	return n, err
}
