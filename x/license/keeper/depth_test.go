package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	train  = types.Use{Action: types.ACTION_TRAIN_AI}
	index  = types.Use{Action: types.ACTION_SEARCH}
	play   = types.Use{Action: types.ACTION_PERFORM}
	copied = types.Use{Action: types.ACTION_COPY}
	cover  = registrytypes.WorkID{77}
	fan    = sdk.AccAddress("fan_________________")
)

// anything permits all there is.
func anything(f *fixture) types.TermsID {
	return f.publish(types.Terms{
		Spdx: "LicenseRef-Anything", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED,
		AiTraining: types.PERMISSION_ALLOW, AiInput: types.PERMISSION_ALLOW, Search: types.PERMISSION_ALLOW,
	})
}

// family is a cover of bob's, made from a remix of his, made from alice's song under
// terms, by a grant where that has a price. All but the song are offered for anything.
func family(t *testing.T, terms types.Terms, price string) (*fixture, types.TermsID) {
	f := newFixture(t)
	id := f.publish(terms)
	if price == "" {
		f.offered(song, id, types.Offer{})
		require.NoError(t, f.derive(remix, source{song, id}))
	} else {
		f.offered(song, id, types.Offer{Price: coins(price)})
		require.NoError(t, f.derive(remix, source{song, f.acquired(bob, song, id, 0, price)}))
	}
	f.offered(remix, anything(f), types.Offer{})
	f.add(cover, carol)
	require.NoError(t, f.derive(cover, source{remix, anything(f)}))
	f.offered(cover, anything(f), types.Offer{})
	return f, id
}

// TestADenialHoldsAtAnyDepth: what the source denies is denied of all that is made
// from it, to whoever asks, the owners too, and the source is named.
func TestADenialHoldsAtAnyDepth(t *testing.T) {
	f, terms := family(t, types.Terms{
		Spdx: "LicenseRef-NoMachines", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED,
		AiTraining: types.PERMISSION_DENY, AiInput: types.PERMISSION_DENY, Search: types.PERMISSION_DENY,
		Uses: []types.Action{types.ACTION_DISTRIBUTE, types.ACTION_ADAPT},
	}, "")
	for _, work := range []registrytypes.WorkID{remix, cover} {
		for _, c := range []struct {
			use  types.Use
			code rules.Code
		}{{train, rules.UseNotCovered}, {ground, rules.UseNotCovered}, {index, rules.UseNotCovered}, {play, rules.UseNotCovered}} {
			for _, who := range []registrytypes.WorkID{remix, cover} {
				got := f.rights(work, c.use, f.registry[who].Owner)
				require.Equal(t, types.VERDICT_DENIED, got.Verdict, "%s %s", work, c.use.Action)
				require.Equal(t, []types.Reason{{Code: string(c.code), Work: work, Ancestor: song, AncestorTerms: terms}}, got.Reasons)
			}
		}
		require.Equal(t, types.VERDICT_ALLOWED, f.rights(work, copied, alice).Verdict, "adapting includes copying the result")
		require.ErrorContains(t, f.offer(work, preset("cc-by-4.0"), types.Offer{}), "uses_source ("+song.String())
	}
}

func TestEachAnswerAboutMachinesPassesOn(t *testing.T) {
	for _, c := range []struct {
		terms types.Terms
		use   types.Use
		code  rules.Code
	}{
		{types.Terms{AiTraining: types.PERMISSION_DENY}, train, rules.TrainingDenied},
		{types.Terms{AiInput: types.PERMISSION_DENY}, ground, rules.InputDenied},
		{types.Terms{Search: types.PERMISSION_DENY}, index, rules.SearchDenied},
	} {
		c.terms.Spdx, c.terms.CommercialUse, c.terms.Derivatives = "LicenseRef-One", true, types.DERIVATIVES_ALLOWED
		f, terms := family(t, c.terms, "")
		for _, use := range []types.Use{train, ground, index, play, copied, adapt} {
			got := f.rights(cover, use, alice)
			if use.Action != c.use.Action {
				require.Equal(t, types.VERDICT_ALLOWED, got.Verdict, "%s", use.Action)
				continue
			}
			require.Equal(t, []types.Reason{{Code: string(c.code), Work: cover, Ancestor: song, AncestorTerms: terms}}, got.Reasons)
		}
	}
}

// TestPaidUsesArePaidAtTheSource: by a grant of the source's own, by whoever asks but
// who holds what was made; or at each use.
func TestPaidUsesArePaidAtTheSource(t *testing.T) {
	f, terms := family(t, types.Terms{
		Spdx: "LicenseRef-Paid", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED,
		AiTraining: types.PERMISSION_PAID, AiInput: types.PERMISSION_PAID, UsePrice: coins("2ustem"),
	}, "9ustem")
	require.ErrorContains(t, f.offer(remix, preset("cc-by-4.0"), types.Offer{}), "paid_source ("+song.String())

	got := f.rights(cover, train, fan)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, got.Verdict)
	require.Equal(t, []types.Reason{{Code: "needs_grant", Work: cover, Ancestor: song, AncestorTerms: terms}}, got.Reasons)
	require.Len(t, got.Offers, 2, "a grant, and a pass")
	require.Equal(t, song, got.Offers[0].Work)
	require.Equal(t, coins("9ustem"), got.Offers[0].Price)

	require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, train, bob).Verdict, "who holds what the grant served")
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(cover, train, carol).Verdict, "who holds what was made from that paid nothing")
	f.acquired(fan, song, terms, 0, "9ustem")
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(cover, train, fan).Verdict)
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(cover, train, alice).Verdict, "whose song it is")

	got = f.rights(cover, ground, fan)
	require.Equal(t, types.VERDICT_ALLOWED, got.Verdict)
	require.Contains(t, got.Obligations, types.Obligation{
		Kind: types.OBLIGATION_PAY_PER_USE, Work: song, Terms: terms, Price: coins("2ustem"),
	})
}

// TestApprovalIsAskedAtAnyDepth: of whoever makes more of a derivative, by the owner
// of the source, unless it is theirs.
func TestApprovalIsAskedAtAnyDepth(t *testing.T) {
	f := newFixture(t)
	terms := f.publish(types.Terms{
		Spdx: "LicenseRef-Ask-Me", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, DerivativeApproval: true,
	})
	f.offered(song, terms, types.Offer{})
	require.NoError(t, f.try(approve(alice, song, terms, bob)))
	grant := f.acquired(bob, song, terms, 0, "")
	require.NoError(t, f.derive(remix, source{song, grant}))
	f.offered(remix, anything(f), types.Offer{})
	f.add(cover, carol)

	require.ErrorContains(t, f.derive(cover, source{remix, anything(f)}), "needs_approval")
	for _, use := range []types.Use{adapt, train, ground} {
		got := f.rights(remix, use, carol)
		require.Equal(t, types.VERDICT_NEEDS_GRANT, got.Verdict, "%s", use.Action)
		require.Equal(t, []types.Reason{{Code: "needs_approval", Work: remix, Ancestor: song, AncestorTerms: terms}}, got.Reasons)
	}
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, play, carol).Verdict)
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, adapt, alice).Verdict, "the owner of the source")

	require.NoError(t, f.try(approve(alice, song, terms, carol)))
	require.NoError(t, f.derive(cover, source{remix, anything(f)}))
	f.offered(cover, anything(f), types.Offer{})
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(cover, adapt, fan).Verdict, "the next one asks too")
}

// TestWhatWasTrainedOnAWorkMayBeRun: a model takes on what binds it, not what may be
// done with its data.
func TestWhatWasTrainedOnAWorkMayBeRun(t *testing.T) {
	f := newFixture(t)
	f.offered(song, preset("ai-training-allowed"), types.Offer{})
	permit, err := f.k.Permit(f.ctx, types.PermitRequest{
		Derivative: remix, Owner: bob, Source: song, Permission: preset("ai-training-allowed").String(),
		Actions: []rules.Action{rules.TrainAI}, Column: rules.Trained,
	})
	require.NoError(t, err)
	require.NoError(t, f.k.Bind(f.ctx, binding(remix, permit)))
	f.offered(remix, anything(f), types.Offer{})
	for _, use := range []types.Use{play, adapt, ground, train, copied} {
		require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, use, carol).Verdict, "%s", use.Action)
	}
}

// TestLimitsThatLeaveNothingAreRefused when the sources are declared.
func TestLimitsThatLeaveNothingAreRefused(t *testing.T) {
	f := newFixture(t)
	in := func(name string, territories ...string) types.TermsID {
		return f.publish(types.Terms{
			Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Territories: territories,
		})
	}
	france, germany := in("France", "FR"), in("Germany", "DE")
	f.offered(song, france, types.Offer{})
	f.offered(photo, germany, types.Offer{})
	f.offered(photo, preset("cc-by-sa-4.0"), types.Offer{})
	require.ErrorContains(t, f.derive(remix, source{song, france}, source{photo, germany}), "scope_conflict")
	require.ErrorContains(t, f.derive(remix, source{song, france}, source{photo, preset("cc-by-sa-4.0")}), "sharealike_conflicts_limits")
	require.NoError(t, f.derive(remix, source{song, france}))
	require.ErrorContains(t, f.derive(remix, source{photo, germany}), "scope_conflict", "later as well")
}
