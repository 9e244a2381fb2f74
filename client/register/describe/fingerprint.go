package describe

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// urlScheme is the scheme of fingerprints that are addresses on the web.
const urlScheme = "url"

// listSeparator parts fingerprints in a text.
const listSeparator = ";"

// ParseFingerprint reads scheme=value or scheme:value, a bare URL, which is one of the
// scheme url, or a URN of a known scheme (urn:isbn:...), and returns it in the one spelling that the
// chain keeps.
func ParseFingerprint(s string) (registrytypes.Fingerprint, error) {
	s = strings.TrimSpace(s)
	scheme, value, ok := splitFingerprint(s)
	if !ok {
		return registrytypes.Fingerprint{}, fmt.Errorf("fingerprint %q: write scheme=value, such as isrc=USRC17607839, or a URL", s)
	}
	scheme, value, err := fingerprint.Normalize(scheme, value)
	return registrytypes.Fingerprint{Scheme: scheme, Value: value}, err
}

func splitFingerprint(s string) (scheme, value string, ok bool) {
	if isWebAddress(s) {
		return urlScheme, s, true
	}
	if named, is := cutFold(s, "urn:"); is {
		if scheme, value, ok := splitFingerprint(named); ok && isKnown(scheme) {
			return scheme, value, true
		}
	}
	if _, is := cutFold(s, "swh:1:"); is { // a SWHID begins so, without its scheme
		return "swhid", s, true
	}
	at := strings.IndexAny(s, "=:")
	if at < 1 || at == len(s)-1 {
		return "", "", false
	}
	return strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+1:]), true
}

func isWebAddress(s string) bool {
	return slices.ContainsFunc([]string{"https://", "http://", "ftp://"}, func(prefix string) bool {
		_, is := cutFold(s, prefix)
		return is
	})
}

// ParseFingerprints reads several, parted as by PartFingerprints.
func ParseFingerprints(list string) ([]registrytypes.Fingerprint, error) {
	var read []registrytypes.Fingerprint
	for _, item := range PartFingerprints(list) {
		f, err := ParseFingerprint(item)
		if err != nil {
			return nil, err
		}
		read = append(read, f)
	}
	return read, nil
}

// PartFingerprints parts a list at semicolons. One stands in a value as well, in a URL or a
// DOI: what follows it begins another fingerprint only where it names a known scheme or is a URL;
// and any other scheme=value too, behind a space or a value that never has one.
func PartFingerprints(list string) []string {
	var items []string
	for i, piece := range strings.Split(list, listSeparator) {
		if i == 0 || begins(items[len(items)-1], piece) {
			items = append(items, piece)
			continue
		}
		items[len(items)-1] += listSeparator + piece
	}
	for i, item := range items {
		items[i] = strings.TrimSpace(strings.TrimRight(item, listSeparator+" "))
	}
	return slices.DeleteFunc(items, func(item string) bool { return item == "" })
}

// begins says whether a piece of a list begins a fingerprint, behind the one before.
func begins(before, piece string) bool {
	scheme, _, ok := splitFingerprint(strings.TrimSpace(piece))
	if !ok || isKnown(scheme) {
		return ok
	}
	last, _, _ := splitFingerprint(strings.TrimSpace(before))
	last, _ = fingerprint.Known(last)
	return !slices.Contains(withSemicolons, last) || strings.IndexFunc(piece, unicode.IsSpace) == 0
}

// withSemicolons are the schemes in whose values a semicolon may stand: addresses (RFC 3986,
// 2.2), DOIs of serial items, qualified SWHIDs.
var withSemicolons = []string{urlScheme, "doi", "swhid"}

func isKnown(scheme string) bool {
	_, known := fingerprint.Known(scheme)
	return known
}
