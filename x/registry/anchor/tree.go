package anchor

import (
	"crypto/sha256"
	"fmt"
)

// Tree is the RFC 6962 tree over many leaves, any of which may be proved. It keeps 64 bytes a leaf, where
// Build makes all proofs at once, each with a path of its own.
type Tree struct {
	// levels are the hashes from the leaves up. An odd last one is the level's above as it is: that
	// is the same tree as one that is split at the largest power of two.
	levels [][][32]byte
}

// NewTree makes the tree over the leaves, in their order, whose slice it keeps and writes over. It fails
// with ErrTree as Build does.
func NewTree(leaves [][32]byte) (*Tree, error) {
	if len(leaves) == 0 || uint64(len(leaves)) > MaxLeaves {
		return nil, fmt.Errorf("%w: %d leaves, it takes 1 to %d", ErrTree, len(leaves), uint64(MaxLeaves))
	}
	outer := [33]byte{} // RFC 6962, 2.1
	for i := range leaves {
		copy(outer[1:], leaves[i][:])
		leaves[i] = sha256.Sum256(outer[:])
	}
	t := &Tree{levels: [][][32]byte{leaves}}
	inner := [65]byte{1}
	for below := leaves; len(below) > 1; below = t.levels[len(t.levels)-1] {
		above := make([][32]byte, 0, (len(below)+1)/2)
		for i := 0; i+1 < len(below); i += 2 {
			copy(inner[1:], below[i][:])
			copy(inner[33:], below[i+1][:])
			above = append(above, sha256.Sum256(inner[:]))
		}
		if len(below)%2 == 1 {
			above = append(above, below[len(below)-1])
		}
		t.levels = append(t.levels, above)
	}
	return t, nil
}

// Total is the number of leaves.
func (t *Tree) Total() uint64 { return uint64(len(t.levels[0])) }

// Root is the tree's.
func (t *Tree) Root() [32]byte { return t.levels[len(t.levels)-1][0] }

// Proof leads from the leaf at an index to the root. It fails with ErrProof where there is no such leaf.
func (t *Tree) Proof(index uint64) (Proof, error) {
	p := Proof{Index: index, Total: t.Total()}
	if index >= p.Total {
		return p, p.ValidateBasic()
	}
	for _, level := range t.levels[:len(t.levels)-1] {
		if beside := index ^ 1; beside < uint64(len(level)) {
			p.Path = append(p.Path, level[beside])
		}
		index /= 2
	}
	return p, nil
}
