package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	alice, bob, carol, dave, fan = chain.Named("alice"), chain.Named("bob"), chain.Named("carol"), chain.Named("dave"), chain.Named("fan")
	usdc                         = func(amount int64) sdk.Coin { return sdk.NewInt64Coin("uusdc", amount) }
)

// withParams changes the royalty parameters at genesis.
func withParams(edit func(*types.Params)) chain.Option {
	return chain.Genesis(func(cdc codec.Codec, state app.GenesisState) {
		var gs types.GenesisState
		cdc.MustUnmarshalJSON(state[types.ModuleName], &gs)
		edit(&gs.Params)
		state[types.ModuleName] = cdc.MustMarshalJSON(&gs)
	})
}

// everyUnit takes every minimum away, so that a test sees each unit move.
func everyUnit() chain.Option {
	return withParams(everyUnitOf)
}

func everyUnitOf(p *types.Params) {
	for i := range p.Denoms {
		p.Denoms[i].MinPayment, p.Denoms[i].MinFlow, p.Denoms[i].MinPayout = math.OneInt(), math.OneInt(), math.OneInt()
	}
}

// wideReach lets a payment set in motion as much as a closure may have.
func wideReach(p *types.Params) {
	p.MaxReach, p.GasPerReceiver, p.GasPerPayout = 15_000, 1_000, 1_000
}

// terms publishes terms with a royalty; rate in ppm.
func terms(c *chain.Chain, policy types.Policy, rate uint32) licensetypes.TermsID {
	t := licensetypes.Terms{
		Spdx: "LicenseRef-test", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, RoyaltyPolicy: policy, RoyaltyRate: rate,
	}
	c.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: t})
	return t.ID()
}

func TestPayingARemixPaysItsSources(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"))
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(chain.Preset("commercial-remix-10")))

	c.Pay(fan, remix, "100000uusdc")

	c.RequireBalance(alice, "1010000uusdc")
	c.RequireBalance(bob, "1090000uusdc")
	c.RequireBalance(fan, "900000uusdc")
	c.RequireInvariants()
}

func TestAThousandUnitPaymentsPayTheSourceExactly(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(chain.Preset("commercial-remix-10")))

	for range 10 {
		var txs [][]byte
		for range 100 {
			txs = append(txs, c.Sign(fan, chain.PayMsg(fan, remix, usdc(1))))
		}
		c.Block(txs...).RequireOK(t)
		c.RequireInvariants()
	}
	c.RequireBalance(alice, "1000100uusdc")
	c.RequireBalance(bob, "1000900uusdc")
}

// TestEachPaymentGoesToThoseWhoHeldThen pays, changes the holders and pays
// again, in two blocks, in one block and in one transaction.
func TestEachPaymentGoesToThoseWhoHeldThen(t *testing.T) {
	for name, deliver := range map[string]func(*chain.Chain, chain.Work){
		"one block": func(c *chain.Chain, song chain.Work) {
			c.Block(c.Sign(fan, chain.PayMsg(fan, song, usdc(1000))),
				c.Sign(alice, assign(alice, song, bob, 1_000_000)),
				c.Sign(fan, chain.PayMsg(fan, song, usdc(1000)))).RequireOK(t)
		},
		"one transaction": func(c *chain.Chain, song chain.Work) {
			tx := c.SignTx(chain.Tx{Signers: []chain.Account{fan, alice}, Msgs: []sdk.Msg{
				chain.PayMsg(fan, song, usdc(1000)), assign(alice, song, bob, 1_000_000), chain.PayMsg(fan, song, usdc(1000)),
			}})
			c.Block(tx).RequireOK(t)
		},
		"two blocks": func(c *chain.Chain, song chain.Work) {
			c.Block(c.Sign(fan, chain.PayMsg(fan, song, usdc(1000))), c.Sign(alice, assign(alice, song, bob, 1_000_000))).RequireOK(t)
			c.Pay(fan, song, "1000uusdc")
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
			song := c.Register("song.wav", alice)
			deliver(c, song)
			c.RequireBalance(alice, "1001000uusdc")
			c.RequireBalance(bob, "1001000uusdc")
			c.RequireInvariants()
		})
	}
}

func assign(holder chain.Account, work chain.Work, to chain.Account, weight uint32) *types.MsgAssignShares {
	msg := &types.MsgAssignShares{Holder: holder.String(), Work: work.ID, Shares: []types.Assignment{{Account: to.String(), Weight: weight}}}
	if weight < 1_000_000 {
		msg.Shares = append(msg.Shares, types.Assignment{Account: holder.String(), Weight: 1_000_000 - weight})
	}
	return msg
}

// TestEachPaymentGoesByTheSourcesThen is the same with a source added between.
func TestEachPaymentGoesByTheSourcesThen(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	ten := chain.Preset("commercial-remix-10")
	first, second := c.Register("first.wav", alice), c.Register("second.wav", carol)
	c.Offer(first, ten)
	c.Offer(second, ten)
	work := c.Register("mix.wav", bob)
	pay := chain.PayMsg(fan, work, usdc(1000))

	// Without a source, with one, with two: all in one transaction.
	c.Block(c.SignTx(chain.Tx{Signers: []chain.Account{fan, bob}, Msgs: []sdk.Msg{
		pay, c.DeriveMsg(work, first.Under(ten)), pay, c.DeriveMsg(work, second.Under(ten)), pay,
	}})).RequireOK(t)

	c.RequireBalance(alice, "1000200uusdc")
	c.RequireBalance(carol, "1000100uusdc")
	c.RequireBalance(bob, "1002700uusdc")
	c.RequireInvariants()
}

func TestATransferReplacesTheSoleHolder(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song := c.Register("song.wav", alice)
	offer := &registrytypes.MsgOfferTransfer{Owner: alice.String(), Work: song.ID, Recipient: bob.String()}
	accept := &types.MsgAcceptTransfer{Recipient: bob.String(), Work: song.ID, WorkVersion: 1, Offer: 1}

	require.Error(t, c.Deliver(bob, accept).Err(), "nothing was offered")
	c.MustDeliver(alice, offer)
	stranger := &types.MsgAcceptTransfer{Recipient: carol.String(), Work: song.ID, WorkVersion: 1, Offer: 1}
	require.ErrorIs(t, c.Deliver(carol, stranger).Err(), registrytypes.ErrInvalidTransfer)
	stale := &types.MsgAcceptTransfer{Recipient: bob.String(), Work: song.ID, WorkVersion: 1, Epoch: 3, Offer: 1}
	require.ErrorIs(t, c.Deliver(bob, stale).Err(), types.ErrVersionChanged)
	for _, stale.Offer = range []uint32{0, 2} {
		stale.Epoch = 0
		require.ErrorIs(t, c.Deliver(bob, stale).Err(), registrytypes.ErrInvalidTransfer)
	}

	c.Block(c.Sign(fan, chain.PayMsg(fan, song, usdc(700))), c.Sign(bob, accept), c.Sign(fan, chain.PayMsg(fan, song, usdc(300)))).RequireOK(t)
	c.RequireBalance(alice, "1000700uusdc")
	c.RequireBalance(bob, "1000300uusdc")
	c.RequireInvariants()
}

// TestNobodyTakesOverAnotherWorkThanSeen: who holds a work's revenue may have changed since the
// recipient looked, in the same block too. What it owes does not while it is on offer, and
// what is done between two offers has the second another number.
func TestNobodyTakesOverAnotherWorkThanSeen(t *testing.T) {
	c := chain.New(t, everyUnit())
	ten := chain.Preset("commercial-remix-10")
	song, sample := c.Register("song.wav", alice), c.Register("sample.wav", carol)
	c.Offer(sample, ten)
	c.MustDeliver(alice, &registrytypes.MsgOfferTransfer{Owner: alice.String(), Work: song.ID, Recipient: bob.String()})
	accept := func(epoch uint64) sdk.Msg {
		return &types.MsgAcceptTransfer{Recipient: bob.String(), Work: song.ID, WorkVersion: 1, Epoch: epoch, Offer: 1}
	}
	derive := c.DeriveMsg(song, sample.Under(ten))
	require.ErrorIs(t, c.Deliver(alice, derive).Err(), registrytypes.ErrOnOffer)
	block := c.Block(c.Sign(alice, assign(alice, song, carol, 400_000)), c.Sign(bob, accept(0)))
	require.ErrorIs(t, block.Txs[1].Err(), types.ErrVersionChanged)
	again := &registrytypes.MsgOfferTransfer{Owner: alice.String(), Work: song.ID, Recipient: bob.String()}
	offered := accept(1)
	block = c.Block(c.Sign(alice, &registrytypes.MsgCancelTransfer{Owner: alice.String(), Work: song.ID}, derive, again), c.Sign(bob, offered))
	require.NoError(t, block.Txs[0].Err())
	require.Error(t, block.Txs[1].Err())
	holders, err := types.NewQueryClient(c.Conn()).Holders(t.Context(), &types.QueryHoldersRequest{Work: song.ID})
	require.NoError(t, err)
	require.ErrorIs(t, c.Deliver(bob, accept(holders.Epoch)).Err(), registrytypes.ErrInvalidTransfer, "it was offered anew")
	c.MustDeliver(bob, c.AcceptTransferMsg(song, bob))
}

func TestATransferLeavesAnyOtherTable(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	song := c.Register("song.wav", alice)
	c.MustDeliver(alice, assign(alice, song, carol, 400_000))
	c.MustDeliver(alice, &registrytypes.MsgOfferTransfer{Owner: alice.String(), Work: song.ID, Recipient: bob.String()})
	c.MustDeliver(bob, &types.MsgAcceptTransfer{Recipient: bob.String(), Work: song.ID, WorkVersion: 1, Epoch: 1, Offer: 1})
	c.Pay(fan, song, "1000uusdc")
	c.RequireBalance(alice, "1000600uusdc")
	c.RequireBalance(carol, "1000400uusdc")
	c.RequireInvariants()
}

// heldByBlocked is a work that alice holds one half of and a blocked account the other.
// No message makes that a holder: it has registered the work.
func heldByBlocked(t *testing.T, c *chain.Chain, blocked sdk.AccAddress) chain.Work {
	song := chain.WorkOf("song", chain.Account{Name: "owner of song", Address: blocked})
	registerBare(t, c, song)
	c.Write(func(ctx sdk.Context) error {
		_, err := c.App.Keepers.Royalty.AssignShares(ctx, blocked, song.ID, []types.Share{
			{Account: alice.Address, Weight: 500_000}, {Account: blocked, Weight: 500_000},
		})
		return err
	})
	return song
}

// TestABlockedHolderKeepsABalance: a holder that cannot receive does not stop
// the chain, nor anybody else's payout.
func TestABlockedHolderKeepsABalance(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit())
	blocked := authtypes.NewModuleAddress(minttypes.ModuleName)
	song := heldByBlocked(t, c, blocked)
	block := c.Block(c.Sign(fan, chain.PayMsg(fan, song, usdc(1000))))
	block.RequireOK(t)
	require.Len(t, chain.Typed[*types.EventPayoutFailed](t, block.Events), 1)
	c.RequireBalance(alice, "1000500uusdc")
	balances, err := types.NewQueryClient(c.Conn()).Balances(t.Context(), &types.QueryBalancesRequest{Account: blocked.String()})
	require.NoError(t, err)
	require.Equal(t, "500uusdc", balances.Balances.String())

	require.Empty(t, chain.Typed[*types.EventPayoutFailed](t, c.NextBlock().Events), "what failed leaves the queue until the balance grows")
	c.Pay(fan, song, "100uusdc")
	c.RequireBalance(alice, "1000550uusdc")
	c.RequireInvariants()
	c.RequireSameExport()
}

// TestPayoutsKeepTheirPlace: with a budget of one payout a block, everybody is
// served in turn, whoever else keeps earning.
func TestPayoutsKeepTheirPlace(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"), everyUnit(), withParams(func(p *types.Params) { p.PayoutBudget = 1 }))
	song := c.Register("song.wav", alice)
	c.MustDeliver(alice, &types.MsgAssignShares{Holder: alice.String(), Work: song.ID, Shares: []types.Assignment{
		{Account: alice.String(), Weight: 250_000},
		{Account: bob.String(), Weight: 250_000},
		{Account: carol.String(), Weight: 250_000},
		{Account: dave.String(), Weight: 250_000},
	}})
	for range 6 {
		c.Pay(fan, song, "400uusdc")
		c.RequireInvariants()
	}
	c.RequireSameExport()
	for range 4 {
		c.NextBlock()
	}
	for _, a := range []chain.Account{alice, bob, carol, dave} {
		c.RequireBalance(a, "1000600uusdc")
	}
}

func TestWithdrawAndSettleTakeWhatWaits(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"))
	song := c.Register("song.wav", alice)
	c.Pay(fan, song, "99uusdc")
	c.RequireBalance(alice, "1000000uusdc")
	require.ErrorIs(t, c.Deliver(alice, &types.MsgWithdraw{Account: alice.String()}).Err(), types.ErrNoBalance)

	c.MustDeliver(dave, &types.MsgSettle{Sender: dave.String(), Works: []registrytypes.WorkID{song.ID}, Denoms: []string{"uusdc"}})
	c.RequireInvariants()
	c.MustDeliver(alice, &types.MsgWithdraw{Account: alice.String(), Denoms: []string{"uusdc"}})
	c.RequireBalance(alice, "1000099uusdc")
	c.RequireInvariants()
}

// TestPreviewIsWhatComes compares a preview with what then arrives where nothing
// waited before.
func TestPreviewIsWhatComes(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000000uusdc"), everyUnit())
	relative := terms(c, types.POLICY_RELATIVE, 200_000)
	song := c.Register("song.wav", alice)
	c.MustDeliver(alice, assign(alice, song, dave, 300_000))
	remix := c.Derive("remix.wav", bob, song.Under(chain.Preset("commercial-remix-10")))
	clip := c.Derive("clip.mp4", carol, remix.Under(relative))

	query := types.NewQueryClient(c.Conn())
	preview, err := query.Preview(t.Context(), &types.QueryPreviewRequest{Work: clip.ID, Amount: "123457uusdc"})
	require.NoError(t, err)
	before := map[string]math.Int{}
	for _, a := range []chain.Account{alice, bob, carol, dave} {
		before[a.String()] = c.Balance(a, "uusdc").Amount
	}
	c.Pay(fan, clip, "123457uusdc")
	expected := map[string]math.Int{}
	for _, p := range preview.Payees {
		expected[p.Account] = p.Amount.Amount.Add(zeroIfNil(expected[p.Account]))
	}
	for _, a := range []chain.Account{alice, bob, carol, dave} {
		require.Equal(t, expected[a.String()].String(), c.Balance(a, "uusdc").Amount.Sub(before[a.String()]).String(), a.Name)
	}
	require.Equal(t, []types.Basis{types.BASIS_OWN, types.BASIS_ABSOLUTE, types.BASIS_ABSOLUTE, types.BASIS_RELATIVE},
		[]types.Basis{preview.Payees[0].Basis, preview.Payees[1].Basis, preview.Payees[2].Basis, preview.Payees[3].Basis})
	require.Equal(t, []uint32{700_000, 100_000, 100_000, 200_000},
		[]uint32{preview.Payees[0].Rate, preview.Payees[1].Rate, preview.Payees[2].Rate, preview.Payees[3].Rate})
}

func zeroIfNil(i math.Int) math.Int {
	if i.IsNil() {
		return math.ZeroInt()
	}
	return i
}
