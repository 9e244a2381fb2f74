// Package bench measures the whole chain in one process: what each message costs
// next to a bank send, the sweep, queries, rights and the state, with as many
// works registered before as asked for.
//
// Usage: make bench   (or: go test ./scripts/bench -run TestReport -v -timeout 2h -args -works 100000 -txs 5000 -rounds 3 -fresh)
package bench

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
)

var (
	txs    = flag.Int("txs", 30, "transactions in a block")
	rounds = flag.Int("rounds", 1, "blocks measured of each kind, after one that is not")
	fresh  = flag.Bool("fresh", false, "measure each kind on a chain of its own")
	only   = flag.String("only", "", "measure only messages whose name matches this regular expression, and bank sends")
)

// workload is one kind of message.
type workload struct {
	name string
	// lines is how many payments one transaction holds, where that is not one.
	lines int
	// setup runs before each round's clock starts; messages makes what one
	// transaction of a round says. Its signer is the block's i-th.
	setup    func(b *round)
	messages func(b *round, i int) []sdk.Msg
}

// round is one block of a workload.
type round struct {
	*stage
	// number is another one for each round of a stage.
	number  int
	signers []chain.Account
}

// stage is a chain that goes on from a catalogue.
type stage struct {
	*catalogue
	t      testing.TB
	c      *chain.Chain
	folder string
	random *rand.Rand
	// order is a random order of the accounts, who take turns in it.
	order []int
	turn  int
	// picked is a random order of the works that the workload touches.
	picked []int
}

func newStage(t testing.TB, k *catalogue, opts ...chain.Option) *stage {
	random := rand.New(rand.NewPCG(2, 2))
	folder := t.TempDir()
	linkFolder(t, k.folder, folder)
	return &stage{
		catalogue: k, t: t, c: k.c.Resume(t, folder, opts...), folder: folder,
		random: random, order: random.Perm(len(k.accounts)),
	}
}

// next are the accounts that sign the next block, each once.
func (s *stage) next(count int) []chain.Account {
	signers := make([]chain.Account, count)
	for i := range signers {
		signers[i] = s.accounts[s.order[s.turn%len(s.order)]]
		s.turn++
	}
	return signers
}

// one is a work of these kinds, another one each time until all were used. They
// lie far apart in the store.
func (s *stage) one(kinds []int) chain.Work {
	if len(s.picked) == 0 {
		most := 4 * *txs * max(2, *rounds+1)
		s.picked = draw(len(s.works), min(most, len(s.works)*len(kinds)/10*9/10), kinds, s.random)
	}
	i := s.picked[0]
	s.picked = append(s.picked[1:], i)
	return s.work(i)
}

// run prepares and measures one block of a workload, with the blocks after it in
// which the sweep and the payouts end.
func (s *stage) run(w workload) cost {
	b := &round{stage: s, number: s.turn, signers: s.next(max(1, *txs/max(1, w.lines)))}
	if w.setup != nil {
		w.setup(b)
		s.settle()
	}
	block := make([][]byte, len(b.signers))
	for i, signer := range b.signers {
		block[i] = s.c.SignTx(chain.Tx{Msgs: w.messages(b, i), Signers: []chain.Account{signer}, Gas: 90_000_000, Fee: "500ustem"})
	}
	if *txs >= 1000 {
		runtime.GC() // what was left by signing is nobody's cost
	}
	start, before := time.Now(), cpuTime(s.t)
	result := s.c.Block(block...)
	s.settle()
	each := time.Duration(len(block) * max(1, w.lines))
	c := cost{time.Since(start) / each, (cpuTime(s.t) - before) / each}
	result.RequireOK(s.t)
	return c
}

// settle runs empty blocks, at least one, until nothing waits to be flushed or
// paid out.
func (s *stage) settle() {
	for s.c.NextBlock(); !idle(s.t, s.c); {
		s.c.NextBlock()
	}
}

// idle tells whether nothing waits to be flushed or paid out.
func idle(t testing.TB, c *chain.Chain) bool {
	ctx, keeper := c.Ctx(), c.App.Keepers.Royalty
	return empty(t, ctx, keeper.Queue) && empty(t, ctx, keeper.Payouts)
}

func empty[K any](t testing.TB, ctx sdk.Context, set collections.KeySet[K]) bool {
	it, err := set.Iterate(ctx, nil)
	require.NoError(t, err)
	defer it.Close()
	return !it.Valid()
}

// TestReport prints the table of messages. In `make test` it runs with small
// blocks, to see that every workload works; `make bench` takes large ones, each
// kind on a chain of its own, which goes on from one catalogue. Blocks of a kind
// and of bank sends take turns, so that a disturbance hits both alike.
func TestReport(t *testing.T) {
	k := prepare(t, *size, *txs)
	for _, executor := range []struct {
		name string
		opts []chain.Option
	}{{"sequential", nil}, {"block-stm", []chain.Option{chain.BlockSTM(0)}}} {
		t.Run(executor.name, func(t *testing.T) {
			fmt.Printf("\n%s, %d works, blocks of %d transactions, %d rounds\n%-28s %10s %10s %12s %14s %12s\n",
				executor.name, *size, *txs, *rounds, "message", "per s", "us each", "x bank send", "per CPU s", "x bank send")
			shared := newStage(t, k, executor.opts...)
			for _, w := range workloads() {
				if w.name != bankSend.name && !regexp.MustCompile(*only).MatchString(w.name) {
					continue
				}
				t.Run(w.name, func(t *testing.T) {
					s := shared
					if *fresh {
						s = newStage(t, k, executor.opts...)
					}
					s.compare(w)
				})
			}
			require.NoError(t, k.check(shared.c))
		})
	}
}

// compare measures a workload and bank sends by turns, and prints a line.
func (s *stage) compare(w workload) {
	s.picked = nil
	var sends, costs []cost
	for number := range *rounds + 1 {
		send, c := s.run(bankSend), s.run(w)
		if number > 0 { // the first round warms the caches
			sends, costs = append(sends, send), append(costs, c)
		}
	}
	if *fresh {
		require.NoError(s.t, s.check(s.c))
	}
	c, send := typical(costs), typical(sends)
	fmt.Printf("%-28s %10.0f %10.1f %12.2f %14.0f %12.2f\n", w.name,
		1/c.wall.Seconds(), float64(c.wall.Nanoseconds())/1000, float64(c.wall)/float64(send.wall),
		1/c.cpu.Seconds(), float64(c.cpu)/float64(send.cpu))
}

// cost is what one transaction, or one line of one, takes.
type cost struct{ wall, cpu time.Duration }

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
