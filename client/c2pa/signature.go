package c2pa

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/veraison/go-cose"

	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
)

// algorithms are those of signatures that C2PA allows (clause 13.2.1).
var algorithms = map[cose.Algorithm]string{
	cose.AlgorithmES256: "ES256", cose.AlgorithmES384: "ES384", cose.AlgorithmES512: "ES512", cose.AlgorithmPS256: "PS256",
	cose.AlgorithmPS384: "PS384", cose.AlgorithmPS512: "PS512", cose.AlgorithmEdDSA: "EdDSA",
}

// signature checks who signed a claim, when, and that it is this claim (clauses 15.7 and 15.8).
func (k *check) signature(m *manifest) {
	at := place{m.Label, signatureLabel}
	p, box, found := k.store.find(m.claim.signature, m)
	if !found || p.manifest != m.Label || p.path != signatureLabel || box.ID().Letters() != "c2cs" {
		k.add(SignatureMissing, m, at, "the claim's signature isn't in its manifest")
		return
	}
	raw, found := box.First(jumbf.CBOR)
	if !found {
		k.add(SignatureMissing, m, at, "the signature's box is empty")
		return
	}
	var message cose.Sign1Message
	if err := message.UnmarshalCBOR(raw); err != nil {
		k.add(SignatureMismatch, m, at, "the signature can't be read: "+err.Error())
		return
	}
	alg, err := message.Headers.Protected.Algorithm()
	name, allowed := algorithms[alg]
	if err != nil || !allowed {
		k.add(AlgorithmUnsupported, m, at, "the signature names no algorithm that is allowed")
		return
	}
	m.Signature.Algorithm = name
	chain, err := chainOf(message.Headers)
	if err != nil {
		k.add(CredentialInvalid, m, at, "the signer's certificate can't be read: "+err.Error())
		return
	}
	m.Signature.describe(chain)
	stamped := k.timeStamp(m, message)
	signedAt := k.options.Now
	if stamped != nil {
		signedAt = *stamped
		m.Signature.Time = stamped
	}
	valid := k.credential(m, chain, signedAt)
	k.revocation(m, message.Headers, chain, signedAt)
	if err := verify(message, m.claimRaw, alg, chain[0]); err != nil {
		k.add(SignatureMismatch, m, at, "the signature isn't that of this claim: "+err.Error())
		return
	}
	if valid {
		k.add(SignatureInsideValidity, m, at, "")
	}
	k.add(SignatureValidated, m, at, "")
}

// credential checks the signer's certificate, and says whether it was valid at a time.
func (k *check) credential(m *manifest, chain []*x509.Certificate, signedAt time.Time) (valid bool) {
	at, leaf := place{m.Label, signatureLabel}, chain[0]
	if err := profile(leaf, k.options.Trust.uses()); err != nil {
		k.add(CredentialInvalid, m, at, "the signer's certificate isn't fit for it: "+err.Error())
	}
	valid = !signedAt.Before(leaf.NotBefore) && !signedAt.After(leaf.NotAfter)
	if !valid {
		when := "it was signed at " + signedAt.UTC().Format(time.RFC3339)
		if m.Signature.Time == nil {
			when = "no time stamp says that it was signed then"
		}
		reason := fmt.Sprintf("the signer's certificate holds from %s to %s, and %s",
			leaf.NotBefore.Format(time.RFC3339), leaf.NotAfter.Format(time.RFC3339), when)
		k.add(CredentialExpired, m, at, reason)
		k.add(SignatureOutsideValidity, m, at, reason)
	}
	if leads(leaf, chain[1:], k.options.Trust.signers(), signedAt) {
		k.add(CredentialTrusted, m, at, "")
	} else {
		k.add(CredentialUntrusted, m, at, fmt.Sprintf("no trust list knows who issued the certificate of %q", m.Signature.Organization))
	}
	return valid
}

// verify checks the signature over a claim. A payload that comes with the signature must be that claim: it is detached in C2PA.
func verify(message cose.Sign1Message, claim []byte, alg cose.Algorithm, signer *x509.Certificate) error {
	if message.Payload != nil && string(message.Payload) != string(claim) {
		return errors.New("it is over something else, which it carries")
	}
	verifier, err := cose.NewVerifier(alg, signer.PublicKey)
	if err != nil {
		return err
	}
	message.Payload = claim
	return message.Verify(nil, verifier)
}

// chainOf reads the certificates of a signature: by the number or the name of the header, protected or not, but once (clause 14.5).
func chainOf(h cose.Headers) ([]*x509.Certificate, error) {
	var found any
	for _, label := range []any{cose.HeaderLabelX5Chain, "x5chain"} {
		first, protected := h.Protected[label]
		second, open := h.Unprotected[label]
		switch {
		case found != nil:
			continue
		case protected && open:
			return nil, errors.New("it comes with two chains")
		case protected:
			found = first
		case open:
			found = second
		}
	}
	var chain [][]byte
	switch v := found.(type) {
	case []byte:
		chain = [][]byte{v}
	case []any:
		for _, one := range v {
			der, isBytes := one.([]byte)
			if !isBytes {
				return nil, errors.New("the chain holds something that is no certificate")
			}
			chain = append(chain, der)
		}
	}
	if len(chain) == 0 {
		return nil, errors.New("there is none")
	}
	return readCertificates(chain)
}

func (s *Signature) describe(chain []*x509.Certificate) {
	leaf := chain[0]
	s.CommonName, s.Issuer, s.Serial = leaf.Subject.CommonName, leaf.Issuer.CommonName, leaf.SerialNumber.String()
	if names := leaf.Subject.Organization; len(names) > 0 {
		s.Organization = names[len(names)-1]
	}
	for _, c := range chain {
		s.Certificates = append(s.Certificates, c.Raw)
	}
}
