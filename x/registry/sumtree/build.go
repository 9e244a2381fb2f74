package sumtree

import (
	"fmt"
	"math/bits"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
)

// Builder makes a tree of leaves that come one by one, and keeps no more than the roots of its full subtrees. The zero Builder has
// no leaves.
type Builder struct {
	size  uint64
	peaks []Node
}

// Add puts a leaf behind those there are. It fails with ErrOverflow, and is of no use then.
func (b *Builder) Add(leaf Node) error {
	node, err := leaf, error(nil)
	for range bits.TrailingZeros64(^b.size) { // as many peaks merge as the size has ones at its end
		if node, err = Join(b.peaks[len(b.peaks)-1], node); err != nil {
			return err
		}
		b.peaks = b.peaks[:len(b.peaks)-1]
	}
	b.size, b.peaks = b.size+1, append(b.peaks, node)
	return nil
}

// Root is that of all leaves so far. It fails with ErrTree where there are none, or too many, and with ErrOverflow.
func (b *Builder) Root() (Root, error) {
	if b.size == 0 {
		return Root{}, fmt.Errorf("%w: no leaves", ErrTree)
	}
	node := b.peaks[len(b.peaks)-1]
	var err error
	for i := len(b.peaks) - 2; i >= 0; i-- {
		if node, err = Join(b.peaks[i], node); err != nil {
			return Root{}, err
		}
	}
	root := Root{node, b.size}
	return root, root.Validate()
}

// Over is the root over leaves. It fails as Builder does.
func Over(leaves []Node) (Root, error) {
	var b Builder
	for _, leaf := range leaves {
		if err := b.Add(leaf); err != nil {
			return Root{}, err
		}
	}
	return b.Root()
}

// Prove makes the proof of a leaf. Subtree has the root over some leaves, from first on: whoever keeps a large tree
// keeps the roots of some of its subtrees, and reads the leaves of one.
func Prove(index, leaves uint64, subtree func(first, count uint64) (Node, error)) (Proof, error) {
	right, err := rfc6962.Sides(index, leaves)
	if err != nil {
		return Proof{}, fmt.Errorf("%w: %w", ErrProof, err)
	}
	p := Proof{Index: index, Path: make([]Node, len(right))}
	first := uint64(0)
	for i, goes := range right {
		left := rfc6962.Left(leaves)
		beside := &p.Path[len(p.Path)-1-i]
		if goes {
			*beside, err = subtree(first, left)
			first, leaves = first+left, leaves-left
		} else {
			*beside, err = subtree(first+left, leaves-left)
			leaves = left
		}
		if err != nil {
			return Proof{}, err
		}
	}
	return p, nil
}
