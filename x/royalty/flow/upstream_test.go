package flow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// TestListsHaveALength: 1,024 entries fit and one more does not, and the error says
// how many there are.
func TestListsHaveALength(t *testing.T) {
	require.NoError(t, flow.Upstream{Absolute: owed(1024), Relative: owed(1024)}.Check())
	var long *flow.TooLongError
	require.ErrorAs(t, flow.Upstream{Absolute: owed(1025)}.Check(), &long)
	require.Equal(t, "1025 absolute receivers, at most 1024 are allowed", long.Error())
	require.ErrorAs(t, flow.Upstream{Relative: owed(1025)}.Check(), &long)
	require.Equal(t, "1025 relative receivers, at most 1024 are allowed", long.Error())
}

// TestSumsAreOfEachList and together at most the whole.
func TestSumsAreOfEachList(t *testing.T) {
	u := flow.Upstream{
		Absolute: []flow.Owed{{To: "a", Weight: 400_000}, {To: "b", Weight: 100_000}},
		Relative: []flow.Owed{{To: "a", Weight: 200_000}, {To: "c", Weight: 300_000}},
	}
	absolute, relative := u.Sums()
	require.Equal(t, []uint64{500_000, 500_000}, []uint64{absolute, relative})
	require.NoError(t, u.Check())
	u.Relative[1].Weight++
	require.Equal(t, &flow.OverWholeError{Absolute: 500_000, Relative: 500_001}, u.Check())
}

func TestEqualListsOweTheSame(t *testing.T) {
	a, b := []flow.Owed{{To: "a", Weight: 1, Holders: 1}}, []flow.Owed{{To: "a", Weight: 2, Holders: 1}}
	require.True(t, flow.Upstream{Absolute: a, Relative: b}.Equal(flow.Upstream{Absolute: a, Relative: b}))
	require.False(t, flow.Upstream{Absolute: a, Relative: b}.Equal(flow.Upstream{Absolute: b, Relative: b}))
	require.False(t, flow.Upstream{Absolute: a, Relative: b}.Equal(flow.Upstream{Absolute: a, Relative: a}))
}

// TestAJoinIsAUnion: every order of works, each once, with the higher of two rates
// and of two numbers of holders, wherever they stand.
func TestAJoinIsAUnion(t *testing.T) {
	one := flow.Upstream{Absolute: []flow.Owed{
		{To: "b", Weight: 10, Holders: 1}, {To: "d", Weight: 10, Holders: 9}, {To: "e", Weight: 7, Holders: 1},
	}}
	two := flow.Upstream{Absolute: []flow.Owed{
		{To: "a", Weight: 3, Holders: 1}, {To: "d", Weight: 20, Holders: 2}, {To: "f", Weight: 4, Holders: 1},
	}}
	want := []flow.Owed{
		{To: "a", Weight: 3, Holders: 1},
		{To: "b", Weight: 10, Holders: 1},
		{To: "d", Weight: 20, Holders: 9},
		{To: "e", Weight: 7, Holders: 1},
		{To: "f", Weight: 4, Holders: 1},
	}
	from := func(u flow.Upstream) flow.Source { return flow.Source{Work: "x", Policy: flow.None, Upstream: u} }
	require.Equal(t, want, flow.Upstream{}.Join(from(one), from(two)).Absolute)
	require.Equal(t, want, one.Join(from(two)).Absolute)
	require.Equal(t, want, two.Join(from(one)).Absolute)
	require.Equal(t, one, one.Join(from(flow.Upstream{})))
	require.Equal(t, one, one.Join(from(one)), "itself")
}

// TestADirectSourceIsOwedItsRate, by its policy; a rate of 0 and no policy owe
// nothing to the source itself, but what the source owes goes on.
func TestADirectSourceIsOwedItsRate(t *testing.T) {
	of := flow.Upstream{Absolute: []flow.Owed{{To: "old", Weight: 5, Holders: 1}}}
	direct := flow.Owed{To: "src", Weight: 7, Holders: 2}
	for _, c := range []struct {
		policy flow.Policy
		rate   uint32
		want   flow.Upstream
	}{
		{flow.None, 7, of},
		{flow.Absolute, 0, of},
		{flow.Relative, 0, of},
		{flow.Absolute, 7, flow.Upstream{Absolute: []flow.Owed{of.Absolute[0], direct}}},
		{flow.Relative, 7, flow.Upstream{Absolute: of.Absolute, Relative: []flow.Owed{direct}}},
	} {
		s := flow.Source{Work: "src", Policy: c.policy, Rate: c.rate, Holders: 2, Upstream: of}
		require.Equal(t, c.want, flow.Upstream{}.Join(s))
	}
}
