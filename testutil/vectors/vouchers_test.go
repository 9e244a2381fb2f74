package vectors

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

type vouchers struct {
	PrivateKey hexBytes        `json:"private_key"`
	Key        hexBytes        `json:"key"`
	Good       []signedVoucher `json:"good"`
	// Refused are not signed by the key, or not in the one form of a signature.
	Refused []refusedVoucher `json:"refused"`
}

type signedVoucher struct {
	File      json.RawMessage `json:"file"`
	SignBytes hexBytes        `json:"sign_bytes"`
}

type refusedVoucher struct {
	Why  string          `json:"why"`
	File json.RawMessage `json:"file"`
}

// order is that of secp256k1's group.
var order, _ = new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)

func makeVouchers(t *testing.T) any {
	key := secp256k1.GenPrivKeyFromSecret([]byte("vectors of vouchers"))
	all := vouchers{PrivateKey: key.Key, Key: key.PubKey().Bytes()}
	file := func(v voucher.Voucher) json.RawMessage {
		bz, err := json.Marshal(v)
		require.NoError(t, err)
		return bz
	}
	channel := royaltytypes.NewPaymentChannelID(addresses[0], 1)
	most, ok := math.NewIntFromString("115792089237316195423570985008687907853269984665640564039457584007913129639935")
	require.True(t, ok)
	var first voucher.Voucher
	for i, v := range []voucher.Voucher{
		{ChainID: "stemma-1", PaymentChannel: channel, Total: math.NewInt(1500), Expires: 1_800_000_000},
		{ChainID: "stemma-1", PaymentChannel: channel, Total: math.NewInt(1)},
		{ChainID: "a chain of fifty characters, the most there can be", PaymentChannel: channel, Total: most, Expires: 253402300799},
	} {
		signed, err := v.Sign(key.Sign)
		require.NoError(t, err)
		require.NoError(t, signed.Verify(all.Key))
		all.Good = append(all.Good, signedVoucher{file(signed), signed.SignBytes()})
		if i == 0 {
			first = signed
		}
	}
	for _, r := range []struct {
		why    string
		change func(v *voucher.Voucher)
	}{
		{"another chain", func(v *voucher.Voucher) { v.ChainID = "stemma-2" }},
		{"another payment channel", func(v *voucher.Voucher) {
			v.PaymentChannel = royaltytypes.NewPaymentChannelID(addresses[0], 2)
		}},
		{"another total", func(v *voucher.Voucher) { v.Total = v.Total.AddRaw(1) }},
		{"no end", func(v *voucher.Voucher) { v.Expires = 0 }},
		{"s in the upper half", func(v *voucher.Voucher) {
			s := new(big.Int).Sub(order, new(big.Int).SetBytes(v.Signature[32:]))
			v.Signature = append(append([]byte{}, v.Signature[:32]...), s.FillBytes(make([]byte, 32))...)
		}},
		{"r of zero", func(v *voucher.Voucher) { v.Signature = append(make([]byte, 32), v.Signature[32:]...) }},
		{"a byte is missing", func(v *voucher.Voucher) { v.Signature = v.Signature[:63] }},
		{"no signature", func(v *voucher.Voucher) { v.Signature = nil }},
	} {
		changed := first
		r.change(&changed)
		require.Error(t, changed.Verify(all.Key), r.why)
		all.Refused = append(all.Refused, refusedVoucher{r.why, file(changed)})
	}
	return all
}
