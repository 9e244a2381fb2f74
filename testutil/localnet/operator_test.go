package localnet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// operator gives commands for a home folder of its own.
type operator struct {
	t      *testing.T
	binary string
	node   *Node
}

func newOperator(t *testing.T, n *Network, name string) operator {
	t.Helper()
	port, err := FreePorts(portsPerNode)
	require.NoError(t, err)
	node := &Node{
		Home: filepath.Join(n.dir, name), RPC: loopback(port + 1), GRPC: loopback(port + 2), REST: loopback(port + 3),
		Metrics: loopback(port + 4), network: n, log: filepath.Join(n.dir, name+".log"),
	}
	node.Env = environment(n.options.Binary, []string{
		"p2p.laddr=tcp://" + loopback(port), "rpc.laddr=tcp://" + node.RPC, "p2p.allow_duplicate_ip=true",
		"grpc.address=" + node.GRPC, "api.address=tcp://" + node.REST, "instrumentation.prometheus_listen_addr=" + node.Metrics,
	})
	t.Cleanup(func() {
		if node.cmd != nil {
			node.Kill()
		}
	})
	return operator{t, n.options.Binary, node}
}

// run gives a command, and returns what it printed, its errors and its exit code.
func (o operator) run(args ...string) (string, string, int) {
	o.t.Helper()
	cmd := exec.CommandContext(o.t.Context(), o.binary, append(args, "--home", o.node.Home)...)
	cmd.Env = append(os.Environ(), o.node.Env...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	var exit *exec.ExitError
	require.True(o.t, err == nil || errors.As(err, &exit), err)
	return out.String(), said.String(), cmd.ProcessState.ExitCode()
}

// found is the line of doctor about something.
func (o operator) found(code string, args ...string) (mark, found string, exit int) {
	o.t.Helper()
	out, said, exit := o.run(append([]string{"doctor", "--output", "json"}, args...)...)
	var d struct {
		Findings []struct{ Code, Mark, Found string }
	}
	require.NoError(o.t, json.Unmarshal([]byte(out), &d), said)
	for _, f := range d.Findings {
		if f.Code == code {
			return f.Mark, f.Found, exit
		}
	}
	return "", out, exit
}

// Somebody joins with what an operator published, by a snapshot and by all blocks, and looks after the node.
func TestSomebodyElseJoins(t *testing.T) {
	n := ForTest(t, Options{Nodes: 2, BlockTime: 300 * time.Millisecond, Settings: []string{"state-sync.snapshot-interval=10"}})
	ctx := t.Context()
	awaitHeight(t, n.Nodes[0], 12)
	one, two := "http://"+n.Nodes[0].RPC, "tcp://"+n.Nodes[1].RPC
	bundle := filepath.Join(t.TempDir(), "join.json")
	text, err := n.Run(ctx, "network", "bundle", "--rpc", one, "--rpc", two)
	require.NoError(t, err)
	var published struct {
		Genesis string   `json:"genesis_hash"`
		Trust   string   `json:"trust"`
		Peers   []string `json:"peers"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &published))
	require.Len(t, published.Peers, 2)
	require.NoError(t, os.WriteFile(bundle, []byte(text), 0o600))

	ann := newOperator(t, n, "ann")
	nothing := func(what string, exit int, says string, args ...string) {
		t.Helper()
		_, said, code := ann.run(append([]string{"join"}, args...)...)
		require.Equal(t, exit, code, said)
		require.Contains(t, said, says, what)
		require.NoFileExists(t, genesisFile(ann.node.Home), what)
	}
	height, _, _ := strings.Cut(published.Trust, ":")
	nothing("no node", 1, "no node to ask", "--trust", published.Trust)
	nothing("no trust", 1, "no header to trust", "--rpc", one)
	nothing("a wrong header", 1, "somebody deceives you", "--rpc", one, "--trust", height+":"+strings.Repeat("ab", 32))
	nothing("a wrong genesis", 1, "somebody deceives you", "--bundle", bundle, "--genesis-hash", strings.Repeat("ab", 32))
	nothing("a height that nobody has", 1, "no block at height 900000", "--rpc", one, "--trust", "900000:"+strings.Repeat("ab", 32))
	nothing("nobody", 8, "nothing listens there", "--rpc", "http://"+ann.node.RPC, "--trust", published.Trust)
	keyFile := filepath.Join(ann.node.Home, "config", "priv_validator_key.json")
	copied, err := os.ReadFile(filepath.Join(n.Nodes[0].Home, "config", "priv_validator_key.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(keyFile, copied, 0o600))
	nothing("a key alone", 1, "what was signed with this node's key is not known", "--bundle", bundle)
	stateFile := filepath.Join(ann.node.Home, "data", "priv_validator_state.json")
	require.NoError(t, os.MkdirAll(filepath.Dir(stateFile), 0o750))
	require.NoError(t, os.WriteFile(stateFile, []byte(`{"height":"0","round":0,"step":0}`), 0o600))
	nothing("a key that signs elsewhere", 1, "it would sign twice", "--bundle", bundle)
	require.NoError(t, errors.Join(os.Remove(keyFile), os.Remove(stateFile)))

	out, said, code := ann.run("join", "ann", "--bundle", bundle, "--output", "json")
	require.Zero(t, code, said)
	var joined struct {
		Trust   string
		Genesis string `json:"genesis_hash"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &joined))
	require.Equal(t, published.Trust, joined.Trust)
	written, err := os.ReadFile(genesisFile(ann.node.Home))
	require.NoError(t, err)
	sum := sha256.Sum256(written)
	require.Equal(t, published.Genesis, hex.EncodeToString(sum[:]))
	require.Equal(t, published.Genesis, joined.Genesis)
	_, said, code = ann.run("join", "--bundle", bundle)
	require.Equal(t, 1, code)
	require.Contains(t, said, "has blocks up to height")

	mark, found, code := ann.found("running")
	require.Equal(t, "bad", mark, found)
	require.Equal(t, 1, code)
	mark, found, _ = ann.found("others", "--rpc", "http://"+ann.node.RPC)
	require.Equal(t, "note", mark)
	require.Contains(t, found, "nothing listens there")
	require.NoError(t, ann.node.Start("--genesis_hash", published.Genesis))
	require.NoError(t, ann.node.AwaitStart(ctx))
	require.Eventually(t, func() bool { mark, found, code = ann.found("only-me"); return mark == "ok" && code == 0 }, time.Minute, time.Second, found)
	first, _, _ := ann.run("status", "--node", "tcp://"+ann.node.RPC)
	require.NotContains(t, first, `"earliest_block_height":"1"`, "from a snapshot")

	ben := newOperator(t, n, "ben")
	out, said, code = ben.run("join", "--bundle", bundle, "--from-genesis", "--output", "json")
	require.Zero(t, code, said)
	require.NotContains(t, out, "trust")

	// What is signed with a node's key while that node does not run is signed by another one.
	key := newOperator(t, n, "copy")
	require.NoError(t, n.Nodes[1].Stop())
	_, _, code = key.run("join", "--bundle", bundle, "--write-only", "--rpc", one)
	require.Equal(t, 8, code, "node 1 is away")
	mark, found, _ = operator{t, n.options.Binary, n.Nodes[1]}.found("sign-key", "--rpc", one)
	require.Equal(t, "ok", mark, found)
	state := filepath.Join(n.Nodes[1].Home, "data", "priv_validator_state.json")
	signed, err := os.ReadFile(state)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(state, []byte(`{"height":"1","round":0,"step":3}`), 0o600))
	mark, found, _ = operator{t, n.options.Binary, n.Nodes[1]}.found("sign-key", "--rpc", one)
	require.Equal(t, "bad", mark, found)
	require.NoError(t, os.WriteFile(state, signed, 0o600))
}

// A node that waits for its genesis time ends when it is told to.
func TestANodeThatWaitsForItsGenesisTimeEnds(t *testing.T) {
	n := StoppedForTest(t, Options{Nodes: 1, Genesis: func(genesis []byte) ([]byte, error) {
		later := `"genesis_time": "` + time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `"`
		return regexp.MustCompile(`"genesis_time": "[^"]*"`).ReplaceAll(genesis, []byte(later)), nil
	}})
	node := n.Nodes[0]
	require.NoError(t, node.Start())
	require.Eventually(t, func() bool {
		log, err := os.ReadFile(node.Log())
		return err == nil && bytes.Contains(log, []byte("waiting for the genesis time"))
	}, 2*time.Minute, 100*time.Millisecond)
	require.NoError(t, node.Stop())
	require.Zero(t, node.ExitCode())
}

// A node that does not know what it has signed signs nothing, until its operator says from where on.
func TestANodeThatForgotWhatItSignedDoesNotStart(t *testing.T) {
	n := ForTest(t, Options{Nodes: 1})
	node := n.Nodes[0]
	awaitHeight(t, node, 3)
	require.NoError(t, node.Stop())
	state := filepath.Join(node.Home, "data", "priv_validator_state.json")
	for _, damage := range []func() error{
		func() error { return os.Remove(state) },
		func() error { return os.WriteFile(state, []byte(`{"height":`), 0o600) },
	} {
		require.NoError(t, damage())
		require.NoError(t, node.Start())
		<-node.Exited()
		require.Equal(t, 1, node.ExitCode())
		require.ErrorContains(t, node.Failure(), "what was signed with this node's key is not known")
		mark, found, _ := operator{t, n.options.Binary, node}.found("sign-key")
		require.Equal(t, "bad", mark, found)
	}
	height, err := n.Run(t.Context(), "check", "--home", node.Home)
	require.NoError(t, err, height)
	require.NoError(t, os.WriteFile(state, []byte(`{"height":"3","round":0,"step":3}`), 0o600))
	require.NoError(t, node.Start())
	require.NoError(t, node.AwaitStart(t.Context()))
}

func awaitHeight(t *testing.T, n *Node, height int64) {
	t.Helper()
	require.Eventually(t, func() bool {
		at, err := n.Height(t.Context())
		return err == nil && at >= height
	}, 2*time.Minute, 200*time.Millisecond)
}
