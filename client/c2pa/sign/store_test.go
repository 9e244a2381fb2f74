package sign_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"image"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
	"github.com/stemma-chain/stemma/client/c2pa/sign"
	"github.com/stemma-chain/stemma/testutil/data"
)

// manifests are those of a store, in its order.
func manifests(t testing.TB, store []byte) (labels []string) {
	boxes, err := jumbf.Parse(store)
	require.NoError(t, err)
	require.Len(t, boxes, 1)
	for _, m := range boxes[0].Boxes {
		labels = append(labels, m.Label())
	}
	return labels
}

func embed(t testing.TB, content []byte, in sign.Input, s *sign.Signer) (whole []byte, w sign.Written) {
	var out bytes.Buffer
	w, err := sign.Embed(&out, open(t, content, "file"), in, s)
	require.NoError(t, err)
	return out.Bytes(), w
}

func TestEmbeddingAndStrippingGiveTheFileBack(t *testing.T) {
	a := newAuthority(t)
	s := a.signer(t, keys(t)["ES256"])
	for _, content := range [][]byte{aJPEG(t), aPNG(t), data.Read(t, "c2pa/adobe-20220124-I.jpg")} {
		whole, w := embed(t, content, full(), s)
		f := open(t, whole, "file")
		store, err := f.Store()
		require.NoError(t, err)
		require.Equal(t, w.Store, store)
		_, _, err = image.Decode(bytes.NewReader(whole))
		require.NoError(t, err)
		report, err := c2pa.Check(store, f, c2pa.Options{Trust: &c2pa.Trust{Signers: []*x509.Certificate{a.cert}}})
		require.NoError(t, err)
		require.Equal(t, c2pa.Trusted, report.State, "%+v", report.Failures())
		var stripped bytes.Buffer
		require.NoError(t, f.Strip(&stripped))
		require.Equal(t, content, stripped.Bytes())
		require.Len(t, f.StoreRanges(), 1)
		place, err := open(t, content, "file").Place(int64(len(store)))
		require.NoError(t, err)
		require.Equal(t, []asset.Range{place}, f.StoreRanges())
	}
}

// The length of a store is in itself; each place of a longer number in it must be passed.
func TestStoresOfAllLengthsFit(t *testing.T) {
	s := newAuthority(t).signer(t, keys(t)["EdDSA"])
	content := aJPEG(t)
	rapid.Check(t, func(r *rapid.T) {
		in := full()
		n := rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(62000, 66000), rapid.IntRange(130000, 132000)).Draw(r, "description")
		in.Actions[2].Description = string(bytes.Repeat([]byte{'x'}, n))
		var out bytes.Buffer
		w, err := sign.Embed(&out, open(t, content, "file"), in, s)
		require.NoError(r, err)
		f := open(t, out.Bytes(), "file")
		store, err := f.Store()
		require.NoError(r, err)
		require.Equal(r, w.Store, store)
		hash, err := f.HashData("sha256", f.StoreRanges())
		require.NoError(r, err)
		require.Contains(r, string(store), string(hash))
	})
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	a := newAuthority(t)
	all := keys(t)
	for _, name := range []string{"ES256", "ES384", "ES512", "EdDSA"} {
		s := a.signer(t, all[name])
		in := full()
		in.ID = [16]byte{1, 2, 3}
		one, w := embed(t, aPNG(t), in, s)
		again, _ := embed(t, aPNG(t), in, s)
		require.Equal(t, one, again)
		require.Equal(t, "urn:c2pa:01020300-0000-4000-8000-000000000000", w.Label)
	}
}

func TestWhatAFileHasBecomesItsParent(t *testing.T) {
	s := newAuthority(t).signer(t, keys(t)["ES256"])
	first, w := embed(t, aPNG(t), full(), s)
	again := sign.Input{Title: "again", Generator: sign.Generator{Name: "stemmad"}, Actions: []sign.Action{{Action: "c2pa.edited"}}}
	second, w2 := embed(t, first, again, s)
	require.Equal(t, []string{w.Label, w2.Label}, manifests(t, w2.Store))
	var stripped bytes.Buffer
	require.NoError(t, open(t, second, "file").Strip(&stripped))
	require.Equal(t, aPNG(t), stripped.Bytes())

	created := again
	created.Actions = []sign.Action{{Action: "c2pa.created", SourceType: "digitalCapture"}}
	_, err := sign.Embed(&bytes.Buffer{}, open(t, first, "file"), created, s)
	require.ErrorIs(t, err, sign.ErrInput)

	// Two ingredients that share history: each manifest is there once.
	mix := full()
	for _, store := range [][]byte{w.Store, w2.Store} {
		mix.Ingredients = append(mix.Ingredients, sign.Ingredient{Relationship: sign.ComponentOf, Store: store})
	}
	_, w3 := embed(t, aJPEG(t), mix, s)
	require.Equal(t, []string{w.Label, w2.Label, w3.Label}, manifests(t, w3.Store))

	other := bytes.Replace(w.Store, []byte("brighter"), []byte("brightes"), 1)
	mix.Ingredients[2].Store = other
	_, err = sign.Sidecar(open(t, aJPEG(t), "file"), mix, s)
	require.ErrorIs(t, err, sign.ErrConflict)
}

func TestInputsAgainstTheRules(t *testing.T) {
	s := newAuthority(t).signer(t, keys(t)["ES256"])
	for name, spoil := range map[string]func(*sign.Input){
		"no beginning":           func(in *sign.Input) { in.Actions = in.Actions[1:] },
		"created without source": func(in *sign.Input) { in.Actions[0].SourceType = "" },
		"created last":           func(in *sign.Input) { slices.Reverse(in.Actions) },
		"created twice":          func(in *sign.Input) { in.Actions[1] = in.Actions[0] },
		"opened without parent":  func(in *sign.Input) { in.Actions[0] = sign.Action{Action: "c2pa.opened"} },
		"created with parent":    func(in *sign.Input) { in.Ingredients[0].Relationship = sign.ParentOf },
		"placed an input":        func(in *sign.Input) { in.Actions[1].Ingredients = []int{1} },
		"placed nothing":         func(in *sign.Input) { in.Actions[1].Ingredients = nil },
		"no such ingredient":     func(in *sign.Input) { in.Actions[2].Ingredients = []int{2} },
		"redacted":               func(in *sign.Input) { in.Actions[2].Action = "c2pa.redacted" },
		"no relationship":        func(in *sign.Input) { in.Ingredients[0].Relationship = "" },
		"store of nothing":       func(in *sign.Input) { in.Ingredients[0].Store = []byte("store") },
		"mining twice":           func(in *sign.Input) { in.Mining[1] = in.Mining[0] },
		"mining of no use":       func(in *sign.Input) { in.Mining[0].Use = "maybe" },
		"mining, constraint":     func(in *sign.Input) { in.Mining[1].Constraint = "pay" },
		"empty soft binding":     func(in *sign.Input) { in.SoftBindings[0].Value = nil },
		"chain without type":     func(in *sign.Input) { in.Work.Chain = "stemma-1" },
		"no generator":           func(in *sign.Input) { in.Generator.Name = "" },
		"title of no text":       func(in *sign.Input) { in.Title = "a\xff" },
		"action of no text":      func(in *sign.Input) { in.Actions[2].Description = "a\xff" },
	} {
		in := full()
		spoil(&in)
		_, err := sign.Sidecar(open(t, []byte("some text"), "a.txt"), in, s)
		if name == "store of nothing" {
			require.ErrorIs(t, err, c2pa.ErrNotAStore)
			continue
		}
		require.ErrorIs(t, err, sign.ErrInput, name)
	}
	_, err := sign.Embed(&bytes.Buffer{}, open(t, []byte("some text"), "a.txt"), full(), s)
	require.ErrorIs(t, err, asset.ErrUnsupported)
}

func TestSignersAreReadFromPEM(t *testing.T) {
	a := newAuthority(t)
	for name, key := range keys(t) {
		cert := issue(t, leaf(), a.cert, key.Public(), a.key)
		chain := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}), a.pem()...)
		der, err := x509.MarshalPKCS8PrivateKey(key)
		require.NoError(t, err)
		s, err := sign.ReadSigner(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), chain, now)
		require.NoError(t, err)
		require.Equal(t, name, s.Algorithm())
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	certPEM := func(c *x509.Certificate) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	good := issue(t, leaf(), a.cert, key.Public(), a.key)
	_, err = sign.ReadSigner(keyPEM, certPEM(good), now)
	require.NoError(t, err)

	_, err = sign.ReadSigner([]byte("no key"), certPEM(good), now)
	require.ErrorIs(t, err, sign.ErrKey)
	_, err = sign.ReadSigner(keyPEM, nil, now)
	require.ErrorIs(t, err, sign.ErrCertificate)
	_, err = sign.ReadSigner(keyPEM, a.pem(), now)
	require.ErrorIs(t, err, sign.ErrKey)
	_, err = sign.ReadSigner(keyPEM, certPEM(good), now.AddDate(2, 0, 0))
	require.ErrorIs(t, err, sign.ErrCertificate)
	_, err = sign.ReadSigner(keyPEM, append(certPEM(good), newAuthority(t).pem()...), now)
	require.ErrorIs(t, err, sign.ErrCertificate)
	for _, spoil := range []func(*x509.Certificate){
		func(c *x509.Certificate) { c.ExtKeyUsage, c.UnknownExtKeyUsage = nil, nil },
		func(c *x509.Certificate) { c.ExtKeyUsage = append(c.ExtKeyUsage, x509.ExtKeyUsageAny) },
		func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment },
		func(c *x509.Certificate) { c.IsCA = true },
		func(c *x509.Certificate) { c.Subject = a.cert.Subject },
	} {
		c := leaf()
		spoil(c)
		_, err = sign.ReadSigner(keyPEM, certPEM(issue(t, c, a.cert, key.Public(), a.key)), now)
		require.ErrorIs(t, err, sign.ErrCertificate)
	}
}
