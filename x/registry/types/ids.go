package types

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

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

// WorkID names a work: 20 bytes, written as bech32 with the prefix "work". No
// work has the zero WorkID: it is an id that is not given, written as no text.
type WorkID [20]byte

// WorkIDBytes is a WorkID that a row of the store holds as its 20 bytes, or none
// when it is zero. Its JSON is that of bytes: base64.
type WorkIDBytes struct{ WorkID }

// NewWorkID computes the id of a registrant's claim to a content: the first 20
// bytes of SHA-256 over a domain tag, the registrant's address with its length,
// and the content's SHA-256. It can be computed before registering.
func NewWorkID(registrant sdk.AccAddress, digest Digest) WorkID {
	h := sha256.New()
	h.Write([]byte(workDomain))
	h.Write([]byte{byte(len(registrant))})
	h.Write(registrant)
	h.Write(digest[:])
	return WorkID(h.Sum(nil)[:20])
}

// ParseWorkID reads the bech32 form. It fails with ErrInvalidID when prefix,
// checksum or length is wrong, or nothing is given.
func ParseWorkID(s string) (WorkID, error) {
	var id WorkID
	return id, ReadID(id[:], s, WorkPrefix)
}

// withArticle is a prefix as it is said of one id.
func withArticle(prefix string) string {
	if strings.HasPrefix(prefix, "a") {
		return "an " + prefix
	}
	return "a " + prefix
}

// ParseID reads bytes in bech32 with the given prefix and length. It fails with
// ErrInvalidID.
func ParseID(s, prefix string, length int) ([]byte, error) {
	if bz := make([]byte, length); readID(s, prefix, bz) {
		return bz, nil
	}
	got, bz, err := bech32.DecodeAndConvert(s)
	switch {
	case err != nil && strings.HasPrefix(s, prefix+"1"):
		return nil, errorsmod.Wrapf(ErrInvalidID, "%q is mistyped: it does not fit its last six characters, which are a checksum", clip(s))
	case err != nil:
		return nil, errorsmod.Wrapf(ErrInvalidID, "%q is not %s id (%s1...)", clip(s), withArticle(prefix), prefix)
	case got != prefix:
		return nil, errorsmod.Wrapf(ErrInvalidID, "%q is %s id, where %s id (%s1...) is needed",
			clip(s), withArticle(got), withArticle(prefix), prefix)
	case len(bz) != length:
		return nil, errorsmod.Wrapf(ErrInvalidID, "%q holds %d bytes, a %s id has %d", clip(s), len(bz), prefix, length)
	}
	return bz, nil
}

// FormatID writes bytes in bech32 with the prefix.
func FormatID(prefix string, bz []byte) string { return string(appendID(nil, prefix, bz)) }

// ReadID reads an id of the given prefix and of id's length into id. It fails
// with ErrInvalidID and leaves id zero. Other modules' ids use it too.
func ReadID[Text string | []byte](id []byte, text Text, prefix string) error {
	if !readID(text, prefix, id) {
		clear(id)
		bz, err := ParseID(string(text), prefix, len(id))
		if err != nil {
			return err
		}
		copy(id, bz)
	}
	if isZero(id) {
		return errorsmod.Wrapf(ErrInvalidID, "%q is all zeros, which is nobody's id", text)
	}
	return nil
}

// DecodeID reads an id from a message, in which no text is no id: zero. It fails
// as ReadID does.
func DecodeID(id, text []byte, prefix string) error {
	if len(text) == 0 {
		clear(id)
		return nil
	}
	return ReadID(id, text, prefix)
}

// AppendID appends an id in bech32 with the prefix, or nothing when it is zero.
func AppendID(text []byte, prefix string, id []byte) []byte {
	if isZero(id) {
		return text
	}
	return appendID(text, prefix, id)
}

// SizeID is the number of bytes that AppendID appends.
func SizeID(prefix string, id []byte) int {
	if isZero(id) {
		return 0
	}
	return sizeID(prefix, len(id))
}

// IDBytes is an id as a row of the store holds it: its bytes, or none when it is
// zero.
func IDBytes(id []byte) []byte {
	if isZero(id) {
		return nil
	}
	return id
}

// ReadIDBytes reads what IDBytes wrote into id. It fails with ErrInvalidID, naming
// the prefix, on bytes of another length, and leaves id zero.
func ReadIDBytes(id, bz []byte, prefix string) error {
	clear(id)
	if len(bz) != 0 && len(bz) != len(id) {
		return errorsmod.Wrapf(ErrInvalidID, "a %s id has %d bytes, not %d", prefix, len(id), len(bz))
	}
	copy(id, bz)
	return nil
}

// ReadIDBytesJSON reads an id from bytes as JSON writes them. It fails as
// ReadIDBytes does.
func ReadIDBytesJSON(id, text []byte, prefix string) error {
	var bz []byte
	if err := json.Unmarshal(text, &bz); err != nil {
		return errorsmod.Wrapf(ErrInvalidID, "bytes of a %s id: %s", prefix, err)
	}
	return ReadIDBytes(id, bz, prefix)
}

func isZero(bz []byte) bool {
	var any byte
	for _, b := range bz {
		any |= b
	}
	return any == 0
}

// IsZero says that no id is given.
func (id WorkID) IsZero() bool { return id == WorkID{} }

// Given refuses an id that is not given with ErrInvalidID; field names it.
func (id WorkID) Given(field string) error {
	if id.IsZero() {
		return errorsmod.Wrapf(ErrInvalidID, "%s is not given: it takes a work's id (%s1...)", field, WorkPrefix)
	}
	return nil
}

// String returns the bech32 form; empty when zero.
func (id WorkID) String() string { return string(AppendID(nil, WorkPrefix, id[:])) }

// MarshalText returns the bech32 form; empty when zero.
func (id WorkID) MarshalText() ([]byte, error) { return AppendID(nil, WorkPrefix, id[:]), nil }

// UnmarshalText reads the bech32 form, or zero from nothing. It fails with
// ErrInvalidID.
func (id *WorkID) UnmarshalText(text []byte) error { return DecodeID(id[:], text, WorkPrefix) }

// Marshal writes the id as a message carries it: its text.
func (id WorkID) Marshal() ([]byte, error) { return id.MarshalText() }

// MarshalTo writes the text into bz, which has room for it.
func (id WorkID) MarshalTo(bz []byte) (int, error) {
	return len(AppendID(bz[:0], WorkPrefix, id[:])), nil
}

// Unmarshal reads what Marshal wrote. It fails with ErrInvalidID.
func (id *WorkID) Unmarshal(bz []byte) error { return id.UnmarshalText(bz) }

// Size is the length of the text in bytes.
func (id WorkID) Size() int { return SizeID(WorkPrefix, id[:]) }

// Marshal writes the 20 bytes, or none when zero.
func (id WorkIDBytes) Marshal() ([]byte, error) { return IDBytes(id.WorkID[:]), nil }

// MarshalTo writes the bytes into bz, which has room for them.
func (id WorkIDBytes) MarshalTo(bz []byte) (int, error) { return copy(bz, IDBytes(id.WorkID[:])), nil }

// Unmarshal reads what Marshal wrote. It fails with ErrInvalidID.
func (id *WorkIDBytes) Unmarshal(bz []byte) error { return ReadIDBytes(id.WorkID[:], bz, WorkPrefix) }

// Size is the number of bytes that Marshal writes.
func (id WorkIDBytes) Size() int { return len(IDBytes(id.WorkID[:])) }

// MarshalJSON writes the bytes as JSON does.
func (id WorkIDBytes) MarshalJSON() ([]byte, error) { return json.Marshal(IDBytes(id.WorkID[:])) }

// UnmarshalJSON reads what MarshalJSON wrote. It fails with ErrInvalidID.
func (id *WorkIDBytes) UnmarshalJSON(text []byte) error {
	return ReadIDBytesJSON(id.WorkID[:], text, WorkPrefix)
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

func (workIDKey) EncodeJSON(id WorkID) ([]byte, error) { return json.Marshal(id) }

func (workIDKey) DecodeJSON(b []byte) (id WorkID, err error) { return id, json.Unmarshal(b, &id) }

// Stringify is for errors of the store. Hex, not bech32: collections calls it for
// every row that is not there, which is usual on hot paths.
func (workIDKey) Stringify(id WorkID) string { return hex.EncodeToString(id[:]) }

func (workIDKey) KeyType() string { return "stemma/work" }

func (k workIDKey) EncodeNonTerminal(buffer []byte, id WorkID) (int, error) {
	return k.Encode(buffer, id)
}

func (k workIDKey) DecodeNonTerminal(buffer []byte) (int, WorkID, error) { return k.Decode(buffer) }

func (k workIDKey) SizeNonTerminal(id WorkID) int { return k.Size(id) }
