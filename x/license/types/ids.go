package types

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// TermsHRP is the human-readable part of the id of terms.
	TermsHRP = "terms"
	// GrantHRP is the human-readable part of a grant's id.
	GrantHRP = "grant"
)

// Domain tags keep the hashes behind ids apart from every other hash.
const (
	termsDomain = "stemma/terms/v1"
	grantDomain = "stemma/grant/v1"
	uriDomain   = "stemma/terms-uri/v1"
)

// TermsID names terms: 32 bytes, written as bech32 with the prefix "terms".
type TermsID [32]byte

// GrantID names a grant: 20 bytes, written as bech32 with the prefix "grant".
type GrantID [20]byte

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

// ParseTermsID reads the bech32 form. It fails with the registry's ErrInvalidID.
func ParseTermsID(s string) (TermsID, error) {
	bz, err := registrytypes.ParseID(s, TermsHRP, len(TermsID{}))
	if err != nil {
		return TermsID{}, err
	}
	return TermsID(bz), nil
}

// ParseGrantID reads the bech32 form. It fails with the registry's ErrInvalidID.
func ParseGrantID(s string) (GrantID, error) {
	bz, err := registrytypes.ParseID(s, GrantHRP, len(GrantID{}))
	if err != nil {
		return GrantID{}, err
	}
	return GrantID(bz), nil
}

// String returns the bech32 form.
func (id TermsID) String() string { return registrytypes.FormatID(TermsHRP, id[:]) }

// String returns the bech32 form.
func (id GrantID) String() string { return registrytypes.FormatID(GrantHRP, id[:]) }

// IsZero says whether the id is unset.
func (id TermsID) IsZero() bool { return id == TermsID{} }

// IsZero says whether the id is unset.
func (id GrantID) IsZero() bool { return id == GrantID{} }

// TermsIDKey encodes a TermsID as its 32 bytes, alone and in composite keys.
var TermsIDKey collcodec.KeyCodec[TermsID] = idKey[TermsID]{
	name: "stemma/terms", size: len(TermsID{}), parse: ParseTermsID,
	bytes: func(id TermsID) []byte { return id[:] },
	from:  func(bz []byte) TermsID { return TermsID(bz) },
}

// GrantIDKey encodes a GrantID as its 20 bytes, alone and in composite keys.
var GrantIDKey collcodec.KeyCodec[GrantID] = idKey[GrantID]{
	name: "stemma/grant", size: len(GrantID{}), parse: ParseGrantID,
	bytes: func(id GrantID) []byte { return id[:] },
	from:  func(bz []byte) GrantID { return GrantID(bz) },
}

// idKey encodes ids of a fixed size as they are.
type idKey[T fmt.Stringer] struct {
	name  string
	size  int
	bytes func(T) []byte
	from  func([]byte) T
	parse func(string) (T, error)
}

func (k idKey[T]) Encode(buffer []byte, id T) (int, error) { return copy(buffer, k.bytes(id)), nil }

func (k idKey[T]) Decode(buffer []byte) (int, T, error) {
	if len(buffer) < k.size {
		var zero T
		return 0, zero, fmt.Errorf("%w: %s id of %d bytes", collections.ErrEncoding, k.name, len(buffer))
	}
	return k.size, k.from(buffer[:k.size]), nil
}

func (k idKey[T]) Size(T) int { return k.size }

func (k idKey[T]) EncodeJSON(id T) ([]byte, error) { return []byte(`"` + id.String() + `"`), nil }

func (k idKey[T]) DecodeJSON(b []byte) (T, error) {
	if len(b) < 2 {
		var zero T
		return zero, collections.ErrEncoding
	}
	return k.parse(string(b[1 : len(b)-1]))
}

func (k idKey[T]) Stringify(id T) string { return id.String() }

func (k idKey[T]) KeyType() string { return k.name }

func (k idKey[T]) EncodeNonTerminal(buffer []byte, id T) (int, error) { return k.Encode(buffer, id) }

func (k idKey[T]) DecodeNonTerminal(buffer []byte) (int, T, error) { return k.Decode(buffer) }

func (k idKey[T]) SizeNonTerminal(id T) int { return k.Size(id) }
