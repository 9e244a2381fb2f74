package types_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/x/royalty/types"
)

// A row of v0.1.0 is read and written as it was: the upgrade changes none.
func TestRowsWithoutUnitStay(t *testing.T) {
	const old = "0a057573746d651201311a0331303022053130303030"
	raw, err := hex.DecodeString(old)
	require.NoError(t, err)
	var row types.AcceptedDenom
	require.NoError(t, row.Unmarshal(raw))
	require.Nil(t, row.Unit)
	require.True(t, row.Equal(types.NewAcceptedDenom(row.Denom)))
	again, err := row.Marshal()
	require.NoError(t, err)
	require.Equal(t, old, hex.EncodeToString(again))
}

// A unit that is valid makes metadata that bank takes and that says it again, whatever bank had before.
func TestMetadataSaysTheUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := types.Unit{
			Symbol:   rapid.StringMatching(`[A-Za-z][A-Za-z0-9.]{1,14}[A-Za-z0-9]`).Draw(t, "symbol"),
			Decimals: rapid.Uint32Range(1, types.MaxDecimals).Draw(t, "decimals"),
			Name:     rapid.StringMatching(`([!-~]([ -~]{0,62}[!-~])?)?`).Draw(t, "name"),
		}
		require.NoError(t, unit.Validate())
		denom := rapid.SampledFrom([]string{"ibc/AB", "umade"}).Draw(t, "denom")
		before := banktypes.Metadata{Base: denom, Display: denom, Name: "x", Symbol: "X", DenomUnits: []*banktypes.DenomUnit{
			{Denom: denom, Aliases: []string{"there"}},
		}}
		if rapid.Bool().Draw(t, "another unit before") {
			before = types.Unit{Symbol: "OLD", Decimals: 3}.Metadata(denom, before)
		}
		m := unit.Metadata(denom, before)
		require.NoError(t, m.Validate())
		require.True(t, unit.In(m, denom))
		require.False(t, unit.In(m, "other"))
		require.Equal(t, []string{"there"}, m.DenomUnits[0].Aliases)
		bare := types.NoUnit(denom, m)
		require.NoError(t, bare.Validate())
		_, says := types.UnitIn(bare)
		require.False(t, says)
		require.Equal(t, []string{"there"}, bare.DenomUnits[0].Aliases)
	})
}
