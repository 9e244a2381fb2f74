package jose

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"

	dcrec "github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
)

// The example of RFC 8037, appendix A.3.
func TestThumbprintOfRFC8037(t *testing.T) {
	k := JWK{Kty: "OKP", Crv: "Ed25519", X: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
	require.Equal(t, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", k.Thumbprint())
	_, err := k.Ed25519()
	require.NoError(t, err)
}

func TestNamesStandOnce(t *testing.T) {
	var into map[string]any
	for _, text := range []string{`{"a":1,"a":2}`, `{"a":1,"A":2}`, `{"b":[{"x":1,"x":1}]}`, `{"a":{"exp":1,"EXP":2}}`} {
		require.ErrorIs(t, Unmarshal([]byte(text), &into), ErrDuplicate, text)
	}
	for _, text := range []string{``, `{`, `{} {}`, `{}x`, strings.Repeat("[", 1000) + strings.Repeat("]", 1000)} {
		require.Error(t, Unmarshal([]byte(text), &into), text)
	}
	require.NoError(t, Unmarshal([]byte(` {"a":{"b":1},"b":[1,{"a":null}]} `), &into))
}

type claims struct {
	Sub string `json:"sub"`
}

func compact(t *testing.T, header, payload string, sign func([]byte) []byte) string {
	t.Helper()
	signed := encoding.EncodeToString([]byte(header)) + "." + encoding.EncodeToString([]byte(payload))
	return signed + "." + encoding.EncodeToString(sign([]byte(signed)))
}

func TestATokenIsOfItsKey(t *testing.T) {
	key, err := NewTokenKey()
	require.NoError(t, err)
	raw, err := key.Secret()
	require.NoError(t, err)
	key, err = ReadTokenKey(raw)
	require.NoError(t, err)
	token, err := key.Sign("at+jwt", claims{"alice"})
	require.NoError(t, err)
	var c claims
	require.NoError(t, key.Verify(token, "at+jwt", &c))
	require.Equal(t, "alice", c.Sub)
	require.ErrorIs(t, key.Verify(token, "JWT", &c), ErrSignature)
	other, err := NewTokenKey()
	require.NoError(t, err)
	require.ErrorIs(t, other.Verify(token, "at+jwt", &c), ErrSignature)
	require.Empty(t, key.Public().D)

	public := key.Public()
	publicJSON, err := json.Marshal(public)
	require.NoError(t, err)
	mac := func(secret []byte) func([]byte) []byte {
		return func(signed []byte) []byte {
			m := hmac.New(sha256.New, secret)
			m.Write(signed)
			return m.Sum(nil)
		}
	}
	none := func([]byte) []byte { return nil }
	head := func(alg string) string { return `{"alg":"` + alg + `","typ":"at+jwt","kid":"` + public.Kid + `"}` }
	parts := strings.Split(token, ".")
	for name, bad := range map[string]string{
		"none": compact(t, head("none"), `{"sub":"eve"}`, none), "None": compact(t, head("None"), `{"sub":"eve"}`, none),
		"empty":                          compact(t, head(""), `{"sub":"eve"}`, none),
		"ES384 without a signature":      compact(t, head(ES384), `{"sub":"eve"}`, none),
		"ES384 with zeroes":              compact(t, head(ES384), `{"sub":"eve"}`, func([]byte) []byte { return make([]byte, 96) }),
		"HS256 with the public key":      compact(t, head("HS256"), `{"sub":"eve"}`, mac(publicJSON)),
		"HS256 with the coordinate":      compact(t, head("HS256"), `{"sub":"eve"}`, mac([]byte(public.X))),
		"ES384 whose signature is a MAC": compact(t, head(ES384), `{"sub":"eve"}`, mac(publicJSON)),
		"another payload":                parts[0] + "." + encoding.EncodeToString([]byte(`{"sub":"eve"}`)) + "." + parts[2],
		"two parts":                      parts[0] + "." + parts[1], "padding": token + "=", "long": strings.Repeat("a", MaxCompact+1), "nothing": "",
		"crit":           compact(t, `{"alg":"ES384","crit":["exp"],"typ":"at+jwt"}`, `{}`, none),
		"alg twice":      compact(t, `{"alg":"ES384","alg":"none","typ":"at+jwt"}`, `{}`, none),
		"alg in capital": compact(t, `{"alg":"none","ALG":"ES384","typ":"at+jwt"}`, `{}`, none),
		"its own key":    compact(t, `{"alg":"ES384","typ":"at+jwt","kid":"`+other.Public().Kid+`"}`, `{}`, none),
	} {
		require.Error(t, key.Verify(bad, "at+jwt", &c), name)
	}
	require.Equal(t, "alice", c.Sub)
	twice, err := key.Sign("at+jwt", json.RawMessage(`{"sub":"alice","SUB":"eve"}`))
	require.NoError(t, err)
	require.ErrorIs(t, key.Verify(twice, "at+jwt", &c), ErrDuplicate)
}

func TestKeysThatAreNone(t *testing.T) {
	key, err := NewTokenKey()
	require.NoError(t, err)
	other, err := NewTokenKey()
	require.NoError(t, err)
	raw, err := key.Secret()
	require.NoError(t, err)
	for _, bad := range []string{
		``, `{}`, `{"kty":"EC"}`, strings.Replace(string(raw), "P-384", "P-256", 1), strings.Replace(string(raw), key.Public().X, other.Public().X, 1),
		strings.Replace(string(raw), `"d":"`, `"d":"A`, 1),
	} {
		_, err := ReadTokenKey([]byte(bad))
		require.ErrorIs(t, err, ErrKey, bad)
	}
	for _, bad := range []JWK{
		{}, {Kty: "EC", Crv: "secp256k1", X: "AA", Y: "AA"}, {Kty: "EC", Crv: "secp256k1", X: strings.Repeat("A", 43), Y: strings.Repeat("A", 43)}, key.Public(),
	} {
		_, err := bad.Account()
		require.ErrorIs(t, err, ErrKey)
		_, err = bad.Ed25519()
		require.ErrorIs(t, err, ErrKey)
	}
	require.Len(t, NewEd25519(make(ed25519.PublicKey, 32)).X, 43)
}

// Libraries for JOSE write either of two signatures, those for chains the lower one.
func TestBothSignaturesOfAnAccountCount(t *testing.T) {
	private := secp256k1.GenPrivKeyFromSecret([]byte("alice"))
	public, err := NewAccount(private.PubKey().Bytes())
	require.NoError(t, err)
	key, err := public.Account()
	require.NoError(t, err)
	require.Equal(t, private.PubKey().Bytes(), key.Bytes())
	low, err := private.Sign([]byte("x"))
	require.NoError(t, err)
	require.True(t, VerifyAccount(key, []byte("x"), low))
	require.False(t, VerifyAccount(key, []byte("y"), low))
	var s dcrec.ModNScalar
	s.SetByteSlice(low[32:])
	negated := s.Negate().Bytes()
	high := append(append([]byte{}, low[:32]...), negated[:]...)
	require.True(t, VerifyAccount(key, []byte("x"), high))
	require.False(t, VerifyAccount(key, []byte("x"), append(low, 0)))
	require.False(t, VerifyAccount(key, []byte("x"), append(append([]byte{}, low[:32]...), make([]byte, 32)...)))
	over := make([]byte, 64)
	for i := range over {
		over[i] = 0xff
	}
	require.False(t, VerifyAccount(key, []byte("x"), over))
}
