package ops_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

// folder is where prometheus and promtool are; `make test-ops` fetches them.
func folder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PROMETHEUS")
	if dir == "" {
		t.Skip("no PROMETHEUS, the folder of prometheus and promtool: run make test-ops")
	}
	return dir
}

// played are alerts that alerts_test.yml brings about from made-up metrics: no drill on nodes does it
// within minutes. All others are drilled.
var played = []string{
	"StemmaNodeRestarts", "StemmaDoubleSigned", "StemmaDiskFills", "StemmaMetricsFail", "StemmaBlocksSlow", "StemmaPayoutsFail",
	"StemmaStageQuarantined", "StemmaDisputeStuck", "StemmaDeadlinesWait", "StemmaRoyaltiesWait", "StemmaPayoutsWait",
	"StemmaSweepSlow", "StemmaHeadersMissing",
}

func TestPlayedAlerts(t *testing.T) {
	dir := folder(t)
	out, err := exec.Command(filepath.Join(dir, "promtool"), "test", "rules", "alerts_test.yml").CombinedOutput()
	require.NoError(t, err, string(out))
	play, err := os.ReadFile("alerts_test.yml")
	require.NoError(t, err)
	for _, name := range played {
		require.Contains(t, string(play), "alertname: "+name)
	}
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"check", "config", "prometheus.yml"}} {
		out, err := exec.Command(filepath.Join(dir, "promtool"), args...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

// drill is a network that Prometheus watches.
type drill struct {
	t       *testing.T
	ctx     context.Context
	net     *localnet.Network
	address string // of Prometheus
	left    []string
}

// quick are the alerts with windows of seconds: a drill has no minutes.
func quick(t *testing.T, dir string) {
	t.Helper()
	raw, err := os.ReadFile("alerts.yml")
	require.NoError(t, err)
	text := regexp.MustCompile(`for: \w+`).ReplaceAllString(string(raw), "for: 0s")
	text = regexp.MustCompile(`\[(5|10)m\]`).ReplaceAllString(text, "[10s]")
	text = strings.Replace(text, "max(stemma_block_timestamp_seconds) > 60", "max(stemma_block_timestamp_seconds) > 5", 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "alerts.yml"), []byte(text), 0o600))
}

// watch runs Prometheus over nodes.
func (d *drill) watch(nodes ...*localnet.Node) {
	dir := d.t.TempDir()
	quick(d.t, dir)
	targets := make([]string, len(nodes))
	for i, n := range nodes {
		targets[i] = fmt.Sprintf("%q", n.Metrics)
	}
	settings := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [alerts.yml]\nscrape_configs:\n"+
		"  - job_name: stemma\n    static_configs: [{targets: [%s]}]\n", strings.Join(targets, ", "))
	require.NoError(d.t, os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(settings), 0o600))
	port, err := localnet.FreePorts(1)
	require.NoError(d.t, err)
	d.address = fmt.Sprintf("127.0.0.1:%d", port)
	cmd := exec.Command(filepath.Join(folder(d.t), "prometheus"), "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+d.address, "--log.level=warn")
	cmd.Stderr = os.Stderr
	require.NoError(d.t, cmd.Start())
	d.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

func (d *drill) ask(path string, into any) error {
	res, err := http.Get("http://" + d.address + path)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(into)
}

// fires waits for an alert, of a node where one is named.
func (d *drill) fires(name string, node *localnet.Node) {
	d.t.Helper()
	require.Contains(d.t, d.left, name, "no such alert, or drilled before")
	var res struct {
		Data struct {
			Alerts []struct {
				State  string
				Labels map[string]string
			}
		}
	}
	require.Eventually(d.t, func() bool {
		if d.ask("/api/v1/alerts", &res) != nil {
			return false
		}
		for _, a := range res.Data.Alerts {
			if a.Labels["alertname"] == name && a.State == "firing" && (node == nil || a.Labels["instance"] == node.Metrics) {
				return true
			}
		}
		return false
	}, time.Minute, 200*time.Millisecond, "%s does not fire: %+v", name, &res)
	d.left = slices.DeleteFunc(d.left, func(left string) bool { return left == name })
}

// serves requires that each metric which alerts and dashboard name is there.
func (d *drill) serves(names []string) {
	d.t.Helper()
	var res struct{ Data []string }
	require.NoError(d.t, d.ask("/api/v1/label/__name__/values", &res))
	for _, name := range names {
		if !slices.Contains([]string{ // there was no payment and no dispute
			"stemma_royalty_paid_in_total", "stemma_royalty_paid_out_total", "stemma_disputes_next_deadline_timestamp_seconds",
		}, name) {
			require.True(d.t, slices.Contains(res.Data, name), "no node serves %s", name)
		}
	}
}

var keys = []string{"k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9"}

// genesis has a high base price and jails validators soon.
func genesis(raw []byte) ([]byte, error) {
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	state := all["app_state"].(map[string]any)
	state["feemarket"].(map[string]any)["price"] = "50000000000000000000" // 50 ustem
	state["slashing"].(map[string]any)["params"].(map[string]any)["signed_blocks_window"] = "20"
	return json.Marshal(all)
}

// Every alert that is not played fires when what it is about happens to real nodes.
func TestDrill(t *testing.T) {
	folder(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	d := &drill{t: t, ctx: ctx}
	for _, a := range alerts(t) {
		if !slices.Contains(played, a.Alert) {
			d.left = append(d.left, a.Alert)
		}
	}
	d.net = localnet.StoppedForTest(t, localnet.Options{
		Nodes: 4, Keys: keys, Genesis: genesis, Settings: []string{"mempool.max-txs=20", "consensus.timeout_propose=1s"},
	})
	low, full, asked, frozen := d.net.Nodes[0], d.net.Nodes[1], d.net.Nodes[2], d.net.Nodes[3]
	low.Env = append(low.Env, fmt.Sprintf("STEMMAD_DISK_MIN_FREE=%d", free(t, low.Home)/4))
	asked.Env = append(asked.Env, "STEMMAD_QUERIES_AT_ONCE=1", "STEMMAD_QUERIES_WAIT=1ms")
	require.NoError(t, d.net.Start(ctx))
	late, err := d.net.Join(ctx, "late", "p2p.persistent_peers=")
	require.NoError(t, err)
	require.NoError(t, late.Start())
	t.Cleanup(late.Kill)
	d.watch(append(slices.Clone(d.net.Nodes), late)...)

	d.fires("StemmaFeesHigh", nil)
	d.fires("StemmaDiskLow", low)
	d.fires("StemmaNodeBehind", late)
	d.fires("StemmaFewPeers", late)

	stopHammering := hammer(asked)
	d.fires("StemmaQueriesRefused", asked)
	stopHammering()

	began := d.height(low)
	d.freeze(frozen, func() bool { return d.height(low) > began+5 })
	d.fires("StemmaMissesBlocks", frozen)
	d.freeze(frozen, d.jails)
	d.fires("StemmaNoPower", frozen)
	d.serves(named(t))

	asked.Kill() // a third of the power that is left
	d.fires("StemmaNodeDown", asked)
	d.fires("StemmaChainHalted", nil)
	d.fill(full)
	d.fires("StemmaPoolFull", full)
	require.Empty(t, d.left, "alerts that were not drilled")
}

func free(t *testing.T, dir string) uint64 {
	t.Helper()
	var fs syscall.Statfs_t
	require.NoError(t, syscall.Statfs(dir, &fs))
	return fs.Bavail * uint64(fs.Bsize)
}

// hammer asks a node more than it answers.
func hammer(node *localnet.Node) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for ctx.Err() == nil {
				req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+node.REST+"/cosmos/bank/v1beta1/supply", nil)
				if res, err := http.DefaultClient.Do(req); err == nil {
					_ = res.Body.Close()
				}
			}
		})
	}
	return func() {
		cancel()
		all.Wait()
	}
}

// freeze stops a node's process, as a machine that hangs.
func (d *drill) freeze(node *localnet.Node, until func() bool) {
	d.t.Helper()
	require.NoError(d.t, syscall.Kill(node.PID(), syscall.SIGSTOP))
	defer func() { require.NoError(d.t, syscall.Kill(node.PID(), syscall.SIGCONT)) }()
	require.Eventually(d.t, until, 90*time.Second, 200*time.Millisecond)
}

func (d *drill) height(node *localnet.Node) int64 {
	height, err := node.Height(d.ctx)
	require.NoError(d.t, err)
	return height
}

// jails says whether a validator has been jailed.
func (d *drill) jails() bool {
	out, err := d.net.Run(d.ctx, "query", "staking", "validators", "--output", "json", "--node", "tcp://"+d.net.Nodes[0].RPC,
		"--home", d.net.Nodes[0].Home)
	return err == nil && strings.Contains(out, `"jailed": true`)
}

// fill fills a node's pool while no block empties it.
func (d *drill) fill(node *localnet.Node) {
	d.t.Helper()
	c, err := client.Dial(node.GRPC)
	require.NoError(d.t, err)
	d.t.Cleanup(func() { _ = c.Close() })
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, d.net.Nodes[0].Home, nil, c.Encoding.Codec)
	require.NoError(d.t, err)
	for _, name := range keys {
		signer, err := client.FromKeyring(ring, name)
		require.NoError(d.t, err)
		from := c.Sender(signer, client.Options{Unordered: true, Gas: 200_000})
		for range 2 {
			draft, err := from.Draft(d.ctx, banktypes.NewMsgSend(signer.Address(), signer.Address(), sdk.NewCoins(sdk.NewInt64Coin("ustem", 1))))
			require.NoError(d.t, err)
			_, err = from.Submit(d.ctx, draft)
			require.NoError(d.t, err)
		}
	}
}
