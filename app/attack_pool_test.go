package app_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/app/pool"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/feemarket/price"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
)

// keyless is a transfer at a sequence that does not name the key of its account.
func keyless(t *testing.T, c *chain.Chain, by chain.Account, sequence, gas uint64, fee string) []byte {
	t.Helper()
	config := c.App.Encoding().TxConfig
	account := c.App.Keepers.Account.GetAccount(c.Ctx(), by.Address)
	builder := config.NewTxBuilder()
	require.NoError(t, builder.SetMsgs(send(by, bob, 1)))
	builder.SetGasLimit(gas)
	coin, err := sdk.ParseCoinsNormalized(fee)
	require.NoError(t, err)
	builder.SetFeeAmount(coin)
	set := func(signature []byte) {
		require.NoError(t, builder.SetSignatures(signing.SignatureV2{
			Data: &signing.SingleSignatureData{SignMode: direct, Signature: signature}, Sequence: sequence,
		}))
	}
	set(nil)
	bytes, err := authsigning.GetSignBytesAdapter(t.Context(), config.SignModeHandler(), direct, authsigning.SignerData{
		Address: by.String(), ChainID: chain.ID, AccountNumber: account.GetAccountNumber(), Sequence: sequence, PubKey: by.Key.PubKey(),
	}, builder.GetTx())
	require.NoError(t, err)
	signature, err := by.Key.Sign(bytes)
	require.NoError(t, err)
	set(signature)
	raw, err := config.TxEncoder()(builder.GetTx())
	require.NoError(t, err)
	return raw
}

// unpaid runs the next block as proposed and says how much gas it declared, and how much of
// it failed before its fee.
func unpaid(c *chain.Chain) (declared, failed int64) {
	for _, res := range c.Block(c.Propose()...).Txs {
		declared += res.GasWanted
		if res.Err() != nil && !strings.Contains(fmt.Sprint(res.Events), "fee_payer") {
			failed += res.GasWanted
		}
	}
	return declared, failed
}

// Promises: "No honest proposer takes one that its own checks refuse" (x/feemarket/README.md); "holding
// 90 % of the chain for 100 blocks costs at least 1,000 times today's price".
//
// Sequence: nine accounts that have never signed send a small transaction that names their key, and
// replace it by one with a tenth of a block's gas that does not. The key that the first one left in the node's
// view makes the check pass; in the block the account has none.
//
// Expected: a block's transactions are paid. Today nine tenths of every block, as often as one likes, cost
// nothing at all, and the price rises by an eighth each time.
func TestAKeyFromTheViewPaysForNothing(t *testing.T) {
	hogs := chain.NamedMany("hog", 9)
	c := chain.New(t, chain.FeeMarket(), chain.Accounts(hogs...))
	before, floor := money(c, hogs...), c.BasePrice()
	var declared, failed int64
	for range 5 {
		for _, hog := range hogs {
			c.Forget()
			checked(t, c, hog, 100_000, 1)
			fee := c.BaseFee(tenth)
			fee.Amount = fee.Amount.MulRaw(2)
			_ = c.Check(keyless(t, c, hog, 0, tenth, fee.String()))
		}
		d, f := unpaid(c)
		declared, failed = declared+d, failed+f
	}
	t.Logf("%d gas declared in 5 blocks, %d unpaid, for %s; price from %s to %s", declared, failed,
		before.Sub(money(c, hogs...)), floor, c.BasePrice())
	require.Zero(t, failed)
}

// As before, by an unordered transaction that is cheaper and names the key.
func TestAKeyOfACheaperTransactionPaysForNothing(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	require.NoError(t, c.Check(c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Gas: 100_000, Expires: c.Now().Add(time.Minute),
	})))
	_ = c.Check(keyless(t, c, alice, 0, tenth-100_000, "90000ustem"))
	_, failed := unpaid(c)
	require.Zero(t, failed)
}

// Promise: as above.
//
// Sequence: of an account that has never signed, a transaction with its key waits. It is replaced by one whose
// gas is just what its checks take in the node's view, where the key is set already: in the block they
// take more, for setting it, and it runs out of gas before its fee is paid. 4 MiB of these are a
// block. Found by trying gas limits, each a tenth dearer than the last.
//
// Expected: what a check takes on is paid in a block.
func TestGasThatIsJustEnoughInTheView(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	bulk := strings.Repeat("x", 200)
	checked(t, c, alice, 100_000, 1)
	// From above, since what is taken has to be replaced by a tenth more.
	taken := uint64(0)
	fee := int64(300)
	for gas := uint64(60_000); gas > 20_000; gas -= 1_000 {
		c.Forget()
		fee = fee * 112 / 100
		tx := c.SignTx(chain.Tx{
			Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Gas: gas, Fee: fmt.Sprintf("%dustem", fee), Memo: bulk,
		})
		if err := c.Check(tx); err != nil {
			t.Logf("%d: %v", gas, err)
			break
		}
		taken = gas
	}
	before := money(c, alice)
	declared, failed := unpaid(c)
	t.Logf("%d gas taken: %d declared, %d unpaid, paid %s", taken, declared, failed, before.Sub(money(c, alice)))
	require.Zero(t, failed)
}

// The same without a key: the account has so much money that the fee of the replaced transaction, which stays
// deducted in the view, makes its balance a digit shorter.
func TestGasThatIsJustEnoughForAShorterBalance(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	c.MustDeliver(carol, send(carol, bob, 1)) // its key is known
	left := c.Balance(carol, app.StakingDenom).Amount.Sub(math.NewInt(1_000_000 + 1000))
	c.Block(c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(carol, bob, left.Int64())}, Signers: []chain.Account{carol}, Gas: 100_000, Fee: "1000ustem",
	})).RequireOK(t)
	require.Equal(t, "1000000", c.Balance(carol, app.StakingDenom).Amount.String())
	checked(t, c, carol, 100_000, 1)
	taken, fee := uint64(0), int64(100)
	step := uint64(1_000)
	for gas := uint64(40_000); step > 0; gas -= step {
		c.Forget()
		try := fee * 112 / 100
		tx := c.SignTx(chain.Tx{
			Msgs: []sdk.Msg{send(carol, bob, 1)}, Signers: []chain.Account{carol}, Gas: gas, Fee: fmt.Sprintf("%dustem", try),
		})
		if err := c.Check(tx); err != nil {
			gas += step
			step /= 2
			continue
		}
		taken, fee = gas, try
	}
	before := money(c, carol)
	declared, failed := unpaid(c)
	t.Logf("%d gas taken: %d declared, %d unpaid, paid %s", taken, declared, failed, before.Sub(money(c, carol)))
	require.Zero(t, failed)
}

// Promises: "holding 90 % of the chain for 100 blocks costs at least 1,000 times today's price" (30 tokens);
// "an honest transaction with twice the base price is in within 3 blocks".
//
// Sequence: transactions with as much text as fits, which declare the gas that they take. Five or six fill the 4 MiB
// of a block with a seventh of its gas, so the price stays at the floor, whatever happens to the rest.
//
// Expected: the price rises with what blocks are short of.
func TestHoldingTheBytesOfBlocks(t *testing.T) {
	hogs := chain.NamedMany("hog", 16)
	c := chain.New(t, chain.FeeMarket(), chain.Accounts(hogs...))
	floor := c.BasePrice()
	gas, size := int64(0), 0
	for _, hog := range hogs {
		raw := bulky(c, hog, 700_000, 9_000_000, 3)
		if size+len(raw) > app.MaxBlockBytes-2_000 {
			c.Forget()
			break
		}
		require.NoError(t, c.Check(raw))
		size, gas = size+len(raw), gas+9_000_000
	}
	raw := bulky(c, hogs[len(hogs)-1], app.MaxBlockBytes-2_000-size, 9_000_000, 3)
	require.NoError(t, c.Check(raw))
	proposed := c.Propose()
	size, used := 0, int64(0)
	before := money(c, hogs...)
	for i, res := range c.Block(proposed...).Txs {
		size, used = size+len(proposed[i]), used+res.GasUsed
	}
	t.Logf("%d transactions, %d bytes of %d, declared %d gas, used %d, paid %s; price from %s to %s", len(proposed), size,
		app.MaxBlockBytes, gas+9_000_000, used, before.Sub(money(c, hogs...)), floor, c.BasePrice())
	require.True(t, c.BasePrice().GT(floor), "the block is full and the price stays")
}

// bulky is a transaction of about so many bytes.
func bulky(c *chain.Chain, by chain.Account, size int, gas uint64, times int64) []byte {
	fee := c.BaseFee(gas)
	fee.Amount = fee.Amount.MulRaw(times)
	msg := send(by, bob, 1)
	each, _ := msg.Marshal()
	var msgs []sdk.Msg
	for n := 0; n < size-400; n += len(each) + 35 {
		msgs = append(msgs, msg)
	}
	return c.SignTx(chain.Tx{Msgs: msgs, Signers: []chain.Account{by}, Gas: gas, Fee: fee.String()})
}

// Promises: "the cheapest give way"; "an honest transaction with twice the base price is in within 3 blocks"; DESIGN
// section 9: a sender's pending gas is at most a block.
//
// Sequence: one account fills all 5,000 places with transactions at three times the base price that declare 60,000 gas
// each, 300 million together. A block takes a tenth of it. Blocks are a tenth full, the price stays at the floor,
// and nobody who offers less has a place: 0.09 tokens a block, a third of what first come, first served took. Here
// a tenth as many places, and ten times the gas.
//
// Expected: one account does not hold the pool.
func TestOneAccountDoesNotFillThePool(t *testing.T) {
	hog := chain.Named("hog0")
	c := chain.New(t, chain.FeeMarket(), chain.Accounts(hog), chain.AppOption(server.FlagMempoolMaxTxs, 500))
	fill := func() (waiting [][]byte) {
		c.Forget()
		for range c.App.Mempool().CountTx() {
			sent(c, hog, 600_000, 3) // what waits
		}
		for {
			tx := sent(c, hog, 600_000, 3)
			if c.Check(tx) != nil {
				return waiting
			}
			waiting = append(waiting, tx)
		}
	}
	honest := sent(c, carol, 100_000, 2)
	waiting, inside := fill(), false
	before := money(c, hog)
	for range 3 {
		_ = c.Check(honest)
		txs := c.Propose()
		for _, tx := range txs {
			inside = inside || string(tx) == string(honest)
		}
		n := c.App.Mempool().CountTx()
		c.Block(txs...).RequireOK(t)
		recheckAll(c, waiting)
		waiting = append(waiting, fill()...)
		t.Logf("%d wait, %d in the block, price %s", n, len(txs), c.BasePrice())
	}
	t.Logf("paid %s in 3 blocks", before.Sub(money(c, hog)))
	require.True(t, inside)
}

// Promise: "One that no block takes would name any price, drive all others out and pay nothing" (ADR 0055).
//
// Sequence: governance lets other denoms buy a twentieth of a block. A transaction that declares a tenth and pays in
// one of them fits no block; it has a place in the pool at any price, for ever.
//
// Expected: it is refused.
func TestWhatNoBlockHasRoomForHasNoPlace(t *testing.T) {
	c := chain.New(t, chain.FeeMarket(), chain.Genesis(func(cdc codec.Codec, state app.GenesisState) {
		var gs feemarkettypes.GenesisState
		cdc.MustUnmarshalJSON(state[feemarkettypes.ModuleName], &gs)
		gs.Params.OthersShare = price.Whole / 20
		state[feemarkettypes.ModuleName] = cdc.MustMarshalJSON(&gs)
	}), chain.AppOption(server.FlagMempoolMaxTxs, 1))
	_ = c.Check(c.SignTx(chain.Tx{
		Msgs: []sdk.Msg{send(alice, bob, 1)}, Signers: []chain.Account{alice}, Gas: tenth, Fee: "3000000" + app.LocalDenom,
	}))
	require.NoError(t, c.Check(sent(c, carol, 100_000, 2)), "and the honest one has none")
}

// Promise: bounded memory; "refuses in time". Dropping the first of a long queue takes what stands behind it along.
func TestDroppingALongQueueIsCheap(t *testing.T) {
	p := pool.New(pool.Limits{Txs: 50_000, Bytes: 64 << 20})
	raw := func(i int) []byte { return fmt.Appendf(nil, "%d", i) }
	const n = 5_000
	for i := range n {
		tx := &pool.Tx{Raw: raw(i), Gas: 1, Price: math.OneInt(), Signers: []pool.Signer{{Account: "a", Sequence: uint64(i)}}}
		require.NoError(t, p.Insert(tx, 1<<60))
	}
	var start, end runtime.MemStats
	runtime.ReadMemStats(&start)
	began := time.Now()
	p.RemoveWithRest(raw(0))
	took := time.Since(began)
	runtime.ReadMemStats(&end)
	t.Logf("%s, %d MB allocated", took, (end.TotalAlloc-start.TotalAlloc)>>20)
	require.Zero(t, p.Len())
	require.Less(t, end.TotalAlloc-start.TotalAlloc, uint64(4<<20))
}

// Promise: what fails unpaid is taken away by an earlier transaction of the same block; all else that a check takes on
// is paid (docs/operators.md, "What remains").
//
// Sequence: an allowance that ends between the last block's time and the next one's.
//
// Expected: an allowance is good as long as a transaction has to be.
func TestAnAllowanceThatEndsBeforeTheNextBlock(t *testing.T) {
	for name, allow := range map[string]func(c *chain.Chain) feegrant.FeeAllowanceI{
		"expires": func(c *chain.Chain) feegrant.FeeAllowanceI {
			end := c.Now().Add(1500 * time.Millisecond)
			return &feegrant.BasicAllowance{Expiration: &end}
		},
		"a period begins that allows less": func(c *chain.Chain) feegrant.FeeAllowanceI {
			one := sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, 1))
			return &feegrant.PeriodicAllowance{
				Period: time.Hour, PeriodSpendLimit: one, PeriodCanSpend: one.MulInt(math.NewInt(1_000_000)),
				PeriodReset: c.Now().Add(1500 * time.Millisecond),
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := chain.New(t, chain.FeeMarket())
			grant, err := feegrant.NewMsgGrantAllowance(allow(c), alice.Address, carol.Address)
			require.NoError(t, err)
			c.MustDeliver(alice, grant)
			tx := c.SignTx(chain.Tx{Msgs: []sdk.Msg{send(carol, bob, 1)}, Signers: []chain.Account{carol}, Gas: tenth, Granter: &alice})
			t.Logf("check: %v", c.Check(tx))
			_, failed := unpaid(c)
			require.Zero(t, failed)
		})
	}
}

// Promise: as above.
//
// Sequence: an allowance with a long list of messages is used up in the node's view, where a replaced transaction's fee
// stays deducted, and then costs little gas to take away. In the block a part of it is left, and writing it
// takes more gas than the transaction declares. The same again in each block.
//
// Expected: what a check takes on is paid in a block.
func TestAnAllowanceThatIsUsedUpInTheViewOnly(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	names := []string{sdk.MsgTypeURL(send(alice, bob, 1))}
	for i := range 400 {
		names = append(names, fmt.Sprintf("/%050d", i))
	}
	limit := sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, 20_000))
	allowance, err := feegrant.NewAllowedMsgAllowance(&feegrant.BasicAllowance{SpendLimit: limit}, names)
	require.NoError(t, err)
	grant, err := feegrant.NewMsgGrantAllowance(allowance, alice.Address, carol.Address)
	require.NoError(t, err)
	c.MustDeliver(alice, grant)
	offer := func(gas uint64, fee string) []byte {
		c.Forget()
		return c.SignTx(chain.Tx{
			Msgs: []sdk.Msg{send(carol, bob, 1)}, Signers: []chain.Account{carol}, Gas: gas, Fee: fee, Granter: &alice,
		})
	}
	require.NoError(t, c.Check(offer(2_000_000, "2000ustem")))
	_ = c.Check(offer(500_000, "18000ustem"))
	declared, failed := unpaid(c)
	t.Logf("%d declared, %d unpaid", declared, failed)
	require.Zero(t, failed)
}

// Promise: an honest account is not held up by others.
//
// Sequence: one of many that a sponsor pays for has a block's gas waiting, at the base price. Another one
// offers ten times as much for a unit.
//
// Expected: the dearer one has a place.
func TestOneOfTheSponsoredDoesNotHoldUpTheOthers(t *testing.T) {
	c := chain.New(t, chain.FeeMarket())
	for _, a := range []chain.Account{bob, carol} {
		grant, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, alice.Address, a.Address)
		require.NoError(t, err)
		c.MustDeliver(alice, grant)
	}
	sponsored := func(by chain.Account, gas uint64, fee int64) error {
		return c.Check(c.SignTx(chain.Tx{
			Msgs: []sdk.Msg{send(by, alice, 1)}, Signers: []chain.Account{by}, Gas: gas, Granter: &alice, Fee: fmt.Sprintf("%dustem", fee),
		}))
	}
	for range 10 {
		require.NoError(t, sponsored(bob, tenth, 30_000))
	}
	require.NoError(t, sponsored(carol, 100_000, 1000))
}

// BenchmarkCheck is what a bank send costs a node when it comes.
func BenchmarkCheck(b *testing.B) {
	accounts := chain.NamedMany("sender", 2000)
	c := chain.New(b, chain.FeeMarket(), chain.Accounts(accounts...))
	for b.Loop() {
		b.StopTimer()
		var txs [][]byte
		for _, a := range accounts {
			txs = append(txs, sent(c, a, 100_000, 1))
		}
		b.StartTimer()
		for _, tx := range txs {
			require.NoError(b, c.Check(tx))
		}
		b.StopTimer()
		c.Forget()
		c.Block(txs...)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(accounts)), "us/tx")
}
