package paywall_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/jose"
	olpclient "github.com/stemma-chain/stemma/client/olp"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/portal/bots"
	"github.com/stemma-chain/stemma/portal/olp"
	"github.com/stemma-chain/stemma/portal/paywall"
	"github.com/stemma-chain/stemma/portal/till"
	doors "github.com/stemma-chain/stemma/portal/x402"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// granting is a chain on which accounts may use the work "sold", which is denied to all others, and an agent has a passport.
type granting struct {
	chain
	accounts   map[string]bool
	thumbprint string
}

func (g granting) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	if agent, ok := reply.(*agenttypes.QueryAgentResponse); ok {
		agent.Acts, agent.Card.Card.JwkThumbprint = true, g.thumbprint
		return nil
	}
	err := g.chain.Invoke(ctx, method, args, reply, options...)
	if asked, ok := args.(*licensetypes.QueryCheckRightsRequest); ok && asked.Work == work("sold").String() && g.accounts[asked.Licensee] {
		reply.(*licensetypes.QueryCheckRightsResponse).Rights.Verdict = licensetypes.VERDICT_ALLOWED
	}
	return err
}

const tokenTable = `path,work,use
/photos/*,%[1]s,ai-input
/photos/free.jpg,%[2]s,ai-input
/report.pdf,%[1]s,copy
/pages/index.html,%[1]s,ai-input
/paid/*,%[3]s,ai-input
`

// shop is a paywall that gives and takes tokens.
type shop struct {
	t    *testing.T
	g    granting
	http *httptest.Server
	// behind are the headers that the server behind was asked with.
	behind []http.Header
}

func buyer(name string) client.Signer {
	encoding.Configure() // before the first address is written
	return client.FromKey(secp256k1.GenPrivKeyFromSecret([]byte(name)))
}

const wallOrigin = "https://wall.example"

func newShop(t *testing.T, upstream bool, keys ...bots.Key) *shop {
	t.Helper()
	s := &shop{t: t, g: granting{accounts: map[string]bool{buyer("alice").Address().String(): true}}}
	if len(keys) > 0 {
		s.g.thumbprint = keys[0].Thumbprint
	}
	rows, err := paywall.ReadMap(strings.NewReader(fmt.Sprintf(tokenTable, work("sold"), work("free"), work("paid"))), "map.csv", time.Now())
	require.NoError(t, err)
	c, err := client.New(s.g, client.ForChain("wall-1"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	book, err := till.Open(t.Context(), filepath.Join(t.TempDir(), "till.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = book.Close() })
	d, err := doors.New(doors.Config{Client: c, Till: book, Origin: wallOrigin})
	require.NoError(t, err)
	key, err := jose.NewTokenKey()
	require.NoError(t, err)
	config := paywall.Config{Doors: d, Map: rows, TokenKey: &key, License: wallOrigin + "/license.xml", Log: slog.New(slog.DiscardHandler)}
	if upstream {
		back := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.behind = append(s.behind, r.Header)
			w.Header().Set(bots.Header, "forged")
			_, _ = io.WriteString(w, secret)
		}))
		t.Cleanup(back.Close)
		config.Upstream, err = url.Parse(back.URL)
		require.NoError(t, err)
	} else {
		config.Site = t.TempDir()
		for _, name := range []string{"photos/a.jpg", "photos/b.jpg", "photos/free.jpg", "report.pdf", "pages/index.html", "paid/a.txt", "open.txt"} {
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(config.Site, name)), 0o750))
			require.NoError(t, os.WriteFile(filepath.Join(config.Site, name), []byte(secret), 0o600))
		}
	}
	site, err := paywall.New(config)
	require.NoError(t, err)
	checker, err := bots.New(bots.Config{Client: c, Origin: wallOrigin, Keys: keys})
	require.NoError(t, err)
	s.http = httptest.NewServer(checker.Handler(site))
	t.Cleanup(s.http.Close)
	return s
}

func (s *shop) ask(method, at, body string, header http.Header) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.http.URL+at, strings.NewReader(body))
	require.NoError(s.t, err)
	for name, values := range header {
		r.Header[name] = values
	}
	res, err := http.DefaultClient.Do(r)
	require.NoError(s.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return res, string(raw)
}

// token asks for one.
func (s *shop) token(name, resource, usage string) (token, fault string) {
	s.t.Helper()
	assertion, err := olpclient.Assert(buyer(name), nil, olp.Address(wallOrigin), "", time.Now().Add(time.Second))
	require.NoError(s.t, err)
	sent := url.Values{
		"grant_type": {"client_credentials"}, "resource": {resource}, "license": {`<license><permits type="usage">` + usage + `</permits></license>`},
		"client_assertion_type": {olpclient.AssertionType}, "client_assertion": {assertion},
	}
	res, body := s.ask(http.MethodPost, "/olp/token", sent.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	var answer struct {
		Token string `json:"access_token"`
		Error string `json:"error"`
	}
	require.NoError(s.t, json.Unmarshal([]byte(body), &answer), body)
	require.Equal(s.t, res.StatusCode == http.StatusOK, answer.Token != "", body)
	return answer.Token, answer.Error
}

func (s *shop) get(at, token string) (*http.Response, string) {
	s.t.Helper()
	return s.ask(http.MethodGet, at, "", http.Header{"Authorization": {"License " + token}})
}

// A licence token opens what it is for, and nothing beside.
func TestATokenOpensWhatItIsFor(t *testing.T) {
	s := newShop(t, false)
	one, _ := s.token("alice", wallOrigin+"/photos/a.jpg", "ai-input")
	folder, _ := s.token("alice", "/photos/*", "ai-input ai-train")
	report, _ := s.token("alice", "/report.pdf$", "stemma:copy")
	page, _ := s.token("alice", "/pages/index.html$", "ai-input")
	for _, c := range []struct {
		at, token string
		code      int
	}{
		{"/photos/a.jpg", one, 200},
		{"/photos/b.jpg", one, 403},
		{"/photos/a.jpg?x=1", one, 403},
		{"/report.pdf", one, 403},
		{"/photos/a.jpg", folder, 200},
		{"/photos/b.jpg", folder, 200},
		{"/photos/b.jpg?x=1", folder, 200},
		{"/photos/none.jpg", folder, 404},
		// The longest path is another work.
		{"/photos/free.jpg", folder, 403},
		{"/report.pdf", folder, 403},
		{"/report.pdf", report, 200},
		{"/pages/index.html", page, 200},
		{"/photos//a.jpg", folder, 400},
		{"/photos/../report.pdf", folder, 400},
		{"/photos/a.jpg", "x", 401},
		{"/photos/a.jpg", "", 401},
		{"/photos/a.jpg", one + "x", 401},
		{"/open.txt", "x", 200},
	} {
		res, body := s.get(c.at, c.token)
		require.Equal(t, c.code, res.StatusCode, "%s: %s", c.at, body)
		if c.code == http.StatusOK {
			require.Equal(t, secret, body)
			continue
		}
		require.NotContains(t, body, secret)
		if c.code == 401 || c.code == 403 {
			require.Contains(t, res.Header.Get("WWW-Authenticate"), map[int]string{401: `License error="invalid_token"`, 403: `License error="insufficient_scope"`}[c.code])
			require.Equal(t, `<https://wall.example/license.xml>; rel="license"; type="application/rsl+xml"`, res.Header.Get("Link"))
		}
	}
	res, _ := s.get("/photos/a.jpg", one)
	require.Equal(t, "private, no-store", res.Header.Get("Cache-Control"))
	require.Contains(t, res.Header.Values("Vary"), "Authorization")
	// The right ends, and with it the token.
	delete(s.g.accounts, buyer("alice").Address().String())
	res, body := s.get("/photos/a.jpg", one)
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
	require.NotContains(t, body, secret)
	// Two of them are ambiguous.
	res, _ = s.ask(http.MethodGet, "/photos/a.jpg", "", http.Header{"Authorization": {"License " + one, "License x"}})
	require.Equal(t, http.StatusBadRequest, res.StatusCode)
}

func TestWhatNoTokenIsGivenFor(t *testing.T) {
	s := newShop(t, false)
	for _, c := range []struct{ name, resource, usage, fault string }{
		{"eve", "/photos/a.jpg", "ai-input", "invalid_license"},
		{"alice", "/photos/a.jpg", "ai-train", "invalid_license"},
		{"alice", "/report.pdf", "ai-input", "invalid_license"},
		{"alice", "/open.txt", "ai-input", "invalid_resource"},
		{"alice", "https://other.example/photos/a.jpg", "ai-input", "invalid_resource"},
		{"alice", "/*", "ai-input", "invalid_resource"},
		{"alice", "/photos/%61.jpg", "ai-input", "invalid_resource"},
		{"alice", "/photos//a.jpg", "ai-input", "invalid_resource"},
		{"alice", "/photos/../photos/a.jpg", "ai-input", "invalid_resource"},
		{"alice", "photos/a.jpg", "ai-input", "invalid_resource"},
		{"alice", "/photos/*?x=1", "ai-input", "invalid_resource"},
		{"alice", "/photos/a.jpg#x", "ai-input", "invalid_resource"},
		// Each use is paid, so a folder has no price.
		{"alice", "/paid/*", "ai-input", "invalid_resource"},
		{"alice", "/paid/a.txt", "ai-input", "payment_required"},
	} {
		_, fault := s.token(c.name, c.resource, c.usage)
		require.Equal(t, c.fault, fault, c)
	}
}

// Crawlers that show nothing are told of the licence server, and of the price where there is one.
func TestCrawlersAreToldOfTheLicenceServer(t *testing.T) {
	s := newShop(t, false)
	for at, code := range map[string]int{"/photos/a.jpg": 403, "/paid/a.txt": 402} {
		res, _ := s.ask(http.MethodGet, at, "", nil)
		require.Equal(t, code, res.StatusCode)
		require.Contains(t, res.Header.Get("WWW-Authenticate"), `server="https://wall.example/olp"`)
		require.Contains(t, res.Header.Get("Link"), `rel="license"`)
		require.Equal(t, code == 402, res.Header.Get(x402.RequiredHeader) != "")
	}
	res, _ := s.ask(http.MethodGet, "/photos/free.jpg", "", nil)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Empty(t, res.Header.Get("WWW-Authenticate"))
	res, body := s.ask(http.MethodGet, olp.MetadataPath, "", nil)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, body, "https://wall.example/olp/token")
}

// A server behind sees no licence token, and only such an agent as signed the request.
func TestWhatAServerBehindIsTold(t *testing.T) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	public := private.Public().(ed25519.PublicKey)
	key := bots.Key{Thumbprint: jose.NewEd25519(public).Thumbprint(), Public: public, Agent: agenttypes.AgentID{1}}
	s := newShop(t, true, key)
	token, _ := s.token("alice", "/photos/*", "ai-input")
	input := fmt.Sprintf(`("@authority");created=%d;expires=%d;keyid=%q;tag="web-bot-auth"`, time.Now().Unix(), time.Now().Unix()+60, key.Thumbprint)
	signature := ed25519.Sign(private, []byte("\"@authority\": wall.example\n\"@signature-params\": "+input))
	signed := http.Header{
		"Authorization": {"License " + token}, "Signature-Input": {"a=" + input}, "Signature": {"a=:" + base64.StdEncoding.EncodeToString(signature) + ":"},
	}
	res, body := s.ask(http.MethodGet, "/photos/a.jpg", "", signed)
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	require.Equal(t, []string{key.Agent.String()}, res.Header.Values(bots.Header))
	require.Equal(t, key.Agent.String(), s.behind[0].Get(bots.Header))
	require.Empty(t, s.behind[0].Get("Authorization"))
	// The signature alone opens nothing, and what somebody writes is not passed on.
	signed.Del("Authorization")
	signed.Set(bots.Header, "agent1forged")
	res, body = s.ask(http.MethodGet, "/photos/a.jpg", "", signed)
	require.Equal(t, http.StatusForbidden, res.StatusCode)
	require.NotContains(t, body, secret)
	res, _ = s.ask(http.MethodGet, "/photos/free.jpg", "", http.Header{bots.Header: {"agent1forged"}, "Authorization": {"Basic eDp5"}})
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Empty(t, res.Header.Get(bots.Header))
	last := s.behind[len(s.behind)-1]
	require.Empty(t, last.Get(bots.Header))
	require.Equal(t, "Basic eDp5", last.Get("Authorization"), "what is for the server behind is passed on")
}
