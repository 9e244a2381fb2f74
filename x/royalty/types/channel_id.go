package types

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ChannelHRP is the human-readable part of a channel's id.
const ChannelHRP = "chan"

// channelDomain separates channel ids from every other hash of this chain.
const channelDomain = "stemma/channel/v1"

// ChannelID names a usage channel: 20 bytes, written as bech32 with the prefix
// "chan".
type ChannelID [20]byte

// NewChannelID computes the id of a channel: the first 20 bytes of SHA-256 over a
// domain tag, the payer's address with its length, and the serial that the payer
// chose. It can be computed before opening, and since a payer's serials only rise
// no id names two channels, one after the other.
func NewChannelID(payer sdk.AccAddress, serial uint64) ChannelID {
	h := sha256.New()
	h.Write([]byte(channelDomain))
	h.Write([]byte{byte(len(payer))})
	h.Write(payer)
	h.Write(binary.BigEndian.AppendUint64(nil, serial))
	return ChannelID(h.Sum(nil)[:20])
}

// ParseChannelID reads the bech32 form. It fails with the registry's
// ErrInvalidID.
func ParseChannelID(s string) (ChannelID, error) {
	bz, err := registrytypes.ParseID(s, ChannelHRP, len(ChannelID{}))
	if err != nil {
		return ChannelID{}, err
	}
	return ChannelID(bz), nil
}

// String returns the bech32 form.
func (id ChannelID) String() string { return registrytypes.FormatID(ChannelHRP, id[:]) }

// ChannelIDKey encodes a ChannelID as its 20 bytes, alone and within composite
// keys.
var ChannelIDKey collcodec.KeyCodec[ChannelID] = channelIDKey{}

type channelIDKey struct{}

func (channelIDKey) Encode(buffer []byte, id ChannelID) (int, error) { return copy(buffer, id[:]), nil }

func (channelIDKey) Decode(buffer []byte) (int, ChannelID, error) {
	if len(buffer) < len(ChannelID{}) {
		return 0, ChannelID{}, fmt.Errorf("%w: channel id of %d bytes", collections.ErrEncoding, len(buffer))
	}
	return len(ChannelID{}), ChannelID(buffer[:20]), nil
}

func (channelIDKey) Size(ChannelID) int { return len(ChannelID{}) }

func (channelIDKey) EncodeJSON(id ChannelID) ([]byte, error) {
	return []byte(`"` + id.String() + `"`), nil
}

func (channelIDKey) DecodeJSON(b []byte) (ChannelID, error) {
	if len(b) < 2 {
		return ChannelID{}, collections.ErrEncoding
	}
	return ParseChannelID(string(b[1 : len(b)-1]))
}

// Stringify is for errors of the store: hex, as for works.
func (channelIDKey) Stringify(id ChannelID) string { return hex.EncodeToString(id[:]) }

func (channelIDKey) KeyType() string { return "stemma/channel" }

func (k channelIDKey) EncodeNonTerminal(buffer []byte, id ChannelID) (int, error) {
	return k.Encode(buffer, id)
}

func (k channelIDKey) DecodeNonTerminal(buffer []byte) (int, ChannelID, error) {
	return k.Decode(buffer)
}

func (k channelIDKey) SizeNonTerminal(id ChannelID) int { return k.Size(id) }
