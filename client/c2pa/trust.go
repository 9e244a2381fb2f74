package c2pa

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrTrust is wrapped by errors on a trust list that can't be read.
var ErrTrust = errors.New("not a trust list")

// Trust says whom to trust.
type Trust struct {
	// Signers are the certificates of authorities whose signers are trusted; one of a signer is trusted itself. Stamps are those of authorities
	// for time stamps; where it is nil those of Signers hold for both, as in the makers' library.
	Signers, Stamps []*x509.Certificate
	// Uses are the extended key usages of which a signer's certificate must have one; nil means DefaultUses.
	Uses []asn1.ObjectIdentifier
}

// DefaultUses are those that the makers' library accepts: e-mail protection, signing documents, Microsoft's and C2PA's own.
func DefaultUses() []asn1.ObjectIdentifier {
	return []asn1.ObjectIdentifier{
		{1, 3, 6, 1, 5, 5, 7, 3, 4}, {1, 3, 6, 1, 5, 5, 7, 3, 36}, {1, 3, 6, 1, 4, 1, 311, 76, 59, 1, 9}, {1, 3, 6, 1, 4, 1, 62558, 2, 1},
	}
}

// ReadAnchors reads certificates in PEM, as the lists are published; text between them is passed over. Errors wrap ErrTrust.
func ReadAnchors(raw []byte) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for {
		block, rest := pem.Decode(raw)
		if block == nil {
			break
		}
		raw = rest
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: certificate %d: %w", ErrTrust, len(all)+1, err)
		}
		readPSSKey(c)
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: it has no certificate in PEM", ErrTrust)
	}
	return all, nil
}

// ReadUses reads extended key usages, an identifier such as 1.3.6.1.5.5.7.3.4 a line; lines that are empty or begin with # or // are passed
// over. Errors wrap ErrTrust.
func ReadUses(raw []byte) ([]asn1.ObjectIdentifier, error) {
	var all []asn1.ObjectIdentifier
	lines := bufio.NewScanner(bytes.NewReader(raw))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") {
			continue
		}
		var id asn1.ObjectIdentifier
		for part := range strings.SplitSeq(line, ".") {
			number, err := strconv.ParseUint(part, 10, 31)
			if err != nil {
				return nil, fmt.Errorf("%w: line %d: %q is no identifier", ErrTrust, n, line)
			}
			id = append(id, int(number))
		}
		all = append(all, id)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTrust, err)
	}
	return all, nil
}

// uses are the key usages that are accepted.
func (t *Trust) uses() []asn1.ObjectIdentifier {
	if t == nil || t.Uses == nil {
		return DefaultUses()
	}
	return t.Uses
}

// stamps are the anchors of authorities for time stamps.
func (t *Trust) stamps() []*x509.Certificate {
	if t == nil || t.Stamps != nil {
		if t == nil {
			return nil
		}
		return t.Stamps
	}
	return t.Signers
}

// signers are the anchors of signers.
func (t *Trust) signers() []*x509.Certificate {
	if t == nil {
		return nil
	}
	return t.Signers
}

// leads says whether a chain of certificates, all valid at a time and strong enough, leads from one to an anchor. Key usages of authorities
// are passed over (clause 14.5.1.2).
func leads(leaf *x509.Certificate, others, anchors []*x509.Certificate, at time.Time) bool {
	if slices.ContainsFunc(anchors, leaf.Equal) {
		return true
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range anchors {
		if c.IsCA {
			roots.AddCert(c)
		}
	}
	for _, c := range others {
		between.AddCert(c)
	}
	chains, err := leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err == nil && slices.ContainsFunc(chains, func(chain []*x509.Certificate) bool {
		// An anchor's own signature says nothing: it is trusted for being on the list.
		return !slices.ContainsFunc(chain[:len(chain)-1], func(c *x509.Certificate) bool { return strong(c) != nil })
	})
}
