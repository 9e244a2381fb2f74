package types

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// checkText refuses what is too long, in bytes, or not plain printable text.
func checkText(what, s string, maxLength int) error {
	switch {
	case len(s) > maxLength:
		return fmt.Errorf("%s has %d bytes, at most %d are kept", what, len(s), maxLength)
	case !utf8.ValidString(s):
		return fmt.Errorf("%s is not UTF-8", what)
	case strings.ContainsFunc(s, unicode.IsControl):
		return fmt.Errorf("%s holds control characters", what)
	case strings.TrimSpace(s) != s:
		return fmt.Errorf("%s starts or ends with a space", what)
	}
	return nil
}

// checkDigest refuses what is not the lower-case hex of a SHA-256: a digest
// has one spelling only, so that equal ones compare equal.
func checkDigest(what, s string) error {
	if _, err := registrytypes.ParseDigest(what, s); err != nil {
		return err
	}
	if strings.ToLower(s) != s {
		return fmt.Errorf("%s must be in lower-case hex digits", what)
	}
	return nil
}
