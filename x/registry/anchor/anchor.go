// Package anchor has the rules by which a Merkle root proves that an account
// knew contents at a time, without showing them: leaves, trees and proofs. It is
// pure; commands build anchors with it and the chain verifies them.
package anchor

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/cometbft/cometbft/crypto/merkle"
)

const (
	// MaxLeaves is the largest number of leaves under one root.
	MaxLeaves = 1 << 32
	// MaxPath is the longest path from a leaf to the root of such a tree.
	MaxPath = 32
)

// leafDomain separates leaves from every other hash of this chain, and statementDomain those of
// statements from those of contents: a content can be the very bytes that a statement's digest is over.
const (
	leafDomain      = "stemma/anchor/v1"
	statementDomain = "stemma/anchor/statement/v1"
)

var (
	// ErrTree says that a tree cannot be built.
	ErrTree = errors.New("merkle tree")
	// ErrProof says that a proof is malformed or leads to another root.
	ErrProof = errors.New("merkle proof")
)

// Proof leads from one leaf to the root. Path holds the siblings' hashes from
// the leaf up.
type Proof struct {
	Index uint64
	Total uint64
	Path  [][32]byte
}

// Leaf commits an account to a content without showing it: SHA-256 over a domain
// tag, the chain id and the account with their lengths, a random salt that the
// account keeps to itself until it proves, and the content's SHA-256. As the
// account is in it, nobody can use another's root; as the salt is, nobody can
// test a root for a content that they know.
func Leaf(chainID string, account []byte, salt, digest [32]byte) [32]byte {
	return leaf(leafDomain, chainID, account, salt, digest)
}

// StatementLeaf is Leaf for the digest of what the account states, in place of a content's: whoever anchors
// files that others give them states nothing by it.
func StatementLeaf(chainID string, account []byte, salt, digest [32]byte) [32]byte {
	return leaf(statementDomain, chainID, account, salt, digest)
}

func leaf(domain, chainID string, account []byte, salt, digest [32]byte) [32]byte {
	h := sha256.New()
	h.Write([]byte(domain))
	writeSized(h.Write, []byte(chainID))
	writeSized(h.Write, account)
	h.Write(salt[:])
	h.Write(digest[:])
	return [32]byte(h.Sum(nil))
}

func writeSized(write func([]byte) (int, error), bz []byte) {
	// A hash never fails to take bytes.
	_, _ = write(binary.BigEndian.AppendUint32(nil, uint32(len(bz))))
	_, _ = write(bz)
}

// Build returns the root of the RFC 6962 tree over the leaves, in their order,
// and each leaf's proof. It fails with ErrTree when there is no leaf or more than
// MaxLeaves.
func Build(leaves [][32]byte) (root [32]byte, proofs []Proof, err error) {
	if len(leaves) == 0 || uint64(len(leaves)) > MaxLeaves {
		return root, nil, fmt.Errorf("%w: %d leaves, it takes 1 to %d", ErrTree, len(leaves), uint64(MaxLeaves))
	}
	items := make([][]byte, len(leaves))
	for i := range leaves {
		items[i] = leaves[i][:]
	}
	rootHash, built := merkle.ProofsFromByteSlices(items)
	proofs = make([]Proof, len(built))
	for i, p := range built {
		proofs[i] = Proof{Index: uint64(p.Index), Total: uint64(p.Total), Path: make([][32]byte, len(p.Aunts))}
		for j, aunt := range p.Aunts {
			proofs[i].Path[j] = [32]byte(aunt)
		}
	}
	return [32]byte(rootHash), proofs, nil
}

// ValidateBasic checks the shape alone: total and index within bounds, and a
// path of exactly the length that they give. It fails with ErrProof.
func (p Proof) ValidateBasic() error {
	switch {
	case p.Total == 0 || p.Total > MaxLeaves:
		return fmt.Errorf("%w: total is %d, it must be 1 to %d", ErrProof, p.Total, uint64(MaxLeaves))
	case p.Index >= p.Total:
		return fmt.Errorf("%w: index %d is outside of %d leaves; the first has index 0", ErrProof, p.Index, p.Total)
	}
	if want := pathLength(p.Index, p.Total); len(p.Path) != want {
		return fmt.Errorf("%w: path has %d hashes, leaf %d of %d has %d", ErrProof, len(p.Path), p.Index, p.Total, want)
	}
	return nil
}

// Verify checks that the leaf at the proof's index leads to the root. It fails
// with ErrProof.
func (p Proof) Verify(root, leaf [32]byte) error {
	if err := p.ValidateBasic(); err != nil {
		return err
	}
	leafHash := sha256.Sum256(append([]byte{0}, leaf[:]...)) // RFC 6962, 2.1
	proof := merkle.Proof{Total: int64(p.Total), Index: int64(p.Index), LeafHash: leafHash[:]}
	for i := range p.Path {
		proof.Aunts = append(proof.Aunts, p.Path[i][:])
	}
	// What merkle's own ValidateBasic asks, ours has: both bounds, the path's length, and the hashes' by their type.
	if err := proof.Verify(root[:], leaf[:]); err != nil {
		return fmt.Errorf("%w: it does not lead to root %x: check salt, content, account and chain id", ErrProof, root)
	}
	return nil
}

// pathLength is the depth of a leaf in the RFC 6962 tree, which puts the largest
// power of two below the number of leaves on its left.
func pathLength(index, total uint64) int {
	depth := 0
	for total > 1 {
		left := uint64(1) << (bits.Len64(total-1) - 1)
		if index < left {
			total = left
		} else {
			index, total = index-left, total-left
		}
		depth++
	}
	return depth
}
