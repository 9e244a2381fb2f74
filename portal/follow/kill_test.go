package follow_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/follow"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/testutil/postgres"
)

var kills = flag.Int("kills", 5, "how often what follows is killed while the chain works")

// What a process of this test follows, and where to.
const (
	childNode  = "FOLLOW_TEST_NODE"
	childIndex = "FOLLOW_TEST_INDEX"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if node := os.Getenv(childNode); node != "" {
		fmt.Fprintln(os.Stderr, followOn(node, os.Getenv(childIndex)))
		os.Exit(1)
	}
	code := m.Run()
	postgres.Stop()
	os.Exit(code)
}

// followOn follows until it is killed.
func followOn(rpc, where string) error {
	node, err := rpchttp.New(rpc, "/websocket")
	if err != nil {
		return err
	}
	x, err := index.Open(context.Background(), where)
	if err != nil {
		return err
	}
	return follow.New(node, x, follow.Options{TrustFirstUse: true, Poll: 10 * time.Millisecond, Batch: 7}).Run(context.Background())
}

// kill kills a process that follows, again and again while the chain works. It ends with the rows of one
// that was never killed.
func (c *chain) kill(t *testing.T) {
	where := file(t)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				c.work()
			}
		}
	}()
	random := rand.New(rand.NewPCG(1, 2))
	reached := []int64{0}
	// On a machine that is busy a process may need longer than that to begin: then there are more.
	for n := 0; n < *kills || reached[len(reached)-1] == 0 && n < *kills+20; n++ {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childNode+"="+c.rpc(), childIndex+"="+where)
		child.Stderr = os.Stderr
		require.NoError(t, child.Start())
		time.Sleep(time.Duration(200+random.IntN(900)+500*max(0, n-*kills)) * time.Millisecond)
		require.NoError(t, child.Process.Kill())
		require.ErrorContains(t, child.Wait(), "killed")
		x, err := index.Open(t.Context(), where)
		require.NoError(t, err)
		cursor, err := x.Cursor(t.Context())
		require.NoError(t, err)
		require.NoError(t, x.Close())
		reached = append(reached, cursor.Height)
	}
	close(stop)
	<-stopped
	require.IsNonDecreasing(t, reached)
	require.NotZero(t, reached[len(reached)-1], "it came to nothing before it was killed")
	height := max(c.height(), reached[len(reached)-1]) // the chain goes on meanwhile
	t.Logf("killed at %v of %d", reached, height)
	x := c.until(where, height, follow.Options{})
	c.requireEvents(t, x, height)
	require.Equal(t, dump(t, c.until(file(t), height, follow.Options{})), dump(t, x))
	t.Run("and PostgreSQL has the same", func(t *testing.T) {
		require.Equal(t, dump(t, c.until(postgres.ForTest(t), height, follow.Options{Batch: 11})), dump(t, x))
	})
}
