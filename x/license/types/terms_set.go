package types

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"

	errorsmod "cosmossdk.io/errors"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// Joiner joins the terms of several public offers that a derivation relies on.
	Joiner = "+"
	// MaxJoined bounds them.
	MaxJoined = 4
	// MaxPermissionLength bounds the text of a permission, in bytes.
	MaxPermissionLength = MaxJoined*(len(TermsHRP)+1+maxTermsData) + (MaxJoined-1)*len(Joiner)
	// maxTermsData is the bech32 form of 32 bytes with its checksum.
	maxTermsData = 52 + 6

	termsSetDomain = "stemma/terms-set/v1"
)

// NewTermsSet puts terms in order, each once.
func NewTermsSet(ids []TermsID) TermsSet {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b TermsID) int { return bytes.Compare(a[:], b[:]) })
	var s TermsSet
	for _, id := range slices.Compact(ids) {
		s.Terms = append(s.Terms, TermsIDBytes{id})
	}
	return s
}

// Digest is by which a constraint names the terms: SHA-256 over a domain tag and their
// ids, in order.
func (s TermsSet) Digest() registrytypes.Digest {
	h := sha256.New()
	h.Write([]byte(termsSetDomain))
	for _, id := range s.Terms {
		h.Write(id.TermsID[:])
	}
	return registrytypes.Digest(h.Sum(nil))
}

// Validate checks that there are several terms, in order, each once. It fails with
// ErrInvalidMessage.
func (s TermsSet) Validate() error {
	if n := len(s.Terms); n < 2 || n > MaxJoined {
		return errorsmod.Wrapf(ErrInvalidMessage, "%d terms: a set has 2 to %d", n, MaxJoined)
	}
	for i, id := range s.Terms {
		if err := id.Given("terms"); err != nil {
			return err
		}
		if i > 0 && bytes.Compare(s.Terms[i-1].TermsID[:], id.TermsID[:]) >= 0 {
			return errorsmod.Wrapf(ErrInvalidMessage, "%s comes twice or out of order", id)
		}
	}
	return nil
}

// ParseJoined reads the terms of a public offer, or of several, joined by +: the first,
// and the others in order. It fails with ErrInvalidMessage or the registry's
// ErrInvalidID.
func ParseJoined(permission string) (first TermsID, also []TermsID, err error) {
	parts := strings.Split(permission, Joiner)
	if len(parts) > MaxJoined {
		return first, nil, errorsmod.Wrapf(ErrInvalidMessage, "%d public offers joined by %s: at most %d", len(parts), Joiner, MaxJoined)
	}
	if first, err = ParseTermsID(parts[0]); err != nil {
		return first, nil, err
	}
	for _, part := range parts[1:] {
		id, err := ParseTermsID(part)
		if err != nil {
			return first, nil, err
		}
		if id == first || slices.Contains(also, id) {
			return first, nil, errorsmod.Wrapf(ErrInvalidMessage, "%s comes twice: join the terms of different offers", id)
		}
		also = append(also, id)
	}
	slices.SortFunc(also, func(a, b TermsID) int { return bytes.Compare(a[:], b[:]) })
	return first, also, nil
}
