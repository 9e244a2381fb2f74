package users_test

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/history/statement"
	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	signing "github.com/stemma-chain/stemma/x/royalty/voucher"
)

var (
	seed   = flag.Uint64("statement.seed", 1, "seed of the random blocks")
	rounds = flag.Int("statement.blocks", 40, "number of random blocks")
)

// TestStatementsReconcile plays random blocks of everything that moves coins, and
// then draws statements of every account, modules included, over random ranges:
// each leads from the bank's one balance to the other, to the unit.
func TestStatementsReconcile(t *testing.T) {
	t.Logf("seed %d", *seed)
	players := chain.NamedMany("player", 6)
	c := chain.New(t, chain.Accounts(players...))
	g := &game{t: t, c: c, rng: rand.New(rand.NewPCG(*seed, 0)), players: players, log: map[int64]blocks.Results{}, states: map[int64]state{}}
	g.watch()
	g.note(nil)
	g.open()
	for range *rounds {
		var txs [][]byte
		for range 12 {
			txs = append(txs, g.transaction())
		}
		g.play(txs...)
	}
	c.RequireInvariants()

	kinds := map[statement.Kind]int{}
	for _, account := range g.accounts {
		for range 4 {
			from := g.first + 1 + g.rng.Int64N(c.Height()-g.first)
			g.reconcile(account, from, from+g.rng.Int64N(c.Height()-from+1), kinds)
		}
		g.reconcile(account, g.first+1, c.Height(), kinds)
	}
	t.Log(kinds)
	for _, kind := range []statement.Kind{
		statement.Payout, statement.Withdrawal, statement.Payment, statement.LicenceFee, statement.Fee,
		statement.Sent, statement.Received, statement.Other, statement.Deposit, statement.Refund,
	} {
		require.NotZero(t, kinds[kind], "no %s was ever drawn", kind)
	}
}

// state is what accounts have after a block.
type state struct{ bank, waiting map[string]sdk.Coins }

type game struct {
	t       *testing.T
	c       *chain.Chain
	rng     *rand.Rand
	players []chain.Account
	terms   licensetypes.TermsID
	serial  uint64
	// payment channels that were opened, or refused.
	channels []*opened
	// accounts are all that are looked at, modules among them.
	accounts, modules []string
	first             int64
	log               map[int64]blocks.Results
	states            map[int64]state
}

func (g *game) watch() {
	for _, p := range g.players {
		g.accounts = append(g.accounts, p.String())
	}
	for _, account := range g.c.App.Keepers.Account.GetAllAccounts(g.c.Ctx()) {
		if module, ok := account.(sdk.ModuleAccountI); ok {
			g.modules = append(g.modules, module.GetAddress().String())
		}
	}
	g.accounts = append(g.accounts, g.modules...)
	g.first = g.c.Height()
}

// note keeps what a block did and what it left.
func (g *game) note(b *chain.Block) {
	if b != nil {
		results := blocks.Results{Height: b.Height, Events: b.Events}
		for _, tx := range b.Txs {
			results.Txs = append(results.Txs, tx.ExecTxResult)
		}
		g.log[b.Height] = results
	}
	ctx := g.c.Ctx()
	s := state{map[string]sdk.Coins{}, map[string]sdk.Coins{}}
	query := royaltytypes.NewQueryClient(g.c.Conn())
	for _, account := range g.accounts {
		s.bank[account] = g.c.App.Keepers.Bank.GetAllBalances(ctx, sdk.MustAccAddressFromBech32(account))
		res, err := query.Balances(ctx, &royaltytypes.QueryBalancesRequest{Account: account})
		require.NoError(g.t, err)
		s.waiting[account] = res.Balances
	}
	g.states[g.c.Height()] = s
}

func (g *game) play(txs ...[]byte) chain.Block {
	b := g.c.Block(txs...)
	g.note(&b)
	return b
}

func (g *game) reconcile(account string, from, to int64, kinds map[statement.Kind]int) {
	g.t.Helper()
	reader := statement.NewReader(account, "", g.modules)
	ledger := statement.NewLedger(g.states[from-1].bank[account], g.states[from-1].waiting[account])
	backwards := statement.Before(g.states[from].bank[account], g.states[from].waiting[account], nil)
	for height := from; height <= to; height++ {
		lines, err := reader.Lines(g.log[height])
		require.NoError(g.t, err)
		if height == from {
			backwards = statement.Before(g.states[from].bank[account], g.states[from].waiting[account], lines)
		}
		for _, line := range lines {
			require.Equal(g.t, height, line.Height)
			require.False(g.t, ledger.Add(line).IsNegative(), "%s has less than nothing at %d: %+v", account, height, line)
			backwards.Add(line)
			kinds[line.Kind]++
		}
	}
	after := g.states[to]
	require.NoError(g.t, ledger.Close(after.bank[account], after.waiting[account]), "%s from %d to %d of seed %d", account, from, to, *seed)
	require.NoError(g.t, backwards.Close(after.bank[account], after.waiting[account]), "%s from %d to %d, opened backwards", account, from, to)
	if slices.Contains(g.modules, account) {
		return
	}
	for _, sum := range ledger.Sums() {
		require.False(g.t, sum.Earned().IsNegative(), "%s earned less than nothing: %+v", account, sum)
	}
}

// open publishes terms with a fee, registers works, offers and derives.
func (g *game) open() {
	terms := licensetypes.Terms{
		Spdx: "LicenseRef-Paid", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 100_000,
		GrantFee: []sdk.Coin{sdk.NewInt64Coin("ustem", 700), sdk.NewInt64Coin("uusdc", 500)},
	}
	g.terms = terms.ID()
	g.play(g.c.Sign(g.players[0], &licensetypes.MsgPublishTerms{Author: g.players[0].String(), Terms: terms})).RequireOK(g.t)
	for i, p := range g.players {
		source := chain.WorkOf("work", g.players[(i+len(g.players)-1)%len(g.players)])
		msg := chain.RegisterMsg(p, "work")
		msg.AllowContested = true
		msgs := []sdk.Msg{msg, chain.OfferMsg(chain.WorkOf("work", p), chain.Preset("commercial-remix-10")), chain.OfferMsg(chain.WorkOf("work", p), g.terms)}
		if i > 0 {
			msgs = append(msgs, g.c.DeriveMsg(chain.WorkOf("work", p), source.Under(chain.Preset("commercial-remix-10"))))
		}
		g.play(g.c.Sign(p, msgs...)).RequireOK(g.t)
	}
}

func (g *game) player() chain.Account { return g.players[g.rng.IntN(len(g.players))] }
func (g *game) work() chain.Work      { return chain.WorkOf("work", g.player()) }

func (g *game) coin() sdk.Coin {
	return sdk.NewInt64Coin([]string{"uusdc", "ustem"}[g.rng.IntN(2)], 1+g.rng.Int64N(30_000))
}

func (g *game) transaction() []byte {
	p := g.player()
	fee := sdk.NewInt64Coin([]string{"uusdc", "ustem"}[g.rng.IntN(2)], 1+g.rng.Int64N(50))
	tx := chain.Tx{Signers: []chain.Account{p}, Fee: fee.String()}
	for range 1 + g.rng.IntN(2) {
		tx.Msgs = append(tx.Msgs, g.message(p))
	}
	return g.c.SignTx(tx)
}

func (g *game) message(p chain.Account) sdk.Msg {
	validator := sdk.ValAddress(g.validator())
	switch g.rng.IntN(16) {
	case 0, 1, 2:
		return chain.PayMsg(p, g.work(), g.coin())
	case 3:
		msg := &royaltytypes.MsgPayMany{Payer: p.String()}
		for range 1 + g.rng.IntN(6) {
			msg.Payments = append(msg.Payments, royaltytypes.Payment{Work: g.work().ID, Amount: g.coin()})
		}
		return msg
	case 4:
		return &royaltytypes.MsgWithdraw{Account: p.String()}
	case 5:
		g.serial++
		most := sdk.NewInt64Coin([]string{"uusdc", "ustem"}[g.rng.IntN(2)], 1000)
		return &licensetypes.MsgAcquire{
			Licensee: p.String(), Work: g.work().ID, Terms: g.terms, Serial: g.serial, MaxFee: &most, MaxRate: chain.Whole,
		}
	case 6:
		return banktypes.NewMsgSend(p.Address, g.player().Address, sdk.NewCoins(g.coin()))
	case 7:
		a, b := sdk.NewInt64Coin("uusdc", 1+g.rng.Int64N(99)), sdk.NewInt64Coin("uusdc", 1+g.rng.Int64N(99))
		return &banktypes.MsgMultiSend{
			Inputs:  []banktypes.Input{banktypes.NewInput(p.Address, sdk.NewCoins(a.Add(b)))},
			Outputs: []banktypes.Output{banktypes.NewOutput(g.player().Address, sdk.NewCoins(a)), banktypes.NewOutput(g.player().Address, sdk.NewCoins(b))},
		}
	case 8:
		return stakingtypes.NewMsgDelegate(p.String(), validator.String(), sdk.NewInt64Coin("ustem", 1+g.rng.Int64N(1_000_000)))
	case 9:
		return stakingtypes.NewMsgUndelegate(p.String(), validator.String(), sdk.NewInt64Coin("ustem", 1+g.rng.Int64N(1000)))
	case 10:
		return distrtypes.NewMsgWithdrawDelegatorReward(p.String(), validator.String())
	case 11:
		return g.openPaymentChannel(p)
	case 12:
		return g.voucher(p)
	case 13:
		if len(g.channels) > 0 {
			return &royaltytypes.MsgClosePaymentChannel{Sender: p.String(), PaymentChannel: g.channels[g.rng.IntN(len(g.channels))].id}
		}
		return g.openPaymentChannel(p)
	case 14: // in another's name, which is refused now and then
		pay := chain.PayMsg(p, g.work(), g.coin())
		exec := authz.NewMsgExec(p.Address, []sdk.Msg{pay, g.openPaymentChannel(p), chain.PayMsg(p, g.work(), g.coin())})
		return &exec
	default: // more than anybody has: the fee stays paid
		return banktypes.NewMsgSend(p.Address, g.player().Address, sdk.NewCoins(sdk.NewCoin("uusdc", math.NewIntWithDecimal(1, 30))))
	}
}

// opened is a payment channel and what its last voucher promised.
type opened struct {
	id    royaltytypes.PaymentChannelID
	payer chain.Account
	total int64
}

func (g *game) openPaymentChannel(p chain.Account) sdk.Msg {
	g.serial++
	g.channels = append(g.channels, &opened{id: royaltytypes.NewPaymentChannelID(p.Address, g.serial), payer: p})
	return &royaltytypes.MsgOpenPaymentChannel{
		Payer: p.String(), Serial: g.serial, Deposit: sdk.NewInt64Coin("uusdc", 30_000+g.rng.Int64N(30_000)), Receiver: g.player().String(),
		Payees: []royaltytypes.PaymentChannelPayee{{Work: g.work().ID, Weight: chain.Whole}}, Key: p.Key.PubKey().Bytes(), CloseDelay: time.Minute,
	}
}

func (g *game) voucher(p chain.Account) sdk.Msg {
	if len(g.channels) == 0 {
		return g.openPaymentChannel(p)
	}
	ch := g.channels[g.rng.IntN(len(g.channels))]
	ch.total += 1 + g.rng.Int64N(10_000)
	v, err := signing.New(chain.ID, ch.id, math.NewInt(ch.total), time.Time{})
	require.NoError(g.t, err)
	v, err = v.Sign(ch.payer.Key.Sign)
	require.NoError(g.t, err)
	return &royaltytypes.MsgRedeemVouchers{Sender: p.String(), Vouchers: []royaltytypes.Voucher{v.Message()}}
}

func (g *game) validator() []byte {
	validators, err := g.c.App.Keepers.Staking.GetAllValidators(g.c.Ctx())
	require.NoError(g.t, err)
	address, err := sdk.ValAddressFromBech32(validators[0].OperatorAddress)
	require.NoError(g.t, err)
	return address
}

// A sponsor's statement has the fees that it paid for another.
func TestSponsoredFees(t *testing.T) {
	c := chain.New(t)
	allowance, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, alice.Address, bob.Address)
	require.NoError(t, err)
	c.MustDeliver(alice, allowance)
	before := c.Balance(alice, "ustem")
	b := c.Block(c.SignTx(chain.Tx{Signers: []chain.Account{bob}, Msgs: []sdk.Msg{chain.RegisterMsg(bob, "x")}, Fee: "77ustem", Granter: &alice}))
	b.RequireOK(t)
	require.Equal(t, before.SubAmount(math.NewInt(77)), c.Balance(alice, "ustem"))
	results := blocks.Results{Height: b.Height, Events: b.Events, Txs: []*abci.ExecTxResult{b.Txs[0].ExecTxResult}}
	require.Equal(t, []short{{kind: statement.Fee, amount: "-77ustem", with: collector, note: "for " + bob.String()}}, linesOf(t, alice.String(), results))
	require.Empty(t, linesOf(t, bob.String(), results))
}

// What comes out of staking arrives long after, in a block's hook.
func TestUnbondingArrivesInABlock(t *testing.T) {
	c := chain.New(t)
	g := &game{t: t, c: c}
	validator := sdk.ValAddress(g.validator()).String()
	c.MustDeliver(alice, stakingtypes.NewMsgDelegate(alice.String(), validator, sdk.NewInt64Coin("ustem", 1_000_000)))
	c.MustDeliver(alice, stakingtypes.NewMsgUndelegate(alice.String(), validator, sdk.NewInt64Coin("ustem", 1_000_000)))
	b := c.Advance(60 * 24 * time.Hour)
	lines := linesOf(t, alice.String(), blocks.Results{Height: b.Height, Events: b.Events})
	require.Len(t, lines, 1)
	require.Equal(t, statement.Other, lines[0].kind)
	require.Equal(t, "1000000ustem", lines[0].amount)
	require.Equal(t, unbonding, lines[0].with)
}
