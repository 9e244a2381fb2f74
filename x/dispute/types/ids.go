package types

import (
	"crypto/sha256"
	"encoding/binary"

	collcodec "cosmossdk.io/collections/codec"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// DisputeHRP is the human-readable part of a dispute's id.
const DisputeHRP = "dispute"

// disputeDomain separates dispute ids from every other hash of this chain.
const disputeDomain = "stemma/dispute/v1"

// DisputeID names a dispute: 20 bytes, written as bech32 with the prefix "dispute". None
// has the zero id: it is one that is not given, written as no text.
type DisputeID [20]byte

// NewDisputeID computes the id of a dispute: the first 20 bytes of SHA-256 over a domain
// tag, the work, the challenger's address with its length, and the number of the dispute
// among those of this challenger about this work. It can be computed before opening.
func NewDisputeID(work registrytypes.WorkID, challenger sdk.AccAddress, serial uint32) DisputeID {
	h := sha256.New()
	h.Write([]byte(disputeDomain))
	h.Write(work[:])
	h.Write([]byte{byte(len(challenger))})
	h.Write(challenger)
	h.Write(binary.BigEndian.AppendUint32(nil, serial))
	return DisputeID(h.Sum(nil)[:20])
}

// ParseDisputeID reads the bech32 form. It fails with the registry's ErrInvalidID.
func ParseDisputeID(s string) (DisputeID, error) {
	var id DisputeID
	return id, registrytypes.ReadID(id[:], s, DisputeHRP)
}

// IsZero says that no id is given.
func (id DisputeID) IsZero() bool { return id == DisputeID{} }

// Given refuses an id that is not given with the registry's ErrInvalidID; field names it.
func (id DisputeID) Given(field string) error {
	if id.IsZero() {
		return errorsmod.Wrapf(registrytypes.ErrInvalidID, "%s is not given: it takes the id of a dispute (%s1...)", field, DisputeHRP)
	}
	return nil
}

// String returns the bech32 form; empty when zero.
func (id DisputeID) String() string { return string(registrytypes.AppendID(nil, DisputeHRP, id[:])) }

// MarshalText returns the bech32 form; empty when zero.
func (id DisputeID) MarshalText() ([]byte, error) {
	return registrytypes.AppendID(nil, DisputeHRP, id[:]), nil
}

// UnmarshalText reads the bech32 form, or zero from nothing. It fails with the
// registry's ErrInvalidID.
func (id *DisputeID) UnmarshalText(text []byte) error {
	return registrytypes.DecodeID(id[:], text, DisputeHRP)
}

// Marshal writes the id as a message carries it: its text.
func (id DisputeID) Marshal() ([]byte, error) { return id.MarshalText() }

// MarshalTo writes the text into bz, which has room for it.
func (id DisputeID) MarshalTo(bz []byte) (int, error) {
	return len(registrytypes.AppendID(bz[:0], DisputeHRP, id[:])), nil
}

// Unmarshal reads what Marshal wrote. It fails with the registry's ErrInvalidID.
func (id *DisputeID) Unmarshal(bz []byte) error { return id.UnmarshalText(bz) }

// Size is the length of the text in bytes.
func (id DisputeID) Size() int { return registrytypes.SizeID(DisputeHRP, id[:]) }

// DisputeIDKey encodes a DisputeID as its 20 bytes, alone and in composite keys.
var DisputeIDKey collcodec.KeyCodec[DisputeID] = registrytypes.IDKey[DisputeID]{
	Name: "stemma/dispute", Length: len(DisputeID{}),
	Bytes: func(id DisputeID) []byte { return id[:] },
	From:  func(bz []byte) DisputeID { return DisputeID(bz) },
}

// DisputeIDValue writes a DisputeID into a row as its 20 bytes.
var DisputeIDValue = collcodec.KeyToValueCodec(DisputeIDKey)
