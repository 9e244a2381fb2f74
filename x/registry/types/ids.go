package types

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/bech32"
)

// WorkPrefix is the human-readable part of a work's id.
const WorkPrefix = "work"

// workDomain separates work ids from every other hash of this chain.
const workDomain = "stemma/work-id/v1"

// WorkID names a work: 20 bytes, written as bech32 with the prefix "work".
type WorkID [20]byte

// NewWorkID computes the id of a registrant's claim to a content: the first 20
// bytes of SHA-256 over a domain tag, the registrant's address with its length,
// and the content's SHA-256. It can be computed before registering.
func NewWorkID(registrant sdk.AccAddress, digest [32]byte) WorkID {
	h := sha256.New()
	h.Write([]byte(workDomain))
	h.Write([]byte{byte(len(registrant))})
	h.Write(registrant)
	h.Write(digest[:])
	return WorkID(h.Sum(nil)[:20])
}

// ParseWorkID reads the bech32 form. It fails with ErrInvalidID when prefix,
// checksum or length is wrong.
func ParseWorkID(s string) (WorkID, error) {
	var id WorkID
	if readID(s, WorkPrefix, id[:]) {
		return id, nil
	}
	bz, err := ParseID(s, WorkPrefix, len(WorkID{}))
	if err != nil {
		return WorkID{}, err
	}
	return WorkID(bz), nil
}

// ParseID reads a bech32 id of the given prefix and length in bytes. It fails
// with ErrInvalidID. Other modules' ids use it too.
func ParseID(s, prefix string, length int) ([]byte, error) {
	if id := make([]byte, length); readID(s, prefix, id) {
		return id, nil
	}
	got, bz, err := bech32.DecodeAndConvert(s)
	switch {
	case err != nil:
		return nil, errorsmod.Wrapf(ErrInvalidID, "%q is not a %s id (%s1...): %s", clip(s), prefix, prefix, err)
	case got != prefix:
		return nil, errorsmod.Wrapf(ErrInvalidID, "%q is a %s id, where a %s id (%s1...) is needed", clip(s), got, prefix, prefix)
	case len(bz) != length:
		return nil, errorsmod.Wrapf(ErrInvalidID, "%q holds %d bytes, a %s id has %d", clip(s), len(bz), prefix, length)
	}
	return bz, nil
}

// FormatID writes bytes as a bech32 id with the prefix.
func FormatID(prefix string, bz []byte) string { return writeID(prefix, bz) }

// String returns the bech32 form.
func (id WorkID) String() string { return FormatID(WorkPrefix, id[:]) }

// ParseDigest reads a SHA-256 written as 64 hex digits; what names the field in
// the error. It fails with ErrInvalidDigest.
func ParseDigest(what, s string) ([32]byte, error) {
	bz, err := hex.DecodeString(s)
	if err != nil || len(bz) != sha256.Size {
		return [32]byte{}, errorsmod.Wrapf(ErrInvalidDigest, "%s must be a SHA-256 of 64 hex digits, not %q", what, clip(s))
	}
	return [32]byte(bz), nil
}

// WorkIDKey encodes a WorkID as its 20 bytes, alone and within composite keys.
var WorkIDKey collcodec.KeyCodec[WorkID] = workIDKey{}

type workIDKey struct{}

func (workIDKey) Encode(buffer []byte, id WorkID) (int, error) { return copy(buffer, id[:]), nil }

func (workIDKey) Decode(buffer []byte) (int, WorkID, error) {
	if len(buffer) < len(WorkID{}) {
		return 0, WorkID{}, fmt.Errorf("%w: work id of %d bytes", collections.ErrEncoding, len(buffer))
	}
	return len(WorkID{}), WorkID(buffer[:20]), nil
}

func (workIDKey) Size(WorkID) int { return len(WorkID{}) }

func (workIDKey) EncodeJSON(id WorkID) ([]byte, error) { return []byte(`"` + id.String() + `"`), nil }

func (workIDKey) DecodeJSON(b []byte) (WorkID, error) {
	if len(b) < 2 {
		return WorkID{}, collections.ErrEncoding
	}
	return ParseWorkID(string(b[1 : len(b)-1]))
}

// Stringify is for errors of the store. Hex, not bech32: collections calls it for
// every row that is not there, which is usual on hot paths.
func (workIDKey) Stringify(id WorkID) string { return hex.EncodeToString(id[:]) }

func (workIDKey) KeyType() string { return "stemma/work" }

func (k workIDKey) EncodeNonTerminal(buffer []byte, id WorkID) (int, error) {
	return k.Encode(buffer, id)
}

func (k workIDKey) DecodeNonTerminal(buffer []byte) (int, WorkID, error) { return k.Decode(buffer) }

func (k workIDKey) SizeNonTerminal(id WorkID) int { return k.Size(id) }
