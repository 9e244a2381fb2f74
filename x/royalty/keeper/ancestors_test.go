package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// derived is a work whose revenue is owed to many ancestors.
type derived struct {
	*chain.Chain
	work   chain.Work
	owners []chain.Account
}

// withAncestors registers as many originals, each of its own owner and owed 500
// ppm by one work of carol's, over works of bob's in between that are owed
// nothing. Everybody starts with 10^9 uusdc.
func withAncestors(t testing.TB, ancestors int) derived {
	const fanIn = 250
	owners := chain.NamedMany("owner", ancestors)
	c := chain.New(t, chain.Accounts(owners...), chain.Balance("1000000000uusdc"))
	share, free := terms(c, types.POLICY_ABSOLUTE, 500), terms(c, types.POLICY_NONE, 0)
	var txs [][]byte
	for i, o := range owners {
		name := fmt.Sprint("original ", i)
		txs = append(txs, c.Sign(o, chain.RegisterMsg(o, name), chain.OfferMsg(chain.WorkOf(name, o), share)))
	}
	c.Block(txs...).RequireOK(t)
	var middle []chain.Source
	for from := 0; from < ancestors; from += fanIn {
		name := fmt.Sprint("between from ", from)
		work := chain.WorkOf(name, bob)
		var sources []chain.Source
		for i := from; i < min(from+fanIn, ancestors); i++ {
			sources = append(sources, chain.WorkOf(fmt.Sprint("original ", i), owners[i]).Under(share))
		}
		c.Block(c.SignTx(chain.Tx{Signers: []chain.Account{bob}, Gas: 90_000_000, Msgs: []sdk.Msg{
			chain.RegisterMsg(bob, name), c.DeriveMsg(work, sources...), chain.OfferMsg(work, free),
		}})).RequireOK(t)
		middle = append(middle, work.Under(free))
	}
	top := chain.WorkOf("top", carol)
	c.Block(c.SignTx(chain.Tx{Signers: []chain.Account{carol}, Gas: 90_000_000, Msgs: []sdk.Msg{
		chain.RegisterMsg(carol, "top"), c.DeriveMsg(top, middle...),
	}})).RequireOK(t)
	return derived{c, top, owners}
}

// TestAThousandAncestorsArePaidWithinTwoBlocks: one payment, no further
// transaction, and everybody has its share in the bank.
func TestAThousandAncestorsArePaidWithinTwoBlocks(t *testing.T) {
	c := withAncestors(t, 1000)
	plain := c.Register("plain", carol)
	c.Pay(fan, plain, "10000uusdc") // the first transaction of an account costs more

	small := c.Block(c.Sign(fan, chain.PayMsg(fan, plain, usdc(100_000_000)))).Txs[0]
	large := c.Block(c.Sign(fan, chain.PayMsg(fan, c.work, usdc(100_000_000)))).Txs[0]
	require.NoError(t, large.Err())
	c.NextBlock()
	for _, o := range c.owners {
		c.RequireBalance(o, "1000050000uusdc")
	}
	c.RequireBalance(carol, "1150010000uusdc")
	c.RequireInvariants()

	// The payment itself costs the same but for the surcharge: 2,500 gas for each
	// receiver, 2,002 with 1,000 ancestors (they, their holders, the work itself
	// and its holder) and 2 without, and 12,500 for each payout.
	surcharge := int64(2002-2)*2500 + 1000*12_500
	require.InDelta(t, small.GasUsed+surcharge, large.GasUsed, float64(small.GasUsed)/10)
}

// BenchmarkPay is the payment itself, without signature and sweep, to works with
// one ancestor and with a thousand.
func BenchmarkPay(b *testing.B) {
	for _, ancestors := range []int{1, 1000} {
		b.Run(fmt.Sprintf("ancestors=%d", ancestors), func(b *testing.B) {
			c := withAncestors(b, ancestors)
			k, ctx := c.App.Keepers.Royalty, c.Ctx()
			for b.Loop() {
				cached, _ := ctx.CacheContext()
				_, err := k.Pay(cached, fan.Address, c.work.ID, usdc(1000))
				require.NoError(b, err)
			}
		})
	}
}

// BenchmarkSweep is the end of the block that passes one payment on to a
// thousand ancestors and pays all their accounts out.
func BenchmarkSweep(b *testing.B) {
	c := withAncestors(b, 1000)
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		tx := c.SignTx(chain.Tx{Signers: []chain.Account{fan}, Msgs: []sdk.Msg{chain.PayMsg(fan, c.work, usdc(100_000_000))}})
		b.StartTimer()
		c.Block(tx)
	}
}
