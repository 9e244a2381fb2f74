package app_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/app/fast"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/feemarket/price"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
)

// TestProposedBlocksAgree lets nodes of all kinds propose in turn, out of small pools that
// overflow, while the price moves and denoms come and go: every node accepts every
// proposal, all agree on every app hash, and what is checked again after a block is
// what a node of CometBFT would keep.
func TestProposedBlocksAgree(t *testing.T) {
	t.Logf("seed %d", *simSeed)
	const offered, fits = 60, 20
	senders := chain.NamedMany("sender", 30)
	opts := []chain.Option{
		chain.FeeMarket(), chain.Accounts(senders...), chain.AppOption(server.FlagMempoolMaxTxs, fits),
	}
	nodes := []*node{
		newNode(t, opts...), newNode(t, append(slices.Clone(opts), chain.BlockSTM(2))...),
		newNode(t, append(slices.Clone(opts), chain.BlockSTM(4), chain.AppOption(fast.FlagSignatures, false),
			chain.AppOption(fast.FlagCurve, false))...),
	}
	rng := rand.New(rand.NewPCG(*simSeed, 3))
	var executed, refused, dropped, full int
	highest := nodes[0].BasePrice()
	for round := range *simBlocks {
		for i := range offered {
			tx := randomTx(rng, nodes[0].Chain, senders, round*offered+i)
			for _, n := range nodes {
				if rng.IntN(4) > 0 && !n.offer(tx) {
					refused++
				}
			}
		}
		proposer := nodes[rng.IntN(len(nodes))]
		if proposer.App.Mempool().CountTx() == fits {
			full++
		}
		block := proposer.Propose()
		want := nodes[0]
		for _, n := range nodes {
			require.True(t, n.Accepts(block...), "block %d of seed %d", n.Height()+1, *simSeed)
		}
		result := want.Block(block...)
		for _, n := range nodes[1:] {
			got := n.Block(block...)
			require.Equal(t, result.AppHash, got.AppHash, "block %d of seed %d", result.Height, *simSeed)
			requireSameResults(t, result, got)
		}
		for _, tx := range result.Txs {
			require.NotErrorIs(t, tx.Err(), sdkerrors.ErrWrongSequence, "a proposal has gaps")
		}
		executed += len(block)
		highest = math.MaxInt(highest, want.BasePrice())
		for _, n := range nodes {
			dropped += n.recheck(block)
			require.LessOrEqual(t, n.App.Mempool().CountTx(), len(n.waiting))
		}
		if round%4 == 3 {
			for _, n := range nodes {
				n.Write(toggle(n.Chain))
			}
		}
	}
	want := nodes[0]
	want.RequireInvariants()
	t.Logf("%d executed, %d refused, %d dropped, %d proposals of a full pool, at most %s", executed, refused, dropped, full, highest)
	require.True(t, highest.GT(feemarkettypes.DefaultFloor), "the price never moved")
	for _, n := range []int{executed, refused, dropped, full} {
		require.NotZero(t, n)
	}
}

// node is a chain with what CometBFT's pool would hold, in order of arrival.
type node struct {
	*chain.Chain
	waiting [][]byte
}

func newNode(t *testing.T, opts ...chain.Option) *node { return &node{Chain: chain.New(t, opts...)} }

func (n *node) offer(tx []byte) bool {
	if n.Check(tx) != nil {
		return false
	}
	n.waiting = append(n.waiting, tx)
	return true
}

// recheck checks again what waits after a block, and says how many left.
func (n *node) recheck(block [][]byte) (left int) {
	in := make(map[string]bool, len(block))
	for _, tx := range block {
		in[string(tx)] = true
	}
	n.waiting = slices.DeleteFunc(n.waiting, func(tx []byte) bool {
		if in[string(tx)] {
			return true
		}
		gone := n.Recheck(tx) != nil
		if gone {
			left++
		}
		return gone
	})
	return left
}

// randomTx is a transfer with any gas and any fee, mostly good enough; ordered ones have
// the sequence that the chain has, so that several of one account stand for one place.
func randomTx(rng *rand.Rand, c *chain.Chain, senders []chain.Account, number int) []byte {
	by := senders[rng.IntN(len(senders))]
	gas := uint64(70_000 + rng.IntN(200_000))
	if rng.IntN(2) == 0 {
		gas = uint64(tenth / (1 + rng.IntN(3)))
	}
	fee := c.BaseFee(gas)
	fee.Amount = fee.Amount.MulRaw(90 + rng.Int64N(100)).QuoRaw(100)
	if rng.IntN(3) == 0 {
		fee.Denom = app.LocalDenom
	}
	tx := chain.Tx{Msgs: []sdk.Msg{send(by, bob, int64(number+1))}, Signers: []chain.Account{by}, Gas: gas, Fee: fee.String()}
	switch rng.IntN(4) {
	case 0:
		tx.Expires = c.Now().Add(time.Duration(9+rng.IntN(6))*time.Second + time.Duration(number)*time.Microsecond)
	case 1:
		tx.Last = uint64(c.Height() + int64(2+rng.IntN(4)))
	case 2: // takes most of the money away: what waits behind it fails unpaid
		if rng.IntN(8) == 0 {
			all := c.Balance(by, "ustem").Amount.Sub(fee.Amount.MulRaw(2))
			tx.Msgs = []sdk.Msg{send(by, senders[rng.IntN(len(senders))], math.MaxInt(all, math.OneInt()).Int64())}
		}
	}
	c.Forget()
	return c.SignTx(tx)
}

// toggle takes the other denom out of those that pay fees, or in at another rate.
func toggle(c *chain.Chain) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		params, err := c.App.Keepers.FeeMarket.Params.Get(ctx)
		if err != nil {
			return err
		}
		if len(params.Denoms) > 0 {
			params.Denoms = nil
		} else {
			rate := price.One.MulRaw(c.Height()).QuoRaw(10)
			params.Denoms = []feemarkettypes.FeeDenom{{Denom: app.LocalDenom, Rate: rate}}
		}
		if err := params.Validate(); err != nil {
			return fmt.Errorf("height %d: %w", c.Height(), err)
		}
		return c.App.Keepers.FeeMarket.UpdateParams(ctx, params)
	}
}
