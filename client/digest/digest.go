// Package digest reads SHA-256 digests as other programs write them.
package digest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ErrNone is matched by the error of a text that is no SHA-256 in any form.
var ErrNone = errors.New("no SHA-256")

// forms is said to whoever wrote something else.
const forms = "write 64 hex digits, sha256:..., sha256-... (SRI) or a CID of raw bytes (bafkrei...)"

// Parse reads a digest as hex digits in any case, alone or after "sha256:" or
// "urn:sha256:", as Subresource Integrity has it (sha256-..., the first such of several), or as
// a CID of raw bytes with a SHA-256 (codec raw, 0x55). It fails with ErrNone, saying what would do.
func Parse(s string) (registrytypes.Digest, error) {
	s = strings.TrimSpace(s)
	for _, one := range strings.Fields(s) {
		if rest, is := cutFold(one, "sha256-"); is {
			return integrity(rest)
		}
	}
	plain := s
	for _, prefix := range []string{"urn:sha256:", "sha256:", "sha-256:"} {
		if rest, is := cutFold(s, prefix); is {
			plain = strings.TrimSpace(rest)
			break
		}
	}
	if bz, err := hex.DecodeString(plain); err == nil && len(bz) == len(registrytypes.Digest{}) {
		return given(registrytypes.Digest(bz))
	}
	if plain == s {
		if d, is, err := ofCID(s); is {
			return d, err
		}
	}
	if n := len(plain); isHex(plain) && n > 20 {
		return registrytypes.Digest{}, fmt.Errorf("%q is %w: it has %d hex digits, one has 64%s", clip(s), ErrNone, n, other(n))
	}
	return registrytypes.Digest{}, fmt.Errorf("%q is %w: %s", clip(s), ErrNone, forms)
}

func given(d registrytypes.Digest) (registrytypes.Digest, error) {
	if d.IsZero() {
		return d, fmt.Errorf("%w: all zeros are no file's", ErrNone)
	}
	return d, nil
}

// integrity reads what follows sha256- (W3C Subresource Integrity, 3.5): base64, perhaps with
// options behind a question mark.
func integrity(s string) (registrytypes.Digest, error) {
	s, _, _ = strings.Cut(s, "?")
	bz, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(bz) != len(registrytypes.Digest{}) {
		return registrytypes.Digest{}, fmt.Errorf("%q is %w: sha256-... is followed by the base64 of 32 bytes", clip(s), ErrNone)
	}
	return given(registrytypes.Digest(bz))
}

// rawSHA256 begins the binary form of a CID of version 1 of raw bytes: version, codec raw, hash
// sha2-256, 32 bytes (github.com/multiformats/multicodec).
var rawSHA256 = []byte{1, 0x55, 0x12, 32}

// ofCID reads a CID; is says whether it is one at all.
func ofCID(s string) (d registrytypes.Digest, is bool, err error) {
	bz, err := fingerprint.CIDBytes(s)
	if err != nil {
		return d, false, nil
	}
	if len(bz) < len(rawSHA256) || bz[0] != 1 {
		return d, false, nil // a word of characters that a base has
	}
	hash, raw := bytes.CutPrefix(bz, rawSHA256)
	if !raw || len(hash) != len(d) {
		return d, true, fmt.Errorf("%q is %w: this CID names how IPFS packed a file, not the file's bytes; only one of raw bytes with "+
			"such a hash does (ipfs add --raw-leaves, of at most 256 KiB)", clip(s), ErrNone)
	}
	d, err = given(registrytypes.Digest(hash))
	return d, true, err
}

func isHex(s string) bool {
	return s != "" && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// other says which hash has so many hex digits.
func other(digits int) string {
	switch digits {
	case 32:
		return " (as many as an MD5)"
	case 40:
		return " (as many as a SHA-1)"
	case 128:
		return " (as many as a SHA-512)"
	}
	return ""
}

func cutFold(s, prefix string) (rest string, is bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// clip keeps an error short.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "..."
	}
	return s
}
