package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

func headOf(t *testing.T, c *chain.Chain, work chain.Work) types.Head {
	t.Helper()
	res, err := types.NewQueryClient(c.Conn()).Head(t.Context(), &types.QueryHeadRequest{Work: work.ID})
	require.NoError(t, err)
	return res.Head
}

// inMotion counts the receivers of the stages that were flushed in a block and had
// more than one, from its events.
func inMotion(t *testing.T, c *chain.Chain, block chain.Block) (receivers int) {
	for _, e := range chain.Typed[*types.EventStageFlushed](t, block.Events) {
		head := headOf(t, c, chain.Work{ID: e.Work})
		if e.Stage == types.STAGE_EARNED {
			receivers += int(head.Holders)
		} else {
			receivers += int(head.Receivers)
		}
	}
	return receivers
}

// linkMore makes a work owe relative shares to others, past licences and lineage.
func linkMore(ctx sdk.Context, c *chain.Chain, work chain.Work, generation, rate uint32, sources ...chain.Work) error {
	link := types.Link{Work: work.ID, Generation: generation, MaxTotalRate: chain.Whole}
	for _, s := range sources {
		version, err := c.App.Keepers.Royalty.UpstreamVersion(ctx, s.ID)
		if err != nil {
			return err
		}
		link.Sources = append(link.Sources, types.LinkSource{Work: s.ID, Policy: types.POLICY_RELATIVE, Rate: rate, UpstreamVersion: version})
	}
	_, _, err := c.App.Keepers.Royalty.Link(ctx, link)
	return err
}

// requireRoyaltyInvariants holds this module's, where lineage knows nothing of what was
// linked past it.
func requireRoyaltyInvariants(t *testing.T, c *chain.Chain) {
	t.Helper()
	require.NoError(t, c.App.Keepers.Royalty.CheckInvariants(c.Ctx()))
}

// TestReachCountsDistinctWorks: two works a generation, each from both of the last at
// 1 % relative, for 100 generations. There are 2^100 ways, and 200 works.
func TestReachCountsDistinctWorks(t *testing.T) {
	const generations = 100
	c := chain.New(t, everyUnit())
	one := terms(c, types.POLICY_RELATIVE, 10_000)
	last := []chain.Work{c.Register("0 left", alice), c.Register("0 right", alice)}
	var used []int64
	owners := []chain.Account{alice, bob}
	for g := range generations {
		owner, next := owners[(g+1)%2], make([]chain.Work, 2)
		c.Block(c.Sign(owners[g%2], chain.OfferMsg(last[0], one), chain.OfferMsg(last[1], one))).RequireOK(t)
		for i, side := range []string{"left", "right"} {
			name := fmt.Sprint(g+1, " ", side)
			next[i] = chain.WorkOf(name, owner)
			c.Block(c.SignTx(chain.Tx{Signers: []chain.Account{owner}, Gas: 20_000_000, Msgs: []sdk.Msg{
				chain.RegisterMsg(owner, name), c.DeriveMsg(next[i], last[0].Under(one), last[1].Under(one)),
			}})).RequireOK(t)
		}
		last = next
		works := uint32(2 * (g + 1))
		head := headOf(t, c, last[0])
		require.Equal(t, works, head.Closure)
		require.Equal(t, 2+6*works, head.Reach)
		if g%10 == 0 {
			block := c.Block(c.SignTx(chain.Tx{
				Signers: []chain.Account{fan}, Gas: 20_000_000, Msgs: []sdk.Msg{chain.PayMsg(fan, last[0], usdc(1_000_000_000))},
			}))
			block.RequireOK(t)
			used = append(used, block.Txs[0].GasUsed)
			require.LessOrEqual(t, inMotion(t, c, block), int(head.Reach), "no more is set in motion than is charged")
		}
	}
	for i := 2; i < len(used); i++ { // 20 works more each time, of six receivers and one or two payouts
		require.InDelta(t, 20*(6*2_500+2*12_500), used[i]-used[i-1], 1_000)
	}
	c.NextBlock()
	require.Empty(t, queued(t, c))
	c.RequireInvariants()
	c.RequireSameExport().RequireInvariants()
}

// TestLaterSplitsBurdenTheSplitter: 40 ancestors with 32 holders each, split after the
// list was made, cost the payer what they did before, and hold up nobody else: what
// others pay moves in its block though the budget is far too small for both.
func TestLaterSplitsBurdenTheSplitter(t *testing.T) {
	const ancestors = 40
	c := chain.New(t, withParams(func(p *types.Params) { p.SweepBudget = 200 }))
	originals, top := bareWorks("original", ancestors), bare("top")
	song := c.Register("song.wav", bob)
	registerBare(t, c, append(originals, top)...)
	c.Write(func(ctx sdk.Context) error { return owes(ctx, c, top.ID, types.POLICY_ABSOLUTE, 10_000, originals...) })
	pay := func() chain.Block {
		block := c.Block(
			c.SignTx(chain.Tx{Signers: []chain.Account{fan}, Gas: 10_000_000, Msgs: []sdk.Msg{chain.PayMsg(fan, top, usdc(10_000_000))}}),
			c.Sign(carol, chain.PayMsg(carol, song, usdc(20_000))))
		block.RequireOK(t)
		return block
	}
	pay()
	before := pay().Txs[0].GasUsed
	holders := chain.NamedMany("holder", flow.MaxHolders)
	c.Write(func(ctx sdk.Context) error {
		for _, o := range originals {
			var shares []types.Share
			for _, h := range holders {
				shares = append(shares, types.Share{Account: h.Address, Weight: chain.Whole / flow.MaxHolders})
			}
			if _, err := c.App.Keepers.Royalty.AssignShares(ctx, o.Owner.Address, o.ID, shares); err != nil {
				return err
			}
		}
		return nil
	})
	for range 3 {
		had := c.Balance(bob, "uusdc")
		block := pay()
		require.InDelta(t, before, block.Txs[0].GasUsed, 2000, "the payer is charged as before")
		require.Equal(t, had.Add(usdc(20_000)), c.Balance(bob, "uusdc"), "nobody else waits")
		require.LessOrEqual(t, inMotion(t, c, block), 200+200/10+flow.MaxHolders)
		requireRoyaltyInvariants(t, c)
	}
	waiting := 0
	for _, item := range queued(t, c) {
		require.GreaterOrEqual(t, item.Round, uint64(flow.Late), "only the splitters' stages wait")
		waiting++
	}
	require.NotZero(t, waiting)
	for range flow.LateAfter*(flow.MaxHolders-1) + ancestors {
		c.NextBlock()
	}
	require.Empty(t, queued(t, c), "and they are served by and by")
	requireRoyaltyInvariants(t, c)
}

// TestEarnedWaitsForEachHolder: a stage that many hold flushes when each of them has
// taken in a flow.
func TestEarnedWaitsForEachHolder(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song.wav", alice)
	c.MustDeliver(alice, assign(alice, song, bob, 500_000))
	block := c.Block(c.Sign(fan, chain.PayMsg(fan, song, usdc(199))))
	require.Empty(t, chain.Typed[*types.EventStageFlushed](t, block.Events))
	c.RequireInvariants()
	block = c.Block(c.Sign(fan, chain.PayMsg(fan, song, usdc(199))))
	require.Len(t, chain.Typed[*types.EventStageFlushed](t, block.Events), 1)
	c.RequireInvariants()
}

// grownLater registers n works `top i` that owe 50 % to `mid i` each, and then lets
// each mid owe 500 of the roots.
func grownLater(t *testing.T, c *chain.Chain, n int) (tops []chain.Work) {
	tops, mids, roots := bareWorks("top", n), bareWorks("mid", n), bareWorks("root", 500)
	registerBare(t, c, append(append(append([]chain.Work{}, tops...), mids...), roots...)...)
	c.Write(func(ctx sdk.Context) error {
		for i := range tops {
			if err := linkMore(ctx, c, mids[i], 1, 1_000, roots[0]); err != nil {
				return err
			}
			if err := linkMore(ctx, c, tops[i], 2, 500_000, mids[i]); err != nil {
				return err
			}
		}
		for _, mid := range mids {
			if err := linkMore(ctx, c, mid, 1, 1_000, roots[1:]...); err != nil {
				return err
			}
		}
		return nil
	})
	return tops
}

// TestPayersAreChargedForWhatIsOwedLater: 200 lines to works whose sources owe 500
// others since were charged 2.4 million gas for 100,200 receivers. They are charged for
// all of them.
func TestPayersAreChargedForWhatIsOwedLater(t *testing.T) {
	const lines = 4
	c := chain.New(t)
	tops := grownLater(t, c, lines)
	msg := &types.MsgPayMany{Payer: fan.String()}
	for _, top := range tops {
		head := headOf(t, c, top)
		require.Equal(t, uint32(501), head.Closure)
		require.False(t, head.Grown)
		msg.Payments = append(msg.Payments, types.Payment{Work: top.ID, Amount: usdc(10_000_000)})
	}
	requireRoyaltyInvariants(t, c)
	block := c.Block(c.SignTx(chain.Tx{Signers: []chain.Account{fan}, Gas: 90_000_000, Msgs: []sdk.Msg{msg}}))
	block.RequireOK(t)
	moved := inMotion(t, c, block)
	require.GreaterOrEqual(t, moved, lines*501)
	require.GreaterOrEqual(t, block.Txs[0].GasUsed, int64(moved)*2500)
	requireRoyaltyInvariants(t, c)
}

// TestWhoHasNoRoomIsNotTold: what a work owes may always grow, whoever was made from
// it. What cannot be charged to the payers of all these is served by what the budget
// leaves over.
func TestWhoHasNoRoomIsNotTold(t *testing.T) {
	for name, c := range map[string]struct {
		derived int
		reach   uint32
		grown   bool
	}{
		"there is room":           {2, 200, false},
		"a payment would go past": {2, 30, true},
		"there are too many":      {257, 200, true},
	} {
		t.Run(name, func(t *testing.T) {
			ch := chain.New(t, withParams(func(p *types.Params) { p.MaxReach = c.reach }))
			mid, roots, tops := bare("mid"), bareWorks("root", 4), bareWorks("top", c.derived)
			registerBare(t, ch, append(append(tops, mid), roots...)...)
			ch.Write(func(ctx sdk.Context) error {
				for _, top := range tops {
					if err := linkMore(ctx, ch, top, 2, 500_000, mid); err != nil {
						return err
					}
				}
				return linkMore(ctx, ch, mid, 1, 100_000, roots...)
			})
			require.Equal(t, c.grown, headOf(t, ch, mid).Grown)
			require.Equal(t, uint32(4), headOf(t, ch, mid).Closure, "who pays it is charged for all")
			for _, top := range tops {
				want := uint32(5)
				if c.grown {
					want = 1 // none is told, or all
				}
				require.Equal(t, want, headOf(t, ch, top).Closure)
			}
			requireRoyaltyInvariants(t, ch)
			ch.Pay(fan, tops[0], "1000000uusdc")
			require.Empty(t, queued(t, ch), "with room in the budget it is the same block")

			// A budget that is used up by others leaves it waiting, and nobody else.
			ch.Write(func(ctx sdk.Context) error {
				p, err := ch.App.Keepers.Royalty.Params.Get(ctx)
				require.NoError(t, err)
				p.SweepBudget = 3
				return ch.App.Keepers.Royalty.Params.Set(ctx, p)
			})
			ch.Pay(fan, tops[0], "1000000uusdc")
			for _, item := range queued(t, ch) {
				require.Equal(t, c.grown, item.Round >= flow.Late, "%v", item)
			}
			requireRoyaltyInvariants(t, ch)
		})
	}
}

// TestASplitStaysWithinReach: the number of holders counts too.
func TestASplitStaysWithinReach(t *testing.T) {
	c := chain.New(t, withParams(func(p *types.Params) { p.MaxReach = 3 }))
	song := c.Register("song.wav", alice)
	c.MustDeliver(alice, assign(alice, song, bob, 400_000))
	err := c.Deliver(bob, &types.MsgAssignShares{Holder: bob.String(), Work: song.ID, Shares: []types.Assignment{
		{Account: bob.String(), Weight: 200_000}, {Account: carol.String(), Weight: 200_000},
	}}).Err()
	require.ErrorIs(t, err, types.ErrReachTooLarge)
	require.ErrorContains(t, err, "4 receivers")
	c.MustDeliver(bob, &types.MsgAssignShares{Holder: bob.String(), Work: song.ID, Shares: []types.Assignment{
		{Account: carol.String(), Weight: 400_000},
	}})
	c.RequireInvariants()
}

// TestSettlingNamesItsDenoms and is charged for each of them.
func TestSettlingNamesItsDenoms(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song.wav", alice)
	c.Block(c.Sign(fan, chain.PayMsg(fan, song, usdc(99))), c.Sign(bob, chain.PayMsg(bob, song, sdk.NewInt64Coin("ustem", 98)))).RequireOK(t)
	settle := func(denoms ...string) chain.Block {
		return c.Block(c.Sign(dave, &types.MsgSettle{Sender: dave.String(), Works: []registrytypes.WorkID{song.ID}, Denoms: denoms}))
	}
	require.Error(t, settle().Txs[0].Err())
	require.ErrorIs(t, settle("uatom").Txs[0].Err(), types.ErrDenomNotAccepted)
	one := settle("ustem")
	one.RequireOK(t)
	require.Equal(t, 1, stageRows(t, c), "the other waits")
	both := settle("ustem", "uusdc")
	both.RequireOK(t)
	require.Zero(t, stageRows(t, c))
	require.InDelta(t, 2*2500+5000, both.Txs[0].GasUsed-one.Txs[0].GasUsed, 1000)
	c.RequireInvariants()
}
