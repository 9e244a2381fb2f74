package drills

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	rpc "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

const (
	validators = 4
	// patience bounds what hangs; it says nothing of how fast something is.
	patience = 2 * time.Minute
	// quiet is how long no block comes where none may.
	quiet = 3 * time.Second
)

// times is how often a long drill repeats its fault.
var times = flag.Int("times", 0, "how often each drill repeats its fault; 0: as the drill says")

func TestMain(m *testing.M) {
	encoding.Configure()
	os.Exit(m.Run())
}

// often is how often the fault is to be injected.
func often(short, long int) int {
	switch {
	case *times > 0:
		return *times
	case os.Getenv("DRILL") == "long":
		return long
	default:
		return short
	}
}

// drill is a network that is treated badly.
type drill struct {
	*testing.T
	ctx   context.Context
	net   *localnet.Network
	nodes []*localnet.Node
	// later are nodes that joined.
	later []*localnet.Node
	began time.Time
	binds map[*localnet.Node]*rpc.HTTP
}

// newDrill makes four validators that do not run yet, with these settings.
func newDrill(t *testing.T, change func(*localnet.Options)) *drill {
	t.Helper()
	if os.Getenv("DRILL") == "" {
		t.Skip("a drill: make drill, or .ci/run drill for the short forms")
	}
	t.Parallel() // most of a drill is waiting
	o := localnet.Options{
		Nodes: validators, Keys: []string{"alice"}, Funded: funded(), BlockTime: 100 * time.Millisecond,
		Settings: []string{"consensus.timeout_propose=500ms", "tx_index.indexer=null"},
	}
	if change != nil {
		change(&o)
	}
	d := &drill{T: t, net: localnet.StoppedForTest(t, o), began: time.Now(), binds: map[*localnet.Node]*rpc.HTTP{}}
	d.nodes = d.net.Nodes
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	t.Cleanup(cancel)
	d.ctx = ctx
	return d
}

// running is newDrill whose validators run.
func running(t *testing.T, change func(*localnet.Options)) *drill {
	t.Helper()
	d := newDrill(t, change)
	require.NoError(t, d.net.Start(d.ctx))
	return d
}

// said logs what the drill came to: a line of the table in docs/reliability.md.
func (d *drill) said(format string, args ...any) {
	d.Helper()
	d.Logf("%s; %.0f s", fmt.Sprintf(format, args...), time.Since(d.began).Seconds())
}

// eventually waits for something that has to come.
func (d *drill) eventually(what string, is func() bool) {
	d.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			d.tell()
			require.FailNow(d, "waited in vain", "%s for %s", patience, what)
		}
	}
}

// tell logs the ends of all nodes' logs.
func (d *drill) tell() {
	for _, node := range slices.Concat(d.nodes, d.later) {
		d.Log(node.Failure())
	}
}

// join makes one more node, which is started by the caller and killed at the end.
func (d *drill) join(name string, settings ...string) *localnet.Node {
	d.Helper()
	node, err := d.net.Join(d.ctx, name, settings...)
	require.NoError(d, err)
	d.later = append(d.later, node)
	d.Cleanup(func() {
		if node.Exited() != nil {
			node.Kill()
		}
	})
	return node
}

// height is that of a node; -1 where it does not answer.
func (d *drill) height(node *localnet.Node) int64 {
	ctx, cancel := context.WithTimeout(d.ctx, 5*time.Second)
	defer cancel()
	height, err := node.Height(ctx)
	if err != nil {
		return -1
	}
	return height
}

// await waits for nodes to have the block of a height.
func (d *drill) await(height int64, nodes ...*localnet.Node) {
	d.Helper()
	for _, node := range nodes {
		d.eventually(fmt.Sprintf("block %d of %s", height, node.Home), func() bool {
			d.requireUp(node)
			return d.height(node) >= height
		})
	}
}

// goesOn waits for so many further blocks of a node.
func (d *drill) goesOn(node *localnet.Node, blocks int64) {
	d.Helper()
	d.eventually("an answer", func() bool { return d.height(node) >= 0 })
	d.await(d.height(node)+blocks, node)
}

// halts requires that nodes make no block. One may be on its way.
func (d *drill) halts(nodes ...*localnet.Node) {
	d.Helper()
	time.Sleep(quiet / 2)
	for _, node := range nodes {
		at := d.height(node)
		time.Sleep(quiet / time.Duration(len(nodes)))
		require.Equal(d, at, d.height(node), "a block without two thirds of the power")
	}
}

// requireUp fails where a node has ended by itself.
func (d *drill) requireUp(node *localnet.Node) {
	d.Helper()
	select {
	case <-node.Exited():
		require.NoError(d, node.Failure())
	default:
	}
}

// rpc asks a node.
func (d *drill) rpc(node *localnet.Node) *rpc.HTTP {
	d.Helper()
	if d.binds[node] == nil {
		var err error
		d.binds[node], err = rpc.New("http://"+node.RPC, "/websocket")
		require.NoError(d, err)
	}
	return d.binds[node]
}

// ask runs a command of stemmad that asks a node, and returns what it printed.
func (d *drill) ask(node *localnet.Node, args ...string) string {
	d.Helper()
	out, err := d.net.Run(d.ctx, append(args, "--node", "tcp://"+node.RPC, "--home", d.nodes[0].Home)...)
	require.NoError(d, err)
	return out
}

// hash is that of the state after a block, as the node itself has computed it.
func (d *drill) hash(node *localnet.Node, height int64) []byte {
	d.Helper()
	res, err := d.rpc(node).BlockResults(d.ctx, &height)
	require.NoError(d, err)
	return res.AppHash
}

// requireAgreement compares the app hashes that all nodes have computed at each height that they have in common from one
// on, and returns how many heights that were.
func (d *drill) requireAgreement(from int64, nodes ...*localnet.Node) (heights int64) {
	d.Helper()
	to := d.height(nodes[0])
	d.await(to, nodes...)
	for height := from; height <= to; height++ {
		want := d.hash(nodes[0], height)
		require.NotEmpty(d, want)
		for _, node := range nodes[1:] {
			require.True(d, bytes.Equal(want, d.hash(node, height)), "%s computed another state of block %d", node.Home, height)
		}
	}
	return to - from + 1
}

// requireSound stops all nodes and has `stemmad check` look at all invariants of each one's state.
func (d *drill) requireSound(nodes ...*localnet.Node) {
	d.Helper()
	for _, node := range nodes {
		d.requireUp(node)
		require.NoError(d, node.Stop())
	}
	for _, node := range nodes {
		_, err := d.net.Run(d.ctx, "check", "--home", node.Home)
		require.NoError(d, err)
	}
}

// ended waits for a node to end by itself, and returns its exit code and why it says that it did.
func (d *drill) ended(node *localnet.Node) (code int, why string) {
	d.Helper()
	select {
	case <-node.Exited():
	case <-time.After(patience):
		require.FailNow(d, "the node stays up", node.Failure())
	}
	log, err := os.ReadFile(node.Log())
	require.NoError(d, err)
	lines := strings.Split(strings.TrimSpace(string(log)), "\n")
	slices.Reverse(lines)
	for _, line := range lines {
		if strings.HasPrefix(line, "Error: ") {
			return node.ExitCode(), line
		}
	}
	return node.ExitCode(), lines[0]
}
