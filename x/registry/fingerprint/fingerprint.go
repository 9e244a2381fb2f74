// Package fingerprint gives each name of content one spelling, so that a look-up
// finds what was registered in another: an ISRC with hyphens, a DOI as a link, a
// CID of version 0. It is pure; the chain stores what it returns and clients show
// it before they send. Each rule accepts what the world writes, says which clause
// of which standard it follows, and verifies the check digit where there is one.
//
// No rule reads a table that grows with the compiler or with a registry of names:
// all nodes have to agree for ever.
package fingerprint

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/x/registry/text"
)

const (
	// MaxScheme bounds the name of a scheme, in bytes.
	MaxScheme = 32
	// MaxValue bounds a value in its one spelling, in bytes.
	MaxValue = 512
	// MaxSpelling bounds a value in any spelling, in bytes.
	MaxSpelling = 1024
)

var (
	// ErrScheme says that a scheme's name is malformed.
	ErrScheme = errors.New("invalid scheme")
	// ErrValue says that a value is not one of its scheme.
	ErrValue = errors.New("invalid fingerprint")
)

// rules: scheme -> its values' one spelling, from a spelling that holds no
// invisible characters and no spaces at its edges. The error says what a value of
// the scheme looks like.
var rules = map[string]func(string) (string, error){
	"c2pa":  c2pa,
	"cid":   cid,
	"doi":   doi,
	"gtin":  gtin,
	"hf":    huggingFace,
	"isbn":  isbn,
	"iscc":  iscc,
	"isrc":  isrc,
	"issn":  issn,
	"iswc":  iswc,
	"phash": phash,
	"swhid": swhid,
	"url":   webAddress,
}

// aliases: another name of a scheme -> the one it is kept under. The numbers
// under the bar codes of Europe and America are both GTINs (GS1 General
// Specifications, "Global Trade Item Number"). The name sha-256 leads to one that
// is no fingerprint's, as sha256 does.
var aliases = map[string]string{
	"ean": "gtin", "ean-8": "gtin", "ean8": "gtin", "ean-13": "gtin", "ean13": "gtin",
	"upc": "gtin", "upc-a": "gtin",
	"gtin-8": "gtin", "gtin-12": "gtin", "gtin-13": "gtin", "gtin-14": "gtin",
	"gtin8": "gtin", "gtin12": "gtin", "gtin13": "gtin", "gtin14": "gtin",
	"isbn-10": "isbn", "isbn10": "isbn", "isbn-13": "isbn", "isbn13": "isbn",
	"huggingface": "hf", "hugging-face": "hf", "hugging_face": "hf",
	"ipfs":    "cid",
	"sha-256": "sha256", "sha_256": "sha256",
	"uri": "url",
}

// Schemes lists the schemes whose values have one spelling, in order.
func Schemes() []string {
	names := make([]string, 0, len(rules))
	for name := range rules {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Known says which scheme a name is, and whether its values have one spelling.
func Known(scheme string) (name string, known bool) {
	name, err := normalScheme(scheme)
	return name, err == nil && rules[name] != nil
}

// Normalize returns a scheme's name and a value in their one spelling; what it
// returns, it returns again. A GTIN that is a book's number is returned as an
// ISBN. The value of a scheme that it does not know stays as it is, within the
// bounds of text. It fails with ErrScheme or ErrValue.
func Normalize(scheme, value string) (string, string, error) {
	scheme, err := normalScheme(scheme)
	if err != nil {
		return "", "", err
	}
	rule, known := rules[scheme]
	limit := MaxValue
	if known {
		value, limit = strings.Trim(value, " "), MaxSpelling
	}
	if value == "" {
		return "", "", fmt.Errorf("%w: %s has no value", ErrValue, scheme)
	}
	if err := text.Check(scheme, value, limit); err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrValue, err)
	}
	if !known {
		return scheme, value, nil
	}
	normal, err := rule(value)
	if err != nil {
		return "", "", fmt.Errorf("%w: %s %q %w", ErrValue, scheme, clip(value), err)
	}
	if err := text.Check(scheme, normal, MaxValue); err != nil {
		return "", "", fmt.Errorf("%w: in its one spelling %w", ErrValue, err)
	}
	// What is stored is normalised again wherever it is checked.
	if again, err := rule(normal); err != nil || again != normal {
		return "", "", fmt.Errorf("%w: %s %q has no one spelling; write it plainly", ErrValue, scheme, clip(value))
	}
	if book, ok := bookOf(scheme, normal); ok {
		return "isbn", book, nil
	}
	return scheme, normal, nil
}

func normalScheme(scheme string) (string, error) {
	name := strings.ToLower(strings.Trim(scheme, " "))
	if name == "" || len(name) > MaxScheme || strings.ContainsFunc(name, notSchemeRune) {
		return "", fmt.Errorf("%w: it must be 1 to %d of a-z, 0-9, dot, underscore and hyphen, such as iscc or doi, not %q",
			ErrScheme, MaxScheme, clip(scheme))
	}
	if kept, ok := aliases[name]; ok {
		return kept, nil
	}
	return name, nil
}

func notSchemeRune(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '_' && r != '-'
}

// cutAny removes the first of the prefixes that s starts with, in any case.
func cutAny(s string, prefixes ...string) (rest string, found bool) {
	for _, p := range prefixes {
		if len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) {
			return strings.TrimLeft(s[len(p):], " "), true
		}
	}
	return s, false
}

// clip keeps an error short when the input is not.
func clip(s string) string {
	const limit = 80
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}
