package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ask are terms that ask for the owner's approval.
func ask() types.Terms {
	return types.Terms{Spdx: "LicenseRef-Ask", Derivatives: types.DERIVATIVES_ALLOWED, DerivativeApproval: true}
}

func approve(owner sdk.AccAddress, work registrytypes.WorkID, terms types.TermsID, licensee sdk.AccAddress) *types.MsgApprove {
	return &types.MsgApprove{Owner: owner.String(), Work: work, Terms: terms, Licensee: licensee.String()}
}

// acquireFor takes an offer without a price for one derivative.
func (f *fixture) acquireFor(
	licensee sdk.AccAddress, work registrytypes.WorkID, terms types.TermsID, serial uint64, derivative registrytypes.WorkID,
) (types.GrantID, error) {
	f.t.Helper()
	err := f.try(&types.MsgAcquire{
		Licensee: licensee.String(), Work: work, Terms: terms, Serial: serial, Derivative: derivative, Seen: f.seen(work, terms),
	})
	return types.NewGrantID(work, terms, licensee, serial), err
}

func TestApprovingALicensee(t *testing.T) {
	f := newFixture(t)
	terms := f.publish(ask())
	f.offered(song, terms, types.Offer{})
	_, err := f.acquire(bob, song, terms, 0, "")
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	require.ErrorContains(t, err, "the owner has to approve you, or the derivative, first ("+song.String())

	f.must(approve(alice, song, terms, bob), &types.EventApproved{Work: song, Terms: terms, Licensee: bob.String()})
	f.must(approve(alice, song, terms, bob)) // changes nothing
	grant := f.acquired(bob, song, terms, 0, "")
	_, err = f.acquire(carol, song, terms, 0, "")
	require.ErrorIs(t, err, types.ErrApprovalNeeded)

	withdraw := &types.MsgWithdrawApproval{Owner: alice.String(), Work: song, Terms: terms, Licensee: bob.String()}
	f.must(withdraw, &types.EventApprovalWithdrawn{Work: song, Terms: terms, Licensee: bob.String()})
	require.ErrorIs(t, f.try(withdraw), types.ErrApprovalNotFound)
	_, err = f.acquire(bob, song, terms, 1, "")
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	_, err = f.permit(remix, song, grant)
	require.NoError(t, err, "a grant given under the approval stays")
}

func TestApprovingADerivative(t *testing.T) {
	f := newFixture(t)
	other := registrytypes.NewWorkID(bob, [32]byte{4})
	f.add(other, bob)
	terms := f.publish(ask())
	f.offered(song, terms, types.Offer{})
	msg := &types.MsgApprove{Owner: alice.String(), Work: song, Terms: terms, Derivative: remix}
	f.must(msg, &types.EventApproved{Work: song, Terms: terms, Derivative: remix})

	_, err := f.acquire(bob, song, terms, 0, "")
	require.ErrorIs(t, err, types.ErrApprovalNeeded, "the derivative was not named")
	_, err = f.acquireFor(bob, song, terms, 0, other)
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	_, err = f.acquireFor(carol, song, terms, 0, remix)
	require.ErrorIs(t, err, registrytypes.ErrNotOwner)

	f.must(&types.MsgAcquire{Licensee: bob.String(), Work: song, Terms: terms, Derivative: remix},
		&types.EventGranted{
			Grant: types.NewGrantID(song, terms, bob, 0), Work: song, Terms: terms,
			Licensee: bob.String(), Derivative: remix, Serves: 1,
		})
	grant := types.NewGrantID(song, terms, bob, 0)
	got, err := f.query.Grant(f.ctx, &types.QueryGrantRequest{Grant: grant})
	require.NoError(t, err)
	require.Equal(t, remix, got.Grant.UsedBy)
	_, err = f.permit(other, song, grant)
	require.ErrorIs(t, err, types.ErrGrantUsed)
	require.NoError(t, f.derive(remix, source{song, grant}))
}

// An approval ends with the ownership of who gave it.
func TestAnApprovalEndsWhenTheWorkIsSold(t *testing.T) {
	f := newFixture(t)
	terms := f.publish(ask())
	f.offered(song, terms, types.Offer{})
	require.NoError(t, f.try(approve(alice, song, terms, bob)))
	require.True(t, f.inForce(song))
	f.sell(song, carol)
	_, err := f.acquire(bob, song, terms, 0, "")
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	require.ErrorContains(t, err, "name the derivative")
	require.False(t, f.inForce(song))
	err = f.try(approve(alice, song, terms, bob))
	require.ErrorIs(t, err, registrytypes.ErrNotOwner)
	require.ErrorContains(t, err, "only its owner")

	f.must(approve(carol, song, terms, bob), &types.EventApproved{Work: song, Terms: terms, Licensee: bob.String()})
	f.acquired(bob, song, terms, 0, "")
	f.sell(song, alice)
	_, err = f.acquire(bob, song, terms, 1, "")
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
}

// Nor does it come back with the work: who buys back has to approve anew.
func TestAnApprovalDoesNotRevive(t *testing.T) {
	f := newFixture(t)
	terms := f.publish(ask())
	f.offered(song, terms, types.Offer{})
	byDerivative := &types.MsgApprove{Owner: alice.String(), Work: song, Terms: terms, Derivative: remix}
	require.NoError(t, f.try(approve(alice, song, terms, bob)))
	f.sell(song, carol)
	f.sell(song, alice)
	_, err := f.acquireFor(bob, song, terms, 0, remix)
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	require.False(t, f.inForce(song))
	require.True(t, f.rights(song, adapt, bob).Offers[0].NeedsApproval)

	f.must(approve(alice, song, terms, bob), &types.EventApproved{Work: song, Terms: terms, Licensee: bob.String()})
	require.True(t, f.inForce(song))
	f.acquired(bob, song, terms, 0, "")

	f.must(byDerivative, &types.EventApproved{Work: song, Terms: terms, Derivative: remix})
	f.sell(song, carol)
	f.sell(song, alice)
	_, err = f.acquireFor(bob, song, terms, 1, remix)
	require.ErrorIs(t, err, types.ErrApprovalNeeded)
	require.NoError(t, f.try(&types.MsgWithdrawApproval{
		Owner: alice.String(), Work: song, Terms: terms, Derivative: remix,
	}), "what does not count can be taken away too")
}

// inForce is what the query says of the first of a work's approvals.
func (f *fixture) inForce(work registrytypes.WorkID) bool {
	f.t.Helper()
	res, err := f.query.Approvals(f.ctx, &types.QueryApprovalsRequest{Work: work})
	require.NoError(f.t, err)
	return res.Approvals[0].InForce
}

func TestApprovalsThatAreRefused(t *testing.T) {
	f := newFixture(t)
	terms := f.publish(ask())
	missing := registrytypes.WorkID{9}
	for name, c := range map[string]struct {
		edit func(*types.MsgApprove)
		want error
	}{
		"stranger":              {func(m *types.MsgApprove) { m.Owner = bob.String() }, registrytypes.ErrNotOwner},
		"no work":               {func(m *types.MsgApprove) { m.Work = missing }, registrytypes.ErrWorkNotFound},
		"no terms":              {func(m *types.MsgApprove) { m.Terms = types.TermsID{1} }, types.ErrTermsNotFound},
		"terms that do not ask": {func(m *types.MsgApprove) { m.Terms = preset("cc-by-4.0") }, types.ErrInvalidApproval},
		"nobody":                {func(m *types.MsgApprove) { m.Licensee = "" }, types.ErrInvalidApproval},
		"both":                  {func(m *types.MsgApprove) { m.Derivative = remix }, types.ErrInvalidApproval},
		"no account":            {func(m *types.MsgApprove) { m.Licensee = "bob" }, types.ErrInvalidApproval},
		"itself":                {func(m *types.MsgApprove) { m.Licensee, m.Derivative = "", song }, types.ErrInvalidMessage},
		"no derivative":         {func(m *types.MsgApprove) { m.Licensee, m.Derivative = "", missing }, registrytypes.ErrWorkNotFound},
		"work not given":        {func(m *types.MsgApprove) { m.Work = registrytypes.WorkID{} }, registrytypes.ErrInvalidID},
		"terms not given":       {func(m *types.MsgApprove) { m.Terms = types.TermsID{} }, registrytypes.ErrInvalidID},
	} {
		msg := approve(alice, song, terms, bob)
		c.edit(msg)
		require.ErrorIs(t, f.try(msg), c.want, name)
	}
	f.setStatus(song, registrytypes.STATUS_DISPUTED)
	require.ErrorIs(t, f.try(approve(alice, song, terms, bob)), registrytypes.ErrOnHold)
}

func TestDerivativesThatGrantsAreNotFor(t *testing.T) {
	f := newFixture(t)
	terms := preset("noncommercial-remix")
	f.offered(song, terms, types.Offer{})
	_, err := f.acquireFor(alice, song, terms, 0, song)
	require.ErrorIs(t, err, types.ErrInvalidMessage)
	_, err = f.acquireFor(bob, song, terms, 0, photo)
	require.ErrorIs(t, err, registrytypes.ErrNotOwner)
	_, err = f.acquireFor(bob, song, terms, 0, registrytypes.WorkID{9})
	require.ErrorIs(t, err, registrytypes.ErrWorkNotFound)
}

func TestAPausedOfferIsNotTaken(t *testing.T) {
	f := newFixture(t)
	terms := preset("noncommercial-remix")
	f.offered(song, terms, types.Offer{Paused: true})
	_, err := f.acquire(bob, song, terms, 0, "")
	require.ErrorIs(t, err, types.ErrOfferPaused)
	require.ErrorContains(t, err, "offer_paused")
	f.offered(song, terms, types.Offer{})
	f.acquired(bob, song, terms, 0, "")
}

func TestApprovalsComeInPages(t *testing.T) {
	f := newFixture(t)
	terms, other := f.publish(ask()), f.publish(types.Terms{
		Spdx: "LicenseRef-Ask-2", Derivatives: types.DERIVATIVES_ALLOWED, DerivativeApproval: true,
	})
	for _, msg := range []sdk.Msg{
		approve(alice, song, terms, bob), approve(alice, song, terms, carol), approve(alice, song, other, bob),
		&types.MsgApprove{Owner: alice.String(), Work: song, Terms: terms, Derivative: remix},
		approve(carol, photo, terms, bob),
	} {
		require.NoError(t, f.try(msg))
	}
	var got []types.Approval
	page := &query.PageRequest{Limit: 3}
	for {
		res, err := f.query.Approvals(f.ctx, &types.QueryApprovalsRequest{Work: song, Pagination: page})
		require.NoError(t, err)
		got = append(got, res.Approvals...)
		if len(res.Pagination.NextKey) == 0 {
			break
		}
		page.Key = res.Pagination.NextKey
	}
	none := registrytypes.WorkID{}
	row := func(terms types.TermsID, licensee string, derivative registrytypes.WorkID) types.Approval {
		return types.Approval{Terms: terms, Licensee: licensee, Derivative: derivative, InForce: true}
	}
	require.ElementsMatch(t, []types.Approval{
		row(terms, bob.String(), none), row(terms, carol.String(), none), row(terms, "", remix), row(other, bob.String(), none),
	}, got)
	_, err := f.query.Approvals(f.ctx, &types.QueryApprovalsRequest{Work: registrytypes.WorkID{9}})
	require.ErrorContains(t, err, "code = NotFound")
}
