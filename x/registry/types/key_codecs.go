package types

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
)

// ClaimOrder is the part of the digest index's key that puts the claims to one
// content in order: time in nanoseconds, transaction, rank, then the work.
type ClaimOrder struct {
	Nanos   uint64
	TxIndex uint32
	Rank    uint32
	Work    WorkID
}

// claimOrderSize is the length of an encoded ClaimOrder in bytes.
const claimOrderSize = 8 + 4 + 4 + 20

// NewClaimOrder returns the place of a work among the claims to its content.
func NewClaimOrder(since Priority, work WorkID) ClaimOrder {
	return ClaimOrder{Nanos: nanos(since.Time), TxIndex: since.TxIndex, Rank: since.Rank, Work: work}
}

// LastAtMoment is the highest order that a claim of the priority's transaction
// can have; with rank 0 and an empty work the lowest is the priority's own.
func LastAtMoment(since Priority) ClaimOrder {
	last := NewClaimOrder(since, WorkID{})
	last.Rank = math.MaxUint32
	for i := range last.Work {
		last.Work[i] = 0xff
	}
	return last
}

// ClaimOrderKey encodes a ClaimOrder big-endian, so that keys sort as claims do.
var ClaimOrderKey collcodec.KeyCodec[ClaimOrder] = claimOrderKey{}

type claimOrderKey struct{}

func (claimOrderKey) Encode(buffer []byte, o ClaimOrder) (int, error) {
	binary.BigEndian.PutUint64(buffer, o.Nanos)
	binary.BigEndian.PutUint32(buffer[8:], o.TxIndex)
	binary.BigEndian.PutUint32(buffer[12:], o.Rank)
	copy(buffer[16:], o.Work[:])
	return claimOrderSize, nil
}

func (claimOrderKey) Decode(buffer []byte) (int, ClaimOrder, error) {
	if len(buffer) < claimOrderSize {
		return 0, ClaimOrder{}, fmt.Errorf("%w: claim order of %d bytes", collections.ErrEncoding, len(buffer))
	}
	return claimOrderSize, ClaimOrder{
		Nanos:   binary.BigEndian.Uint64(buffer),
		TxIndex: binary.BigEndian.Uint32(buffer[8:]),
		Rank:    binary.BigEndian.Uint32(buffer[12:]),
		Work:    WorkID(buffer[16:claimOrderSize]),
	}, nil
}

func (claimOrderKey) Size(ClaimOrder) int { return claimOrderSize }

func (claimOrderKey) EncodeJSON(o ClaimOrder) ([]byte, error) { return json.Marshal(o) }

func (claimOrderKey) DecodeJSON(b []byte) (o ClaimOrder, err error) {
	return o, json.Unmarshal(b, &o)
}

func (claimOrderKey) Stringify(o ClaimOrder) string {
	return fmt.Sprintf("%d/%d/%d/%s", o.Nanos, o.TxIndex, o.Rank, o.Work)
}

func (claimOrderKey) KeyType() string { return "stemma/claim" }

func (k claimOrderKey) EncodeNonTerminal(buffer []byte, o ClaimOrder) (int, error) {
	return k.Encode(buffer, o)
}

func (k claimOrderKey) DecodeNonTerminal(buffer []byte) (int, ClaimOrder, error) {
	return k.Decode(buffer)
}

func (k claimOrderKey) SizeNonTerminal(o ClaimOrder) int { return k.Size(o) }

// DigestKey encodes a SHA-256 as its 32 bytes, alone and within composite keys.
var DigestKey collcodec.KeyCodec[Digest] = digestKey{}

type digestKey struct{}

func (digestKey) Encode(buffer []byte, d Digest) (int, error) { return copy(buffer, d[:]), nil }

func (digestKey) Decode(buffer []byte) (int, Digest, error) {
	if len(buffer) < 32 {
		return 0, Digest{}, fmt.Errorf("%w: digest of %d bytes", collections.ErrEncoding, len(buffer))
	}
	return 32, Digest(buffer[:32]), nil
}

func (digestKey) Size(Digest) int { return 32 }

func (digestKey) EncodeJSON(d Digest) ([]byte, error) { return json.Marshal(d) }

func (digestKey) DecodeJSON(b []byte) (d Digest, err error) { return d, json.Unmarshal(b, &d) }

func (digestKey) Stringify(d Digest) string { return hex.EncodeToString(d[:]) }

func (digestKey) KeyType() string { return "stemma/digest" }

func (k digestKey) EncodeNonTerminal(buffer []byte, d Digest) (int, error) {
	return k.Encode(buffer, d)
}

func (k digestKey) DecodeNonTerminal(buffer []byte) (int, Digest, error) { return k.Decode(buffer) }

func (k digestKey) SizeNonTerminal(d Digest) int { return k.Size(d) }
