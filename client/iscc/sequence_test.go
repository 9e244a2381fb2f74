package iscc

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever units are written are read again, and no part of them is.
func TestUnitsInARow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var units []Code
		for range rapid.IntRange(1, 5).Draw(t, "units") {
			hash := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash")
			main := rapid.SampledFrom([]MainType{TypeMeta, TypeSemantic, TypeContent, TypeData, TypeInstance, TypeFlake}).Draw(t, "main")
			u, err := NewUnit(main, SubType(rapid.IntRange(0, 7).Draw(t, "sub")), hash, 32*rapid.IntRange(1, 8).Draw(t, "bits"))
			require.NoError(t, err)
			units = append(units, u)
		}
		raw, err := AppendUnits(nil, units...)
		require.NoError(t, err)
		read, err := ReadUnits(raw)
		require.NoError(t, err)
		require.Equal(t, units, read)
		if part, err := ReadUnits(raw[:rapid.IntRange(0, len(raw)-1).Draw(t, "cut")]); err == nil {
			require.Less(t, len(part), len(units))
		}
	})
	// What IEP-0020 has decoders refuse.
	for _, bad := range []string{
		"", "28000100000000",
		"200800" + "000000000000000000000000000000000000000000000000000000000000000000000000", "3000000000", "30000000000000",
		"5005578c7c8fbfbdb58fa88248c53a852c8d05b41f3472493225a522af4a2c9cbf6a", "60100000000000000000",
	} {
		raw, err := hex.DecodeString(bad)
		require.NoError(t, err)
		_, err = ReadUnits(raw)
		require.ErrorIs(t, err, ErrInvalidCode, bad)
	}
	_, err := AppendUnits(nil, Code{})
	require.ErrorIs(t, err, ErrInvalidCode)
}
