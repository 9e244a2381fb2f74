package portal_test

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/index/ordinary"
	"github.com/stemma-chain/stemma/testutil/localnet"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	million = flag.Int("works", 2_000, "how many works TestPagesOfMany indexes; 1000000 for the numbers that are published")
	real    = flag.Int("real", 200, "how many works more the chain of TestPagesOfMany has, whose pages are asked for")
	strict  = flag.Bool("strict", false, "fail when one of a hundred searches or pages of works takes longer than was promised")
	where   = flag.String("index", "", "file of an index that has the works already, and stays as it is; or postgres://..., which does not")
)

// slowest is what was promised of 99 of a hundred searches and pages of works, on two cores.
const slowest = 300 * time.Millisecond

// TestPagesOfMany measures pages over HTTP: an index of many works that were made up, and of those of a chain that
// goes on where they end. What a page asks the node for is of the chain's works.
func TestPagesOfMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	switch {
	case strings.Contains(*where, "://"):
		path = *where
	case *where != "":
		copyFile(t, *where, path)
	}
	words, last := fill(t, path)
	m := &many{T: t, words: words}
	node := m.start(last + 1)
	s := serve(t, node, func(c *portal.Config) { c.Database, c.Limits = path, guard.Limits{AtOnce: 64} })
	s.await("/works/"+m.works[len(m.works)-1].String()+"/lineage", "<svg")
	for _, clients := range []int{1, 8} {
		for _, q := range m.questions() {
			before := m.worked(node)
			took := m.measure(s, q, clients)
			after := m.worked(node)
			p99 := took[len(took)*99/100]
			each := func(i int) time.Duration {
				return ((after[i] - before[i]) / time.Duration(len(took))).Round(100 * time.Microsecond)
			}
			t.Logf("%d at once  %-28s median %8v   99 of 100 within %8v   processor: %8v here, %8v in the node", clients, q.name,
				took[len(took)/2].Round(100*time.Microsecond), p99.Round(100*time.Microsecond), each(0), each(1))
			if *strict && q.promised {
				require.LessOrEqual(t, p99, slowest, "%s, %d at once", q.name, clients)
			}
		}
	}
}

// worked is how long the processor has worked for this process, which serves pages and asks for them, and for
// the node: other than the time that a page takes, that does not depend on what else the machine does.
func (m *many) worked(node *localnet.Node) [2]time.Duration {
	m.Helper()
	var used syscall.Rusage
	require.NoError(m, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", node.PID()))
	require.NoError(m, err)
	_, rest, _ := strings.Cut(string(raw), ") ")
	var ticks time.Duration // hundredths of a second, in user and in system mode
	for _, field := range strings.Fields(rest)[11:13] {
		n, err := strconv.Atoi(field)
		require.NoError(m, err)
		ticks += time.Duration(n)
	}
	return [2]time.Duration{time.Duration(used.Utime.Nano() + used.Stime.Nano()), ticks * 10 * time.Millisecond}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	require.NoError(t, err)
	defer in.Close()
	out, err := os.Create(to)
	require.NoError(t, err)
	_, err = io.Copy(out, in)
	require.NoError(t, err)
	require.NoError(t, out.Close())
}

// fill puts works into an index that has none, and a last block whose hash nobody asks for. It returns the words
// of their titles, and the height.
func fill(t *testing.T, path string) ([]string, int64) {
	t.Helper()
	x, err := index.Open(t.Context(), path)
	require.NoError(t, err)
	defer x.Close()
	o, err := ordinary.New()
	require.NoError(t, err)
	totals, err := x.Totals(t.Context())
	require.NoError(t, err)
	if totals.Works == 0 {
		_, err = o.Fill(t.Context(), x, *million)
		require.NoError(t, err)
	} else {
		require.Equal(t, int64(*million), totals.Works, "the index has other works than -works says")
	}
	cursor, err := x.Cursor(t.Context())
	require.NoError(t, err)
	require.NoError(t, x.Apply(t.Context(), ordinary.Block(cursor.Height+1)))
	return o.Words, cursor.Height + 1
}

// many is a chain of works: all others were made from the first, directly or not.
type many struct {
	*testing.T
	words []string
	owner string
	works []registrytypes.WorkID
}

func digestOf(n int) registrytypes.Digest {
	return registrytypes.Digest(sha256.Sum256(fmt.Append(nil, "real ", n)))
}

// start runs the chain from a height, and fills it.
func (m *many) start(height int64) *localnet.Node {
	m.Helper()
	if _, err := os.Stat(binary); err != nil {
		m.Skip("there is no " + binary + ": run `make build` first")
	}
	path, err := filepath.Abs(binary)
	require.NoError(m, err)
	net := localnet.ForTest(m.T, localnet.Options{
		Binary: path, ChainID: ordinary.ChainID, Keys: []string{"alice"}, BlockTime: 500 * time.Millisecond,
		Settings: []string{"tx_index.indexer=null"},
	})
	node := net.Nodes[0]
	// Only a chain that began before may begin at such a height: no transaction of a genesis is good there.
	require.NoError(m, node.Stop())
	genesis := filepath.Join(m.TempDir(), "genesis.json")
	_, err = net.Run(m.Context(), "export", "--for-zero-height", "--output-document", genesis, "--home", node.Home)
	require.NoError(m, err)
	again(m.T, net, genesis, height, "comet", "unsafe-reset-all")
	c, err := client.Dial(node.GRPC)
	require.NoError(m, err)
	defer c.Close()
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, node.Home, nil, c.Encoding.Codec)
	require.NoError(m, err)
	alice, err := client.FromKeyring(ring, "alice")
	require.NoError(m, err)
	m.owner = alice.Address().String()
	const perTx = 20
	for len(m.works) < *real {
		_, err := c.Send(m.Context(), alice, m.more(perTx)...)
		require.NoError(m, err)
	}
	return node
}

// more are the messages of as many works more, each offered: every other one was made from the first,
// and of the others each from two that are there.
func (m *many) more(n int) (msgs []sdk.Msg) {
	var entries []registrytypes.Entry
	var later []sdk.Msg
	preset, ok := licensetypes.PresetByName("commercial-remix-10")
	require.True(m, ok)
	source := func(n int) lineagetypes.Source {
		return lineagetypes.Source{Work: m.works[n], Role: lineagetypes.ROLE_PARENT_OF, Permission: preset.ID.String()}
	}
	before := len(m.works)
	for i := before; i < before+n; i++ {
		digest := digestOf(i)
		id := registrytypes.NewWorkID(sdk.MustAccAddressFromBech32(m.owner), digest)
		entries = append(entries, registrytypes.Entry{Sha256: digest, Details: registrytypes.Details{
			Kind: registrytypes.KIND_IMAGE, Title: fmt.Sprintf("%s number %d", m.words[i%1000], i),
			Creators:     []registrytypes.Creator{{Name: "Alice Liddell", Role: "painter"}},
			Fingerprints: []registrytypes.Fingerprint{{Scheme: "url", Value: fmt.Sprintf("https://example.org/real/%d", i)}},
		}})
		var sources []lineagetypes.Source
		switch {
		case i == 0:
		case i%2 == 1 || before == 0:
			sources = []lineagetypes.Source{source(0)}
		default:
			sources = []lineagetypes.Source{source(i * 7 % before), source((i*7 + 1) % before)}
		}
		if len(sources) > 0 {
			later = append(later, &lineagetypes.MsgDerive{Owner: m.owner, Work: id, MaxTotalRate: 1_000_000, Sources: sources})
		}
		later = append(later, &licensetypes.MsgOffer{Owner: m.owner, Work: id, Terms: preset.ID})
		m.works = append(m.works, id)
	}
	return append([]sdk.Msg{&registrytypes.MsgRegister{Registrant: m.owner, Works: entries}}, later...)
}

// question is one kind of page.
type question struct {
	name string
	path func(*rand.Rand) string
	code int
	has  string
	// promised: it has to be as quick as was promised.
	promised bool
}

func (m *many) questions() []question {
	search := func(text func(*rand.Rand) string) func(*rand.Rand) string {
		return func(r *rand.Rand) string { return "/search?q=" + url.QueryEscape(text(r)) }
	}
	work := func(rest string) func(*rand.Rand) string {
		return func(r *rand.Rand) string { return "/works/" + m.works[1+r.IntN(len(m.works)-1)].String() + rest }
	}
	offers := func(text func(*rand.Rand) string) func(*rand.Rand) string {
		return func(r *rand.Rand) string {
			return "/offers.json?use=adapt&commercial=yes&text=" + url.QueryEscape(text(r))
		}
	}
	always := func(path string) func(*rand.Rand) string { return func(*rand.Rand) string { return path } }
	const ok, elsewhere = http.StatusOK, http.StatusSeeOther
	found := `<ul class="works">`
	return []question{
		{"search: frequent word", search(func(r *rand.Rand) string { return m.words[r.IntN(3)] }), ok, found, true},
		{"search: two frequent words", search(func(r *rand.Rand) string {
			return m.words[r.IntN(3)] + " " + m.words[3+r.IntN(3)]
		}), ok, "", true},
		{"search: rare word", search(func(r *rand.Rand) string { return m.words[20_000+r.IntN(10_000)] + " " }), ok, "", true},
		{"search: beginning", search(func(r *rand.Rand) string {
			w := []rune(m.words[r.IntN(1000)])
			return string(w[:min(3, len(w))])
		}), ok, "", true},
		{"search: two letters", search(func(r *rand.Rand) string { return []string{"ka", "st", "lo", "мо"}[r.IntN(4)] }), ok, found, true},
		{"search: Chinese", search(func(r *rand.Rand) string {
			return []string{"山", "花", "山川", "花鳥風", "風月"}[r.IntN(5)]
		}), ok, found, true},
		{"search: nothing", search(func(r *rand.Rand) string { return fmt.Sprint("qqxx", r.Uint32()) }), ok, "", true},
		{"search: id", search(func(r *rand.Rand) string { return m.works[r.IntN(len(m.works))].String() }), elsewhere, "", true},
		{"search: digest", search(func(r *rand.Rand) string { return digestOf(r.IntN(len(m.works))).String() }), elsewhere, "", true},
		{"search: unknown digest", search(func(r *rand.Rand) string { return fmt.Sprintf("%064x", r.Uint64()) }), ok, "", true},
		{"search: URL", search(func(r *rand.Rand) string {
			return fmt.Sprint("https://example.org/real/", r.IntN(len(m.works)))
		}), elsewhere, "", true},
		{"work: popular", always("/works/" + m.works[0].String()), ok, "<svg", true},
		{"work: ordinary", work(""), ok, "<svg", true},
		{"lineage: popular", always("/works/" + m.works[0].String() + "/lineage"), ok, "<svg", false},
		{"lineage: ordinary", work("/lineage"), ok, "<svg", false},
		{"history of a work", work("/history"), ok, "", false},
		{"account", always("/accounts/" + m.owner), ok, "", false},
		{"home", always("/"), ok, "", false},
		{"offers", always("/offers?use=adapt&commercial=yes"), ok, "commercial-remix-10", false},
		{"offers: 100 in JSON", always("/offers.json?use=adapt&commercial=yes&limit=100"), ok, "commercial-remix-10", false},
		{"offers: words", offers(func(r *rand.Rand) string { return m.words[r.IntN(1000)] }), ok, "", false},
	}
}

// measure asks a question often, by some clients at once, and returns how long it took, sorted.
func (m *many) measure(s site, q question, clients int) (took []time.Duration) {
	m.Helper()
	c := http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: clients},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer c.CloseIdleConnections()
	ask := func(r *rand.Rand) error {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.address+q.path(r), nil)
		if err != nil {
			return err
		}
		res, err := c.Do(request)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err == nil && (res.StatusCode != q.code || !strings.Contains(string(body), q.has)) {
			err = fmt.Errorf("%s: %s, %d bytes", q.name, res.Status, len(body))
		}
		return err
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for client := range clients {
		r := rand.New(rand.NewPCG(uint64(client), uint64(clients)))
		all.Go(func() {
			for range max(1, min(200, *million/100)/min(clients, 2)) {
				start := time.Now()
				err := ask(r)
				mu.Lock()
				took = append(took, time.Since(start))
				mu.Unlock()
				if err != nil {
					m.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	require.False(m, m.Failed())
	slices.Sort(took)
	return took
}
