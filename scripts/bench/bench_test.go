// Package bench measures what each message costs against a bank send of the same
// run: pre-signed transactions, in process, through FinalizeBlock and Commit.
//
// Usage: make bench   (or: go test ./scripts/bench -run TestReport -v -args -txs 5000 -rounds 3)
package bench

import (
	"flag"
	"fmt"
	"regexp"
	"syscall"
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
	rounds = flag.Int("rounds", 2, "blocks measured of each kind")
	only   = flag.String("only", "", "measure only messages whose name matches this regular expression, and bank sends")
)

// workload is one kind of message, a transaction for each account.
type workload struct {
	name string
	// setup runs before each round's clock starts; prepare makes the message of
	// one account for one round.
	setup   func(s *stage, round int)
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
		{name: "pay", setup: registerOnce("paid"), prepare: func(s *stage, i, _ int) sdk.Msg {
			work := chain.WorkOf(title("paid", i, 0), s.accounts[i])
			return chain.PayMsg(s.accounts[(i+1)%len(s.accounts)], work, sdk.NewInt64Coin("uusdc", 20_000))
		}},
		{name: "pay one same work", prepare: func(s *stage, i, _ int) sdk.Msg {
			return chain.PayMsg(s.accounts[i], s.sources[0], sdk.NewInt64Coin("uusdc", 20_000))
		}},
		{name: "pay many, 1,000 lines", lines: 1000, setup: registerOnce("line"), prepare: func(s *stage, i, _ int) sdk.Msg {
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
			setup: registerEach(prefix),
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

// registerOnce registers a work of each account, for all rounds.
func registerOnce(prefix string) func(*stage, int) {
	return func(s *stage, round int) {
		if round == 0 {
			s.register(prefix, 0)
		}
	}
}

// registerEach registers a work of each account for each round.
func registerEach(prefix string) func(*stage, int) {
	return func(s *stage, round int) { s.register(prefix, round) }
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

// cost is what one transaction, or one line of a PayMany, takes.
type cost struct{ wall, cpu time.Duration }

// measure runs one block of a workload, with the empty block after it, in which
// what the sweep left is served.
func (s *stage) measure(w workload, round int) cost {
	count := len(s.accounts)
	if w.lines > 0 {
		count = max(1, count/w.lines)
	}
	block := make([][]byte, count)
	for i := range block {
		msg := w.prepare(s, i, round)
		block[i] = s.c.SignTx(chain.Tx{Msgs: []sdk.Msg{msg}, Signers: []chain.Account{signerOf(s, w, i)}, Gas: 90_000_000, Fee: "500ustem"})
	}
	start, before := time.Now(), cpuTime(s.t)
	result := s.c.Block(block...)
	s.c.NextBlock()
	each := time.Duration(count * max(1, w.lines))
	c := cost{time.Since(start) / each, (cpuTime(s.t) - before) / each}
	result.RequireOK(s.t)
	return c
}

// cpuTime is what the process has used of all cores.
func cpuTime(t testing.TB) time.Duration {
	var usage syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func signerOf(s *stage, w workload, i int) chain.Account {
	if w.name == "pay" {
		return s.accounts[(i+1)%len(s.accounts)]
	}
	return s.accounts[i]
}

// TestReport prints the table. In `make test` it runs with small blocks, to see
// that every workload works; `make bench` takes large ones. Each kind has a
// chain of its own, on which blocks of it and of bank sends take turns, so that a
// disturbance hits both alike.
func TestReport(t *testing.T) {
	for _, executor := range []struct {
		name string
		opts []chain.Option
	}{{"sequential", nil}, {"block-stm", []chain.Option{chain.BlockSTM(0)}}} {
		t.Run(executor.name, func(t *testing.T) {
			fmt.Printf("\n%s, blocks of %d transactions, %d rounds\n%-24s %10s %10s %12s %14s %12s\n",
				executor.name, *txs, *rounds, "message", "per s", "us each", "x bank send", "per CPU s", "x bank send")
			for i, w := range workloads() {
				if i > 0 && !regexp.MustCompile(*only).MatchString(w.name) {
					continue
				}
				s := newStage(t, executor.opts...)
				var sends, costs []cost
				for round := range *rounds {
					if w.setup != nil {
						w.setup(s, round)
					}
					sends = append(sends, s.measure(workloads()[0], 2*round))
					costs = append(costs, s.measure(w, round))
				}
				require.NoError(t, s.c.App.CheckInvariants(s.c.Ctx()))
				report(w.name, typical(costs), typical(sends))
			}
		})
	}
}

// typical is the median time, and the mean of processor time, in which garbage
// collection comes in lumps.
func typical(costs []cost) cost {
	walls := make([]time.Duration, len(costs))
	var cpu time.Duration
	for i, c := range costs {
		walls[i] = c.wall
		cpu += c.cpu
	}
	return cost{median(walls), cpu / time.Duration(len(costs))}
}

func report(name string, c, send cost) {
	fmt.Printf("%-24s %10.0f %10.1f %12.2f %14.0f %12.2f\n", name,
		1/c.wall.Seconds(), float64(c.wall.Nanoseconds())/1000, float64(c.wall)/float64(send.wall),
		1/c.cpu.Seconds(), float64(c.cpu)/float64(send.cpu))
}
