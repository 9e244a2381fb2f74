package types_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cosmos/cosmos-sdk/types/bech32"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// Ids are read and written as the library does it, and what is not well formed
// is refused as it does.
func TestIDsAreThoseOfTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{"work", "terms", "grant", "chan"}).Draw(t, "prefix")
		length := rapid.SampledFrom([]int{20, 32, 1, 3}).Draw(t, "length")
		id := rapid.SliceOfN(rapid.Byte(), length, length).Draw(t, "id")
		want, err := bech32.ConvertAndEncode(prefix, id)
		require.NoError(t, err)
		require.Equal(t, want, types.FormatID(prefix, id))
		got, err := types.ParseID(want, prefix, length)
		require.NoError(t, err)
		require.Equal(t, id, got)

		changed := []byte(want)
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			at := rapid.IntRange(0, len(changed)-1).Draw(t, "at")
			changed[at] = rapid.SampledFrom([]byte("qpzry9x8gf2tvdw0s3jn54khce6mua7lbQ1 ")).Draw(t, "character")
		}
		hrp, bz, err := bech32.DecodeAndConvert(string(changed))
		got, parseErr := types.ParseID(string(changed), prefix, length)
		if err == nil && hrp == prefix && len(bz) == length {
			require.NoError(t, parseErr)
			require.Equal(t, bz, got)
		} else {
			require.ErrorIs(t, parseErr, types.ErrInvalidID)
		}
	})
}

func FuzzParseWorkID(f *testing.F) {
	f.Add(types.WorkID{1, 2, 3}.String())
	f.Add("WORK1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNYLAUNR")
	f.Add("work1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq")
	f.Fuzz(func(t *testing.T, s string) {
		hrp, bz, err := bech32.DecodeAndConvert(s)
		id, parseErr := types.ParseWorkID(s)
		named := err == nil && hrp == types.WorkPrefix && len(bz) == len(id) && !bytes.Equal(bz, make([]byte, len(id)))
		require.Equal(t, named, parseErr == nil, "%q", s)
		if parseErr == nil {
			require.Equal(t, bz, id[:])
		}
	})
}

func BenchmarkParseWorkID(b *testing.B) {
	s := types.WorkID{1, 2, 3}.String()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := types.ParseWorkID(s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFormatWorkID(b *testing.B) {
	id := types.WorkID{1, 2, 3}
	b.ReportAllocs()
	for b.Loop() {
		_ = id.String()
	}
}
