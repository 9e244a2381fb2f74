// Package olp has what both sides of the Open License Protocol (RSL 1.0 section 5) follow on chains of this kind: how a client shows which
// account it is, and the <license> element that it asks for. It asks no node and keeps nothing; portal/olp serves by it.
package olp

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/jose"
)

const (
	// AssertionType is the client_assertion_type of RFC 7523.
	AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	// AssertionLife is how long an assertion may hold at most.
	AssertionLife = 10 * time.Minute
	// Skew is how far clocks may be apart.
	Skew = time.Minute
	// maxID is how long the id of an assertion may be, in bytes.
	maxID = 128
)

// Assertion says which account a client is (RFC 7523 section 3). The account's key signs it, or that of an agent which the account
// controls: nobody keeps a secret of the client's.
type Assertion struct {
	// Issuer and Subject are the account.
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
	// Audience is the address of the token endpoint, or of the licence server.
	Audience string `json:"aud"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	// ID is used once.
	ID string `json:"jti"`
	// Resource, where it is said, is the only one that the assertion is for.
	Resource string `json:"resource,omitempty"`
	// Agent whose key signs; empty: the account's own.
	Agent string `json:"agent,omitempty"`
}

// Assert signs an assertion for a licence server, by an account or for one: acting is nil for the account's own key. The
// key is of secp256k1, as accounts of people and agents are; those of devices sign no such bytes.
func Assert(signer client.Signer, acting *client.Acting, audience, resource string, now time.Time) (string, error) {
	account := signer.Address()
	a := Assertion{Audience: audience, Issued: now.Unix(), Expires: now.Add(AssertionLife / 2).Unix(), Resource: resource}
	if acting != nil {
		account, a.Agent = acting.Controller, acting.Agent.String()
	}
	a.Issuer, a.Subject = account.String(), account.String()
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	a.ID = base64.RawURLEncoding.EncodeToString(id[:])
	public, err := jose.NewAccount(signer.PubKey().Bytes())
	if err != nil {
		return "", err
	}
	return jose.WriteCompact(jose.Header{Alg: jose.ES256K, Typ: "JWT", JWK: &public}, a, signer.Sign)
}

// ErrAssertion is matched by the error of an assertion that shows nobody.
var ErrAssertion = errors.New("the client assertion does not hold")

// Client is who an assertion shows.
type Client struct {
	Assertion
	// Key is the account of the key that signed: the client's own, or one that its agent has to have.
	Key sdk.AccAddress
}

// ReadAssertion verifies an assertion for one of several names of a licence server. It fails with ErrAssertion. That it is used once,
// and that the agent has the key, is for the caller to see.
func ReadAssertion(text string, audiences []string, now time.Time) (Client, error) {
	refuse := func(format string, args ...any) (Client, error) {
		return Client{}, fmt.Errorf("%w: %w", ErrAssertion, fmt.Errorf(format, args...))
	}
	c, err := jose.ReadCompact(text, jose.ES256K)
	if err != nil {
		return refuse("%w", err)
	}
	if c.Header.JWK == nil {
		return refuse("its header has no jwk, the key that signs it")
	}
	key, err := c.Header.JWK.Account()
	if err != nil {
		return refuse("%w", err)
	}
	if !jose.VerifyAccount(key, c.Signed, c.Signature) {
		return refuse("%w", jose.ErrSignature)
	}
	var a Assertion
	if err := jose.Unmarshal(c.Payload, &a); err != nil {
		return refuse("%w", err)
	}
	return shown(a, key, audiences, now, refuse)
}

// shown checks what an assertion says against the key that signed it.
func shown(
	a Assertion, key *secp256k1.PubKey, audiences []string, now time.Time, refuse func(string, ...any) (Client, error),
) (Client, error) {
	issued, expires := time.Unix(a.Issued, 0), time.Unix(a.Expires, 0)
	known := false
	for _, name := range audiences {
		known = known || a.Audience == name
	}
	signer := sdk.AccAddress(key.Address())
	switch _, err := sdk.AccAddressFromBech32(a.Issuer); {
	case err != nil:
		return refuse("iss is no account: %w", err)
	case a.Issuer != a.Subject:
		return refuse("iss and sub are not the same account")
	case !known:
		return refuse("aud is %q, not %q", a.Audience, audiences)
	case a.ID == "" || len(a.ID) > maxID:
		return refuse("jti has 1 to %d bytes", maxID)
	case issued.After(now.Add(Skew)):
		return refuse("it is of %s, here it is %s", issued.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case !expires.After(now):
		return refuse("it ended at %s", expires.UTC().Format(time.RFC3339))
	case expires.Sub(issued) > AssertionLife:
		return refuse("it holds for more than %s", AssertionLife)
	case a.Agent == "" && signer.String() != a.Issuer:
		return refuse("the key is that of %s, not of %s", signer, a.Issuer)
	}
	return Client{Assertion: a, Key: signer}, nil
}
