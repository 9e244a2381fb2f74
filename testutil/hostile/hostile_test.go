// Package hostile sends a node and a portal what no honest client sends, and watches whether both go on serving honest ones.
package hostile

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

var (
	lasts   = flag.Duration("hostile.for", 9*time.Second, "how long all attacks run together")
	alone   = flag.Duration("hostile.alone", 0, "how long each attack runs by itself before")
	only    = flag.String("hostile.only", "", "only attacks whose names fit this regular expression")
	workers = flag.Int("hostile.workers", 2, "clients of each attack at a time")
)

const (
	// honestWithin is what an honest client waits for at most. It is a bound on hanging: the machine may be busy with other tests.
	honestWithin = 15 * time.Second
	// growth is how much more memory a process may hold afterwards. The heap may grow to four times what is in use (GOGC=300).
	growth = 1536 << 20
)

// unfinished is what had no answer when the attack was over: slow requests have until then.
const unfinished = "unfinished"

// attack is one kind of request.
type attack struct {
	name string
	// send makes one and says how it was answered: an HTTP status, a gRPC code, or "closed".
	send func(ctx context.Context, n int) (outcome string)
	// refused are the outcomes that are right.
	refused []string
}

// TestHostileRequests sends all attacks at once to a node and a portal for a while. An honest client is served meanwhile, blocks go on,
// memory stays within bounds, nothing panics, and each request is answered as its attack says.
func TestHostileRequests(t *testing.T) {
	v := begin(t)
	list := slices.Concat(v.httpAttacks("REST", v.node.REST), v.httpAttacks("portal", v.portal), v.restAttacks(), v.grpcAttacks(),
		v.rpcAttacks(), v.portalAttacks())
	list = slices.DeleteFunc(list, func(a attack) bool { return !regexp.MustCompile(*only).MatchString(a.name) })
	counts := newCounts()
	if *alone > 0 {
		for _, a := range list {
			v.run(t, *alone, counts, a)
		}
	}
	v.run(t, *lasts, counts, list...)
	t.Logf("%s", counts)
	for _, a := range list {
		require.NotZero(t, counts.total(a.name), "%s was never answered", a.name)
		for outcome, n := range counts.of[a.name] {
			if outcome == unfinished {
				continue
			}
			require.Contains(t, a.refused, outcome, "%s, %d times", a.name, n)
		}
	}
}

// victim is what is attacked.
type victim struct {
	*testing.T
	node      *localnet.Node
	portal    string
	portalPID int
	portalLog *bytes.Buffer
	conn      *grpc.ClientConn
	http      *http.Client
	methods   []string
}

func begin(t *testing.T) *victim {
	encoding.Configure() // and all queries are known
	net := localnet.ForTest(t, localnet.Options{Keys: []string{"alice"}, BlockTime: 500 * time.Millisecond})
	v := &victim{T: t, node: net.Nodes[0], portalLog: new(bytes.Buffer)}
	song := filepath.Join(t.TempDir(), "song.wav")
	require.NoError(t, os.WriteFile(song, []byte("la"), 0o600))
	_, err := net.Run(t.Context(), "register", song, "--title", "Song", "--from", "alice", "--yes", "--home", v.node.Home)
	require.NoError(t, err)
	v.startPortal()
	v.conn, err = grpc.NewClient(v.node.GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = v.conn.Close() })
	v.http = &http.Client{
		Timeout: 40 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	v.methods = v.listMethods()
	long := make([]byte, 3<<20)
	err = v.conn.Invoke(t.Context(), "/cosmos.bank.v1beta1.Query/Params", &long, new([]byte), grpc.ForceCodec(bytesCodec{}))
	require.ErrorContains(t, err, "vs. 2097152", "a new node reads longer messages than it says")
	return v
}

func (v *victim) startPortal() {
	binary, err := localnet.PortalBinary()
	require.NoError(v, err)
	port, err := localnet.FreePorts(2)
	require.NoError(v, err)
	v.portal = "127.0.0.1:" + strconv.Itoa(port)
	cmd := exec.Command(binary, "--listen", v.portal, "--node", "tcp://"+v.node.RPC, "--grpc", v.node.GRPC, "--trust-first-use",
		"--db", filepath.Join(v.TempDir(), "portal.db"), "--origin", "http://"+v.portal, "--till", filepath.Join(v.TempDir(), "till.db"),
		"--vouchers", v.TempDir(), "--proxy-header", "X-Reader")
	cmd.Stdout, cmd.Stderr = v.portalLog, v.portalLog
	require.NoError(v, cmd.Start())
	v.portalPID = cmd.Process.Pid
	v.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if v.Failed() {
			log := v.portalLog.String()
			v.Log(log[max(0, len(log)-4000):])
		}
	})
	require.Eventually(v, func() bool {
		res, err := http.Get("http://" + v.portal + "/healthz")
		if err == nil {
			_ = res.Body.Close()
		}
		return err == nil && res.StatusCode == http.StatusOK
	}, 60*time.Second, 100*time.Millisecond, "the portal did not start")
}

// run sends attacks for a while, with an honest client beside.
func (v *victim) run(t *testing.T, lasts time.Duration, counts *counts, attacks ...attack) {
	t.Helper()
	height, err := v.node.Height(t.Context())
	require.NoError(t, err)
	before := [2]int64{memory(t, v.node.PID()), memory(t, v.portalPID)}
	ctx, stop := context.WithTimeout(t.Context(), lasts)
	defer stop()
	var all sync.WaitGroup
	for _, a := range attacks {
		for w := range *workers {
			all.Go(func() {
				for n := w; ctx.Err() == nil; n += *workers {
					outcome := a.send(ctx, n)
					if end, _ := ctx.Deadline(); time.Now().After(end) {
						counts.add(a.name, unfinished)
						break
					}
					counts.add(a.name, outcome)
				}
			})
		}
	}
	slowest := v.honest(ctx)
	all.Wait()
	after, err := v.node.Height(t.Context())
	require.NoError(t, err)
	now := [2]int64{memory(t, v.node.PID()), memory(t, v.portalPID)}
	what := "all"
	if len(attacks) == 1 {
		what = attacks[0].name
	}
	t.Logf("%s in %s: %d blocks, node %d to %d MiB, portal %d to %d MiB, the slowest honest answer %v", what, lasts, after-height,
		before[0]>>20, now[0]>>20, before[1]>>20, now[1]>>20, slowest)
	require.Greater(t, after, height+int64(lasts/(5*time.Second)), "blocks do not go on")
	require.Less(t, now[0]-before[0], int64(growth), "the node's memory")
	require.Less(t, now[1]-before[1], int64(growth), "the portal's memory")
	v.requireQuiet(t)
}

// requireQuiet looks for panics in what both have said.
func (v *victim) requireQuiet(t *testing.T) {
	t.Helper()
	require.False(t, v.node.Gone())
	raw, err := os.ReadFile(v.node.Log())
	require.NoError(t, err)
	for _, log := range []string{string(raw), v.portalLog.String()} {
		for line := range strings.SplitSeq(log, "\n") {
			lower := strings.ToLower(line)
			require.False(t, strings.Contains(lower, "panic") || strings.Contains(lower, "goroutine "), "%s", line)
		}
	}
}

// honest asks each server something useful over and over, and returns how long the slowest answer of each took.
func (v *victim) honest(ctx context.Context) map[string]time.Duration {
	slowest := map[string]time.Duration{}
	asks := map[string]func(ctx context.Context) error{
		"REST": func(ctx context.Context) error {
			return v.get(ctx, "http://"+v.node.REST+"/cosmos/base/tendermint/v1beta1/blocks/latest")
		},
		"RPC":    func(ctx context.Context) error { return v.get(ctx, "http://"+v.node.RPC+"/status") },
		"portal": func(ctx context.Context) error { return v.get(ctx, "http://"+v.portal+"/") },
		"gRPC":   v.askGRPC,
	}
	for ctx.Err() == nil {
		for _, name := range slices.Sorted(maps.Keys(asks)) {
			start := time.Now()
			asked, cancel := context.WithTimeout(context.WithoutCancel(ctx), honestWithin)
			err := asks[name](asked)
			cancel()
			require.NoError(v, err, "an honest question to %s", name)
			slowest[name] = max(slowest[name], time.Since(start).Round(time.Millisecond))
		}
		time.Sleep(100 * time.Millisecond)
	}
	return slowest
}

// get asks anew while a server says that it is busy, as honest clients do.
func (v *victim) get(ctx context.Context, address string) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		req.Header.Set("X-Reader", "192.0.2.7")
		res, err := v.http.Do(req)
		if err != nil {
			return err
		}
		raw, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		switch {
		case err != nil:
			return err
		case res.StatusCode == http.StatusOK:
			return nil
		case res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusServiceUnavailable:
			return fmt.Errorf("%s: %s", res.Status, raw)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it is still busy: %s", res.Status)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// memory is what a process holds, in bytes.
func memory(t *testing.T, pid int) int64 {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	for line := range strings.SplitSeq(string(raw), "\n") {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmRSS:" {
			kib, err := strconv.ParseInt(fields[1], 10, 64)
			require.NoError(t, err)
			return kib << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

// counts are outcomes by attack.
type counts struct {
	mu sync.Mutex
	of map[string]map[string]int
}

func newCounts() *counts { return &counts{of: map[string]map[string]int{}} }

func (c *counts) add(name, outcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[name] == nil {
		c.of[name] = map[string]int{}
	}
	c.of[name][outcome]++
}

func (c *counts) total(name string) (n int) {
	for _, times := range c.of[name] {
		n += times
	}
	return n
}

func (c *counts) String() string {
	var out strings.Builder
	all := 0
	for _, name := range slices.Sorted(maps.Keys(c.of)) {
		fmt.Fprintf(&out, "\n%-36s %v", name, c.of[name])
		all += c.total(name)
	}
	fmt.Fprintf(&out, "\n%d hostile requests", all)
	return out.String()
}
