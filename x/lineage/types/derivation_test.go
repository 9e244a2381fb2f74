package types_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func numbered(i int) (id registrytypes.WorkID) {
	binary.BigEndian.PutUint32(id[:], uint32(i))
	return id
}

func TestAWorkIsFoundAmongTheSourcesOfARow(t *testing.T) {
	var row types.Derivation
	for _, i := range []int{7, 3, 9, 5} {
		row.Edges = append(row.Edges, types.Edge{Source: registrytypes.WorkIDBytes{WorkID: numbered(i)}})
	}
	require.ErrorContains(t, row.Check(numbered(1)), "out of order")
	row.Sort()
	require.NoError(t, row.Check(numbered(1)))
	for i, want := range map[int]int{3: 0, 5: 1, 7: 2, 9: 3} {
		place, found := row.Find(numbered(i))
		require.True(t, found)
		require.Equal(t, want, place)
		require.Equal(t, numbered(i), row.Edges[place].Source.WorkID)
	}
	for i, want := range map[int]int{0: 0, 4: 1, 10: 4} {
		place, found := row.Find(numbered(i))
		require.False(t, found)
		require.Equal(t, want, place)
	}
	_, found := (&types.Derivation{}).Find(numbered(3))
	require.False(t, found)

	require.ErrorContains(t, row.Check(numbered(5)), "itself")
	row.Edges[1].Source = row.Edges[0].Source
	require.ErrorContains(t, row.Check(numbered(1)), "out of order")
	row.Edges[0].Source = registrytypes.WorkIDBytes{}
	require.ErrorContains(t, row.Check(numbered(1)), "not given")
	row.Externals = types.MaxSources
	require.ErrorContains(t, row.Check(numbered(1)), "at most 1024")
}

// TestTheSizeOfARow holds the bounds that the definition of the row states.
func TestTheSizeOfARow(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 999_999_999, time.UTC)
	for _, c := range []struct{ sources, plain, full int }{
		{1, 84, 126},
		{4, 294, 462},
		{types.MaxSources, 71_694, 114_702},
	} {
		plain := types.Derivation{DerivedAt: at}
		full := types.Derivation{DerivedAt: at}
		for i := range c.sources {
			edge := types.Edge{
				Source: registrytypes.WorkIDBytes{WorkID: numbered(i + 1)}, Role: types.ROLE_PARENT_OF,
				Terms:         licensetypes.TermsIDBytes{TermsID: licensetypes.TermsID{1}},
				RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 100_000, WorkVersion: 1,
			}
			plain.Edges = append(plain.Edges, edge)
			edge.Grant.GrantID, edge.Weight, edge.WorkVersion = licensetypes.GrantID{1}, types.Whole, 1_000_000
			edge.AddedAt, edge.AddedLater = &at, true
			full.Edges = append(full.Edges, edge)
		}
		require.Equal(t, c.plain, plain.Size(), "%d sources under public terms", c.sources)
		require.Equal(t, c.full, full.Size(), "%d sources with all there is", c.sources)
	}
}
