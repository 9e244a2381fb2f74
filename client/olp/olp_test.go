package olp

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/jose"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

func TestAnElementSaysWhatItAsksFor(t *testing.T) {
	l, err := ReadLicense(`<?xml version="1.0"?>
		<license xmlns="https://rslstandard.org/rsl" xmlns:x="urn:x">
		<permits type="usage">ai-input  ai-train</permits><permits type="user">non-commercial education</permits><permits type="geo">FR DE</permits>
		<prohibits type="usage">search ai-index</prohibits><payment type="use"><accepts type="a/b">{"x": "&amp;"}</accepts></payment>
		<legal type="proof">stemma:chain-1:work1x</legal><legal type="warranty">none</legal><x:permits type="usage">all</x:permits></license>`)
	require.NoError(t, err)
	require.Equal(t, License{
		Actions:     []licensetypes.Action{licensetypes.ACTION_AI_INPUT, licensetypes.ACTION_TRAIN_AI},
		Territories: []string{"FR", "DE"}, Proofs: []string{"stemma:chain-1:work1x"},
	}, l)
	uses, err := l.Uses(time.Now())
	require.NoError(t, err)
	require.Len(t, uses, 2)
	require.False(t, uses[0].Commercial)
	require.Equal(t, "ai-input ai-train", Scope(uses))
	again, err := ReadLicense(WriteLicense(uses, "stemma:chain-1:work1x"))
	require.NoError(t, err)
	require.Equal(t, l.Actions, again.Actions)
	require.Equal(t, l.Commercial, again.Commercial)
	require.ElementsMatch(t, l.Territories, again.Territories)

	l, err = ReadLicense(`<license><permits type="usage">stemma:copy</permits></license>`)
	require.NoError(t, err)
	require.Equal(t, []licensetypes.Action{licensetypes.ACTION_COPY}, l.Actions)
	require.True(t, l.Commercial, "who names no users means all")
}

// bombs are documents that cost or disclose something where they are expanded.
var bombs = []string{
	`<!DOCTYPE license [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><license><permits type="usage">&b;</permits></license>`,
	`<!DOCTYPE license [<!ENTITY x SYSTEM "file:///etc/passwd">]><license><permits type="usage">&x;</permits></license>`,
	`<!DOCTYPE license SYSTEM "http://127.0.0.1/x.dtd"><license><permits type="usage">ai-input</permits></license>`,
	`<license><permits type="usage">&x;</permits></license>`,
	`<?xml-stylesheet href="x"?><license><permits type="usage">ai-input</permits></license>`,
	strings.Repeat("<license>", 1000) + strings.Repeat("</license>", 1000),
	`<license><permits type="usage">` + strings.Repeat("ai-input ", MaxLicense/8) + `</permits></license>`,
}

func TestElementsByWhichNothingIsHad(t *testing.T) {
	for _, text := range append(bombs,
		"", "text", "<license/>", "<license>", "<rsl><license/></rsl>", `<license><permits type="usage"></permits></license>`,
		`<license xmlns="urn:other"><permits type="usage">ai-input</permits></license>`,
		`<license><permits type="usage">all</permits></license>`, `<license><permits type="usage">ai-all</permits></license>`,
		`<license><permits type="usage">ai-index</permits></license>`, `<license><permits type="usage">stemma:eat</permits></license>`,
		`<license><permits type="usage">stemma:ai-input</permits></license>`,
		`<license><permits type="usage">ai-input</permits><prohibits type="usage">ai-input</prohibits></license>`,
		`<license><permits type="usage">ai-input</permits><permits type="usage">ai-train</permits></license>`,
		`<license><permits type="usage">ai-input</permits></license><license><permits type="usage">ai-train</permits></license>`,
		`<license><permits type="usage">ai-input</permits></license>x`, "\xff<license/>",
	) {
		_, err := ReadLicense(text)
		require.ErrorIs(t, err, ErrLicense, text[:min(len(text), 80)])
	}
	l, err := ReadLicense(`<license><permits type="usage">ai-input</permits><permits type="geo">Narnia</permits></license>`)
	require.NoError(t, err)
	_, err = l.Uses(time.Now())
	require.ErrorIs(t, err, ErrLicense)
}

func FuzzReadLicense(f *testing.F) {
	for _, bomb := range bombs {
		f.Add(bomb)
	}
	f.Add(`<license><permits type="usage">ai-input</permits></license>`)
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadLicense(text)
		if err != nil {
			require.ErrorIs(t, err, ErrLicense)
			return
		}
		require.NotEmpty(t, l.Actions)
	})
}

func TestAnAssertionShowsOneAccount(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	alice := client.FromKey(secp256k1.GenPrivKeyFromSecret([]byte("alice")))
	names := []string{"https://a.example/olp/token", "https://a.example/olp"}
	text, err := Assert(alice, nil, names[0], "/x", now)
	require.NoError(t, err)
	c, err := ReadAssertion(text, names, now)
	require.NoError(t, err)
	require.Equal(t, alice.Address().String(), c.Issuer)
	require.Equal(t, "/x", c.Resource)
	require.Equal(t, alice.Address(), c.Key)
	for name, read := range map[string]func() (Client, error){
		"over":       func() (Client, error) { return ReadAssertion(text, names, now.Add(AssertionLife)) },
		"to come":    func() (Client, error) { return ReadAssertion(text, names, now.Add(-2*Skew)) },
		"another's":  func() (Client, error) { return ReadAssertion(text, []string{"https://b.example/olp"}, now) },
		"cut off":    func() (Client, error) { return ReadAssertion(text[:len(text)-2], names, now) },
		"nothing":    func() (Client, error) { return ReadAssertion("", names, now) },
		"a password": func() (Client, error) { return ReadAssertion("secret", names, now) },
	} {
		_, err := read()
		require.ErrorIs(t, err, ErrAssertion, name)
	}
	agent := agenttypes.AgentID{1}
	bob := sdk.AccAddress("bob_________________")
	text, err = Assert(alice, &client.Acting{Agent: agent, Controller: bob}, names[1], "", now)
	require.NoError(t, err)
	c, err = ReadAssertion(text, names, now)
	require.NoError(t, err)
	require.Equal(t, bob.String(), c.Issuer)
	require.Equal(t, agent.String(), c.Agent)
	require.Equal(t, alice.Address(), c.Key)
}

// What an assertion says is held against the key that signs it.
func TestAssertionsThatShowNobody(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	key := secp256k1.GenPrivKeyFromSecret([]byte("alice"))
	alice := sdk.AccAddress(key.PubKey().Address()).String()
	public, err := jose.NewAccount(key.PubKey().Bytes())
	require.NoError(t, err)
	other, err := jose.NewAccount(secp256k1.GenPrivKeyFromSecret([]byte("bob")).PubKey().Bytes())
	require.NoError(t, err)
	good := Assertion{Issuer: alice, Subject: alice, Audience: "a", Issued: now.Unix(), Expires: now.Unix() + 60, ID: "1"}
	write := func(h jose.Header, change func(*Assertion)) string {
		a := good
		change(&a)
		text, err := jose.WriteCompact(h, a, key.Sign)
		require.NoError(t, err)
		return text
	}
	as := jose.Header{Alg: jose.ES256K, JWK: &public}
	_, err = ReadAssertion(write(as, func(*Assertion) {}), []string{"a"}, now)
	require.NoError(t, err)
	bob := sdk.AccAddress("bob_________________").String()
	for name, text := range map[string]string{
		"another account": write(as, func(a *Assertion) { a.Issuer, a.Subject = bob, bob }), "two accounts": write(as, func(a *Assertion) { a.Subject = bob }),
		"no account": write(as, func(a *Assertion) { a.Issuer, a.Subject = "x", "x" }), "no id": write(as, func(a *Assertion) { a.ID = "" }),
		"a long id": write(as, func(a *Assertion) { a.ID = strings.Repeat("x", maxID+1) }), "no end": write(as, func(a *Assertion) { a.Expires = 0 }),
		"for long": write(as, func(a *Assertion) { a.Expires += 3600 }), "no audience": write(as, func(a *Assertion) { a.Audience = "" }),
		"another key": write(jose.Header{Alg: jose.ES256K, JWK: &other}, func(*Assertion) {}), "no key": write(jose.Header{Alg: jose.ES256K}, func(*Assertion) {}),
		"none": write(jose.Header{Alg: "none", JWK: &public}, func(*Assertion) {}), "ES256": write(jose.Header{Alg: "ES256", JWK: &public}, func(*Assertion) {}),
		"HS256": write(jose.Header{Alg: "HS256", JWK: &public}, func(*Assertion) {}),
	} {
		_, err := ReadAssertion(text, []string{"a"}, now)
		require.ErrorIs(t, err, ErrAssertion, name)
	}
}
