package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// redirect sets where a work's earnings go, as a dispute will.
func redirect(c *chain.Chain, work chain.Work, kind types.DestinationKind, other ...chain.Work) {
	c.Write(func(ctx sdk.Context) error {
		return c.App.Keepers.Royalty.SetDestination(ctx, work.ID, kind, idOf(other))
	})
}

func idOf(works []chain.Work) (id registrytypes.WorkID) {
	if len(works) > 0 {
		id = works[0].ID
	}
	return id
}

// TestEscrowHoldsWhatAWorkEarns: its sources and everybody else are paid as before;
// what it earns waits, and goes where the end of the escrow says.
func TestEscrowHoldsWhatAWorkEarns(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(chain.Preset("commercial-remix-10")))
	clip := c.Derive("clip.mp4", carol, remix.Under(chain.Preset("commercial-remix-10")))
	redirect(c, remix, types.DESTINATION_ESCROW)
	c.Pay(fan, remix, "1000uusdc")
	c.Pay(fan, clip, "1000uusdc")
	c.NextBlock()
	c.RequireInvariants()
	c.RequireBalance(alice, "1000200uusdc")
	c.RequireBalance(bob, "1000000uusdc")
	c.RequireBalance(carol, "1000800uusdc")
	preview, err := types.NewQueryClient(c.Conn()).Preview(t.Context(), &types.QueryPreviewRequest{Work: clip.ID, Amount: "1000uusdc"})
	require.NoError(t, err)
	require.Len(t, preview.Payees, 3)
	for _, p := range preview.Payees {
		require.Equal(t, p.Work == remix.ID, p.Escrow)
		require.Equal(t, p.Escrow, p.Account == "")
	}
	c = c.RequireSameExport()

	redirect(c, remix, types.DESTINATION_ITSELF)
	c.NextBlock()
	c.RequireInvariants()
	c.RequireBalance(bob, "1001000uusdc")
}

// TestAnotherEarnsInAWorksPlace: from then on, and what still lay in escrow too.
func TestAnotherEarnsInAWorksPlace(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	original, copied := c.Register("original.wav", alice), c.Register("copy.wav", bob)
	clip := c.Derive("clip.mp4", carol, copied.Under(chain.Preset("commercial-remix-10")))
	redirect(c, copied, types.DESTINATION_ESCROW)
	c.Pay(fan, copied, "100uusdc")
	redirect(c, copied, types.DESTINATION_ANOTHER, original)
	c.Pay(fan, clip, "1000uusdc")
	c.NextBlock()
	c.RequireInvariants()
	c.RequireBalance(alice, "1000200uusdc")
	c.RequireBalance(bob, "1000000uusdc")
	c.RequireBalance(carol, "1000900uusdc")
	c.RequireSameExport().RequireInvariants()

	err := c.App.Keepers.Royalty.SetDestination(c.Ctx(), original.ID, types.DESTINATION_ANOTHER, copied.ID)
	require.ErrorIs(t, err, types.ErrInvalidDestination)
	err = c.App.Keepers.Royalty.SetDestination(c.Ctx(), original.ID, types.DESTINATION_ANOTHER, original.ID)
	require.ErrorIs(t, err, types.ErrInvalidDestination)
	err = c.App.Keepers.Royalty.SetDestination(c.Ctx(), original.ID, types.DESTINATION_ANOTHER, chain.WorkOf("none", bob).ID)
	require.ErrorIs(t, err, registrytypes.ErrWorkNotFound)
}
