package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/baseapp"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/server"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// tenth is the most that a transaction declares, and the transactions of one payer in a
// block.
const tenth = app.MaxBlockGas / 10

// sent is a transfer of one unit by an account that declares so much gas and pays so
// many times the base price.
func sent(c *chain.Chain, by chain.Account, gas uint64, times int64) []byte {
	fee := c.BaseFee(gas)
	fee.Amount = fee.Amount.MulRaw(times)
	return c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(by, bob, 1)}, Signers: []chain.Account{by}, Gas: gas, Fee: fee.String()})
}

// checked is sent, and waits in the pool.
func checked(t *testing.T, c *chain.Chain, by chain.Account, gas uint64, times int64) []byte {
	t.Helper()
	tx := sent(c, by, gas, times)
	require.NoError(t, c.Check(tx))
	return tx
}

func TestFeesPayTheBasePrice(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	offer := func(fee string) []byte {
		return c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Gas: 1_000_000, Fee: fee})
	}
	for _, refused := range []struct {
		fee  string
		want error
	}{
		{"999ustem", sdkerrors.ErrInsufficientFee},
		{"999uusdc", sdkerrors.ErrInsufficientFee},
		{chain.NoFee, sdkerrors.ErrInsufficientFee},
		{"1000ustem,1000uusdc", feemarkettypes.ErrFeeCoins},
		{"1000stake", feemarkettypes.ErrFeeCoins},
	} {
		tx := offer(refused.fee)
		require.ErrorIs(t, c.Check(tx), refused.want, refused.fee)
		require.False(t, c.Accepts(tx), refused.fee)
		require.ErrorIs(t, c.Block(tx).Txs[0].Err(), refused.want, refused.fee)
	}
	for _, fee := range []string{"1000ustem", "1000uusdc", "1000000ustem"} {
		tx := offer(fee)
		require.NoError(t, c.Check(tx), fee)
		require.True(t, c.Accepts(tx), fee)
		c.Block(tx).RequireOK(t)
	}
	c.RequireInvariants()
}

// TestChecksBeforeTheFirstBlockOfAStart are those of any other time.
func TestChecksBeforeTheFirstBlockOfAStart(t *testing.T) {
	folder := t.TempDir()
	c := chain.New(t, chain.FeeMarket(), chain.Folder(folder))
	c.NextBlock()
	require.NotZero(t, c.App.Keepers.Account.GetAccount(c.Ctx(), bob.Address).GetAccountNumber())
	free := c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(carol, bob, 1)}, Signers: []chain.Account{carol}, Fee: chain.NoFee})
	pays := sent(c, bob, 100_000, 1)
	unordered := c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Expires: time.Now().Add(time.Minute),
	})
	c.Close()
	db, err := app.OpenDB(folder, dbm.GoLevelDBBackend)
	require.NoError(t, err)
	started := app.New(log.NewNopLogger(), db, simtestutil.EmptyAppOptions{}, baseapp.SetChainID(chain.ID))
	t.Cleanup(func() { require.NoError(t, started.Close()) })
	for _, check := range []struct {
		tx   []byte
		want uint32
	}{{free, sdkerrors.ErrInsufficientFee.ABCICode()}, {pays, 0}, {unordered, 0}} {
		res, err := started.CheckTx(&abci.RequestCheckTx{Tx: check.tx, Type: abci.CheckTxType_New})
		require.NoError(t, err)
		require.Equal(t, check.want, res.Code, res.Log)
	}
}

// TestThePriceMovesWithBlocks: full blocks raise it for the next one, failed transactions
// count, empty blocks lower it, and an export carries it over.
func TestThePriceMovesWithBlocks(t *testing.T) {
	accounts := chain.NamedMany("payer", 10)
	c := chain.New(t, chain.FeeMarket(), chain.Accounts(accounts...))
	floor := c.BasePrice()
	fill := func(failing bool) {
		var txs [][]byte
		for _, a := range accounts {
			msg := send(a, bob, 1)
			if failing {
				msg.Amount = sdk.NewCoins(sdk.NewCoin("ustem", math.NewIntWithDecimal(1, 30)))
			}
			txs = append(txs, c.SignTx(chain.Tx{Msgs: []sdk.Msg{msg}, Signers: []chain.Account{a}, Gas: tenth}))
		}
		require.True(t, c.Accepts(txs...))
		c.Block(txs...)
	}
	cheap := sent(c, alice, 100_000, 1)
	fill(false)
	prices, err := feemarkettypes.NewQueryClient(c.Conn()).Prices(t.Context(), &feemarkettypes.QueryPricesRequest{})
	require.NoError(t, err)
	require.Equal(t, "0.001125000000000000ustem,0.001125000000000000uusdc", sdk.DecCoins(prices.Prices).String())
	require.EqualValues(t, tenth, prices.TxGas)
	require.Equal(t, floor.MulRaw(9).QuoRaw(8), c.BasePrice())
	require.ErrorIs(t, c.Check(cheap), sdkerrors.ErrInsufficientFee, "what was enough a block ago")
	require.False(t, c.Accepts(cheap))
	fill(true)
	require.Equal(t, floor.MulRaw(81).QuoRaw(64), c.BasePrice())

	c.RequireSameExport().RequireInvariants()
	c.NextBlock()
	require.True(t, c.BasePrice().LT(floor.MulRaw(81).QuoRaw(64)))
	for range 5 {
		c.NextBlock()
	}
	require.Equal(t, floor, c.BasePrice())
	c.RequireInvariants()
}

// TestProposedBlocks: what validators refuse, each beside what they accept.
func TestProposedBlocks(t *testing.T) {
	accounts := chain.NamedMany("payer", 10)
	c := chain.New(t, chain.FeeMarket(), chain.Accounts(accounts...))
	tx := func(i int, gas uint64) []byte { return sent(c, accounts[i], gas, 1) }
	other := func(i int, gas uint64) []byte {
		fee := c.BaseFee(gas)
		return c.SignTx(chain.Tx{
			Msgs: []sdk.Msg{send(accounts[i], bob, 1)}, Signers: []chain.Account{accounts[i]}, Gas: gas,
			Fee: fee.Amount.String() + app.LocalDenom,
		})
	}
	granted := func(i int, gas uint64) []byte {
		return c.SignTx(chain.Tx{
			Msgs: []sdk.Msg{send(accounts[i], bob, 1)}, Signers: []chain.Account{accounts[i]}, Gas: gas, Granter: &alice,
		})
	}
	var full, others [][]byte
	for i := range accounts {
		full = append(full, tx(i, tenth))
	}
	for i := range 5 {
		others = append(others, other(i, tenth))
	}
	require.True(t, c.Accepts())
	require.True(t, c.Accepts(full...))
	require.False(t, c.Accepts(append(full, sent(c, carol, 1, 1))...), "above the maximum")
	require.False(t, c.Accepts(tx(0, tenth+1)), "more than a tenth")
	require.False(t, c.Accepts(sent(c, alice, 1<<62, 1), sent(c, alice, 1<<62, 1)), "sums that overflow")
	require.True(t, c.Accepts(tx(0, tenth/2), tx(0, tenth/2)))
	require.False(t, c.Accepts(tx(0, tenth/2), tx(1, tenth/2), tx(0, tenth/2+1)), "more than a tenth of one payer")
	require.True(t, c.Accepts(granted(0, tenth/2), granted(1, tenth/2)))
	require.False(t, c.Accepts(granted(0, tenth/2), granted(1, tenth/2+1)), "more than a tenth of one granter")
	require.True(t, c.Accepts(others...))
	require.False(t, c.Accepts(append(others, other(5, 1))...), "more than half in other denoms")
	require.False(t, c.Accepts([]byte{1, 2, 3}), "not a transaction")

	// Neither order, nor signatures, nor balances.
	first, second := tx(0, 100_000), tx(0, 100_000)
	require.True(t, c.Accepts(second, first))
	forged := append([]byte{}, first...)
	forged[len(forged)-1] ^= 1
	require.True(t, c.Accepts(forged))
	require.True(t, c.Accepts(sent(c, chain.Named("faucet"), tenth, 1_000_000)))
}

// TestProposalsTakeTheDearest: from the pool, whatever CometBFT offers, and what they
// take is accepted.
func TestProposalsTakeTheDearest(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	dave, erin := chain.Named("dave"), chain.Named("erin")
	late := c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(erin, bob, 1)}, Signers: []chain.Account{erin}, Last: uint64(c.Height()) + 3})
	require.NoError(t, c.Check(late))
	for range 3 {
		c.NextBlock() // by proposers who don't have it
	}
	cheap := checked(t, c, alice, 100_000, 1)
	behind := checked(t, c, alice, 100_000, 50)
	dear := checked(t, c, carol, 100_000, 3)
	heavy := checked(t, c, dave, tenth, 4)
	tooMuch := checked(t, c, dave, 100_000, 9)

	want := [][]byte{heavy, dear, cheap, behind}
	require.Equal(t, want, c.Propose(), "dave's second waits for his tenth, erin's came too late")
	require.True(t, c.Accepts(want...))
	res, err := c.App.PrepareProposal(&abci.RequestPrepareProposal{
		Height: c.Height() + 1, Time: c.Now(), MaxTxBytes: int64(len(dear) + 10), Txs: [][]byte{cheap},
	})
	require.NoError(t, err)
	require.Len(t, res.Txs, 1, "a byte limit that fits one")

	c.Block(want...).RequireOK(t)
	require.NoError(t, c.Recheck(tooMuch))
	require.ErrorIs(t, c.Recheck(late), sdkerrors.ErrMempoolIsFull, "it left when a block came")
	require.Equal(t, [][]byte{tooMuch}, c.Propose())
	require.Equal(t, 1, c.App.Mempool().CountTx())
}

// TestWhatFailsInABlockLeavesThePool: the SDK takes out only what passed its fee.
func TestWhatFailsInABlockLeavesThePool(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	all := c.Balance(alice, "ustem").Amount.SubRaw(1000)
	drains := c.SignTx(chain.Tx{
		Msgs:    []sdk.Msg{send(alice, bob, all.Sub(c.BaseFee(100_000).Amount).Int64())},
		Signers: []chain.Account{alice}, Gas: 100_000,
	})
	require.NoError(t, c.Check(drains))
	drained := checked(t, c, alice, tenth/2, 1)
	require.Equal(t, [][]byte{drains, drained}, c.Propose())
	block := c.Block(c.Propose()...)
	require.NoError(t, block.Txs[0].Err())
	require.ErrorIs(t, block.Txs[1].Err(), sdkerrors.ErrInsufficientFunds)
	require.Zero(t, c.App.Mempool().CountTx())
}

// TestAFullPool: the cheapest gives way, CometBFT drops it at its next check, and what
// is refused leaves no trace: the same sequence with a better fee is taken.
func TestAFullPool(t *testing.T) {
	accounts := chain.NamedMany("payer", 4)
	c := chain.New(t, chain.FeeMarket(), chain.Accounts(accounts...), chain.AppOption(server.FlagMempoolMaxTxs, 3))
	cheapest := checked(t, c, accounts[0], 100_000, 2)
	behind := checked(t, c, accounts[0], 100_000, 9)
	third := checked(t, c, accounts[1], 100_000, 3)
	low := sent(c, accounts[2], 100_000, 2)
	require.ErrorIs(t, c.Check(low), sdkerrors.ErrMempoolIsFull)
	better := c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(accounts[3], bob, 1)}, Signers: []chain.Account{accounts[3]}, Gas: 100_000, Fee: "300ustem",
	})
	require.NoError(t, c.Check(better))
	require.Equal(t, [][]byte{third, better, cheapest}, c.Propose())

	c.NextBlock()
	require.NoError(t, c.Recheck(cheapest))
	require.ErrorIs(t, c.Recheck(behind), sdkerrors.ErrMempoolIsFull, "dropped, though its fee was high")
	require.NoError(t, c.Recheck(third))
	again := chain.New(t, chain.FeeMarket(), chain.Accounts(accounts...), chain.AppOption(server.FlagMempoolMaxTxs, 1))
	checked(t, again, accounts[0], 100_000, 2)
	refused := again.SignTx(chain.Tx{Msgs: []sdk.Msg{send(accounts[2], bob, 1)}, Signers: accounts[2:3], Gas: 100_000, Fee: "200ustem"})
	require.ErrorIs(t, again.Check(refused), sdkerrors.ErrMempoolIsFull)
	again.Block() // forgets nothing that waits
	sequence := again.App.Keepers.Account.GetAccount(again.Ctx(), accounts[2].Address).GetSequence()
	require.Zero(t, sequence)
	fresh := chain.New(t, chain.FeeMarket(), chain.Accounts(accounts...))
	better = fresh.SignTx(chain.Tx{Msgs: []sdk.Msg{send(accounts[2], bob, 1)}, Signers: accounts[2:3], Gas: 100_000, Fee: "300ustem"})
	require.NoError(t, again.Check(better), "the sequence that was refused before")
}

// TestAPendingTransactionIsReplaced by one of the same sequence that pays a tenth more.
// What its account has behind it stays, though CometBFT checks in another order again.
func TestAPendingTransactionIsReplaced(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	cheap := checked(t, c, alice, 100_000, 1)
	second := checked(t, c, alice, 100_000, 1)
	third := checked(t, c, alice, 100_000, 1)
	c.Forget()
	by := func(times string) []byte {
		return c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(alice, bob, 2)}, Signers: []chain.Account{alice}, Gas: 100_000, Fee: times + "ustem"})
	}
	low := by("109")
	require.ErrorIs(t, c.Check(low), sdkerrors.ErrInsufficientFee)
	c.Forget()
	dear := by("110")
	_, _, err := c.App.Simulate(dear)
	require.NoError(t, err, "clients estimate it")
	require.NoError(t, c.Check(dear))
	require.Equal(t, [][]byte{dear, second, third}, c.Propose())
	sent(c, alice, 100_000, 1)
	sent(c, alice, 100_000, 1)
	fourth := checked(t, c, alice, 100_000, 1)

	c.NextBlock() // by somebody who has none of them
	require.ErrorIs(t, c.Recheck(cheap), sdkerrors.ErrMempoolIsFull)
	for _, tx := range [][]byte{second, third, dear, fourth} {
		require.NoError(t, c.Recheck(tx))
	}
	fifth := checked(t, c, alice, 100_000, 1)
	want := [][]byte{dear, second, third, fourth, fifth}
	require.Equal(t, want, c.Propose())
	c.Block(want...).RequireOK(t)
	require.Zero(t, c.App.Mempool().CountTx())
}

// TestWhatABlockHadIsNotReplaced: of two versions the one in a block counts, and nothing
// is taken in the place of the other while CometBFT has not checked it again.
func TestWhatABlockHadIsNotReplaced(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	old := checked(t, c, alice, 100_000, 1)
	behind := checked(t, c, alice, 100_000, 1)
	c.Forget()
	dear := checked(t, c, alice, 100_000, 2)
	c.Forget()
	dearer := sent(c, alice, 100_000, 4)
	c.Block(old).RequireOK(t)
	require.ErrorIs(t, c.Check(dearer), sdkerrors.ErrWrongSequence)
	require.ErrorIs(t, c.Recheck(dear), sdkerrors.ErrWrongSequence)
	require.NoError(t, c.Recheck(behind))
	c.Block(c.Propose()...).RequireOK(t)
	require.Zero(t, c.App.Mempool().CountTx())
}

// TestNothingStaysBehindWhatCantGoOn: it would fail in a block, unpaid.
func TestNothingStaysBehindWhatCantGoOn(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	late := c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Last: uint64(c.Height()) + 3})
	require.NoError(t, c.Check(late))
	behind := checked(t, c, alice, 100_000, 1)
	for range 3 {
		c.NextBlock()
	}
	require.ErrorIs(t, c.Recheck(late), sdkerrors.ErrTxTimeoutHeight)
	require.Zero(t, c.App.Mempool().CountTx())
	require.ErrorIs(t, c.Recheck(behind), sdkerrors.ErrMempoolIsFull)
}

// TestHogsWaitForTheHonest: 5,000 transactions that declare all they may wait, and an
// honest one that pays twice the base price is the first of the next block.
func TestHogsWaitForTheHonest(t *testing.T) {
	hogs := chain.NamedMany("hog", 500)
	c := chain.New(t, chain.FeeMarket(), chain.Accounts(hogs...))
	for range 10 {
		for _, hog := range hogs {
			checked(t, c, hog, tenth, 1)
		}
	}
	require.ErrorIs(t, c.Check(sent(c, hogs[0], tenth, 1)), sdkerrors.ErrMempoolIsFull, "a block's gas of one account waits")
	require.Equal(t, 5_000, c.App.Mempool().CountTx())
	require.ErrorIs(t, c.Check(sent(c, alice, 100_000, 1)), sdkerrors.ErrMempoolIsFull, "the pool is full of as good ones")
	honest := checked(t, c, carol, 100_000, 2)

	started := time.Now()
	block := c.Propose()
	t.Logf("a proposal of %d among %d took %s", len(block), c.App.Mempool().CountTx(), time.Since(started))
	require.Equal(t, honest, block[0])
	require.Len(t, block, 1+9, "nine hogs of a tenth have room beside it")
	require.True(t, c.Accepts(block...))
	c.Block(block...).RequireOK(t)
	require.True(t, c.BasePrice().GT(feemarkettypes.DefaultFloor))
	for _, tx := range c.Propose() {
		require.Failf(t, "a hog paid the floor, the price has risen", "%x", tx[:8])
	}
}

// TestGrantersPay: a tenth for one granter, however many he pays for.
func TestGrantersPay(t *testing.T) {
	accounts := chain.NamedMany("payer", 3)
	c := chain.New(t, chain.FeeMarket(), chain.Accounts(accounts...))
	for _, a := range accounts {
		grant, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, alice.Address, a.Address)
		require.NoError(t, err)
		c.MustDeliver(alice, grant)
	}
	for _, a := range accounts {
		require.NoError(t, c.Check(c.SignTx(chain.Tx{
			Msgs: []sdk.Msg{send(a, bob, 1)}, Signers: []chain.Account{a}, Gas: tenth / 2, Granter: &alice,
		})))
	}
	block := c.Propose()
	require.Len(t, block, 2)
	require.True(t, c.Accepts(block...))
	before := c.Balance(alice, "ustem")
	fees := c.BaseFee(tenth / 2).Amount.MulRaw(2)
	c.Block(block...).RequireOK(t)
	require.Equal(t, before.Amount.Sub(fees), c.Balance(alice, "ustem").Amount)
}

// TestWhatDrainedPayersCost measures what docs/operators.md states: nine payers whose first
// transaction takes all their money away, so that what they declare behind it fails unpaid.
// It fills the block and counts for the price, and costs what the first ones declare.
func TestWhatDrainedPayersCost(t *testing.T) {
	payers := chain.NamedMany("drained", 9)
	c := chain.New(t, chain.FeeMarket(), chain.Accounts(payers...))
	const first = 65_000
	for _, p := range payers {
		left := c.Balance(p, "ustem").Amount.Sub(c.BaseFee(first).Amount)
		drain := c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(p, alice, left.Int64())}, Signers: []chain.Account{p}, Gas: first})
		require.NoError(t, c.Check(drain))
		checked(t, c, p, tenth-first, 1)
	}
	block := c.Propose()
	require.Len(t, block, 2*len(payers))
	floor, before := c.BasePrice(), c.Balance(alice, "ustem").Amount
	held := math.ZeroInt()
	for _, p := range payers {
		held = held.Add(c.Balance(p, "ustem").Amount)
	}
	declared := uint64(0)
	for _, res := range c.Block(block...).Txs {
		declared += uint64(res.GasWanted)
		if res.GasWanted > first {
			require.ErrorIs(t, res.Err(), sdkerrors.ErrInsufficientFunds)
			continue
		}
		require.NoError(t, res.Err())
		require.Less(t, uint64(res.GasUsed), uint64(first))
	}
	cost := held.Sub(c.Balance(alice, "ustem").Amount.Sub(before))
	require.Equal(t, uint64(len(payers))*tenth, declared)
	require.Equal(t, "585", cost.String(), "nine times the first transaction, where nine tenths cost 270,000")
	require.True(t, c.BasePrice().GT(floor), "what failed counts")
}

// TestARevokedAllowancePaysNothing: like a drained payer, an allowance that its granter takes
// back in the same block; the grantee's transaction leaves the pool, and nothing is paid.
func TestARevokedAllowancePaysNothing(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	grant, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, alice.Address, carol.Address)
	require.NoError(t, err)
	c.MustDeliver(alice, grant)
	revokes := feegrant.NewMsgRevokeAllowance(alice.Address, carol.Address)
	fee := c.BaseFee(100_000).AddAmount(math.OneInt())
	revoke := c.SignTx(chain.Tx{Msgs: []sdk.Msg{&revokes}, Signers: []chain.Account{alice}, Gas: 100_000, Fee: fee.String()})
	require.NoError(t, c.Check(revoke))
	sponsored := c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(carol, bob, 1)}, Signers: []chain.Account{carol}, Gas: tenth / 2, Granter: &alice,
	})
	require.NoError(t, c.Check(sponsored))
	block := c.Propose()
	require.Equal(t, [][]byte{revoke, sponsored}, block)
	before := c.Balance(alice, "ustem").Sub(fee)
	result := c.Block(block...)
	require.NoError(t, result.Txs[0].Err())
	require.Error(t, result.Txs[1].Err())
	require.Equal(t, before, c.Balance(alice, "ustem"))
	require.Zero(t, c.App.Mempool().CountTx())
}

// largeTx registers works with so much text that it has more than 700 kB.
func largeTx(c *chain.Chain, text string) []byte {
	msg := usualWorks(256)
	for i := range msg.Works {
		for j := range 16 {
			msg.Works[i].Details.Creators = append(msg.Works[i].Details.Creators,
				registrytypes.Creator{Name: strings.Repeat(text, 100/len(text)), Role: fmt.Sprintf("%060d", 16*i+j)})
		}
	}
	return c.SignTx(chain.Tx{Msgs: []sdk.Msg{msg}, Signers: []chain.Account{alice}, Gas: tenth, Fee: c.BaseFee(100 * tenth).String()})
}

// TestAForgedTransactionHasNoPlace, however large it is and whatever it offers; and its
// messages are not looked at.
func TestAForgedTransactionHasNoPlace(t *testing.T) {
	c := chain.New(t, chain.FeeMarket(), chain.AppOption(server.FlagMempoolMaxTxs, 1))
	waits := checked(t, c, bob, 100_000, 1)
	large := largeTx(c, "x")
	require.Greater(t, len(large), 700_000)
	forged := slices.Clone(large)
	forged[len(forged)-1] ^= 1
	require.ErrorIs(t, c.Check(forged), sdkerrors.ErrUnauthorized)
	require.Equal(t, [][]byte{waits}, c.Propose(), "nothing gave way to it")
	torn := slices.Clone(large)
	torn[100_000] ^= 1
	require.ErrorIs(t, c.Check(torn), sdkerrors.ErrUnauthorized, "before it is found that it doesn't decode")

	require.NoError(t, c.Check(large))
	require.Equal(t, [][]byte{large}, c.Propose())
	c.Block(large)
	require.ErrorIs(t, c.Check(large), sdkerrors.ErrWrongSequence)
	account := c.App.Keepers.Account.GetAccount(c.Ctx(), alice.Address)
	require.EqualValues(t, 1, account.GetSequence(), "it was in the block and paid")
}

// TestLargeTransactionsAreSignedDirectly and name their keys, so that they can be verified
// before they are decoded.
func TestLargeTransactionsAreSignedDirectly(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	large := largeTx(c, "x")
	change := func(how func(auth *txtypes.AuthInfo, raw *txtypes.TxRaw)) []byte {
		var raw txtypes.TxRaw
		require.NoError(t, raw.Unmarshal(large))
		var auth txtypes.AuthInfo
		require.NoError(t, auth.Unmarshal(raw.AuthInfoBytes))
		how(&auth, &raw)
		var err error
		raw.AuthInfoBytes, err = auth.Marshal()
		require.NoError(t, err)
		out, err := raw.Marshal()
		require.NoError(t, err)
		return out
	}
	for name, tc := range map[string]struct {
		tx   []byte
		want error
	}{
		"no key":  {change(func(a *txtypes.AuthInfo, _ *txtypes.TxRaw) { a.SignerInfos[0].PublicKey = nil }), sdkerrors.ErrUnauthorized},
		"no mode": {change(func(a *txtypes.AuthInfo, _ *txtypes.TxRaw) { a.SignerInfos[0].ModeInfo = nil }), sdkerrors.ErrUnauthorized},
		"amino": {change(func(a *txtypes.AuthInfo, _ *txtypes.TxRaw) {
			a.SignerInfos[0].ModeInfo.GetSingle().Mode = signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON
		}), sdkerrors.ErrUnauthorized},
		"no signer":    {change(func(a *txtypes.AuthInfo, _ *txtypes.TxRaw) { a.SignerInfos = nil }), sdkerrors.ErrUnauthorized},
		"no signature": {change(func(_ *txtypes.AuthInfo, r *txtypes.TxRaw) { r.Signatures = nil }), sdkerrors.ErrUnauthorized},
		"an account that is none": {change(func(a *txtypes.AuthInfo, _ *txtypes.TxRaw) {
			a.SignerInfos[0].PublicKey = codectypes.UnsafePackAny(chain.Named("nobody").Key.PubKey())
		}), sdkerrors.ErrUnknownAddress},
		"many signers": {change(func(a *txtypes.AuthInfo, _ *txtypes.TxRaw) {
			a.Fee.Payer = strings.Repeat("x", 20_000)
		}), sdkerrors.ErrTxTooLarge},
		"an empty multisig": {change(func(a *txtypes.AuthInfo, _ *txtypes.TxRaw) {
			a.SignerInfos[0].PublicKey = codectypes.UnsafePackAny(&multisig.LegacyAminoPubKey{Threshold: 1})
			a.SignerInfos[0].ModeInfo = &txtypes.ModeInfo{Sum: &txtypes.ModeInfo_Multi_{Multi: &txtypes.ModeInfo_Multi{}}}
		}), nil},
		"another sequence":  {change(func(a *txtypes.AuthInfo, _ *txtypes.TxRaw) { a.SignerInfos[0].Sequence++ }), sdkerrors.ErrWrongSequence},
		"not a transaction": {make([]byte, 100_000), sdkerrors.ErrTxDecode},
	} {
		err := c.Check(tc.tx)
		require.Error(t, err, name)
		if tc.want != nil {
			require.ErrorIs(t, err, tc.want, name)
		}
	}
	require.NoError(t, c.Check(large))

	c = chain.New(t, chain.FeeMarket())
	unordered := c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{usualWorks(256)}, Signers: []chain.Account{alice}, Gas: tenth, Expires: c.Now().Add(time.Minute),
	})
	require.Greater(t, len(unordered), 64<<10)
	c.MustDeliver(alice, send(alice, bob, 1))
	require.NoError(t, c.Check(unordered), "its sequence is 0 and means nothing")
}

// BenchmarkForged is what a forgery of more than 700 kB costs a node, and what the same
// costs whose signature is right but whose fee nobody can pay.
func BenchmarkForged(b *testing.B) {
	for name, text := range map[string]string{"latin": "x", "chinese": "文"} {
		c := chain.New(b, chain.FeeMarket())
		large := largeTx(c, text)
		forged := slices.Clone(large)
		forged[len(forged)-1] ^= 1
		check := func(b *testing.B, tx []byte) {
			b.SetBytes(int64(len(tx)))
			for b.Loop() {
				_, err := c.App.CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_New})
				require.NoError(b, err)
			}
		}
		b.Run(name+"/forged", func(b *testing.B) { check(b, forged) })
		b.Run(name+"/decoded", func(b *testing.B) {
			for b.Loop() {
				tx, err := c.App.Encoding().TxConfig.TxDecoder()(large)
				require.NoError(b, err)
				require.NoError(b, tx.GetMsgs()[0].(sdk.HasValidateBasic).ValidateBasic())
			}
		})
	}
}
