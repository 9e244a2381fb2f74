package types

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// PaymentChannelHRP is the human-readable part of a payment channel's id.
const PaymentChannelHRP = "paych"

// paymentChannelDomain separates payment channel ids from every other hash of this chain.
const paymentChannelDomain = "stemma/payment-channel/v1"

// PaymentChannelID names a payment channel: 20 bytes, written as bech32 with the
// prefix "paych". None has the zero id: it is one that is not given, written as
// no text.
type PaymentChannelID [20]byte

// NewPaymentChannelID computes the id of a payment channel: the first 20 bytes of
// SHA-256 over a domain tag, the payer's address with its length, and the serial
// that the payer chose. It can be computed before opening, and since a payer's
// serials only rise no id names two payment channels, one after the other.
func NewPaymentChannelID(payer sdk.AccAddress, serial uint64) PaymentChannelID {
	h := sha256.New()
	h.Write([]byte(paymentChannelDomain))
	h.Write([]byte{byte(len(payer))})
	h.Write(payer)
	h.Write(binary.BigEndian.AppendUint64(nil, serial))
	return PaymentChannelID(h.Sum(nil)[:20])
}

// ParsePaymentChannelID reads the bech32 form. It fails with the registry's
// ErrInvalidID.
func ParsePaymentChannelID(s string) (PaymentChannelID, error) {
	var id PaymentChannelID
	return id, registrytypes.ReadID(id[:], s, PaymentChannelHRP)
}

// IsZero says that no id is given.
func (id PaymentChannelID) IsZero() bool { return id == PaymentChannelID{} }

// Given refuses an id that is not given with the registry's ErrInvalidID; field
// names it.
func (id PaymentChannelID) Given(field string) error {
	if id.IsZero() {
		return errorsmod.Wrapf(registrytypes.ErrInvalidID, "%s is not given: it takes a payment channel's id (%s1...)",
			field, PaymentChannelHRP)
	}
	return nil
}

// String returns the bech32 form; empty when zero.
func (id PaymentChannelID) String() string {
	return string(registrytypes.AppendID(nil, PaymentChannelHRP, id[:]))
}

// MarshalText returns the bech32 form; empty when zero.
func (id PaymentChannelID) MarshalText() ([]byte, error) {
	return registrytypes.AppendID(nil, PaymentChannelHRP, id[:]), nil
}

// UnmarshalText reads the bech32 form, or zero from nothing. It fails with the
// registry's ErrInvalidID.
func (id *PaymentChannelID) UnmarshalText(text []byte) error {
	return registrytypes.DecodeID(id[:], text, PaymentChannelHRP)
}

// Marshal writes the id as a message carries it: its text.
func (id PaymentChannelID) Marshal() ([]byte, error) { return id.MarshalText() }

// MarshalTo writes the text into bz, which has room for it.
func (id PaymentChannelID) MarshalTo(bz []byte) (int, error) {
	return len(registrytypes.AppendID(bz[:0], PaymentChannelHRP, id[:])), nil
}

// Unmarshal reads what Marshal wrote. It fails with the registry's ErrInvalidID.
func (id *PaymentChannelID) Unmarshal(bz []byte) error { return id.UnmarshalText(bz) }

// Size is the length of the text in bytes.
func (id PaymentChannelID) Size() int { return registrytypes.SizeID(PaymentChannelHRP, id[:]) }

// PaymentChannelIDKey encodes a PaymentChannelID as its 20 bytes, alone and within composite
// keys.
var PaymentChannelIDKey collcodec.KeyCodec[PaymentChannelID] = paymentChannelIDKey{}

type paymentChannelIDKey struct{}

func (paymentChannelIDKey) Encode(buffer []byte, id PaymentChannelID) (int, error) {
	return copy(buffer, id[:]), nil
}

func (paymentChannelIDKey) Decode(buffer []byte) (int, PaymentChannelID, error) {
	if len(buffer) < len(PaymentChannelID{}) {
		return 0, PaymentChannelID{}, fmt.Errorf("%w: payment channel id of %d bytes", collections.ErrEncoding, len(buffer))
	}
	return len(PaymentChannelID{}), PaymentChannelID(buffer[:20]), nil
}

func (paymentChannelIDKey) Size(PaymentChannelID) int { return len(PaymentChannelID{}) }

func (paymentChannelIDKey) EncodeJSON(id PaymentChannelID) ([]byte, error) { return json.Marshal(id) }

func (paymentChannelIDKey) DecodeJSON(b []byte) (id PaymentChannelID, err error) {
	return id, json.Unmarshal(b, &id)
}

// Stringify is for errors of the store: hex, as for works.
func (paymentChannelIDKey) Stringify(id PaymentChannelID) string { return hex.EncodeToString(id[:]) }

func (paymentChannelIDKey) KeyType() string { return "stemma/payment-channel" }

func (k paymentChannelIDKey) EncodeNonTerminal(buffer []byte, id PaymentChannelID) (int, error) {
	return k.Encode(buffer, id)
}

func (k paymentChannelIDKey) DecodeNonTerminal(buffer []byte) (int, PaymentChannelID, error) {
	return k.Decode(buffer)
}

func (k paymentChannelIDKey) SizeNonTerminal(id PaymentChannelID) int { return k.Size(id) }
