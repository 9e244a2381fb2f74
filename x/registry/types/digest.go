package types

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	errorsmod "cosmossdk.io/errors"
)

// Digest is a SHA-256, written as 64 hex digits. Nothing has the zero Digest: it
// is one that is not given, written as no text.
type Digest [sha256.Size]byte

// Salt makes an anchor's leaf a secret until it is shown: 32 random bytes,
// written as 64 hex digits. The zero Salt is one that is not given.
type Salt [32]byte

// DigestBytes is a Digest that a row of the store holds as its 32 bytes, or none
// when it is zero. Its JSON is that of bytes: base64.
type DigestBytes struct{ Digest }

// ParseDigest reads a SHA-256 written as 64 hex digits; what names the field in
// the error. It fails with ErrInvalidDigest, also when nothing is given.
func ParseDigest(what, s string) (Digest, error) {
	var d Digest
	if !readHex(d[:], []byte(s)) || d.IsZero() {
		return Digest{}, errorsmod.Wrapf(ErrInvalidDigest, "%s must be a SHA-256 of 64 hex digits, not %q", what, clip(s))
	}
	return d, nil
}

// IsZero says that no digest is given.
func (d Digest) IsZero() bool { return d == Digest{} }

// Given refuses a digest that is not given with ErrInvalidDigest; field names it.
func (d Digest) Given(field string) error {
	if d.IsZero() {
		return errorsmod.Wrapf(ErrInvalidDigest, "%s is not given: it takes a SHA-256 of 64 hex digits", field)
	}
	return nil
}

// GivenContent refuses as Given does, and the digest of nothing: that is nobody's,
// as every empty file in the world has it.
func (d Digest) GivenContent(field string) error {
	if d == nothing {
		return errorsmod.Wrapf(ErrInvalidDigest,
			"%s is the SHA-256 of an empty file, which is nobody's: name a file with content", field)
	}
	return d.Given(field)
}

// GivenRoot refuses as Given does, and the Merkle root of a tree without leaves
// (RFC 6962, 2.1), which proves nothing.
func (d Digest) GivenRoot(field string) error {
	if d == nothing {
		return errorsmod.Wrapf(ErrInvalidDigest,
			"%s is that of a tree without leaves: give that of one with your files' leaves", field)
	}
	return d.Given(field)
}

// nothing is the SHA-256 of no bytes.
var nothing = Digest(sha256.Sum256(nil))

// String returns 64 lower-case hex digits; nothing when zero.
func (d Digest) String() string { return string(appendHex(nil, d)) }

// MarshalText returns 64 lower-case hex digits; nothing when zero.
func (d Digest) MarshalText() ([]byte, error) { return appendHex(nil, d), nil }

// UnmarshalText reads 64 hex digits, or zero from nothing. It fails with
// ErrInvalidDigest.
func (d *Digest) UnmarshalText(text []byte) error {
	if !readHex(d[:], text) {
		return errorsmod.Wrapf(ErrInvalidDigest, "%q is not a SHA-256 of 64 hex digits", clip(string(text)))
	}
	return nil
}

// Marshal writes the digest as a message carries it: its text.
func (d Digest) Marshal() ([]byte, error) { return d.MarshalText() }

// MarshalTo writes the text into bz, which has room for it.
func (d Digest) MarshalTo(bz []byte) (int, error) { return len(appendHex(bz[:0], d)), nil }

// Unmarshal reads what Marshal wrote. It fails with ErrInvalidDigest.
func (d *Digest) Unmarshal(bz []byte) error { return d.UnmarshalText(bz) }

// Size is the length of the text in bytes.
func (d Digest) Size() int { return sizeHex(d) }

// IsZero says that no salt is given.
func (s Salt) IsZero() bool { return s == Salt{} }

// String returns 64 lower-case hex digits; nothing when zero.
func (s Salt) String() string { return string(appendHex(nil, s)) }

// MarshalText returns 64 lower-case hex digits; nothing when zero.
func (s Salt) MarshalText() ([]byte, error) { return appendHex(nil, s), nil }

// UnmarshalText reads 64 hex digits, or zero from nothing. It fails with
// ErrInvalidProof.
func (s *Salt) UnmarshalText(text []byte) error {
	if !readHex(s[:], text) {
		return errorsmod.Wrapf(ErrInvalidProof, "%q is not a salt of 64 hex digits", clip(string(text)))
	}
	return nil
}

// Marshal writes the salt as a message carries it: its text.
func (s Salt) Marshal() ([]byte, error) { return s.MarshalText() }

// MarshalTo writes the text into bz, which has room for it.
func (s Salt) MarshalTo(bz []byte) (int, error) { return len(appendHex(bz[:0], s)), nil }

// Unmarshal reads what Marshal wrote. It fails with ErrInvalidProof.
func (s *Salt) Unmarshal(bz []byte) error { return s.UnmarshalText(bz) }

// Size is the length of the text in bytes.
func (s Salt) Size() int { return sizeHex(s) }

// Marshal writes the 32 bytes, or none when zero.
func (d DigestBytes) Marshal() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.Digest[:], nil
}

// MarshalTo writes the bytes into bz, which has room for them.
func (d DigestBytes) MarshalTo(bz []byte) (int, error) {
	if d.IsZero() {
		return 0, nil
	}
	return copy(bz, d.Digest[:]), nil
}

// Unmarshal reads 32 bytes, or zero from none. It fails with ErrInvalidDigest.
func (d *DigestBytes) Unmarshal(bz []byte) error {
	if len(bz) != 0 && len(bz) != len(d.Digest) {
		return errorsmod.Wrapf(ErrInvalidDigest, "a SHA-256 has %d bytes, not %d", len(d.Digest), len(bz))
	}
	d.Digest = Digest{}
	copy(d.Digest[:], bz)
	return nil
}

// Size is the number of bytes that Marshal writes.
func (d DigestBytes) Size() int {
	if d.IsZero() {
		return 0
	}
	return len(d.Digest)
}

// MarshalJSON writes the bytes as JSON does.
func (d DigestBytes) MarshalJSON() ([]byte, error) {
	bz, err := d.Marshal()
	if err != nil {
		return nil, err
	}
	return json.Marshal(bz)
}

// UnmarshalJSON reads what MarshalJSON wrote. It fails with ErrInvalidDigest.
func (d *DigestBytes) UnmarshalJSON(text []byte) error {
	var bz []byte
	if err := json.Unmarshal(text, &bz); err != nil {
		return errorsmod.Wrap(ErrInvalidDigest, err.Error())
	}
	return d.Unmarshal(bz)
}

// appendHex writes what is not zero behind text.
func appendHex(text []byte, bz [32]byte) []byte {
	if bz == [32]byte{} {
		return text
	}
	return hex.AppendEncode(text, bz[:])
}

func sizeHex(bz [32]byte) int {
	if bz == [32]byte{} {
		return 0
	}
	return hex.EncodedLen(len(bz))
}

// readHex reads hex digits of exactly bz's length, or zeros from no text; digits
// that are all zero say nothing. What fails leaves zeros.
func readHex(bz, text []byte) (ok bool) {
	clear(bz)
	if len(text) == 0 {
		return true
	}
	if len(text) != hex.EncodedLen(len(bz)) {
		return false
	}
	if _, err := hex.Decode(bz, text); err != nil {
		clear(bz)
		return false
	}
	return !isZero(bz)
}
