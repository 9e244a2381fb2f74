package anchor_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/anchor"
)

// A tree of any size has the root and the proofs that Build makes.
func TestATreeIsWhatBuildMakes(t *testing.T) {
	for size := range 70 {
		leaves := make([][32]byte, size)
		for i := range leaves {
			binary.BigEndian.PutUint64(leaves[i][:], uint64(i+1))
		}
		tree, err := anchor.NewTree(slices.Clone(leaves))
		if size == 0 {
			require.ErrorIs(t, err, anchor.ErrTree)
			continue
		}
		require.NoError(t, err)
		root, proofs, err := anchor.Build(leaves)
		require.NoError(t, err)
		require.Equal(t, root, tree.Root())
		for i, want := range proofs {
			proof, err := tree.Proof(uint64(i))
			require.NoError(t, err)
			require.NoError(t, proof.Verify(root, leaves[i]))
			require.True(t, slices.Equal(want.Path, proof.Path))
		}
		_, err = tree.Proof(uint64(size))
		require.ErrorIs(t, err, anchor.ErrProof)
	}
}
