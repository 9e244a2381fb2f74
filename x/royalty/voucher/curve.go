package voucher

import (
	"bytes"
	"encoding/hex"
	"math/big"

	"github.com/stemma-chain/stemma/x/royalty/types"
)

// Of the curve secp256k1, y^2 = x^3 + 7 over a prime field (SEC 2, 2.4.1).
var (
	prime     = fromHex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")
	order     = fromHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
	halfOrder = fromHex("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0")
)

func fromHex(s string) []byte {
	bz, err := hex.DecodeString(s)
	if err != nil {
		panic(err) // a slip in the constants above
	}
	return bz
}

// CheckSignature fails with ErrInvalidVoucher unless a signature is in its one
// valid form: r from 1 to the order less 1, s from 1 to half the order. The
// libraries that check signatures do not agree on values beyond the order, and
// every node has to come to the same answer.
func CheckSignature(signature []byte) error {
	if len(signature) != types.SignatureSize {
		return types.ErrInvalidVoucher.Wrapf("a signature of %d bytes, not %d", len(signature), types.SignatureSize)
	}
	zero := make([]byte, 32)
	r, s := signature[:32], signature[32:]
	if bytes.Equal(r, zero) || bytes.Equal(s, zero) || bytes.Compare(r, order) >= 0 || bytes.Compare(s, halfOrder) > 0 {
		return types.ErrInvalidVoucher.Wrap("the signature is not in its valid form: r below the order, s in the lower half")
	}
	return nil
}

// CheckKey fails with ErrInvalidPaymentChannel unless a key is a point of the curve in
// compressed form: of a payment channel with another key nothing could ever be redeemed.
func CheckKey(key []byte) error {
	fail := types.ErrInvalidPaymentChannel.Wrapf("the key %x is not a compressed secp256k1 key", key)
	if len(key) != types.KeySize || key[0] != 2 && key[0] != 3 || bytes.Compare(key[1:], prime) >= 0 {
		return fail
	}
	p, x := new(big.Int).SetBytes(prime), new(big.Int).SetBytes(key[1:])
	square := new(big.Int).Exp(x, big.NewInt(3), p)
	square.Mod(square.Add(square, big.NewInt(7)), p)
	if new(big.Int).ModSqrt(square, p) == nil {
		return fail
	}
	return nil
}
