package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// BenchmarkRedeem is one block that pays 1,000 works, with all signatures, sweep
// and commit: a transaction each, a PayMany, and redeemed vouchers in one
// transaction. Look at lines/s.
func BenchmarkRedeem(b *testing.B) {
	const lines = 1000
	fans := chain.NamedMany("fan", lines)
	c := chain.New(b, chain.Accounts(fans...))
	works := make([]chain.Work, lines)
	for from := 0; from < lines; from += 100 {
		var names []string
		for i := from; i < from+100; i++ {
			names = append(names, fmt.Sprint("work ", i))
			works[i] = chain.WorkOf(names[i-from], alice)
		}
		c.MustDeliver(alice, chain.RegisterMsg(alice, names...))
	}
	run := func(name string, block func(round int) [][]byte) {
		b.Run(name, func(b *testing.B) {
			b.StopTimer()
			for round := range b.N {
				txs := block(round)
				b.StartTimer()
				result := c.Block(txs...)
				b.StopTimer()
				result.RequireOK(b)
			}
			b.ReportMetric(float64(lines*b.N)/b.Elapsed().Seconds(), "lines/s")
		})
	}
	whole := func(msg sdk.Msg) [][]byte {
		return [][]byte{c.SignTx(chain.Tx{Signers: []chain.Account{dave}, Gas: 90_000_000, Msgs: []sdk.Msg{msg}})}
	}

	run("single payments", func(int) (txs [][]byte) {
		for i, f := range fans {
			txs = append(txs, c.Sign(f, chain.PayMsg(f, works[i], usdc(10))))
		}
		return txs
	})
	run("pay many", func(int) [][]byte {
		msg := &types.MsgPayMany{Payer: dave.String()}
		for _, w := range works {
			msg.Payments = append(msg.Payments, types.Payment{Work: w.ID, Amount: usdc(10)})
		}
		return whole(msg)
	})
	serial, total := uint64(0), map[uint64]int64{}
	for _, payees := range []int{1, 10, 1000} {
		first := serial + 1
		for from := 0; from < lines; from += payees {
			serial++
			open := chain.PaymentChannelMsg(fan, serial, usdc(1_000_000_000))
			for _, w := range works[from : from+payees] {
				open.Payees = append(open.Payees, w.Share(uint32(chain.Whole/payees)))
			}
			c.MustDeliver(fan, open)
		}
		last := serial
		run(fmt.Sprintf("vouchers=%d payees=%d", lines/payees, payees), func(int) [][]byte {
			msg := chain.RedeemMsg(dave)
			for s := first; s <= last; s++ {
				total[s] += 10 * int64(payees)
				msg.Vouchers = append(msg.Vouchers, chain.Voucher(fan, chain.PaymentChannelOf(fan, s), total[s], time.Time{}))
			}
			return whole(msg)
		})
	}
	require.NoError(b, c.App.Keepers.Royalty.CheckInvariants(c.Ctx()))
}
