package bots

import (
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"

	"github.com/dunglas/httpsfv"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/jose"
)

// example is the Ed25519 key of RFC 9421, appendix B.1.4.
var example = jose.JWK{Kty: "OKP", Crv: "Ed25519", X: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}

// vectors are RFC 9421's (B.2.6), and those of draft-ietf-webbotauth-httpsig-protocol with this key.
var vectors = map[string]struct {
	method, target, label, input, signature string
	header                                  http.Header
}{
	"RFC 9421 B.2.6": {
		"POST", "https://example.com/foo?param=Value&Pet=dog", "sig-b26",
		`sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`,
		"wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
		http.Header{"Date": {"Tue, 20 Apr 2021 02:07:55 GMT"}, "Content-Type": {"application/json"}, "Content-Length": {"18"}},
	},
	"draft, with Signature-Agent": {
		"GET", "https://example.com/path/to/resource", "sig2",
		`sig2=("@authority" "signature-agent";key="agent2");created=1735689600;keyid="poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";` +
			`alg="ed25519";expires=4889289600;nonce="n9p433xm+NJ3ph3upfBIGmsuwHw387YV7Q/F+6BSpGCVjYCqQw6rznNA8PVVLySrAWsv0hQtFioQb6E1YsauiA==";` +
			`tag="web-bot-auth"`,
		"RdNFx5Bj6au3YgAMQL/RzmUlZE8QZLIaXGRpw985hWnwPfMxT228NMk6ehRS1PSl4e8PhbNZACSanGdhEwYCCg==",
		http.Header{"Signature-Agent": {`agent2="https://signature-agent.test"`}},
	},
	"draft, with Signature-Agent as before": {
		"GET", "https://example.com/path/to/resource", "sig2",
		legacyInput, legacySignature,
		http.Header{"Signature-Agent": {`"https://signature-agent.test"`}},
	},
	"draft-03, without Signature-Agent": {
		"GET", "https://example.com/path/to/resource", "sig1",
		`sig1=("@authority");created=1735689600;keyid="poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";alg="ed25519";expires=4889289600;` +
			`nonce="zIW8+cdmA3vdYagbxojpONwa/l0EKJ/O3/wD486VvsQjO/RxPaSt6ZxvQaMcQzNnqKN/mQ6hpGiFro2L2qkz5A==";tag="web-bot-auth"`,
		"QKN4fTdIYfh82fvoZCQiQA1weuozfCS/Led2zTMbewMMqH8PI2Wsy/5c4ao6B6D09nraNQdBNOADg8aM1MqfCg==",
		nil,
	},
}

const (
	legacyInput = `sig2=("@authority" "signature-agent");created=1735689600;keyid="poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";` +
		`alg="ed25519";expires=1735693200;nonce="e8N7S2MFd/qrd6T2R3tdfAuuANngKI7LFtKYI/vowzk4lAZYadIX6wW25MwG7DCT9RUKAJ0qVkU0mEeLElW1qg==";` +
		`tag="web-bot-auth"`
	legacySignature = "jdq0SqOwHdyHr9+r5jw3iYZH6aNGKijYp/EstF4RQTQdi5N5YYKrD+mCT1HA1nZDsi6nJKuHxUi/5Syp3rLWBA=="
)

func TestVectors(t *testing.T) {
	require.Equal(t, testKey, example.Thumbprint())
	key, err := example.Ed25519()
	require.NoError(t, err)
	for name, v := range vectors {
		target, err := url.Parse(v.target)
		require.NoError(t, err)
		input, err := httpsfv.UnmarshalDictionary([]string{v.input})
		require.NoError(t, err)
		member, _ := input.Get(v.label)
		signature, err := base64.StdEncoding.DecodeString(v.signature)
		require.NoError(t, err)
		m := message{v.method, target, v.header}
		base, err := m.base(member.(httpsfv.InnerList))
		require.NoError(t, err, name)
		require.True(t, ed25519.Verify(key, []byte(base), signature), "%s: %s", name, base)
		m.target.Host = "example.org"
		base, err = m.base(member.(httpsfv.InnerList))
		require.NoError(t, err, name)
		require.False(t, ed25519.Verify(key, []byte(base), signature), name)
	}
}

// Parts are read as RFC 9421 reads them (sections 2.1 and 2.2).
func TestParts(t *testing.T) {
	target, err := url.Parse("https://example.com/a%2Fb/c?q=1&q=2&name=caf%C3%A9+x&empty=")
	require.NoError(t, err)
	m := message{"GET", target, http.Header{"X-Two": {" a ", "b"}, "X-Dict": {`a=1, b=(1 2);x`, "c"}, "X-Empty": {""}}}
	for id, want := range map[string]string{
		`"@method"`: "GET", `"@authority"`: "example.com", `"@scheme"`: "https", `"@path"`: "/a%2Fb/c",
		`"@query"`:      "?q=1&q=2&name=caf%C3%A9+x&empty=",
		`"@target-uri"`: "https://example.com/a%2Fb/c?q=1&q=2&name=caf%C3%A9+x&empty=", `"@request-target"`: "/a%2Fb/c?q=1&q=2&name=caf%C3%A9+x&empty=",
		`"@query-param";name="name"`: "caf%C3%A9%20x", `"@query-param";name="empty"`: "",
		`"x-two"`: "a, b", `"x-empty"`: "", `"x-dict";key="a"`: "1", `"x-dict";key="b"`: "(1 2);x", `"x-dict";key="c"`: "?1",
	} {
		item, err := httpsfv.UnmarshalItem([]string{id})
		require.NoError(t, err)
		got, err := m.part(item.Value.(string), item.Params)
		require.NoError(t, err, id)
		require.Equal(t, want, got, id)
	}
	for _, id := range []string{
		`"@query-param";name="q"`, `"@query-param";name="none"`, `"@query-param"`, `"@status"`, `"@method";req`, `"x-none"`, `"x-two";bs`, `"x-dict";key="z"`,
		`"x-dict";sf`, `"x-dict";key="a";tr`, `"x-two";key=1`,
	} {
		item, err := httpsfv.UnmarshalItem([]string{id})
		require.NoError(t, err)
		_, err = m.part(item.Value.(string), item.Params)
		require.Error(t, err, id)
	}
}
