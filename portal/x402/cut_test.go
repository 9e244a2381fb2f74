package x402_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/x402"
	doors "github.com/stemma-chain/stemma/portal/x402"
)

// cut is a connection that breaks at a question, before or after the node has it: what the server does from there on fails, as if it had
// been ended.
type cut struct {
	grpc.ClientConnInterface
	left  atomic.Int64
	after bool // the node has the last question
}

func (c *cut) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	gone := status.Error(codes.Unavailable, "cut")
	switch left := c.left.Add(-1); {
	case left > 0:
		return c.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
	case left == 0 && c.after:
		return errors.Join(gone, c.ClientConnInterface.Invoke(ctx, method, args, reply, opts...))
	}
	return gone
}

// Wherever the server is ended, the payer has the thing or the money: the same payment, shown again to a server that has
// only what was on disk, is either delivered or was never paid. It is never paid twice.
func TestEndedAtEveryStep(t *testing.T) {
	w := newWorld(t)
	path := w.path(w.song, "use=ai-input&commercial=true")
	r := w.get(path, nil).required(x402.Exact)
	paid, seen, steps := int64(0), map[string]bool{}, int64(0)
	for step, whole := int64(1), false; !whole; step++ {
		for _, after := range []bool{false, true} {
			conn := &cut{ClientConnInterface: w.c.ClientConnInterface, after: after}
			conn.left.Store(step)
			broken, err := client.New(conn, client.ForChain("doors-1"))
			require.NoError(t, err)
			w.open(func(c *doors.Config) { c.Client = broken })
			payment := w.pay("buyer", r)
			ctx, cancel := context.WithTimeout(t.Context(), 600*time.Millisecond)
			first := w.try(ctx, path, payment) // or hangs up
			cancel()
			require.NoError(t, broken.Close())
			if first == http.StatusOK {
				whole = true
			}
			w.open()
			got := w.get(path, payment)
			require.Equal(t, http.StatusOK, got.code, "step %d: %s", step, got.body)
			var answer doors.Answer
			require.NoError(t, json.Unmarshal(got.body, &answer))
			require.False(t, seen[answer.Paid.ID])
			seen[answer.Paid.ID] = true
			paid += usePrice
			steps++
		}
		require.Less(t, step, int64(60))
	}
	t.Logf("%d endings", steps)
	w.requireTaken(paid)
}

// try asks and tells what it was answered; 0: nothing.
func (w *world) try(ctx context.Context, path string, p *x402.Payment) int {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.shop.URL+path, nil)
	require.NoError(w.t, err)
	r.Header.Set(x402.PaymentHeader, x402.Encode(p))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	require.NoError(w.t, res.Body.Close())
	return res.StatusCode
}
