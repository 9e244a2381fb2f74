package c2pa

import (
	"crypto/x509"
	"errors"
	"time"

	"github.com/veraison/go-cose"
	"golang.org/x/crypto/ocsp"

	"github.com/stemma-chain/stemma/client/c2pa/timestamp"
)

// Bounds on what a signature brings along.
const (
	maxStaples = 8
	maxStamps  = 64 // that other manifests hold for one
)

// header is a header of a signature, protected or not.
func header(h cose.Headers, label string) (any, bool) {
	if v, found := h.Unprotected[label]; found {
		return v, true
	}
	v, found := h.Protected[label]
	return v, found
}

// timeStamp finds when a claim was signed, by an authority's word, or nil. In claims of version 1 any authority counts, as in the makers'
// library: its own list of authorities is younger than those. Later claims need one of the trust list.
func (k *check) timeStamp(m *manifest, message cose.Sign1Message) *time.Time {
	at := place{m.Label, signatureLabel}
	payload, err := encoding.Marshal(message.Signature)
	if err != nil {
		return nil
	}
	container, found := header(message.Headers, "sigTst2")
	if !found {
		container, found = header(message.Headers, "sigTst")
		payload = m.claimRaw
	}
	if found {
		tokens := values(container, "tstTokens", "val")
		if len(tokens) != 1 {
			k.add(TimeStampMalformed, m, at, "it must bring one time stamp, and brings another number")
		} else if when := k.readStamp(m, message, tokens[0], payload, false); when != nil {
			return when
		}
	}
	if payload, err = encoding.Marshal(message.Signature); err != nil {
		return nil
	}
	for _, token := range k.stamps[m.Label] {
		if when := k.readStamp(m, message, token, payload, true); when != nil {
			return when
		}
	}
	return nil
}

// readStamp checks one time stamp over a countersignature's structure (clauses 10.3.2.5.3 and 15.8.2).
func (k *check) readStamp(m *manifest, message cose.Sign1Message, raw, payload []byte, quiet bool) *time.Time {
	say := func(code Code, reason string) {
		if !quiet || code.Kind() == Success {
			k.add(code, m, place{m.Label, signatureLabel}, reason)
		}
	}
	token, err := timestamp.Read(raw)
	if err == nil {
		var covered []byte
		if covered, err = countersigned(message, payload); err == nil {
			err = token.Covers(covered)
		}
	}
	if err != nil {
		say(stampCode(err), "the time stamp doesn't count: "+err.Error())
		return nil
	}
	say(TimeStampValidated, "")
	trusted := leads(token.Signer, token.Others, k.options.Trust.stamps(), token.Time) && strong(token.Signer) == nil
	if trusted {
		say(TimeStampTrusted, "")
	} else {
		say(TimeStampUntrusted, "no trust list knows the authority of the time stamp, "+token.Signer.Subject.CommonName)
	}
	if !trusted && m.claim.version > 1 {
		return nil
	}
	return &token.Time
}

func stampCode(err error) Code {
	switch {
	case errors.Is(err, timestamp.ErrMismatch):
		return TimeStampMismatch
	case errors.Is(err, timestamp.ErrUntrusted):
		return TimeStampUntrusted
	case errors.Is(err, timestamp.ErrOutside):
		return TimeStampOutsideValidity
	}
	return TimeStampMalformed
}

// countersigned is what a time stamp's imprint is of: the Sig_structure of a countersignature (RFC 8152, clause 4.4).
func countersigned(message cose.Sign1Message, payload []byte) ([]byte, error) {
	var protected []byte
	if err := decoding.Unmarshal(message.Headers.RawProtected, &protected); err != nil {
		return nil, err
	}
	return encoding.Marshal([]any{"CounterSignature", protected, []byte{}, payload})
}

// values reads a list of byte strings out of a header: {list: [bytes]} or {list: [{inner: bytes}]}.
func values(v any, list, inner string) [][]byte {
	entries, _ := field(v, list).([]any)
	var all [][]byte
	for _, one := range entries {
		if inner != "" {
			one = field(one, inner)
		}
		raw, _ := one.([]byte)
		all = append(all, raw)
	}
	return all
}

func field(v any, name string) any {
	switch m := v.(type) {
	case map[any]any:
		return m[name]
	case map[string]any:
		return m[name]
	}
	return nil
}

// collectStamps reads the time stamps that a manifest holds for others (clause 18.17).
func (k *check) collectStamps(m *manifest) {
	for _, label := range m.order {
		c, found := m.contents[label]
		if !found || base(label) != "c2pa.time-stamp" {
			continue
		}
		var v map[string][]byte
		if err := c.decode(&v); err != nil {
			m.broken("assertion.timestamp.malformed", label, err)
			continue
		}
		for target, token := range v {
			if len(k.stamps[target]) < maxStamps {
				k.stamps[target] = append(k.stamps[target], token)
			}
		}
	}
}

// revocation reads the answers on revocation that came with a signature (clause 15.9). None are asked for. One that says that the certificate
// was good or revoked counts if who issued the certificate, or its responder, signed it.
func (k *check) revocation(m *manifest, h cose.Headers, chain []*x509.Certificate, signedAt time.Time) {
	at := place{m.Label, signatureLabel}
	container, _ := header(h, "rVals")
	staples := values(container, "ocspVals", "")
	m.Signature.Staples = len(staples)
	if len(staples) > maxStaples {
		staples = staples[:maxStaples]
	}
	if len(chain) > 1 {
		for _, raw := range staples {
			answer, err := ocsp.ParseResponseForCert(raw, chain[0], chain[1])
			if err != nil || answer.ThisUpdate.After(k.options.Now) {
				continue
			}
			switch {
			case answer.Status == ocsp.Good && m.Signature.Time != nil && holds(answer, signedAt):
				k.add(CredentialNotRevoked, m, at, "")
				return
			case answer.Status == ocsp.Revoked && answer.RevocationReason != ocsp.RemoveFromCRL && !answer.RevokedAt.After(signedAt):
				k.add(CredentialRevoked, m, at, "the certificate was revoked on "+answer.RevokedAt.UTC().Format(time.RFC3339))
				return
			}
		}
	}
	k.add(OCSPSkipped, m, at, "nobody was asked whether the certificate was revoked")
}

// holds says whether an answer on revocation speaks of a time (clause 15.9.1).
func holds(answer *ocsp.Response, at time.Time) bool {
	until := answer.NextUpdate
	if until.IsZero() {
		until = answer.ProducedAt.Add(24 * time.Hour)
	}
	return at.Before(until)
}
