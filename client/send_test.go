package client_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/localnet"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// unordered is how many unordered transactions TestUnorderedTransactions sends. `make
// test-client` sends a thousand.
var unordered = flag.Int("unordered", 100, "how many unordered transactions are sent")

const denom = "uusdc"

// world is a network and programs that use it.
type world struct {
	t   *testing.T
	net *localnet.Network
	ctx context.Context
}

func newWorld(t *testing.T) world {
	t.Helper()
	net := localnet.ForTest(t, localnet.Options{
		Keys: []string{"alice", "fan"}, Settings: []string{"tx_index.indexer=null"},
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	return world{t, net, ctx}
}

// program is a client as another process has it.
func (w world) program() *client.Client {
	w.t.Helper()
	c, err := client.Dial(w.net.Nodes[0].GRPC)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, c.Close()) })
	return c
}

func (w world) key(c *client.Client, name string) client.Signer {
	w.t.Helper()
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, w.net.Nodes[0].Home, nil, c.Encoding.Codec)
	require.NoError(w.t, err)
	signer, err := client.FromKeyring(ring, name)
	require.NoError(w.t, err)
	return signer
}

// purse is an account that has nothing yet.
func purse(name string) sdk.AccAddress {
	encoding.Configure()
	return sdk.AccAddress(secp256k1.GenPrivKeyFromSecret([]byte(name)).PubKey().Address())
}

func (w world) requireBalance(c *client.Client, of sdk.AccAddress, amount int64) {
	w.t.Helper()
	res, err := c.Bank().Balance(w.ctx, &banktypes.QueryBalanceRequest{Address: of.String(), Denom: denom})
	require.NoError(w.t, err)
	require.Equal(w.t, amount, res.Balance.Amount.Int64())
}

func coin(amount int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin(denom, amount)) }

// results are what parallel sendings came to.
type results struct {
	mu     sync.Mutex
	hashes map[string]bool
}

func (r *results) note(t *testing.T, res client.Result, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		t.Error(err)
		return
	}
	if r.hashes[res.Hash] {
		t.Errorf("%s twice", res.Hash)
	}
	r.hashes[res.Hash] = true
}

// Two programs send with one key at the same time, ten each at once: all arrive, once.
func TestParallelSendingsOfOneKey(t *testing.T) {
	w := newWorld(t)
	to := purse("parallel")
	done := results{hashes: map[string]bool{}}
	var all sync.WaitGroup
	var last *client.Client
	for range 2 {
		c := w.program()
		last = c
		signer := w.key(c, "fan")
		for range 10 {
			all.Go(func() {
				res, err := c.Send(w.ctx, signer, banktypes.NewMsgSend(signer.Address(), to, coin(7)))
				done.note(t, res, err)
			})
		}
	}
	all.Wait()
	require.Len(t, done.hashes, 20)
	w.requireBalance(last, to, 140)
	for hash := range done.hashes {
		found, err := last.Find(w.ctx, hash, 1)
		require.NoError(t, err)
		require.Positive(t, found.Height)
		require.False(t, found.Fee.IsZero())
	}
}

// flaky loses a third of what is broadcast, and the answer to another third.
type flaky struct {
	grpc.ClientConnInterface
	calls atomic.Int64
}

func (f *flaky) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	if method != "/cosmos.tx.v1beta1.Service/BroadcastTx" {
		return f.ClientConnInterface.Invoke(ctx, method, args, reply, options...)
	}
	switch f.calls.Add(1) % 3 {
	case 1:
		return status.Error(codes.Unavailable, "lost")
	case 2:
		_ = f.ClientConnInterface.Invoke(ctx, method, args, reply, options...)
		return status.Error(codes.Unavailable, "answer lost")
	}
	return f.ClientConnInterface.Invoke(ctx, method, args, reply, options...)
}

func TestAConnectionLosesWhatIsSent(t *testing.T) {
	w := newWorld(t)
	whole := w.program()
	c, err := client.New(&flaky{ClientConnInterface: whole.ClientConnInterface})
	require.NoError(t, err)
	to := purse("flaky")
	fan := w.key(c, "fan")
	done := results{hashes: map[string]bool{}}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			res, err := c.Sender(fan, client.Options{Unordered: i%4 == 0}).Send(w.ctx, banktypes.NewMsgSend(fan.Address(), to, coin(7)))
			done.note(t, res, err)
		})
	}
	all.Wait()
	require.Len(t, done.hashes, 20)
	w.requireBalance(whole, to, 140)
	require.NoError(t, c.Close())
}

// losing is a connection that loses the first transaction, however often it is sent, and the first questions
// after the place of another one.
type losing struct {
	grpc.ClientConnInterface
	sent, away atomic.Int64
}

func (l *losing) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	switch {
	case strings.HasSuffix(method, "/BroadcastTx"):
		if l.sent.Add(1); l.away.Load() == 0 {
			return status.Error(codes.Unavailable, "lost")
		}
	case strings.HasSuffix(method, "/Turn") && l.sent.Load() > 0 && l.away.Add(1) <= 3:
		return status.Error(codes.Unavailable, "away")
	}
	return l.ClientConnInterface.Invoke(ctx, method, args, reply, options...)
}

// A transaction that can't come any more is followed by a new one although the node is away at that moment.
func TestANodeIsAwayWhenAnotherIsDue(t *testing.T) {
	w := newWorld(t)
	conn := &losing{ClientConnInterface: w.program().ClientConnInterface}
	c, err := client.New(conn)
	require.NoError(t, err)
	fan, to := w.key(c, "fan"), purse("away")
	res, err := c.Sender(fan, client.Options{Blocks: 6}).Send(w.ctx, banktypes.NewMsgSend(fan.Address(), to, coin(7)))
	require.NoError(t, err)
	require.Positive(t, res.Height)
	require.Greater(t, conn.away.Load(), int64(3))
	w.requireBalance(c, to, 7)
	require.NoError(t, c.Close())
}

// behind is a connection to a node whose trials do not know yet what it told of: the first trial after a
// transaction is refused.
type behind struct {
	grpc.ClientConnInterface
	refuse atomic.Bool
	trials atomic.Int64
}

func (b *behind) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	if strings.HasSuffix(method, "/Simulate") {
		b.trials.Add(1)
		if b.refuse.Swap(false) {
			return status.Error(codes.Unknown, registrytypes.ErrAnchorNotFound.Wrap("works[0]").Error())
		}
	}
	return b.ClientConnInterface.Invoke(ctx, method, args, reply, options...)
}

// What needs a transaction that was just seen in a block is tried again where the node's trials are behind;
// what is refused for good is refused all the same.
func TestTrialsMayBeBehindBlocks(t *testing.T) {
	w := newWorld(t)
	conn := &behind{ClientConnInterface: w.program().ClientConnInterface}
	c, err := client.New(conn)
	require.NoError(t, err)
	fan := w.key(c, "fan")
	pay := banktypes.NewMsgSend(fan.Address(), purse("behind"), coin(7))

	conn.refuse.Store(true)
	_, err = c.Send(w.ctx, fan, pay)
	require.ErrorIs(t, err, registrytypes.ErrAnchorNotFound, "nothing was sent before that it could wait for")

	_, err = c.Send(w.ctx, fan, pay)
	require.NoError(t, err)
	conn.refuse.Store(true)
	_, err = c.Send(w.ctx, fan, pay)
	require.NoError(t, err)

	trials := conn.trials.Load()
	_, err = c.Send(w.ctx, fan, banktypes.NewMsgSend(fan.Address(), purse("behind"), coin(1<<60)))
	require.ErrorIs(t, err, sdkerrors.ErrInsufficientFunds)
	require.Less(t, conn.trials.Load(), trials+5)
	require.NoError(t, c.Close())
}

// Commands are processes of their own.
func TestCommandsOfOneKeyAtOnce(t *testing.T) {
	w := newWorld(t)
	c := w.program()
	alice := w.key(c, "alice")
	digest := registrytypes.Digest{1}
	_, err := c.Send(w.ctx, alice, &registrytypes.MsgRegister{Registrant: alice.Address().String(), Works: []registrytypes.Entry{
		{Sha256: digest, Details: registrytypes.Details{Kind: registrytypes.KIND_TEXT, Title: "a text"}},
	}})
	require.NoError(t, err)
	work := registrytypes.NewWorkID(alice.Address(), digest).String()
	done := results{hashes: map[string]bool{}}
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			out, err := w.net.Run(w.ctx, "pay", work, "1000uusdc", "--from", "fan", "-y", "--output", "json", "--home", w.net.Nodes[0].Home)
			var paid struct {
				Tx struct {
					Hash   string `json:"txhash"`
					Height int64
				}
			}
			if err == nil {
				err = json.Unmarshal([]byte(out), &paid)
			}
			done.note(t, client.Result{Hash: paid.Tx.Hash, Height: paid.Tx.Height}, err)
		})
	}
	all.Wait()
	require.Len(t, done.hashes, 5)
	res, err := c.Royalty().Turnover(w.ctx, &royaltytypes.QueryTurnoverRequest{})
	require.NoError(t, err)
	require.Equal(t, "5000", res.Turnovers[0].Turnover.PaidIn.String())
}

func TestUnorderedTransactions(t *testing.T) {
	w := newWorld(t)
	c := w.program()
	to := purse("unordered")
	fan := w.key(c, "fan")
	sender := c.Sender(fan, client.Options{Unordered: true})
	began := time.Now()
	done := results{hashes: map[string]bool{}}
	var all sync.WaitGroup
	for range *unordered {
		all.Go(func() {
			res, err := sender.Send(w.ctx, banktypes.NewMsgSend(fan.Address(), to, coin(3)))
			done.note(t, res, err)
		})
	}
	all.Wait()
	require.Len(t, done.hashes, *unordered)
	w.requireBalance(c, to, int64(3**unordered))
	t.Logf("%d unordered transactions in %s", *unordered, time.Since(began).Round(time.Millisecond))
}

// A node that is killed while transactions wait loses its pool. All arrive, once.
func TestANodeRestartsInBetween(t *testing.T) {
	w := newWorld(t)
	c := w.program()
	to := purse("restarted")
	fan, alice := w.key(c, "fan"), w.key(c, "alice")
	ordered, free := c.Sender(fan, client.Options{}), c.Sender(alice, client.Options{Unordered: true})
	done := results{hashes: map[string]bool{}}
	const each, rounds = 20, 6
	send := func(s *client.Sender, from client.Signer) {
		for range rounds {
			draft, err := s.Draft(w.ctx, banktypes.NewMsgSend(from.Address(), to, coin(5)))
			for err != nil && w.ctx.Err() == nil { // nothing was sent: the node is away
				time.Sleep(50 * time.Millisecond)
				draft, err = s.Draft(w.ctx, banktypes.NewMsgSend(from.Address(), to, coin(5)))
			}
			pending, err := s.Submit(w.ctx, draft)
			for err != nil && w.ctx.Err() == nil {
				time.Sleep(50 * time.Millisecond)
				pending, err = s.Submit(w.ctx, draft)
			}
			if err != nil {
				t.Error(err)
				return
			}
			res, err := pending.Wait(w.ctx)
			done.note(t, res, err)
		}
	}
	var all sync.WaitGroup
	for range each {
		all.Go(func() { send(ordered, fan) })
		all.Go(func() { send(free, alice) })
	}
	node := w.net.Nodes[0]
	for range 3 {
		time.Sleep(700 * time.Millisecond)
		node.Kill()
		time.Sleep(300 * time.Millisecond)
		require.NoError(t, node.Start())
		require.NoError(t, node.AwaitStart(w.ctx))
	}
	all.Wait()
	require.Len(t, done.hashes, 2*each*rounds)
	w.requireBalance(c, to, 5*2*each*rounds)
}

// TestNoTransactionRunsOutByItsFee: a trial takes no fee, and of a small transaction that is more than the half which is added.
func TestNoTransactionRunsOutByItsFee(t *testing.T) {
	w := newWorld(t)
	c := w.program()
	fan := w.key(c, "fan")
	s := c.Sender(fan, client.Options{GasAdjustment: 1})
	for i := range 3 {
		res, err := s.Send(w.ctx, banktypes.NewMsgSend(fan.Address(), purse("small"), coin(1)))
		require.NoError(t, err)
		require.Greater(t, res.GasWanted, res.GasUsed, fmt.Sprint(i))
	}
}

func TestRefusalsAreValues(t *testing.T) {
	w := newWorld(t)
	c := w.program()
	fan := w.key(c, "fan")
	much := banktypes.NewMsgSend(fan.Address(), purse("much"), coin(1<<60))

	_, err := c.Send(w.ctx, fan, much)
	var refused *client.TxError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, client.Tried, refused.Stage)
	require.ErrorIs(t, err, sdkerrors.ErrInsufficientFunds)
	require.NotErrorIs(t, err, registrytypes.ErrNotOwner)
	require.False(t, refused.Retryable)

	given := client.Options{Gas: 200_000}
	res, err := c.Sender(fan, given).Send(w.ctx, much)
	require.ErrorAs(t, err, &refused)
	require.Equal(t, client.Executed, refused.Stage)
	require.ErrorIs(t, err, sdkerrors.ErrInsufficientFunds)
	require.Equal(t, res.Height, refused.Height)
	require.Positive(t, res.Height)

	given.Fee = sdk.NewCoins(sdk.NewInt64Coin("ustem", 1))
	_, err = c.Sender(fan, given).Send(w.ctx, banktypes.NewMsgSend(fan.Address(), purse("poor"), coin(1)))
	require.ErrorAs(t, err, &refused)
	require.Equal(t, client.Checked, refused.Stage)
	require.ErrorIs(t, err, sdkerrors.ErrInsufficientFee)
	require.True(t, refused.Retryable)

	nobody := client.FromKey(secp256k1.GenPrivKeyFromSecret([]byte("nobody")))
	_, err = c.Send(w.ctx, nobody, banktypes.NewMsgSend(nobody.Address(), purse("much"), coin(1)))
	var unknown *client.UnknownAccountError
	require.ErrorAs(t, err, &unknown)

	// A draft whose last block passes is made anew.
	s := c.Sender(fan, client.Options{Blocks: 1})
	for i := range 3 {
		res, err := s.Send(w.ctx, banktypes.NewMsgSend(fan.Address(), purse("late"), coin(1)))
		require.NoError(t, err, fmt.Sprint(i))
		require.NotEmpty(t, res.Responses())
	}
	w.requireBalance(c, purse("late"), 3)
}
