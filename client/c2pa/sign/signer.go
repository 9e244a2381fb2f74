package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha512" // the hashes of ES384 and ES512
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Signer is a key with its certificate and those that issued it.
type Signer struct {
	key       crypto.Signer
	algorithm algorithm
	chain     [][]byte
	leaf      *x509.Certificate
}

// algorithm is a signature's, by COSE (RFC 9053, RFC 8230).
type algorithm struct {
	name string
	id   int64
	hash crypto.Hash
}

// The algorithms that C2PA allows (C2PA 2.2, 13.2.1) and that are used here.
var (
	es256 = algorithm{"ES256", -7, crypto.SHA256}
	es384 = algorithm{"ES384", -35, crypto.SHA384}
	es512 = algorithm{"ES512", -36, crypto.SHA512}
	ps256 = algorithm{"PS256", -37, crypto.SHA256}
	eddsa = algorithm{"EdDSA", -8, 0}
)

// minRSA is the shortest RSA key that C2PA allows, in bits.
const minRSA = 2048

// NewSigner takes a key and a certificate chain, the signer's first, each of which issued the one before. It fails with ErrKey or
// ErrCertificate where validators would refuse what it signs, at a time: that of signing.
func NewSigner(key crypto.Signer, chain []*x509.Certificate, now time.Time) (*Signer, error) {
	alg, err := algorithmOf(key.Public())
	if err != nil {
		return nil, err
	}
	if len(chain) == 0 {
		return nil, fmt.Errorf("%w: none given", ErrCertificate)
	}
	s := &Signer{key: key, algorithm: alg, leaf: chain[0]}
	if public, is := key.Public().(interface{ Equal(crypto.PublicKey) bool }); !is || !public.Equal(s.leaf.PublicKey) {
		return nil, fmt.Errorf("%w: it is not that of the first certificate (%s)", ErrKey, s.leaf.Subject)
	}
	if err := checkLeaf(s.leaf, now); err != nil {
		return nil, err
	}
	for i, c := range chain {
		if i > 0 {
			if err := chain[i-1].CheckSignatureFrom(c); err != nil {
				return nil, fmt.Errorf("%w: certificate %d (%s) did not issue the one before: %w", ErrCertificate, i, c.Subject, err)
			}
		}
		s.chain = append(s.chain, c.Raw)
	}
	return s, nil
}

// ReadSigner reads a key (PKCS #8, SEC 1 or PKCS #1) and a certificate chain, each from PEM; see NewSigner.
func ReadSigner(keyPEM, chainPEM []byte, now time.Time) (*Signer, error) {
	key, err := readKey(keyPEM)
	if err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for rest := chainPEM; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: certificate %d: %w", ErrCertificate, len(chain), err)
		}
		chain = append(chain, c)
	}
	return NewSigner(key, chain, now)
}

func readKey(raw []byte) (crypto.Signer, error) {
	for rest := raw; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, fmt.Errorf("%w: no PEM block with a private key", ErrKey)
		}
		var key any
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			return nil, fmt.Errorf("%w: it is encrypted: give it in plain", ErrKey)
		default: // EC PARAMETERS, certificates in the same file
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKey, err)
		}
		if signer, is := key.(crypto.Signer); is {
			return signer, nil
		}
		return nil, fmt.Errorf("%w: %T cannot sign", ErrKey, key)
	}
}

func algorithmOf(public crypto.PublicKey) (algorithm, error) {
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256():
			return es256, nil
		case elliptic.P384():
			return es384, nil
		case elliptic.P521():
			return es512, nil
		}
	case *rsa.PublicKey:
		if key.N.BitLen() >= minRSA {
			return ps256, nil
		}
		return algorithm{}, fmt.Errorf("%w: RSA with %d bits, at least %d are needed", ErrKey, key.N.BitLen(), minRSA)
	case ed25519.PublicKey:
		return eddsa, nil
	}
	return algorithm{}, fmt.Errorf("%w: C2PA takes P-256, P-384, P-521, RSA and Ed25519, not %T", ErrKey, public)
}

// The usages of which a signer's certificate has one (C2PA 2.2, 14.4.1): C2PA's own, document signing, and e-mail protection.
var (
	claimSigning    = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 62558, 2, 1}
	documentSigning = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 36}
)

// checkLeaf holds a signer's certificate against the profile (14.5.1).
func checkLeaf(c *x509.Certificate, now time.Time) error {
	usage := slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageEmailProtection) ||
		slices.ContainsFunc(c.UnknownExtKeyUsage, func(id asn1.ObjectIdentifier) bool {
			return id.Equal(claimSigning) || id.Equal(documentSigning)
		})
	wrong := ""
	switch {
	case c.Version != 3:
		wrong = "it is not of version 3"
	case c.IsCA:
		wrong = "it is one for issuing certificates"
	case bytes.Equal(c.RawIssuer, c.RawSubject):
		wrong = "its signer issued it itself"
	case c.KeyUsage&x509.KeyUsageDigitalSignature == 0:
		wrong = "its key usage lacks digitalSignature"
	case slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny):
		wrong = "its extended key usage is any"
	case !usage:
		wrong = "its extended key usage has none of C2PA claim signing, documentSigning and emailProtection"
	case len(c.AuthorityKeyId) == 0:
		wrong = "it has no authority key identifier"
	case now.Before(c.NotBefore):
		wrong = "it is not valid before " + c.NotBefore.UTC().Format(time.RFC3339)
	case now.After(c.NotAfter):
		wrong = "it has expired on " + c.NotAfter.UTC().Format(time.RFC3339)
	default:
		return nil
	}
	return fmt.Errorf("%w: %s: %s", ErrCertificate, c.Subject, wrong)
}

// Algorithm is the name of the signature's, such as ES256.
func (s *Signer) Algorithm() string { return s.algorithm.name }

// Certificate is the signer's.
func (s *Signer) Certificate() *x509.Certificate { return s.leaf }

// The labels of a COSE header: the algorithm, and the certificates (RFC 9052, 3.1; RFC 9360).
const (
	headerAlg     = 1
	headerX5Chain = 33
)

// sign1Tag is that of COSE_Sign1 (RFC 9052, 2).
const sign1Tag = 18

// sign makes the content of a signature box: a COSE_Sign1 without the payload, which is the claim (C2PA 2.2, 13.2.2).
func (s *Signer) sign(random io.Reader, payload []byte) ([]byte, error) {
	header := map[int64]any{headerAlg: s.algorithm.id, headerX5Chain: s.chain}
	if len(s.chain) == 1 {
		header[headerX5Chain] = s.chain[0]
	}
	protected, err := encoding.Marshal(header)
	if err != nil {
		return nil, err
	}
	signed, err := encoding.Marshal([]any{"Signature1", protected, []byte{}, payload})
	if err != nil {
		return nil, err
	}
	signature, err := s.signBytes(random, signed)
	if err != nil {
		return nil, err
	}
	return encoding.Marshal(cbor.Tag{Number: sign1Tag, Content: []any{protected, map[string]any{}, nil, signature}})
}

func (s *Signer) signBytes(random io.Reader, message []byte) ([]byte, error) {
	if s.algorithm.hash == 0 {
		return s.key.Sign(random, message, crypto.Hash(0))
	}
	h := s.algorithm.hash.New()
	h.Write(message)
	hashed := h.Sum(nil)
	public, is := s.key.Public().(*ecdsa.PublicKey)
	if !is {
		return s.key.Sign(random, hashed, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: s.algorithm.hash})
	}
	if _, own := s.key.(*ecdsa.PrivateKey); own {
		random = nil // RFC 6979: a signature that depends on key and message alone
	}
	der, err := s.key.Sign(random, hashed, s.algorithm.hash)
	if err != nil {
		return nil, err
	}
	var pair struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &pair); err != nil || len(rest) > 0 {
		return nil, fmt.Errorf("%w: a signature that is none", ErrKey)
	}
	size := (public.Curve.Params().BitSize + 7) / 8
	return slices.Concat(pair.R.FillBytes(make([]byte, size)), pair.S.FillBytes(make([]byte, size))), nil
}
