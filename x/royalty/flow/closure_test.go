package flow_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// drawWorks are some of twenty works.
func drawWorks(t *rapid.T, name string) (works []flow.Work) {
	for _, i := range rapid.SliceOfN(rapid.IntRange(0, 19), 0, 12).Draw(t, name) {
		works = append(works, flow.Work(fmt.Sprintf("work%02d", i)))
	}
	return works
}

// TestAClosureIsASet holds closures against plain sets.
func TestAClosureIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawWorks(t, "a"), drawWorks(t, "b")
		x, y := flow.ClosureOf(a...), flow.ClosureOf(b...)
		union, rest := x.Union(y), x.Without(y)
		want := 0
		for i := range 20 {
			work := flow.Work(fmt.Sprintf("work%02d", i))
			inA, inB := slices.Contains(a, work), slices.Contains(b, work)
			require.Equal(t, inA, x.Has(work))
			require.Equal(t, inA || inB, union.Has(work))
			require.Equal(t, inA && !inB, rest.Has(work))
			if inA || inB {
				want++
			}
		}
		require.Len(t, union, want, "each once")
		unpacked, err := flow.UnpackClosure(union.Pack())
		require.NoError(t, err)
		require.True(t, slices.Equal(union, unpacked))
	})
}

func TestAPackedClosureHasOneForm(t *testing.T) {
	one := flow.ClosureOf("a-work", "b-work").Pack()
	require.Len(t, one, 16)
	for name, packed := range map[string][]byte{
		"a byte too few": one[1:],
		"out of order":   append(slices.Clone(one[8:]), one[:8]...),
		"twice":          append(slices.Clone(one[:8]), one[:8]...),
		"too many":       make([]byte, 8*(flow.MaxClosure+1)),
	} {
		_, err := flow.UnpackClosure(packed)
		require.Error(t, err, name)
	}
}

// TestReachCountsWhoIsSetInMotion: the work and its holders, its ancestors with
// theirs, and for each work of the closure its two stages and four holders.
func TestReachCountsWhoIsSetInMotion(t *testing.T) {
	u := flow.Upstream{
		Absolute: []flow.Owed{{To: "a", Weight: 1, Holders: 1}, {To: "b", Weight: 1, Holders: 2}},
		Relative: []flow.Owed{{To: "c", Weight: 1, Holders: 32}},
	}
	require.Equal(t, uint64(1+5)+(1+1)+(1+2)+3*6, u.Reach(5, 3))
	require.Equal(t, uint64(2), flow.Upstream{}.Reach(1, 0))
}
