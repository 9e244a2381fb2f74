package keeper_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// splitInFive is a work with five holders, and one made from it when it had one. Ids order
// payments within a block: songFirst chooses whose comes first.
func splitInFive(c *chain.Chain, songFirst bool) (song, remix chain.Work, members []chain.Account) {
	song = c.Register("song.wav", alice)
	name := "remix"
	for i := 0; ; i++ {
		if remix = chain.WorkOf(name, bob); (bytes.Compare(song.ID[:], remix.ID[:]) < 0) == songFirst {
			break
		}
		name = fmt.Sprint("remix ", i)
	}
	remix = c.Derive(name, bob, song.Under(chain.Preset("commercial-remix-10")))
	members = append([]chain.Account{alice}, chain.NamedMany("member", 4)...)
	splitAmong(c, song, members)
	return song, remix, members
}

// TestAStageIsDueTwiceAtOneHeight: it leaves its place in the late lane, comes into the same
// one again, and leaves that, all in one block.
func TestAStageIsDueTwiceAtOneHeight(t *testing.T) {
	for _, songFirst := range []bool{true, false} {
		t.Run(fmt.Sprint("song first: ", songFirst), func(t *testing.T) {
			c := chain.New(t)
			song, remix, members := splitInFive(c, songFirst)
			c.Pay(fan, remix, "10000000uusdc")
			for range flow.LateAfter - 1 {
				c.NextBlock()
			}
			// With a member less it waits four blocks less, from four blocks later on.
			c.Block(
				c.Sign(alice, &types.MsgAssignShares{Holder: alice.String(), Work: song.ID, Shares: []types.Assignment{
					{Account: members[1].String(), Weight: 200_000},
				}}),
				c.Sign(fan, chain.PayMsg(fan, remix, usdc(10_000_000))),
				c.Sign(carol, chain.PayMsg(carol, song, usdc(1_000_000))),
			).RequireOK(t)
			requireRoyaltyInvariants(t, c)
			c.RequireSameExport().RequireInvariants()
		})
	}
}

// TestALatePaymentDoesNotMakeOthersLate: whoever pays a work enough for all its holders is not
// made to wait by a payment to a derivative, whichever comes first.
func TestALatePaymentDoesNotMakeOthersLate(t *testing.T) {
	for _, songFirst := range []bool{true, false} {
		t.Run(fmt.Sprint("song first: ", songFirst), func(t *testing.T) {
			c := chain.New(t, withParams(func(p *types.Params) { p.PayoutBudget = 10 }))
			song, remix, members := splitInFive(c, songFirst)
			c.Block(
				c.Sign(fan, chain.PayMsg(fan, remix, usdc(10_000))),
				c.Sign(carol, chain.PayMsg(carol, song, usdc(1_000_000))),
			).RequireOK(t)
			requireRoyaltyInvariants(t, c)
			require.Zero(t, latePayouts(t, c))
			for _, m := range members[1:] {
				require.Equal(t, usdc(200_200), c.Balance(m, "uusdc"))
			}
			c.RequireInvariants()
		})
	}
}

// behindGrown links tops to `mid`, and then mid to sources that the tops' payers are not
// charged for: there is no room. The late lane serves one stage a block.
func behindGrown(t *testing.T, reach uint32, sources int) (c *chain.Chain, top, mid chain.Work, roots []chain.Work) {
	t.Helper()
	c = chain.New(t, withParams(func(p *types.Params) { p.MaxReach, p.SweepBudget = reach, 19 }))
	tops := bareWorks("top", 2)
	mid, roots = bare("mid"), bareWorks("root", sources)
	registerBare(t, c, append(append(tops, mid), roots...)...)
	c.Write(func(ctx sdk.Context) error {
		for _, top := range tops {
			if err := linkMore(ctx, c, top, 3, 500_000, mid); err != nil {
				return err
			}
		}
		return nil
	})
	return c, tops[0], mid, roots
}

// TestUsualRoyaltiesDoNotWaitForLateOnes that the same work receives.
func TestUsualRoyaltiesDoNotWaitForLateOnes(t *testing.T) {
	c, top, mid, roots := behindGrown(t, 30, 4)
	honest := bare("honest")
	registerBare(t, c, honest)
	c.Write(func(ctx sdk.Context) error {
		if err := linkMore(ctx, c, mid, 1, 100_000, roots...); err != nil {
			return err
		}
		return linkMore(ctx, c, honest, 1, 100_000, roots...)
	})
	require.True(t, headOf(t, c, mid).Grown)
	c.Pay(fan, top, "1000000uusdc")
	require.NotEmpty(t, queued(t, c))
	c.Pay(fan, honest, "1000000uusdc")
	requireRoyaltyInvariants(t, c)
	for _, r := range roots {
		require.True(t, c.Balance(r.Owner, "uusdc").Amount.GTE(usdc(100_000).Amount), "%s has %s", r.Owner.Name, c.Balance(r.Owner, "uusdc"))
	}
	for range 10 {
		c.NextBlock()
	}
	require.Empty(t, queued(t, c))
	requireRoyaltyInvariants(t, c)
}

// TestAChangeOfHoldersLeavesLateRoyaltiesLate: who changes the holders of a work pays for
// what that divides, not for all that lies behind it.
func TestAChangeOfHoldersLeavesLateRoyaltiesLate(t *testing.T) {
	c, top, mid, roots := behindGrown(t, 36, 4)
	between := bare("between")
	registerBare(t, c, between)
	c.Write(func(ctx sdk.Context) error {
		if err := linkMore(ctx, c, between, 1, 100_000, roots...); err != nil {
			return err
		}
		return linkMore(ctx, c, mid, 2, 500_000, between)
	})
	require.True(t, headOf(t, c, mid).Grown)
	require.False(t, headOf(t, c, between).Grown)
	c.Pay(fan, top, "10000000uusdc")
	c.Write(func(ctx sdk.Context) error {
		_, err := c.App.Keepers.Royalty.AssignShares(ctx, between.Owner.Address, between.ID,
			[]types.Share{{Account: alice.Address, Weight: chain.Whole}})
		return err
	})
	requireRoyaltyInvariants(t, c)
	late := 0
	for _, item := range queued(t, c) {
		if item.Round >= flow.Late {
			late++
		}
	}
	require.GreaterOrEqual(t, late, len(roots)-1, "one a block")
	for range 10 {
		c.NextBlock()
	}
	require.Empty(t, queued(t, c))
	for _, r := range roots {
		require.Equal(t, usdc(250_000), c.Balance(r.Owner, "uusdc"))
	}
	requireRoyaltyInvariants(t, c)
}
