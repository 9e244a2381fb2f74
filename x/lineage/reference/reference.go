// Package reference finds what an external reference names: ids of works and
// digests of contents, in whatever spelling of a URI, and fingerprints. It is pure;
// whether any of that is registered is for others to look up.
package reference

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Named is what a URI names, each once, in the order in which it is found.
type Named struct {
	Works        []registrytypes.WorkID
	Digests      []registrytypes.Digest
	Fingerprints []registrytypes.Fingerprint
}

const (
	// workIDLength is that of an id: prefix, separator, 32 characters for 20 bytes
	// and 6 of the checksum.
	workIDLength = len(registrytypes.WorkPrefix) + 1 + 32 + 6
	// digestLength is that of a SHA-256 in hex.
	digestLength = 64
	// niLength is that of a SHA-256 in base64url without padding (RFC 6920).
	niLength = 43
)

// rawSHA256 begins a CID whose digest is the SHA-256 of the content itself: version
// 1, codec raw, SHA-256, 32 bytes. Other codecs hash what is around the content.
var rawSHA256 = []byte{1, 0x55, 0x12, 32}

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Find looks through a URI as it is written and without escapes, however often
// they are nested: an id or a digest in it is found in capitals too, as a path, a
// query or a fragment, with or without something around it.
func Find(uri string) Named {
	var n Named
	spellings := []string{uri}
	if plain := unescaped(uri); plain != uri {
		spellings = append(spellings, plain)
	}
	for _, s := range spellings {
		n.findWorks(strings.ToLower(s))
		n.findHex(strings.ToLower(s))
		n.findNI(s)
		n.findCIDs(s)
		for _, scheme := range fingerprint.Schemes() {
			n.addFingerprint(scheme, s)
		}
	}
	return n
}

// unescaped undoes escapes until there are none left; each round is shorter.
func unescaped(s string) string {
	for {
		var b strings.Builder
		for i := 0; i < len(s); i++ {
			if octet, ok := text.Escape(s, i); ok {
				b.WriteByte(octet)
				i += 2
				continue
			}
			b.WriteByte(s[i])
		}
		if b.Len() == len(s) {
			return s
		}
		s = b.String()
	}
}

func (n *Named) findWorks(s string) {
	for at := 0; ; at++ {
		found := strings.Index(s[at:], registrytypes.WorkPrefix+"1")
		if found < 0 || len(s) < at+found+workIDLength {
			return
		}
		at += found
		id, err := registrytypes.ParseWorkID(s[at : at+workIDLength])
		if err == nil && !slices.Contains(n.Works, id) {
			n.Works = append(n.Works, id)
		}
	}
}

// findHex reads both ends of each run of hex digits that is long enough: a
// multihash has something before its digest.
func (n *Named) findHex(s string) {
	noDigit := func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) }
	for run := range strings.FieldsFuncSeq(s, noDigit) {
		if len(run) < digestLength {
			continue
		}
		n.addHex(run[:digestLength])
		n.addHex(run[len(run)-digestLength:])
	}
}

func (n *Named) addHex(s string) {
	bz, err := hex.DecodeString(s)
	if err == nil {
		n.addDigest(bz)
	}
}

// findNI reads "sha-256;" and base64url, as ni: and nih: have it.
func (n *Named) findNI(s string) {
	for _, after := range strings.Split(strings.ReplaceAll(s, "SHA-256;", "sha-256;"), "sha-256;")[1:] {
		if len(after) < niLength {
			continue
		}
		if bz, err := base64.RawURLEncoding.DecodeString(after[:niLength]); err == nil {
			n.addDigest(bz)
		}
	}
}

// findCIDs reads the parts of a URI that are CIDs, wherever they stand.
func (n *Named) findCIDs(s string) {
	delimiter := func(r rune) bool { return strings.ContainsRune(":/?#[]@!$&'()*+,;=.", r) }
	for part := range strings.FieldsFuncSeq(s, delimiter) {
		if len(part) < niLength {
			continue // shorter than any SHA-256 can be written
		}
		_, cid, err := fingerprint.Normalize("cid", part)
		if err != nil {
			continue
		}
		n.addFingerprint("cid", part)
		bz, err := base32Lower.DecodeString(cid[1:])
		if digest, raw := strings.CutPrefix(string(bz), string(rawSHA256)); err == nil && raw {
			n.addDigest([]byte(digest))
		}
	}
}

func (n *Named) addDigest(bz []byte) {
	if len(bz) != len(registrytypes.Digest{}) {
		return
	}
	if d := registrytypes.Digest(bz); !slices.Contains(n.Digests, d) {
		n.Digests = append(n.Digests, d)
	}
}

func (n *Named) addFingerprint(scheme, s string) {
	scheme, value, err := fingerprint.Normalize(scheme, s)
	f := registrytypes.Fingerprint{Scheme: scheme, Value: value}
	if err == nil && !slices.Contains(n.Fingerprints, f) {
		n.Fingerprints = append(n.Fingerprints, f)
	}
}
