package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	rpc "github.com/cometbft/cometbft/rpc/client/http"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

// kills is how often TestANodeIsKilled kills a node: one time in five within the
// first three blocks of a fresh chain. `make test-kills` kills a hundred times.
var kills = flag.Int("kills", 5, "how often a node is killed")

const (
	senders = 20
	// sent is what each transaction of the load sends, in ustem.
	sent = 3
	// patience is how long a node has to start and reach a height.
	patience = 2 * time.Minute
)

// TestANodeIsKilled kills a validator at random times, under load, and starts it
// again. It goes on, has every block that it had, and the state is the one that its
// blocks give when they are executed from the genesis.
func TestANodeIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills nodes")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	v := newVictim(t, rand.New(rand.NewPCG(seed, 0)))
	began := time.Now()
	early := map[int64]int{}
	for n := 0; n < *kills/5; n++ {
		early[v.killAtTheBeginning(int64(n%3))]++
	}
	t.Logf("%d kills of fresh chains, by the block that was last: %v; %s",
		*kills/5, early, time.Since(began).Round(time.Second))

	began = time.Now()
	v.reset()
	for range *kills - *kills/5 {
		v.killUnderLoad()
	}
	v.start()
	height := v.await(v.last + 2)
	v.requireSeen()
	transactions := v.requireSent(height)
	require.Greater(t, transactions, 10**kills, "a load that is none")
	t.Logf("%d kills under load: %d blocks, %d transactions, %d blocks seen before a kill; %s",
		*kills-*kills/5, height, transactions, len(v.seen), time.Since(began).Round(time.Second))
	v.kill()
	_, errs, code := command("check", "--home", v.home)
	require.Equal(t, exitOK, code, errs)
	v.executeAnew(height)
}

// victim is a chain of one validator that is killed again and again.
type victim struct {
	t       *testing.T
	rng     *rand.Rand
	model   *app.App
	home    string
	fresh   []byte // what a validator that has signed nothing has
	rpc     *rpc.HTTP
	node    *localnet.Node
	senders []*sender
	last    int64 // the highest block seen

	mu   sync.Mutex
	seen map[int64]string // hashes of blocks, which cover their transactions and the state before
}

type sender struct {
	key              *secp256k1.PrivKey
	address          sdk.AccAddress
	number, sequence uint64
}

func newVictim(t *testing.T, rng *rand.Rand) *victim {
	t.Helper()
	return newVictimWith(t, rng, senders, 50*time.Millisecond)
}

// newVictimWith has so many senders, and pauses so long after a block.
func newVictimWith(t *testing.T, rng *rand.Rand, count int, pause time.Duration) *victim {
	t.Helper()
	var funded []localnet.Account
	coins := sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, 1_000_000_000_000))
	list := make([]*sender, count)
	for i := range list {
		seed := sha256.Sum256(fmt.Appendf(nil, "stemma kill test %d", i))
		s := &sender{key: secp256k1.GenPrivKeyFromSecret(seed[:])}
		s.address = sdk.AccAddress(s.key.PubKey().Address())
		list[i], funded = s, append(funded, localnet.Account{Address: s.address.String(), Coins: coins})
	}
	n := victims(t, localnet.Options{BlockTime: pause, Funded: funded})
	v := victimOf(t, n.Nodes[0])
	v.rng, v.senders = rng, list
	return v
}

// victims are nodes that this test binary runs, so that their exit codes and what is left of
// them are those of the code that is tested.
func victims(t *testing.T, o localnet.Options) *localnet.Network {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	o.Binary, o.Env = self, []string{asNode + "=1"}
	o.Args = []string{"--grpc.enable=false", "--api.enable=false"}
	return localnet.StoppedForTest(t, o)
}

// victimOf is a node that has not begun.
func victimOf(t *testing.T, node *localnet.Node) *victim {
	t.Helper()
	v := &victim{t: t, home: node.Home, node: node, seen: map[int64]string{}}
	v.model = app.New(log.NewNopLogger(), dbm.NewMemDB(), simtestutil.EmptyAppOptions{})
	var err error
	v.rpc, err = rpc.New("http://"+node.RPC, "/websocket")
	require.NoError(t, err)
	v.fresh, err = os.ReadFile(v.signed())
	require.NoError(t, err)
	return v
}

func (v *victim) signed() string { return filepath.Join(v.home, "data", "priv_validator_state.json") }
func (v *victim) log() string    { return v.node.Log() }

// reset begins a chain anew.
func (v *victim) reset() {
	v.t.Helper()
	require.NoError(v.t, os.RemoveAll(filepath.Join(v.home, "data")))
	require.NoError(v.t, os.Mkdir(filepath.Join(v.home, "data"), 0o750))
	require.NoError(v.t, os.WriteFile(v.signed(), v.fresh, 0o600))
	v.last, v.seen = 0, map[int64]string{}
}

// start starts the node and waits until it answers.
func (v *victim) start() {
	v.t.Helper()
	v.startWith()
	v.await(0)
}

// startWith starts the node with more flags and does not wait for it.
func (v *victim) startWith(args ...string) {
	v.t.Helper()
	require.NoError(v.t, v.node.Start(args...))
}

func (v *victim) kill() { v.node.Kill() }

// height is that of the last block; -1 when the node does not answer.
func (v *victim) height() int64 {
	status, err := v.rpc.Status(context.Background())
	if err != nil {
		return -1
	}
	return status.SyncInfo.LatestBlockHeight
}

// await waits until the node is at a height, or past it, and returns where it is.
func (v *victim) await(height int64) int64 {
	v.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if at := v.height(); at >= height {
			return at
		}
	}
	require.FailNow(v.t, "the node does not go on", "waited %s for block %d, it is at %d",
		patience, height, v.height())
	return 0
}

// pause waits for less than d.
func (v *victim) pause(d time.Duration) { time.Sleep(time.Duration(v.rng.Int64N(int64(d)))) }

// killAtTheBeginning kills the node of a fresh chain after this block, 0 to 2,
// mostly before the next is committed, lets it go on, and executes its blocks anew.
// It returns the block that was last.
func (v *victim) killAtTheBeginning(after int64) int64 {
	v.t.Helper()
	var at int64
	for ended := false; !ended; ended = at < 3 {
		v.reset()
		v.start()
		v.await(after)
		v.pause(120 * time.Millisecond)
		at = v.height()
		v.kill()
	}
	v.start()
	height := v.await(5)
	v.kill()
	v.executeAnew(height)
	return at
}

// executeAnew has the node execute its blocks from the genesis. It compares the
// app hash after each with the one in the next header, and does not start where
// they differ.
func (v *victim) executeAnew(height int64) {
	v.t.Helper()
	require.NoError(v.t, os.RemoveAll(filepath.Join(v.home, "data", "application.db")))
	v.start()
	v.await(height + 1)
	v.kill()
}

// killUnderLoad starts the node, which has to go on with every block that it had,
// and kills it while transactions are sent.
func (v *victim) killUnderLoad() {
	v.t.Helper()
	v.start()
	v.await(v.last + 1)
	v.requireSeen()
	ctx, cancel := context.WithCancel(context.Background())
	var tasks sync.WaitGroup
	tasks.Go(func() { v.watch(ctx) })
	tasks.Go(func() { v.load(ctx) })
	v.pause(1500 * time.Millisecond)
	v.kill()
	cancel()
	tasks.Wait()
}

// watch notes the blocks that the node has, until it is killed.
func (v *victim) watch(ctx context.Context) {
	for ctx.Err() == nil {
		at := v.height()
		if at < 0 {
			return
		}
		for height := v.last + 1; height <= at; height++ {
			block, err := v.rpc.Block(ctx, &height)
			if err != nil {
				return
			}
			v.mu.Lock()
			v.seen[height] = block.BlockID.Hash.String()
			v.last = height
			v.mu.Unlock()
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// requireSeen stops the test unless the node has all blocks that were seen; of the
// older ones it asks for some.
func (v *victim) requireSeen() {
	v.t.Helper()
	for height, want := range v.seen {
		if height < v.last-20 && v.rng.IntN(50) > 0 {
			continue
		}
		block, err := v.rpc.Block(context.Background(), &height)
		require.NoError(v.t, err, height)
		require.Equal(v.t, want, block.BlockID.Hash.String(), height)
	}
}

// recipient has only what the load sends.
func recipient() sdk.AccAddress { return sdk.AccAddress(make([]byte, 20)) }

// load sends transactions until the node is killed.
func (v *victim) load(ctx context.Context) {
	for _, s := range v.senders {
		if v.position(s) != nil {
			return
		}
	}
	for ctx.Err() == nil {
		for _, s := range v.senders {
			raw, err := v.sign(s)
			if err != nil {
				return
			}
			res, err := v.rpc.BroadcastTxSync(ctx, raw)
			if err != nil {
				return
			}
			if res.Code == 0 {
				s.sequence++
			}
		}
	}
}

// position reads where the account stands.
func (v *victim) position(s *sender) error {
	var res authtypes.QueryAccountInfoResponse
	err := v.query("/cosmos.auth.v1beta1.Query/AccountInfo",
		&authtypes.QueryAccountInfoRequest{Address: s.address.String()}, &res)
	if err == nil {
		s.number, s.sequence = res.Info.AccountNumber, res.Info.Sequence
	}
	return err
}

func (v *victim) query(path string, req, res proto.Message) error {
	raw, err := proto.Marshal(req)
	if err != nil {
		return err
	}
	answer, err := v.rpc.ABCIQuery(context.Background(), path, raw)
	if err != nil {
		return err
	}
	if answer.Response.Code != 0 {
		return fmt.Errorf("%s: %s", path, answer.Response.Log)
	}
	return proto.Unmarshal(answer.Response.Value, res)
}

func (v *victim) sign(s *sender) ([]byte, error) {
	const gas = 200_000
	config := v.model.Encoding().TxConfig
	builder := config.NewTxBuilder()
	coins := sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, sent))
	if err := builder.SetMsgs(banktypes.NewMsgSend(s.address, recipient(), coins)); err != nil {
		return nil, err
	}
	builder.SetGasLimit(gas)
	builder.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, gas/1000)))
	return signed(config, builder, s)
}

func signed(config client.TxConfig, builder client.TxBuilder, s *sender) ([]byte, error) {
	const mode = signing.SignMode_SIGN_MODE_DIRECT
	// The bytes to sign cover the key and the mode, so these come first.
	empty := signing.SignatureV2{
		PubKey: s.key.PubKey(), Sequence: s.sequence, Data: &signing.SingleSignatureData{SignMode: mode},
	}
	if err := builder.SetSignatures(empty); err != nil {
		return nil, err
	}
	data := authsigning.SignerData{
		Address: s.address.String(), PubKey: s.key.PubKey(), ChainID: localChainID,
		AccountNumber: s.number, Sequence: s.sequence,
	}
	signature, err := clienttx.SignWithPrivKey(
		context.Background(), mode, data, builder, s.key, config, s.sequence)
	if err != nil {
		return nil, err
	}
	if err := builder.SetSignatures(signature); err != nil {
		return nil, err
	}
	return config.TxEncoder()(builder.GetTx())
}

// requireSent stops the test unless the recipient has what the transactions in all
// blocks up to a height sent; it returns their number.
func (v *victim) requireSent(height int64) int {
	v.t.Helper()
	count := 0
	for h := int64(1); h <= height; h++ {
		res, err := v.rpc.BlockResults(context.Background(), &h)
		require.NoError(v.t, err)
		for _, tx := range res.TxsResults {
			if tx.Code == 0 {
				count++
			}
		}
	}
	var res banktypes.QueryBalanceResponse
	require.NoError(v.t, v.query("/cosmos.bank.v1beta1.Query/Balance",
		&banktypes.QueryBalanceRequest{Address: recipient().String(), Denom: app.StakingDenom}, &res))
	require.Equal(v.t, int64(sent*count), res.Balance.Amount.Int64())
	return count
}
