package localnet

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/bech32"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var works = flag.Int("works", 0, "how many works the chain has that TestJoinAtScale joins; 0: it is passed over")

// maxExecuted is up to how many works two nodes on one machine may read the genesis: of a million each takes 17 GB.
const maxExecuted = 100_000

// withWorks is a genesis with works of one account.
func withWorks(count int) func([]byte) ([]byte, error) {
	return func(genesis []byte) ([]byte, error) {
		const empty = `"works":[],"anchors"`
		var tight bytes.Buffer
		if err := json.Compact(&tight, genesis); err != nil {
			return nil, err
		}
		before, after, found := bytes.Cut(tight.Bytes(), []byte(empty))
		if !found {
			return nil, fmt.Errorf("no %s in the genesis", empty)
		}
		out := bytes.NewBuffer(make([]byte, 0, len(genesis)+900*count))
		out.Write(before)
		out.WriteString(`"works":[`)
		account := make([]byte, 20)
		owner, err := bech32.ConvertAndEncode("stemma", account)
		if err != nil {
			return nil, err
		}
		since := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
		for i := range count {
			if i > 0 {
				out.WriteByte(',')
			}
			sum := sha256.Sum256([]byte(strconv.Itoa(i)))
			fmt.Fprintf(out, `{"id":"%s","work":{"owner":"%[2]s","registrant":"%[2]s","sha256":"%[3]s","status":"STATUS_ACTIVE","version":1,`+
				`"claimed_since":{"time":"%[4]s","tx_index":0,"rank":%[5]d},"registered_at":"%[4]s"},"revisions":[{"details":{"kind":"KIND_IMAGE",`+
				`"title":"Photograph %[5]d","media_type":"image/jpeg","creators":[{"name":"Ann Example"}]},"created_at":"%[4]s"}]}`,
				registrytypes.NewWorkID(account, sum), owner, base64.StdEncoding.EncodeToString(sum[:]), since, i)
		}
		out.WriteString(`],"anchors"`)
		out.Write(after)
		return out.Bytes(), nil
	}
}

// TestJoinAtScale measures how long a new node takes to join a chain of many works by a snapshot, and how many bytes it gets.
func TestJoinAtScale(t *testing.T) {
	if *works == 0 {
		t.Skip("make test-join WORKS=1000000: takes minutes")
	}
	began := time.Now()
	// A snapshot of a million works is read for minutes: it must not be deleted meanwhile.
	n := StoppedForTest(t, Options{Nodes: 1, BlockTime: time.Second, Genesis: withWorks(*works), Settings: []string{
		"state-sync.snapshot-interval=60", "state-sync.snapshot-keep-recent=20",
	}})
	require.NoError(t, n.Nodes[0].Start())
	awaitUntil(t, 30*time.Minute, func() bool {
		require.False(t, n.Nodes[0].Gone(), "the first node ended")
		at, err := n.Nodes[0].Height(t.Context())
		return err == nil && at > 2
	})
	t.Logf("%d works: the first node began after %v, memory at most %s", *works, time.Since(began).Round(time.Second), peakMemory(t, n.Nodes[0].PID()))
	awaitUntil(t, 30*time.Minute, func() bool {
		log, err := os.ReadFile(n.Nodes[0].Log())
		require.NoError(t, err)
		return bytes.Contains(log, []byte("completed state snapshot"))
	})
	ways := []string{"a snapshot"}
	if *works <= maxExecuted {
		ways = append(ways, "all blocks")
	}
	for _, way := range ways {
		o := newOperator(t, n, way)
		sent := sentBytes(t, n.Nodes[0])
		at, err := n.Nodes[0].Height(t.Context())
		require.NoError(t, err)
		trust, err := n.Run(t.Context(), "network", "bundle", "--rpc", "http://"+n.Nodes[0].RPC)
		require.NoError(t, err)
		bundle := filepath.Join(t.TempDir(), "join.json")
		require.NoError(t, os.WriteFile(bundle, []byte(trust), 0o600))
		args := []string{"join", "--bundle", bundle, "--output", "json"}
		if way == "all blocks" {
			args = append(args, "--from-genesis")
		}
		began = time.Now()
		out, said, code := o.run(args...)
		require.Zero(t, code, said)
		took := time.Since(began)
		genesis, err := os.Stat(genesisFile(o.node.Home))
		require.NoError(t, err)
		var joined struct{ Height string }
		require.NoError(t, json.Unmarshal([]byte(out), &joined))
		t.Logf("by %s at height %d: %v to height %s; %.1f MB of genesis, %.1f MB from peers, %.1f MB on disk", way, at, took.Round(time.Second),
			joined.Height, float64(genesis.Size())/1e6, float64(sentBytes(t, n.Nodes[0])-sent)/1e6, float64(sizeOf(t, filepath.Join(o.node.Home, "data")))/1e6)
	}
}

func awaitUntil(t *testing.T, limit time.Duration, done func() bool) {
	t.Helper()
	require.Eventually(t, done, limit, time.Second)
}

// sentBytes is how many bytes a node has sent to its peers.
func sentBytes(t *testing.T, n *Node) (sum int64) {
	t.Helper()
	answer, err := http.Get("http://" + n.Metrics + "/metrics")
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	for _, found := range regexp.MustCompile(`(?m)^cometbft_p2p_message_send_bytes_total\{.*\} (.*)$`).FindAllSubmatch(text, -1) {
		value, err := strconv.ParseFloat(string(found[1]), 64)
		require.NoError(t, err)
		sum += int64(value)
	}
	return sum
}

// peakMemory is the most memory that a process has had.
func peakMemory(t *testing.T, pid int) string {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	return string(regexp.MustCompile(`VmHWM:\s*(.*)`).FindSubmatch(status)[1])
}

func sizeOf(t *testing.T, folder string) (size int64) {
	t.Helper()
	require.NoError(t, filepath.Walk(folder, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			size += info.Size()
		}
		return err
	}))
	return size
}
