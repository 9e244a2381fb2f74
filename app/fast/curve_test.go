package fast

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
)

// order of the group of secp256k1 (SEC 2, section 2.4.1).
var order, _ = new(big.Int).SetString("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", 16)

// The C library takes the signatures that the SDK's pure Go takes, and no others.
func TestBothLibrariesTakeTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		private := &secp256k1.PrivKey{Key: secp256k1.GenPrivKeyFromSecret(rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(t, "secret")).Key}
		public := private.PubKey().(*secp256k1.PubKey)
		msg := rapid.SliceOfN(rapid.Byte(), 0, 80).Draw(t, "msg")
		signature, err := private.Sign(msg)
		require.NoError(t, err)
		want := true
		switch rapid.IntRange(0, 6).Draw(t, "change") {
		case 0:
		case 1: // the other s, which is as right but not in the lower half
			s := new(big.Int).Sub(order, new(big.Int).SetBytes(signature[32:]))
			s.FillBytes(signature[32:])
			want = false
		case 2:
			signature[rapid.IntRange(0, 63).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			want = false
		case 3:
			signature = rapid.SampledFrom([][]byte{nil, signature[:63], append(signature, 0), make([]byte, 64)}).Draw(t, "length")
			want = false
		case 4:
			msg = append(msg, 0)
			want = false
		case 5:
			half := rapid.IntRange(0, 1).Draw(t, "half") * 32
			order.FillBytes(signature[half : half+32])
			want = false
		case 6:
			key := append([]byte{}, public.Key...)
			key[0] = rapid.SampledFrom([]byte{0, 1, 4, 5, 6, 7}).Draw(t, "form")
			public = &secp256k1.PubKey{Key: key}
			want = false
		}
		require.Equal(t, want, public.VerifySignature(msg, signature))
		require.Equal(t, want, curveKey{public}.VerifySignature(msg, signature))
	})
}

// A key is packed as the one that it is.
func TestAKeyKeepsItsName(t *testing.T) {
	public := secp256k1.GenPrivKey().PubKey()
	want, err := codectypes.NewAnyWithValue(public)
	require.NoError(t, err)
	got, err := codectypes.NewAnyWithValue(curveKey{public.(*secp256k1.PubKey)})
	require.NoError(t, err)
	require.Equal(t, want.TypeUrl, got.TypeUrl)
	require.Equal(t, want.Value, got.Value)
}

func BenchmarkVerify(b *testing.B) {
	private := secp256k1.GenPrivKey()
	public := private.PubKey().(*secp256k1.PubKey)
	signature, err := private.Sign([]byte("a transfer"))
	require.NoError(b, err)
	for name, verify := range map[string]func(msg, signature []byte) bool{
		"go": public.VerifySignature, "c": curveKey{public}.VerifySignature,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				verify([]byte("a transfer"), signature)
			}
		})
	}
}
