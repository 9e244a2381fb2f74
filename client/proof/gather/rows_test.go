package gather_test

import (
	"fmt"
	"testing"

	"github.com/cosmos/iavl"
	idb "github.com/cosmos/iavl/db"
	ics23 "github.com/cosmos/ics23/go"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/stemma-chain/stemma/client/proof/gather"
)

// What the node's own proofs are not, is refused.
func TestPathsOfAnotherForm(t *testing.T) {
	tree := iavl.NewMutableTree(idb.NewMemDB(), 100, true, log.NewNopLogger())
	for i := range 9 {
		_, err := tree.Set(fmt.Appendf(nil, "key %d", i), []byte{})
		require.NoError(t, err)
	}
	_, _, err := tree.SaveVersion()
	require.NoError(t, err)
	for name, spoil := range map[string]func(p *ics23.ExistenceProof){
		"no leaf":           func(p *ics23.ExistenceProof) { p.Leaf = nil },
		"a leaf's prefix":   func(p *ics23.ExistenceProof) { p.Leaf.Prefix = append(p.Leaf.Prefix, 1) },
		"an inner prefix":   func(p *ics23.ExistenceProof) { p.Path[0].Prefix = p.Path[0].Prefix[:2] },
		"a hash's length":   func(p *ics23.ExistenceProof) { p.Path[0].Suffix = append(p.Path[0].Suffix, 1) },
		"a negative number": func(p *ics23.ExistenceProof) { p.Path[0].Prefix[0] = 1 },
	} {
		proof, err := tree.GetMembershipProof([]byte("key 4"))
		require.NoError(t, err)
		spoil(proof.GetExist())
		_, err = gather.Rows([]*ics23.ExistenceProof{proof.GetExist()})
		require.Error(t, err, name)
	}
}

// Paths that are not of one tree are no reason to crash: what is made of them does not have the root.
func TestPathsOfAnotherTree(t *testing.T) {
	leaf := &ics23.LeafOp{Prefix: []byte{0, 2, 2}}
	short := &ics23.ExistenceProof{Key: []byte("a"), Value: []byte("1"), Leaf: leaf}
	long := &ics23.ExistenceProof{Key: []byte("b"), Value: []byte("2"), Leaf: leaf, Path: []*ics23.InnerOp{
		{Prefix: append([]byte{2, 4, 2, 32}, make([]byte, 33)...)}, {Prefix: append([]byte{4, 6, 2, 32}, make([]byte, 33)...)},
	}}
	for _, step := range long.Path {
		step.Prefix[len(step.Prefix)-1] = 32
	}
	for _, paths := range [][]*ics23.ExistenceProof{{short, long}, {long, short}} {
		_, err := gather.Rows(paths)
		require.NoError(t, err)
	}
	one := &ics23.ExistenceProof{Key: []byte("one")}
	two := &ics23.ExistenceProof{Key: []byte("two"), Path: []*ics23.InnerOp{
		{Prefix: []byte{1}, Suffix: make([]byte, 32)}, {Prefix: []byte{1}, Suffix: make([]byte, 32)},
	}}
	for _, names := range [][2]*ics23.ExistenceProof{{one, two}, {two, one}} {
		a, b := *names[0], *names[1]
		a.Key, b.Key = []byte("one"), []byte("two")
		_, err := gather.Stores(map[string][]byte{"one": nil, "two": nil}, map[string]*ics23.ExistenceProof{"one": &a, "two": &b})
		require.NoError(t, err)
	}
}
