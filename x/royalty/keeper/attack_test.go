package keeper_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

var fanOut = flag.Int("fanout", 100, "ancestors of each of as many works in TestAFullFanOut, at most 1,000")

// bare is a work that was registered past all messages, by an account that
// never signs.
func bare(name string) chain.Work {
	owner := sha256.Sum256([]byte("owner of " + name))
	return chain.WorkOf(name, chain.Account{Name: "owner of " + name, Address: owner[:20]})
}

// registerBare registers works of these names.
func registerBare(t *testing.T, c *chain.Chain, works ...chain.Work) {
	c.Write(func(ctx sdk.Context) error {
		for _, w := range works {
			name := w.Owner.Name[len("owner of "):]
			entry := registrytypes.Entry{Sha256: chain.Digest(name), Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER, Title: name}}
			if _, err := c.App.Keepers.Registry.Register(ctx, w.Owner.Address, []registrytypes.Entry{entry}, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// bareWorks are n works of a kind.
func bareWorks(kind string, n int) []chain.Work {
	works := make([]chain.Work, n)
	for i := range works {
		works[i] = bare(fmt.Sprint(kind, " ", i))
	}
	return works
}

// owes makes a work owe each of others the same, past licences and lineage.
func owes(ctx sdk.Context, c *chain.Chain, work registrytypes.WorkID, policy types.Policy, rate uint32, others ...chain.Work) error {
	link := types.Link{Work: work, Generation: 1, MaxTotalRate: chain.Whole}
	for _, o := range others {
		version, err := c.App.Keepers.Royalty.UpstreamVersion(ctx, o.ID)
		if err != nil {
			return err
		}
		link.Sources = append(link.Sources, types.LinkSource{Work: o.ID, Policy: policy, Rate: rate, UpstreamVersion: version})
	}
	_, _, err := c.App.Keepers.Royalty.Link(ctx, link)
	return err
}

// queued returns the stages that wait to be flushed.
func queued(t *testing.T, c *chain.Chain) []flow.Item {
	it, err := c.App.Keepers.Royalty.Queue.Iterate(c.Ctx(), nil)
	require.NoError(t, err)
	items, err := it.Keys()
	require.NoError(t, err)
	return items
}

// stageRows counts the rows of money that waits.
func stageRows(t *testing.T, c *chain.Chain) int {
	it, err := c.App.Keepers.Royalty.Stages.Iterate(c.Ctx(), nil)
	require.NoError(t, err)
	keys, err := it.Keys()
	require.NoError(t, err)
	return len(keys)
}

// dust pays one unit to each of many works.
func dust(works []chain.Work) *types.MsgPayMany {
	msg := &types.MsgPayMany{Payer: mallory.String()}
	for _, w := range works {
		msg.Payments = append(msg.Payments, types.Payment{Work: w.ID, Amount: usdc(1)})
	}
	return msg
}

// TestDustToManyWorksMovesNothing: what is too little to pass on leaves one row a
// work, however often it comes, wakes no stage, and was charged for as if it had.
func TestDustToManyWorksMovesNothing(t *testing.T) {
	c := chain.New(t)
	works := bareWorks("dusted", types.MaxPayments)
	registerBare(t, c, works...)
	pay := func() chain.Block {
		return c.Block(c.SignTx(chain.Tx{Msgs: []sdk.Msg{dust(works)}, Signers: []chain.Account{mallory}, Gas: 90_000_000}))
	}
	first := pay()
	first.RequireOK(t)
	require.GreaterOrEqual(t, first.Txs[0].GasUsed, int64(2*1000*len(works)), "1,000 gas for each of two receivers a line")
	for range 5 {
		block := pay()
		block.RequireOK(t)
		require.Empty(t, queued(t, c), "below min_flow nothing waits for the sweep")
		require.Empty(t, chain.Typed[*types.EventStageFlushed](t, block.Events))
		require.Equal(t, len(works), stageRows(t, c), "one row a work")
		require.InDelta(t, first.Txs[0].GasUsed, block.Txs[0].GasUsed, float64(first.Txs[0].GasUsed)/100, "no cost by earlier payments")
	}

	// Among all the dust a real payment passes at once.
	song := c.Register("song.wav", alice)
	before := c.Balance(alice, "uusdc")
	tx := c.SignTx(chain.Tx{Msgs: []sdk.Msg{dust(works)}, Signers: []chain.Account{mallory}, Gas: 90_000_000})
	c.Block(tx, c.Sign(fan, chain.PayMsg(fan, song, usdc(20_000)))).RequireOK(t)
	require.Equal(t, before.Add(usdc(20_000)), c.Balance(alice, "uusdc"))
	c.RequireInvariants()
}

// TestAFullFanOut: as many works as each has ancestors, all paid in one block, a
// million receivers with -fanout 1000. No block does more than the budgets say
// and everybody gets all of it.
func TestAFullFanOut(t *testing.T) {
	n := *fanOut
	budget := min(20_000, max(flow.MaxReceivers, n*n/5))
	c := chain.New(t, withParams(func(p *types.Params) { p.SweepBudget = uint32(budget) }))
	originals, between := bareWorks("original", n), bareWorks("between", n)
	top := bare("top")
	registerBare(t, c, append(append([]chain.Work{top}, originals...), between...)...)
	rate := uint32(chain.Whole / 2 / n)
	c.Write(func(ctx sdk.Context) error {
		for _, w := range between {
			if err := owes(ctx, c, w.ID, types.POLICY_ABSOLUTE, rate, originals...); err != nil {
				return err
			}
		}
		// The union of a thousand lists of a thousand is a list of a thousand.
		return owes(ctx, c, top.ID, types.POLICY_NONE, 0, between...)
	})

	const each = 10_000
	amount := usdc(each * int64(chain.Whole) / int64(rate))
	var txs [][]byte
	for _, w := range append([]chain.Work{top}, between...) {
		txs = append(txs, c.Sign(fan, chain.PayMsg(fan, w, amount)))
	}
	// The gas of all is more than some blocks may have; here they share one.
	block := c.Block(txs...)
	block.RequireOK(t)
	receivers, blocks, slowest := (n+1)*(n+1), 1, time.Duration(0)
	for len(queued(t, c)) > 0 {
		start := time.Now()
		block := c.NextBlock()
		slowest = max(slowest, time.Since(start))
		flushed := len(chain.Typed[*types.EventStageFlushed](t, block.Events))
		require.LessOrEqual(t, flushed*(n+1), budget, "receivers flushed in one block")
		blocks++
	}
	// A block leaves at most one stage's worth of its budget unused.
	require.LessOrEqual(t, blocks, (receivers+2*n+1)/(budget-n)+2)
	t.Logf("%d receivers, %d a block at most: %d blocks, the slowest took %s", receivers, budget, blocks, slowest)
	for range n/1000 + 1 { // the payouts have a budget of their own
		c.NextBlock()
	}
	for _, w := range originals {
		require.Equal(t, usdc(int64(n+1)*each), c.Balance(w.Owner, "uusdc"))
	}
	require.NoError(t, c.App.Keepers.Royalty.CheckInvariants(c.Ctx()))
}

// TestAWiderFanOutIsRefused: the lists of a work cannot set more in motion than
// the bounds say, whichever way they are made.
func TestAWiderFanOutIsRefused(t *testing.T) {
	c := chain.New(t, withParams(wideReach))
	wide := func(kind string, policy types.Policy, n int) (derivative chain.Work) {
		derivative = bare(kind)
		c.Write(func(ctx sdk.Context) error {
			return owes(ctx, c, derivative.ID, policy, 900, bareWorks("source of "+kind, n)...)
		})
		return derivative
	}
	// A thousand relative sources, each with a thousand.
	var relative []chain.Work
	for i := range 40 {
		relative = append(relative, wide(fmt.Sprint("relative ", i), types.POLICY_RELATIVE, 1000))
	}
	err := owes(c.Ctx(), c, bare("all relative").ID, types.POLICY_RELATIVE, 900, relative...)
	require.ErrorIs(t, err, types.ErrReachTooLarge)
	require.ErrorContains(t, err, "40040 works, at most 2048")
	// Two works with 600 absolute ancestors of their own.
	absolute := []chain.Work{wide("absolute 1", types.POLICY_ABSOLUTE, 600), wide("absolute 2", types.POLICY_ABSOLUTE, 600)}
	err = owes(c.Ctx(), c, bare("all absolute").ID, types.POLICY_NONE, 0, absolute...)
	require.ErrorIs(t, err, types.ErrTooManyReceivers)
	require.ErrorContains(t, err, "1024")
}

// TestFloodingDoesNotStarveAnOriginal: while somebody pays works with many
// ancestors in every block, more than the budget each time, an original that
// waits is paid within two rounds.
func TestFloodingDoesNotStarveAnOriginal(t *testing.T) {
	const ancestors, works = 200, 40
	c := chain.New(t, withParams(func(p *types.Params) { p.SweepBudget = flow.MaxReceivers }))
	originals, flooded := bareWorks("ancestor", ancestors), bareWorks("flooded", works)
	registerBare(t, c, append(originals, flooded...)...)
	c.Write(func(ctx sdk.Context) error {
		for _, w := range flooded {
			if err := owes(ctx, c, w.ID, types.POLICY_ABSOLUTE, 2000, originals...); err != nil {
				return err
			}
		}
		return nil
	})
	song := c.Register("song.wav", alice)
	flood := func() (txs [][]byte) {
		for _, w := range flooded {
			txs = append(txs, c.Sign(mallory, chain.PayMsg(mallory, w, usdc(1_000_000))))
		}
		return txs
	}
	for range 5 { // the queue is never empty from here on
		c.Block(flood()...).RequireOK(t)
	}
	rounds := map[uint64]bool{}
	before := c.Balance(alice, "uusdc")
	c.Block(append(flood(), c.Sign(fan, chain.PayMsg(fan, song, usdc(20_000))))...).RequireOK(t)
	blocks := 0
	for ; c.Balance(alice, "uusdc").String() == before.String(); blocks++ {
		waiting := queued(t, c)
		require.NotEmpty(t, waiting)
		rounds[waiting[0].Round] = true
		require.LessOrEqual(t, len(rounds), 2, "rounds in which the original waits")
		c.Block(flood()...).RequireOK(t)
	}
	// A round is what can be dirty at once: each flooded work's stages, the
	// ancestors', the original's two.
	round := works*(ancestors+2) + ancestors + 2
	bound := 2 * (round/(flow.MaxReceivers-ancestors) + 2)
	require.LessOrEqual(t, blocks, bound)
	require.Equal(t, before.Add(usdc(20_000)), c.Balance(alice, "uusdc"))
	require.NoError(t, c.App.Keepers.Royalty.CheckInvariants(c.Ctx()))
	t.Logf("paid after %d blocks (bound %d), %d rounds", blocks, bound, len(rounds))
}
