package portal_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

var long = flag.Bool("long", false, "also begin from an export that keeps its heights, and from a snapshot of another node")

// binary is the stemmad that `make build` makes.
const binary = "../build/stemmad"

// older is a chain on which something happened before the portal's history begins.
type older struct {
	*testing.T
	net                 *localnet.Network
	song, remix, photo  string // works
	alice, bob, fan     string // accounts
	paid                string // hash of a payment
	agent               string
	workID, transaction *regexp.Regexp
}

func contentOf(name string) string { return "content of the " + name }

func newOlder(t *testing.T, settings ...string) *older {
	t.Helper()
	if _, err := os.Stat(binary); err != nil {
		t.Skip("there is no " + binary + ": run `make build` first")
	}
	path, err := filepath.Abs(binary)
	require.NoError(t, err)
	encoding.Configure()
	o := &older{
		T: t, workID: regexp.MustCompile(`work1[a-z0-9]+`), transaction: regexp.MustCompile(`[0-9A-F]{64}`),
		net: localnet.ForTest(t, localnet.Options{
			Binary: path, Keys: []string{"alice", "bob", "fan"}, BlockTime: 100 * time.Millisecond, Settings: settings,
		}),
	}
	for name, to := range map[string]*string{"alice": &o.alice, "bob": &o.bob, "fan": &o.fan} {
		*to = strings.TrimSpace(o.stemmad("keys", "show", name, "--address"))
	}
	files := map[string]string{}
	for _, name := range []string{"song", "remix", "photo"} {
		files[name] = filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(files[name], []byte(contentOf(name)), 0o600))
	}
	register := func(args ...string) string { return o.workID.FindString(o.sign(args...)) }
	o.song = register("register", files["song"], "--title", "First Light 晨光", "--creator", "Ana Müller", "--from", "alice")
	o.sign("offer", o.song, "commercial-remix-10", "--from", "alice")
	o.remix = register("derive", files["remix"], "--from", o.song, "--title", "Second Light", "--by", "bob")
	o.photo = register("register", files["photo"], "--title", "Blue", "--from", "bob")
	o.sign("offer", o.photo, "ai-training-paid", "--price", "5.00 USDC", "--from", "bob")
	o.sign("acquire", o.photo, "--max-fee", "5.00 USDC", "--from", "fan")
	o.paid = o.pay()
	o.agent = regexp.MustCompile(`agent1[a-z0-9]+`).FindString(o.sign("agent", "register", "buyer", "--responsible", "Acme", "--for", "30d",
		"--description", "It buys pictures.", "--endpoint", "mcp=https://buyer.example/mcp", "--from", "bob"))
	return o
}

func (o *older) stemmad(args ...string) string {
	o.Helper()
	out, err := o.net.Run(o.Context(), append(args, "--home", o.net.Nodes[0].Home)...)
	require.NoError(o, err)
	return out
}

func (o *older) sign(args ...string) string { return o.stemmad(append(args, "--yes")...) }

func (o *older) pay() string {
	o.Helper()
	return o.transaction.FindString(o.sign("pay", o.remix, "1.00 USDC", "--from", "fan"))
}

// again lets a chain of one node, which has stopped, begin anew from a genesis; height is that of its first block,
// 0: as it says.
func again(t *testing.T, net *localnet.Network, genesis string, height int64, reset ...string) {
	t.Helper()
	raw, err := os.ReadFile(genesis)
	require.NoError(t, err)
	var file map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&file))
	// An export begins ten minutes after its last block; no transaction of this chain is unordered.
	file["genesis_time"] = time.Now().UTC().Format(time.RFC3339Nano)
	if height > 0 {
		file["initial_height"] = height
	}
	raw, err = json.Marshal(file)
	require.NoError(t, err)
	node := net.Nodes[0]
	_, err = net.Run(t.Context(), append(reset, "--home", node.Home)...)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(node.Home, "config", "genesis.json"), raw, 0o600))
	require.NoError(t, node.Start())
	require.NoError(t, node.AwaitStart(t.Context()))
}

// The works of before an export are found and have their pages, which say where history begins; what
// comes after is there as on any chain.
func TestAChainThatBeganFromAnExport(t *testing.T) {
	o := newOlder(t)
	node := o.net.Nodes[0]
	require.NoError(t, node.Stop())
	dir := t.TempDir()
	whole, fromOne := filepath.Join(dir, "export.json"), filepath.Join(dir, "zero.json")
	o.stemmad("export", "--output-document", whole)
	o.stemmad("export", "--for-zero-height", "--output-document", fromOne)

	// It may have signed for the next height when it stopped, which the new chain begins with.
	if *long {
		again(t, o.net, whole, 0, "comet", "unsafe-reset-all")
		o.requireOlder(serve(t, node, nil))
		require.NoError(t, node.Stop())
	}
	again(t, o.net, fromOne, 0, "comet", "unsafe-reset-all")
	s := serve(t, node, nil)
	require.Equal(t, int64(1), o.requireOlder(s))
	o.requireNewer(s)
}

// A node that got its state from others has works that are older than its blocks.
func TestANodeThatBeganWithASnapshot(t *testing.T) {
	if !*long {
		t.Skip("takes a minute: make test-portal")
	}
	const every = 50
	o := newOlder(t, "state-sync.snapshot-interval="+strconv.Itoa(every), "state-sync.snapshot-keep-recent=0")
	first := o.net.Nodes[0]
	happened, err := first.Height(t.Context())
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		height, err := first.Height(t.Context())
		return err == nil && height > (happened/every+1)*every+2
	}, time.Minute, 200*time.Millisecond)
	trusted := httpHash(t, first, 5)
	node, err := o.net.Join(t.Context(), "late", "statesync.enable=true", "statesync.rpc_servers="+first.RPC+","+first.RPC,
		"statesync.trust_height=5", "statesync.trust_hash="+trusted, "statesync.discovery_time=5s")
	require.NoError(t, err)
	require.NoError(t, node.Start())
	t.Cleanup(func() {
		node.Kill()
		if t.Failed() {
			t.Log(node.Failure())
		}
	})
	require.NoError(t, node.AwaitStart(t.Context()))
	s := serve(t, node, func(c *portal.Config) { c.FromEarliest = true })
	require.Greater(t, o.requireOlder(s), happened)
	o.requireNewer(s)
}

// httpHash is the hash of a block, as a node says.
func httpHash(t *testing.T, node *localnet.Node, height int) string {
	t.Helper()
	_, body := site{T: t}.get("http://" + node.RPC + "/commit?height=" + strconv.Itoa(height))
	var said struct {
		Result struct {
			SignedHeader struct {
				Commit struct {
					BlockID struct {
						Hash string `json:"hash"`
					} `json:"block_id"`
				} `json:"commit"`
			} `json:"signed_header"`
		} `json:"result"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &said))
	require.NotEmpty(t, said.Result.SignedHeader.Commit.BlockID.Hash)
	return said.Result.SignedHeader.Commit.BlockID.Hash
}

var (
	historyBegins = regexp.MustCompile(`History begins at block (\d+)\.`)
	pictures      = regexp.MustCompile(`(?s)<svg.*?</svg>`)
)

// requireOlder looks at what was before the first block, and returns that.
func (o *older) requireOlder(s site) int64 {
	o.Helper()
	s.await("/search?q=first+li", o.song)
	body := s.await("/search?q=first+li", "History begins")
	begins := historyBegins.FindStringSubmatch(body)
	require.NotNil(o, begins, body)
	first, err := strconv.ParseInt(begins[1], 10, 64)
	require.NoError(o, err)
	digest := sha256.Sum256([]byte(contentOf("song")))
	for _, q := range []string{"晨光", "muller", o.song, hex.EncodeToString(digest[:])} {
		_, body = s.get(s.address + "/search?q=" + url.QueryEscape(q))
		require.Contains(o, body, "First Light", q)
	}
	before := "What happened before block " + begins[1] + " is not listed here."
	for path, wants := range map[string][]string{
		"/works/" + o.song:              {o.alice, "Ana Müller", "commercial-remix-10", o.remix, "100.00 USDC", before},
		"/works/" + o.remix:             {o.bob, "First Light", "10.00 USDC", "<svg", before},
		"/works/" + o.photo:             {"5.00 USDC", before},
		"/works/" + o.song + "/history": {before},
		"/accounts/" + o.alice:          {o.song, before},
		"/accounts/" + o.fan:            {o.photo, before}, // its grant
	} {
		code, body := s.get(s.address + path)
		require.Equal(o, http.StatusOK, code, path)
		for _, want := range wants {
			require.Contains(o, body, want, path)
		}
	}
	_, body = s.get(s.address + "/offers.json?use=train-ai&commercial=yes&max_price=5.00+USDC&licence=ai-training-paid")
	require.Contains(o, body, o.photo)
	_, body = s.get(s.address + "/offers.json?use=adapt&commercial=yes&text=first+light&max_royalty=100000")
	require.Contains(o, body, o.song)
	require.Contains(o, s.await("/services.json?protocol=mcp", o.agent), "buys pictures")
	_, body = s.get(s.address + "/works/" + o.remix + "/lineage")
	drawn := slices.ContainsFunc(pictures.FindAllString(body, -1), func(svg string) bool { return strings.Contains(svg, o.song) })
	require.True(o, drawn, "what it was made from is drawn")
	code, body := s.get(s.address + "/tx/" + o.paid)
	require.Equal(o, http.StatusNotFound, code)
	require.Contains(o, body, "History begins at block "+begins[1])
	code, _ = s.get(s.address + "/works/" + o.song + "/proof")
	require.Equal(o, http.StatusOK, code)
	return first
}

// requireNewer lets something happen, which the pages show.
func (o *older) requireNewer(s site) {
	o.Helper()
	o.sign("revise", o.song, "--title", "Last Light", "--from", "alice")
	s.await("/search?q=last+light", o.song)
	_, body := s.get(s.address + "/search?q=first+light")
	require.NotContains(o, body, o.song)
	body = s.await("/tx/"+o.pay(), "1.00 USDC")
	require.Contains(o, body, "0.10 USDC")
	require.Contains(o, body, "0.90 USDC")
}
