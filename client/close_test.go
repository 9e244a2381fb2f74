package client_test

import (
	"context"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/stemma-chain/stemma/client"
)

// silent is a node that takes questions and answers none until it is stopped.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		<-stream.Context().Done()
		return stream.Context().Err()
	}))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

// ours counts the goroutines that run code of the library or of a connection of its.
func ours() int {
	buf := make([]byte, 1<<20)
	n := 0
	for _, one := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(one, "stemma/client.") || strings.Contains(one, "grpc.(*ccBalancerWrapper)") ||
			strings.Contains(one, "http2Client") {
			n++
		}
	}
	return n
}

// Calls end with their context against a node that says nothing, and Close leaves nothing.
func TestCallsEndWithTheirContext(t *testing.T) {
	address := silent(t)
	before := ours()
	for range 10 {
		c, err := client.Dial(address)
		require.NoError(t, err)
		for _, call := range []func(context.Context) error{
			func(ctx context.Context) error { _, err := c.ChainID(ctx); return err },
			func(ctx context.Context) error { _, _, err := c.Latest(ctx); return err },
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			began := time.Now()
			require.Error(t, call(ctx))
			require.Less(t, time.Since(began), time.Second)
			cancel()
		}
		require.NoError(t, c.Close())
	}
	require.Eventually(t, func() bool { return ours() <= before }, 5*time.Second, 20*time.Millisecond)
}

// Two clients of one process share nothing.
func TestClientsShareNothing(t *testing.T) {
	one, err := client.Dial("127.0.0.1:1", client.ForChain("one-1"))
	require.NoError(t, err)
	two, err := client.Dial("127.0.0.1:1", client.ForChain("two-1"))
	require.NoError(t, err)
	require.NoError(t, one.Close())
	id, err := two.ChainID(t.Context())
	require.NoError(t, err)
	require.Equal(t, "two-1", id)
	require.NoError(t, two.Close())
}
