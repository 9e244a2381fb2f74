package iscc

import (
	"github.com/zeebo/blake3"
)

// Bounds of content-defined chunks (ISO 24138:2024, Data-Code; an average of 1024 bytes).
const (
	chunkMin    = 256
	chunkCentre = 640
	chunkMax    = 8192
	// A chunk ends where these bits of the rolling pattern are 0: eleven up to the centre, then nine.
	maskShort uint32 = 1<<11 - 1
	maskLong  uint32 = 1<<9 - 1
)

// DataHasher makes the Data-Code of the bytes that are written to it, in constant memory: codes of files that share most of their
// bytes are near each other.
type DataHasher struct {
	features minhash
	chunk    [chunkMax]byte
	held     int
	pattern  uint32
}

// NewData begins a Data-Code.
func NewData() *DataHasher { return &DataHasher{} }

// Write never fails.
func (d *DataHasher) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		used, ended := d.scan(p)
		copy(d.chunk[d.held:], p[:used])
		d.held += used
		p = p[used:]
		if ended {
			d.features.add(xxh32(d.chunk[:d.held]))
			d.held, d.pattern = 0, 0
		}
	}
	return n, nil
}

// scan says how many of the bytes belong to the chunk that is being filled, and whether it ends with them.
func (d *DataHasher) scan(p []byte) (used int, ended bool) {
	skip := max(chunkMin-d.held, 0) // the pattern starts after the shortest chunk
	if len(p) <= skip {
		return len(p), false
	}
	pattern := d.pattern
	i, short := skip, min(max(chunkCentre-d.held, skip), len(p))
	for ; i < short; i++ {
		pattern = pattern>>1 + gear[p[i]]
		if pattern&maskShort == 0 {
			return i + 1, true
		}
	}
	long := min(chunkMax-d.held, len(p))
	for ; i < long; i++ {
		pattern = pattern>>1 + gear[p[i]]
		if pattern&maskLong == 0 {
			return i + 1, true
		}
	}
	d.pattern = pattern
	return i, d.held+i == chunkMax
}

// Code is the Data-Code of what was written. Nothing may be written afterwards. It fails with ErrInvalidBits.
func (d *DataHasher) Code(bits int) (Code, error) {
	if d.held > 0 || !d.features.any { // no bytes are one empty chunk
		d.features.add(xxh32(d.chunk[:d.held]))
		d.held = 0
	}
	return NewUnit(TypeData, 0, d.features.sum(), bits)
}

// InstanceHasher makes the Instance-Code of the bytes that are written to it: the first bits of their BLAKE3.
type InstanceHasher struct {
	hash *blake3.Hasher
}

// NewInstance begins an Instance-Code.
func NewInstance() *InstanceHasher { return &InstanceHasher{hash: blake3.New()} }

// Write never fails.
func (h *InstanceHasher) Write(p []byte) (int, error) { return h.hash.Write(p) }

// Sum is the BLAKE3 of what was written, which ISCC calls the data hash.
func (h *InstanceHasher) Sum() (sum [32]byte) {
	h.hash.Sum(sum[:0])
	return sum
}

// Code is the Instance-Code of what was written. It fails with ErrInvalidBits.
func (h *InstanceHasher) Code(bits int) (Code, error) {
	sum := h.Sum()
	return NewUnit(TypeInstance, 0, sum[:], bits)
}
