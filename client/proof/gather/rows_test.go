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
