package dataset

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ErrContributor says that a text names no account and no work.
var ErrContributor = errors.New("no account and no work")

// longAccount is how long the text of an account of 32 bytes is: prefix, 1, 52 characters and 6 of a checksum.
const longAccount = len(encoding.AccountPrefix) + 1 + 52 + 6

// ReadContributor reads an address, or the id of a work (work1...), into the contributor's ID, which has room for 32 bytes. It fails
// with ErrContributor.
func ReadContributor(text, room []byte) (manifest.Contributor, error) {
	c := manifest.Contributor{Kind: manifest.Account, ID: room[:20]}
	prefix := encoding.AccountPrefix
	switch {
	case bytes.HasPrefix(text, []byte(registrytypes.WorkPrefix+"1")):
		c.Kind, prefix = manifest.Work, registrytypes.WorkPrefix
	case len(text) == longAccount:
		c.ID = room[:32]
	}
	if err := registrytypes.ReadID(c.ID, text, prefix); err != nil {
		if !bytes.HasPrefix(text, []byte(prefix+"1")) {
			shown, more := text, ""
			if len(shown) > 80 {
				shown, more = shown[:80], "..."
			}
			return c, fmt.Errorf("%q%s is %w: an account begins with %s1, a work with work1", shown, more, ErrContributor, prefix)
		}
		return c, fmt.Errorf("%w: %w", ErrContributor, err)
	}
	return c, nil
}

// ParseContributor reads an address or the id of a work. It fails with ErrContributor.
func ParseContributor(text string) (manifest.Contributor, error) {
	return ReadContributor([]byte(text), make([]byte, 32))
}

// ContributorText writes a contributor's address or the id of the work.
func ContributorText(c manifest.Contributor) string {
	prefix := encoding.AccountPrefix
	if c.Kind == manifest.Work {
		prefix = registrytypes.WorkPrefix
	}
	return registrytypes.FormatID(prefix, c.ID)
}
