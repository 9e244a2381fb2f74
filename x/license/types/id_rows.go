package types

import (
	"encoding/json"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// TermsIDBytes is a TermsID that a row of the store holds as its 32 bytes, or none
// when it is zero. Its JSON is that of bytes: base64.
type TermsIDBytes struct{ TermsID }

// Marshal writes the 32 bytes, or none when zero.
func (id TermsIDBytes) Marshal() ([]byte, error) { return registrytypes.IDBytes(id.TermsID[:]), nil }

// MarshalTo writes the bytes into bz, which has room for them.
func (id TermsIDBytes) MarshalTo(bz []byte) (int, error) {
	return copy(bz, registrytypes.IDBytes(id.TermsID[:])), nil
}

// Unmarshal reads what Marshal wrote. It fails with the registry's ErrInvalidID.
func (id *TermsIDBytes) Unmarshal(bz []byte) error {
	return registrytypes.ReadIDBytes(id.TermsID[:], bz, TermsHRP)
}

// Size is the number of bytes that Marshal writes.
func (id TermsIDBytes) Size() int { return len(registrytypes.IDBytes(id.TermsID[:])) }

// MarshalJSON writes the bytes as JSON does.
func (id TermsIDBytes) MarshalJSON() ([]byte, error) {
	return json.Marshal(registrytypes.IDBytes(id.TermsID[:]))
}

// UnmarshalJSON reads what MarshalJSON wrote. It fails with the registry's
// ErrInvalidID.
func (id *TermsIDBytes) UnmarshalJSON(text []byte) error {
	return registrytypes.ReadIDBytesJSON(id.TermsID[:], text, TermsHRP)
}

// GrantIDBytes is a GrantID that a row of the store holds as its 20 bytes, or none
// when it is zero. Its JSON is that of bytes: base64.
type GrantIDBytes struct{ GrantID }

// Marshal writes the 20 bytes, or none when zero.
func (id GrantIDBytes) Marshal() ([]byte, error) { return registrytypes.IDBytes(id.GrantID[:]), nil }

// MarshalTo writes the bytes into bz, which has room for them.
func (id GrantIDBytes) MarshalTo(bz []byte) (int, error) {
	return copy(bz, registrytypes.IDBytes(id.GrantID[:])), nil
}

// Unmarshal reads what Marshal wrote. It fails with the registry's ErrInvalidID.
func (id *GrantIDBytes) Unmarshal(bz []byte) error {
	return registrytypes.ReadIDBytes(id.GrantID[:], bz, GrantHRP)
}

// Size is the number of bytes that Marshal writes.
func (id GrantIDBytes) Size() int { return len(registrytypes.IDBytes(id.GrantID[:])) }

// MarshalJSON writes the bytes as JSON does.
func (id GrantIDBytes) MarshalJSON() ([]byte, error) {
	return json.Marshal(registrytypes.IDBytes(id.GrantID[:]))
}

// UnmarshalJSON reads what MarshalJSON wrote. It fails with the registry's
// ErrInvalidID.
func (id *GrantIDBytes) UnmarshalJSON(text []byte) error {
	return registrytypes.ReadIDBytesJSON(id.GrantID[:], text, GrantHRP)
}
