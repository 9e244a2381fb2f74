// Package wire reads the bytes of proofs. There is one way to write anything: numbers are unsigned varints in their
// shortest form, and what has no length of its own has it before it. So what is read encodes to the same bytes.
package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrUnreadable says that bytes are no proof, or not in the one way that a proof is written.
var ErrUnreadable = errors.New("no proof, or not written as one")

// Most is the largest number: it is signed wherever it is hashed.
const Most = 1<<63 - 1

// Reader reads from bytes, which what it returns shares memory with. After the first error it returns zeros:
// ask Err when all is read.
type Reader struct {
	all, left []byte
	err       error
}

// New reads bytes from their start.
func New(raw []byte) *Reader { return &Reader{all: raw, left: raw} }

// Fail notes that what was read last is not right, if nothing was wrong before.
func (r *Reader) Fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: byte %d: %w", ErrUnreadable, len(r.all)-len(r.left), fmt.Errorf(format, args...))
	}
}

// Err is the first thing that was wrong, an ErrUnreadable.
func (r *Reader) Err() error { return r.err }

// Done is Err, or says that bytes are left.
func (r *Reader) Done() error {
	if r.err == nil && len(r.left) > 0 {
		r.Fail("%d bytes stand behind it", len(r.left))
	}
	return r.err
}

// Bytes reads so many bytes.
func (r *Reader) Bytes(n int) []byte {
	if r.err == nil && (n < 0 || n > len(r.left)) {
		r.Fail("it is cut short")
	}
	if r.err != nil {
		return nil
	}
	part := r.left[:n:n]
	r.left = r.left[n:]
	return part
}

// Hash reads a SHA-256.
func (r *Reader) Hash() (hash [sha256.Size]byte) {
	copy(hash[:], r.Bytes(sha256.Size))
	return hash
}

// Number reads a number of at most most.
func (r *Reader) Number(most uint64) uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.left)
	switch {
	case n <= 0:
		r.Fail("a number is cut short, or too large")
	case n > 1 && r.left[n-1] == 0:
		r.Fail("a number is not in its shortest form")
	case v > most:
		r.Fail("%d is too large: at most %d", v, most)
	default:
		r.left = r.left[n:]
		return v
	}
	return 0
}

// Signed reads a number that may be below zero: 0, -1, 1, -2, ... are written as 0, 1, 2, 3, ...
func (r *Reader) Signed() int64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Varint(r.left)
	switch {
	case n <= 0:
		r.Fail("a number is cut short, or too large")
	case n > 1 && r.left[n-1] == 0:
		r.Fail("a number is not in its shortest form")
	default:
		r.left = r.left[n:]
		return v
	}
	return 0
}

// Field reads bytes that have their number before them, at most most.
func (r *Reader) Field(most int) []byte {
	n := r.Number(Most)
	if n > uint64(most) {
		r.Fail("a field has %d bytes, more than %d", n, most)
	}
	return r.Bytes(int(n))
}

// AppendNumber writes a number.
func AppendNumber(to []byte, n uint64) []byte { return binary.AppendUvarint(to, n) }

// AppendSigned writes a number that may be below zero.
func AppendSigned(to []byte, n int64) []byte { return binary.AppendVarint(to, n) }

// AppendField writes bytes with their number before them.
func AppendField(to, field []byte) []byte {
	return append(binary.AppendUvarint(to, uint64(len(field))), field...)
}
