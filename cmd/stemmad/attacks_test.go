package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/app"
)

// attacks is how often TestAttacksOnANode makes each. `make test-attacks` makes ten.
var attacks = flag.Int("attacks", 1, "how often each attack on a node is made")

const (
	// hogs send hogTxs transactions each, which declare all the gas that they may.
	hogs, hogTxs = 500, 10
	tenth        = app.MaxBlockGas / 10
	// cheap is the gas of a plain transfer, with some room.
	cheap = 80_000
	// payers are as many as hold nine tenths of a block.
	payers = 9
)

// TestAttacksOnANode makes a node's blocks dear to get into, and holds them for nothing as
// far as that goes. docs/operators.md states what remains.
func TestAttacksOnANode(t *testing.T) {
	if testing.Short() {
		t.Skip("starts nodes")
	}
	v := newVictimWith(t, rand.New(rand.NewPCG(1, 1)), hogs+1+3*payers, time.Second)
	begin := func(pause time.Duration) {
		v.pauses(t, pause)
		v.start()
		v.await(2)
		for _, s := range v.senders {
			require.NoError(t, v.position(s))
		}
	}
	for range *attacks {
		begin(time.Second)
		t.Run("forgeries", func(t *testing.T) { v.forgeries(t, v.senders[hogs]) })
		t.Run("allowances", func(t *testing.T) { v.allowances(t, v.senders[hogs+1:][:2*payers]) })
		t.Run("drained", func(t *testing.T) { v.drained(t, v.senders[hogs+1+2*payers:], v.senders[0]) })
		v.stop()
		begin(5 * time.Second) // so that the pool fills before the price has risen
		t.Run("hogs", func(t *testing.T) { v.hogs(t, v.senders[:hogs], v.senders[hogs]) })
		v.stop() // what waits is forgotten
	}
}

// hogs fills the pool before somebody honest comes.
func (v *victim) hogs(t *testing.T, hogs []*sender, honest *sender) {
	t.Helper()
	price := v.price(t)
	all := make([][][]byte, 4)
	for i, hog := range hogs {
		for range hogTxs {
			all[i%4] = append(all[i%4], v.made(t, hog, tenth, price, 190, nil, sends(hog, recipient(), 1)))
		}
	}
	began := time.Now()
	var tasks sync.WaitGroup
	var refused atomic.Value
	for _, txs := range all {
		tasks.Go(func() {
			for _, tx := range txs {
				res, err := v.rpc.BroadcastTxSync(context.Background(), tx)
				if err != nil || res.Code != 0 { // how many wait is asked below
					refused.CompareAndSwap(nil, fmt.Sprint(res, err))
				}
			}
		})
	}
	tasks.Wait()
	filled, waiting := time.Since(began), v.waiting(t)
	require.Greater(t, waiting, len(hogs)*hogTxs*9/10, "after %s, one was refused for %v", filled, refused.Load())
	tx := v.made(t, honest, cheap, v.price(t), 200, nil, sends(honest, recipient(), 1))
	from := v.height()
	v.send(t, tx, true)
	for height := from + 1; height <= from+4; height++ { // the first may have been on its way
		v.await(height)
		block, err := v.rpc.Block(context.Background(), &height)
		require.NoError(t, err)
		for place, one := range block.Block.Txs {
			if string(one) == string(tx) {
				t.Logf("%d waited after %s; the honest one, sent after block %d, was number %d of %d in block %d",
					waiting, filled.Round(time.Millisecond), from, place+1, len(block.Block.Txs), height)
				return
			}
		}
	}
	require.Fail(t, "three blocks were made without the honest transaction")
}

// forgeries sends large transactions with a wrong signature.
func (v *victim) forgeries(t *testing.T, by *sender) {
	t.Helper()
	var msgs []sdk.Msg
	for range 5_000 {
		msgs = append(msgs, sends(by, recipient(), 1))
	}
	forged := v.made(t, by, tenth, v.price(t), 1000, nil, msgs...)
	by.sequence--
	require.Greater(t, len(forged), 700_000)
	began := time.Now()
	const times = 10
	for i := range times {
		forged[len(forged)-1-i] ^= 1
		require.Equal(t, sdkerrors.ErrUnauthorized.ABCICode(), v.send(t, forged, false))
	}
	t.Logf("%d bytes were refused in %s, as JSON by the network included", len(forged), time.Since(began)/times)
}

// allowances has sponsors take back what transactions that wait were to be paid with.
func (v *victim) allowances(t *testing.T, accounts []*sender) {
	t.Helper()
	granters, grantees := accounts[:payers], accounts[payers:]
	price := v.price(t)
	for i, granter := range granters {
		grant, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, granter.address, grantees[i].address)
		require.NoError(t, err)
		v.send(t, v.made(t, granter, 3*cheap, price, 200, nil, grant), true)
	}
	v.await(v.height() + 2)
	var txs [][]byte
	price = v.price(t)
	for i, grantee := range grantees {
		for range hogTxs {
			txs = append(txs, v.made(t, grantee, tenth-2*cheap, price, 150, granters[i].address, sends(grantee, recipient(), 1)))
		}
	}
	for i, granter := range granters {
		revoke := feegrant.NewMsgRevokeAllowance(granter.address, grantees[i].address)
		txs = append(txs, v.made(t, granter, 2*cheap, price, 400, nil, &revoke))
	}
	v.holds(t, txs)
}

// drained has accounts send away what their later transactions were to be paid with.
func (v *victim) drained(t *testing.T, drained []*sender, to *sender) {
	t.Helper()
	price := v.price(t)
	var txs [][]byte
	for _, payer := range drained {
		left := v.balance(t, payer).Sub(fee(price, cheap, 160).Amount)
		txs = append(txs, v.made(t, payer, cheap, price, 160, nil, sends(payer, to.address, left.Int64())))
		for range hogTxs - 1 {
			txs = append(txs, v.made(t, payer, tenth-cheap, price, 150, nil, sends(payer, to.address, 1)))
		}
	}
	v.holds(t, txs)
	var back [][]byte // for the next time
	for _, payer := range drained {
		back = append(back, v.made(t, to, cheap, v.price(t), 200, nil, sends(to, payer.address, 100_000_000)))
	}
	for _, tx := range back {
		v.send(t, tx, true)
	}
	v.await(v.height() + 2)
	for _, payer := range drained {
		require.NoError(t, v.position(payer))
	}
}

// holds sends transactions of which some will fail unpaid, and requires that those hold one
// block at most, and that none waits any longer.
func (v *victim) holds(t *testing.T, txs [][]byte) {
	t.Helper()
	from := v.await(v.height() + 1)
	for _, tx := range txs {
		v.send(t, tx, true)
	}
	to := v.await(from+4) - 1 // of the last one there may be no results yet
	unpaid, held := map[int64]int64{}, int64(0)
	paid := math.ZeroInt()
	for height := from + 1; height <= to; height++ {
		res, err := v.rpc.BlockResults(context.Background(), &height)
		require.NoError(t, err)
		for _, tx := range res.TxsResults {
			if took, ok := feeOf(tx.Events); ok {
				paid = paid.Add(took)
				continue
			}
			require.NotZero(t, tx.Code)
			unpaid[height] += tx.GasWanted
			held += tx.GasWanted
		}
	}
	t.Logf("%d gas were held for nothing, in blocks %v; what was paid for the rest is %s", held, unpaid, paid)
	require.Len(t, unpaid, 1)
	require.LessOrEqual(t, held, int64(app.MaxBlockGas))
	require.Zero(t, v.waiting(t))
}
