package portal_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
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
	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

const publicAddress = "https://portal.example.org"

// machines is a chain with works that are offered in several ways, and an agent.
type machines struct {
	*testing.T
	net    *localnet.Network
	titled map[string]string // ids of works by their titles
	order  []string          // the newest first
	agent  string
}

func (m *machines) run(args ...string) string {
	m.Helper()
	out, err := m.net.Run(m.Context(), append(args, "--home", m.net.Nodes[0].Home)...)
	require.NoError(m, err)
	return out
}

func newMachines(t *testing.T) *machines {
	encoding.Configure()
	if _, err := os.Stat(binary); err != nil {
		t.Skip("there is no " + binary + ": run `make build` first")
	}
	path, err := filepath.Abs(binary)
	require.NoError(t, err)
	m := &machines{
		T: t, titled: map[string]string{},
		net: localnet.ForTest(t, localnet.Options{Binary: path, Keys: []string{"alice"}, BlockTime: 700 * time.Millisecond}),
	}
	id := regexp.MustCompile(`(work|agent)1[a-z0-9]+`)
	for _, w := range []struct {
		title string
		more  []string
		offer []string
	}{
		{"Song", []string{"--creator", "Ana Müller"}, []string{"commercial-remix-10"}},
		{`</script><b>"Photo"</b>`, nil, []string{"ai-training-paid", "--price", "5.00 USDC"}},
		{"Essay", []string{"--fingerprint", "url=https://elsewhere.example/essay"}, []string{"CC-BY-4.0"}},
		{"Kept", nil, nil},
	} {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, []byte(w.title), 0o600))
		work := id.FindString(m.run(append([]string{"register", file, "--title", w.title, "--from", "alice", "--yes"}, w.more...)...))
		m.titled[w.title], m.order = work, append([]string{work}, m.order...)
		if w.offer != nil {
			m.run(append([]string{"offer", work, "--from", "alice", "--yes"}, w.offer...)...)
		}
	}
	m.agent = id.FindString(m.run("agent", "register", "painter", "--responsible", "Acme", "--for", "30d",
		"--description", "Paints portraits.", "--endpoint", "mcp=https://painter.example/mcp", "--from", "alice", "--yes"))
	return m
}

func (m *machines) portal() site {
	s := serve(m.T, m.net.Nodes[0], func(c *portal.Config) { c.Address = publicAddress })
	s.await("/search?q=kept", m.titled["Kept"])
	return s
}

// answer is a response with what it says of itself.
func (s site) answer(path string, headers ...string) (http.Header, string) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.address+path, nil)
	require.NoError(s, err)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(s, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(s, err)
	require.Equal(s, http.StatusOK, res.StatusCode, "%s: %s", path, raw)
	return res.Header, string(raw)
}

// exported is what the command writes, and of which height.
func (m *machines) exported(format, rsl string, works ...string) (height int64, text string) {
	out := m.run(append([]string{
		"export", "rights", "--format", format, "--site", publicAddress, "--path-prefix", "works", "--license-url", publicAddress + rsl,
		"--about-pages", "--output", "json", "--node", "tcp://" + m.net.Nodes[0].RPC,
	}, works...)...)
	var said struct {
		Height string `json:"height"`
		Text   string `json:"text"`
	}
	begins := strings.Index(out, "{")
	require.GreaterOrEqual(m, begins, 0, out)
	require.NoError(m, json.Unmarshal([]byte(out[begins:]), &said), out)
	height, err := strconv.ParseInt(said.Height, 10, 64)
	require.NoError(m, err)
	return height, said.Text
}

// What the portal serves is what the command writes of the same height.
func TestExportsAreThoseOfTheCommand(t *testing.T) {
	m := newMachines(t)
	same := func(name string, try func() (served, wrote int64, is, want string)) {
		for range 10 {
			if served, wrote, is, want := try(); served == wrote {
				require.Equal(t, want, is, name)
				return
			}
		}
		t.Fatalf("%s: the chain was always faster", name)
	}
	s := m.portal()
	for title, work := range m.titled {
		path := "/works/" + work + "/rsl.xml"
		same(title, func() (int64, int64, string, string) {
			h, is := s.answer(path)
			wrote, want := m.exported("rsl", path, work)
			require.Equal(t, "application/rsl+xml", h.Get("Content-Type"))
			require.Contains(t, is, `"/works/`+work+`$"`)
			return heightOf(t, h), wrote, is, want
		})
	}
	for path, format := range map[string]string{"/rsl.xml": "rsl", "/robots.txt": "robots"} {
		same(path, func() (int64, int64, string, string) {
			h, is := m.portal().answer(path) // one that has made none yet
			wrote, want := m.exported(format, "/rsl.xml", m.order...)
			return heightOf(t, h), wrote, is, want
		})
	}
	m.pagesSay(s)
	m.tdmrep(s)
}

func heightOf(t *testing.T, h http.Header) int64 {
	height, err := strconv.ParseInt(h.Get("Stemma-Height"), 10, 64)
	require.NoError(t, err)
	return height
}

var jsonLD = regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)

// pagesSay looks at what pages of works say to programs.
func (m *machines) pagesSay(s site) {
	for title, usage := range map[string]string{
		"Song": "train-ai=n", `</script><b>"Photo"</b>`: "train-ai=n", "Essay": "train-ai=n", "Kept": "train-ai=n",
	} {
		work := m.titled[title]
		h, body := s.answer("/works/" + work)
		require.Equal(m, usage, h.Get("Content-Usage"), title)
		require.Equal(m, "<"+publicAddress+"/works/"+work+`/rsl.xml>; rel="license"; type="application/rsl+xml"`, h.Get("Link"))
		require.Contains(m, h.Get("Content-Security-Policy"), "script-src 'self';")
		found := jsonLD.FindAllStringSubmatch(body, -1)
		require.Len(m, found, 1)
		_, want := m.exported("schema-jsonld", "/works/"+work+"/rsl.xml", work)
		require.JSONEq(m, want, found[0][1])
		var said struct {
			Graph []struct {
				Name  string   `json:"name"`
				URL   []string `json:"url"`
				Bytes []string `json:"contentUrl"`
				Usage string   `json:"usageInfo"`
			} `json:"@graph"`
		}
		require.NoError(m, json.Unmarshal([]byte(found[0][1]), &said))
		require.Len(m, said.Graph, 1)
		require.Equal(m, title, said.Graph[0].Name)
		require.Equal(m, []string{publicAddress + "/works/" + work}, said.Graph[0].URL)
		require.Empty(m, said.Graph[0].Bytes, "the page is not the file")
		require.Equal(m, publicAddress+"/works/"+work+"/rsl.xml", said.Graph[0].Usage)
	}
}

func (m *machines) tdmrep(s site) {
	h, packed := s.answer("/.well-known/tdmrep.json", "Accept-Encoding", "gzip")
	require.Equal(m, "gzip", h.Get("Content-Encoding"))
	z, err := gzip.NewReader(strings.NewReader(packed))
	require.NoError(m, err)
	var rules []struct {
		Location    string `json:"location"`
		Reservation int    `json:"tdm-reservation"`
		Policy      string `json:"tdm-policy"`
	}
	require.NoError(m, json.NewDecoder(z).Decode(&rules))
	require.Len(m, rules, len(m.order))
	for i, rule := range rules {
		require.Equal(m, "/works/"+m.order[i]+"$", rule.Location)
		require.Equal(m, 1, rule.Reservation)
		if rule.Policy != "" {
			_, policy := s.answer(strings.TrimPrefix(rule.Policy, publicAddress))
			require.Contains(m, policy, publicAddress)
		}
	}
	_, again := s.answer("/.well-known/tdmrep.json")
	require.True(m, json.Valid([]byte(again)))
}

// Programs find offers and agents, and are told what is wrong with a question.
func TestProgramsFindOffersAndAgents(t *testing.T) {
	m := newMachines(t)
	s := m.portal()
	s.await("/offers.json?use=adapt", "commercial-remix-10")
	offers := func(query string) (found discover.Found) {
		_, body := s.answer("/offers.json?" + query)
		require.NoError(t, json.Unmarshal([]byte(body), &found))
		return found
	}
	works := func(f discover.Found) (list []string) {
		for _, o := range f.Offers {
			list = append(list, o.Title)
		}
		return list
	}
	const photo = `</script><b>"Photo"</b>`
	require.Equal(t, []string{"Essay", "Song"}, works(offers("use=adapt&commercial=yes")))
	require.Equal(t, []string{"Essay"}, works(offers("use=adapt&commercial=yes&max_royalty=50000")))
	require.Equal(t, []string{photo}, works(offers("use=train-ai&commercial=yes&licence=AI-training-paid")))
	require.Equal(t, []string{photo}, works(offers("use=train-ai&commercial=yes&max_price=5.00+USDC&text=photo")))
	require.Empty(t, works(offers("use=train-ai&commercial=yes&max_price=4.99+USDC&text=photo")))
	first := offers("use=adapt&limit=1")
	require.Len(t, first.Offers, 1)
	require.NotEmpty(t, first.Next)
	second := offers("use=adapt&limit=1&after=" + first.Next)
	require.Equal(t, []string{"Song"}, works(second))
	_, body := s.answer("/offers.json?use=train-ai&commercial=yes&text=photo")
	for _, field := range []string{
		`"verdict":"needs_grant"`, `"price":[{"denom":"uusdc","amount":"5000000"}]`, `"preset":"ai-training-paid"`,
	} {
		require.Contains(t, body, field)
	}
	for query, param := range map[string]string{
		"": "use", "use=nonsense": "use", "use=adapt&territory=France": "territory", "use=adapt&max_price=much": "max_price",
		"use=adapt&max_royalty=2000000": "max_royalty", "use=adapt&limit=101": "limit", "use=adapt&after=%21": "after",
		"use=adapt&kind=thing": "kind", "use=adapt&maxprice=1": "maxprice",
		"use=adapt&owner=me": "owner", "use=adapt&commercial=perhaps": "commercial",
	} {
		code, body := s.get(s.address + "/offers.json?" + query)
		require.Equal(t, http.StatusBadRequest, code, query)
		require.Contains(t, body, `"parameter":"`+param+`"`, query)
	}
	for _, language := range []string{"en", "fr", "zh"} {
		_, body := s.answer("/offers?use=train-ai&commercial=yes&max_price=5.00+USDC&lang=" + language)
		require.Contains(t, body, "5.00 USDC")
		require.NotContains(t, body, "<b>")
		require.NotContains(t, body, "⟦")
		_, body = s.answer("/services?protocol=mcp&lang=" + language)
		require.Contains(t, body, m.agent)
		require.Contains(t, body, "https://painter.example/mcp")
		require.NotContains(t, body, `href="https://painter`)
		require.NotContains(t, body, "⟦")
	}
	m.services(s)
}

func (m *machines) services(s site) {
	find := func(query string) (found discover.Services) {
		_, body := s.answer("/services.json?" + query)
		require.NoError(m, json.Unmarshal([]byte(body), &found))
		return found
	}
	found := find("protocol=MCP&text=portraits")
	require.Len(m, found.Services, 1)
	require.Equal(m, m.agent, found.Services[0].Agent)
	require.Equal(m, []discover.Endpoint{{Protocol: "mcp", URI: "https://painter.example/mcp"}}, found.Services[0].Endpoints)
	for _, query := range []string{"protocol=a2a", "text=sculptures"} {
		require.Empty(m, find(query).Services, query)
	}
	m.run("agent", "suspend", m.agent, "--from", "alice", "--yes")
	require.Empty(m, find("").Services, "who is stopped is not found, whatever the index has")
}
