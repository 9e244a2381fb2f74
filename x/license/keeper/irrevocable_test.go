package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func (f *fixture) offerRow(work registrytypes.WorkID, terms types.TermsID) types.OpenOffer {
	f.t.Helper()
	res, err := f.query.Offers(f.ctx, &types.QueryOffersRequest{Work: work})
	require.NoError(f.t, err)
	for _, o := range res.Offers {
		if o.Terms.Id == terms {
			return o
		}
	}
	require.FailNow(f.t, "no such offer")
	return types.OpenOffer{}
}

// Once offered, a licence that can't be taken back permits everybody, whatever becomes
// of the offer and the work; only a ruling ends it.
func TestNoLongerOfferedIsNotDenied(t *testing.T) {
	by := preset("cc-by-4.0")
	for name, end := range map[string]func(*fixture){
		"closed": func(f *fixture) {
			f.must(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: by},
				&types.EventOfferClosed{Work: song, Terms: by, IrrevocableSince: &genesisTime})
			err := f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: by})
			require.ErrorIs(f.t, err, types.ErrOfferNotFound)
		},
		"paused":    func(f *fixture) { f.offered(song, by, types.Offer{Paused: true}) },
		"ended":     func(f *fixture) { f.wait(time.Hour) },
		"withdrawn": func(f *fixture) { f.setStatus(song, registrytypes.STATUS_WITHDRAWN) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			over := genesisTime.Add(time.Hour)
			f.offered(song, by, types.Offer{ExpiresAt: &over})
			require.Empty(t, f.rights(song, adapt, bob).Notices)
			end(f)
			for _, use := range []types.Use{
				adapt, {Action: types.ACTION_DISTRIBUTE, Commercial: true}, {Action: types.ACTION_PERFORM, Until: &types.MaxTime},
			} {
				got := f.rights(song, use, bob)
				require.Equal(t, types.VERDICT_ALLOWED, got.Verdict, "%v %v", use, got.Reasons)
				require.Equal(t, by.String(), got.Permission)
				require.Equal(t, []types.Notice{{Code: "no_longer_offered", Works: []registrytypes.WorkID{song}, Count: 1}}, got.Notices)
				require.Equal(t, types.OBLIGATION_ATTRIBUTION, got.Obligations[0].Kind)
			}
			require.NoError(t, f.derive(remix, source{song, by}), "derivations under it go on")
			_, err := f.acquire(bob, song, by, 0, "")
			require.Error(t, err, "nothing new but what everybody may")
			require.Equal(t, genesisTime, *f.offerRow(song, by).Offer.IrrevocableSince)

			f.setStatus(song, registrytypes.STATUS_INVALIDATED)
			require.Equal(t, []string{"work_invalidated"}, codesOf(f.rights(song, adapt, bob)))
		})
	}
}

// An offer that the owner still makes is named before one that is closed.
func TestWhatIsStillOfferedIsNamedFirst(t *testing.T) {
	f := newFixture(t)
	f.offered(song, preset("cc-by-4.0"), types.Offer{})
	f.offered(song, preset("cc0-1.0"), types.Offer{})
	for _, closed := range []string{"cc-by-4.0", "cc0-1.0"} {
		cache, _ := f.ctx.CacheContext()
		was := f.ctx
		f.ctx = cache
		require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: preset(closed)}))
		require.NotEqual(t, preset(closed).String(), f.rights(song, adapt, bob).Permission)
		require.Empty(t, f.rights(song, adapt, bob).Notices)
		f.ctx = was
	}
}

// The row of such a licence stays, counts among the 64 and is offered anew in place.
func TestTheRowOfAnIrrevocableLicenceStays(t *testing.T) {
	f := newFixture(t)
	by, nc := preset("cc-by-4.0"), preset("cc-by-nc-4.0")
	f.offered(song, by, types.Offer{Paused: true})
	require.Nil(t, f.offerRow(song, by).Offer.IrrevocableSince, "paused from the first: nobody was offered it")
	require.Equal(t, types.VERDICT_DENIED, f.rights(song, adapt, bob).Verdict)
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: by}))
	f.wait(time.Hour)
	f.offered(song, by, types.Offer{})
	since := genesisTime.Add(time.Hour)
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: by}))
	require.True(t, f.offerRow(song, by).Offer.Closed)
	f.wait(time.Hour)
	f.offered(song, by, types.Offer{})
	require.Equal(t, types.Offer{IrrevocableSince: &since}, f.offerRow(song, by).Offer)
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: by}))

	for i := range types.MaxOffers - 1 {
		f.offered(song, f.publish(types.Terms{Spdx: fmt.Sprintf("LicenseRef-%d", i)}), types.Offer{})
	}
	err := f.offer(song, nc, types.Offer{})
	require.ErrorIs(t, err, types.ErrTooManyOffers)
	f.offered(song, by, types.Offer{})
	f.offered(photo, preset("commercial-remix-5"), types.Offer{})
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: carol.String(), Work: photo, Terms: preset("commercial-remix-5")}))
	require.Equal(t, []string{"not_offered"}, codesOf(f.rights(photo, adapt, bob)), "what can be closed is closed")
}

// Beside a licence that the chain does not know, nobody can say that it can't be taken
// back; the chain's own fields are not for messages.
func TestWhatIsIrrevocable(t *testing.T) {
	f := newFixture(t)
	mixed := types.Terms{
		Spdx: "LicenseRef-Mine AND MIT", CommercialUse: true, Attribution: true, Derivatives: types.DERIVATIVES_ALLOWED,
	}
	llama := types.Terms{
		Spdx: "LicenseRef-Llama-3.1-Community", CommercialUse: true, Attribution: true, Derivatives: types.DERIVATIVES_ALLOWED,
	}
	for _, terms := range []types.Terms{mixed, llama} {
		require.Nil(t, f.offerRow(song, f.put(terms)).Offer.IrrevocableSince, terms.Spdx)
	}
	require.ErrorIs(t, f.offer(song, preset("mit"), types.Offer{Closed: true}), types.ErrInvalidOffer)
	require.ErrorIs(t, f.offer(song, preset("mit"), types.Offer{IrrevocableSince: &genesisTime}), types.ErrInvalidOffer)
}

// Who owns a work and all its revenue does not rely on the own offers: it is the own
// work, whatever is named.
func TestAnOwnerDoesNotRelyOnOwnOffers(t *testing.T) {
	f := newFixture(t)
	by := preset("cc-by-4.0")
	f.offered(song, by, types.Offer{})
	own := f.register(alice, 51)
	permit, err := f.permit(own, song, by)
	require.NoError(t, err)
	require.True(t, permit.Own)
	require.True(t, permit.Terms.IsZero())
	require.Empty(t, permit.Constraints, "one need not credit oneself")
	got := f.rightsBy(song.String(), adapt, alice, by.String())
	require.True(t, got.Own)
	require.Empty(t, got.Permission)

	f.revenue.shared[song] = true
	permit, err = f.permit(own, song, by)
	require.NoError(t, err)
	require.False(t, permit.Own, "with others to share with, like anybody else")
	require.Equal(t, by, permit.Terms)
}
