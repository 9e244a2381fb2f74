package rows_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cosmos/iavl"
	idb "github.com/cosmos/iavl/db"
	ics23 "github.com/cosmos/ics23/go"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/log/v2"

	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/client/proof/rows"
)

// store is an IAVL tree of so many rows, a third of them without a value, written in several versions.
func store(t testing.TB, n int) *iavl.MutableTree {
	t.Helper()
	tree := iavl.NewMutableTree(idb.NewMemDB(), 1000, true, log.NewNopLogger())
	for i := range n {
		value := fmt.Appendf(nil, "value %d", i)
		if i%3 == 0 {
			value = []byte{}
		}
		_, err := tree.Set(keyOf(i), value)
		require.NoError(t, err)
		if i%max(1, n/7) == 0 {
			_, _, err := tree.SaveVersion()
			require.NoError(t, err)
		}
	}
	_, _, err := tree.SaveVersion()
	require.NoError(t, err)
	return tree
}

func keyOf(i int) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "key %d", i))
	return append([]byte{byte(i % 4)}, sum[:8]...)
}

// pathsOf are what a node proves of a key: the row, or those beside its place.
func pathsOf(t testing.TB, tree *iavl.MutableTree, key []byte) []*ics23.ExistenceProof {
	t.Helper()
	if tree.Size() == 0 {
		return nil
	}
	there, err := tree.Has(key)
	require.NoError(t, err)
	if there {
		proof, err := tree.GetMembershipProof(key)
		require.NoError(t, err)
		return []*ics23.ExistenceProof{proof.GetExist()}
	}
	proof, err := tree.GetNonMembershipProof(key)
	require.NoError(t, err)
	var paths []*ics23.ExistenceProof
	for _, beside := range []*ics23.ExistenceProof{proof.GetNonexist().Left, proof.GetNonexist().Right} {
		if beside != nil {
			paths = append(paths, beside)
		}
	}
	return paths
}

func proved(t testing.TB, tree *iavl.MutableTree, keys ...[]byte) []byte {
	t.Helper()
	var paths []*ics23.ExistenceProof
	for _, key := range keys {
		paths = append(paths, pathsOf(t, tree, key)...)
	}
	raw, err := gather.Rows(paths)
	require.NoError(t, err)
	return raw
}

// Whatever is asked of whatever store, the proof has the store's root and says what the store has.
func TestWhatIsThereAndWhatIsNot(t *testing.T) {
	trees := map[int]*iavl.MutableTree{}
	for _, n := range []int{0, 1, 2, 3, 10, 1000} {
		trees[n] = store(t, n)
	}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.SampledFrom([]int{0, 1, 2, 3, 10, 1000}).Draw(rt, "rows")
		var keys [][]byte
		for range rapid.IntRange(1, 8).Draw(rt, "asked") {
			if rapid.Bool().Draw(rt, "there") && n > 0 {
				keys = append(keys, keyOf(rapid.IntRange(0, n-1).Draw(rt, "row")))
			} else {
				keys = append(keys, rapid.SliceOfN(rapid.Byte(), 1, 12).Draw(rt, "key"))
			}
		}
		p, err := rows.Read(proved(t, trees[n], keys...))
		require.NoError(t, err)
		root := p.Root()
		require.Equal(t, trees[n].WorkingHash(), root[:])
		for _, key := range keys {
			want, err := trees[n].Get(key)
			require.NoError(t, err)
			got, present, err := p.Get(key)
			require.NoError(t, err)
			require.Equal(t, want != nil, present)
			require.Equal(t, append([]byte{}, want...), append([]byte{}, got...))
		}
		require.NoError(t, p.Done())
	})
}

// The first row of a prefix is the store's, and a proof that hides what may stand before it says so.
func TestFirst(t *testing.T) {
	tree := store(t, 200)
	for prefix := range byte(6) {
		var first []byte
		tree.Iterate(func(key, _ []byte) bool {
			if key[0] != prefix {
				return false
			}
			first = key
			return true
		})
		keys := [][]byte{{prefix}}
		if first != nil {
			keys = append(keys, first)
		}
		p, err := rows.Read(proved(t, tree, keys...))
		require.NoError(t, err)
		row, present, err := p.First([]byte{prefix}, []byte{prefix + 1})
		require.NoError(t, err)
		require.Equal(t, first != nil, present)
		require.Equal(t, first, row.Key)
		require.NoError(t, p.Done())
		if prefix != 2 {
			continue
		}
		second, err := rows.Read(proved(t, tree, keyOf(2)))
		require.NoError(t, err)
		_, _, err = second.First([]byte{prefix}, []byte{prefix + 1})
		require.ErrorIs(t, err, rows.ErrHidden)
	}
}

// A proof about other rows says nothing, and one with more rows than are needed is refused.
func TestHiddenAndNeedless(t *testing.T) {
	tree := store(t, 50)
	p, err := rows.Read(proved(t, tree, keyOf(7)))
	require.NoError(t, err)
	_, _, err = p.Get(keyOf(8))
	require.ErrorIs(t, err, rows.ErrHidden)
	require.ErrorIs(t, p.Done(), rows.ErrNeedless)
	_, _, err = p.Get(keyOf(7))
	require.NoError(t, err)
	require.NoError(t, p.Done())
	p, err = rows.Read(proved(t, tree, keyOf(7), keyOf(8)))
	require.NoError(t, err)
	_, _, err = p.Get(keyOf(7))
	require.NoError(t, err)
	require.ErrorContains(t, p.Done(), fmt.Sprintf("%x", keyOf(8)))
}

// No other bytes prove the same root: every change is unreadable or proves another.
func TestOtherBytesProveAnotherRoot(t *testing.T) {
	changes := 40_000
	if testing.Short() {
		changes = 2_000
	}
	tree := store(t, 300)
	raw := proved(t, tree, keyOf(0), keyOf(1), keyOf(2), []byte("absent"), []byte{2}, []byte{9})
	p, err := rows.Read(raw)
	require.NoError(t, err)
	draw := rand.New(rand.NewPCG(1, 2))
	read := 0
	for range changes {
		other := bytes.Clone(raw)
		for range 1 + draw.IntN(2) {
			i := draw.IntN(len(other))
			switch draw.IntN(5) {
			case 0:
				other[i] ^= 1 << draw.IntN(8)
			case 1:
				other = append(other[:i], other[i+1:]...)
			case 2:
				other = append(other[:i], append([]byte{byte(draw.IntN(256))}, other[i:]...)...)
			case 3:
				other[i] = byte(draw.IntN(256))
			case 4:
				other = other[:i+1]
			}
		}
		q, err := rows.Read(other)
		if err != nil {
			require.ErrorIs(t, err, rows.ErrUnreadable)
			continue
		}
		read++
		require.True(t, q.Root() != p.Root() || bytes.Equal(other, raw))
	}
	require.Positive(t, read)
}

// A proof costs what its rows need.
func TestSizes(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a large store")
	}
	tree := store(t, 10_000)
	one, none := proved(t, tree, keyOf(5)), proved(t, tree, []byte("absent"))
	t.Logf("of 10,000 rows (height %d): one present %d bytes, one absent %d", tree.Height(), len(one), len(none))
	require.Less(t, len(one), 800)
	require.Less(t, len(none), 1000)
}
