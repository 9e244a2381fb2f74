package deploy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// patience is how long a test waits for what has to come, on a machine that does other things too.
const patience = 3 * time.Minute

// watched is a network of four validators, of which the last signs through another process.
type watched struct {
	t       *testing.T
	net     *localnet.Network
	address string // of the last validator's key, in hex
}

// watch runs the network, stops the last validator, and takes its key and what it has signed out of its home, into a folder.
func watch(t *testing.T, dir string) *watched {
	t.Helper()
	w := &watched{t: t, net: localnet.ForTest(t, localnet.Options{Nodes: 4, BlockTime: 200 * time.Millisecond})}
	home := w.last().Home
	var key struct{ Address string }
	raw, err := os.ReadFile(filepath.Join(home, "config", "priv_validator_key.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &key))
	w.address = key.Address
	w.signs()
	require.NoError(t, w.last().Stop())
	require.NoError(t, os.Rename(filepath.Join(home, "config", "priv_validator_key.json"), filepath.Join(dir, "priv_validator_key.json")))
	require.NoError(t, os.Rename(filepath.Join(home, "data", "priv_validator_state.json"), filepath.Join(dir, "priv_validator_state.json")))
	return w
}

func (w *watched) last() *localnet.Node { return w.net.Nodes[3] }

// ask puts a question to the first node's RPC.
func (w *watched) ask(path string, into any) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+w.net.Nodes[0].RPC+path, nil)
	require.NoError(w.t, err)
	res, err := http.DefaultClient.Do(request)
	require.NoError(w.t, err)
	defer res.Body.Close()
	answer := struct{ Result any }{into}
	require.NoError(w.t, json.NewDecoder(res.Body).Decode(&answer))
}

func (w *watched) height() int64 {
	w.t.Helper()
	height, err := w.net.Nodes[0].Height(w.t.Context())
	require.NoError(w.t, err)
	return height
}

// signed says whether the last validator's signature is in the commit of a block.
func (w *watched) signed(height int64) bool {
	w.t.Helper()
	var answer struct {
		SignedHeader struct {
			Commit struct {
				Signatures []struct {
					Flag    int    `json:"block_id_flag"`
					Address string `json:"validator_address"`
				}
			}
		} `json:"signed_header"`
	}
	w.ask(fmt.Sprintf("/commit?height=%d", height), &answer)
	const commit = 2
	for _, s := range answer.SignedHeader.Commit.Signatures {
		if s.Flag == commit && s.Address == w.address {
			return true
		}
	}
	return false
}

// signs waits until the last validator signs blocks that came since.
func (w *watched) signs() {
	w.t.Helper()
	from := w.height()
	require.Eventually(w.t, func() bool {
		height := w.height()
		return height > from+1 && w.signed(height-1)
	}, patience, 200*time.Millisecond, "the validator does not sign after block %d", from)
}

// silent waits for blocks without the last validator's signature: the others go on.
func (w *watched) silent(blocks int) {
	w.t.Helper()
	var without []int64
	require.Eventually(w.t, func() bool {
		if height := w.height() - 1; !slices.Contains(without, height) {
			if w.signed(height) {
				without = nil
			} else {
				without = append(without, height)
			}
		}
		return len(without) >= blocks
	}, patience, 50*time.Millisecond, "the validator goes on signing without its signer")
}

// honest requires that nobody showed two signatures of the validator for one height: no block has evidence.
func (w *watched) honest() {
	w.t.Helper()
	before := w.height()
	require.Eventually(w.t, func() bool { return w.height() > before+3 }, patience, 200*time.Millisecond) // evidence comes later
	last := w.height()
	for height := int64(1); height <= last; height++ {
		var answer struct {
			Block struct {
				Evidence struct{ Evidence []json.RawMessage }
			}
		}
		w.ask(fmt.Sprintf("/block?height=%d", height), &answer)
		require.Empty(w.t, answer.Block.Evidence.Evidence, "block %d", height)
	}
	w.t.Logf("%d blocks, no evidence", last)
}

// background runs a program until the test ends, or the function that it returns kills it.
func background(t *testing.T, name string, args ...string) (kill func()) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, name, args...) // killed, as by kill -9
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	stopped := false
	kill = func() {
		if !stopped {
			stopped = true
			cancel()
			_ = cmd.Wait() // how it ended is known
		}
	}
	t.Cleanup(func() {
		kill()
		if t.Failed() {
			raw, _ := os.ReadFile(log.Name()) // for the reader of a failure
			t.Logf("%s ends with\n%s", name, raw[max(0, len(raw)-3000):])
		}
	})
	return kill
}
