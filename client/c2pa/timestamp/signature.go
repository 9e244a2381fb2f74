package timestamp

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
)

// check verifies the signature over the token's content (RFC 5652, clause 5.6) and that the time is one at which the certificate was valid.
func (t *Token) check(content []byte, s *signerInfo) error {
	attributes, err := s.attributes()
	if err != nil {
		return err
	}
	var kind asn1.ObjectIdentifier
	if err := unmarshal(attributes[oidContentType.String()], &kind); err != nil {
		return err
	}
	hash, allowed := hashes[s.Digest.Algorithm.String()]
	if !allowed {
		return fmt.Errorf("%w: it is signed by digest %s", ErrUntrusted, s.Digest.Algorithm)
	}
	var digest []byte
	if err := unmarshal(attributes[oidMessageDigest.String()], &digest); err != nil {
		return err
	}
	h := hash.New()
	h.Write(content)
	if !kind.Equal(oidTSTInfo) || !bytes.Equal(h.Sum(nil), digest) {
		return fmt.Errorf("%w: what it signs is other content", ErrMismatch)
	}
	if err := t.checkCertificateID(attributes[oidCertificateV2.String()]); err != nil {
		return err
	}
	algorithm, err := algorithmOf(t.Signer.PublicKey, hash, s.Algorithm.Algorithm)
	if err != nil {
		return err
	}
	// What is signed is the set itself, not the tag that it has within the signer's info.
	signed := append([]byte{asn1.TagSet | 0x20}, s.Signed.Raw[1:]...)
	if err := t.Signer.CheckSignature(algorithm, signed, s.Signature); err != nil {
		return fmt.Errorf("%w: %w", ErrMismatch, err)
	}
	if t.Time.Add(t.Accuracy).Before(t.Signer.NotBefore) || t.Time.Add(-t.Accuracy).After(t.Signer.NotAfter) {
		return fmt.Errorf("%w: %s", ErrOutside, t.Time)
	}
	return nil
}

// attributes reads the signed attributes, each with its first value. They are there, since the content is no plain data.
func (s *signerInfo) attributes() (map[string][]byte, error) {
	var set asn1.RawValue
	if len(s.Signed.Raw) == 0 {
		return nil, fmt.Errorf("%w: no signed attributes", ErrMalformed)
	}
	if err := unmarshal(s.Signed.Raw, &set); err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for rest := set.Bytes; len(rest) > 0; {
		var one attribute
		var value asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		name := one.Type.String()
		if _, twice := all[name]; twice {
			return nil, fmt.Errorf("%w: the attribute %s twice", ErrMalformed, name)
		}
		if err := unmarshal(one.Values.Bytes, &value); err != nil {
			return nil, err
		}
		all[name] = value.FullBytes
	}
	return all, nil
}

// checkCertificateID compares the certificate with the one that the signature says it is by (RFC 5816), where it says so.
func (t *Token) checkCertificateID(attribute []byte) error {
	if len(attribute) == 0 {
		return nil
	}
	var outer, list, first, part asn1.RawValue
	if err := unmarshal(attribute, &outer); err != nil {
		return err
	}
	if _, err := asn1.Unmarshal(outer.Bytes, &list); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if _, err := asn1.Unmarshal(list.Bytes, &first); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	hash := crypto.SHA256
	rest, err := asn1.Unmarshal(first.Bytes, &part)
	if err == nil && part.Tag == asn1.TagSequence {
		var oid asn1.ObjectIdentifier
		if _, err = asn1.Unmarshal(part.Bytes, &oid); err == nil {
			hash = hashes[oid.String()]
			_, err = asn1.Unmarshal(rest, &part)
		}
	}
	if err != nil || part.Tag != asn1.TagOctetString || hash == 0 {
		return fmt.Errorf("%w: the certificate's id", ErrMalformed)
	}
	h := hash.New()
	h.Write(t.Signer.Raw)
	if !bytes.Equal(h.Sum(nil), part.Bytes) {
		return fmt.Errorf("%w: it is signed by another certificate", ErrMismatch)
	}
	return nil
}

var (
	oidRSA = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
)

// signatures are the algorithms by key and digest; what signerInfo says of the signature must agree.
var (
	byRSA   = map[crypto.Hash]x509.SignatureAlgorithm{crypto.SHA256: x509.SHA256WithRSA, crypto.SHA384: x509.SHA384WithRSA, crypto.SHA512: x509.SHA512WithRSA}
	byPSS   = map[crypto.Hash]x509.SignatureAlgorithm{crypto.SHA256: x509.SHA256WithRSAPSS, crypto.SHA384: x509.SHA384WithRSAPSS, crypto.SHA512: x509.SHA512WithRSAPSS}
	byECDSA = map[crypto.Hash]x509.SignatureAlgorithm{crypto.SHA256: x509.ECDSAWithSHA256, crypto.SHA384: x509.ECDSAWithSHA384, crypto.SHA512: x509.ECDSAWithSHA512}

	hashOfAlgorithm = map[string]crypto.Hash{
		"1.2.840.113549.1.1.11": crypto.SHA256, "1.2.840.113549.1.1.12": crypto.SHA384, "1.2.840.113549.1.1.13": crypto.SHA512,
		"1.2.840.10045.4.3.2": crypto.SHA256, "1.2.840.10045.4.3.3": crypto.SHA384, "1.2.840.10045.4.3.4": crypto.SHA512,
	}
)

// algorithmOf is how a signature is verified. Some authorities name the key's algorithm alone and leave the digest to its own field; where
// both are named they may differ, and the signature's own counts.
func algorithmOf(key crypto.PublicKey, digest crypto.Hash, named asn1.ObjectIdentifier) (x509.SignatureAlgorithm, error) {
	if own, found := hashOfAlgorithm[named.String()]; found {
		digest = own
	}
	switch k := key.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < 2048 {
			return 0, fmt.Errorf("%w: an RSA key of %d bits", ErrUntrusted, k.N.BitLen())
		}
		if named.Equal(oidPSS) {
			return byPSS[digest], nil
		}
		if named.Equal(oidRSA) || hashOfAlgorithm[named.String()] != 0 {
			return byRSA[digest], nil
		}
	case *ecdsa.PublicKey:
		return byECDSA[digest], nil
	case ed25519.PublicKey:
		return x509.PureEd25519, nil
	}
	return 0, fmt.Errorf("%w: a signature by %s", ErrUntrusted, named)
}
