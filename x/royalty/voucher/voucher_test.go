package voucher_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// The documented example: docs/clients.md has these values for other languages.
func TestVector(t *testing.T) {
	key := secp256k1.GenPrivKeyFromSecret([]byte("stemma voucher example"))
	channel := types.NewPaymentChannelID(bytes.Repeat([]byte{1}, 20), 1)
	v, err := voucher.New("stemma-1", channel, math.NewInt(1500), time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	v, err = v.Sign(key.Sign)
	require.NoError(t, err)
	require.NoError(t, v.Verify(key.PubKey().Bytes()))
	docs, err := os.ReadFile("../../../docs/clients.md")
	require.NoError(t, err)
	for what, want := range map[string]string{
		hex.EncodeToString(key.Key):              "e725c35fb8f3d48ee923f28fdf8692a1abfae55ffa5cf272de98a5bc3f4a4248",
		hex.EncodeToString(key.PubKey().Bytes()): "029abe708e1db33a361c43710c17129df2669b86294da77ab8d5663a363f6991e1",
		channel.String():                         "paych12jjv5z3dc4xqfsa086wdc5k5vrwxewucq8q090",
		hex.EncodeToString(v.SignBytes()):        "7374656d6d612f766f75636865722f7631087374656d6d612d3154a4ca0a2dc54c04c3af3e9cdc52d460dc6cbb980205dc000000006b5e7980",
		hex.EncodeToString(v.Signature[:32]):     "9efb4dc14d8b6548ea06976a77107532058d2355fecb49906fa0209bc448ddc8",
		hex.EncodeToString(v.Signature[32:]):     "62560cf5e8f0c08db03375edf1e850b003b375d7b1dd0fea51d2dcca33def92f",
	} {
		require.Equal(t, want, what)
		require.Contains(t, string(docs), want)
	}
}

func drawVoucher(rt *rapid.T) voucher.Voucher {
	return voucher.Voucher{
		ChainID:        rapid.StringMatching(`[a-z]{1,20}-[0-9]{1,3}`).Draw(rt, "chain"),
		PaymentChannel: types.PaymentChannelID(rapid.SliceOfN(rapid.ByteRange(1, 255), 20, 20).Draw(rt, "payment_channel")),
		Total:          math.NewIntFromBigInt(new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 1, 31).Draw(rt, "total"))).AddRaw(1),
		Expires:        rapid.Int64Range(0, 4_000_000_000).Draw(rt, "expires"),
	}
}

// TestAVoucherIsBoundToAllItSays: it verifies as it was signed and after a round
// through a file and a message, and not once anything in it is changed.
func TestAVoucherIsBoundToAllItSays(t *testing.T) {
	key, other := secp256k1.GenPrivKeyFromSecret([]byte("a")), secp256k1.GenPrivKeyFromSecret([]byte("b"))
	rapid.Check(t, func(rt *rapid.T) {
		v, err := drawVoucher(rt).Sign(key.Sign)
		require.NoError(rt, err)
		require.NoError(rt, v.Verify(key.PubKey().Bytes()))
		require.ErrorIs(rt, v.Verify(other.PubKey().Bytes()), types.ErrWrongSignature)

		bz, err := json.Marshal(v)
		require.NoError(rt, err)
		read, err := voucher.Read(bytes.NewReader(append(bz, bz...)), 2)
		require.NoError(rt, err)
		require.Equal(rt, v.SignBytes(), read[1].SignBytes())
		require.NoError(rt, read[1].Verify(key.PubKey().Bytes()))
		back := voucher.FromMessage(v.ChainID, v.Message())
		require.NoError(rt, back.Verify(key.PubKey().Bytes()))

		changed := drawVoucher(rt)
		for name, forged := range map[string]voucher.Voucher{
			"chain":           {ChainID: changed.ChainID, PaymentChannel: v.PaymentChannel, Total: v.Total, Expires: v.Expires, Signature: v.Signature},
			"payment_channel": {ChainID: v.ChainID, PaymentChannel: changed.PaymentChannel, Total: v.Total, Expires: v.Expires, Signature: v.Signature},
			"total":           {ChainID: v.ChainID, PaymentChannel: v.PaymentChannel, Total: changed.Total, Expires: v.Expires, Signature: v.Signature},
			"expires":         {ChainID: v.ChainID, PaymentChannel: v.PaymentChannel, Total: v.Total, Expires: changed.Expires, Signature: v.Signature},
		} {
			if !bytes.Equal(forged.SignBytes(), v.SignBytes()) {
				require.ErrorIs(rt, forged.Verify(key.PubKey().Bytes()), types.ErrWrongSignature, name)
			}
		}
	})
}

// TestSignBytesOfDifferentVouchersDiffer: nothing of one field can pass for part
// of another.
func TestSignBytesOfDifferentVouchersDiffer(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := drawVoucher(rt), drawVoucher(rt)
		same := a.ChainID == b.ChainID && a.PaymentChannel == b.PaymentChannel && a.Total.Equal(b.Total) && a.Expires == b.Expires
		require.Equal(rt, same, bytes.Equal(a.SignBytes(), b.SignBytes()))
	})
}

// TestSignaturesHaveOneForm: libraries differ in what they take beyond the order.
func TestSignaturesHaveOneForm(t *testing.T) {
	order, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)
	one, half := big.NewInt(1), new(big.Int).Rsh(order, 1)
	join := func(r, s *big.Int) []byte {
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	require.NoError(t, voucher.CheckSignature(join(one, half)))
	require.NoError(t, voucher.CheckSignature(join(new(big.Int).Sub(order, one), one)))
	for _, bad := range [][]byte{
		nil, make([]byte, 64), make([]byte, 65), join(new(big.Int), one), join(one, new(big.Int)),
		join(order, one), join(one, new(big.Int).Add(half, one)), join(one, order), join(one, new(big.Int).Add(order, one)),
	} {
		require.ErrorIs(t, voucher.CheckSignature(bad), types.ErrInvalidVoucher, "%x", bad)
	}
}

func TestKeysArePoints(t *testing.T) {
	for i := range 50 {
		require.NoError(t, voucher.CheckKey(secp256k1.GenPrivKeyFromSecret([]byte{byte(i)}).PubKey().Bytes()))
	}
	beyond := append([]byte{2}, bytes.Repeat([]byte{0xff}, 32)...)
	five := append([]byte{2}, append(make([]byte, 31), 5)...)
	uncompressed := append([]byte{4}, make([]byte, 64)...)
	for _, bad := range [][]byte{nil, make([]byte, 33), beyond, five, uncompressed} {
		require.ErrorIs(t, voucher.CheckKey(bad), types.ErrInvalidPaymentChannel, "%x", bad)
	}
}

func TestFilesThatAreNoVouchersAreRefused(t *testing.T) {
	good := `{"chain_id":"stemma-1","payment_channel":"` + types.PaymentChannelID{9}.String() + `","total":"5","signature":"00"}`
	_, err := voucher.Read(strings.NewReader(good), 1)
	require.NoError(t, err)
	for _, bad := range []string{
		"x", "[]", `{"total":"5"}`, `{"chain_id":"stemma-1","total":"5","signature":"00"}`, strings.Replace(good, `"5"`, `"5.5"`, 1), strings.Replace(good, `"5"`, `"-5"`, 1),
		strings.Replace(good, `"5"`, `"05"`, 1), strings.Replace(good, `"5"`, `"0x5"`, 1), strings.Replace(good, `"5"`, `"1_0"`, 1),
		strings.Replace(good, "00", "0g", 1), strings.Replace(good, "stemma-1", "", 1), strings.Replace(good, `"total"`, `"sum":1,"total"`, 1),
		good + good,
	} {
		_, err := voucher.Read(strings.NewReader(bad), 1)
		require.Error(t, err, bad)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"chain_id":"stemma-1","payment_channel":"` + types.PaymentChannelID{9}.String() + `","total":"5","signature":"00"}`))
	f.Fuzz(func(t *testing.T, bz []byte) {
		vouchers, err := voucher.Read(bytes.NewReader(bz), 10)
		if err != nil {
			return
		}
		for _, v := range vouchers {
			written, err := json.Marshal(v)
			require.NoError(t, err)
			again, err := voucher.Read(bytes.NewReader(written), 1)
			require.NoError(t, err)
			require.Equal(t, v.SignBytes(), again[0].SignBytes())
		}
	})
}
