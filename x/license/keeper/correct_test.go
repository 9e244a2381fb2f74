package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// correct carries out a ruling about terms, and returns its events.
func (f *fixture) correct(work registrytypes.WorkID, end, offer []types.TermsID) (sdk.Events, error) {
	f.t.Helper()
	cache, write := f.ctx.WithEventManager(sdk.NewEventManager()).CacheContext()
	err := f.k.CorrectTerms(cache, work, end, offer)
	if err == nil {
		write()
	}
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
	return cache.EventManager().Events(), err
}

// A ruling ends what the owner could not take back; nobody may rely on it any more, and the offers
// in its place are the owner's. Grants stay.
func TestARulingCorrectsTerms(t *testing.T) {
	f := newFixture(t)
	by, priced := preset("cc-by-4.0"), f.publish(types.Terms{
		Spdx: "LicenseRef-Priced", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, GrantFee: coins("5ustem"),
	})
	f.offered(song, by, types.Offer{})
	f.offered(song, priced, types.Offer{Price: coins("7ustem")})
	grant := f.acquired(bob, song, priced, 0, "7ustem")
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: by}))
	require.ErrorIs(t, f.k.CheckClosable(f.ctx, song, []types.TermsID{priced, by}), types.ErrInvalidOffer)
	require.NoError(t, f.k.CheckClosable(f.ctx, song, []types.TermsID{priced}))
	require.ErrorIs(t, f.k.CheckClosable(f.ctx, song, []types.TermsID{preset("mit")}), types.ErrOfferNotFound)

	f.dispute(song, true)
	require.ErrorIs(t, f.offer(song, preset("mit"), types.Offer{}), registrytypes.ErrOnHold)
	_, err := f.correct(song, []types.TermsID{preset("mit")}, nil)
	require.ErrorIs(t, err, types.ErrOfferNotFound)
	_, err = f.correct(song, []types.TermsID{by, by}, nil)
	require.ErrorIs(t, err, types.ErrOfferNotFound, "it was ended")

	f.wait(time.Hour)
	nc := preset("cc-by-nc-4.0")
	events, err := f.correct(song, []types.TermsID{by, priced}, []types.TermsID{priced, nc})
	require.NoError(t, err)
	since := genesisTime.Add(time.Hour)
	f.requireEvents(events,
		&types.EventOfferClosed{Work: song, Terms: by}, &types.EventOfferClosed{Work: song, Terms: priced},
		&types.EventOffered{Work: song, Terms: priced},
		&types.EventOffered{Work: song, Terms: nc, Offer: types.Offer{IrrevocableSince: &since}},
	)
	f.setStatus(song, registrytypes.STATUS_ACTIVE)
	copying := types.Use{Action: types.ACTION_COPY, Commercial: true}
	got := f.rights(song, copying, carol)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, got.Verdict, "what could not be taken back is over")
	require.Equal(t, coins("5ustem"), got.Offers[0].Price, "the price is the terms' own")
	require.Equal(t, grant.String(), f.rights(song, copying, bob).Permission, "grants stay")
	require.Equal(t, nc.String(), f.rights(song, types.Use{Action: types.ACTION_COPY}, carol).Permission)
}

// What a ruling offers complies with what sources demand, as what an owner offers.
func TestARulingOffersWhatSourcesAllow(t *testing.T) {
	f := newFixture(t)
	f.offered(song, preset("cc-by-sa-4.0"), types.Offer{})
	require.NoError(t, f.derive(remix, source{song, preset("cc-by-sa-4.0")}))
	f.dispute(remix, true)
	_, err := f.correct(remix, nil, []types.TermsID{preset("cc-by-4.0")})
	require.ErrorIs(t, err, types.ErrConflict)
	require.ErrorContains(t, err, "sharealike_source")
	_, err = f.correct(remix, nil, []types.TermsID{{1}})
	require.ErrorIs(t, err, types.ErrTermsNotFound)
	_, err = f.correct(remix, nil, []types.TermsID{preset("cc-by-sa-4.0")})
	require.NoError(t, err)
}

// Ruling on a declaration, nobody is waited for any more: not those that it does not name either.
func TestARulingSettlesAnAdmission(t *testing.T) {
	f := newFixture(t)
	ref := types.DeclarationRef{Work: song, Number: 1}
	require.ErrorIs(t, f.k.SettleAdmission(f.ctx, ref), types.ErrNotWaiting)
	for _, waits := range []types.Admission{
		{Works: []registrytypes.WorkID{photo}}, {Others: 2}, {Works: []registrytypes.WorkID{photo}, Others: 1},
	} {
		require.NoError(t, f.k.Bind(f.ctx, types.Binding{Declaration: ref, Admission: waits}))
		require.ErrorIs(t, f.offer(song, preset("mit"), types.Offer{}), types.ErrSourceUnapproved)
		ctx := f.ctx.WithEventManager(sdk.NewEventManager())
		require.NoError(t, f.k.SettleAdmission(ctx, ref))
		f.requireEvents(ctx.EventManager().Events(), &types.EventAdmissionApproved{Declaration: ref, Settled: true})
		require.NoError(t, f.k.CheckInvariants(f.ctx))
		require.ErrorIs(t, f.k.SettleAdmission(f.ctx, ref), types.ErrNotWaiting)
		require.Empty(t, f.rights(song, types.Use{Action: types.ACTION_COPY}, carol).Notices)
	}
	f.offered(song, preset("mit"), types.Offer{})
}

// Somebody relies on a work once a grant was given, or a licence that stays was offered.
func TestWhoReliesOnAWork(t *testing.T) {
	f := newFixture(t)
	relied := func(work registrytypes.WorkID) bool {
		is, err := f.k.Relied(f.ctx, work)
		require.NoError(t, err)
		return is
	}
	f.offered(song, preset("commercial-remix-5"), types.Offer{})
	require.False(t, relied(song), "whoever is offered something does not rely on it yet")
	f.acquired(bob, song, preset("commercial-remix-5"), 0, "")
	require.True(t, relied(song))
	f.offered(photo, preset("cc-by-4.0"), types.Offer{Paused: true})
	require.False(t, relied(photo))
	f.offered(photo, preset("cc-by-4.0"), types.Offer{})
	require.True(t, relied(photo))
}
