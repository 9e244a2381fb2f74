package rfc6962_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "github.com/stemma-chain/stemma/x/headers/rfc6962"
)

// mth and path are MTH and PATH of RFC 6962 sections 2.1 and 2.1.1, as they are written there.
func mth(d [][]byte) Hash {
	switch n := len(d); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, d[0]...))
	default:
		k := below(n)
		l, r := mth(d[:k]), mth(d[k:])
		return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
	}
}

func path(m int, d [][]byte) []Hash {
	if len(d) == 1 {
		return nil
	}
	k := below(len(d))
	if m < k {
		return append(path(m, d[:k]), mth(d[k:]))
	}
	return append(path(m-k, d[k:]), mth(d[:k]))
}

// below is the largest power of two below n.
func below(n int) int { return 1 << (bits.Len(uint(n-1)) - 1) }

func entries(n int) (list [][]byte) {
	for i := range n {
		list = append(list, fmt.Appendf(nil, "entry %d", i))
	}
	return list
}

// grown is the log of the entries, and all its full subtrees.
func grown(list [][]byte) (f Frontier, full map[Position]Hash) {
	full = map[Position]Hash{}
	for _, entry := range list {
		var completed []Subtree
		f, completed = f.Append(Leaf(entry))
		for _, s := range completed {
			full[s.Position] = s.Root
		}
	}
	return f, full
}

// The tree hash is that of the RFC, and each entry's path to its peak is the RFC's up to there.
func TestAsTheRFCSays(t *testing.T) {
	all := entries(70)
	for n := range len(all) + 1 {
		f, full := grown(all[:n])
		require.NoError(t, f.Validate())
		require.Equal(t, mth(all[:n]), f.Root(), n)
		leaves := make([]Hash, n)
		for i := range n {
			leaves[i] = Leaf(all[i])
		}
		require.Equal(t, f.Root(), Root(leaves))
		for i := range n {
			peak, place, err := PeakOf(f.Size, uint64(i))
			require.NoError(t, err)
			require.Equal(t, full[peak], f.Peaks[place])
			var up []Hash
			for _, p := range Siblings(Position{0, uint64(i)}, peak) {
				require.Contains(t, full, p)
				up = append(up, full[p])
			}
			require.Equal(t, append([]Hash{}, path(i, all[:n])[:peak.Level]...), append([]Hash{}, up...))
			require.NoError(t, f.Verify(leaves[i], uint64(i), up))
		}
		_, _, err := PeakOf(f.Size, uint64(n))
		require.ErrorIs(t, err, ErrNotInLog)
	}
}

// The vectors that implementations of the RFC share: roots of the first eight logs of eight entries.
func TestKnownRoots(t *testing.T) {
	inputs := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := []string{
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var f Frontier
	for i, input := range inputs {
		entry, err := hex.DecodeString(input)
		require.NoError(t, err)
		f, _ = f.Append(Leaf(entry))
		require.Equal(t, roots[i], f.Root().String())
	}
}

// No other leaf, index, size or path is proved.
func TestNothingElseIsProved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 100).Draw(t, "entries")
		i := rapid.IntRange(0, n-1).Draw(t, "index")
		f, full := grown(entries(n))
		peak, _, err := PeakOf(f.Size, uint64(i))
		require.NoError(t, err)
		var up []Hash
		for _, p := range Siblings(Position{0, uint64(i)}, peak) {
			up = append(up, full[p])
		}
		leaf, index := full[Position{0, uint64(i)}], uint64(i)
		require.NoError(t, f.Verify(leaf, index, up))
		switch rapid.SampledFrom([]string{"leaf", "index", "longer", "shorter", "node", "inner", "peaks"}).Draw(t, "change") {
		case "leaf":
			leaf[rapid.IntRange(0, Size-1).Draw(t, "byte")] ^= 1
		case "index":
			other := rapid.Uint64Range(0, uint64(2*n)).Draw(t, "other")
			if other == index {
				return
			}
			index = other
		case "longer":
			up = append(up, Hash{})
		case "shorter":
			if len(up) == 0 {
				return
			}
			up = up[:len(up)-1]
		case "node":
			if len(up) == 0 {
				return
			}
			up[rapid.IntRange(0, len(up)-1).Draw(t, "node")][0] ^= 1
		case "inner": // an inner node in place of a leaf
			if len(up) == 0 {
				return
			}
			leaf = Climb(Subtree{Position{0, index}, leaf}, up[:1]).Root
			index, up = index>>1, up[1:]
		case "peaks":
			f.Peaks = append(f.Peaks, Hash{})
		}
		require.Error(t, f.Verify(leaf, index, up))
	})
}

// What is wrong with a proof is said.
func TestWhyItIsNotProved(t *testing.T) {
	f, full := grown(entries(5))
	leaf := full[Position{0, 2}]
	require.ErrorIs(t, f.Verify(leaf, 5, nil), ErrNotInLog)
	err := f.Verify(leaf, 2, nil)
	require.ErrorIs(t, err, ErrNotProved)
	require.ErrorContains(t, err, "entry 2 of 5 is 2 levels below a peak, and the path has 0")
	require.ErrorIs(t, f.Verify(leaf, 2, make([]Hash, 2)), ErrNotProved)
	require.ErrorIs(t, Frontier{Size: 5}.Verify(leaf, 2, nil), ErrBroken)
	require.ErrorContains(t, Frontier{Size: 5}.Validate(), "5 entries make 2 peaks, and it has 0")
}

// Appending leaves the old frontier as it was, whoever shares its memory.
func TestAppendSharesNothing(t *testing.T) {
	f, _ := grown(entries(6))
	before := append([]Hash(nil), f.Peaks...)
	one, _ := f.Append(Leaf([]byte("one")))
	other, _ := f.Append(Leaf([]byte("other")))
	require.Equal(t, before, f.Peaks)
	require.NotEqual(t, one.Root(), other.Root())
	require.Equal(t, one.Root(), func() Hash { g, _ := grown(append(entries(6), []byte("one"))); return g.Root() }())
}

// Each entry's path to the root is the RFC's, and leads from its leaf to the root; no other does.
func TestPathsToTheRoot(t *testing.T) {
	all := entries(40)
	for n := 1; n <= len(all); n++ {
		subtree := func(first, count uint64) (Hash, error) { return mth(all[first : first+count]), nil }
		for i := range n {
			p, err := Path(uint64(i), uint64(n), subtree)
			require.NoError(t, err)
			require.Equal(t, append([]Hash{}, path(i, all[:n])...), append([]Hash{}, p...))
			root, err := RootBy(Leaf(all[i]), uint64(i), uint64(n), p)
			require.NoError(t, err)
			require.EqualValues(t, mth(all[:n]), root)
			if n > 1 {
				other, err := RootBy(Leaf(all[i]), uint64(i), uint64(n), append([]Hash{{1}}, p[1:]...))
				require.NoError(t, err)
				require.NotEqual(t, root, other)
				_, err = RootBy(Leaf(all[i]), uint64(i), uint64(n), p[1:])
				require.ErrorIs(t, err, ErrNotProved)
			}
			_, err = RootBy(Leaf(all[i]), uint64(i), uint64(n), append(p, Hash{}))
			require.ErrorIs(t, err, ErrNotProved)
		}
		_, err := Path(uint64(n), uint64(n), subtree)
		require.ErrorIs(t, err, ErrNotInLog)
		_, err = RootBy(Hash{}, uint64(n), uint64(n), nil)
		require.ErrorIs(t, err, ErrNotInLog)
	}
	lost := errors.New("lost")
	_, err := Path(2, 3, func(uint64, uint64) (Hash, error) { return Hash{}, lost })
	require.ErrorIs(t, err, lost)
}
