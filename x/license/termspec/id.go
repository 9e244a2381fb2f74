package termspec

import (
	"crypto/sha256"
	"fmt"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// TermsHRP is the human-readable part of the id of terms.
const TermsHRP = "terms"

// Domain tags keep the hashes behind ids apart from every other hash.
const (
	termsDomain = "stemma/terms/v1"
	uriDomain   = "stemma/terms-uri/v1"
)

// TermsID names terms: 32 bytes, written as bech32 with the prefix "terms". None
// have the zero id: it is one that is not given, written as no text.
type TermsID [32]byte

// ID computes the id of terms: SHA-256 over a domain tag and the protobuf encoding
// that they have once their uri is blanked, so that they keep their id then.
// Validated terms have one encoding only, so equal terms share an id.
func (t Terms) ID() TermsID {
	blank := t.Blank()
	bz, err := blank.Marshal()
	if err != nil {
		// Only a duration out of protobuf's range makes the encoding fail, and
		// Validate refuses that.
		panic(fmt.Sprintf("encode terms: %s", err))
	}
	h := sha256.New()
	h.Write([]byte(termsDomain))
	h.Write(bz)
	return TermsID(h.Sum(nil))
}

// Blanked says whether governance took the uri away.
func (t Terms) Blanked() bool { return t.BlankedSha256 != "" }

// Blank returns the terms with the SHA-256 of their uri in its place, if they have
// one.
func (t Terms) Blank() Terms {
	if t.Uri != "" {
		t.Uri, t.BlankedSha256 = "", registrytypes.Digest(text.Digest(uriDomain, t.Uri)).String()
	}
	return t
}

// ParseTermsID reads the bech32 form. It fails with the registry's ErrInvalidID.
func ParseTermsID(s string) (TermsID, error) {
	var id TermsID
	return id, registrytypes.ReadID(id[:], s, TermsHRP)
}

// IsZero says that no id is given.
func (id TermsID) IsZero() bool { return id == TermsID{} }

// Given refuses an id that is not given with the registry's ErrInvalidID; field
// names it.
func (id TermsID) Given(field string) error {
	if id.IsZero() {
		return errorsmod.Wrapf(registrytypes.ErrInvalidID, "%s is not given: it takes the id of terms (%s1...)", field, TermsHRP)
	}
	return nil
}

// String returns the bech32 form; empty when zero.
func (id TermsID) String() string { return string(registrytypes.AppendID(nil, TermsHRP, id[:])) }

// MarshalText returns the bech32 form; empty when zero.
func (id TermsID) MarshalText() ([]byte, error) {
	return registrytypes.AppendID(nil, TermsHRP, id[:]), nil
}

// UnmarshalText reads the bech32 form, or zero from nothing. It fails with the
// registry's ErrInvalidID.
func (id *TermsID) UnmarshalText(text []byte) error {
	return registrytypes.DecodeID(id[:], text, TermsHRP)
}

// Marshal writes the id as a message carries it: its text.
func (id TermsID) Marshal() ([]byte, error) { return id.MarshalText() }

// MarshalTo writes the text into bz, which has room for it.
func (id TermsID) MarshalTo(bz []byte) (int, error) {
	return len(registrytypes.AppendID(bz[:0], TermsHRP, id[:])), nil
}

// Unmarshal reads what Marshal wrote. It fails with the registry's ErrInvalidID.
func (id *TermsID) Unmarshal(bz []byte) error { return id.UnmarshalText(bz) }

// Size is the length of the text in bytes.
func (id TermsID) Size() int { return registrytypes.SizeID(TermsHRP, id[:]) }
