package olp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/jose"
	olpclient "github.com/stemma-chain/stemma/client/olp"
	"github.com/stemma-chain/stemma/portal/olp"
)

// An account that may use a work gets a token, and whoever is shown it asks whether it holds.
func TestAnAccountHasATokenForItsRight(t *testing.T) {
	w := newWorld(t)
	alice := account("alice").Address().String()
	page := origin + "/works/" + work("song").String()
	token := w.token("alice", "song", "license_type", "application/rsl+xml")
	for _, same := range []string{
		"", page, page + "$", "/works/" + work("song").String() + "$", "stemma:" + chainID + ":" + work("song").String(),
		origin + "/x402/works/" + work("song").String() + "?use=search",
	} {
		got := w.introspect(token, same)
		require.Equal(t, http.StatusOK, got.code)
		require.Equal(t, true, got.body["active"], same)
		require.Equal(t, "License", got.text("token_type"))
		require.Equal(t, alice, got.text("sub"))
		require.Equal(t, page, got.text("resource"))
		require.Equal(t, "search", got.text("scope"))
		require.Contains(t, got.text("license"), `<permits type="usage">search</permits>`)
		require.Contains(t, got.text("license"), "stemma:"+chainID+":"+work("song").String())
		if same != "" {
			require.Equal(t, true, got.body["permitted"], same)
		}
	}
	for _, other := range []string{origin + "/works/" + work("free").String(), "https://elsewhere.example/a", "/a", "x"} {
		got := w.introspect(token, other)
		require.Equal(t, true, got.body["active"])
		require.Equal(t, false, got.body["permitted"], other)
		require.NotEmpty(t, got.text("reason"))
	}
	// In the other standard form, and by JSON.
	sent := w.form("song", "client_id", alice, "client_assertion_type", olpclient.AssertionType, "client_assertion", w.assert("alice", nil, page))
	require.Equal(t, http.StatusOK, w.post("/olp/token", sent, nil).code)
	body := map[string]string{"grant_type": "client_credentials", "license": asksSearch, "resource": page}
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, w.send("/olp/token", "application/json", string(raw), w.basic("alice")).code)
}

// A token holds as long as the chain says so, five minutes at most.
func TestATokenEndsWithTheRight(t *testing.T) {
	w := newWorld(t)
	alice := account("alice").Address().String()
	token := w.token("alice", "song")
	active := func() any { return w.introspect(token, "").body["active"] }
	require.Equal(t, true, active())
	w.chain.granted[alice] = false
	inactive := w.introspect(token, "")
	require.Equal(t, map[string]any{"active": false}, inactive.body, "nothing else is said of it")
	w.chain.granted[alice] = true
	require.Equal(t, true, active())
	w.chain.away = true
	got := w.introspect(token, "")
	require.Equal(t, http.StatusServiceUnavailable, got.code, "that the node is away is not that the right is over")
	require.Equal(t, "server_error", got.text("error"))
	w.chain.away = false
	w.open()
	require.Equal(t, true, active(), "the key is kept")
	w.now = w.now.Add(olp.Life)
	require.Equal(t, false, active())
	w.now = w.now.Add(-olp.Life - 2*time.Minute)
	require.Equal(t, false, active(), "of a time to come")
	w.now = w.now.Add(2 * time.Minute)
	require.NoError(t, os.Remove(w.key))
	w.open()
	require.Equal(t, false, active(), "of another key")
	info, err := os.Stat(w.key)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.Chmod(w.key, 0o644))
	_, err = olp.OpenKey(w.key)
	require.ErrorContains(t, err, "chmod 600")
}

// A key of an agent shows the account that it acts for, as long as it does.
func TestAnAgentsKeyAsks(t *testing.T) {
	w := newWorld(t)
	robot, alice := account("robot").Address().String(), account("alice").Address()
	acting := &client.Acting{Agent: theAgent, Controller: alice}
	ask := func(name string, a *client.Acting) reply {
		return w.post("/olp/token", w.form("song", "client_assertion_type", olpclient.AssertionType, "client_assertion", w.assert(name, a, "")), nil)
	}
	got := ask("robot", acting)
	require.Equal(t, http.StatusOK, got.code, got.body)
	told := w.introspect(got.text("access_token"), "")
	require.Equal(t, theAgent.String(), told.text("agent"))
	require.Equal(t, alice.String(), told.text("sub"))
	w.chain.keys[robot] = false
	require.Equal(t, false, w.introspect(got.text("access_token"), "").body["active"])
	for name, refused := range map[string]reply{
		"the key does not act": ask("robot", acting), "no key of it": ask("eve", acting),
		"it acts for another": ask("robot", &client.Acting{Agent: theAgent, Controller: account("eve").Address()}),
		"no such agent":       ask("robot", &client.Acting{Agent: [20]byte{9}, Controller: alice}),
	} {
		require.Equal(t, http.StatusUnauthorized, refused.code, name)
		require.Equal(t, "invalid_client", refused.text("error"), name)
	}
}

// An assertion is for this licence server, by its address or that of its tokens (RFC 7523 section 3): another's is taken nowhere else.
func TestAnAssertionIsForThisServer(t *testing.T) {
	w := newWorld(t)
	for audience, code := range map[string]int{
		origin + "/olp/token": http.StatusOK, origin + "/olp": http.StatusOK, origin + "/olp/": http.StatusUnauthorized,
		origin: http.StatusUnauthorized, "https://other.example/olp/token": http.StatusUnauthorized, "": http.StatusUnauthorized,
	} {
		text, err := olpclient.Assert(account("alice"), nil, audience, "", w.now)
		require.NoError(t, err)
		got := w.post("/olp/token", w.form("song", "client_assertion_type", olpclient.AssertionType, "client_assertion", text), nil)
		require.Equal(t, code, got.code, "%q %s", audience, got.body)
	}
}

// Who shows nobody is told the price, where there is one.
func TestWhoGetsNoToken(t *testing.T) {
	w := newWorld(t)
	got := w.post("/olp/token", w.form("song"), nil)
	require.Equal(t, http.StatusUnauthorized, got.code)
	require.Equal(t, "invalid_client", got.text("error"))
	require.Contains(t, got.header.Get("WWW-Authenticate"), "Basic realm=")
	got = w.post("/olp/token", w.form("song"), w.basic("eve"))
	require.Equal(t, http.StatusForbidden, got.code)
	require.Equal(t, "invalid_license", got.text("error"))
	for _, header := range []http.Header{nil, w.basic("alice")} {
		got = w.post("/olp/token", w.form("paid"), header)
		require.Equal(t, http.StatusPaymentRequired, got.code, got.body)
		require.Equal(t, "payment_required", got.text("error"))
		require.NotEmpty(t, got.header.Get("PAYMENT-REQUIRED"))
		require.Contains(t, fmt.Sprint(got.body["resource"]), origin+"/olp/token?", "what is paid for a token opens nothing else")
	}
	require.Equal(t, http.StatusForbidden, w.post("/olp/token", w.form("counted"), w.basic("alice")).code)
	got = w.post("/olp/token", w.form("barred"), w.basic("alice"))
	require.Equal(t, http.StatusForbidden, got.code)
	require.Equal(t, "invalid_resource", got.text("error"))
	both := `<license><permits type="usage">search ai-input</permits></license>`
	require.Equal(t, http.StatusOK, w.post("/olp/token", w.form("song", "license", both), w.basic("alice")).code)
	got = w.post("/olp/token", w.form("free", "license", both), w.basic("alice"))
	require.Equal(t, http.StatusForbidden, got.code)
	require.Contains(t, got.text("error_description"), "one usage at a time")
	w.chain.away = true
	require.Equal(t, http.StatusServiceUnavailable, w.post("/olp/token", w.form("song"), w.basic("alice")).code)
}

// An assertion gets one token. One that got none may come again, and all of before a restart are too old.
func TestAnAssertionIsUsedOnce(t *testing.T) {
	w := newWorld(t)
	header := w.basic("alice")
	require.Equal(t, http.StatusForbidden, w.post("/olp/token", w.form("counted"), header).code)
	var wg sync.WaitGroup
	codes := make([]int, 20)
	for i := range codes {
		wg.Go(func() { codes[i] = w.post("/olp/token", w.form("song"), header).code })
	}
	wg.Wait()
	counted := map[int]int{}
	for _, code := range codes {
		counted[code]++
	}
	require.Equal(t, map[int]int{http.StatusOK: 1, http.StatusUnauthorized: 19}, counted)
	fresh := w.basic("alice")
	w.now = w.now.Add(time.Second)
	w.open()
	for _, old := range []http.Header{header, fresh} {
		require.Equal(t, http.StatusUnauthorized, w.post("/olp/token", w.form("song"), old).code)
	}
	require.Equal(t, http.StatusOK, w.post("/olp/token", w.form("song"), w.basic("alice")).code)
	// For another resource, or under another name, it shows nobody.
	bound := w.form("song", "client_assertion_type", olpclient.AssertionType, "client_assertion", w.assert("alice", nil, "/works/x"))
	require.Equal(t, http.StatusUnauthorized, w.post("/olp/token", bound, nil).code)
	named := w.form("song", "client_id", "eve", "client_assertion_type", olpclient.AssertionType, "client_assertion", w.assert("alice", nil, ""))
	require.Equal(t, http.StatusUnauthorized, w.post("/olp/token", named, nil).code)
}

// Forms that are not in the one way are refused before the chain is asked.
func TestHostileForms(t *testing.T) {
	w := newWorld(t)
	bomb := `<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><license><permits type="usage">&x;</permits></license>`
	for name, c := range map[string]struct {
		sent url.Values
		code string
	}{
		"no grant type":    {w.form("song", "grant_type", ""), "invalid_request"},
		"a password":       {w.form("song", "grant_type", "password"), "unsupported_grant_type"},
		"no license":       {w.form("song", "license", ""), "invalid_request"},
		"no resource":      {w.form("song", "resource", ""), "invalid_request"},
		"a DTD":            {w.form("song", "license", bomb), "invalid_license"},
		"a long license":   {w.form("song", "license", "<license>"+strings.Repeat(" ", olpclient.MaxLicense)+"</license>"), "invalid_license"},
		"another type":     {w.form("song", "license_type", "application/json"), "invalid_license"},
		"another work":     {w.form("song", "license", `<license><permits type="usage">search</permits><legal type="proof">stemma:`+chainID+`:`+work("free").String()+`</legal></license>`), "invalid_license"},
		"another site":     {w.form("song", "resource", "https://elsewhere.example/works/"+work("song").String()), "invalid_resource"},
		"another chain":    {w.form("song", "resource", "stemma:other-1:"+work("song").String()), "invalid_resource"},
		"no work":          {w.form("song", "resource", origin+"/works/x"), "invalid_resource"},
		"a long resource":  {w.form("song", "resource", origin+"/works/"+strings.Repeat("x", 4000)), "invalid_resource"},
		"a site's prefix":  {w.form("song", "resource", origin+".evil.example/works/"+work("song").String()), "invalid_resource"},
		"as another user":  {w.form("song", "resource", "https://works.example@evil.example/works/"+work("song").String()), "invalid_resource"},
		"twice":            {url.Values{"grant_type": {"client_credentials", "client_credentials"}}, "invalid_request"},
		"no assertion":     {w.form("song", "client_assertion", "x"), "invalid_client"},
		"a secret":         {w.form("song", "client_secret", "x"), "invalid_client"},
		"no signed token":  {w.form("song", "client_assertion_type", olpclient.AssertionType, "client_assertion", "x.y.z"), "invalid_client"},
		"of another curve": {w.form("song", "client_assertion_type", olpclient.AssertionType, "client_assertion", tokenLike(t)), "invalid_client"},
	} {
		got := w.post("/olp/token", c.sent, nil)
		require.Equal(t, c.code, got.text("error"), "%s: %v", name, got.body)
		require.Contains(t, []int{400, 401}, got.code, name)
	}
	require.Zero(t, w.chain.asked.Load())
	require.Equal(t, "invalid_request", w.send("/olp/token?grant_type=x", "application/x-www-form-urlencoded", w.form("song").Encode(), nil).text("error"))
	require.Equal(t, "invalid_request", w.send("/olp/token", "text/plain", w.form("song").Encode(), nil).text("error"))
	require.Equal(t, "invalid_request", w.send("/olp/token", "application/json", `{"grant_type":"a","Grant_type":"b"}`, nil).text("error"))
	require.Equal(t, "invalid_request", w.send("/olp/token", "application/json", `{"grant_type":{"a":1}}`, nil).text("error"))
	long := w.send("/olp/token", "application/x-www-form-urlencoded", "license="+strings.Repeat("x", olp.MaxBody), nil)
	require.Equal(t, http.StatusRequestEntityTooLarge, long.code)
	for _, authorization := range [][]string{{"Basic x"}, {"Basic " + "eDp5"}, {"Bearer x"}, {"Basic eDp5", "Basic eDp5"}} {
		got := w.post("/olp/token", w.form("song"), http.Header{"Authorization": authorization})
		require.Contains(t, []int{400, 401}, got.code, authorization)
	}
}

// tokenLike is a token of a key of ours, which shows no client.
func tokenLike(t *testing.T) string {
	t.Helper()
	key, err := jose.NewTokenKey()
	require.NoError(t, err)
	text, err := key.Sign("at+jwt", map[string]string{"iss": "x"})
	require.NoError(t, err)
	return text
}

// Many tokens cost no memory, and one takes little time.
func TestManyTokens(t *testing.T) {
	w := newWorld(t)
	began := time.Now()
	seen := map[string]bool{}
	for range 200 {
		seen[w.token("alice", "song")] = true
	}
	require.Len(t, seen, 200)
	t.Logf("%s a token, with its assertion, over HTTP", time.Since(began)/200)
}

// Keys of encrypted files are not offered, and said so in the protocol's words; the others say where all is.
func TestTheOtherEndpoints(t *testing.T) {
	w := newWorld(t)
	page := origin + "/works/" + work("song").String()
	got := w.post("/olp/key", url.Values{"token": {w.token("alice", "song")}, "resource": {page}}, nil)
	require.Equal(t, http.StatusForbidden, got.code)
	require.Equal(t, "insufficient_scope", got.text("error"))
	require.Equal(t, "invalid_request", w.post("/olp/key", url.Values{"token": {"x"}}, nil).text("error"))
	got = w.post("/olp/key", url.Values{"token": {"x"}, "resource": {page}}, nil)
	require.Equal(t, http.StatusUnauthorized, got.code)
	require.Equal(t, "invalid_token", got.text("error"))
	require.Equal(t, "invalid_request", w.post("/olp/introspect", url.Values{}, nil).text("error"))
	for _, token := range []string{"x", "a.b.c", strings.Repeat("x", 9000), tokenLike(t), w.assert("alice", nil, "")} {
		require.Equal(t, map[string]any{"active": false}, w.introspect(token, page).body)
	}
	for path, want := range map[string]string{"/olp/jwks.json": "P-384", olp.MetadataPath: origin + "/olp/token"} {
		res, err := http.Get(w.s.URL + path)
		require.NoError(t, err)
		var body any
		require.NoError(t, json.NewDecoder(res.Body).Decode(&body))
		require.NoError(t, res.Body.Close())
		require.Contains(t, fmt.Sprint(body), want)
		require.NotContains(t, fmt.Sprint(body), " d:", "the secret stays")
	}
	require.Equal(t, origin+"/olp", olp.Address(origin))
}
