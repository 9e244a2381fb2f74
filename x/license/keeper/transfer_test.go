package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
)

func move(from sdk.AccAddress, grant types.GrantID, to sdk.AccAddress) *types.MsgTransferGrant {
	return &types.MsgTransferGrant{Licensee: from.String(), Grant: grant, Recipient: to.String()}
}

func TestATransferableGrantChangesHands(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", func(t *types.Terms) { t.Transferable = true })
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	before, err := f.k.GetGrant(f.ctx, grant)
	require.NoError(t, err)

	require.ErrorIs(t, f.try(move(carol, grant, alice)), types.ErrNotLicensee)
	require.ErrorIs(t, f.try(move(bob, grant, bob)), types.ErrInvalidMessage)
	require.ErrorIs(t, f.try(move(bob, types.GrantID{9}, carol)), types.ErrGrantNotFound)
	f.must(move(bob, grant, carol), &types.EventGrantTransferred{Grant: grant, From: bob.String(), To: carol.String()})
	after, err := f.k.GetGrant(f.ctx, grant)
	require.NoError(t, err)
	before.Licensee = carol
	require.Equal(t, before, after)
	for licensee, want := range map[string]int{bob.String(): 0, carol.String(): 1} {
		res, err := f.query.Grants(f.ctx, &types.QueryGrantsRequest{Licensee: licensee, Work: song})
		require.NoError(t, err)
		require.Len(t, res.Grants, want)
	}
	require.ErrorIs(t, f.try(move(bob, grant, alice)), types.ErrNotLicensee)
	_, err = f.permit(remix, song, grant)
	require.ErrorIs(t, err, types.ErrNotLicensee)
	_, err = f.permit(photo, song, grant)
	require.NoError(t, err)

	_, err = f.acquire(bob, song, terms, 0, "5ustem")
	require.ErrorIs(t, err, types.ErrGrantExists, "the id of a grant that moved is not given again")
	f.wait(day(30))
	require.ErrorIs(t, f.try(move(carol, grant, bob)), types.ErrGrantExpired)
}

func TestGrantsThatDoNotMove(t *testing.T) {
	f := newFixture(t)
	fixed := f.monthly("5ustem", nil)
	grant := f.acquired(bob, song, fixed, 0, "5ustem")
	err := f.try(move(bob, grant, carol))
	require.ErrorIs(t, err, types.ErrNotTransferable)
	require.ErrorContains(t, err, grant.String())

	loose := f.monthly("5ustem", func(t *types.Terms) { t.Transferable = true })
	used := f.acquired(bob, song, loose, 0, "5ustem")
	require.NoError(t, f.derive(remix, source{song, used}))
	err = f.try(move(bob, used, carol))
	require.ErrorIs(t, err, types.ErrGrantUsed)
	require.ErrorContains(t, err, "moves only with that work")
}

// Where the owner approves who derives, a grant does not reach others unapproved.
func TestATransferNeedsTheRecipientsApproval(t *testing.T) {
	f := newFixture(t)
	terms := f.monthly("5ustem", func(t *types.Terms) { t.Transferable, t.DerivativeApproval = true, true })
	require.NoError(t, f.try(approve(alice, song, terms, bob)))
	grant := f.acquired(bob, song, terms, 0, "5ustem")
	require.ErrorIs(t, f.try(move(bob, grant, carol)), types.ErrApprovalNeeded)
	require.NoError(t, f.try(approve(alice, song, terms, carol)))
	require.NoError(t, f.try(move(bob, grant, carol)))
}
