package c2pa_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/veraison/go-cose"
	"golang.org/x/crypto/ocsp"

	"github.com/stemma-chain/stemma/client/c2pa"
)

func TestAllAlgorithms(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	curve := func(c elliptic.Curve) crypto.Signer {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		require.NoError(t, err)
		return key
	}
	for name, c := range map[string]struct {
		alg cose.Algorithm
		key crypto.Signer
	}{
		"ES256": {cose.AlgorithmES256, curve(elliptic.P256())}, "ES384": {cose.AlgorithmES384, curve(elliptic.P384())},
		"ES512": {cose.AlgorithmES512, curve(elliptic.P521())}, "PS256": {cose.AlgorithmPS256, rsaKey}, "PS384": {cose.AlgorithmPS384, rsaKey},
		"PS512": {cose.AlgorithmPS512, rsaKey}, "EdDSA": {cose.AlgorithmEdDSA, edKey},
	} {
		d := newDraft(newIdentity(t, c.key, nil), first)
		d.alg = c.alg
		r := check(t, storeOf(d.box(t)), d.by.trust())
		require.Equal(t, c2pa.Trusted, r.State, "%s: %+v", name, r.Failures())
		m, _ := r.Manifest(first)
		require.Equal(t, name, m.Signature.Algorithm)
	}
}

func TestCertificatesAgainstTheRules(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	odd, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	uses := func(all ...x509.ExtKeyUsage) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.ExtKeyUsage = all }
	}
	for name, c := range map[string]struct {
		key    crypto.Signer
		change func(*x509.Certificate)
	}{
		"an RSA key of 1024 bits":  {weak, nil},
		"a key on P-224":           {odd, nil},
		"an authority's":           {nil, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, c.KeyUsage|x509.KeyUsageCertSign }},
		"a key that signs others":  {nil, func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageCertSign }},
		"a key for something else": {nil, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }},
		"no uses":                  {nil, uses()},
		"any use":                  {nil, uses(x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageAny)},
		"servers":                  {nil, uses(x509.ExtKeyUsageServerAuth)},
		"time stamps":              {nil, uses(x509.ExtKeyUsageTimeStamping)},
		"time stamps and more":     {nil, uses(x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageTimeStamping)},
		"answers on revocation":    {nil, uses(x509.ExtKeyUsageOCSPSigning)},
	} {
		t.Run(name, func(t *testing.T) {
			key := c.key
			if key == nil {
				key = newKey(t)
			}
			d := newDraft(newIdentity(t, key, c.change), first)
			// go-cose itself signs with no such key, so another signs: the certificate is judged before the signature.
			d.by.key = newKey(t)
			requireFailure(t, check(t, storeOf(d.box(t)), d.by.trust()), c2pa.CredentialInvalid)
		})
	}
	// It signs itself, and doesn't say by which key.
	own := newIdentity(t, newKey(t), nil)
	own.leaf.AuthorityKeyId = nil
	own.issuer, own.leaf = own.leaf, issue(t, own.leaf, own.leaf, own.key.Public(), own.key)
	requireFailure(t, check(t, storeOf(newDraft(own, first).box(t)), nil), c2pa.CredentialInvalid)
}

func TestWhenACertificateHolds(t *testing.T) {
	for name, change := range map[string]func(*x509.Certificate){
		"expired": func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Hour) },
		"not yet": func(c *x509.Certificate) { c.NotBefore = now.Add(time.Hour) },
	} {
		d := newDraft(newIdentity(t, newKey(t), change), first)
		r := check(t, storeOf(d.box(t)), d.by.trust())
		requireFailure(t, r, c2pa.CredentialExpired)
		require.True(t, r.Has(c2pa.SignatureOutsideValidity, first), name)
		require.True(t, r.Has(c2pa.CredentialUntrusted, first), name)
	}
}

func TestTrustLists(t *testing.T) {
	ann, bob := newIdentity(t, newKey(t), nil), newIdentity(t, newKey(t), nil)
	encoded := func(c *x509.Certificate) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	list, err := c2pa.ReadAnchors(append([]byte("# Ann's\n"), append(encoded(ann.issuer), encoded(bob.issuer)...)...))
	require.NoError(t, err)
	require.Len(t, list, 2)
	_, err = c2pa.ReadAnchors([]byte("nothing"))
	require.ErrorIs(t, err, c2pa.ErrTrust)
	_, err = c2pa.ReadAnchors(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{1}}))
	require.ErrorIs(t, err, c2pa.ErrTrust)
	uses, err := c2pa.ReadUses([]byte("# e-mail\n1.3.6.1.5.5.7.3.4\n\n// ours\n 1.2.3 \n"))
	require.NoError(t, err)
	require.Equal(t, []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 4}, {1, 2, 3}}, uses)
	for _, bad := range []string{"email", "1..2", "1.-2", "1.99999999999"} {
		_, err = c2pa.ReadUses([]byte(bad))
		require.ErrorIs(t, err, c2pa.ErrTrust)
	}

	store := storeOf(newDraft(ann, first).box(t))
	require.Equal(t, c2pa.Trusted, check(t, store, &c2pa.Trust{Signers: list}).State)
	require.Equal(t, c2pa.Valid, check(t, store, &c2pa.Trust{Signers: list[1:]}).State)
	require.Equal(t, c2pa.Trusted, check(t, store, &c2pa.Trust{Signers: []*x509.Certificate{ann.leaf}}).State, "a signer on the list")
	requireFailure(t, check(t, store, &c2pa.Trust{Signers: list, Uses: uses[1:]}), c2pa.CredentialInvalid)

	// A certificate on the list that is no authority's issues none.
	fake := newIdentity(t, newKey(t), nil)
	fake.issuer = ann.leaf
	fake.leaf = issue(t, fake.leaf, ann.leaf, fake.key.Public(), ann.key)
	r := check(t, storeOf(newDraft(fake, first).box(t)), &c2pa.Trust{Signers: []*x509.Certificate{ann.leaf}})
	require.True(t, r.Has(c2pa.CredentialUntrusted, first))
}

func TestAnswersOnRevocation(t *testing.T) {
	ann, bob := newIdentity(t, newKey(t), nil), newIdentity(t, newKey(t), nil)
	hourAgo := now.Add(-time.Hour)
	for name, c := range map[string]struct {
		answer ocsp.Response
		by     identity
		want   c2pa.Code
	}{
		"revoked":       {ocsp.Response{Status: ocsp.Revoked, RevokedAt: hourAgo}, ann, c2pa.CredentialRevoked},
		"revoked later": {ocsp.Response{Status: ocsp.Revoked, RevokedAt: now.Add(time.Hour)}, ann, c2pa.OCSPSkipped},
		"held and released": {
			ocsp.Response{Status: ocsp.Revoked, RevokedAt: hourAgo, RevocationReason: ocsp.RemoveFromCRL}, ann, c2pa.OCSPSkipped,
		},
		"good, but no stamp": {ocsp.Response{Status: ocsp.Good}, ann, c2pa.OCSPSkipped},
		"said by others":     {ocsp.Response{Status: ocsp.Revoked, RevokedAt: hourAgo}, bob, c2pa.OCSPSkipped},
	} {
		t.Run(name, func(t *testing.T) {
			c.answer.SerialNumber, c.answer.ThisUpdate, c.answer.NextUpdate = big.NewInt(2), now.Add(-time.Minute), now.Add(time.Hour)
			raw, err := ocsp.CreateResponse(c.by.issuer, c.by.issuer, c.answer, c.by.root)
			require.NoError(t, err)
			d := newDraft(ann, first)
			d.headers = func(h *cose.Headers) { h.Unprotected["rVals"] = map[string]any{"ocspVals": []any{raw}} }
			r := check(t, storeOf(d.box(t)), ann.trust())
			require.True(t, r.Has(c.want, first), "%+v", r.Statuses)
			require.Equal(t, c.want != c2pa.CredentialRevoked, r.State == c2pa.Trusted)
			m, _ := r.Manifest(first)
			require.Equal(t, 1, m.Signature.Staples)
		})
	}
}
