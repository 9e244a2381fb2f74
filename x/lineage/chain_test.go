package lineage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// TestLaterSourcesOnAChain plays a later addition against the real modules
// below: approval, renumbering, and the cycle that it must not close.
func TestLaterSourcesOnAChain(t *testing.T) {
	c := chain.New(t)
	alice, bob, carol := c.Account("alice"), c.Account("bob"), c.Account("carol")
	remix5 := chain.Preset("commercial-remix-5")
	song := c.Register("song", alice)
	remix := c.Derive("remix", bob, song.Under(remix5))
	cover := c.Derive("cover", carol, remix.Under(remix5))
	sample := c.Derive("sample", alice, c.Register("loop", alice).Under(remix5))
	c.Offer(sample, remix5)

	refused := func(text string, add chain.Source) {
		t.Helper()
		result := c.Deliver(bob, c.DeriveMsg(remix, add))
		require.Error(t, result.Err())
		require.ErrorContains(t, result.Err(), text)
	}
	refused("MsgApproveSource", sample.Under(remix5))
	c.MustDeliver(alice, chain.ApproveSourceMsg(sample.Under(remix5), remix))
	c.MustDeliver(bob, c.DeriveMsg(remix, sample.Under(remix5)))

	queries := types.NewQueryClient(c.Conn())
	for want, work := range []chain.Work{song, sample, remix, cover} {
		got, err := queries.Derivation(c.Ctx(), &types.QueryDerivationRequest{Work: work.ID})
		require.NoError(t, err)
		require.EqualValues(t, want, got.Node.Generation)
	}
	c.Offer(cover, remix5)
	refused(cover.String()+" is itself made from", cover.Under(remix5))
	c.RequireInvariants()
	c.RequireSameExport()
}
