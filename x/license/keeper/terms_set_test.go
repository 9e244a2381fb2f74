package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/types"
)

// joined are the terms of several public offers.
type joined []types.TermsID

func (j joined) String() string {
	var texts []string
	for _, id := range j {
		texts = append(texts, id.String())
	}
	return strings.Join(texts, types.Joiner)
}

// alike publishes share-alike terms that are known by no name.
func (f *fixture) alike(name string, change func(*types.Terms)) types.TermsID {
	t := types.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Attribution: true, Derivatives: types.DERIVATIVES_SHARE_ALIKE,
	}
	if change != nil {
		change(&t)
	}
	return f.publish(t)
}

func TestSeveralOffersAreReliedOnTogether(t *testing.T) {
	f := newFixture(t)
	film := f.register(alice, 9)
	one, other, third := f.alike("One", nil), f.alike("Other", nil), f.alike("Third", nil)
	f.offered(song, one, types.Offer{})
	f.offered(song, other, types.Offer{})
	f.offered(photo, other, types.Offer{})
	require.NoError(t, f.derive(remix, source{song, joined{one, other}}))
	require.NoError(t, f.k.CheckInvariants(f.ctx))

	any := types.NewTermsSet([]types.TermsID{other, one})
	want := types.NamedConstraint{
		Kind: types.CONSTRAINT_SHARE_ALIKE_ANY, Source: song, AnyOf: []types.TermsID{any.Terms[0].TermsID, any.Terms[1].TermsID},
	}
	require.Contains(t, f.constraints(remix), want)
	f.offered(remix, one, types.Offer{})
	f.offered(remix, other, types.Offer{})
	require.ErrorContains(t, f.offer(remix, third, types.Offer{}), "sharealike_source")

	// What goes with one of them leaves only that.
	require.NoError(t, f.derive(film, source{remix, joined{one, other}}, source{photo, other}))
	f.offered(film, other, types.Offer{})
	require.ErrorContains(t, f.offer(film, one, types.Offer{}), "sharealike_source")

	res, err := f.query.CheckRights(f.ctx, &types.QueryCheckRightsRequest{
		Work: remix.String(), Licensee: carol.String(), Use: types.Use{Action: types.ACTION_ADAPT, Unplaced: true}, Permission: one.String(),
	})
	require.NoError(t, err)
	require.Contains(t, res.Rights.Obligations, types.Obligation{
		Kind: types.OBLIGATION_SHARE_ALIKE, Work: song, Terms: want.AnyOf[0], OrTerms: want.AnyOf[1:],
	})

	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Len(t, gs.TermsSets, 1, "the remix's and the film's are the same")
	require.NoError(t, gs.Validate())
	gs.TermsSets = nil
	require.ErrorContains(t, gs.Validate(), "terms_sets lacks")
}

func TestOffersThatAreNotReliedOnTogether(t *testing.T) {
	f := newFixture(t)
	main := f.alike("Main", nil)
	free := f.alike("Free", func(t *types.Terms) { t.Attribution = false })
	for name, pair := range map[string]joined{
		"one that is not share-alike": {main, preset("cc-by-4.0")},
		"a ban first":                 {f.alike("NC", func(t *types.Terms) { t.CommercialUse = false }), main},
		"a limit first":               {f.alike("DE", func(t *types.Terms) { t.Territories = []string{"DE"} }), main},
		"a denial first":              {f.alike("Deny", func(t *types.Terms) { t.AiTraining = types.PERMISSION_DENY }), main},
		"a credit first":              {main, free},
		"five":                        {main, free, main, free, main},
		"twice":                       {main, main},
	} {
		for _, id := range pair {
			if _, err := f.k.Offers.Get(f.ctx, collections.Join(song, id)); err != nil {
				f.offered(song, id, types.Offer{})
			}
		}
		_, err := f.permit(remix, song, pair)
		require.Error(t, err, name)
		if len(pair) < 4 && pair[0] != pair[1] {
			require.ErrorIs(t, err, types.ErrPermissionNeeded, name)
		}
	}
	_, err := f.permit(remix, song, joined{main, f.alike("Closed", nil)})
	require.ErrorContains(t, err, "not_offered", "each of them has to be on offer")
}
