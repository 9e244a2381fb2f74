// Package bench measures what each message costs against a bank send of the same
// run: pre-signed transactions, in process, through FinalizeBlock and Commit.
//
// Usage: make bench   (or: go test ./scripts/bench -run TestReport -v -args -txs 5000 -rounds 3)
package bench

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	txs    = flag.Int("txs", 200, "transactions in a block")
	rounds = flag.Int("rounds", 2, "blocks measured of each kind; the fastest counts")
)

// workload is one kind of message, a transaction for each account.
type workload struct {
	name string
	// setup runs before the clock starts, once; prepare makes the message of one
	// account for one round.
	setup   func(*stage)
	prepare func(s *stage, account, round int) sdk.Msg
	// lines is how many payments one transaction holds, where that is not one.
	lines int
}

// stage is a chain with as many accounts as a block has transactions.
type stage struct {
	t        testing.TB
	c        *chain.Chain
	accounts []chain.Account
	sources  []chain.Work
	terms    licensetypes.TermsID
}

func title(prefix string, account, round int) string {
	return fmt.Sprintf("%s %d of round %d", prefix, account, round)
}

func workloads() []workload {
	list := []workload{
		{name: "bank send", prepare: func(s *stage, i, _ int) sdk.Msg {
			to := s.accounts[(i+1)%len(s.accounts)]
			return banktypes.NewMsgSend(s.accounts[i].Address, to.Address, sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1000)))
		}},
		{name: "pay", setup: registerAll("paid"), prepare: func(s *stage, i, _ int) sdk.Msg {
			work := chain.WorkOf(title("paid", i, 0), s.accounts[i])
			return chain.PayMsg(s.accounts[(i+1)%len(s.accounts)], work, sdk.NewInt64Coin("uusdc", 20_000))
		}},
		{name: "pay one same work", prepare: func(s *stage, i, _ int) sdk.Msg {
			return chain.PayMsg(s.accounts[i], s.sources[0], sdk.NewInt64Coin("uusdc", 20_000))
		}},
		{name: "pay many, 1,000 lines", lines: 1000, setup: registerAll("line"), prepare: func(s *stage, i, _ int) sdk.Msg {
			msg := &royaltytypes.MsgPayMany{Payer: s.accounts[i].String()}
			for j := range 1000 {
				at := (i + j) % len(s.accounts)
				work := chain.WorkOf(title("line", at, 0), s.accounts[at])
				msg.Payments = append(msg.Payments, royaltytypes.Payment{Work: work.String(), Amount: sdk.NewInt64Coin("uusdc", 200)})
			}
			return msg
		}},
		{name: "register", prepare: func(s *stage, i, round int) sdk.Msg {
			return chain.RegisterMsg(s.accounts[i], title("registered", i, round))
		}},
	}
	for _, n := range []int{1, 4, 16} {
		prefix := fmt.Sprintf("derived from %d", n)
		list = append(list, workload{
			name:  fmt.Sprintf("derive, %d sources", n),
			setup: registerRounds(prefix),
			prepare: func(s *stage, i, round int) sdk.Msg {
				var sources []chain.Source
				for _, source := range s.sources[:n] {
					sources = append(sources, source.Under(s.terms))
				}
				return chain.DeriveMsg(chain.WorkOf(title(prefix, i, round), s.accounts[i]), sources...)
			},
		})
	}
	return list
}

func registerAll(prefix string) func(*stage) {
	return func(s *stage) { s.register(prefix, 0) }
}

func registerRounds(prefix string) func(*stage) {
	return func(s *stage) {
		for round := range *rounds {
			s.register(prefix, round)
		}
	}
}

func (s *stage) register(prefix string, round int) {
	block := make([][]byte, len(s.accounts))
	for i, a := range s.accounts {
		block[i] = s.c.Sign(a, chain.RegisterMsg(a, title(prefix, i, round)))
	}
	s.c.Block(block...).RequireOK(s.t)
}

func newStage(t testing.TB, opts ...chain.Option) *stage {
	accounts := chain.NamedMany("user", *txs)
	s := &stage{t: t, accounts: accounts, c: chain.New(t, append(opts, chain.GoLevelDB(), chain.Accounts(accounts...))...)}
	owner := chain.Named("alice")
	s.terms = publish(s.c, owner, 10_000)
	for i := range 16 {
		work := s.c.Register(fmt.Sprintf("source %d", i), owner)
		s.c.Offer(work, s.terms)
		s.sources = append(s.sources, work)
	}
	return s
}

// publish makes terms with an absolute rate in ppm.
func publish(c *chain.Chain, author chain.Account, rate uint32) licensetypes.TermsID {
	terms := licensetypes.Terms{
		Spdx: "LicenseRef-bench", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: rate,
	}
	c.MustDeliver(author, &licensetypes.MsgPublishTerms{Author: author.String(), Terms: terms})
	return terms.ID()
}

// measure returns the time of the fastest block of a workload, with the empty
// block after it, in which what the sweep left is served.
func (s *stage) measure(w workload) time.Duration {
	if w.setup != nil {
		w.setup(s)
	}
	count := len(s.accounts)
	if w.lines > 0 {
		count = max(1, count/w.lines)
	}
	var times []time.Duration
	for round := range *rounds {
		block := make([][]byte, count)
		for i := range block {
			msg := w.prepare(s, i, round)
			block[i] = s.c.SignTx(chain.Tx{Msgs: []sdk.Msg{msg}, Signers: []chain.Account{signerOf(s, w, i)}, Gas: 90_000_000, Fee: "500ustem"})
		}
		runtime.GC()
		start := time.Now()
		result := s.c.Block(block...)
		s.c.NextBlock()
		times = append(times, time.Since(start)/time.Duration(count*max(1, w.lines)))
		result.RequireOK(s.t)
	}
	return slices.Min(times)
}

func signerOf(s *stage, w workload, i int) chain.Account {
	if w.name == "pay" {
		return s.accounts[(i+1)%len(s.accounts)]
	}
	return s.accounts[i]
}

// TestReport prints the table. In `make test` it runs with small blocks, to see
// that every workload works; `make bench` takes large ones.
func TestReport(t *testing.T) {
	for _, executor := range []struct {
		name string
		opts []chain.Option
	}{{"sequential", nil}, {"block-stm", []chain.Option{chain.BlockSTM(0)}}} {
		t.Run(executor.name, func(t *testing.T) {
			s := newStage(t, executor.opts...)
			var send time.Duration
			fmt.Printf("\n%s, blocks of %d transactions, best of %d\n%-24s %10s %10s %12s\n",
				executor.name, *txs, *rounds, "message", "tx/s", "us/tx", "x bank send")
			for _, w := range workloads() {
				each := s.measure(w)
				if send == 0 {
					send = each
				}
				fmt.Printf("%-24s %10.0f %10.1f %12.2f\n", w.name, 1/each.Seconds(), float64(each.Nanoseconds())/1000, float64(each)/float64(send))
			}
			require.NoError(t, s.c.App.CheckInvariants(s.c.Ctx()))
		})
	}
}
