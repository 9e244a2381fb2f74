package types

import (
	"fmt"
	"strings"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

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
