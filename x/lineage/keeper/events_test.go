package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// TestDerivedEventIsATypedEvent: clients cannot tell which way it was written.
func TestDerivedEventIsATypedEvent(t *testing.T) {
	work, terms, grant := workID{1, 2}.String(), licensetypes.TermsID{3}.String(), licensetypes.GrantID{4}.String()
	song := types.Source{Work: workID{5}.String(), Role: types.ROLE_PARENT_OF, Permission: terms}
	for name, e := range map[string]types.EventDerived{
		"nothing":   {Work: work},
		"no source": {Work: work, Recorded: true, Sources: []types.Source{}, Renumbered: []types.Renumbered{}},
		"one":       {Work: work, Generation: 1, Sources: []types.Source{song}, Absolute: 100_000},
		"several": {Work: work, Generation: 4_000_000_000, AddedLater: true, Absolute: 1, Relative: 1_000_000, Recorded: true, Sources: []types.Source{
			song,
			{Work: workID{6}.String(), Role: types.ROLE_INPUT_TO, Permission: grant, Weight: 250_000},
			{Work: workID{7}.String(), Role: types.ROLE_CITES},
		}},
		"free text": {Work: work, Sources: []types.Source{song, {
			External: &types.External{Uri: `https://example.org/?a=<b>&c="d"`}, Role: types.ROLE_COMPONENT_OF,
		}}},
		"renumbered": {Work: work, Sources: []types.Source{song}, Renumbered: []types.Renumbered{{Work: work, Generation: 3}}},
	} {
		want, err := sdk.TypedEventToEvent(&e)
		require.NoError(t, err, name)
		got, err := derivedEvent(&e)
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
}
