package types

import (
	"crypto/sha256"

	collcodec "cosmossdk.io/collections/codec"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// AgentHRP is the human-readable part of agents' ids.
	AgentHRP = "agent"
	// AttestationHRP is that of attestations' ids.
	AttestationHRP = "attest"
	// TermsHRP is that of terms, which a limit names; x/license is above this module.
	TermsHRP = "terms"
	// The domains separate the ids from every other hash of this chain.
	agentDomain       = "stemma/agent-id/v1"
	attestationDomain = "stemma/attestation-id/v1"
)

// AgentID names an agent: 20 bytes, written as bech32 with the prefix "agent". The
// zero AgentID is one that is not given, written as no text.
type AgentID [20]byte

// AttestationID names an attestation: 20 bytes, written as bech32 with the prefix
// "attest". The zero AttestationID is one that is not given, written as no text.
type AttestationID [20]byte

// NewAgentID computes an agent's id: the first 20 bytes of SHA-256 over a domain tag, the
// registrant's address with its length, and the name. It can be computed before registering.
func NewAgentID(registrant sdk.AccAddress, name string) AgentID {
	return AgentID(idOf(agentDomain, registrant, name))
}

// NewAttestationID computes an attestation's id: the first 20 bytes of SHA-256 over a domain
// tag, the issuer's address with its length, schema and subject, each ended by a zero byte,
// and the payload's digest.
func NewAttestationID(issuer sdk.AccAddress, schema, subject string, payload registrytypes.Digest) AttestationID {
	return AttestationID(idOf(attestationDomain, issuer, schema+"\x00"+subject+"\x00"+string(payload[:])))
}

func idOf(domain string, account sdk.AccAddress, rest string) []byte {
	h := sha256.New()
	h.Write([]byte(domain))
	h.Write([]byte{byte(len(account))})
	h.Write(account)
	h.Write([]byte(rest))
	return h.Sum(nil)[:20]
}

// ParseAgentID reads the bech32 form. It fails with the registry's ErrInvalidID.
func ParseAgentID(s string) (AgentID, error) {
	var id AgentID
	return id, registrytypes.ReadID(id[:], s, AgentHRP)
}

// ParseAttestationID reads the bech32 form. It fails with the registry's ErrInvalidID.
func ParseAttestationID(s string) (AttestationID, error) {
	var id AttestationID
	return id, registrytypes.ReadID(id[:], s, AttestationHRP)
}

// IsZero says that no id is given.
func (id AgentID) IsZero() bool { return id == AgentID{} }

// Given refuses an id that is not given with the registry's ErrInvalidID; field names it.
func (id AgentID) Given(field string) error {
	if id.IsZero() {
		return errorsmod.Wrapf(registrytypes.ErrInvalidID, "%s is not given: it takes the id of an agent (%s1...)", field, AgentHRP)
	}
	return nil
}

// String returns the bech32 form; empty when zero.
func (id AgentID) String() string { return string(registrytypes.AppendID(nil, AgentHRP, id[:])) }

// MarshalText returns the bech32 form; empty when zero.
func (id AgentID) MarshalText() ([]byte, error) {
	return registrytypes.AppendID(nil, AgentHRP, id[:]), nil
}

// UnmarshalText reads the bech32 form, or zero from nothing. It fails with the
// registry's ErrInvalidID.
func (id *AgentID) UnmarshalText(text []byte) error {
	return registrytypes.DecodeID(id[:], text, AgentHRP)
}

// Marshal writes the id as a message carries it: its text.
func (id AgentID) Marshal() ([]byte, error) { return id.MarshalText() }

// MarshalTo writes the text into bz, which has room for it.
func (id AgentID) MarshalTo(bz []byte) (int, error) {
	return len(registrytypes.AppendID(bz[:0], AgentHRP, id[:])), nil
}

// Unmarshal reads what Marshal wrote. It fails with the registry's ErrInvalidID.
func (id *AgentID) Unmarshal(bz []byte) error { return id.UnmarshalText(bz) }

// Size is the length of the text in bytes.
func (id AgentID) Size() int { return registrytypes.SizeID(AgentHRP, id[:]) }

// AgentIDKey encodes an AgentID as its 20 bytes, alone and in composite keys.
var AgentIDKey collcodec.KeyCodec[AgentID] = registrytypes.IDKey[AgentID]{
	Name: "stemma/agent", Length: len(AgentID{}),
	Bytes: func(id AgentID) []byte { return id[:] },
	From:  func(bz []byte) AgentID { return AgentID(bz) },
}

// IsZero says that no id is given.
func (id AttestationID) IsZero() bool { return id == AttestationID{} }

// Given refuses an id that is not given with the registry's ErrInvalidID; field names it.
func (id AttestationID) Given(field string) error {
	if id.IsZero() {
		return errorsmod.Wrapf(registrytypes.ErrInvalidID, "%s is not given: it takes the id of an attestation (%s1...)", field, AttestationHRP)
	}
	return nil
}

// String returns the bech32 form; empty when zero.
func (id AttestationID) String() string {
	return string(registrytypes.AppendID(nil, AttestationHRP, id[:]))
}

// MarshalText returns the bech32 form; empty when zero.
func (id AttestationID) MarshalText() ([]byte, error) {
	return registrytypes.AppendID(nil, AttestationHRP, id[:]), nil
}

// UnmarshalText reads the bech32 form, or zero from nothing. It fails with the
// registry's ErrInvalidID.
func (id *AttestationID) UnmarshalText(text []byte) error {
	return registrytypes.DecodeID(id[:], text, AttestationHRP)
}

// Marshal writes the id as a message carries it: its text.
func (id AttestationID) Marshal() ([]byte, error) { return id.MarshalText() }

// MarshalTo writes the text into bz, which has room for it.
func (id AttestationID) MarshalTo(bz []byte) (int, error) {
	return len(registrytypes.AppendID(bz[:0], AttestationHRP, id[:])), nil
}

// Unmarshal reads what Marshal wrote. It fails with the registry's ErrInvalidID.
func (id *AttestationID) Unmarshal(bz []byte) error { return id.UnmarshalText(bz) }

// Size is the length of the text in bytes.
func (id AttestationID) Size() int { return registrytypes.SizeID(AttestationHRP, id[:]) }

// AttestationIDKey encodes an AttestationID as its 20 bytes, alone and in composite keys.
var AttestationIDKey collcodec.KeyCodec[AttestationID] = registrytypes.IDKey[AttestationID]{
	Name: "stemma/attestation", Length: len(AttestationID{}),
	Bytes: func(id AttestationID) []byte { return id[:] },
	From:  func(bz []byte) AttestationID { return AttestationID(bz) },
}
