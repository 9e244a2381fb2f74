package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// capped publishes terms with a ceiling.
func (f *fixture) capped(name, ceiling string) types.TermsID {
	return f.publish(types.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, RevenueCeiling: coins(ceiling),
	})
}

// shop publishes terms of which a grant costs something.
func (f *fixture) shop(name, fee string) types.TermsID {
	return f.publish(types.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, GrantFee: coins(fee),
	})
}

// The ceiling is on what the derivative takes in, in any of its denoms: commercial use
// ends with it, and so do grants; other use and payments go on.
func TestACeilingIsEnforced(t *testing.T) {
	f := newFixture(t)
	terms, shop := f.capped("Small", "2000ustem,1000uusdc"), f.shop("Shop", "5uusdc")
	f.offered(song, terms, types.Offer{})
	require.NoError(t, f.derive(remix, source{song, terms}))
	require.Equal(t, map[string]math.Int{
		remix.String() + "uusdc": math.ZeroInt(), remix.String() + "ustem": math.ZeroInt(),
	}, f.revenue.meters)
	f.offered(remix, shop, types.Offer{})
	f.offered(remix, preset("noncommercial-remix"), types.Offer{})

	f.revenue.meters[remix.String()+"uusdc"], f.revenue.meters[remix.String()+"ustem"] = math.NewInt(1000), math.NewInt(2000)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(remix, sell, carol).Verdict, "up to the ceiling, of each denom")
	for denom, below := range map[string]int64{"uusdc": 1000, "ustem": 2000} {
		f.revenue.meters[remix.String()+denom] = math.NewInt(below + 1)
		for who, account := range map[string]sdk.AccAddress{"somebody": carol, "the owner": bob} {
			got := f.rights(remix, sell, account)
			require.Equal(t, types.VERDICT_DENIED, got.Verdict, who)
			want := []types.Reason{{Code: "ceiling_reached", Work: remix, Ancestor: song, AncestorTerms: terms}}
			if who == "somebody" { // whom the other offer would not let either
				own := types.Reason{Code: "noncommercial_terms", Work: remix, Permission: preset("noncommercial-remix").String()}
				want = append([]types.Reason{own}, want...)
			}
			require.Equal(t, want, got.Reasons)
		}
		_, err := f.acquire(carol, remix, shop, 0, "5uusdc")
		require.ErrorIs(t, err, types.ErrCeilingReached)
		require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, adapt, carol).Verdict)
		f.revenue.meters[remix.String()+denom] = math.NewInt(below)
	}
	require.NoError(t, f.derive(photo, source{remix, preset("noncommercial-remix")}))
	require.Equal(t, math.ZeroInt(), f.revenue.meters[photo.String()+"uusdc"], "the next generation has the ceiling too")
	require.Equal(t, f.revenue.takings[remix], f.revenue.takings[photo])

	res, err := f.query.Constraints(f.ctx, &types.QueryConstraintsRequest{Work: remix})
	require.NoError(t, err)
	in := res.Constraints[len(res.Constraints)-1]
	require.Equal(t, types.CONSTRAINT_CEILING, in.Constraint.Kind)
	require.Equal(t, "2000ustem,1000uusdc", in.TakenIn.String())
	require.Equal(t, coins("2000ustem,1000uusdc"), in.Ceiling)
	require.Equal(t, []string{"ustem", "uusdc"}, res.Denoms)
}

// What is not taken in yet is a row of nothing, not a row less.
func TestACeilingTellsOfDenomsThatNothingCameInOf(t *testing.T) {
	f := newFixture(t)
	terms := f.capped("Two", "2000ustem,1000uusdc")
	f.offered(song, terms, types.Offer{})
	require.NoError(t, f.derive(remix, source{song, terms}))
	res, err := f.query.Constraints(f.ctx, &types.QueryConstraintsRequest{Work: remix})
	require.NoError(t, err)
	require.Equal(t, "0ustem,0uusdc", res.Constraints[0].TakenIn.String())
}

// x/royalty is told in which denoms a work can be paid, and whose ceilings say so; the
// answer says it too.
func TestAWorkUnderCeilingsTakesTheirDenoms(t *testing.T) {
	f := newFixture(t)
	both, one := f.capped("Two", "2000ustem,1000uusdc"), f.capped("One", "1000uusdc")
	f.offered(song, both, types.Offer{})
	f.offered(photo, one, types.Offer{})
	require.Empty(t, f.revenue.takings)
	f.offered(remix, preset("commercial-remix-5"), types.Offer{})
	require.Empty(t, f.rights(remix, adapt, carol).Notices)

	require.NoError(t, f.derive(remix, source{song, both}))
	require.Equal(t, []string{"ustem", "uusdc"}, f.revenue.takings[remix].Denoms)
	notice := types.Notice{Code: "denoms_limited", Works: []registrytypes.WorkID{song}, Count: 1, Denoms: []string{"ustem", "uusdc"}}
	require.Equal(t, []types.Notice{notice}, f.rights(remix, adapt, carol).Notices)

	require.NoError(t, f.derive(remix, source{photo, one}))
	taking := f.revenue.takings[remix]
	require.Equal(t, []string{"uusdc"}, taking.Denoms, "those that both have")
	require.ElementsMatch(t, []registrytypes.WorkID{song, photo}, []registrytypes.WorkID{taking.CeilingsOf[0].WorkID, taking.CeilingsOf[1].WorkID})
	require.NoError(t, taking.Validate())
	require.Contains(t, f.revenue.meters, remix.String()+"ustem", "what derivatives owe may come in it")
	got := f.rights(remix, adapt, carol).Notices
	require.Equal(t, []string{"uusdc"}, got[0].Denoms)
	require.EqualValues(t, 2, got[0].Count)

	f.revenue.takings[remix] = royaltytypes.Taking{Denoms: []string{"ustem"}, CeilingsOf: taking.CeilingsOf}
	require.ErrorContains(t, f.k.CheckInvariants(f.ctx), "ceilings")
	delete(f.revenue.takings, remix)
	require.ErrorContains(t, f.k.CheckInvariants(f.ctx), "ceilings")
	f.revenue.takings[remix], f.revenue.takings[song] = taking, taking
	require.ErrorContains(t, f.k.CheckInvariants(f.ctx), "under no ceiling")
}

// Ceilings that no payment fits are refused when the second is declared, at once or
// later, and at any depth.
func TestCeilingsWithoutACommonDenomAreRefused(t *testing.T) {
	f := newFixture(t)
	stem, usdc := f.capped("Stem", "5ustem"), f.capped("Usdc", "5uusdc")
	f.offered(song, stem, types.Offer{})
	f.offered(photo, usdc, types.Offer{})
	err := f.derive(remix, source{song, stem}, source{photo, usdc})
	require.ErrorIs(t, err, types.ErrConflict)
	require.ErrorContains(t, err, "ceiling_conflict")
	require.ErrorContains(t, err, song.String())
	require.ErrorContains(t, err, photo.String())
	require.NoError(t, f.derive(remix, source{song, stem}))
	require.ErrorContains(t, f.derive(remix, source{photo, usdc}), "ceiling_conflict", "a later source likewise")
	require.ErrorIs(t, f.offer(remix, usdc, types.Offer{}), types.ErrConflict, "nor is it offered under such a ceiling")
	require.NoError(t, f.offer(remix, stem, types.Offer{}))
}

// Nothing is asked for a work that could not be paid.
func TestOffersUnderACeilingAskForItsDenoms(t *testing.T) {
	f := newFixture(t)
	usdc := f.capped("Usdc", "1000uusdc")
	stem, either := f.shop("Stem", "7ustem"), f.shop("Either", "7ustem,5uusdc")
	perUse := f.publish(types.Terms{
		Spdx: "LicenseRef-Per-Use", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED,
		AiInput: types.PERMISSION_PAID, UsePrice: coins("7ustem,3uusdc"),
	})
	f.offered(song, usdc, types.Offer{})
	f.offered(remix, stem, types.Offer{})
	err := f.derive(remix, source{song, usdc})
	require.ErrorIs(t, err, types.ErrConflict, "the open offer breaks it")
	require.ErrorContains(t, err, "denom_not_taken")
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: bob.String(), Work: remix, Terms: stem}))
	require.NoError(t, f.derive(remix, source{song, usdc}))
	require.ErrorContains(t, f.offer(remix, stem, types.Offer{}), "denom_not_taken")
	require.ErrorContains(t, f.offer(remix, preset("commercial-remix-5"), types.Offer{Price: coins("7ustem")}), "denom_not_taken")

	f.offered(remix, either, types.Offer{})
	f.offered(remix, perUse, types.Offer{})
	require.Equal(t, "5uusdc", f.rightsBy(remix.String(), adapt, carol, either.String()).Offers[0].Price.String(), "the other alternative is not listed")
	_, err = f.acquire(carol, remix, either, 0, "7ustem")
	require.ErrorIs(t, err, royaltytypes.ErrDenomNotTaken)
	_, err = f.acquire(carol, remix, either, 0, "5uusdc")
	require.NoError(t, err)
	got := f.rightsBy(remix.String(), types.Use{Action: types.ACTION_AI_INPUT}, carol, perUse.String())
	require.Equal(t, types.VERDICT_ALLOWED, got.Verdict)
	require.Equal(t, "3uusdc", got.Obligations[0].Price.String())
}
