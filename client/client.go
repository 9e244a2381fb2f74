// Package client is what a program does with the chain: ask, sign, send and wait, over one
// gRPC address. It returns data and errors, no sentences, and prints nothing.
//
// What a program should know: one Client serves the whole process and its goroutines; calls
// end with their context, so give it a deadline; errors of the chain are a *TxError.
package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec"
	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/encoding"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Client asks one node and sends to it. It is a gRPC connection, so every generated query
// client takes it. It is safe for concurrent use.
type Client struct {
	grpc.ClientConnInterface
	// Encoding has the codecs of the chain's types.
	Encoding encoding.Encoding

	closer  io.Closer
	watcher watcher
	// trials bounds how many run at once: a node refuses what is too much for it.
	trials gate

	mu       sync.Mutex
	chainID  string
	accounts map[string]*account
}

// Option sets how a client is made.
type Option func(*settings)

type settings struct {
	chainID  string
	encoding *encoding.Encoding
	tls      *tls.Config
	poll     time.Duration
}

// ForChain sets the chain id that is signed, which otherwise is what the node says.
func ForChain(id string) Option { return func(s *settings) { s.chainID = id } }

// WithEncoding takes codecs that are there already.
func WithEncoding(e encoding.Encoding) Option { return func(s *settings) { s.encoding = &e } }

// WithTLS connects by TLS; Dial without it does not, which is for nodes of one's own.
func WithTLS(config *tls.Config) Option { return func(s *settings) { s.tls = config } }

// PollEvery sets the pause between two looks for a new block while something is awaited;
// 100 ms unless set.
func PollEvery(pause time.Duration) Option { return func(s *settings) { s.poll = pause } }

// defaultPoll is short beside the time between two blocks of any network.
const defaultPoll = 100 * time.Millisecond

// Dial makes a client of the node with this gRPC address, as localhost:9090. Nothing is sent
// before the first question: a node that is not there shows then.
func Dial(address string, options ...Option) (*Client, error) {
	s, err := read(options)
	if err != nil {
		return nil, err
	}
	security := insecure.NewCredentials()
	if s.tls != nil {
		security = credentials.NewTLS(s.tls)
	}
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(security), grpc.WithDefaultCallOptions(
		grpc.ForceCodec(codec.NewProtoCodec(s.encoding.InterfaceRegistry).GRPCCodec()), grpc.MaxCallRecvMsgSize(maxAnswer)))
	if err != nil {
		return nil, fmt.Errorf("address %q of a node: %w", address, err)
	}
	c := newClient(conn, s)
	c.closer = conn
	return c, nil
}

// maxAnswer is in bytes. A block has up to 2 MB of transactions, and its results more.
const maxAnswer = 64 << 20

// New makes a client of a connection that is there already. Its codec unpacks what answers
// hold, or answers with packed parts (allowances, accounts) can't be read.
func New(conn grpc.ClientConnInterface, options ...Option) (*Client, error) {
	s, err := read(options)
	if err != nil {
		return nil, err
	}
	return newClient(conn, s), nil
}

func read(options []Option) (settings, error) {
	s := settings{poll: defaultPoll}
	for _, set := range options {
		set(&s)
	}
	encoding.Configure()
	if s.encoding == nil {
		e, err := encoding.New()
		if err != nil {
			return settings{}, err
		}
		s.encoding = &e
	}
	return s, nil
}

func newClient(conn grpc.ClientConnInterface, s settings) *Client {
	c := &Client{ClientConnInterface: conn, Encoding: *s.encoding, chainID: s.chainID, accounts: make(map[string]*account)}
	c.trials = make(gate, trialsAtOnce)
	c.watcher = watcher{client: c, poll: s.poll, awaited: make(map[[32]byte]*sighting), changed: make(chan struct{})}
	return c
}

// Close ends what runs in the background, and a connection that Dial made.
func (c *Client) Close() error {
	c.watcher.close()
	if c.closer == nil {
		return nil
	}
	return c.closer.Close()
}

// Registry asks x/registry: works, claims, anchors.
func (c *Client) Registry() registrytypes.QueryClient { return registrytypes.NewQueryClient(c) }

// Royalty asks x/royalty: payments, holders, balances.
func (c *Client) Royalty() royaltytypes.QueryClient { return royaltytypes.NewQueryClient(c) }

// License asks x/license: terms, offers, grants, rights.
func (c *Client) License() licensetypes.QueryClient { return licensetypes.NewQueryClient(c) }

// Lineage asks x/lineage: derivations, ancestors, descendants.
func (c *Client) Lineage() lineagetypes.QueryClient { return lineagetypes.NewQueryClient(c) }

// Agent asks x/agent: who acts for whom, within which limit, and what is said of them.
func (c *Client) Agent() agenttypes.QueryClient { return agenttypes.NewQueryClient(c) }

// Dispute asks x/dispute: who contests what, how it stands, what opening takes.
func (c *Client) Dispute() disputetypes.QueryClient { return disputetypes.NewQueryClient(c) }

// Bank asks x/bank: balances.
func (c *Client) Bank() banktypes.QueryClient { return banktypes.NewQueryClient(c) }

// At makes questions with this context answer from the state after a block, while the node
// has it; 0: the newest.
func At(ctx context.Context, height int64) context.Context {
	if height <= 0 {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(height, 10))
}

// ChainID is the chain's, asked of the node once.
func (c *Client) ChainID(ctx context.Context) (string, error) {
	c.mu.Lock()
	id := c.chainID
	c.mu.Unlock()
	if id != "" {
		return id, nil
	}
	info, err := cmtservice.NewServiceClient(c).GetNodeInfo(ctx, &cmtservice.GetNodeInfoRequest{})
	if err != nil {
		return "", fmt.Errorf("ask the node for its chain id: %w", err)
	}
	if info.GetDefaultNodeInfo().GetNetwork() == "" {
		return "", errors.New("the node does not say its chain id")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.chainID = info.DefaultNodeInfo.Network
	return c.chainID, nil
}

// Latest is height and time of the newest block whose state can be asked for.
func (c *Client) Latest(ctx context.Context) (height int64, at time.Time, err error) {
	status, err := nodeservice.NewServiceClient(c).Status(ctx, &nodeservice.StatusRequest{})
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("ask the node for its height: %w", err)
	}
	if status.Timestamp != nil {
		at = *status.Timestamp
	}
	return int64(status.Height), at, nil
}

// account is what all senders of one key share.
func (c *Client) account(address string) *account {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.accounts[address]
	if a == nil {
		a = &account{gate: make(gate, 1)}
		c.accounts[address] = a
	}
	return a
}

// trialsAtOnce is what any node has places for.
const trialsAtOnce = 4

// gate lets so many through at once.
type gate chan struct{}

func (g gate) take(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g gate) leave() { <-g }
