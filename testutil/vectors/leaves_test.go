package vectors

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/anchor"
)

func hexOf(bz []byte) string { return hex.EncodeToString(bz) }

type leaves struct {
	Trees []tree `json:"trees"`
	// Refused are proofs of the last tree's leaves that lead nowhere, or have no shape.
	Refused []refusedProof `json:"refused"`
}

type tree struct {
	Root   hexBytes `json:"root"`
	Leaves []leaf   `json:"leaves"`
}

type leaf struct {
	ChainID string   `json:"chain_id"`
	Account hexBytes `json:"account"`
	Salt    hexBytes `json:"salt"`
	Digest  hexBytes `json:"digest"`
	Leaf    hexBytes `json:"leaf"`
	Proof   proof    `json:"proof"`
}

type proof struct {
	Index uint64     `json:"index,string"`
	Total uint64     `json:"total,string"`
	Path  []hexBytes `json:"path"`
}

type refusedProof struct {
	Why   string   `json:"why"`
	Root  hexBytes `json:"root"`
	Leaf  hexBytes `json:"leaf"`
	Proof proof    `json:"proof"`
}

func proofOf(p anchor.Proof) proof {
	out := proof{Index: p.Index, Total: p.Total, Path: []hexBytes{}}
	for _, hash := range p.Path {
		out.Path = append(out.Path, hash[:])
	}
	return out
}

func makeLeaves(t *testing.T) any {
	var all leaves
	for _, size := range []int{1, 2, 3, 5, 8} {
		var out tree
		var nodes [][32]byte
		for i := range size {
			chainID, account := "stemma-1", addresses[i%len(addresses)]
			salt, digest := sha256.Sum256(fmt.Append(nil, "salt ", i)), sha256.Sum256(fmt.Append(nil, "content ", i))
			node := anchor.Leaf(chainID, account, salt, digest)
			nodes = append(nodes, node)
			out.Leaves = append(out.Leaves, leaf{
				ChainID: chainID, Account: account, Salt: salt[:], Digest: digest[:], Leaf: node[:],
			})
		}
		root, proofs, err := anchor.Build(nodes)
		require.NoError(t, err)
		out.Root = root[:]
		for i, p := range proofs {
			require.NoError(t, p.Verify(root, nodes[i]))
			out.Leaves[i].Proof = proofOf(p)
		}
		all.Trees = append(all.Trees, out)
		if size == 5 {
			all.Refused = refusedProofs(t, root, nodes, proofs)
		}
	}
	return all
}

func refusedProofs(t *testing.T, root [32]byte, nodes [][32]byte, proofs []anchor.Proof) (all []refusedProof) {
	changed := func(change func(p *anchor.Proof)) anchor.Proof {
		p := proofs[1]
		p.Path = append([][32]byte{}, p.Path...)
		change(&p)
		return p
	}
	for _, r := range []struct {
		why  string
		root [32]byte
		leaf [32]byte
		p    anchor.Proof
	}{
		{"another leaf", root, nodes[2], proofs[1]},
		{"another root", nodes[0], nodes[1], proofs[1]},
		{"another index", root, nodes[1], changed(func(p *anchor.Proof) { p.Index = 0 })},
		{"a total for which the path is too long", root, nodes[1], changed(func(p *anchor.Proof) { p.Total = 4 })},
		{"an index outside of the tree", root, nodes[1], changed(func(p *anchor.Proof) { p.Index = 5 })},
		{"no leaves", root, nodes[1], changed(func(p *anchor.Proof) { p.Total = 0 })},
		{"a hash is missing", root, nodes[1], changed(func(p *anchor.Proof) { p.Path = p.Path[1:] })},
		{"a hash too many", root, nodes[1], changed(func(p *anchor.Proof) { p.Path = append(p.Path, root) })},
		{"hashes swapped", root, nodes[1], changed(func(p *anchor.Proof) { p.Path[0], p.Path[1] = p.Path[1], p.Path[0] })},
	} {
		require.ErrorIs(t, r.p.Verify(r.root, r.leaf), anchor.ErrProof, r.why)
		all = append(all, refusedProof{r.why, r.root[:], r.leaf[:], proofOf(r.p)})
	}
	return all
}
