package portal_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	cmtp2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

// changeling is a node, asked by gRPC, that says what it is told of which chain it is.
type changeling struct {
	cmtservice.UnimplementedServiceServer
	chain atomic.Pointer[string]
}

func (c *changeling) GetNodeInfo(context.Context, *cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
	return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: &cmtp2p.DefaultNodeInfo{Network: *c.chain.Load()}}, nil
}

// serve answers until the test ends, and returns where.
func (c *changeling) serve(t *testing.T) string {
	t.Helper()
	e, err := encoding.New()
	require.NoError(t, err)
	server := grpc.NewServer(grpc.ForceServerCodec(codec.NewProtoCodec(e.InterfaceRegistry).GRPCCodec()))
	cmtservice.RegisterServiceServer(server, c)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

// The node that pages ask may be of another chain than the one that is followed: then they would show that chain's works
// under the height and the checks of this one. The portal does not start so, and says so when it happens later.
func TestPagesAskTheChainThatIsFollowed(t *testing.T) {
	encoding.Configure()
	chain := localnet.ForTest(t, localnet.Options{})
	node, other := chain.Nodes[0], "other-1"
	asked := new(changeling)
	asked.chain.Store(&other)
	address := asked.serve(t)

	err := portal.Run(t.Context(), portal.Config{
		Listen: "127.0.0.1:0", RPC: "tcp://" + node.RPC, GRPC: address, Database: filepath.Join(t.TempDir(), "portal.db"),
		Log: slog.New(slog.DiscardHandler), Ready: func(string) { t.Error("it serves") },
	})
	require.ErrorIs(t, err, portal.ErrTwoChains)
	for _, part := range []string{node.RPC + " is of " + chain.ChainID, address + " of " + other} {
		require.ErrorContains(t, err, part)
	}

	asked.chain.Store(&chain.ChainID)
	began := time.Now()
	s := serve(t, node, func(c *portal.Config) { c.GRPC = address })
	require.Less(t, time.Since(began), 2*time.Second, "nothing is waited for where both answer")
	s.await("/check", ", block ")
	require.Eventually(t, func() bool { code, _ := s.get(s.address + "/healthz"); return code == http.StatusOK }, patience, 50*time.Millisecond)
	asked.chain.Store(&other)
	s.await("/check", "it asks a node of the chain other-1, and what it is checked against is of the chain "+chain.ChainID)
	code, body := s.get(s.address + "/healthz")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Contains(t, body, other)
	_, body = s.get(s.metrics)
	require.Contains(t, body, "stemma_portal_two_chains 1")
	asked.chain.Store(&chain.ChainID)
	require.Eventually(t, func() bool {
		_, body := s.get(s.address + "/check")
		return !strings.Contains(body, "other-1")
	}, patience, 50*time.Millisecond)
}

// A node that is away is no reason not to start: what is indexed is shown.
func TestANodeThatIsAwayIsNotWaitedFor(t *testing.T) {
	port, err := localnet.FreePorts(10)
	require.NoError(t, err)
	nobody := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began := time.Now()
	served := portal.Run(ctx, portal.Config{
		Listen: "127.0.0.1:0", RPC: "tcp://" + nobody, GRPC: nobody, Database: filepath.Join(t.TempDir(), "portal.db"),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Ready: func(string) { cancel() },
	})
	require.NoError(t, served)
	require.Less(t, time.Since(began), 5*time.Second)
}
