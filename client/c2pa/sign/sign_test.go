package sign_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/c2pa/sign"
)

var now = time.Now()

// authority is a root that issues certificates.
type authority struct {
	key  crypto.Signer
	cert *x509.Certificate
}

func newAuthority(t testing.TB) authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Root", Organization: []string{"Test"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	return authority{key, issue(t, ca, ca, key.Public(), key)}
}

func issue(t testing.TB, c, by *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, c, by, public, key)
	require.NoError(t, err)
	made, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return made
}

// leaf is what a signer's certificate needs.
func leaf() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Test Signer", Organization: []string{"Test"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
		UnknownExtKeyUsage: []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 36}},
	}
}

func (a authority) signer(t testing.TB, key crypto.Signer) *sign.Signer {
	s, err := sign.NewSigner(key, []*x509.Certificate{issue(t, leaf(), a.cert, key.Public(), a.key)}, now)
	require.NoError(t, err)
	return s
}

func (a authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// keys are one of each kind.
func keys(t testing.TB) map[string]crypto.Signer {
	made := map[string]crypto.Signer{}
	for name, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		made[name] = key
	}
	var err error
	made["PS256"], err = rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	_, made["EdDSA"], err = ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return made
}

func picture() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for x := range 60 {
		for y := range 40 {
			img.Set(x, y, color.RGBA{uint8(x * 4), uint8(y * 6), uint8(x * y), 255})
		}
	}
	return img
}

func aJPEG(t testing.TB) []byte {
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, picture(), nil))
	return out.Bytes()
}

func aPNG(t testing.TB) []byte {
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, picture()))
	return out.Bytes()
}

func open(t testing.TB, content []byte, name string) *asset.File {
	f, err := asset.Open(bytes.NewReader(content), int64(len(content)), name)
	require.NoError(t, err)
	return f
}

// full is an input with one of each.
func full() sign.Input {
	return sign.Input{
		Title:     "picture",
		Generator: sign.Generator{Name: "stemmad", Version: "1.0"},
		Actions: []sign.Action{
			{Action: "c2pa.created", SourceType: "trainedAlgorithmicMedia", When: now, Agent: &sign.Generator{Name: "a model"}},
			{Action: "c2pa.placed", Ingredients: []int{0}},
			{Action: "c2pa.edited", Description: "brighter"},
		},
		Ingredients: []sign.Ingredient{
			{Title: "song.wav", Format: "audio/wav", Relationship: sign.ComponentOf, URI: "https://example.org/work1x"},
			{Title: "model", Format: "application/octet-stream", Relationship: sign.InputTo, Description: "what made it"},
		},
		Mining: []sign.Mining{
			{Name: "cawg.ai_generative_training", Use: "constrained", Constraint: "stemma: paid"},
			{Name: "cawg.data_mining", Use: "notAllowed"},
		},
		SoftBindings: []sign.SoftBinding{
			{Algorithm: "io.iscc.v0", Value: []byte("ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY")},
		},
		Work: &sign.Work{
			Chain: "cosmos:stemma-1", ID: "work1qqqqqq", Height: 77, CertificateHash: make([]byte, 32), CertificateURI: "https://example.org/c",
		},
	}
}
