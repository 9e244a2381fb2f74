// Package timestamp reads and checks time stamps (RFC 3161) as C2PA uses them: signatures by an authority that some bytes were there at a
// time. Whether the authority is one to trust is for the caller to judge.
package timestamp

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// What is wrong with a time stamp. Errors of Read and Covers wrap one of these.
var (
	ErrMalformed = errors.New("not a time stamp that was granted")
	ErrMismatch  = errors.New("the time stamp is for something else, or its signature is wrong")
	ErrUntrusted = errors.New("the authority's certificate is missing or not for time stamps, or the algorithm isn't allowed")
	ErrOutside   = errors.New("the time is outside the validity of the authority's certificate")
)

// maxCertificates is how many certificates a time stamp may carry.
const maxCertificates = 16

// Token is a time stamp whose own signature is right.
type Token struct {
	// Time is when the authority says that it saw the imprint, Accuracy by how much that may be wrong, as it says itself.
	Time     time.Time
	Accuracy time.Duration
	// Imprint is the hash of what was there.
	Imprint []byte
	hash    crypto.Hash
	// Signer is the authority's certificate, Others those that came with it: untrusted input.
	Signer *x509.Certificate
	Others []*x509.Certificate
}

var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
)

// hashes are those that C2PA allows (C2PA 2.2, clause 13.1).
var hashes = map[string]crypto.Hash{
	"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
}

type rawSet struct{ Raw asn1.RawContent }

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Info         contentInfo
	Certificates rawSet       `asn1:"optional,tag:0"`
	CRLs         rawSet       `asn1:"optional,tag:1"`
	Signers      []signerInfo `asn1:"set"`
}

type signerInfo struct {
	Version   int
	ID        asn1.RawValue
	Digest    pkix.AlgorithmIdentifier
	Signed    rawSet `asn1:"optional,tag:0"`
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  rawSet `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue `asn1:"set"`
}

type accuracy struct {
	Seconds int `asn1:"optional"`
	Millis  int `asn1:"optional,tag:0"`
	Micros  int `asn1:"optional,tag:1"`
}

type tstInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Hash      []byte
	}
	Serial     *big.Int
	Time       time.Time     `asn1:"generalized"`
	Accuracy   accuracy      `asn1:"optional"`
	Ordering   bool          `asn1:"optional"`
	Nonce      *big.Int      `asn1:"optional"`
	Authority  asn1.RawValue `asn1:"optional,tag:0"`
	Extensions asn1.RawValue `asn1:"optional,tag:1"`
}

// Read reads a time stamp, a TimeStampToken or a TimeStampResp with one, and checks its own signature. Errors wrap ErrMalformed, ErrMismatch,
// ErrUntrusted or ErrOutside.
func Read(raw []byte) (*Token, error) {
	token, err := unwrap(raw)
	if err != nil {
		return nil, err
	}
	var outer contentInfo
	var data signedData
	if err := unmarshal(token, &outer); err != nil {
		return nil, err
	}
	if !outer.Type.Equal(oidSignedData) {
		return nil, fmt.Errorf("%w: its content is of type %s", ErrMalformed, outer.Type)
	}
	if err := unmarshal(outer.Content.Bytes, &data); err != nil {
		return nil, err
	}
	if !data.Info.Type.Equal(oidTSTInfo) || len(data.Signers) != 1 {
		return nil, fmt.Errorf("%w: content of type %s with %d signers", ErrMalformed, data.Info.Type, len(data.Signers))
	}
	var content []byte
	if err := unmarshal(data.Info.Content.Bytes, &content); err != nil {
		return nil, err
	}
	t, err := readInfo(content)
	if err != nil {
		return nil, err
	}
	signer := &data.Signers[0]
	if err := t.takeCertificates(data.Certificates.Raw, signer.ID); err != nil {
		return nil, err
	}
	return t, t.check(content, signer)
}

// unwrap takes the token out of a response.
func unwrap(raw []byte) ([]byte, error) {
	var outer struct{ First, Second asn1.RawValue }
	if rest, err := asn1.Unmarshal(raw, &outer); err != nil || len(rest) > 0 {
		// A response without a token has one part.
		return nil, fmt.Errorf("%w: %d bytes that are no DER, or no token", ErrMalformed, len(raw))
	}
	if outer.First.Tag == asn1.TagOID {
		return raw, nil
	}
	var status int
	if _, err := asn1.Unmarshal(outer.First.Bytes, &status); err != nil || status != 0 && status != 1 {
		return nil, fmt.Errorf("%w: the response has status %d", ErrMalformed, status)
	}
	return outer.Second.FullBytes, nil
}

func unmarshal(der []byte, v any) error {
	rest, err := asn1.Unmarshal(der, v)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if len(rest) > 0 {
		return fmt.Errorf("%w: %d bytes follow", ErrMalformed, len(rest))
	}
	return nil
}

func readInfo(content []byte) (*Token, error) {
	var info tstInfo
	if err := unmarshal(content, &info); err != nil {
		return nil, err
	}
	hash, allowed := hashes[info.Imprint.Algorithm.Algorithm.String()]
	if !allowed {
		return nil, fmt.Errorf("%w: an imprint by %s", ErrUntrusted, info.Imprint.Algorithm.Algorithm)
	}
	if len(info.Imprint.Hash) != hash.Size() {
		return nil, fmt.Errorf("%w: an imprint of %d bytes", ErrMalformed, len(info.Imprint.Hash))
	}
	a := info.Accuracy
	if a.Seconds < 0 || a.Seconds > 86400 || a.Millis < 0 || a.Millis > 999 || a.Micros < 0 || a.Micros > 999 {
		return nil, fmt.Errorf("%w: an accuracy of %d seconds, %d ms and %d us", ErrMalformed, a.Seconds, a.Millis, a.Micros)
	}
	return &Token{
		Time:     info.Time.UTC(),
		Accuracy: time.Duration(a.Seconds)*time.Second + time.Duration(a.Millis)*time.Millisecond + time.Duration(a.Micros)*time.Microsecond,
		Imprint:  info.Imprint.Hash, hash: hash,
	}, nil
}

// takeCertificates finds the signer's among those that came.
func (t *Token) takeCertificates(raw []byte, id asn1.RawValue) error {
	var all asn1.RawValue
	if len(raw) == 0 {
		return fmt.Errorf("%w: it carries no certificate", ErrUntrusted)
	}
	if err := unmarshal(raw, &all); err != nil {
		return err
	}
	for rest := all.Bytes; len(rest) > 0; {
		var one asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		c, err := x509.ParseCertificate(one.FullBytes)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUntrusted, err)
		}
		if len(t.Others) == maxCertificates {
			return fmt.Errorf("%w: more than %d certificates", ErrMalformed, maxCertificates)
		}
		if t.Signer == nil && identifies(id, c) {
			t.Signer = c
		} else {
			t.Others = append(t.Others, c)
		}
	}
	if t.Signer == nil {
		return fmt.Errorf("%w: none of the certificates is the signer's", ErrUntrusted)
	}
	if !slices.Contains(t.Signer.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) {
		return fmt.Errorf("%w: the certificate of %q", ErrUntrusted, t.Signer.Subject.CommonName)
	}
	return nil
}

// identifies says whether a SignerIdentifier is a certificate's: by issuer and serial number, or by the key's id.
func identifies(id asn1.RawValue, c *x509.Certificate) bool {
	if id.Class == asn1.ClassContextSpecific && id.Tag == 0 {
		return len(c.SubjectKeyId) > 0 && bytes.Equal(id.Bytes, c.SubjectKeyId)
	}
	var named issuerAndSerial
	if _, err := asn1.Unmarshal(id.FullBytes, &named); err != nil || named.Serial == nil {
		return false
	}
	return bytes.Equal(named.Issuer.FullBytes, c.RawIssuer) && named.Serial.Cmp(c.SerialNumber) == 0
}

// Covers says whether the time stamp is for a message.
func (t *Token) Covers(message []byte) error {
	h := t.hash.New()
	h.Write(message)
	if !bytes.Equal(h.Sum(nil), t.Imprint) {
		return fmt.Errorf("%w: the imprint is another", ErrMismatch)
	}
	return nil
}
