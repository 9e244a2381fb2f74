package keeper_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// TestARulingAddsASource: nobody is asked, also while others rely on the work; what exists keeps
// what it owes, the graph and the sums hold as ever.
func TestARulingAddsASource(t *testing.T) {
	f := newFixture(t)
	song, remix, cover := f.offered("song", alice, 100_000), f.offered("remix", bob, 50_000), f.offered("cover", carol, 0)
	f.mustDerive(carol, cover, under(remix, types.ROLE_PARENT_OF))
	owed := maps.Clone(f.debts[cover])
	number, err := f.k.AddRuledSource(f.ctx, remix, song, types.ROLE_PARENT_OF, termsOf(song))
	require.NoError(t, err)
	require.EqualValues(t, 1, number)
	e := f.edge(remix, song)
	require.True(t, e.Ruled && e.AddedLater)
	require.EqualValues(t, 100_000, e.RoyaltyRate)
	require.EqualValues(t, 1, f.generation(remix))
	require.EqualValues(t, 2, f.generation(cover))
	require.Equal(t, owed, f.debts[cover])
	f.requireSound()
	_, err = f.k.AddRuledSource(f.ctx, song, cover, types.ROLE_PARENT_OF, termsOf(song))
	require.ErrorIs(t, err, types.ErrCycle)
}

// TestWeightsAreSet by agreement: within the whole, and of sources only.
func TestWeightsAreSet(t *testing.T) {
	f := newFixture(t)
	a, b, work := f.offered("a", alice, 0), f.offered("b", alice, 0), f.work("work", bob)
	f.mustDerive(bob, work, under(a, types.ROLE_PARENT_OF), under(b, types.ROLE_COMPONENT_OF))
	weights := []types.RuledWeight{{Source: a, Weight: 700_000}, {Source: b, Weight: 300_001}}
	if string(a[:]) > string(b[:]) {
		weights[0], weights[1] = weights[1], weights[0]
	}
	require.ErrorIs(t, f.k.SetWeights(f.ctx, work, weights), types.ErrOverWhole)
	weights[0].Weight, weights[1].Weight = 400_000, 600_000
	require.NoError(t, f.k.SetWeights(f.ctx, work, weights))
	for _, w := range weights {
		weight, _, found, err := f.k.Weight(f.ctx, work, w.Source)
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, w.Weight, weight)
	}
	require.ErrorIs(t, f.k.SetWeights(f.ctx, work, []types.RuledWeight{{Source: work, Weight: 1}}), types.ErrInvalidSource)
	f.requireSound()
}
