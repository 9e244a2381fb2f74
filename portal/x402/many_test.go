package x402_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/stemma-chain/stemma/client"
	doors "github.com/stemma-chain/stemma/portal/x402"
)

// counted counts the questions about rights that reach a node.
type counted struct {
	grpc.ClientConnInterface
	rights atomic.Int64
}

func (c *counted) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	if strings.HasSuffix(method, "/CheckRights") {
		c.rights.Add(1)
	}
	return c.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
}

// Ten thousand who ask and don't pay cost the node a question a second, and the server no memory.
func TestTenThousandWhoDoNotPay(t *testing.T) {
	w := newWorld(t)
	conn := &counted{ClientConnInterface: w.c.ClientConnInterface}
	c, err := client.New(conn, client.ForChain("doors-1"))
	require.NoError(t, err)
	defer c.Close()
	w.open(func(config *doors.Config) { config.Client = c })
	path := w.path(w.song, "use=ai-input&commercial=true")
	require.Equal(t, http.StatusPaymentRequired, w.get(path, nil).code)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, began, asked := heap(), time.Now(), conn.rights.Load()
	const questions, atOnce = 10_000, 64
	transport := &http.Transport{MaxIdleConnsPerHost: atOnce}
	defer transport.CloseIdleConnections()
	asking := http.Client{Transport: transport}
	var all sync.WaitGroup
	left := atomic.Int64{}
	left.Store(questions)
	for range atOnce {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				res, err := asking.Get(w.shop.URL + path)
				if err != nil || res.StatusCode != http.StatusPaymentRequired {
					t.Error(err, res)
					return
				}
				_ = res.Body.Close()
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	transport.CloseIdleConnections()
	grown := int64(heap()) - int64(before)
	t.Logf("%d questions in %s, %d of the node, %d bytes of memory more", questions, took, conn.rights.Load()-asked, grown)
	require.LessOrEqual(t, conn.rights.Load()-asked, int64(took/time.Second+1)*atOnce)
	require.Less(t, grown, int64(16<<20))
}
