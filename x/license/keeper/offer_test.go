package keeper_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func TestPublishingTermsTwiceChangesNothing(t *testing.T) {
	f := newFixture(t)
	terms := types.Terms{Spdx: "LicenseRef-Mine", CommercialUse: true}
	msg := &types.MsgPublishTerms{Author: alice.String(), Terms: terms}
	res := f.must(msg, &types.EventTermsPublished{Terms: terms.ID(), Spdx: "LicenseRef-Mine"})
	require.Equal(t, terms.ID(), res.(*types.MsgPublishTermsResponse).Id)

	msg.Author = bob.String()
	require.Equal(t, res, f.must(msg))

	terms.RoyaltyRate = 7
	require.ErrorIs(t, f.try(&types.MsgPublishTerms{Author: alice.String(), Terms: terms}), types.ErrInvalidTerms)
}

func TestOfferAndClose(t *testing.T) {
	f := newFixture(t)
	terms := preset("commercial-remix-10")
	end := genesisTime.Add(time.Hour)
	o := types.Offer{Price: coins("100ustem"), ExpiresAt: &end}
	f.must(&types.MsgOffer{Owner: alice.String(), Work: song, Terms: terms, Offer: o},
		&types.EventOffered{Work: song, Terms: terms, Offer: o})

	cheaper := types.Offer{Price: coins("50ustem")}
	f.offered(song, terms, cheaper)
	stored, err := f.query.Offers(f.ctx, &types.QueryOffersRequest{Work: song})
	require.NoError(t, err)
	require.Len(t, stored.Offers, 1)
	require.Equal(t, cheaper.Price, stored.Offers[0].Offer.Price)
	require.False(t, stored.Offers[0].Public)
	require.Equal(t, "commercial-remix-10", stored.Offers[0].Terms.Preset)

	closing := &types.MsgCloseOffer{Owner: bob.String(), Work: song, Terms: terms}
	require.ErrorIs(t, f.try(closing), registrytypes.ErrNotOwner)
	closing.Owner = alice.String()
	f.setStatus(song, registrytypes.STATUS_WITHDRAWN)
	f.must(closing, &types.EventOfferClosed{Work: song, Terms: terms})
	require.ErrorIs(t, f.try(closing), types.ErrOfferNotFound)
}

func TestRefusedOffers(t *testing.T) {
	f := newFixture(t)
	remix10 := preset("commercial-remix-10")
	priced := f.publish(types.Terms{Spdx: "LicenseRef-Priced", GrantFee: coins("100ustem")})
	foreign := f.publish(types.Terms{Spdx: "LicenseRef-Foreign", GrantFee: coins("100uatom")})
	past := genesisTime
	many := make([]string, 65)
	for i := range many {
		many[i] = account(string(rune('0' + i))).String()
	}
	slices.Sort(many)
	for name, c := range map[string]struct {
		terms types.TermsID
		offer types.Offer
		want  error
	}{
		"unpublished":       {types.TermsID{1}, types.Offer{}, types.ErrTermsNotFound},
		"below the fee":     {priced, types.Offer{Price: coins("99ustem")}, types.ErrInvalidOffer},
		"not in the fee":    {priced, types.Offer{Price: coins("100uusdc")}, types.ErrInvalidOffer},
		"unknown denom":     {remix10, types.Offer{Price: coins("5uatom")}, royaltytypes.ErrDenomNotAccepted},
		"unknown fee denom": {foreign, types.Offer{}, royaltytypes.ErrDenomNotAccepted},
		"unsorted price":    {remix10, types.Offer{Price: sdk.Coins{coins("5uusdc")[0], coins("5ustem")[0]}}, types.ErrInvalidOffer},
		"no amount":         {remix10, types.Offer{Price: sdk.Coins{{Denom: "ustem"}}}, types.ErrInvalidOffer},
		"already over":      {remix10, types.Offer{ExpiresAt: &past}, types.ErrInvalidOffer},
		"bad licensee":      {remix10, types.Offer{Licensees: []string{"bob"}}, types.ErrInvalidOffer},
		"licensee capitals": {remix10, types.Offer{Licensees: []string{strings.ToUpper(bob.String())}}, types.ErrInvalidOffer},
		"licensee twice":    {remix10, types.Offer{Licensees: []string{bob.String(), bob.String()}}, types.ErrInvalidOffer},
		"65 licensees":      {remix10, types.Offer{Licensees: many}, types.ErrInvalidOffer},
		"price on CC":       {preset("cc-by-4.0"), types.Offer{Price: coins("5ustem")}, types.ErrInvalidOffer},
		"allow-list on CC":  {preset("cc-by-4.0"), types.Offer{Licensees: []string{bob.String()}}, types.ErrInvalidOffer},
		"paid for nothing":  {preset("ai-training-paid"), types.Offer{}, types.ErrInvalidOffer},
	} {
		require.ErrorIs(t, f.offer(song, c.terms, c.offer), c.want, name)
	}
	f.offered(song, priced, types.Offer{})
	f.offered(song, remix10, types.Offer{Licensees: many[:64]})
	f.offered(song, preset("ai-training-paid"), types.Offer{Price: coins("5ustem")})
}

func TestOnlyTheOwnerOffersAndOnlyActiveWorks(t *testing.T) {
	f := newFixture(t)
	terms := preset("cc-by-4.0")
	msg := &types.MsgOffer{Owner: bob.String(), Work: song, Terms: terms}
	require.ErrorIs(t, f.try(msg), registrytypes.ErrNotOwner)

	msg.Owner = alice.String()
	for _, status := range []registrytypes.Status{
		registrytypes.STATUS_WITHDRAWN, registrytypes.STATUS_DISPUTED, registrytypes.STATUS_INVALIDATED,
	} {
		f.setStatus(song, status)
		require.ErrorIs(t, f.try(msg), registrytypes.ErrOnHold, status)
	}
	msg.Work = registrytypes.WorkID{7}
	require.ErrorIs(t, f.try(msg), registrytypes.ErrWorkNotFound)
	msg.Work = registrytypes.WorkID{}
	require.ErrorIs(t, f.try(msg), registrytypes.ErrInvalidID)
}

func TestAWorkHasAtMost64Offers(t *testing.T) {
	f := newFixture(t)
	ids := make([]types.TermsID, types.MaxOffers+1)
	for i := range ids {
		ids[i] = f.publish(types.Terms{Spdx: "LicenseRef-Numbered", MaxGrants: uint64(i + 1)})
	}
	for _, id := range ids[:types.MaxOffers] {
		f.offered(song, id, types.Offer{})
	}
	require.ErrorIs(t, f.offer(song, ids[types.MaxOffers], types.Offer{}), types.ErrTooManyOffers)
	f.offered(song, ids[0], types.Offer{Price: coins("1ustem")})
	f.offered(photo, ids[types.MaxOffers], types.Offer{})
	for _, id := range ids[:types.MaxOffers] {
		require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: id}))
		require.NoError(t, f.k.CheckInvariants(f.ctx))
	}
	f.offered(song, ids[types.MaxOffers], types.Offer{})
}

func TestAWorkThatOwesRoyaltiesCantBePublicDomain(t *testing.T) {
	f := newFixture(t)
	f.revenue.owed[song] = 50_000
	err := f.offer(song, preset("cc-by-4.0"), types.Offer{})
	require.ErrorIs(t, err, types.ErrConflict)
	require.ErrorContains(t, err, "owes_royalty")
	f.offered(song, preset("commercial-remix-5"), types.Offer{})
}
