package app_test

import (
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
)

// blockSize is the number of transactions of a benchmark block.
const blockSize = 5000

// BenchmarkBankSend is the yardstick: plain transfers between disjoint
// pairs of accounts with a fee, through FinalizeBlock and Commit.
func BenchmarkBankSend(b *testing.B) {
	for name, opts := range map[string][]chain.Option{
		"sequential": {chain.GoLevelDB()},
		"block-stm":  {chain.GoLevelDB(), chain.BlockSTM(0)},
	} {
		b.Run(name, func(b *testing.B) {
			accounts := chain.NamedMany("user", blockSize)
			receivers := chain.NamedMany("receiver", blockSize)
			c := chain.New(b, append(opts, chain.Accounts(accounts...), chain.Accounts(receivers...))...)
			for range b.N {
				b.StopTimer()
				txs := make([][]byte, blockSize)
				for i, from := range accounts {
					txs[i] = c.SignTx(chain.Tx{
						Msgs:    []sdk.Msg{send(from, receivers[i], 1)},
						Signers: []chain.Account{from}, Fee: "500ustem",
					})
				}
				b.StartTimer()
				c.Block(txs...).RequireOK(b)
			}
			b.ReportMetric(float64(blockSize*b.N)/b.Elapsed().Seconds(), "tx/s")
		})
	}
}
