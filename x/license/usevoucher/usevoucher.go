// Package usevoucher makes, signs and checks use vouchers: how a licensee says, off chain, how many
// uses a grant has served. It asks no node, so that an agent can sign one for each use, and
// whoever serves it can check that.
//
// A voucher says how many uses there were in all. A newer one, of a higher total, takes the place of
// all earlier ones; there is no nonce.
package usevoucher

import (
	"encoding/binary"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// domain separates use vouchers from everything else that a key signs. No transaction's sign bytes
// begin like it, nor those of a payment channel's voucher.
const domain = "stemma/use-voucher/v1"

// maxChainID is what fits in the byte that says its length; CometBFT allows 50.
const maxChainID = 255

// Voucher says how many uses a grant has served, signed or not yet.
type Voucher struct {
	// ChainID of the network that has the grant.
	ChainID string
	Grant   types.GrantID
	// Total of uses in all, this one among them; from 1.
	Total uint64
	// Signature is r and s of 32 bytes each, s in the lower half; empty before Sign.
	Signature []byte
}

// New returns an unsigned voucher. It fails with ErrInvalidUseVoucher.
func New(chainID string, grant types.GrantID, total uint64) (Voucher, error) {
	v := Voucher{ChainID: chainID, Grant: grant, Total: total}
	return v, v.validate()
}

func (v Voucher) validate() error {
	switch {
	case v.ChainID == "" || len(v.ChainID) > maxChainID:
		return types.ErrInvalidUseVoucher.Wrapf("a chain id of %d bytes", len(v.ChainID))
	case v.Grant.IsZero():
		return types.ErrInvalidUseVoucher.Wrap("it names no grant (grant1...)")
	case v.Total == 0:
		return types.ErrInvalidUseVoucher.Wrap("the total must be at least one use")
	}
	return nil
}

// SignBytes is what a key signs, as it signs a transaction: by its SHA-256. It is
//
//	"stemma/use-voucher/v1" | n(chain id) | chain id | grant, 20 bytes | total, 8 bytes
//
// where n(x) is the length of x in one byte, and the total is big endian.
func (v Voucher) SignBytes() []byte {
	bz := make([]byte, 0, len(domain)+1+len(v.ChainID)+len(v.Grant)+8)
	bz = append(bz, domain...)
	bz = append(append(bz, byte(len(v.ChainID))), v.ChainID...)
	bz = append(bz, v.Grant[:]...)
	return binary.BigEndian.AppendUint64(bz, v.Total)
}

// Sign returns the voucher with the signature that sign makes of its sign bytes: a private key's
// Sign, or a keyring's. It fails as sign does, and with ErrInvalidUseVoucher when what comes back
// is no signature in its one valid form.
func (v Voucher) Sign(sign func(signBytes []byte) ([]byte, error)) (Voucher, error) {
	if err := v.validate(); err != nil {
		return Voucher{}, err
	}
	signature, err := sign(v.SignBytes())
	if err != nil {
		return Voucher{}, err
	}
	v.Signature = signature
	return v, checkForm(signature)
}

// Verify checks the voucher's signature against the key of the account that holds the grant. It
// fails with ErrInvalidUseVoucher.
func (v Voucher) Verify(key []byte) error {
	if err := v.validate(); err != nil {
		return err
	}
	if err := checkForm(v.Signature); err != nil {
		return err
	}
	if !(&secp256k1.PubKey{Key: key}).VerifySignature(v.SignBytes(), v.Signature) {
		return types.ErrInvalidUseVoucher.Wrapf("total %d of %s on %s: it was signed by another key than that of who holds the grant, "+
			"or for another chain, grant or total", v.Total, v.Grant, v.ChainID)
	}
	return nil
}

// checkForm takes a signature in its one valid form only, since libraries do not agree on others.
func checkForm(signature []byte) error {
	if err := voucher.CheckSignature(signature); err != nil {
		return types.ErrInvalidUseVoucher.Wrap(err.Error())
	}
	return nil
}

// Message is the voucher as MsgUse has it.
func (v Voucher) Message() types.UseCount {
	return types.UseCount{Grant: v.Grant, Total: v.Total, Signature: v.Signature}
}

// FromMessage is the opposite of Message; the chain is the one that was asked.
func FromMessage(chainID string, c types.UseCount) Voucher {
	return Voucher{ChainID: chainID, Grant: c.Grant, Total: c.Total, Signature: c.Signature}
}
