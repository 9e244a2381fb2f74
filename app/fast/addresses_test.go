package fast_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/stemma-chain/stemma/app/fast"
)

// TestAddressesAreTheSDKs: our codec says what the SDK's says, for addresses of
// any length and for texts that are nearly one.
func TestAddressesAreTheSDKs(t *testing.T) {
	ours, theirs := fast.Addresses("stemma"), address.NewBech32Codec("stemma")
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.OneOf(rapid.SampledFrom([]int{0, 20, 32}), rapid.IntRange(0, 40)).Draw(t, "length")
		bz := rapid.SliceOfN(rapid.Byte(), length, length).Draw(t, "address")
		want, err := theirs.BytesToString(bz)
		require.NoError(t, err)
		got, err := ours.BytesToString(bz)
		require.NoError(t, err)
		require.Equal(t, want, got)

		text := []byte(want)
		if len(text) > 0 && rapid.Bool().Draw(t, "spoilt") {
			at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			text[at] = rapid.Byte().Draw(t, "by")
		}
		wantBytes, wantErr := theirs.StringToBytes(string(text))
		gotBytes, gotErr := ours.StringToBytes(string(text))
		require.Equal(t, wantBytes, gotBytes)
		if wantErr != nil {
			require.EqualError(t, gotErr, wantErr.Error())
		} else {
			require.NoError(t, gotErr)
		}
	})
}
