package bench

import (
	"cmp"
	"crypto/sha256"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	tops      = flag.Int("tops", 4, "works with many ancestors that the sweep is measured on")
	ancestors = flag.Int("ancestors", 100, "how many ancestors each of them has")
	owners    = flag.Int("owners", 0, "how many accounts own the ancestors of a work by turns; 0: each another")
	budget    = flag.Uint("budget", 0, "receivers that a block flushes at most, in place of the default")
)

// stranger is an account that never signs, so it needs no key.
func stranger(name string) chain.Account {
	sum := sha256.Sum256([]byte("stranger " + name))
	return chain.Account{Name: name, Address: sum[:20]}
}

// family is a chain of works with many ancestors, each of an owner of its own.
type family struct {
	*chain.Chain
	tops []chain.Work
	// rate is what each ancestor is owed, ppm: all together half of it.
	rate uint32
}

// newFamily derives works from ancestors of their own, or all from the same.
func newFamily(t testing.TB, shared bool, policy royaltytypes.Policy) *family {
	f := &family{Chain: chain.New(t, chain.GoLevelDB(), chain.Genesis(setBudget)), rate: uint32(chain.Whole / 2 / *ancestors)}
	terms := publish(f.Chain, licensetypes.Terms{RoyaltyPolicy: policy, RoyaltyRate: f.rate})
	const chunk = 25 // 25,000 ancestors in one block
	for from := 0; from < *tops; from += chunk {
		f.Write(func(ctx sdk.Context) error {
			cached, write := ctx.CacheContext()
			for top := from; top < min(from+chunk, *tops); top++ {
				if err := f.derive(cached, top, shared, terms); err != nil {
					return err
				}
			}
			write()
			return nil
		})
	}
	return f
}

func setBudget(cdc codec.Codec, state app.GenesisState) {
	var genesis royaltytypes.GenesisState
	cdc.MustUnmarshalJSON(state[royaltytypes.ModuleName], &genesis)
	if *budget > 0 {
		genesis.Params.SweepBudget = uint32(*budget)
	}
	state[royaltytypes.ModuleName] = cdc.MustMarshalJSON(&genesis)
}

func (f *family) derive(ctx sdk.Context, top int, shared bool, terms licensetypes.TermsID) error {
	name := fmt.Sprint("top ", top)
	work := chain.WorkOf(name, stranger(name))
	f.tops = append(f.tops, work)
	msgs := []sdk.Msg{chain.RegisterMsg(work.Owner, name)}
	var sources []chain.Source
	for i := range *ancestors {
		original := fmt.Sprintf("ancestor %d of %d", i, top)
		if shared {
			original = fmt.Sprint("ancestor ", i)
		}
		source := chain.WorkOf(original, ownerOf(original, i))
		sources = append(sources, source.Under(terms))
		if !shared || top == 0 {
			msgs = append(msgs, chain.RegisterMsg(source.Owner, original), chain.OfferMsg(source, terms))
		}
	}
	for some := range slices.Chunk(sources, lineagetypes.MaxMessageSources) {
		msgs = append(msgs, chain.DeriveMsg(work, some...))
	}
	for _, msg := range msgs {
		if err := execute(ctx, f.Chain, msg); err != nil {
			return err
		}
	}
	return nil
}

// ownerOf is who owns the i-th ancestor.
func ownerOf(original string, i int) chain.Account {
	if *owners > 0 {
		return stranger(fmt.Sprint("owner ", i%*owners))
	}
	return stranger(original)
}

// gives is the payment of which each ancestor gets this much.
func (f *family) gives(each int64) sdk.Coin { return usdc(each * chain.Whole / int64(f.rate)) }

// payAll pays all tops, each in a transaction, and returns the processor time
// until nothing waits, and how many blocks that took.
func (f *family) payAll(t testing.TB, amount sdk.Coin) (cpu time.Duration, blocks int64) {
	payer := chain.Named("fan")
	txs := make([][]byte, len(f.tops))
	for i, work := range f.tops {
		txs[i] = f.Sign(payer, chain.PayMsg(payer, work, amount))
	}
	before, height := cpuTime(t), f.Height()
	f.Block(txs...).RequireOK(t)
	for !idle(t, f.Chain) {
		f.NextBlock()
	}
	return cpuTime(t) - before, f.Height() - height
}

// TestSweep prints how many receivers are flushed in a second of processor time,
// payments, their signatures and commits included, first with balances that stay
// too small to be paid out and then with a payout to every account.
func TestSweep(t *testing.T) {
	fmt.Printf("\n%d payments to works with %d ancestors\n%-22s %-10s %10s %10s %10s %10s %14s\n", *tops, *ancestors,
		"ancestors", "payouts", "receivers", "payouts", "blocks", "CPU ms", "receivers/CPU s")
	for _, shape := range []struct {
		name   string
		shared bool
	}{{"each their own", false}, {"all the same", true}} {
		t.Run(shape.name, func(t *testing.T) {
			f := newFamily(t, shape.shared, royaltytypes.POLICY_ABSOLUTE)
			originals := *tops * *ancestors
			if shape.shared {
				originals = *ancestors
			}
			// A top's `paid` goes to its ancestors and itself, and every `earned` to one
			// holder.
			receivers := *tops*(*ancestors+1) + originals + *tops
			for _, pay := range []struct {
				name string
				each int64
				out  int
			}{{"none", 4000 / shareOf(shape.shared), *tops}, {"to all", 10_000, originals + *tops}} {
				f.payAll(t, f.gives(100)) // the caches are warm
				cpu, blocks := f.payAll(t, f.gives(pay.each))
				fmt.Printf("%-22s %-10s %10d %10d %10d %10.1f %14.0f\n", shape.name, pay.name, receivers, pay.out, blocks, ms(cpu), float64(receivers)/cpu.Seconds())
			}
			if originals <= 1000 {
				f.RequireInvariants()
			}
		})
	}
}

// shareOf is over how many payments an ancestor's money comes.
func shareOf(shared bool) int64 {
	if shared {
		return int64(*tops)
	}
	return 1
}

// TestOnePayment prints what one payment to a work with many ancestors takes
// until all of them have it in the bank, next to a payment to a work without.
func TestOnePayment(t *testing.T) {
	f := newFamily(t, false, royaltytypes.POLICY_ABSOLUTE)
	plain, payer := f.Register("plain", chain.Named("alice")), chain.Named("fan")
	pay := func(work chain.Work) (cpu time.Duration, blocks int64) {
		tx := f.Sign(payer, chain.PayMsg(payer, work, f.gives(10_000)))
		before, height := cpuTime(t), f.Height()
		f.Block(tx).RequireOK(t)
		for !idle(t, f.Chain) {
			f.NextBlock()
		}
		return cpuTime(t) - before, f.Height() - height
	}
	var many, one []time.Duration
	var blocks int64
	for range 25 {
		cpu, took := pay(f.tops[0])
		many, blocks = append(many, cpu), max(blocks, took)
		cpu, _ = pay(plain)
		one = append(one, cpu)
	}
	last := *ancestors - 1
	works := int64(1)
	if *owners > 0 {
		works = int64(last / *owners + 1)
	}
	require.Equal(t, usdc(25*10_000*works), f.Balance(ownerOf(fmt.Sprintf("ancestor %d of 0", last), last), "uusdc"))
	fmt.Printf("\none payment, %d ancestors (%d owners) paid out: %.2f ms CPU with its block (%.2f without ancestors), %d block, 0 further transactions\n",
		*ancestors, cmp.Or(*owners, *ancestors), ms(median(many)), ms(median(one)), blocks)
}
