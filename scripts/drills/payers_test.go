package drills

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/localnet"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// payersEach is how many accounts pay through each node.
	payersEach = 5
	// amount of each payment, in uusdc: above the least payout, so that the owner has it in the same block.
	amount = 20_000
)

// key is that of an account of the genesis; keys protect nothing.
func key(name string) *secp256k1.PrivKey {
	seed := sha256.Sum256([]byte("stemma drill " + name))
	return secp256k1.GenPrivKeyFromSecret(seed[:])
}

func addressOf(name string) sdk.AccAddress { return sdk.AccAddress(key(name).PubKey().Address()) }

func payer(i int) string { return fmt.Sprintf("payer %d", i) }

const owner = "owner"

// funded are the accounts that pay, and that which owns what is paid.
func funded() (list []localnet.Account) {
	coins := sdk.NewCoins(sdk.NewInt64Coin(encoding.StakingDenom, 1e12), sdk.NewInt64Coin(encoding.LocalDenom, 1e12))
	for i := range payersEach * validators {
		list = append(list, localnet.Account{Address: addressOf(payer(i)).String(), Coins: coins})
	}
	return append(list, localnet.Account{Address: addressOf(owner).String(), Coins: coins})
}

// load pays for a work through all nodes, one payment of each account after the other, and remembers what it was told.
type load struct {
	d      *drill
	work   registrytypes.WorkID
	before int64 // what the owner had
	from   int64 // the height that the payments come after

	stop context.CancelFunc
	all  sync.WaitGroup

	mu        sync.Mutex
	done      map[string]int64 // by hash: the height of which a node said that the payment is in it
	undecided map[string]bool
	failed    map[string]int // what was refused, or met no node, by reason
}

// dial connects to a node that may be away for a while.
func (d *drill) dial(node *localnet.Node) *client.Client {
	d.Helper()
	e, err := encoding.New()
	require.NoError(d, err)
	conn, err := grpc.NewClient(node.GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(codec.NewProtoCodec(e.InterfaceRegistry).GRPCCodec()), grpc.MaxCallRecvMsgSize(64<<20)),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.2, MaxDelay: 500 * time.Millisecond},
			MinConnectTimeout: time.Second,
		}))
	require.NoError(d, err)
	d.Cleanup(func() { _ = conn.Close() })
	c, err := client.New(conn, client.WithEncoding(e))
	require.NoError(d, err)
	return c
}

// pay registers a work and begins to pay for it through the nodes that are given.
func (d *drill) pay(nodes ...*localnet.Node) *load {
	d.Helper()
	l := &load{d: d}
	digest := sha256.Sum256([]byte("what is paid"))
	l.work = registrytypes.NewWorkID(addressOf(owner), digest)
	c := d.dial(nodes[0])
	details := registrytypes.Details{Kind: registrytypes.KIND_IMAGE, Title: "what is paid"}
	_, err := c.Send(d.ctx, client.FromKey(key(owner)), &registrytypes.MsgRegister{
		Registrant: addressOf(owner).String(), Works: []registrytypes.Entry{{Sha256: digest, Details: details}},
	})
	require.NoError(d, err)
	l.resume(nodes...)
	return l
}

// resume begins to pay for a work that is registered.
func (l *load) resume(nodes ...*localnet.Node) {
	l.d.Helper()
	var err error
	l.from, err = nodes[0].Height(l.d.ctx)
	require.NoError(l.d, err)
	l.before = l.balance(nodes[0], l.from)
	l.done, l.undecided, l.failed = map[string]int64{}, map[string]bool{}, map[string]int{}
	ctx, cancel := context.WithCancel(l.d.ctx)
	l.stop = cancel
	for i, node := range nodes {
		c := l.d.dial(node)
		for j := range payersEach {
			sender := c.Sender(client.FromKey(key(payer(payersEach*i+j))), client.Options{Gas: 150_000})
			l.all.Go(func() { l.payWith(ctx, sender) })
		}
	}
}

func (l *load) payWith(ctx context.Context, sender *client.Sender) {
	msg := &royaltytypes.MsgPay{Payer: sender.Account(), Work: l.work, Amount: sdk.NewInt64Coin(encoding.LocalDenom, amount)}
	for ctx.Err() == nil {
		// What is under way when the load ends is waited for, unless its node is away.
		once, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		res, err := sender.Send(once, msg)
		cancel()
		l.mu.Lock()
		switch {
		case err == nil:
			l.done[res.Hash] = res.Height
		case errors.Is(err, client.ErrUndecided):
			l.undecided[res.Hash] = true
		default:
			l.failed[err.Error()]++
		}
		l.mu.Unlock()
		if err != nil {
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// paid is how many payments were answered as done so far.
func (l *load) paid() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.done)
}

// goesOn waits for so many further payments.
func (l *load) goesOn(payments int) {
	l.d.Helper()
	before := l.paid()
	l.d.eventually("payments", func() bool { return l.paid() >= before+payments })
}

// end stops paying.
func (l *load) end() {
	l.stop()
	l.all.Wait()
}

func (l *load) balance(node *localnet.Node, height int64) int64 {
	l.d.Helper()
	res, err := l.d.dial(node).Bank().Balance(client.At(l.d.ctx, height),
		&banktypes.QueryBalanceRequest{Address: addressOf(owner).String(), Denom: encoding.LocalDenom})
	require.NoError(l.d, err)
	return res.Balance.Amount.Int64()
}

// requireAllThere ends the load and requires that each payment which was answered as done is in the block that was named, and that
// the owner has what the blocks say was paid, no more and no less. It returns how many were answered and how many there are.
func (l *load) requireAllThere(node *localnet.Node) (answered, there int) {
	l.d.Helper()
	l.end()
	left := maps.Clone(l.done)
	last := l.from
	for _, height := range left {
		last = max(last, height)
	}
	l.d.await(last, node) // it may be behind the one that answered
	to, err := node.Height(l.d.ctx)
	require.NoError(l.d, err)
	for height := l.from + 1; height <= to; height++ {
		block, err := l.d.rpc(node).Block(l.d.ctx, &height)
		require.NoError(l.d, err)
		if len(block.Block.Txs) == 0 {
			continue
		}
		results, err := l.d.rpc(node).BlockResults(l.d.ctx, &height)
		require.NoError(l.d, err)
		for i, raw := range block.Block.Txs {
			hash := fmt.Sprintf("%X", raw.Hash())
			if results.TxsResults[i].Code == 0 && bytes.Contains(raw, []byte(sdk.MsgTypeURL(&royaltytypes.MsgPay{}))) {
				there++
			}
			if at, was := left[hash]; was {
				require.Zero(l.d, results.TxsResults[i].Code, "payment %s was answered as done and failed", hash)
				require.Equal(l.d, at, height, "payment %s was said to be in another block", hash)
				delete(left, hash)
			}
		}
	}
	require.Empty(l.d, left, "payments that were answered as done and are in no block")
	require.Equal(l.d, l.before+int64(there)*amount, l.balance(node, to), "what the owner has is not what the blocks say was paid")
	return len(l.done), there
}
