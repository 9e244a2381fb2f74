package types

import (
	"crypto/sha256"
	"encoding/binary"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// GrantHRP is the human-readable part of a grant's id.
const GrantHRP = "grant"

// grantDomain keeps the hashes behind ids apart from every other hash.
const grantDomain = "stemma/grant/v1"

// GrantID names a grant: 20 bytes, written as bech32 with the prefix "grant". None
// has the zero id: it is one that is not given, written as no text.
type GrantID [20]byte

// NewGrantID computes the id of a grant: the first 20 bytes of SHA-256 over a
// domain tag, work, terms, the licensee's address with its length, and the
// serial that the licensee chose. It can be computed before acquiring.
func NewGrantID(work registrytypes.WorkID, terms TermsID, licensee sdk.AccAddress, serial uint64) GrantID {
	h := sha256.New()
	h.Write([]byte(grantDomain))
	h.Write(work[:])
	h.Write(terms[:])
	h.Write([]byte{byte(len(licensee))})
	h.Write(licensee)
	h.Write(binary.BigEndian.AppendUint64(nil, serial))
	return GrantID(h.Sum(nil)[:20])
}

// ParseGrantID reads the bech32 form. It fails with the registry's ErrInvalidID.
func ParseGrantID(s string) (GrantID, error) {
	var id GrantID
	return id, registrytypes.ReadID(id[:], s, GrantHRP)
}

// IsZero says that no id is given.
func (id GrantID) IsZero() bool { return id == GrantID{} }

// Given refuses an id that is not given with the registry's ErrInvalidID; field
// names it.
func (id GrantID) Given(field string) error {
	if id.IsZero() {
		return errorsmod.Wrapf(registrytypes.ErrInvalidID, "%s is not given: it takes the id of a grant (%s1...)", field, GrantHRP)
	}
	return nil
}

// String returns the bech32 form; empty when zero.
func (id GrantID) String() string { return string(registrytypes.AppendID(nil, GrantHRP, id[:])) }

// MarshalText returns the bech32 form; empty when zero.
func (id GrantID) MarshalText() ([]byte, error) {
	return registrytypes.AppendID(nil, GrantHRP, id[:]), nil
}

// UnmarshalText reads the bech32 form, or zero from nothing. It fails with the
// registry's ErrInvalidID.
func (id *GrantID) UnmarshalText(text []byte) error {
	return registrytypes.DecodeID(id[:], text, GrantHRP)
}

// Marshal writes the id as a message carries it: its text.
func (id GrantID) Marshal() ([]byte, error) { return id.MarshalText() }

// MarshalTo writes the text into bz, which has room for it.
func (id GrantID) MarshalTo(bz []byte) (int, error) {
	return len(registrytypes.AppendID(bz[:0], GrantHRP, id[:])), nil
}

// Unmarshal reads what Marshal wrote. It fails with the registry's ErrInvalidID.
func (id *GrantID) Unmarshal(bz []byte) error { return id.UnmarshalText(bz) }

// Size is the length of the text in bytes.
func (id GrantID) Size() int { return registrytypes.SizeID(GrantHRP, id[:]) }
