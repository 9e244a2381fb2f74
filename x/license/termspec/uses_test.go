package termspec_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
)

// Uses are counted only where a grant pays for them, and a pass is sold for the rest.
func TestUsesAreCountedWhereAGrantPaysForThem(t *testing.T) {
	const paid = types.PERMISSION_PAID
	price := sdk.NewCoins(sdk.NewInt64Coin("ustem", 5))
	for name, c := range map[string]struct {
		edit            func(*types.Terms)
		valid, sellPass bool
	}{
		"input":              {func(t *types.Terms) { t.AiInput = paid }, true, false},
		"search":             {func(t *types.Terms) { t.Search = paid }, true, false},
		"training beside":    {func(t *types.Terms) { t.Search, t.AiTraining = paid, paid }, true, true},
		"training alone":     {func(t *types.Terms) { t.AiTraining = paid }, false, true},
		"each use is paid":   {func(t *types.Terms) { t.AiInput, t.UsePrice = paid, price }, false, false},
		"nothing is paid":    {func(t *types.Terms) { t.AiInput = types.PERMISSION_ALLOW }, false, false},
		"nothing may be had": {func(*types.Terms) {}, false, false},
	} {
		terms := types.Terms{Spdx: "LicenseRef-A", UsesPerGrant: 10}
		c.edit(&terms)
		err := terms.Validate()
		require.Equal(t, c.valid, terms.CountsUses(), name)
		require.Equal(t, c.sellPass, terms.SellsPasses(), name)
		if c.valid {
			require.NoError(t, err, name)
		} else {
			require.ErrorIs(t, err, types.ErrInvalidTerms, name)
			require.ErrorContains(t, err, "uses_per_grant is set although a grant pays for no use as input to AI or in search", name)
		}
		terms.UsesPerGrant = 0
		require.NoError(t, terms.Validate(), name)
		require.False(t, terms.CountsUses(), name)
		require.Equal(t, terms.PaidByGrant(), terms.SellsPasses(), name)
	}
	named := types.Terms{Spdx: "MIT", CommercialUse: true, Attribution: true, Derivatives: types.DERIVATIVES_ALLOWED, UsesPerGrant: 1}
	require.ErrorIs(t, named.Validate(), types.ErrInvalidTerms)
}
