package app_test

import (
	"fmt"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
)

// blockSize is the number of transactions of a benchmark block.
const blockSize = 5000

// workload makes the messages of one transaction of a benchmark.
type workload struct {
	name string
	// prepare runs once, before blocks are timed.
	prepare func(c *chain.Chain, users []chain.Account)
	// msgs are the messages of user i in this round.
	msgs func(user chain.Account, i, round int) []sdk.Msg
}

// BenchmarkBlocks times blocks of pre-signed transactions of distinct senders
// through FinalizeBlock and Commit on disk. A bank send is the yardstick.
func BenchmarkBlocks(b *testing.B) {
	for _, w := range workloads() {
		b.Run(w.name+"/sequential", func(b *testing.B) { runWorkload(b, w) })
		b.Run(w.name+"/block-stm", func(b *testing.B) { runWorkload(b, w, chain.BlockSTM(0)) })
	}
}

func runWorkload(b *testing.B, w workload, opts ...chain.Option) {
	users := chain.NamedMany("user", blockSize)
	c := chain.New(b, append(opts, chain.GoLevelDB(), chain.Accounts(users...),
		chain.Accounts(chain.NamedMany("receiver", blockSize)...))...)
	if w.prepare != nil {
		w.prepare(c, users)
	}
	b.ResetTimer()
	for round := range b.N {
		b.StopTimer()
		txs := make([][]byte, blockSize)
		for i, user := range users {
			txs[i] = c.SignTx(chain.Tx{
				Msgs: w.msgs(user, i, round), Signers: []chain.Account{user}, Fee: "500ustem",
			})
		}
		b.StartTimer()
		c.Block(txs...).RequireOK(b)
	}
	b.ReportMetric(float64(blockSize*b.N)/b.Elapsed().Seconds(), "tx/s")
}

func workloads() []workload {
	remix5 := chain.Preset("commercial-remix-5")
	original := func(i int) chain.Work { return chain.WorkOf(fmt.Sprint("original ", i), alice) }
	payment := sdk.NewInt64Coin("uusdc", 1000)
	// originals registers and offers one work per user.
	originals := func(c *chain.Chain, _ []chain.Account) {
		for i := range blockSize {
			if i%100 == 0 {
				var txs [][]byte
				for j := i; j < i+100; j++ {
					txs = append(txs, c.Sign(alice, chain.RegisterMsg(alice, fmt.Sprint("original ", j)),
						chain.OfferMsg(original(j), remix5)))
				}
				c.Block(txs...)
			}
		}
	}
	derive := func(sources int) func(chain.Account, int, int) []sdk.Msg {
		return func(user chain.Account, i, round int) []sdk.Msg {
			name := fmt.Sprint("derived ", i, " ", round)
			var from []chain.Source
			for k := range sources {
				from = append(from, original((i+k*17)%blockSize).Under(remix5))
			}
			return []sdk.Msg{chain.RegisterMsg(user, name), chain.DeriveMsg(chain.WorkOf(name, user), from...)}
		}
	}
	return []workload{
		{"send", nil, func(user chain.Account, i, _ int) []sdk.Msg {
			return []sdk.Msg{send(user, chain.Named(fmt.Sprint("receiver", i)), 1)}
		}},
		{"pay", originals, func(user chain.Account, i, _ int) []sdk.Msg {
			return []sdk.Msg{chain.PayMsg(user, original(i), payment)}
		}},
		{"pay-same", originals, func(user chain.Account, _, _ int) []sdk.Msg {
			return []sdk.Msg{chain.PayMsg(user, original(0), payment)}
		}},
		{"register", nil, func(user chain.Account, i, round int) []sdk.Msg {
			return []sdk.Msg{chain.RegisterMsg(user, fmt.Sprint("new ", i, " ", round))}
		}},
		{"derive-1", originals, derive(1)},
		{"derive-4", originals, derive(4)},
		{"derive-16", originals, derive(16)},
	}
}
