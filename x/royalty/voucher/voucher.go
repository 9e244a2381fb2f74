// Package voucher makes, signs and checks vouchers: what a payer promises off
// chain from a payment channel. It asks no node, so that a service can sign a
// voucher for each answer it gives, and whoever is paid can check it.
//
// A voucher says how much a payment channel is to have paid in all. A newer one, of a
// higher total, takes the place of all earlier ones; there is no nonce.
package voucher

import (
	"encoding/binary"
	"time"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/stemma-chain/stemma/x/royalty/types"
)

// domain separates vouchers from everything else that a key signs. No
// transaction's sign bytes begin like it: those of protobuf begin with 0x0a,
// those of Amino with "{".
const domain = "stemma/voucher/v1"

// maxChainID is what fits in the byte that says its length; CometBFT allows 50.
const maxChainID = 255

// maxExpires is the last second of the year 9999, the last that can be written.
const maxExpires = 253402300799

// Voucher is a promise, signed or not yet.
type Voucher struct {
	// ChainID of the network that has the payment channel.
	ChainID        string
	PaymentChannel types.PaymentChannelID
	// Total that the payment channel is to have paid with this voucher, in whole units of
	// the payment channel's denom.
	Total math.Int
	// Expires is the last second in which the voucher can be redeemed, as Unix
	// time; 0: no end.
	Expires int64
	// Signature is r and s of 32 bytes each, s in the lower half; empty before
	// Sign.
	Signature []byte
}

// New returns an unsigned voucher; a zero time is no end, and fractions of a
// second are cut off. It fails with ErrInvalidVoucher.
func New(chainID string, channel types.PaymentChannelID, total math.Int, expires time.Time) (Voucher, error) {
	v := Voucher{ChainID: chainID, PaymentChannel: channel, Total: total}
	if !expires.IsZero() {
		v.Expires = expires.Unix()
		if v.Expires <= 0 {
			return Voucher{}, types.ErrInvalidVoucher.Wrapf("it would expire in %d", expires.Year())
		}
	}
	return v, v.validate()
}

func (v Voucher) validate() error {
	switch {
	case v.ChainID == "" || len(v.ChainID) > maxChainID:
		return types.ErrInvalidVoucher.Wrapf("a chain id of %d bytes", len(v.ChainID))
	case v.Total.IsNil() || !v.Total.IsPositive():
		return types.ErrInvalidVoucher.Wrap("the total must be at least one unit")
	case v.Expires < 0 || v.Expires > maxExpires:
		return types.ErrInvalidVoucher.Wrap("it expires before 1970 or after the year 9999; 0 is no end")
	}
	return nil
}

// SignBytes is what a key signs, as it signs a transaction: by its SHA-256. It is
//
//	"stemma/voucher/v1" | n(chain id) | chain id | payment channel, 20 bytes |
//	n(total) | total, big endian without leading zeros | expires, 8 bytes
//
// where n(x) is the length of x in one byte.
func (v Voucher) SignBytes() []byte {
	total := v.Total.BigInt().Bytes()
	bz := make([]byte, 0, len(domain)+1+len(v.ChainID)+len(v.PaymentChannel)+1+len(total)+8)
	bz = append(bz, domain...)
	bz = append(append(bz, byte(len(v.ChainID))), v.ChainID...)
	bz = append(bz, v.PaymentChannel[:]...)
	bz = append(append(bz, byte(len(total))), total...)
	return binary.BigEndian.AppendUint64(bz, uint64(v.Expires))
}

// Sign returns the voucher with the signature that sign makes of its sign bytes:
// a private key's Sign, or a keyring's. It fails as sign does, and with
// ErrInvalidVoucher when what comes back is no signature in its one valid form.
func (v Voucher) Sign(sign func(signBytes []byte) ([]byte, error)) (Voucher, error) {
	if err := v.validate(); err != nil {
		return Voucher{}, err
	}
	signature, err := sign(v.SignBytes())
	if err != nil {
		return Voucher{}, err
	}
	v.Signature = signature
	return v, CheckSignature(signature)
}

// Verify checks the voucher's signature against a payment channel's key. It fails with
// ErrInvalidVoucher for what is malformed and with ErrWrongSignature.
func (v Voucher) Verify(key []byte) error {
	if err := v.validate(); err != nil {
		return err
	}
	if err := CheckSignature(v.Signature); err != nil {
		return err
	}
	if !(&secp256k1.PubKey{Key: key}).VerifySignature(v.SignBytes(), v.Signature) {
		return types.ErrWrongSignature.Wrapf("voucher over %s of %s on %s: it was signed by another key, or for another chain, payment channel, total or end",
			v.Total, v.PaymentChannel, v.ChainID)
	}
	return nil
}

// ExpiredAt reports whether the voucher can no longer be redeemed at a time.
func (v Voucher) ExpiredAt(now time.Time) bool { return v.Expires > 0 && now.Unix() > v.Expires }

// Message is the voucher as MsgRedeemVouchers has it.
func (v Voucher) Message() types.Voucher {
	return types.Voucher{PaymentChannel: v.PaymentChannel, Total: v.Total, Expires: v.Expires, Signature: v.Signature}
}

// FromMessage is the opposite of Message; the chain is the one that was asked.
func FromMessage(chainID string, m types.Voucher) Voucher {
	return Voucher{ChainID: chainID, PaymentChannel: m.PaymentChannel, Total: m.Total, Expires: m.Expires, Signature: m.Signature}
}
