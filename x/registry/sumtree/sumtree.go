// Package sumtree is the Merkle tree over the contributors of a manifest and their weights, in which each node has the sum of the
// weights below it. A proof shows a contributor, its weight, and the interval of the whole that is its own. The intervals of two
// different leaves of one tree never overlap, whoever made the tree and whatever it holds: so what all of them are paid is never more
// than there is to pay. That weights are fair, or that nobody is left out or there twice, a tree does not show.
//
// The tree has the shape of RFC 6962, section 2.1. With numbers in 8 bytes, big-endian:
//
//	leaf = SHA-256(0x00 || kind || length of the id in 1 byte || id || weight)
//	node = SHA-256(0x01 || sum left || left || sum right || right)
//
// It is pure: builders make trees with it, and the chain verifies.
package sumtree

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"math/bits"

	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
)

const (
	// MaxLeaves is the largest number of leaves of one tree.
	MaxLeaves = 1 << 32
	// MaxPath is the longest path from a leaf to the root of such a tree.
	MaxPath = 32
	// maxID is the longest id of a contributor in bytes.
	maxID = 255
)

var (
	// ErrLeaf says that a leaf is none: without weight, or with an id that is too long or empty.
	ErrLeaf = errors.New("invalid leaf")
	// ErrOverflow says that the weights sum up to 2^64 or more.
	ErrOverflow = errors.New("weights sum up to 2^64 or more")
	// ErrTree says that a tree has no leaves, or too many.
	ErrTree = errors.New("invalid tree")
	// ErrProof says that a proof is malformed or leads to another root.
	ErrProof = errors.New("invalid proof")
)

// Node is one of the tree: the sum of the weights below it, and its hash.
type Node struct {
	Sum  uint64
	Hash [sha256.Size]byte
}

// Leaf is the node of one contributor. Kind says what the id is of. It fails with ErrLeaf.
func Leaf(kind byte, id []byte, weight uint64) (Node, error) {
	switch {
	case weight == 0:
		return Node{}, fmt.Errorf("%w: a weight of 0: leave the contributor out", ErrLeaf)
	case len(id) == 0 || len(id) > maxID:
		return Node{}, fmt.Errorf("%w: an id of %d bytes, it takes 1 to %d", ErrLeaf, len(id), maxID)
	}
	data := append([]byte{0, kind, byte(len(id))}, id...)
	return Node{weight, sha256.Sum256(binary.BigEndian.AppendUint64(data, weight))}, nil
}

// Join is the node above two. It fails with ErrOverflow.
func Join(left, right Node) (Node, error) {
	sum, carry := bits.Add64(left.Sum, right.Sum, 0)
	if carry != 0 {
		return Node{}, ErrOverflow
	}
	var data [1 + 2*(8+sha256.Size)]byte
	data[0] = 1
	at := data[1:]
	for _, n := range []Node{left, right} {
		binary.BigEndian.PutUint64(at, n.Sum)
		copy(at[8:], n.Hash[:])
		at = at[8+sha256.Size:]
	}
	return Node{sum, sha256.Sum256(data[:])}, nil
}

// Root is what is kept of a tree.
type Root struct {
	// Node is the topmost; its sum is the whole.
	Node
	// Leaves is how many there are.
	Leaves uint64
}

// Validate fails with ErrTree.
func (r Root) Validate() error {
	if r.Leaves == 0 || r.Leaves > MaxLeaves || r.Sum < r.Leaves {
		return fmt.Errorf("%w: %d leaves with weights of %d in all; it takes 1 to %d leaves, each with a weight of 1 or more",
			ErrTree, r.Leaves, r.Sum, uint64(MaxLeaves))
	}
	return nil
}

// Proof leads from a leaf to the root. Path has the siblings, from the leaf up.
type Proof struct {
	Index uint64
	Path  []Node
}

// Interval is a part of the whole [0, sum of the root): from Start on, without End.
type Interval struct{ Start, End uint64 }

// Weight is how long it is.
func (i Interval) Weight() uint64 { return i.End - i.Start }

// Verify returns the interval of a leaf that the proof leads from to the root. It fails with ErrTree, ErrProof or ErrOverflow.
func (p Proof) Verify(root Root, leaf Node) (Interval, error) {
	if err := root.Validate(); err != nil {
		return Interval{}, err
	}
	right, err := rfc6962.Sides(p.Index, root.Leaves)
	if err != nil {
		return Interval{}, fmt.Errorf("%w: %w", ErrProof, err)
	}
	if len(p.Path) != len(right) {
		return Interval{}, fmt.Errorf("%w: a path of %d nodes, leaf %d of %d has %d", ErrProof, len(p.Path), p.Index, root.Leaves, len(right))
	}
	node, start := leaf, uint64(0)
	for i, sibling := range p.Path {
		if right[len(right)-1-i] {
			start += sibling.Sum // no more than the sum of the node above, which Join checks
			node, err = Join(sibling, node)
		} else {
			node, err = Join(node, sibling)
		}
		if err != nil {
			return Interval{}, err
		}
	}
	if node != root.Node {
		return Interval{}, fmt.Errorf("%w: it leads to %x with a sum of %d, and the root is %x with %d: is it of this version?",
			ErrProof, node.Hash, node.Sum, root.Hash, root.Sum)
	}
	return Interval{start, start + leaf.Sum}, nil
}

// Due is what a part of the whole gets of an amount that is not negative: floor(amount * weight / whole). What disjoint intervals get
// adds up to the amount at most.
func Due(amount math.Int, weight, whole uint64) math.Int {
	product := new(big.Int).Mul(amount.BigInt(), new(big.Int).SetUint64(weight)) // it may be longer than an Int
	return math.NewIntFromBigInt(product.Div(product, new(big.Int).SetUint64(whole)))
}
