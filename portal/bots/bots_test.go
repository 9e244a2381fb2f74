package bots

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/dunglas/httpsfv"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/jose"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// passports are the chain's, by agent; away: the node does not answer.
type passports struct {
	grpc.ClientConnInterface
	named map[agenttypes.AgentID]string
	acts  bool
	away  bool
	asked int
}

func (p *passports) Invoke(_ context.Context, _ string, args, reply any, _ ...grpc.CallOption) error {
	asked, ok := args.(*agenttypes.QueryAgentRequest)
	if !ok || p.away {
		return status.Error(codes.Unavailable, "away")
	}
	p.asked++
	thumbprint, there := p.named[asked.Agent]
	if !there {
		return status.Error(codes.NotFound, "none")
	}
	*reply.(*agenttypes.QueryAgentResponse) = agenttypes.QueryAgentResponse{
		Acts: p.acts, Card: agenttypes.CardVersion{Card: agenttypes.Card{JwkThumbprint: thumbprint}},
	}
	return nil
}

// robot signs requests.
type robot struct {
	t       *testing.T
	private ed25519.PrivateKey
	key     Key
	chain   *passports
	c       *Checker
	now     time.Time
}

func newRobot(t *testing.T) *robot {
	t.Helper()
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	public := private.Public().(ed25519.PublicKey)
	r := &robot{t: t, private: private, now: time.Unix(1_800_000_000, 0)}
	r.key = Key{Thumbprint: jose.NewEd25519(public).Thumbprint(), Public: public, Agent: agenttypes.AgentID{1, 2, 3}}
	r.chain = &passports{named: map[agenttypes.AgentID]string{r.key.Agent: r.key.Thumbprint}, acts: true}
	r.check([]Key{r.key}, nil)
	return r
}

func (r *robot) check(keys []Key, directories *Directories) {
	r.t.Helper()
	c, err := client.New(r.chain, client.ForChain("bots-1"))
	require.NoError(r.t, err)
	r.t.Cleanup(func() { _ = c.Close() })
	r.c, err = New(Config{Client: c, Origin: "https://Shop.example:443", Keys: keys, Directories: directories, Now: func() time.Time { return r.now }})
	require.NoError(r.t, err)
}

// request is signed as a label says; parts and parameters as in Signature-Input.
func (r *robot) request(parts, params string, header http.Header) *http.Request {
	r.t.Helper()
	request := httptest.NewRequest(http.MethodGet, "http://another.example/photos/a.jpg?x=1", nil)
	for name, values := range header {
		request.Header[name] = values
	}
	input := "sig=(" + parts + ")" + params
	request.Header.Set("Signature-Input", input)
	dictionary, err := httpsfv.UnmarshalDictionary([]string{input})
	require.NoError(r.t, err)
	member, _ := dictionary.Get("sig")
	base, err := r.c.message(request).base(member.(httpsfv.InnerList))
	if err != nil {
		base = err.Error()
	}
	request.Header.Set("Signature", "sig=:"+base64.StdEncoding.EncodeToString(ed25519.Sign(r.private, []byte(base)))+":")
	return request
}

// params are those of a signature that holds, changed.
func (r *robot) params(change ...string) string {
	values := map[string]string{
		"created": fmt.Sprint(r.now.Unix()), "expires": fmt.Sprint(r.now.Unix() + 60), "keyid": `"` + r.key.Thumbprint + `"`, "tag": `"web-bot-auth"`,
	}
	for i := 0; i+1 < len(change); i += 2 {
		values[change[i]] = change[i+1]
	}
	var b strings.Builder
	for _, name := range []string{"created", "expires", "keyid", "alg", "nonce", "tag"} {
		if values[name] != "" {
			b.WriteString(";" + name + "=" + values[name])
		}
	}
	return b.String()
}

const (
	byAgent  = `"@authority" "signature-agent";key="sig"`
	ofAgents = `sig="https://agents.example.org"`
)

func TestAnAgentIsTold(t *testing.T) {
	r := newRobot(t)
	agent := http.Header{"Signature-Agent": {ofAgents}}
	require.Equal(t, "unsigned", r.c.Check(httptest.NewRequest(http.MethodGet, "/", nil)).String())
	for _, request := range []*http.Request{
		r.request(byAgent, r.params(), agent), r.request(`"@authority"`, r.params(), nil), r.request(`"@target-uri" "@method"`, r.params("alg", `"ed25519"`), nil),
		r.request(byAgent, r.params("nonce", `"one"`), agent), r.request(byAgent, r.params("nonce", `"two"`), agent),
		r.request(`"@authority" "@path" "@query" "signature-agent"`, r.params(), agent),
	} {
		bot := r.c.Check(request)
		require.Equal(t, r.key.Agent.String(), bot.String())
		require.Equal(t, Verified, bot.Outcome)
	}
	require.Equal(t, 1, r.chain.asked, "what a passport says is remembered for a minute")
	// Signatures for something else are nobody's matter.
	require.Equal(t, Unsigned, r.c.Check(r.request(byAgent, r.params("tag", `"other"`), agent)).Outcome)
}

func TestWhatIsNotValid(t *testing.T) {
	r := newRobot(t)
	agent := http.Header{"Signature-Agent": {ofAgents}}
	at := func(seconds int64) string { return fmt.Sprint(r.now.Unix() + seconds) }
	changed := func(change func(h http.Header)) *http.Request {
		request := r.request(byAgent, r.params(), agent)
		request.Header = request.Header.Clone()
		change(request.Header)
		return request
	}
	for name, request := range map[string]*http.Request{
		"expired":                r.request(byAgent, r.params("created", at(-120), "expires", at(-60)), agent),
		"to come":                r.request(byAgent, r.params("created", at(120), "expires", at(180)), agent),
		"more than 24h":          r.request(byAgent, r.params("expires", at(25*3600)), agent),
		"created and expires":    r.request(byAgent, r.params("expires", ""), agent),
		"keyid":                  r.request(byAgent, r.params("keyid", ""), agent),
		"algorithm":              r.request(byAgent, r.params("alg", `"hmac-sha256"`), agent),
		"neither":                r.request(`"@method" "signature-agent";key="sig"`, r.params(), agent),
		"Signature-Agent":        r.request(`"@authority"`, r.params(), agent),
		"did not sign":           changed(func(h http.Header) { h.Set("Signature", "sig=:"+strings.Repeat("A", 86)+"==:") }),
		"no Ed25519 signature":   changed(func(h http.Header) { h.Set("Signature", "sig=:AAAA:") }),
		"no Ed25519 signature s": changed(func(h http.Header) { h.Del("Signature") }),
		"Signature-Input":        changed(func(h http.Header) { h.Set("Signature-Input", "sig=((") }),
		"bytes":                  changed(func(h http.Header) { h.Set("Signature-Input", strings.Repeat("a", maxField)) }),
		"twice":                  r.request(`"@authority" "@authority" "signature-agent";key="sig"`, r.params(), agent),
		"parts":                  r.request(strings.Repeat(`"@authority" `, maxComponents)+byAgent, r.params(), agent),
		"no such header":         r.request(byAgent+` "x-nothing"`, r.params(), agent),
	} {
		bot := r.c.Check(request)
		require.Equal(t, Invalid, bot.Outcome, "%s: %s", name, bot)
		require.Contains(t, bot.String(), "signature not valid: ")
		require.Contains(t, bot.Reason, strings.TrimSuffix(name, " s"))
	}
	// The member of another signature is not this one's, and the address that a reader writes is not the server's.
	other := r.request(`"@authority" "signature-agent";key="other"`, r.params(), http.Header{"Signature-Agent": {ofAgents + `, other="https://b.example.org"`}})
	require.Equal(t, Verified, r.c.Check(other).Outcome, "keys of the file need no directory")
	moved := r.request(`"@authority"`, r.params(), nil)
	r.c.origin.Host = "elsewhere.example"
	require.Equal(t, Invalid, r.c.Check(moved).Outcome)
}

// Keys that nothing is known of are no fault of the request, and never somebody's.
func TestWhatIsNotKnown(t *testing.T) {
	r := newRobot(t)
	r.check(nil, nil)
	require.Equal(t, NotKnown, r.c.Check(r.request(`"@authority"`, r.params(), nil)).Outcome)
	for name, change := range map[string]func(){
		"another key in the passport": func() { r.chain.named[r.key.Agent] = testKey },
		"no passport":                 func() { delete(r.chain.named, r.key.Agent) },
		"it does not act":             func() { r.chain.acts = false },
		"the node is away":            func() { r.chain.away = true },
	} {
		r = newRobot(t)
		change()
		bot := r.c.Check(r.request(`"@authority"`, r.params(), nil))
		require.Equal(t, NotKnown, bot.Outcome, name)
		require.Contains(t, bot.String(), "signature not known: ")
		require.True(t, bot.Agent.IsZero())
	}
	// A passport that names the key of somebody else gets nothing by it: the key's own entry says whose it is.
	r = newRobot(t)
	r.chain.named[agenttypes.AgentID{9}] = r.key.Thumbprint
	require.Equal(t, r.key.Agent, r.c.Check(r.request(`"@authority"`, r.params(), nil)).Agent)
	r.now = r.now.Add(2 * passportLasts)
	r.chain.acts = false
	require.Equal(t, NotKnown, r.c.Check(r.request(`"@authority"`, r.params(), nil)).Outcome, "asked again after a minute")
}

func TestANonceComesOnce(t *testing.T) {
	r := newRobot(t)
	request := r.request(`"@authority"`, r.params("nonce", `"n"`), nil)
	require.Equal(t, Verified, r.c.Check(request).Outcome)
	bot := r.c.Check(request)
	require.Equal(t, Invalid, bot.Outcome)
	require.Contains(t, bot.Reason, "nonce")
	var n nonces
	for i := range 3 * maxNonces {
		require.True(t, n.first(fmt.Sprint(i)))
	}
	require.LessOrEqual(t, len(n.now)+len(n.before), 2*maxNonces)
	require.False(t, n.first(fmt.Sprint(3*maxNonces-1)))
}

// What a reader writes as the agent goes no further; answers and the log say who it is.
func TestTheHeaderIsOurs(t *testing.T) {
	r := newRobot(t)
	var within Bot
	h := r.c.Handler(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		within = Of(request.Context())
		require.Empty(t, request.Header.Get(Header))
	}))
	forged := httptest.NewRequest(http.MethodGet, "/", nil)
	forged.Header.Set(Header, r.key.Agent.String())
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, forged)
	require.Equal(t, Unsigned, within.Outcome)
	require.Empty(t, answer.Header().Get(Header))
	answer = httptest.NewRecorder()
	h.ServeHTTP(answer, r.request(`"@authority"`, r.params(), nil))
	require.Equal(t, r.key.Agent.String(), answer.Header().Get(Header))
	answer = httptest.NewRecorder()
	h.ServeHTTP(answer, r.request(`"@authority"`, r.params("keyid", `"x\\y"`), nil))
	require.NotContains(t, answer.Header().Get(Header), "\n")
	require.Contains(t, answer.Header().Get(Header), "not known")
}

func keysFile(t *testing.T, keys ...map[string]any) []byte {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"keys": keys})
	require.NoError(t, err)
	return raw
}

func TestFilesOfKeys(t *testing.T) {
	r := newRobot(t)
	entry := func(change ...any) map[string]any {
		e := map[string]any{"kty": "OKP", "crv": "Ed25519", "x": jose.NewEd25519(r.key.Public).X, "agent": r.key.Agent.String()}
		for i := 0; i+1 < len(change); i += 2 {
			e[change[i].(string)] = change[i+1]
		}
		return e
	}
	keys, err := ReadKeys(keysFile(t, entry("kid", r.key.Thumbprint, "nbf", 5, "exp", 9)))
	require.NoError(t, err)
	require.Equal(t, r.key.Thumbprint, keys[0].Thumbprint)
	require.Equal(t, time.Unix(9, 0), keys[0].Until)
	r.check(keys, nil)
	require.Equal(t, Invalid, r.c.Check(r.request(`"@authority"`, r.params(), nil)).Outcome, "after its end")
	for name, raw := range map[string][]byte{
		"another thumbprint": keysFile(t, entry("kid", testKey)), "no agent": keysFile(t, entry("agent", "")), "a secret": keysFile(t, entry("d", "AAAA")),
		"another kind": keysFile(t, entry("kty", "RSA")), "short": keysFile(t, entry("x", "AAAA")), "twice": keysFile(t, entry(), entry()),
		"the example key": keysFile(t, entry("x", example.X)), "no JSON": []byte("{"), "a name twice": []byte(`{"keys":[],"Keys":[]}`),
		"too many": keysFile(t, make([]map[string]any, maxKeys+1)...),
	} {
		_, err := ReadKeys(raw)
		require.Error(t, err, name)
	}
}

// A host's keys count for requests that name the host, and no request makes anybody ask.
func TestDirectories(t *testing.T) {
	r := newRobot(t)
	for _, host := range []string{
		"localhost", "127.0.0.1", "10.0.0.1", "[::1]", "a.example/x", "a.example:8443", "user@a.example", "http://a.example", "a.example?x", "", "1.2.3.4",
	} {
		_, err := NewDirectories([]string{host}, nil)
		require.Error(t, err, host)
	}
	d, err := NewDirectories([]string{"Agents.example.org", "b.example.org"}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	fetched := 0
	d.fetch = func(_ context.Context, host string) ([]byte, error) {
		fetched++
		if host != "agents.example.org" {
			return nil, errors.New("away")
		}
		return keysFile(t, map[string]any{"kty": "RSA"}, map[string]any{
			"kty": "OKP", "crv": "Ed25519", "x": jose.NewEd25519(r.key.Public).X, "agent": r.key.Agent.String(),
		}), nil
	}
	r.check(nil, d)
	agent := http.Header{"Signature-Agent": {ofAgents}}
	require.Equal(t, NotKnown, r.c.Check(r.request(byAgent, r.params(), agent)).Outcome)
	require.Zero(t, fetched)
	require.NoError(t, d.refresh(t.Context(), "agents.example.org"))
	require.Error(t, d.refresh(t.Context(), "b.example.org"))
	require.Equal(t, Verified, r.c.Check(r.request(byAgent, r.params(), agent)).Outcome)
	for _, said := range []string{
		`sig="https://b.example.org"`, `sig="https://agents.example.org:444"`, `sig="http://agents.example.org"`, `sig="https://agents.example.org/x"`,
		`sig="https://agents.example.org";type=jwks_uri`, `sig=1`,
	} {
		require.Equal(t, NotKnown, r.c.Check(r.request(byAgent, r.params(), http.Header{"Signature-Agent": {said}})).Outcome, said)
	}
	require.Equal(t, NotKnown, r.c.Check(r.request(`"@authority"`, r.params(), nil)).Outcome, "no host is named")
	// A key that the host has taken back is over; a host that is away keeps its keys.
	d.fetch = func(context.Context, string) ([]byte, error) { return nil, errors.New("away") }
	require.Error(t, d.refresh(t.Context(), "agents.example.org"))
	require.Equal(t, Verified, r.c.Check(r.request(byAgent, r.params(), agent)).Outcome)
	d.fetch = func(context.Context, string) ([]byte, error) { return []byte(`{"keys":[]}`), nil }
	require.NoError(t, d.refresh(t.Context(), "agents.example.org"))
	require.Equal(t, NotKnown, r.c.Check(r.request(byAgent, r.params(), agent)).Outcome)
}

func TestOnlyPublicAddressesAreAsked(t *testing.T) {
	for _, text := range []string{
		"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1",
		"::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "::7f00:1",
	} {
		require.Error(t, public("tcp", netip.AddrPortFrom(netip.MustParseAddr(text), 443).String(), nil), text)
	}
	require.NoError(t, public("tcp", "93.184.216.34:443", nil))
	require.NoError(t, public("tcp6", "[2606:2800:220:1:248:1893:25c8:1946]:443", nil))
	require.Error(t, public("tcp", "93.184.216.34:80", nil))
	_, err := fetcher(public)(t.Context(), "localhost")
	require.ErrorIs(t, err, errNotPublic)
}

// A fetch is bounded, follows nothing, and takes the media type of a directory alone.
func TestAFetchIsBounded(t *testing.T) {
	answers := map[string]func(w http.ResponseWriter){
		"long": func(w http.ResponseWriter) { _, _ = w.Write(bytes.Repeat([]byte(" "), maxDirectory+1)) },
		"redirect": func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://127.0.0.1/")
			w.WriteHeader(http.StatusFound)
		},
		"type": func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/html"); _, _ = w.Write([]byte("{}")) },
		"good": func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"keys":[]}`)) },
	}
	for name, answer := range answers {
		s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			require.Equal(t, wellKnown, r.URL.Path)
			w.Header().Set("Content-Type", directoryType)
			answer(w)
		}))
		raw, err := fetchWith(s.Client().Transport)(t.Context(), strings.TrimPrefix(s.URL, "https://"))
		s.Close()
		if name == "good" {
			require.NoError(t, err)
			require.JSONEq(t, `{"keys":[]}`, string(raw))
			continue
		}
		require.Error(t, err, name)
	}
}
