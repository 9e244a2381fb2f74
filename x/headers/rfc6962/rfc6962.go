// Package rfc6962 is the Merkle tree of RFC 6962 section 2.1, as an append-only log needs it: what is kept
// of it to append, and what shows that an entry is in it. It knows nothing of what the entries are.
package rfc6962

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
)

// Size is the length of a hash in bytes.
const Size = sha256.Size

// MaxPeaks is the most peaks of a frontier: one for each bit of a size.
const MaxPeaks = 64

// Hash is one of a node of the tree: SHA-256.
type Hash [Size]byte

// String is the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Errors of proofs.
var (
	// ErrNotInLog: an index is not below the log's size.
	ErrNotInLog = errors.New("not in the log")
	// ErrNotProved: a path does not lead from the entry to the log.
	ErrNotProved = errors.New("not proved")
	// ErrBroken: a frontier has not as many peaks as its size has ones.
	ErrBroken = errors.New("broken frontier")
)

// Leaf is the hash of an entry: SHA-256(0x00 || entry).
func Leaf(entry []byte) Hash {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(entry)
	return Hash(h.Sum(nil))
}

// Node is the hash of an inner node: SHA-256(0x01 || left || right).
func Node(left, right Hash) Hash {
	var data [1 + 2*Size]byte
	data[0] = 1
	copy(data[1:], left[:])
	copy(data[1+Size:], right[:])
	return sha256.Sum256(data[:])
}

// Position is a full subtree: the node at a level, whose leaves are from Index<<Level on, 1<<Level of them.
type Position struct {
	Level uint8
	Index uint64
}

// Subtree is a full subtree with its root.
type Subtree struct {
	Position
	Root Hash
}

// Frontier is all that is needed to append: how many entries there are, and the roots of the full
// subtrees that they make up, the largest first; one for each bit of the size that is set.
type Frontier struct {
	Size  uint64
	Peaks []Hash
}

// Validate fails with ErrBroken.
func (f Frontier) Validate() error {
	if len(f.Peaks) != bits.OnesCount64(f.Size) {
		return fmt.Errorf("%w: %d entries make %d peaks, and it has %d", ErrBroken, f.Size, bits.OnesCount64(f.Size), len(f.Peaks))
	}
	return nil
}

// Append adds the leaf of an entry. It returns the new frontier and the subtrees that the leaf completes,
// itself first; the old frontier stays as it is, which must be valid.
func (f Frontier) Append(leaf Hash) (Frontier, []Subtree) {
	node, peaks := leaf, f.Peaks
	full := []Subtree{{Position{0, f.Size}, leaf}}
	for level := range bits.TrailingZeros64(^f.Size) { // as many peaks merge as the size has ones at its end
		node = Node(peaks[len(peaks)-1], node)
		peaks = peaks[:len(peaks)-1]
		full = append(full, Subtree{Position{uint8(level) + 1, f.Size >> (level + 1)}, node})
	}
	return Frontier{f.Size + 1, append(peaks[:len(peaks):len(peaks)], node)}, full
}

// Root is the tree hash of all entries, MTH of RFC 6962.
func (f Frontier) Root() Hash {
	if len(f.Peaks) == 0 {
		return sha256.Sum256(nil)
	}
	root := f.Peaks[len(f.Peaks)-1]
	for i := len(f.Peaks) - 2; i >= 0; i-- {
		root = Node(f.Peaks[i], root)
	}
	return root
}

// PeakOf finds the full subtree of a log of this size that an entry is in: where it is, and its
// place among the peaks. It fails with ErrNotInLog.
func PeakOf(size, index uint64) (Position, int, error) {
	if index >= size {
		return Position{}, 0, fmt.Errorf("%w: entry %d of %d", ErrNotInLog, index, size)
	}
	// The highest bit in which they differ is set in the size: what is above it they have in common.
	level := bits.Len64(size^index) - 1
	return Position{uint8(level), index >> level}, bits.OnesCount64(size >> (level + 1)), nil
}

// Siblings are the subtrees whose roots lead from a subtree up to a higher one that it is in,
// the lowest first. None: it is the same, or no part of it.
func Siblings(from, to Position) (list []Position) {
	for ; from.Level < to.Level; from = (Position{from.Level + 1, from.Index >> 1}) {
		list = append(list, Position{from.Level, from.Index ^ 1})
	}
	return list
}

// Climb is the root of the subtree that a path leads to from another's root.
func Climb(from Subtree, path []Hash) Subtree {
	for _, sibling := range path {
		if from.Index&1 == 0 {
			from.Root = Node(from.Root, sibling)
		} else {
			from.Root = Node(sibling, from.Root)
		}
		from.Level, from.Index = from.Level+1, from.Index>>1
	}
	return from
}

// Verify checks that the log has an entry's leaf at an index: the path leads to the peak above it, and
// no further. It fails with ErrBroken, ErrNotInLog or ErrNotProved.
func (f Frontier) Verify(leaf Hash, index uint64, path []Hash) error {
	if err := f.Validate(); err != nil {
		return err
	}
	peak, place, err := PeakOf(f.Size, index)
	if err != nil {
		return err
	}
	if len(path) != int(peak.Level) {
		return fmt.Errorf("%w: entry %d of %d is %d levels below a peak, and the path has %d", ErrNotProved, index, f.Size,
			peak.Level, len(path))
	}
	if top := Climb(Subtree{Position{0, index}, leaf}, path); top != (Subtree{peak, f.Peaks[place]}) {
		return fmt.Errorf("%w: the path of entry %d leads to %s, and the log has %s", ErrNotProved, index, top.Root, f.Peaks[place])
	}
	return nil
}

// Root is the root of the full subtree over these leaves, a power of two of them.
func Root(leaves []Hash) Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	}
	half := 1 << (bits.Len(uint(len(leaves)-1)) - 1)
	return Node(Root(leaves[:half]), Root(leaves[half:]))
}

// Sides says of each step down from the root of a tree of this size to an entry whether it goes right. It fails with ErrNotInLog.
func Sides(index, size uint64) (right []bool, err error) {
	if index >= size {
		return nil, fmt.Errorf("%w: entry %d of %d", ErrNotInLog, index, size)
	}
	for size > 1 {
		left := Left(size)
		right = append(right, index >= left)
		if index >= left {
			index, size = index-left, size-left
		} else {
			size = left
		}
	}
	return right, nil
}

// Left is how many of several entries are on the left of the root: the largest power of two below their number.
func Left(size uint64) uint64 { return 1 << (bits.Len64(size-1) - 1) }

// Path has the hashes beside the way from an entry up to the root. Subtree has the root over some entries, from first on. It fails
// with ErrNotInLog, or as subtree does.
func Path(index, size uint64, subtree func(first, count uint64) (Hash, error)) ([]Hash, error) {
	right, err := Sides(index, size)
	if err != nil {
		return nil, err
	}
	path := make([]Hash, len(right))
	first := uint64(0)
	for i, goes := range right {
		left := Left(size)
		beside := &path[len(path)-1-i]
		if goes {
			*beside, err = subtree(first, left)
			first, size = first+left, size-left
		} else {
			*beside, err = subtree(first+left, size-left)
			size = left
		}
		if err != nil {
			return nil, err
		}
	}
	return path, nil
}

// RootBy is the root of a tree of this size that a path leads to from an entry's leaf. It fails with ErrNotInLog, or with ErrNotProved
// for a path of another length than the entry has.
func RootBy(leaf Hash, index, size uint64, path []Hash) (Hash, error) {
	right, err := Sides(index, size)
	if err == nil && len(path) != len(right) {
		err = fmt.Errorf("%w: entry %d of %d has a path of %d hashes, and this has %d", ErrNotProved, index, size, len(right), len(path))
	}
	if err != nil {
		return Hash{}, err
	}
	for i, beside := range path {
		if right[len(right)-1-i] {
			leaf = Node(beside, leaf)
		} else {
			leaf = Node(leaf, beside)
		}
	}
	return leaf, nil
}
