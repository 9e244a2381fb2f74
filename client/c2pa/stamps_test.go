package c2pa_test

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/veraison/go-cose"

	"github.com/stemma-chain/stemma/client/c2pa"
)

// authority stamps times as RFC 3161 wants it, unless told otherwise.
type authority struct {
	identity
	at      time.Time
	message []byte // signed in place of the token's content
	status  int
}

func newAuthority(t testing.TB, change func(*x509.Certificate)) authority {
	return authority{at: now.AddDate(0, -6, 0), identity: newIdentity(t, newKey(t), func(c *x509.Certificate) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}
		if change != nil {
			change(c)
		}
	})}
}

type algorithm = pkix.AlgorithmIdentifier

var (
	sha256ID    = algorithm{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}
	ecdsaID     = algorithm{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}
	tstInfoID   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	contentID   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	digestID    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	signedDatID = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
)

func der(t testing.TB, v any) asn1.RawValue {
	t.Helper()
	raw, err := asn1.Marshal(v)
	require.NoError(t, err)
	return asn1.RawValue{FullBytes: raw}
}

// within is values in a constructed value with a tag of the context, or in a set.
func within(class, tag int, parts ...asn1.RawValue) asn1.RawValue {
	v := asn1.RawValue{Class: class, Tag: tag, IsCompound: true}
	for _, one := range parts {
		v.Bytes = append(v.Bytes, one.FullBytes...)
	}
	return v
}

func tagged(t testing.TB, tag int, parts ...asn1.RawValue) asn1.RawValue {
	return der(t, within(asn1.ClassContextSpecific, tag, parts...))
}

func set(t testing.TB, parts ...asn1.RawValue) asn1.RawValue {
	return der(t, within(asn1.ClassUniversal, asn1.TagSet, parts...))
}

// token stamps a message.
func (a authority) token(t testing.TB, message []byte) []byte {
	t.Helper()
	imprint := sha256.Sum256(message)
	info := der(t, struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint struct {
			Algorithm algorithm
			Hash      []byte
		}
		Serial *big.Int
		Time   time.Time `asn1:"generalized"`
	}{1, asn1.ObjectIdentifier{1, 2, 3}, struct {
		Algorithm algorithm
		Hash      []byte
	}{sha256ID, imprint[:]}, big.NewInt(7), a.at}).FullBytes
	content := info
	if a.message != nil {
		content = a.message
	}
	digest := sha256.Sum256(content)
	attribute := func(id asn1.ObjectIdentifier, v any) asn1.RawValue {
		return der(t, struct {
			ID     asn1.ObjectIdentifier
			Values asn1.RawValue
		}{id, set(t, der(t, v))})
	}
	attributes := []asn1.RawValue{attribute(contentID, tstInfoID), attribute(digestID, digest[:])}
	hashed := sha256.Sum256(set(t, attributes...).FullBytes)
	signature, err := a.key.Sign(rand.Reader, hashed[:], crypto.SHA256)
	require.NoError(t, err)
	signer := der(t, struct {
		Version int
		ID      struct {
			Issuer asn1.RawValue
			Serial *big.Int
		}
		Digest     algorithm
		Attributes asn1.RawValue
		Algorithm  algorithm
		Signature  []byte
	}{1, struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}{asn1.RawValue{FullBytes: a.leaf.RawIssuer}, a.leaf.SerialNumber}, sha256ID, tagged(t, 0, attributes...), ecdsaID, signature})
	type info2 struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}
	signed := der(t, struct {
		Version                             int
		Digests, Info, Certificates, Signer asn1.RawValue
	}{
		3, set(t, der(t, sha256ID)), der(t, info2{tstInfoID, tagged(t, 0, der(t, info))}),
		tagged(t, 0, asn1.RawValue{FullBytes: a.leaf.Raw}, asn1.RawValue{FullBytes: a.issuer.Raw}), set(t, signer),
	})
	return der(t, info2{signedDatID, tagged(t, 0, signed)}).FullBytes
}

// response is a token in the form that authorities answer in.
func (a authority) response(t testing.TB, message []byte) []byte {
	return der(t, struct {
		Status struct{ Status int }
		Token  asn1.RawValue
	}{struct{ Status int }{a.status}, asn1.RawValue{FullBytes: a.token(t, message)}}).FullBytes
}

// stamp puts a time stamp of the second version over a signature.
func (a authority) stamp(t testing.TB) func(*cose.Sign1Message) {
	return func(m *cose.Sign1Message) {
		m.Headers.Unprotected["sigTst2"] = container(a.token(t, countersigned(t, m, encode(m.Signature))))
	}
}

func countersigned(t testing.TB, m *cose.Sign1Message, payload []byte) []byte {
	protected, err := m.Headers.Protected.MarshalCBOR()
	require.NoError(t, err)
	// It is a byte string already: its content is what the structure holds as one.
	return append(append(append([]byte{0x84}, encode("CounterSignature")...), append(protected, encode([]byte{})...)...), encode(payload)...)
}

func container(tokens ...[]byte) map[string]any {
	list := []any{}
	for _, one := range tokens {
		list = append(list, map[string]any{"val": one})
	}
	return map[string]any{"tstTokens": list}
}

func expired(c *x509.Certificate) { c.NotAfter = now.AddDate(0, -1, 0) }

func TestATimeStampSaysWhenACertificateMustHold(t *testing.T) {
	ann, tsa := newIdentity(t, newKey(t), expired), newAuthority(t, nil)
	trust := ann.trust()
	trust.Stamps = []*x509.Certificate{tsa.issuer}
	d := newDraft(ann, first)
	requireFailure(t, check(t, storeOf(d.box(t)), trust), c2pa.CredentialExpired)

	d.signed = tsa.stamp(t)
	r := check(t, storeOf(d.box(t)), trust)
	require.Equal(t, c2pa.Trusted, r.State, "%+v", r.Failures())
	require.True(t, r.Has(c2pa.TimeStampTrusted, first))
	m, _ := r.Manifest(first)
	require.True(t, tsa.at.Equal(*m.Signature.Time))

	// Of an authority that nobody knows it says nothing, and signers' authorities are no authorities for time.
	for _, stamps := range [][]*x509.Certificate{{}, {ann.issuer}} {
		r = check(t, storeOf(d.box(t)), &c2pa.Trust{Signers: []*x509.Certificate{ann.issuer}, Stamps: stamps})
		requireFailure(t, r, c2pa.CredentialExpired)
		require.True(t, r.Has(c2pa.TimeStampUntrusted, first))
	}
	late := tsa
	late.at = now.AddDate(0, 0, -1)
	d.signed = late.stamp(t)
	requireFailure(t, check(t, storeOf(d.box(t)), trust), c2pa.CredentialExpired)
}

func TestTimeStampsThatDontCount(t *testing.T) {
	ann, tsa := newIdentity(t, newKey(t), expired), newAuthority(t, nil)
	outside := newAuthority(t, nil)
	outside.at = now.AddDate(-3, 0, 0)
	others := tsa
	others.message = []byte("something else")
	for name, c := range map[string]struct {
		by     authority
		signed func(*cose.Sign1Message)
		want   c2pa.Code
	}{
		"for something else": {tsa, func(m *cose.Sign1Message) {
			m.Headers.Unprotected["sigTst2"] = container(tsa.token(t, []byte("x")))
		}, c2pa.TimeStampMismatch},
		"two": {tsa, func(m *cose.Sign1Message) {
			m.Headers.Unprotected["sigTst2"] = container(tsa.token(t, nil), tsa.token(t, nil))
		}, c2pa.TimeStampMalformed},
		"no DER": {tsa, func(m *cose.Sign1Message) {
			m.Headers.Unprotected["sigTst2"] = container([]byte("x"))
		}, c2pa.TimeStampMalformed},
		"something else signed": {others, others.stamp(t), c2pa.TimeStampMismatch},
		"outside its validity":  {outside, outside.stamp(t), c2pa.TimeStampOutsideValidity},
		"no authority": {tsa, newAuthority(t, func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
		}).stamp(t), c2pa.TimeStampUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDraft(ann, first)
			d.signed = c.signed
			trust := ann.trust()
			trust.Stamps = []*x509.Certificate{c.by.issuer}
			r := check(t, storeOf(d.box(t)), trust)
			requireFailure(t, r, c2pa.CredentialExpired)
			require.True(t, r.Has(c.want, first), "%+v", r.Statuses)
		})
	}
}

// Claims of version 1 have stamps over the claim, in the form of a response, and those of any authority count.
func TestTimeStampsOfTheFirstVersion(t *testing.T) {
	ann, tsa := newIdentity(t, newKey(t), expired), newAuthority(t, nil)
	d := newDraft(ann, "test:urn:uuid:1")
	d.claimLabel = "c2pa.claim"
	actions := created()
	actions.label = "c2pa.actions"
	d.parts = []part{actions, binding(content)}
	var list []any
	for _, p := range d.parts {
		list = append(list, hashed("self#jumbf=c2pa.assertions/"+p.label, p.box()))
	}
	d.rawClaim = encode(map[string]any{
		"claim_generator": "old/1", "instanceID": "1", "dc:format": "image/png", "alg": "sha256", "assertions": list,
		"signature": "self#jumbf=/c2pa/test:urn:uuid:1/c2pa.signature",
	})
	for status, want := range map[int]c2pa.State{0: c2pa.Trusted, 1: c2pa.Trusted, 2: c2pa.Invalid} {
		d.signed = func(m *cose.Sign1Message) {
			a := tsa
			a.status = status
			m.Headers.Unprotected["sigTst"] = container(a.response(t, countersigned(t, m, d.rawClaim)))
		}
		r := check(t, storeOf(d.box(t)), ann.trust())
		require.Equal(t, want, r.State, "%+v", r.Failures())
		strict := ann.trust()
		strict.Stamps = []*x509.Certificate{ann.issuer}
		requireFailure(t, check(t, storeOf(d.box(t)), strict), c2pa.CredentialExpired)
		strict.Stamps = []*x509.Certificate{tsa.issuer}
		require.Equal(t, want, check(t, storeOf(d.box(t)), strict).State)
	}
}

// A later manifest can hold the time stamp of an earlier one.
func TestATimeStampInALaterManifest(t *testing.T) {
	ann, bob, tsa := newIdentity(t, newKey(t), expired), newIdentity(t, newKey(t), nil), newAuthority(t, nil)
	source := newDraft(ann, first)
	var message []byte
	source.signed = func(m *cose.Sign1Message) { message = countersigned(t, m, encode(m.Signature)) }
	box := source.box(t)
	d := derived(bob, box, first)
	trust := &c2pa.Trust{Signers: []*x509.Certificate{ann.issuer, bob.issuer}, Stamps: []*x509.Certificate{tsa.issuer}}
	requireFailure(t, check(t, storeOf(box, d.box(t)), trust), c2pa.CredentialExpired)

	d.parts = append(d.parts, part{label: "c2pa.time-stamp", value: map[string]any{first: tsa.token(t, message)}})
	r := check(t, storeOf(box, d.box(t)), trust)
	require.Equal(t, c2pa.Trusted, r.State, "%+v", r.Failures())
}
