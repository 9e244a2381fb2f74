package portal_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

const patience = 30 * time.Second

// site is a portal that runs beside a node until the test ends.
type site struct {
	*testing.T
	address, metrics string
}

func serve(t *testing.T, node *localnet.Node, change func(*portal.Config)) site {
	t.Helper()
	port, err := localnet.FreePorts(10)
	require.NoError(t, err)
	ready := make(chan string, 1)
	c := portal.Config{
		Listen: "127.0.0.1:0", Metrics: "127.0.0.1:" + strconv.Itoa(port), RPC: "tcp://" + node.RPC, GRPC: node.GRPC,
		Database: filepath.Join(t.TempDir(), "portal.db"), TrustFirstUse: true, Limits: guard.Limits{AtOnce: 16},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Operator: "Example Ltd, notices@example.org", Ready: func(a string) { ready <- a },
	}
	if change != nil {
		change(&c)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- portal.Run(ctx, c) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-served)
	})
	select {
	case err := <-served:
		t.Fatalf("the portal did not start: %s", err)
	case a := <-ready:
		return site{t, "http://" + a, "http://" + c.Metrics + "/metrics"}
	}
	return site{}
}

func (s site) get(address string) (int, string) {
	s.Helper()
	res, err := http.Get(address)
	require.NoError(s, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(s, err)
	return res.StatusCode, string(raw)
}

// await asks for a page until it has a text.
func (s site) await(path, text string) string {
	s.Helper()
	body := ""
	require.Eventually(s, func() bool {
		_, body = s.get(s.address + path)
		return strings.Contains(body, text)
	}, patience, 200*time.Millisecond, "%s has no %q", path, text)
	return body
}

// What somebody registers and pays shows on the pages, and what the operator denies does not.
func TestThePortalShowsWhatHappened(t *testing.T) {
	encoding.Configure()
	net := localnet.ForTest(t, localnet.Options{Keys: []string{"alice"}})
	node := net.Nodes[0]
	run := func(args ...string) string {
		out, err := net.Run(t.Context(), append(args, "--from", "alice", "--yes", "--home", node.Home)...)
		require.NoError(t, err)
		return out
	}
	work := regexp.MustCompile(`work1[a-z0-9]+`)
	register := func(name, content, title string) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return work.FindString(run("register", path, "--title", title))
	}
	song := register("song.wav", "la", `<b>First</b> & "last"`)
	denied := register("other.wav", "lo", "Not to be shown")
	paid := regexp.MustCompile(`[0-9A-F]{64}`).FindString(run("pay", song, "1.00 USDC"))

	s := serve(t, node, func(c *portal.Config) { c.Denied = portal.DenyList{denied: true} })
	require.Contains(t, s.await("/search?q=first+la", "&lt;b&gt;First"), song, "a title is text, not markup")
	s.await("/works/"+song, "100.00 USDC")
	require.Contains(t, s.await("/tx/"+paid, "A work was paid"), "1.00 USDC")
	require.NotContains(t, s.await("/", song), "Not to be shown")

	code, body := s.get(s.address + "/works/" + denied)
	require.Equal(t, http.StatusUnavailableForLegalReasons, code)
	require.Contains(t, body, "notices@example.org")
	require.NotContains(t, body, "Not to be shown")
	for path, want := range map[string]int{
		"/works/" + song + "x": http.StatusBadRequest, "/nowhere": http.StatusNotFound, "/tx/" + strings.Repeat("0", 64): http.StatusNotFound,
		"/healthz": http.StatusOK, "/header/1": http.StatusOK, "/works/" + song + "/proof": http.StatusOK,
		"/works/" + song + "/proof?about=nonsense": http.StatusBadRequest, "/act/steal?work=" + song: http.StatusNotFound,
	} {
		code, _ := s.get(s.address + path)
		require.Equal(t, want, code, path)
	}
	_, body = s.get(s.metrics)
	for _, name := range []string{
		"stemma_portal_height", "stemma_portal_node_lies 0", "stemma_portal_requests_total", "stemma_portal_request_seconds",
	} {
		require.Contains(t, body, name)
	}
}

// Of a node's methods only those are passed on that signing takes.
func TestTheNodeIsNotOpenToAll(t *testing.T) {
	encoding.Configure()
	net := localnet.ForTest(t, localnet.Options{Keys: []string{"alice"}})
	s := serve(t, net.Nodes[0], nil)
	for method, want := range map[string]int{
		"status": http.StatusOK, "unsafe_flush_mempool": http.StatusForbidden, "dial_peers": http.StatusForbidden,
		"tx_search":            http.StatusForbidden,
		"dump_consensus_state": http.StatusForbidden, "genesis": http.StatusForbidden,
	} {
		question := `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":{}}`
		res, err := http.Post(s.address+"/rpc", "application/json", strings.NewReader(question))
		require.NoError(t, err)
		_ = res.Body.Close()
		require.Equal(t, want, res.StatusCode, method)
	}
	// A batch would be one request with a thousand questions.
	res, err := http.Post(s.address+"/rpc", "application/json", strings.NewReader(`[{"jsonrpc":"2.0","id":1,"method":"status"}]`))
	require.NoError(t, err)
	_ = res.Body.Close()
	require.Equal(t, http.StatusBadRequest, res.StatusCode)
}
