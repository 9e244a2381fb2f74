package lineage_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// TestSquattersOnAChain has others claim a work's content, and use it as if it
// were not registered.
func TestSquattersOnAChain(t *testing.T) {
	c := chain.New(t)
	alice, bob := c.Account("alice"), c.Account("bob")
	remix5 := chain.Preset("commercial-remix-5")
	song := c.Register("song", alice)
	c.Offer(song, remix5)
	digest := chain.Digest("song").String()
	use := licensetypes.Use{Action: licensetypes.ACTION_COPY}
	ask := func(subjects ...string) []licensetypes.Rights {
		t.Helper()
		res, err := licensetypes.NewQueryClient(c.Conn()).CheckRightsBatch(c.Ctx(),
			&licensetypes.QueryCheckRightsBatchRequest{Works: subjects, Use: use})
		require.NoError(t, err)
		return res.Rights
	}
	before := ask(digest)[0].Verdict

	claim := chain.RegisterMsg(bob, "song")
	claim.AllowContested = true
	c.MustDeliver(bob, claim)
	squat := chain.WorkOf("song", bob)
	c.Offer(squat, chain.Preset("cc0-1.0"))
	c.Write(func(ctx sdk.Context) error {
		for i := range 33 {
			claimant := sdk.AccAddress(fmt.Sprintf("squatter %-11d", i))
			if _, err := c.App.Keepers.Registry.Register(ctx, claimant, claim.Works, true); err != nil {
				return err
			}
		}
		return nil
	})
	answers := ask(digest, song.String(), squat.String(), digest)
	require.Equal(t, before, answers[0].Verdict)
	require.Equal(t, []registrytypes.WorkID{song.ID}, answers[0].Works)
	require.Equal(t, answers[0], answers[3])
	require.Equal(t, "also_claimed", answers[1].Notices[0].Code)
	require.Equal(t, uint32(34), answers[1].Notices[0].Count)
	require.Equal(t, "contested", answers[2].Notices[0].Code)
	require.Equal(t, []registrytypes.WorkID{song.ID}, answers[2].Notices[0].Works)

	c.MustDeliver(alice, &registrytypes.MsgWithdrawWork{Owner: alice.String(), Work: song.ID})
	require.Equal(t, ask(song.String())[0].Verdict, ask(digest)[0].Verdict)
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, ask(digest)[0].Verdict, "a squatter's CC0 opens nothing")

	remix := c.Register("remix", bob)
	for _, e := range []types.External{{Sha256: chain.Digest("song")}, {Uri: "https://portal.example/works/" + song.String()}} {
		result := c.Deliver(bob, &types.MsgDerive{
			Owner: bob.String(), Work: remix.ID, Sources: []types.Source{{Role: types.ROLE_PARENT_OF, External: &e}},
		})
		require.ErrorIs(t, result.Err(), types.ErrRegistered)
		require.ErrorContains(t, result.Err(), song.String())
	}
	c.RequireInvariants()
	c.RequireSameExport()
}
