package users_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// A grant that is cheap, and under which each use is paid besides, is not to be had for what the grant costs: the highest price bounds both.
func TestAUseIsPaidBesidesItsGrant(t *testing.T) {
	w := newWorld(t, map[string]int{})
	alice := w.people[0]
	terms := licensetypes.Terms{
		Spdx: "LicenseRef-Both", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, GrantFee: usdc(1),
		AiInput: licensetypes.PERMISSION_PAID, UsePrice: usdc(1000),
	}
	require.True(t, w.do(alice, chain.RegisterMsg(alice, "song")))
	work := chain.WorkOf("song", alice)
	require.True(t, w.do(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: terms},
		&licensetypes.MsgOffer{Owner: alice.String(), Work: work.ID, Terms: terms.ID()}))
	q := discover.Query{Wish: rights.Wish{Action: "ai-input", Commercial: true}}
	found, err := w.finder.Offers(context.Background(), q)
	require.NoError(t, err)
	require.Len(t, found.Offers, 1)
	w.acquire(w.people[1], work)
	use, err := rights.ParseUse(q.Wish, w.Now())
	require.NoError(t, err)
	res, err := w.finder.Client.License().CheckRights(context.Background(), &licensetypes.QueryCheckRightsRequest{
		Work: work.String(), Use: use, Licensee: w.people[1].String(),
	})
	require.NoError(t, err)
	price, paid := rights.PerUse(res.Rights)
	require.True(t, paid)
	require.Equal(t, usdc(1000), price, "once the grant is there")
	require.Equal(t, []discover.Coin{{Denom: "uusdc", Amount: "1000"}}, found.Offers[0].UsePrice)
	for most, n := range map[int64]int{1: 0, 999: 0, 1000: 1} {
		q.MaxPrice = &usdc(most)[0]
		found, err := w.finder.Offers(context.Background(), q)
		require.NoError(t, err)
		require.Len(t, found.Offers, n, most)
	}
}

// What is made of a work whose uses are paid has its own uses paid too, also where a grant comes first: each use as much as once it is there.
func TestASourcesUsesArePaidBesidesTheGrant(t *testing.T) {
	w, remix := remixPaidBesides(t)
	bob, carol := w.people[1], w.people[2]
	q := discover.Query{Wish: rights.Wish{Action: "ai-input", Commercial: true}, Owner: bob.String()}
	found, err := w.finder.Offers(context.Background(), q)
	require.NoError(t, err)
	require.Len(t, found.Offers, 1)
	require.Equal(t, "needs_grant", found.Offers[0].Verdict)
	w.acquire(carol, remix)
	use, err := rights.ParseUse(q.Wish, w.Now())
	require.NoError(t, err)
	res, err := w.finder.Client.License().CheckRights(context.Background(), &licensetypes.QueryCheckRightsRequest{
		Work: remix.String(), Use: use, Licensee: carol.String(),
	})
	require.NoError(t, err)
	price, paid := rights.PerUse(res.Rights)
	require.True(t, paid)
	require.Equal(t, usdc(27), price)
	require.Equal(t, []discover.Coin{{Denom: "uusdc", Amount: "27"}}, found.Offers[0].UsePrice)
}

// What is made of a remix owes its source too, whatever the remix's own terms ask: the highest royalty bounds what is owed in all.
func TestTheHighestRoyaltyCountsWhatSourcesAreOwed(t *testing.T) {
	w := newWorld(t, map[string]int{})
	alice, bob, carol := w.people[0], w.people[1], w.people[2]
	terms := own()
	of, free := terms[10], licensetypes.Terms{Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED}
	require.Equal(t, uint32(50_000), of.RoyaltyRate)
	require.True(t, w.do(alice, chain.RegisterMsg(alice, "song")))
	require.True(t, w.do(bob, chain.RegisterMsg(bob, "remix")))
	require.True(t, w.do(carol, chain.RegisterMsg(carol, "film")))
	song, remix, film := chain.WorkOf("song", alice), chain.WorkOf("remix", bob), chain.WorkOf("film", carol)
	require.True(t, w.do(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: of},
		&licensetypes.MsgOffer{Owner: alice.String(), Work: song.ID, Terms: of.ID()}))
	require.True(t, w.do(bob, w.See(chain.DeriveMsg(remix, song.Under(of.ID())))))
	require.True(t, w.do(bob, &licensetypes.MsgPublishTerms{Author: bob.String(), Terms: free},
		&licensetypes.MsgOffer{Owner: bob.String(), Work: remix.ID, Terms: free.ID()}))
	nothing := uint32(0)
	q := discover.Query{Wish: rights.Wish{Action: "adapt", Commercial: true}, Owner: bob.String(), MaxRoyalty: &nothing}
	found, err := w.finder.Offers(context.Background(), q)
	require.NoError(t, err)
	require.Empty(t, found.Offers, "what is made of it owes 5 %")
	q.MaxRoyalty = nil
	found, err = w.finder.Offers(context.Background(), q)
	require.NoError(t, err)
	require.Len(t, found.Offers, 1)
	require.True(t, w.do(carol, w.See(chain.DeriveMsg(film, remix.Under(free.ID())))))
	res, err := w.finder.Client.Royalty().Upstream(context.Background(), &royaltytypes.QueryUpstreamRequest{Work: film.ID})
	require.NoError(t, err)
	require.Equal(t, res.Absolute+res.Relative, found.Offers[0].RoyaltyPPM)
	q.MaxRoyalty = &res.Absolute
	found, err = w.finder.Offers(context.Background(), q)
	require.NoError(t, err)
	require.Len(t, found.Offers, 1)
}

// remixPaidBesides is a world with a remix whose uses as AI input cost 20 besides a grant, and 7 for the song that it was made from.
func remixPaidBesides(t *testing.T) (*world, chain.Work) {
	w := newWorld(t, map[string]int{})
	alice, bob := w.people[0], w.people[1]
	of := licensetypes.Terms{
		Spdx: "LicenseRef-Source", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, AiInput: licensetypes.PERMISSION_PAID,
		UsePrice: usdc(7).Add(ustem(3)...),
	}
	both := of
	both.Spdx, both.GrantFee, both.UsePrice = "LicenseRef-Both", usdc(1), usdc(20)
	require.True(t, w.do(alice, chain.RegisterMsg(alice, "song")))
	require.True(t, w.do(bob, chain.RegisterMsg(bob, "remix")))
	song, remix := chain.WorkOf("song", alice), chain.WorkOf("remix", bob)
	require.True(t, w.do(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: of},
		&licensetypes.MsgOffer{Owner: alice.String(), Work: song.ID, Terms: of.ID()}))
	require.True(t, w.do(bob, w.See(chain.DeriveMsg(remix, song.Under(of.ID())))))
	require.True(t, w.do(bob, &licensetypes.MsgPublishTerms{Author: bob.String(), Terms: both},
		&licensetypes.MsgOffer{Owner: bob.String(), Work: remix.ID, Terms: both.ID()}))
	return w, remix
}

// Who buys a grant to declare something with it is told all that the use costs besides: also what sources of the work ask.
func TestAPermissionThatIsBoughtSaysWhatSourcesAskOfAUse(t *testing.T) {
	w, remix := remixPaidBesides(t)
	most := usdc(100)[0]
	found, err := permission.Finder{Chain: w.finder.Client}.Find(context.Background(), permission.Request{
		Source: remix.ID, Licensee: w.people[2].Address, Commercial: true, Buy: true, MaxFee: &most, Now: w.Now(),
		Actions: []licensetypes.Action{licensetypes.ACTION_AI_INPUT},
	})
	require.NoError(t, err)
	price, paid := rights.PerUse(licensetypes.Rights{Obligations: found.PerUse})
	require.True(t, paid)
	require.Equal(t, usdc(27), price)
}
