package olp_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	olpclient "github.com/stemma-chain/stemma/client/olp"
	"github.com/stemma-chain/stemma/portal/olp"
	"github.com/stemma-chain/stemma/portal/till"
	doors "github.com/stemma-chain/stemma/portal/x402"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	origin  = "https://works.example"
	chainID = "tokens-1"
)

func work(name string) registrytypes.WorkID {
	digest := sha256.Sum256([]byte(name))
	return registrytypes.WorkID(digest[:20])
}

func account(name string) client.Signer {
	encoding.Configure() // before the first address is written
	return client.FromKey(secp256k1.GenPrivKeyFromSecret([]byte(name)))
}

// chain answers for works: one is free for search, one is granted to accounts, one is paid with each use, one is counted.
type chain struct {
	grpc.ClientConnInterface
	granted map[string]bool // by account
	keys    map[string]bool // of the one agent
	away    bool
	asked   atomic.Int64
}

var theAgent = agenttypes.AgentID{1, 2, 3}

func (c *chain) Invoke(_ context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	if c.away {
		return status.Error(codes.Unavailable, method)
	}
	c.asked.Add(1)
	switch asked := args.(type) {
	case *licensetypes.QueryCheckRightsRequest:
		id, err := registrytypes.ParseWorkID(asked.Work)
		if err != nil {
			return err
		}
		reply.(*licensetypes.QueryCheckRightsResponse).Rights = c.rights(id, asked)
		return nil
	case *agenttypes.QueryAgentRequest:
		if asked.Agent != theAgent {
			return status.Error(codes.NotFound, "none")
		}
		reply.(*agenttypes.QueryAgentResponse).Passport.Controller = account("alice").Address().String()
		return nil
	case *agenttypes.QueryKeyRequest:
		if _, there := c.keys[asked.Key]; !there {
			return status.Error(codes.NotFound, "none")
		}
		reply.(*agenttypes.QueryKeyResponse).Key.Acts = c.keys[asked.Key]
		return nil
	}
	return status.Error(codes.Unavailable, method)
}

func (c *chain) rights(id registrytypes.WorkID, asked *licensetypes.QueryCheckRightsRequest) licensetypes.Rights {
	answer := licensetypes.Rights{Subject: asked.Work, Works: []registrytypes.WorkID{id}, Verdict: licensetypes.VERDICT_DENIED}
	switch {
	case id == work("free") && asked.Use.Action == licensetypes.ACTION_SEARCH, id == work("song") && c.granted[asked.Licensee]:
		answer.Verdict = licensetypes.VERDICT_ALLOWED
	case id == work("paid"):
		answer.Verdict = licensetypes.VERDICT_ALLOWED
		answer.Obligations = []licensetypes.Obligation{{
			Kind: licensetypes.OBLIGATION_PAY_PER_USE, Work: id, Price: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5)),
		}}
	case id == work("counted"):
		answer.Verdict = licensetypes.VERDICT_ALLOWED
		answer.Obligations = []licensetypes.Obligation{{Kind: licensetypes.OBLIGATION_COUNT_USE, Work: id}}
	}
	return answer
}

// world is a licence server before that chain.
type world struct {
	t     *testing.T
	chain *chain
	doors *doors.Doors
	key   string
	s     *httptest.Server
	now   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, now: time.Unix(1_800_000_000, 0), key: filepath.Join(t.TempDir(), "token-key.json"),
		chain: &chain{granted: map[string]bool{account("alice").Address().String(): true}, keys: map[string]bool{account("robot").Address().String(): true}},
	}
	c, err := client.New(w.chain, client.ForChain(chainID))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	book, err := till.Open(t.Context(), filepath.Join(t.TempDir(), "till.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = book.Close() })
	w.doors, err = doors.New(doors.Config{
		Client: c, Till: book, Origin: origin, Now: func() time.Time { return w.now }, Denied: func(id string) bool { return id == work("barred").String() },
	})
	require.NoError(t, err)
	w.open()
	return w
}

// open starts the server, anew where it was open.
func (w *world) open() {
	w.t.Helper()
	if w.s != nil {
		w.s.Close()
	}
	key, err := olp.OpenKey(w.key)
	require.NoError(w.t, err)
	w.s = httptest.NewServer(olp.New(olp.Config{Doors: w.doors, Key: key, Resources: olp.Works(w.doors)}).Handler())
	w.t.Cleanup(w.s.Close)
}

type reply struct {
	code   int
	header http.Header
	body   map[string]any
}

func (r reply) text(name string) string {
	text, _ := r.body[name].(string)
	return text
}

func (w *world) send(path, kind, body string, header http.Header) reply {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.s.URL+path, strings.NewReader(body))
	require.NoError(w.t, err)
	r.Header.Set("Content-Type", kind)
	for name, values := range header {
		r.Header[name] = values
	}
	res, err := http.DefaultClient.Do(r)
	require.NoError(w.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(w.t, err)
	got := reply{code: res.StatusCode, header: res.Header}
	require.NoError(w.t, json.Unmarshal(raw, &got.body), string(raw))
	require.NotEmpty(w.t, res.Header.Get("Cache-Control"))
	return got
}

func (w *world) post(path string, sent url.Values, header http.Header) reply {
	w.t.Helper()
	return w.send(path, "application/x-www-form-urlencoded", sent.Encode(), header)
}

const asksSearch = `<license><permits type="usage">search</permits></license>`

// form is a request for a token, changed.
func (w *world) form(name string, change ...string) url.Values {
	sent := url.Values{
		"grant_type": {"client_credentials"}, "license": {asksSearch}, "resource": {origin + "/works/" + work(name).String()},
	}
	for i := 0; i+1 < len(change); i += 2 {
		sent.Set(change[i], change[i+1])
	}
	return sent
}

// assert signs an assertion.
func (w *world) assert(name string, acting *client.Acting, resource string) string {
	w.t.Helper()
	text, err := olpclient.Assert(account(name), acting, origin+"/olp/token", resource, w.now)
	require.NoError(w.t, err)
	return text
}

// basic shows an account as RSL 1.0 section 5.3 has it.
func (w *world) basic(name string) http.Header {
	w.t.Helper()
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(account(name).Address().String(), w.assert(name, nil, ""))
	return r.Header
}

// token gets one.
func (w *world) token(name, of string, change ...string) string {
	w.t.Helper()
	got := w.post("/olp/token", w.form(of, change...), w.basic(name))
	require.Equal(w.t, http.StatusOK, got.code, got.body)
	require.Equal(w.t, "License", got.text("token_type"))
	require.InDelta(w.t, olp.Life.Seconds(), got.body["expires_in"], 0)
	return got.text("access_token")
}

func (w *world) introspect(token, resource string) reply {
	w.t.Helper()
	sent := url.Values{"token": {token}}
	if resource != "" {
		sent.Set("resource", resource)
	}
	return w.post("/olp/introspect", sent, nil)
}
