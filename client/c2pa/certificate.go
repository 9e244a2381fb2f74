package c2pa

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
)

// maxCertificates is how many certificates a signature may bring.
const maxCertificates = 16

// oidPSSKey marks RSA keys that are for PSS alone. Go reads such certificates but not their keys.
var oidPSSKey = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}

// readCertificates reads a chain in DER, the signer's first.
func readCertificates(chain [][]byte) ([]*x509.Certificate, error) {
	if len(chain) > maxCertificates {
		return nil, fmt.Errorf("it brings %d certificates, and at most %d are read", len(chain), maxCertificates)
	}
	var all []*x509.Certificate
	for _, der := range chain {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		readPSSKey(c)
		all = append(all, c)
	}
	return all, nil
}

// readPSSKey fills in a key that Go has left out.
func readPSSKey(c *x509.Certificate) {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if c.PublicKey != nil {
		return
	}
	if rest, err := asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &info); err != nil || len(rest) > 0 || !info.Algorithm.Algorithm.Equal(oidPSSKey) {
		return
	}
	if key, err := x509.ParsePKCS1PublicKey(info.Key.RightAlign()); err == nil {
		c.PublicKey, c.PublicKeyAlgorithm = key, x509.RSA
	}
}

// signedBy are the algorithms by which certificates may be signed (clause 14.5.1.1).
var signedBy = []x509.SignatureAlgorithm{
	x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA, x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
	x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512, x509.PureEd25519,
}

// strong says what is wrong with the algorithms of a certificate, of a signer or of an authority.
func strong(c *x509.Certificate) error {
	if !slices.Contains(signedBy, c.SignatureAlgorithm) {
		return fmt.Errorf("it is signed by %s, which isn't allowed", c.SignatureAlgorithm)
	}
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < 2048 || bits > 16384 {
			return fmt.Errorf("its RSA key has %d bits, and 2048 to 16384 are allowed", bits)
		}
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() && key.Curve != elliptic.P384() && key.Curve != elliptic.P521() {
			return fmt.Errorf("its key is on the curve %s, which isn't allowed", key.Params().Name)
		}
	case ed25519.PublicKey:
	default:
		return fmt.Errorf("its key is of a kind that isn't allowed")
	}
	return nil
}

var (
	uniqueIDTags    = []int{1, 2}
	oidAnyUse       = asn1.ObjectIdentifier{2, 5, 29, 37, 0}
	oidTimeStamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	oidOCSPSigning  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 9}
)

// profile says what keeps a certificate from signing claims (clause 14.5.1), whoever issued it. Uses are those that are accepted.
func profile(c *x509.Certificate, uses []asn1.ObjectIdentifier) error {
	if err := strong(c); err != nil {
		return err
	}
	own := usesOf(c)
	contains := func(list []asn1.ObjectIdentifier, one asn1.ObjectIdentifier) bool {
		return slices.ContainsFunc(list, one.Equal)
	}
	switch {
	case c.Version != 3:
		return fmt.Errorf("it is of version %d, not 3", c.Version)
	case hasUniqueIDs(c):
		return fmt.Errorf("it has unique ids of issuer or subject")
	case c.IsCA:
		return fmt.Errorf("it is an authority's, and those sign no claims")
	case len(c.AuthorityKeyId) == 0:
		return fmt.Errorf("it doesn't identify the key of who issued it")
	case c.KeyUsage&x509.KeyUsageDigitalSignature == 0:
		return fmt.Errorf("its key isn't for digital signatures")
	case c.KeyUsage&x509.KeyUsageCertSign != 0:
		return fmt.Errorf("its key may sign certificates, and it is no authority's")
	case len(own) == 0:
		return fmt.Errorf("it doesn't say what it is for")
	case contains(own, oidAnyUse):
		return fmt.Errorf("it is for any use, and must name its uses")
	case contains(own, oidTimeStamping) || contains(own, oidOCSPSigning):
		return fmt.Errorf("it is for time stamps or for answers on revocation, and those sign no claims")
	case !slices.ContainsFunc(own, func(one asn1.ObjectIdentifier) bool { return contains(uses, one) }):
		return fmt.Errorf("it isn't for signing content: %v", own)
	case len(c.UnhandledCriticalExtensions) > 0:
		return fmt.Errorf("it has a critical extension that isn't known: %v", c.UnhandledCriticalExtensions)
	}
	return nil
}

// usesOf are a certificate's extended key usages by their identifiers, known to Go or not.
func usesOf(c *x509.Certificate) []asn1.ObjectIdentifier {
	var uses []asn1.ObjectIdentifier
	for _, extension := range c.Extensions {
		if extension.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 37}) {
			_, _ = asn1.Unmarshal(extension.Value, &uses) // ParseCertificate has read it
		}
	}
	return uses
}

// hasUniqueIDs looks for the optional fields 1 and 2 of a certificate, which Go passes over.
func hasUniqueIDs(c *x509.Certificate) bool {
	var outer asn1.RawValue
	if _, err := asn1.Unmarshal(c.RawTBSCertificate, &outer); err != nil {
		return true
	}
	for rest := outer.Bytes; len(rest) > 0; {
		var one asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			return true
		}
		if one.Class == asn1.ClassContextSpecific && slices.Contains(uniqueIDTags, one.Tag) {
			return true
		}
	}
	return false
}
