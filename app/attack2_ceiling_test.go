package app_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// underCeiling is a chain with a remix that is under a ceiling of 1000uusdc.
func underCeiling(t *testing.T) (c *chain.Chain, remix chain.Work, state app.GenesisState) {
	c = chain.New(t)
	song := c.Register("song", alice)
	ceiling := sdk.NewInt64Coin("uusdc", 1000)
	terms := licensetypes.Terms{
		Spdx: "LicenseRef-small", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, RevenueCeiling: &ceiling,
	}
	c.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: terms})
	remix = c.Derive("remix", bob, song.Under(terms.ID()))
	c.Offer(remix, chain.Preset("commercial-use"))
	c.NextBlock()
	require.NoError(t, json.Unmarshal(c.ExportGenesis(), &state))
	return c, remix, state
}

func tryStart(t *testing.T, c *chain.Chain, state app.GenesisState) *chain.Chain {
	whole, err := json.Marshal(state)
	require.NoError(t, err)
	if c.TryImport(whole, c.Height()+1) != nil {
		return nil
	}
	fresh := c.Import(whole, c.Height()+1)
	fresh.NextBlock()
	return fresh
}

// TestAttack2ACeilingOfTermsThatHaveNone: a genesis whose constraint of kind CEILING rests
// on terms without one starts; whoever asks about the work, or buys, meets a panic.
func TestAttack2ACeilingOfTermsThatHaveNone(t *testing.T) {
	c, remix, state := underCeiling(t)
	var license licensetypes.GenesisState
	cdc := c.App.Encoding().Codec
	cdc.MustUnmarshalJSON(state[licensetypes.ModuleName], &license)
	changed := false
	for i := range license.Constraints {
		if row := &license.Constraints[i].Constraint; row.Kind == licensetypes.CONSTRAINT_CEILING {
			row.Terms.TermsID, changed = chain.Preset("commercial-use"), true
		}
	}
	require.True(t, changed)
	state[licensetypes.ModuleName] = cdc.MustMarshalJSON(&license)
	fresh := tryStart(t, c, state)
	if fresh == nil {
		return // refused, as it is to be
	}
	require.NotPanics(t, func() {
		_, _ = licensetypes.NewQueryClient(fresh.Conn()).CheckRights(t.Context(), &licensetypes.QueryCheckRightsRequest{
			Work: remix.ID.String(), Use: licensetypes.Use{Action: licensetypes.ACTION_COPY, Commercial: true},
		})
	})
	err := fresh.Deliver(carol, &licensetypes.MsgAcquire{
		Licensee: carol.String(), Work: remix.ID, Terms: chain.Preset("commercial-use"), MaxRate: chain.Whole,
	}).Err()
	if err != nil {
		require.NotContains(t, err.Error(), "nil pointer")
	}
}

// TestAttack2ACeilingThatNobodyCounts: a genesis that lacks the meter of a work under a
// ceiling starts, and the ceiling is never reached.
func TestAttack2ACeilingThatNobodyCounts(t *testing.T) {
	c, remix, state := underCeiling(t)
	var royalty royaltytypes.GenesisState
	cdc := c.App.Encoding().Codec
	cdc.MustUnmarshalJSON(state[royaltytypes.ModuleName], &royalty)
	require.Len(t, royalty.Stages, 1)
	require.NotNil(t, royalty.Stages[0].Stages.TakenIn)
	for _, metered := range []bool{true, false} {
		if !metered {
			royalty.Stages = nil
			state[royaltytypes.ModuleName] = cdc.MustMarshalJSON(&royalty)
		}
		fresh := tryStart(t, c, state)
		if !metered && fresh == nil {
			return // refused, as it is to be
		}
		fresh.Pay(carol, remix, "5000uusdc")
		fresh.NextBlock()
		res, err := licensetypes.NewQueryClient(fresh.Conn()).CheckRights(t.Context(), &licensetypes.QueryCheckRightsRequest{
			Work: remix.ID.String(), Use: licensetypes.Use{Action: licensetypes.ACTION_COPY, Commercial: true},
		})
		require.NoError(t, err)
		require.Equal(t, licensetypes.VERDICT_DENIED, res.Rights.Verdict, "5 times the ceiling, metered %t: %v", metered, res.Rights.Reasons)
	}
}
