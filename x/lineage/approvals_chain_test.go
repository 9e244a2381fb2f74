package lineage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// sell transfers a work in its two steps.
func sell(t *testing.T, c *chain.Chain, work chain.Work, from, to chain.Account) {
	t.Helper()
	c.MustDeliver(from, &registrytypes.MsgOfferTransfer{Owner: from.String(), Work: work.ID, Recipient: to.String()})
	c.MustDeliver(to, c.AcceptTransferMsg(work, to))
}

// TestApprovalsNeitherOutlastASaleNorRevive plays both kinds, of a licensee and of
// a later source, over a work that is sold and bought back.
func TestApprovalsNeitherOutlastASaleNorRevive(t *testing.T) {
	c := chain.New(t)
	alice, bob, carol := c.Account("alice"), c.Account("bob"), c.Account("carol")
	remix5, open := chain.Preset("commercial-remix-5"), chain.Preset("cc-by-4.0")
	song, remix := c.Register("song", alice), c.Derive("remix", bob, c.Register("loop", alice).Under(open))
	c.Derive("cover", carol, remix.Under(remix5))
	c.Offer(song, remix5)
	ask := licensetypes.Terms{Spdx: "LicenseRef-Ask", Derivatives: licensetypes.DERIVATIVES_ALLOWED, DerivativeApproval: true}
	c.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: ask})
	c.Offer(song, ask.ID())

	approve := func() {
		c.MustDeliver(alice, &licensetypes.MsgApprove{
			Owner: alice.String(), Work: song.ID, Terms: ask.ID(), Licensee: bob.String(),
		})
		c.MustDeliver(alice, chain.ApproveSourceMsg(song.Under(remix5), remix))
	}
	acquire := &licensetypes.MsgAcquire{Licensee: bob.String(), Work: song.ID, Terms: ask.ID()}
	derive := c.DeriveMsg(remix, song.Under(remix5))
	refused := func() {
		t.Helper()
		require.ErrorContains(t, c.Deliver(bob, acquire).Err(), "needs_approval")
		require.ErrorContains(t, c.Deliver(bob, derive).Err(), "MsgApproveSource")
	}
	approve()
	sell(t, c, song, alice, carol)
	refused()
	sell(t, c, song, carol, alice)
	refused()
	c.RequireInvariants()
	c.RequireSameExport()

	approve()
	c.MustDeliver(alice, &types.MsgWithdrawSourceApproval{Owner: alice.String(), Source: song.ID, Derivative: remix.ID})
	require.ErrorContains(t, c.Deliver(bob, derive).Err(), "MsgApproveSource")
	approve()
	c.MustDeliver(bob, acquire, derive)
	c.RequireInvariants()
	c.RequireSameExport()
}
