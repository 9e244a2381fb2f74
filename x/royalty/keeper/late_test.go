package keeper_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

func payoutsOf(t *testing.T, block chain.Block) int {
	return len(chain.Typed[*types.EventPaidOut](t, block.Events))
}

// latePayouts counts the balances that stand in the late lane.
func latePayouts(t *testing.T, c *chain.Chain) (waiting int) {
	t.Helper()
	it, err := c.App.Keepers.Royalty.Payouts.Iterate(c.Ctx(), nil)
	require.NoError(t, err)
	keys, err := it.Keys()
	require.NoError(t, err)
	for _, key := range keys {
		if key.K1() >= flow.Late {
			waiting++
		}
	}
	return waiting
}

// splitAmong divides a work in equal parts.
func splitAmong(c *chain.Chain, work chain.Work, people []chain.Account) {
	msg := &types.MsgAssignShares{Holder: work.Owner.String(), Work: work.ID}
	for _, p := range people {
		msg.Shares = append(msg.Shares, types.Assignment{Account: p.String(), Weight: chain.Whole / uint32(len(people))})
	}
	c.MustDeliver(work.Owner, msg)
}

// derivedAndSplit is a work made from others that have 32 holders each since.
func derivedAndSplit(c *chain.Chain, originals int) chain.Work {
	var songs []chain.Work
	var sources []chain.Source
	for i := range originals {
		song := c.Register(fmt.Sprint("original ", i), alice)
		songs, sources = append(songs, song), append(sources, song.Under(chain.Preset("commercial-remix-10")))
	}
	top := c.Derive("top", carol, sources...)
	for i, song := range songs {
		splitAmong(c, song, chain.NamedMany(fmt.Sprint("holder of ", i, " "), flow.MaxHolders))
	}
	return top
}

// TestABandThatGrowsIsPaid by itself, though the payers of a remix are charged for its
// first member only: after four blocks for each other one, or as soon as payers have paid
// for all.
func TestABandThatGrowsIsPaid(t *testing.T) {
	start := func(t *testing.T) (*chain.Chain, chain.Work, []chain.Account) {
		c := chain.New(t)
		song := c.Register("song.wav", alice)
		remix := c.Derive("remix.wav", bob, song.Under(chain.Preset("commercial-remix-10")))
		members := append([]chain.Account{alice}, chain.NamedMany("member", 4)...)
		splitAmong(c, song, members)
		return c, remix, members
	}
	paid := func(c *chain.Chain, members []chain.Account, had sdk.Coin, each int64) bool {
		for i, m := range members {
			want := usdc(each)
			if i == 0 {
				want = want.Add(had)
			}
			if got := c.Balance(m, "uusdc"); got.String() != want.String() {
				return false
			}
		}
		return true
	}
	t.Run("one payment", func(t *testing.T) {
		c, remix, members := start(t)
		had := c.Balance(alice, "uusdc")
		c.Pay(fan, remix, "10000000uusdc")
		blocks := 0
		for ; !paid(c, members, had, 200_000); blocks++ {
			require.Less(t, blocks, 4*flow.LateAfter)
			requireRoyaltyInvariants(t, c)
			c.NextBlock()
		}
		require.Equal(t, 4*flow.LateAfter, blocks)
		require.Empty(t, queued(t, c))
		c.RequireInvariants()
	})
	t.Run("many payments", func(t *testing.T) {
		c, remix, members := start(t)
		had := c.Balance(alice, "uusdc")
		for range 9 {
			c.Pay(fan, remix, "1000000uusdc")
		}
		require.True(t, paid(c, members, had, 0))
		c.Pay(fan, remix, "1000000uusdc")
		require.True(t, paid(c, members, had, 200_000), "ten pay for five, twice")
		require.Empty(t, queued(t, c))
		c.RequireInvariants()
	})
	t.Run("who does not want to wait asks for it, and takes it out", func(t *testing.T) {
		c, remix, members := start(t)
		song := chain.WorkOf("song.wav", alice)
		c.Write(func(ctx sdk.Context) error { // somebody else's late payouts stand before it
			params, err := c.App.Keepers.Royalty.Params.Get(ctx)
			params.PayoutBudget = 1
			if err == nil {
				err = c.App.Keepers.Royalty.Params.Set(ctx, params)
			}
			return err
		})
		c.Pay(fan, remix, "10000000uusdc")
		c.MustDeliver(dave, &types.MsgSettle{Sender: dave.String(), Works: []registrytypes.WorkID{song.ID}, Denoms: []string{"uusdc"}})
		require.Equal(t, 4, latePayouts(t, c), "one a block")
		had := c.Balance(alice, "uusdc")
		c.MustDeliver(alice, &types.MsgWithdraw{Account: alice.String()})
		require.LessOrEqual(t, latePayouts(t, c), 3)
		require.Equal(t, had.Add(usdc(200_000)).String(), c.Balance(alice, "uusdc").String())
		for range members {
			c.NextBlock()
		}
		c.RequireInvariants()
	})
}

// TestTheLateLaneIsBounded: what nobody was charged for takes a tenth of the budgets and
// no more, delays nobody, goes on after an export, and ends.
func TestTheLateLaneIsBounded(t *testing.T) {
	c := chain.New(t, withParams(func(p *types.Params) { p.SweepBudget, p.PayoutBudget = 400, 100 }))
	song := c.Register("song.wav", bob)
	c.Pay(fan, derivedAndSplit(c, 8), "100000000uusdc")
	block := func(c *chain.Chain) int {
		had := c.Balance(bob, "uusdc")
		block := c.Block(c.Sign(carol, chain.PayMsg(carol, song, usdc(20_000))))
		block.RequireOK(t)
		require.Equal(t, had.Add(usdc(20_000)), c.Balance(bob, "uusdc"), "nobody waits for it")
		require.LessOrEqual(t, inMotion(t, c, block), 2+400/10)
		requireRoyaltyInvariants(t, c)
		return payoutsOf(t, block) - 1
	}
	for range flow.LateAfter*(flow.MaxHolders-1) - 1 {
		require.Zero(t, block(c))
	}
	for range 4 {
		require.LessOrEqual(t, block(c), 10)
	}
	require.Len(t, queued(t, c), 4)
	require.Positive(t, latePayouts(t, c))
	fresh := c.RequireSameExport()
	fresh.RequireInvariants()
	for _, c := range []*chain.Chain{c, fresh} {
		for i := 0; len(queued(t, c)) > 0 || latePayouts(t, c) > 0; i++ {
			require.Less(t, i, 30)
			require.LessOrEqual(t, block(c), 10)
		}
		for i := range 8 {
			for _, h := range chain.NamedMany(fmt.Sprint("holder of ", i, " "), flow.MaxHolders) {
				require.Equal(t, usdc(312_500), c.Balance(h, "uusdc"))
			}
		}
		c.RequireInvariants()
	}
}

// TestAGenesisTellsTheLateLaneTwice: what a stage or a balance says of it and the queues
// agree, or the genesis is refused; and waits are no longer than they can be.
func TestAGenesisTellsTheLateLaneTwice(t *testing.T) {
	c := chain.New(t, withParams(func(p *types.Params) { p.SweepBudget, p.PayoutBudget = 400, 10 }))
	c.Pay(fan, derivedAndSplit(c, 2), "100000000uusdc")
	for range flow.LateAfter * (flow.MaxHolders - 1) {
		c.NextBlock()
	}
	require.Len(t, queued(t, c), 1)
	require.Positive(t, latePayouts(t, c))
	waiting := func(gs *types.GenesisState) *types.Stage {
		for i := range gs.Stages {
			if earned := &gs.Stages[i].Stages.Earned; earned.Due > 0 {
				return earned
			}
		}
		require.Fail(t, "no stage waits")
		return nil
	}
	credited := func(gs *types.GenesisState) *types.GenesisBalance {
		for i := range gs.Balances {
			if gs.Balances[i].Late != nil {
				return &gs.Balances[i]
			}
		}
		require.Fail(t, "no balance is late")
		return nil
	}
	minus := math.NewInt(-1)
	for says, edit := range map[string]func(gs *types.GenesisState){
		"its stage is due at 1":            func(gs *types.GenesisState) { waiting(gs).Due = 1 },
		"its stage is due at 0":            func(gs *types.GenesisState) { waiting(gs).Due = 0 },
		"and not in the late lane":         func(gs *types.GenesisState) { gs.Queue = nil },
		"-1 of the":                        func(gs *types.GenesisState) { waiting(gs).Late = &minus },
		"to flush are late":                func(gs *types.GenesisState) { more := waiting(gs).Total.AddRaw(1); waiting(gs).Late = &more },
		"nothing of it is late":            func(gs *types.GenesisState) { waiting(gs).Late = nil },
		"-1 of":                            func(gs *types.GenesisState) { credited(gs).Late = &minus },
		"are said to be late":              func(gs *types.GenesisState) { more := credited(gs).Amount.Amount.AddRaw(1); credited(gs).Late = &more },
		"it is due at 4611686018427387904": func(gs *types.GenesisState) { credited(gs).Due = 1 << 62 },
	} {
		t.Run(says, func(t *testing.T) {
			require.ErrorContains(t, c.TryImport(edited(t, c, edit), c.Height()+1), says)
		})
	}
	anew, err := c.App.Export(true, nil, nil)
	require.NoError(t, err)
	require.NoError(t, c.TryImport(anew.AppState, 1), "by a chain that begins anew")
}

// TestNoMixOfSplitsMakesPayoutsForNothing: whatever several accounts do with holders,
// payments, settling and denoms, there are no more payouts than payers were charged for,
// and a tenth of the budget a block.
func TestNoMixOfSplitsMakesPayoutsForNothing(t *testing.T) {
	const ancestors, blocks, budget = 12, 150, 10
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 0))
			c := chain.New(t, withParams(func(p *types.Params) { p.PayoutBudget = budget }))
			roots, tops := bareWorks("root", ancestors), bareWorks("top", 2)
			registerBare(t, c, append(append([]chain.Work{}, roots...), tops...)...)
			c.Write(func(ctx sdk.Context) error {
				if err := owes(ctx, c, tops[0].ID, types.POLICY_ABSOLUTE, 50_000, roots...); err != nil {
					return err
				}
				return owes(ctx, c, tops[1].ID, types.POLICY_RELATIVE, 50_000, roots...)
			})
			holders := chain.NamedMany("holder", 3*flow.MaxHolders)
			charged, paidOut := int64(0), 0
			pay := func(work chain.Work, payer chain.Account, denom string, amount int64) []byte {
				head := headOf(t, c, work)
				charged += min(amount, int64(head.Payees())*10_000)
				return c.SignTx(chain.Tx{Signers: []chain.Account{payer}, Gas: 20_000_000, Msgs: []sdk.Msg{
					chain.PayMsg(payer, work, sdk.NewInt64Coin(denom, amount)),
				}})
			}
			for range blocks {
				var txs [][]byte
				denom := []string{"ustem", "uusdc"}[rng.IntN(2)]
				if rng.IntN(3) > 0 {
					txs = append(txs, pay(tops[rng.IntN(2)], fan, denom, 1+rng.Int64N([]int64{1_000, 1_000_000, 50_000_000}[rng.IntN(3)])))
				}
				if rng.IntN(4) == 0 {
					txs = append(txs, pay(roots[rng.IntN(ancestors)], carol, denom, 1+rng.Int64N(400_000)))
				}
				if rng.IntN(6) == 0 {
					settle := &types.MsgSettle{Sender: dave.String(), Denoms: []string{denom}}
					for _, r := range roots[:rng.IntN(ancestors)+1] {
						settle.Works = append(settle.Works, r.ID)
					}
					txs = append(txs, c.Sign(dave, settle))
				}
				block := c.Block(txs...)
				block.RequireOK(t)
				paidOut += payoutsOf(t, block)
				if rng.IntN(2) == 0 { // some are split among up to 32, or given back to one
					c.Write(func(ctx sdk.Context) error { return splitAnew(ctx, c, rng, roots[rng.IntN(ancestors)], holders) })
				}
				requireRoyaltyInvariants(t, c)
			}
			t.Logf("%d payouts, %d charged for", paidOut, charged/10_000)
			require.Positive(t, paidOut)
			require.LessOrEqual(t, int64(paidOut), charged/10_000+int64(blocks*flow.LateBudget(budget)))
		})
	}
}

// splitAnew lets all holders of a work give their shares to others.
func splitAnew(ctx sdk.Context, c *chain.Chain, rng *rand.Rand, work chain.Work, people []chain.Account) error {
	keeper := c.App.Keepers.Royalty
	head, err := keeper.GetHead(ctx, work.ID)
	if err != nil {
		return err
	}
	table, err := keeper.GetHolders(ctx, work.ID, head.HoldersVersion)
	if err != nil {
		return err
	}
	if len(table.Shares) > 1 { // to one again
		for _, s := range table.Shares[1:] {
			_, err := keeper.AssignShares(ctx, s.Account, work.ID, []types.Share{{Account: table.Shares[0].Account, Weight: s.Weight}})
			if err != nil {
				return err
			}
		}
		return nil
	}
	count := []int{2, 5, 32}[rng.IntN(3)]
	left, shares := uint32(chain.Whole), []types.Share{}
	for i, at := range rng.Perm(len(people))[:count] {
		weight := uint32(chain.Whole / count)
		if i == count-1 {
			weight = left
		}
		left -= weight
		shares = append(shares, types.Share{Account: people[at].Address, Weight: weight})
	}
	_, err = keeper.AssignShares(ctx, table.Shares[0].Account, work.ID, shares)
	return err
}
