package sumtree_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	. "github.com/stemma-chain/stemma/x/registry/sumtree"
)

// entry is a contributor as the tests draw it.
type entry struct {
	kind   byte
	id     []byte
	weight uint64
}

func (e entry) leaf(t require.TestingT) Node {
	n, err := Leaf(e.kind, e.id, e.weight)
	require.NoError(t, err)
	return n
}

func entries(most int) *rapid.Generator[[]entry] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) entry {
		return entry{
			rapid.Byte().Draw(t, "kind"), rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "id"), rapid.Uint64Range(1, 1<<50).Draw(t, "weight"),
		}
	}), 1, most)
}

func leavesOf(t require.TestingT, list []entry) []Node {
	leaves := make([]Node, len(list))
	for i, e := range list {
		leaves[i] = e.leaf(t)
	}
	return leaves
}

// plain is the tree as RFC 6962 writes it, with the hashes of the package's comment.
func plain(leaves []entry) (sum uint64, hash [32]byte) {
	u64 := func(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
	if len(leaves) == 1 {
		e := leaves[0]
		return e.weight, sha256.Sum256(slices.Concat([]byte{0, e.kind, byte(len(e.id))}, e.id, u64(e.weight)))
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	ls, l := plain(leaves[:k])
	rs, r := plain(leaves[k:])
	return ls + rs, sha256.Sum256(slices.Concat([]byte{1}, u64(ls), l[:], u64(rs), r[:]))
}

// above is the node over leaves, whatever sums they say.
func above(leaves []Node) (Node, error) {
	if len(leaves) == 1 {
		return leaves[0], nil
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	left, err := above(leaves[:k])
	if err != nil {
		return Node{}, err
	}
	right, err := above(leaves[k:])
	if err != nil {
		return Node{}, err
	}
	return Join(left, right)
}

func subtrees(leaves []Node) func(first, count uint64) (Node, error) {
	return func(first, count uint64) (Node, error) { return above(leaves[first : first+count]) }
}

func TestATreeIsThatOfTheRFC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := entries(70).Draw(t, "entries")
		root, err := Over(leavesOf(t, list))
		require.NoError(t, err)
		sum, hash := plain(list)
		require.Equal(t, Root{Node{sum, hash}, uint64(len(list))}, root)
	})
}

// Each leaf has its interval, and together they are the whole, in order.
func TestIntervalsAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := leavesOf(t, entries(70).Draw(t, "entries"))
		root, err := Over(leaves)
		require.NoError(t, err)
		end := uint64(0)
		for i, leaf := range leaves {
			p, err := Prove(uint64(i), root.Leaves, subtrees(leaves))
			require.NoError(t, err)
			require.LessOrEqual(t, len(p.Path), MaxPath)
			interval, err := p.Verify(root, leaf)
			require.NoError(t, err)
			require.Equal(t, Interval{end, end + leaf.Sum}, interval)
			require.Equal(t, leaf.Sum, interval.Weight())
			end = interval.End
		}
		require.Equal(t, root.Sum, end)
	})
}

// A proof holds for its leaf, its place and its tree alone.
func TestNothingElseIsProved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := entries(40).Draw(t, "entries")
		leaves := leavesOf(t, list)
		root, err := Over(leaves)
		require.NoError(t, err)
		at := rapid.IntRange(0, len(leaves)-1).Draw(t, "at")
		p, err := Prove(uint64(at), root.Leaves, subtrees(leaves))
		require.NoError(t, err)
		refused := func(p Proof, root Root, leaf Node) {
			_, err := p.Verify(root, leaf)
			require.Error(t, err)
		}
		other := list[at]
		switch rapid.IntRange(0, 2).Draw(t, "field") {
		case 0:
			other.kind++
		case 1:
			other.id = append(slices.Clone(other.id), 0)
		default:
			other.weight++
		}
		refused(p, root, other.leaf(t))
		refused(p, root, Node{leaves[at].Sum + 1, leaves[at].Hash})
		if len(p.Path) > 0 {
			forged := Proof{p.Index, slices.Clone(p.Path)}
			step := rapid.IntRange(0, len(p.Path)-1).Draw(t, "step")
			forged.Path[step].Sum++
			refused(forged, root, leaves[at])
			forged.Path[step] = p.Path[step]
			forged.Path[step].Hash[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
			refused(forged, root, leaves[at])
			refused(Proof{p.Index, p.Path[1:]}, root, leaves[at])
			refused(Proof{p.Index ^ 1, p.Path}, root, leaves[at])
		}
		refused(Proof{p.Index, append(slices.Clone(p.Path), leaves[0])}, root, leaves[at])
		refused(Proof{root.Leaves, p.Path}, root, leaves[at])
		refused(p, Root{Node{root.Sum + 1, root.Hash}, root.Leaves}, leaves[at])
		refused(p, Root{root.Node, 0}, leaves[at])
		refused(p, Root{root.Node, MaxLeaves + 1}, leaves[at])
	})
}

// Whoever makes the tree, whatever sums it says and however often it has a leaf: what proofs lead to overlaps nowhere, and ends at the
// root's sum at the latest.
func TestALiarsIntervalsAreDisjoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := leavesOf(t, entries(8).Draw(t, "entries"))
		// A liar says other sums than those of the leaves, and has leaves twice.
		said := make([]Node, rapid.IntRange(1, 12).Draw(t, "size"))
		for i := range said {
			said[i] = leaves[rapid.IntRange(0, len(leaves)-1).Draw(t, "leaf")]
			if rapid.IntRange(0, 3).Draw(t, "lies") == 0 {
				said[i].Sum = rapid.Uint64Range(0, 1<<40).Draw(t, "sum")
			}
		}
		top, err := above(said)
		require.NoError(t, err)
		root := Root{top, uint64(len(said))}
		taken := big.NewInt(0)
		for i := range said {
			p, err := Prove(uint64(i), uint64(len(said)), subtrees(said))
			require.NoError(t, err)
			for _, leaf := range leaves { // the leaves that there are: a lie has no preimage
				if interval, err := p.Verify(root, leaf); err == nil {
					require.LessOrEqual(t, interval.End, root.Sum)
					require.GreaterOrEqual(t, new(big.Int).SetUint64(interval.Start).Cmp(taken), 0, "it begins where another has not ended")
					taken.SetUint64(interval.End)
					break
				}
			}
		}
	})
}

func TestWeightsOverflowNowhere(t *testing.T) {
	half, err := Leaf(1, []byte("a"), 1<<63)
	require.NoError(t, err)
	_, err = Over([]Node{half, half})
	require.ErrorIs(t, err, ErrOverflow)
	one, err := Leaf(1, []byte("b"), 1<<63-1)
	require.NoError(t, err)
	root, err := Over([]Node{half, one})
	require.NoError(t, err)
	require.EqualValues(t, uint64(1<<64-1), root.Sum)
	_, err = Over([]Node{half, one, {Sum: 1}})
	require.ErrorIs(t, err, ErrOverflow)
	for _, p := range []Proof{{0, []Node{half, one}}, {2, []Node{half}}, {0, []Node{one, half}}} {
		_, err = p.Verify(Root{Node{Sum: 3}, 3}, half)
		require.ErrorIs(t, err, ErrOverflow)
	}
}

func TestWhatIsNoLeaf(t *testing.T) {
	for _, e := range []entry{{1, []byte("a"), 0}, {1, nil, 1}, {1, make([]byte, 256), 1}} {
		_, err := Leaf(e.kind, e.id, e.weight)
		require.ErrorIs(t, err, ErrLeaf)
	}
	_, err := Leaf(1, make([]byte, 255), 1)
	require.NoError(t, err)
	_, err = Over(nil)
	require.ErrorIs(t, err, ErrTree)
	_, err = Prove(1, 1, nil)
	require.ErrorIs(t, err, ErrProof)
	_, err = Prove(2, 3, func(uint64, uint64) (Node, error) { return Node{}, ErrOverflow })
	require.ErrorIs(t, err, ErrOverflow)
}

// A tree of 2^32 leaves has a root, one of more has none.
func TestWhatIsNoTree(t *testing.T) {
	require.EqualValues(t, MaxLeaves, 1<<MaxPath)
	require.NoError(t, Root{Node{Sum: 1 << 32}, 1 << 32}.Validate())
	require.NoError(t, Root{Node{Sum: 1}, 1}.Validate())
	for _, r := range []Root{{Node{Sum: 1 << 40}, 1<<32 + 1}, {Node{Sum: 1}, 0}, {Node{Sum: 1}, 2}, {}} {
		require.ErrorIs(t, r.Validate(), ErrTree)
		_, err := Proof{}.Verify(r, r.Node)
		require.ErrorIs(t, err, ErrTree, "a root that is none proves nothing")
	}
}

func TestTheLargestAmountIsDue(t *testing.T) {
	most := math.NewIntFromBigInt(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)))
	require.Equal(t, most, Due(most, 1<<64-1, 1<<64-1))
}

// All parts together are never more than what there is, and less than it by fewer units than there are parts.
func TestDuesAreNeverMoreThanThereIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Uint64Range(1, 1<<58), 1, 30).Draw(t, "weights")
		whole := uint64(0)
		for _, w := range weights {
			whole += w
		}
		amount := math.NewIntFromUint64(rapid.Uint64().Draw(t, "amount")).Mul(math.NewIntFromUint64(rapid.Uint64().Draw(t, "times")))
		left := amount
		for _, w := range weights {
			due := Due(amount, w, whole)
			want := new(big.Int).Mul(amount.BigInt(), new(big.Int).SetUint64(w))
			require.Zero(t, want.Div(want, new(big.Int).SetUint64(whole)).Cmp(due.BigInt()))
			left = left.Sub(due)
		}
		require.False(t, left.IsNegative())
		require.True(t, left.LT(math.NewInt(int64(len(weights)))))
	})
}
