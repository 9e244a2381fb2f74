package keeper_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// meter starts counting, as x/license does in a transaction.
func meter(c *chain.Chain, works ...chain.Work) {
	c.Write(func(ctx sdk.Context) error {
		for _, work := range works {
			if err := c.App.Keepers.Royalty.Meter(ctx, work.ID, "uusdc"); err != nil {
				return err
			}
		}
		return nil
	})
}

func requireTakenIn(t *testing.T, c *chain.Chain, work chain.Work, want int64) {
	t.Helper()
	takenIn, err := c.App.Keepers.Royalty.TakenIn(c.Ctx(), work.ID, "uusdc")
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(want), takenIn.String())
}

// stored reports whether a work has a row of stages.
func stored(t *testing.T, c *chain.Chain, work chain.Work) bool {
	t.Helper()
	has, err := c.App.Keepers.Royalty.Stages.Has(c.Ctx(), collections.Join(work.ID, "uusdc"))
	require.NoError(t, err)
	return has
}

// TestAMeterCountsWhatComesIn: from 0, once, in one denom, and only there.
func TestAMeterCountsWhatComesIn(t *testing.T) {
	c := chain.New(t, everyUnit())
	song, other := c.Register("song.wav", alice), c.Register("other.wav", bob)
	c.Pay(fan, song, "500uusdc")
	requireTakenIn(t, c, song, 0)

	meter(c, song)
	requireTakenIn(t, c, song, 0)
	c.Pay(fan, song, "70uusdc")
	c.Pay(fan, song, "9ustem")
	c.Pay(fan, other, "1000uusdc")
	requireTakenIn(t, c, song, 70)
	requireTakenIn(t, c, other, 0)

	meter(c, song)
	requireTakenIn(t, c, song, 70)
	c.Block(c.Sign(fan, chain.PayMsg(fan, song, usdc(3))), c.Sign(bob, chain.PayMsg(bob, song, usdc(4)))).RequireOK(t)
	requireTakenIn(t, c, song, 77)

	// A sole holder's stages have nothing to remember, but the meter has.
	require.True(t, stored(t, c, song))
	require.False(t, stored(t, c, other))
	stages, err := types.NewQueryClient(c.Conn()).Stages(t.Context(), &types.QueryStagesRequest{Work: song.ID})
	require.NoError(t, err)
	require.Equal(t, "77", stages.Stages[0].Stages.TakenIn.String())
	c.RequireInvariants()
	fresh := c.RequireSameExport()
	fresh.Pay(fan, song, "1uusdc")
	requireTakenIn(t, fresh, song, 78)
	fresh.RequireInvariants()
}

// TestAMeterCountsRelativeRoyalties: gross, and not what is owed absolutely.
func TestAMeterCountsRelativeRoyalties(t *testing.T) {
	c := chain.New(t, everyUnit())
	tenth, fifth := terms(c, types.POLICY_ABSOLUTE, 100_000), terms(c, types.POLICY_RELATIVE, 200_000)
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(tenth))
	clip := c.Derive("clip.mp4", carol, remix.Under(fifth))
	trailer := c.Derive("trailer.mp4", dave, clip.Under(fifth))
	meter(c, song, remix, clip)

	c.Pay(fan, clip, "1000uusdc")
	requireTakenIn(t, c, clip, 1000)
	requireTakenIn(t, c, remix, 200)
	c.Pay(fan, trailer, "1000uusdc")
	requireTakenIn(t, c, clip, 1200)
	requireTakenIn(t, c, remix, 240)
	requireTakenIn(t, c, song, 0)
	requireTakenIn(t, c, trailer, 0)
	c.RequireInvariants()
}

// TestAMeterCountsAtTheEndOfTheBlock: what waits below a minimum, what was paid
// before the lists changed, and what was paid in the block of the call.
func TestAMeterCountsAtTheEndOfTheBlock(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song.wav", alice)
	meter(c, song)
	c.Pay(fan, song, "5uusdc") // below min_flow
	requireTakenIn(t, c, song, 5)

	c.Block(c.SignTx(chain.Tx{Signers: []chain.Account{fan, alice}, Msgs: []sdk.Msg{
		chain.PayMsg(fan, song, usdc(1000)), assign(alice, song, bob, 333_333), chain.PayMsg(fan, song, usdc(300)),
	}})).RequireOK(t)
	requireTakenIn(t, c, song, 1305)
	// A change of the lists in a block without payments counts nothing again.
	c.MustDeliver(bob, &types.MsgAssignShares{Holder: bob.String(), Work: song.ID, Shares: []types.Assignment{
		{Account: carol.String(), Weight: 333_333},
	}})
	requireTakenIn(t, c, song, 1305)

	late := c.Register("late.wav", alice)
	c.Write(func(ctx sdk.Context) error {
		if _, err := c.App.Keepers.Royalty.Pay(ctx, fan.Address, late.ID, usdc(40)); err != nil {
			return err
		}
		return c.App.Keepers.Royalty.Meter(ctx, late.ID, "uusdc")
	})
	requireTakenIn(t, c, late, 40)
	c.RequireInvariants()
}

// TestAMeterOutlivesItsDenom: removing a denom stops payments, not the count.
func TestAMeterOutlivesItsDenom(t *testing.T) {
	c := chain.New(t, everyUnit())
	song, other := c.Register("song.wav", alice), c.Register("other.wav", bob)
	meter(c, song)
	c.Pay(fan, song, "70uusdc")
	params := func(edit func([]types.AcceptedDenom) []types.AcceptedDenom) {
		c.Write(func(ctx sdk.Context) error {
			p, err := c.App.Keepers.Royalty.Params.Get(ctx)
			require.NoError(t, err)
			p.Denoms = edit(p.Denoms)
			return c.App.Keepers.Royalty.Params.Set(ctx, p)
		})
	}
	var removed types.AcceptedDenom
	params(func(denoms []types.AcceptedDenom) []types.AcceptedDenom {
		removed = denoms[1]
		return denoms[:1]
	})
	require.Equal(t, "uusdc", removed.Denom)
	require.ErrorIs(t, c.Deliver(fan, chain.PayMsg(fan, song, usdc(5))).Err(), types.ErrDenomNotAccepted)
	requireTakenIn(t, c, song, 70)
	meter(c, song, other) // it was paid in once, and may return
	c.RequireInvariants()
	c.RequireSameExport()

	params(func(denoms []types.AcceptedDenom) []types.AcceptedDenom { return append(denoms, removed) })
	c.Pay(fan, song, "5uusdc")
	c.Pay(fan, other, "6uusdc")
	requireTakenIn(t, c, song, 75)
	requireTakenIn(t, c, other, 6)
	c.RequireInvariants()
}

func TestMetersAreBounded(t *testing.T) {
	c := chain.New(t, withParams(func(p *types.Params) {
		p.Denoms = nil
		for i := range types.MaxDenoms {
			p.Denoms = append(p.Denoms, types.NewAcceptedDenom(fmt.Sprintf("denom%02d", i)))
		}
	}))
	k, song := c.App.Keepers.Royalty, c.Register("song.wav", alice)
	unknown := chain.WorkOf("never registered", alice)
	require.ErrorIs(t, k.Meter(c.Ctx(), unknown.ID, "denom00"), registrytypes.ErrWorkNotFound)
	require.ErrorIs(t, k.Meter(c.Ctx(), song.ID, "uatom"), types.ErrDenomNotAccepted)

	ctx, _ := c.Ctx().CacheContext()
	for i := range types.MaxDenoms {
		require.NoError(t, k.Meter(ctx, song.ID, fmt.Sprintf("denom%02d", i)))
	}
	// One more is accepted in the place of another.
	params, err := k.Params.Get(ctx)
	require.NoError(t, err)
	params.Denoms[0] = types.NewAcceptedDenom("another")
	require.NoError(t, k.Params.Set(ctx, params))
	err = k.Meter(ctx, song.ID, "another")
	require.ErrorIs(t, err, types.ErrTooManyMeters)
	require.ErrorContains(t, err, song.String())
	require.NoError(t, k.Meter(ctx, song.ID, "denom00"), "metered already")
}

func TestABrokenMeterIsFound(t *testing.T) {
	c := chain.New(t, everyUnit())
	song := c.Register("song.wav", alice)
	meter(c, song)
	c.Pay(fan, song, "70uusdc")
	k, key := c.App.Keepers.Royalty, collections.Join(song.ID, "uusdc")
	for _, broken := range []int64{-1, 71} {
		ctx, _ := c.Ctx().CacheContext()
		require.NoError(t, k.CheckInvariants(ctx))
		row, err := k.Stages.Get(ctx, key)
		require.NoError(t, err)
		takenIn := math.NewInt(broken)
		row.TakenIn = &takenIn
		require.NoError(t, k.Stages.Set(ctx, key, row))
		require.ErrorIs(t, k.CheckInvariants(ctx), types.ErrBrokenInvariant)
		gs, err := k.ExportGenesis(ctx)
		require.NoError(t, err)
		require.Equal(t, broken < 0, gs.Validate() != nil)
	}
}

// TestMetersAgreeWithTheFlow plays random payments, changes of holders and
// requests to settle over a random lineage on chains with tiny budgets, one
// sequential and one parallel, then lets everything flow and compares each meter
// with package flow, which gets the same payments at once.
func TestMetersAgreeWithTheFlow(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			newMeterGame(t, seed).play(25)
		})
	}
}

const meteredWorks = 9

type meterGame struct {
	*testing.T
	rng    *rand.Rand
	chains []*chain.Chain
	works  []chain.Work
	// metered works are counted on the chains; the model counts all.
	metered []chain.Work
	model   *flow.Ledger
	paid    []flow.Payment
}

func newMeterGame(t *testing.T, seed uint64) *meterGame {
	g := &meterGame{T: t, rng: rand.New(rand.NewPCG(seed, 0)), model: flow.NewLedger()}
	opts := []chain.Option{withParams(func(p *types.Params) {
		// Below what governance may set: the sweep then goes over several blocks.
		p.SweepBudget, p.PayoutBudget = 6, 3
		for i := range p.Denoms {
			p.Denoms[i].MinFlow, p.Denoms[i].MinPayout = math.NewInt(30), math.NewInt(300)
		}
	})}
	g.chains = []*chain.Chain{chain.New(t, opts...), chain.New(t, append(opts, chain.BlockSTM(3))...)}
	var licences []licensetypes.Terms
	for _, policy := range []types.Policy{types.POLICY_NONE, types.POLICY_ABSOLUTE, types.POLICY_RELATIVE, types.POLICY_RELATIVE} {
		terms := licensetypes.Terms{Spdx: "LicenseRef-test", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, RoyaltyPolicy: policy}
		if policy != types.POLICY_NONE {
			terms.RoyaltyRate = 1 + g.rng.Uint32N(150_000)
		}
		licences = append(licences, terms)
		g.deliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: terms})
	}
	for i := range meteredWorks {
		g.addWork(i, licences)
	}
	return g
}

func (g *meterGame) owner() chain.Account {
	return []chain.Account{alice, bob, carol, dave}[g.rng.IntN(4)]
}

// addWork registers a work with up to three sources, in the chains and the model,
// and meters two in three.
func (g *meterGame) addWork(i int, licences []licensetypes.Terms) {
	name, owner := fmt.Sprint("work ", i), g.owner()
	work := chain.WorkOf(name, owner)
	msgs := []sdk.Msg{chain.RegisterMsg(owner, name)}
	var sources []chain.Source
	var modelled []flow.Source
	for _, j := range g.rng.Perm(i)[:min(i, g.rng.IntN(4))] {
		terms := licences[g.rng.IntN(len(licences))]
		g.deliver(g.works[j].Owner, chain.OfferMsg(g.works[j], terms.ID()))
		sources = append(sources, g.works[j].Under(terms.ID()).As(lineagetypes.ROLE_COMPONENT_OF))
		source := flow.Source{Work: types.FlowWork(g.works[j].ID)}
		if g.works[j].Owner.Name != owner.Name { // nobody owes oneself
			source.Policy, source.Rate = flow.Policy(terms.RoyaltyPolicy), terms.RoyaltyRate
		}
		modelled = append(modelled, source)
	}
	if len(sources) > 0 {
		msgs = append(msgs, g.chains[0].DeriveMsg(work, sources...))
	}
	g.deliver(owner, msgs...)
	require.NoError(g, g.model.AddWork(types.FlowWork(work.ID), []flow.Holding{{To: "owner", Weight: flow.Whole}}, modelled...))
	g.works = append(g.works, work)
	if g.rng.IntN(3) > 0 {
		g.metered = append(g.metered, work)
		for _, c := range g.chains {
			meter(c, work)
		}
	}
}

func (g *meterGame) deliver(signer chain.Account, msgs ...sdk.Msg) {
	for _, c := range g.chains {
		c.MustDeliver(signer, msgs...)
	}
}

func (g *meterGame) work() chain.Work { return g.works[g.rng.IntN(len(g.works))] }

// transaction pays, changes who holds between two payments, or settles.
func (g *meterGame) transaction() (chain.Account, []sdk.Msg) {
	work := g.work()
	switch g.rng.IntN(8) {
	case 0:
		return fan, []sdk.Msg{&types.MsgSettle{Sender: fan.String(), Works: []registrytypes.WorkID{work.ID}, Denoms: []string{"uusdc"}}}
	case 1:
		// It fails once the owner has assigned all; the payments with it.
		return work.Owner, []sdk.Msg{g.pay(work.Owner, work), assign(work.Owner, work, fan, 1+g.rng.Uint32N(1_000_000)), g.pay(work.Owner, work)}
	default:
		payer := g.owner()
		return payer, []sdk.Msg{g.pay(payer, work)}
	}
}

func (g *meterGame) pay(payer chain.Account, work chain.Work) sdk.Msg {
	return chain.PayMsg(payer, work, usdc(1+g.rng.Int64N(2000)))
}

func (g *meterGame) play(blocks int) {
	for range blocks {
		txs, payments := make([][]byte, 8), make([][]flow.Payment, 8)
		for i := range txs {
			signer, msgs := g.transaction()
			txs[i] = g.chains[0].SignTx(chain.Tx{Signers: []chain.Account{signer}, Msgs: msgs, Fee: "100ustem"})
			for _, msg := range msgs {
				if pay, ok := msg.(*types.MsgPay); ok {
					payments[i] = append(payments[i], flow.Payment{
						Pot: flow.Pot{Work: types.FlowWork(pay.Work), Denom: "uusdc"}, Amount: pay.Amount.Amount.BigInt(),
					})
				}
			}
		}
		want := g.chains[0].Block(txs...)
		for i, tx := range want.Txs {
			if tx.Err() == nil {
				g.paid = append(g.paid, payments[i]...)
			}
		}
		require.Equal(g, want.AppHash, g.chains[1].Block(txs...).AppHash)
		g.chains[0].RequireInvariants()
	}
	g.chains[0].RequireSameExport()
	g.settle()
	require.NoError(g, g.model.Pay(1_000_000, g.paid...))
	counted := new(big.Int)
	for _, work := range g.metered {
		want := g.model.TakenIn(flow.Pot{Work: types.FlowWork(work.ID), Denom: "uusdc"})
		got, err := g.chains[0].App.Keepers.Royalty.TakenIn(g.chains[0].Ctx(), work.ID, "uusdc")
		require.NoError(g, err)
		require.Equal(g, want.String(), got.String(), work.String())
		counted.Add(counted, want)
	}
	require.Positive(g, counted.Sign())
	g.Logf("%d payments, %d of %d works metered, %s taken in", len(g.paid), len(g.metered), len(g.works), counted)
}

// settle lets all that waits flow, newest works first, until nothing is queued.
func (g *meterGame) settle() {
	c := g.chains[0]
	for i := len(g.works) - 1; i >= 0; i-- {
		c.MustDeliver(fan, &types.MsgSettle{Sender: fan.String(), Works: []registrytypes.WorkID{g.works[i].ID}, Denoms: []string{"uusdc"}})
		for blocks := 0; ; blocks++ {
			require.Less(g, blocks, 1000, "the sweep does not come to an end")
			queued, err := c.App.Keepers.Royalty.Queue.Iterate(c.Ctx(), nil)
			require.NoError(g, err)
			waits := queued.Valid()
			require.NoError(g, queued.Close())
			if !waits {
				break
			}
			c.NextBlock()
		}
	}
	c.RequireInvariants()
}
