package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func offerGrant(from sdk.AccAddress, grant types.GrantID, to sdk.AccAddress) *types.MsgOfferGrant {
	return &types.MsgOfferGrant{Licensee: from.String(), Grant: grant, Recipient: to.String()}
}

// acceptGrant accepts a grant as it is now.
func (f *fixture) acceptGrant(to sdk.AccAddress, grant types.GrantID) *types.MsgAcceptGrant {
	f.t.Helper()
	g, found, err := f.k.Grants.Find(f.ctx, grant)
	require.NoError(f.t, err)
	msg := &types.MsgAcceptGrant{Recipient: to.String(), Grant: grant}
	if found {
		msg.Seen = g.Conditions()
	}
	return msg
}

// move offers a grant to an account, which accepts it.
func (f *fixture) move(from sdk.AccAddress, grant types.GrantID, to sdk.AccAddress) error {
	f.t.Helper()
	if err := f.try(offerGrant(from, grant, to)); err != nil {
		return err
	}
	return f.try(f.acceptGrant(to, grant))
}

func (f *fixture) grant(id types.GrantID) types.Grant {
	f.t.Helper()
	g, err := f.k.GetGrant(f.ctx, id)
	require.NoError(f.t, err)
	return g
}

func TestATransferableGrantChangesHands(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", func(t *types.Terms) { t.Transferable = true })
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	before := f.grant(grant)

	require.ErrorIs(t, f.try(offerGrant(carol, grant, alice)), types.ErrNotLicensee)
	require.ErrorIs(t, f.try(offerGrant(bob, grant, bob)), types.ErrInvalidMessage)
	require.ErrorIs(t, f.try(offerGrant(bob, types.GrantID{9}, carol)), types.ErrGrantNotFound)
	f.must(offerGrant(bob, grant, carol), &types.EventGrantOffered{Grant: grant, From: bob.String(), To: carol.String()})
	f.must(f.acceptGrant(carol, grant), &types.EventGrantTransferred{Grant: grant, From: bob.String(), To: carol.String()})
	before.Licensee = carol
	require.Equal(t, before, f.grant(grant))
	for licensee, want := range map[string]int{bob.String(): 0, carol.String(): 1} {
		res, err := f.query.Grants(f.ctx, &types.QueryGrantsRequest{Licensee: licensee, Work: song})
		require.NoError(t, err)
		require.Len(t, res.Grants, want)
	}
	require.ErrorIs(t, f.try(offerGrant(bob, grant, alice)), types.ErrNotLicensee)
	_, err := f.permit(remix, song, grant)
	require.ErrorIs(t, err, types.ErrNotLicensee)
	_, err = f.permit(photo, song, grant)
	require.NoError(t, err)

	_, err = f.acquire(bob, song, terms, 0, "5ustem")
	require.ErrorIs(t, err, types.ErrGrantExists, "the id of a grant that moved is not given again")
	f.wait(day(30))
	require.ErrorIs(t, f.try(offerGrant(carol, grant, bob)), types.ErrGrantExpired)
}

// Nobody gets a grant but by a message of their own; the licensee has it until then.
func TestAGrantIsTheRecipientsWhenItAccepts(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", func(t *types.Terms) { t.Transferable = true })
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	require.ErrorIs(t, f.try(f.acceptGrant(carol, grant)), types.ErrNotOfferedToYou)
	require.ErrorIs(t, f.try(&types.MsgCancelGrantOffer{Licensee: bob.String(), Grant: grant}), types.ErrNotOfferedToYou)

	require.NoError(t, f.try(offerGrant(bob, grant, carol)))
	res, err := f.query.Grants(f.ctx, &types.QueryGrantsRequest{Licensee: carol.String()})
	require.NoError(t, err)
	require.Empty(t, res.Grants, "an offer is nothing that the recipient has")
	require.ErrorIs(t, f.try(f.acceptGrant(alice, grant)), types.ErrNotOfferedToYou)
	require.ErrorIs(t, f.try(&types.MsgCancelGrantOffer{Licensee: carol.String(), Grant: grant}), types.ErrNotLicensee)
	f.must(&types.MsgCancelGrantOffer{Licensee: bob.String(), Grant: grant},
		&types.EventGrantOfferCancelled{Grant: grant, To: carol.String()})
	require.ErrorIs(t, f.try(f.acceptGrant(carol, grant)), types.ErrNotOfferedToYou)

	require.NoError(t, f.try(offerGrant(bob, grant, carol)))
	require.NoError(t, f.try(offerGrant(bob, grant, alice)), "in place of the first")
	require.ErrorIs(t, f.try(f.acceptGrant(carol, grant)), types.ErrNotOfferedToYou)
	require.NoError(t, f.derive(remix, source{song, grant}), "it is bob's until it is accepted")
	require.ErrorIs(t, f.try(f.acceptGrant(alice, grant)), types.ErrNotOfferedToYou, "a used grant is offered to nobody")
	require.Empty(t, f.grant(grant).OfferedTo)

	late := f.acquired(bob, song, terms, 1, "5ustem")
	require.NoError(t, f.try(offerGrant(bob, late, carol)))
	f.wait(day(30))
	require.ErrorIs(t, f.try(f.acceptGrant(carol, late)), types.ErrGrantExpired)
}

func TestGrantsThatDoNotMove(t *testing.T) {
	f := newFixture(t)
	fixed := f.monthly("5ustem", nil)
	grant := f.acquired(bob, song, fixed, 0, "5ustem")
	err := f.try(offerGrant(bob, grant, carol))
	require.ErrorIs(t, err, types.ErrNotTransferable)
	require.ErrorContains(t, err, grant.String())

	loose := f.monthly("5ustem", func(t *types.Terms) { t.Transferable = true })
	used := f.acquired(bob, song, loose, 0, "5ustem")
	require.NoError(t, f.derive(remix, source{song, used}))
	err = f.try(offerGrant(bob, used, carol))
	require.ErrorIs(t, err, types.ErrGrantUsed)
	require.ErrorContains(t, err, "moves only with that work")

	several := f.monthly("5ustem", func(t *types.Terms) { t.Transferable, t.DerivativesPerGrant = true, 3 })
	partly := f.acquired(bob, song, several, 0, "5ustem")
	require.NoError(t, f.derive(f.register(bob, 40), source{song, partly}))
	err = f.try(offerGrant(bob, partly, carol))
	require.ErrorIs(t, err, types.ErrGrantUsed)
	require.ErrorContains(t, err, "1 derivatives rely on")
}

// Where the owner approves who derives, a grant does not reach others unapproved.
func TestATransferNeedsTheRecipientsApproval(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", func(t *types.Terms) { t.Transferable, t.DerivativeApproval = true, true })
	require.NoError(t, f.try(approve(alice, song, terms, bob)))
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	require.ErrorIs(t, f.try(offerGrant(bob, grant, carol)), types.ErrApprovalNeeded)
	require.NoError(t, f.try(approve(alice, song, terms, carol)))
	require.NoError(t, f.try(offerGrant(bob, grant, carol)))
	require.NoError(t, f.try(&types.MsgWithdrawApproval{Owner: alice.String(), Work: song, Terms: terms, Licensee: carol.String()}))
	require.ErrorIs(t, f.try(f.acceptGrant(carol, grant)), types.ErrApprovalNeeded, "it is asked when the grant changes hands")
	require.NoError(t, f.try(approve(alice, song, terms, carol)))
	require.NoError(t, f.try(f.acceptGrant(carol, grant)))
}

// The accounts that the offer named when the grant was acquired are who may ever hold
// it, whatever the offer says by then; a renewal takes on today's.
func TestAGrantStaysAmongThoseThatItsOfferNamed(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", func(t *types.Terms) { t.Transferable, t.DerivativeApproval = true, true })
	named := types.AllowList{Licensees: []string{bob.String(), carol.String()}}
	if named.Licensees[0] > named.Licensees[1] {
		named.Licensees[0], named.Licensees[1] = named.Licensees[1], named.Licensees[0]
	}
	price := coins("5ustem")
	f.offered(song, terms, types.Offer{Price: price, Licensees: named.Licensees})
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	again := f.acquired(carol, song, terms, 0, "5ustem")
	res, err := f.query.Grant(f.ctx, &types.QueryGrantRequest{Grant: grant})
	require.NoError(t, err)
	require.Equal(t, named.Licensees, res.Licensees)
	require.Equal(t, named.Digest(), f.grant(again).AllowList.Digest)
	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Equal(t, []types.AllowList{named}, gs.AllowLists, "a list is kept once")

	f.offered(song, terms, types.Offer{Price: price})
	require.NoError(t, f.try(approve(alice, song, terms, account("dave"))))
	err = f.try(offerGrant(bob, grant, account("dave")))
	require.ErrorIs(t, err, types.ErrNotLicensee)
	require.ErrorContains(t, err, "not_licensee")
	require.NoError(t, f.move(bob, grant, carol), "who is named needs no approval")
	require.ErrorIs(t, f.try(offerGrant(carol, grant, account("dave"))), types.ErrNotLicensee, "it goes with the grant")

	require.NoError(t, f.try(approve(alice, song, terms, carol)))
	require.NoError(t, f.try(renew(carol, grant, "5ustem")))
	require.True(t, f.grant(grant).AllowList.IsZero())
	require.NoError(t, f.move(carol, grant, account("dave")))
}

// Renewing pins anew, before the end too, for what is made afterwards.
func TestARenewalPinsAnew(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", func(t *types.Terms) { t.DerivativesPerGrant = 2 })
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	f.revenue.upstream[song] = 7
	work := f.registry[song]
	work.Version = 3
	f.registry[song] = work
	permit, err := f.permit(remix, song, grant)
	require.NoError(t, err)
	require.EqualValues(t, 1, permit.WorkVersion)
	require.Zero(t, permit.UpstreamVersion)

	end, msg := genesisTime.Add(day(60)), renew(bob, grant, "5ustem")
	msg.Seen = f.seen(song, terms)
	f.must(msg, &types.EventGrantRenewed{
		Grant: grant, Work: song, Licensee: bob.String(), Fee: "5ustem", ExpiresAt: &end, WorkVersion: 3, UpstreamVersion: 7,
	})
	permit, err = f.permit(remix, song, grant)
	require.NoError(t, err)
	require.EqualValues(t, 3, permit.WorkVersion)
	require.EqualValues(t, 7, permit.UpstreamVersion)
}

// A grant that came to somebody with a work they bought is found when that work is
// named, also where it was given to another.
func TestAGrantThatCameWithAWorkIsFoundByIt(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", nil)
	_, err := f.acquireFor(bob, song, terms, 0, remix)
	require.ErrorIs(t, err, types.ErrFeeAboveMax)
	fee := coins("5ustem")[0]
	require.NoError(t, f.try(&types.MsgAcquire{
		Licensee: bob.String(), Work: song, Terms: terms, MaxFee: &fee, MaxRate: types.MaxRate, Derivative: remix,
	}))
	grant := types.NewGrantID(song, terms, bob, 0)
	f.sell(remix, carol)
	require.Equal(t, grant.String(), f.rightsFor(song, carol, "", remix).Permission)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rightsFor(song, carol, "", registrytypes.WorkID{}).Verdict)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(song, adapt, bob).Verdict)
}
