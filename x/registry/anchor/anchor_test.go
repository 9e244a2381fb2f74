package anchor_test

import (
	"crypto/sha256"
	"testing"

	"github.com/cometbft/cometbft/crypto/merkle"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/registry/anchor"
)

func digest() *rapid.Generator[[32]byte] {
	return rapid.Custom(func(t *rapid.T) [32]byte {
		return [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest"))
	})
}

func leaves(t *rapid.T) [][32]byte {
	return rapid.SliceOfNDistinct(digest(), 1, 70, rapid.ID[[32]byte]).Draw(t, "leaves")
}

func TestEveryLeafIsProved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := leaves(t)
		root, proofs, err := anchor.Build(leaves)
		require.NoError(t, err)
		require.Len(t, proofs, len(leaves))
		items := make([][]byte, len(leaves))
		for i := range leaves {
			items[i] = leaves[i][:]
			require.NoError(t, proofs[i].Verify(root, leaves[i]))
			require.LessOrEqual(t, len(proofs[i].Path), anchor.MaxPath)
		}
		require.Equal(t, merkle.HashFromByteSlices(items), root[:])
	})
}

func TestNothingElseIsProved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := leaves(t)
		root, proofs, err := anchor.Build(leaves)
		require.NoError(t, err)
		i := rapid.IntRange(0, len(leaves)-1).Draw(t, "leaf")
		p := anchor.Proof{Index: proofs[i].Index, Total: proofs[i].Total, Path: append([][32]byte{}, proofs[i].Path...)}
		leaf := leaves[i]
		switch rapid.IntRange(0, 6).Draw(t, "change") {
		case 0:
			leaf[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
		case 1:
			root[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
		case 2:
			p.Path = append(p.Path, digest().Draw(t, "extra"))
		case 3:
			if len(p.Path) == 0 {
				t.Skip("no path to change")
			}
			p.Path[rapid.IntRange(0, len(p.Path)-1).Draw(t, "sibling")][0] ^= 1
		case 4:
			p.Total = 0
		case 5:
			p.Index = p.Total + rapid.Uint64Range(0, 1<<62).Draw(t, "beyond")
		case 6:
			if len(leaves) == 1 {
				t.Skip("no other index")
			}
			p.Index = (p.Index + rapid.Uint64Range(1, p.Total-1).Draw(t, "shift")) % p.Total
		}
		require.ErrorIs(t, p.Verify(root, leaf), anchor.ErrProof)
	})
}

// An inner node is no leaf: RFC 6962 hashes both under different prefixes.
func TestInnerNodeIsNoLeaf(t *testing.T) {
	leaves := [][32]byte{{1}, {2}, {3}, {4}}
	root, proofs, err := anchor.Build(leaves)
	require.NoError(t, err)
	left := sha256.Sum256(append([]byte{0}, leaves[0][:]...))
	p := anchor.Proof{Index: 0, Total: 2, Path: proofs[0].Path[1:]}
	require.ErrorIs(t, p.Verify(root, left), anchor.ErrProof)
}

func TestLeafBindsEverything(t *testing.T) {
	salt, content := [32]byte{1}, [32]byte{2}
	leaf := anchor.Leaf("stemma-1", []byte("alice"), salt, content)
	require.Equal(t, leaf, anchor.Leaf("stemma-1", []byte("alice"), salt, content))
	require.NotEqual(t, leaf, anchor.Leaf("stemma-2", []byte("alice"), salt, content))
	require.NotEqual(t, leaf, anchor.Leaf("stemma-1", []byte("bob"), salt, content))
	require.NotEqual(t, leaf, anchor.Leaf("stemma-1", []byte("alice"), [32]byte{3}, content))
	require.NotEqual(t, leaf, anchor.Leaf("stemma-1", []byte("alice"), salt, [32]byte{3}))
	plain := "stemma/anchor/v1" + "\x00\x00\x00\x08stemma-1" + "\x00\x00\x00\x05alice" + string(salt[:]) + string(content[:])
	require.Equal(t, sha256.Sum256([]byte(plain)), leaf)
	require.NotEqual(t, leaf, anchor.StatementLeaf("stemma-1", []byte("alice"), salt, content))
	stated := "stemma/anchor/statement/v1" + plain[len("stemma/anchor/v1"):]
	require.Equal(t, sha256.Sum256([]byte(stated)), anchor.StatementLeaf("stemma-1", []byte("alice"), salt, content))
	// Lengths keep chain id and account apart.
	require.NotEqual(t, anchor.Leaf("ab", []byte("c"), salt, content), anchor.Leaf("a", []byte("bc"), salt, content))
}

func TestBuildNeedsLeaves(t *testing.T) {
	_, _, err := anchor.Build(nil)
	require.ErrorIs(t, err, anchor.ErrTree)
}

func TestProofShape(t *testing.T) {
	const most = 1 << 32
	for name, c := range map[string]struct {
		proof anchor.Proof
		says  string
	}{
		"no leaves":       {anchor.Proof{}, "total is 0, it must be 1 to 4294967296"},
		"too many leaves": {anchor.Proof{Total: most + 1, Path: make([][32]byte, 33)}, "total is 4294967297"},
		"index outside":   {anchor.Proof{Index: 1, Total: 1}, "index 1 is outside of 1 leaves"},
		"path missing":    {anchor.Proof{Total: 2}, "path has 0 hashes, leaf 0 of 2 has 1"},
		"path too long":   {anchor.Proof{Total: 1, Path: make([][32]byte, 1)}, "path has 1 hashes, leaf 0 of 1 has 0"},
		"overflow":        {anchor.Proof{Index: 1<<64 - 2, Total: 1<<64 - 1}, "total is 18446744073709551615"},
	} {
		require.ErrorIs(t, c.proof.ValidateBasic(), anchor.ErrProof, name)
		require.ErrorContains(t, c.proof.ValidateBasic(), c.says, name)
		require.EqualError(t, c.proof.Verify([32]byte{}, [32]byte{}), c.proof.ValidateBasic().Error(), name)
	}
	require.NoError(t, anchor.Proof{Total: most, Path: make([][32]byte, 32)}.ValidateBasic())
	require.Equal(t, 32, anchor.MaxPath)
	require.Equal(t, most, anchor.MaxLeaves)
}
