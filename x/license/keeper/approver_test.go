package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var society = sdk.AccAddress("society_____________")

// The account that the terms name approves, and takes back, as the owner does; at
// any depth, and no longer once the work changes hands.
func TestASecondApproverApproves(t *testing.T) {
	f := newFixture(t)
	asking := ask()
	asking.CommercialUse = true
	asking.SecondApprover = society.String()
	terms := f.publish(asking)
	require.ErrorIs(t, f.try(approve(society, song, terms, bob)), registrytypes.ErrNotOwner, "nobody offered the work under the terms")
	f.offered(song, terms, types.Offer{})

	f.must(approve(society, song, terms, bob), &types.EventApproved{Work: song, Terms: terms, Licensee: bob.String()})
	grant := f.acquired(bob, song, terms, 0, "")
	require.ErrorIs(t, f.try(approve(carol, song, terms, fan)), registrytypes.ErrNotOwner)
	require.ErrorIs(t, f.try(approve(society, photo, terms, bob)), registrytypes.ErrNotOwner, "of works offered under the terms only")
	require.ErrorIs(t, f.try(approve(society, song, f.publish(ask()), bob)), registrytypes.ErrNotOwner, "under the terms that name it only")

	// What is made from the remix asks for it too, though the offer is closed.
	require.NoError(t, f.derive(remix, source{song, grant}))
	f.offered(remix, anything(f), types.Offer{})
	require.NoError(t, f.try(&types.MsgCloseOffer{Owner: alice.String(), Work: song, Terms: terms}))
	require.Equal(t, []string{"needs_approval"}, codesOf(f.rights(remix, adapt, fan)))
	require.NoError(t, f.try(approve(society, song, terms, fan)))
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, adapt, fan).Verdict)

	withdraw := &types.MsgWithdrawApproval{Owner: society.String(), Work: song, Terms: terms, Licensee: fan.String()}
	f.must(withdraw, &types.EventApprovalWithdrawn{Work: song, Terms: terms, Licensee: fan.String()})
	require.Equal(t, []string{"needs_approval"}, codesOf(f.rights(remix, adapt, fan)))

	f.setStatus(song, registrytypes.STATUS_DISPUTED)
	require.ErrorIs(t, f.try(approve(society, song, terms, fan)), registrytypes.ErrOnHold)
	f.setStatus(song, registrytypes.STATUS_ACTIVE)
	require.NoError(t, f.try(approve(society, song, terms, fan)))
	f.sell(song, carol)
	require.Equal(t, []string{"needs_approval"}, codesOf(f.rights(remix, adapt, fan)))
	require.NoError(t, f.try(approve(society, song, terms, fan)), "it approves for the new owner too")
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

// An approval that is asked for direct derivatives alone binds nobody further down.
func TestADirectApprovalDoesNotPassOn(t *testing.T) {
	for _, direct := range []bool{true, false} {
		f := newFixture(t)
		asking := ask()
		asking.CommercialUse = true
		asking.ApprovalDirect = direct
		terms := f.publish(asking)
		f.offered(song, terms, types.Offer{})
		_, err := f.acquire(bob, song, terms, 0, "")
		require.ErrorIs(t, err, types.ErrApprovalNeeded)
		require.NoError(t, f.try(approve(alice, song, terms, bob)))
		require.NoError(t, f.derive(remix, source{song, f.acquired(bob, song, terms, 0, "")}))
		f.offered(remix, anything(f), types.Offer{})

		f.add(cover, carol)
		if direct {
			require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, adapt, carol).Verdict)
			require.NoError(t, f.derive(cover, source{remix, anything(f)}))
		} else {
			require.Equal(t, []string{"needs_approval"}, codesOf(f.rights(remix, adapt, carol)))
			require.ErrorIs(t, f.derive(cover, source{remix, anything(f)}), types.ErrApprovalNeeded)
		}
	}
}
