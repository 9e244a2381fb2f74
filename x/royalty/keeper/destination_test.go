package keeper_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
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

// TestWhatLiesBehindAWorkInEscrowGoesOnWithIt: a copy's money is sent to the original,
// which is in escrow itself. When that ends, it moves.
func TestWhatLiesBehindAWorkInEscrowGoesOnWithIt(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	original, copied := c.Register("original.wav", alice), c.Register("copy.wav", bob)
	redirect(c, copied, types.DESTINATION_ESCROW)
	c.Pay(fan, copied, "100000uusdc")
	redirect(c, original, types.DESTINATION_ESCROW)
	redirect(c, copied, types.DESTINATION_ANOTHER, original)
	c.NextBlock()
	require.Empty(t, queued(t, c), "all is held")
	c.RequireInvariants()

	c = c.RequireSameExport()
	redirect(c, original, types.DESTINATION_ITSELF)
	c.NextBlock()
	c.RequireBalance(alice, "1100000uusdc")
	require.Zero(t, stageRows(t, c))
	c.RequireInvariants()
	c.RequireSameExport()
}

// TestABacklogBehindAWorkInEscrowGoesOnWithIt: the copy's stage is served, with
// nowhere to go, after the original has come into escrow.
func TestABacklogBehindAWorkInEscrowGoesOnWithIt(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), withParams(func(p *types.Params) { p.SweepBudget = 1 }), everyUnit())
	original, copied := c.Register("original.wav", alice), c.Register("copy.wav", bob)
	c.MustDeliver(bob, assign(bob, copied, dave, 500_000)) // two holders: nothing passes at once
	for i := range 5 {
		other := c.Register(fmt.Sprint("other ", i), carol)
		c.MustDeliver(carol, assign(carol, other, dave, 500_000))
		c.Pay(fan, other, "1000uusdc")
	}
	c.Pay(fan, copied, "100000uusdc")
	for earnedOf(t, c, copied).Total.IsZero() {
		c.NextBlock()
	}
	redirect(c, copied, types.DESTINATION_ANOTHER, original)
	redirect(c, original, types.DESTINATION_ESCROW)
	for len(queued(t, c)) > 0 {
		c.NextBlock()
		c.RequireInvariants()
	}
	redirect(c, original, types.DESTINATION_ITSELF)
	for len(queued(t, c)) > 0 {
		c.NextBlock()
	}
	c.RequireBalance(alice, "1100000uusdc")
	c.RequireInvariants()
}

// earnedOf is a work's `earned` stage; of a work without a row, an empty one.
func earnedOf(t *testing.T, c *chain.Chain, work chain.Work) types.Stage {
	row, found, err := c.App.Keepers.Royalty.Stages.Find(c.Ctx(), collections.Join(work.ID, "uusdc"))
	require.NoError(t, err)
	if !found {
		return types.StagesFromFlow(new(flow.Stages)).Earned
	}
	return row.Earned
}

// TestALittleInEscrowDoesNotStayBehind: less than min_flow goes where the destination
// leads too, for nothing enters the stage any more that would make it ready.
func TestALittleInEscrowDoesNotStayBehind(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), withParams(minima(100_000, 1)))
	original, copied := c.Register("original.wav", alice), c.Register("copy.wav", bob)
	remix := c.Derive("remix.wav", carol, copied.Under(chain.Preset("commercial-remix-10")))
	redirect(c, copied, types.DESTINATION_ESCROW)
	c.Pay(fan, remix, "900000uusdc") // 90,000 for the copy
	c.NextBlock()
	require.Equal(t, "90000", earnedOf(t, c, copied).Held.String())
	redirect(c, copied, types.DESTINATION_ANOTHER, original)
	c.NextBlock()
	require.Equal(t, "0", earnedOf(t, c, copied).Held.String())
	c.Pay(fan, copied, "100000uusdc")
	c.NextBlock()
	c.RequireBalance(alice, "1190000uusdc")
	c.RequireInvariants()
}

// lead sets that one work earns in another's place.
func lead(ctx context.Context, c *chain.Chain, work, other chain.Work) error {
	return c.App.Keepers.Royalty.SetDestination(ctx, work.ID, types.DESTINATION_ANOTHER, other.ID)
}

// TestWaysAreBoundedFromBothEnds: a way leads over 64 works, wherever it grows.
func TestWaysAreBoundedFromBothEnds(t *testing.T) {
	for name, grow := range map[string]func(ctx sdk.Context, c *chain.Chain, works []chain.Work) error{
		"at its end": func(ctx sdk.Context, c *chain.Chain, works []chain.Work) error {
			for i := range len(works) - 1 {
				if err := lead(ctx, c, works[i], works[i+1]); err != nil {
					return err
				}
			}
			return nil
		},
		"at its beginning": func(ctx sdk.Context, c *chain.Chain, works []chain.Work) error {
			for i := len(works) - 2; i >= 0; i-- {
				if err := lead(ctx, c, works[i], works[i+1]); err != nil {
					return err
				}
			}
			return nil
		},
		"in the middle": func(ctx sdk.Context, c *chain.Chain, works []chain.Work) error {
			for i := range len(works) - 1 {
				if i == 20 {
					continue
				}
				if err := lead(ctx, c, works[i], works[i+1]); err != nil {
					return err
				}
			}
			return lead(ctx, c, works[20], works[21])
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
			works := bareWorks("step", flow.MaxDetours+1)
			registerBare(t, c, works...)
			err := grow(c.Ctx(), c, works)
			require.ErrorIs(t, err, types.ErrInvalidDestination)
			require.ErrorContains(t, err, "name the work at the end of the way")

			way := works[1:]
			c.Write(func(ctx sdk.Context) error { return grow(ctx, c, way) })
			c.RequireInvariants()
			c.Pay(fan, way[0], "100000uusdc")
			c.NextBlock()
			require.Zero(t, stageRows(t, c), "it has reached the end")
			c.RequireSameExport().RequireInvariants()
		})
	}
}

// TestSoManyWorksLeadToOneEnd and no more: a change there concerns all of them. One
// that leads there already may be led there otherwise.
func TestSoManyWorksLeadToOneEnd(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	works := bareWorks("copy", types.MaxBehind+3)
	registerBare(t, c, works...)
	end, middle, more, copies := works[0], works[1], works[2], works[3:]
	c.Write(func(ctx sdk.Context) error {
		for _, work := range copies {
			if err := lead(ctx, c, work, middle); err != nil {
				return err
			}
		}
		return nil
	})
	c.RequireInvariants()
	require.ErrorIs(t, lead(c.Ctx(), c, more, middle), types.ErrInvalidDestination, "one more")
	err := lead(c.Ctx(), c, middle, end)
	require.ErrorIs(t, err, types.ErrInvalidDestination, "those behind it come along")
	require.ErrorContains(t, err, "more than 256 works would lead to "+end.String())

	last := copies[len(copies)-1]
	c.Write(func(ctx sdk.Context) error { return lead(ctx, c, last, copies[0]) })
	c.RequireInvariants()
	redirect(c, last, types.DESTINATION_ITSELF)
	c.Write(func(ctx sdk.Context) error { return lead(ctx, c, middle, end) })
	c.RequireInvariants()
	require.ErrorIs(t, lead(c.Ctx(), c, last, copies[0]), types.ErrInvalidDestination)
	require.ErrorIs(t, lead(c.Ctx(), c, end, copies[1]), types.ErrInvalidDestination, "a circle")
	c.RequireSameExport().RequireInvariants()
}

// TestEachDestinationIsThereBothWays: what is not so breaks an invariant.
func TestEachDestinationIsThereBothWays(t *testing.T) {
	for name, spoil := range map[string]func(ctx sdk.Context, c *chain.Chain, work, other chain.Work) error{
		"are said to": func(ctx sdk.Context, c *chain.Chain, work, other chain.Work) error {
			return c.App.Keepers.Royalty.EarnsFor.Remove(ctx, collections.Join(other.ID, work.ID))
		},
		"is said to earn for": func(ctx sdk.Context, c *chain.Chain, work, other chain.Work) error {
			return c.App.Keepers.Royalty.EarnsFor.Set(ctx, collections.Join(work.ID, other.ID))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
			original, copied := c.Register("original.wav", alice), c.Register("copy.wav", bob)
			redirect(c, copied, types.DESTINATION_ANOTHER, original)
			c.Write(func(ctx sdk.Context) error { return spoil(ctx, c, copied, original) })
			require.ErrorContains(t, c.App.Keepers.Royalty.CheckInvariants(c.Ctx()), name)
		})
	}
}

// TestAPaymentAfterASaleGoesToTheBuyer: bob gives the original's revenue away;
// after that, in the same block, somebody pays a copy whose money the original earns.
// It is not bob's any more, also when the copy's own holders change in the block.
func TestAPaymentAfterASaleGoesToTheBuyer(t *testing.T) {
	for _, copyChanges := range []bool{false, true} {
		t.Run(fmt.Sprint("the copy's holders change: ", copyChanges), func(t *testing.T) {
			c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
			copied := c.Register("copy.wav", alice)
			var original chain.Work
			for i := 0; ; i++ {
				name := fmt.Sprintf("original %d", i)
				if id := chain.WorkOf(name, bob).ID; bytes.Compare(copied.ID[:], id[:]) < 0 {
					original = c.Register(name, bob)
					break
				}
			}
			redirect(c, copied, types.DESTINATION_ANOTHER, original)
			c.NextBlock()

			sale := &types.MsgAssignShares{Holder: bob.String(), Work: original.ID, Shares: []types.Assignment{
				{Account: carol.String(), Weight: chain.Whole / 2}, {Account: fan.String(), Weight: chain.Whole / 2},
			}}
			txs := [][]byte{
				c.Sign(bob, sale),
				c.Sign(fan, chain.PayMsg(fan, copied, sdk.NewInt64Coin("uusdc", 1000))),
			}
			if copyChanges {
				txs = append(txs, c.Sign(alice, assign(alice, copied, carol, 100)))
			}
			c.Block(txs...).RequireOK(t)
			for range flow.LateAfter + 1 { // the payer is charged for the copy's holder, and the original has two
				c.NextBlock()
			}
			c.RequireInvariants()
			c.RequireBalance(bob, "1000000uusdc")
			c.RequireBalance(carol, "1000500uusdc")
		})
	}
}
