package c2pa_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"
	"github.com/veraison/go-cose"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
)

// now is when everything here is checked.
var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// content is the file that the manifests here are beside.
var content = []byte("a picture that somebody made")

const (
	first  = "urn:c2pa:00000000-0000-4000-8000-000000000001"
	second = "urn:c2pa:00000000-0000-4000-8000-000000000002"
)

// identity is a signer with who issued its certificate.
type identity struct {
	key    crypto.Signer
	leaf   *x509.Certificate
	issuer *x509.Certificate
	root   crypto.Signer
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// newIdentity makes a signer; change may spoil its certificate before it is issued.
func newIdentity(t testing.TB, key crypto.Signer, change func(*x509.Certificate)) identity {
	t.Helper()
	i := identity{key: key, root: newKey(t)}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root", Organization: []string{"Roots"}}, NotBefore: now.AddDate(-5, 0, 0),
		NotAfter: now.AddDate(5, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	i.issuer = issue(t, ca, ca, i.root.Public(), i.root)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Ann", Organization: []string{"Photos"}}, NotBefore: now.AddDate(-1, 0, 0),
		NotAfter: now.AddDate(1, 0, 0), BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
	}
	if change != nil {
		change(leaf)
	}
	i.leaf = issue(t, leaf, i.issuer, key.Public(), i.root)
	return i
}

func issue(t testing.TB, c, by *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, by, public, key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return parsed
}

func (i identity) trust() *c2pa.Trust { return &c2pa.Trust{Signers: []*x509.Certificate{i.issuer}} }

// part is an assertion: raw CBOR, or a value.
type part struct {
	label string
	value any
	raw   []byte
	boxes [][]byte // in place of a box of CBOR
}

func encode(v any) []byte {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	raw, err := mode.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

func superbox(kind jumbf.Kind, label string, boxes ...[]byte) []byte {
	return jumbf.AppendSuperbox(nil, jumbf.Description{ID: jumbf.IDOf(kind), Requestable: true, Label: label}, boxes...)
}

func (p part) box() []byte {
	if p.boxes == nil {
		raw := p.raw
		if raw == nil {
			raw = encode(p.value)
		}
		p.boxes = [][]byte{jumbf.Append(nil, jumbf.CBOR, raw)}
	}
	return superbox(jumbf.CBOR, p.label, p.boxes...)
}

// draft is a manifest that is being made, by the rules unless told otherwise.
type draft struct {
	label      string
	kind       jumbf.Kind
	claimLabel string
	by         identity
	alg        cose.Algorithm
	parts      []part         // listed and stored
	stored     []part         // stored alone
	listed     []any          // listed alone
	claim      map[string]any // fields of the claim beside or in place of the usual
	rawClaim   []byte
	headers    func(*cose.Headers)
	signed     func(*cose.Sign1Message) // changes the signature when it is done
	extra      [][]byte                 // boxes of the manifest beside its own
}

func sum(b []byte) []byte {
	digest := sha256.Sum256(b)
	return digest[:]
}

// hashed is a reference to a box, by its content.
func hashed(uri string, box []byte) map[string]any {
	return map[string]any{"url": uri, "alg": "sha256", "hash": sum(box[8:])}
}

func binding(of []byte) part {
	return part{label: "c2pa.hash.data", value: map[string]any{"alg": "sha256", "hash": sum(of), "pad": []byte{}, "name": "all"}}
}

const captured = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"

func created() part {
	return part{label: "c2pa.actions.v2", value: map[string]any{
		"actions": []any{map[string]any{"action": "c2pa.created", "digitalSourceType": captured}},
	}}
}

func newDraft(by identity, label string) draft {
	return draft{
		label: label, kind: "c2ma", claimLabel: "c2pa.claim.v2", by: by, alg: cose.AlgorithmES256,
		parts: []part{created(), binding(content)},
	}
}

// box is the manifest's.
func (d draft) box(t testing.TB) []byte {
	t.Helper()
	var boxes [][]byte
	list := []any{}
	for _, p := range d.parts {
		b := p.box()
		boxes, list = append(boxes, b), append(list, hashed("self#jumbf=c2pa.assertions/"+p.label, b))
	}
	for _, p := range d.stored {
		boxes = append(boxes, p.box())
	}
	claim := map[string]any{
		"instanceID": "xmp:iid:1", "alg": "sha256", "signature": "self#jumbf=c2pa.signature", "created_assertions": append(list, d.listed...),
		"claim_generator_info": map[string]any{"name": "test", "version": "1"},
	}
	maps.Copy(claim, d.claim)
	raw := d.rawClaim
	if raw == nil {
		raw = encode(claim)
	}
	all := [][]byte{
		superbox("c2as", "c2pa.assertions", boxes...), superbox("c2cl", d.claimLabel, jumbf.Append(nil, jumbf.CBOR, raw)),
		superbox("c2cs", "c2pa.signature", jumbf.Append(nil, jumbf.CBOR, d.sign(t, raw))),
	}
	return superbox(d.kind, d.label, append(all, d.extra...)...)
}

func (d draft) sign(t testing.TB, claim []byte) []byte {
	t.Helper()
	signer, err := cose.NewSigner(d.alg, d.by.key)
	require.NoError(t, err)
	m := cose.NewSign1Message()
	m.Headers.Protected.SetAlgorithm(d.alg)
	m.Headers.Protected[cose.HeaderLabelX5Chain] = []any{d.by.leaf.Raw, d.by.issuer.Raw}
	if d.headers != nil {
		d.headers(&m.Headers)
	}
	m.Payload = claim
	require.NoError(t, m.Sign(rand.Reader, nil, signer))
	m.Payload = nil
	if d.signed != nil {
		d.signed(m)
	}
	raw, err := m.MarshalCBOR()
	require.NoError(t, err)
	return raw
}

func storeOf(manifests ...[]byte) []byte { return superbox("c2pa", "c2pa", manifests...) }

// file is the content as a file, without a store in it.
func file(t testing.TB) c2pa.File {
	t.Helper()
	f, err := asset.Open(bytes.NewReader(content), int64(len(content)), "a.bin")
	require.NoError(t, err)
	return f
}

func check(t testing.TB, store []byte, trust *c2pa.Trust) c2pa.Report {
	t.Helper()
	r, err := c2pa.Check(store, file(t), c2pa.Options{Trust: trust, Now: now})
	require.NoError(t, err)
	for _, one := range r.Statuses {
		require.Equal(t, one.Code.Kind(), one.Kind)
		require.Equal(t, one.Kind == c2pa.Success, one.Reason == "", fmt.Sprint(one))
	}
	requireReason(t, r)
	return r
}

// requireReason checks that nothing is invalid without a failure that says why.
func requireReason(t testing.TB, r c2pa.Report) {
	t.Helper()
	said := slices.ContainsFunc(r.Failures(), func(s c2pa.Status) bool { return s.Code != c2pa.CredentialUntrusted })
	require.Equal(t, r.State == c2pa.Invalid, said, "%s: %+v", r.State, r.Failures())
}

// requireFailure checks that a report is invalid for one reason, beside a signer that nobody knows.
func requireFailure(t testing.TB, r c2pa.Report, want c2pa.Code) {
	t.Helper()
	require.Equal(t, c2pa.Invalid, r.State)
	require.True(t, r.Has(want, ""), "%s is not among %+v", want, r.Failures())
}

// ingredient is an assertion that a manifest with a box is one.
func ingredient(label string, relationship c2pa.Relationship, manifest string, box []byte) part {
	v := map[string]any{"dc:title": "source", "relationship": string(relationship)}
	if manifest != "" {
		v["activeManifest"] = hashed("self#jumbf=/c2pa/"+manifest, box)
		v["validationResults"] = map[string]any{"activeManifest": map[string]any{"success": []any{}, "failure": []any{}}}
		if signature := signatureOf(box); signature != nil {
			v["claimSignature"] = hashed("self#jumbf=/c2pa/"+manifest+"/c2pa.signature", signature)
		}
	}
	return part{label: label, value: v}
}

func signatureOf(box []byte) []byte {
	boxes, err := jumbf.Parse(box)
	if err != nil || len(boxes) == 0 {
		return nil
	}
	if found := boxes[0].All("c2pa.signature"); len(found) > 0 {
		return found[0].Raw
	}
	return nil
}

func opened(label string) part {
	return part{label: "c2pa.actions.v2", value: map[string]any{"actions": []any{map[string]any{
		"action":     "c2pa.opened",
		"parameters": map[string]any{"ingredients": []any{map[string]any{"url": "self#jumbf=c2pa.assertions/" + label, "hash": []byte{1}}}},
	}}}}
}
