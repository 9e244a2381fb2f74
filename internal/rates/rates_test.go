package rates_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/internal/rates"
)

func TestRates(t *testing.T) {
	for ppm, text := range map[uint32]string{0: "0 %", 1: "0.0001 %", 100_000: "10 %", 25_000: "2.5 %", 1_000_000: "100 %"} {
		require.Equal(t, text, rates.Percent(ppm))
		back, err := rates.Parse(text)
		require.NoError(t, err)
		require.Equal(t, ppm, back)
	}
	ppm, err := rates.Parse("150000")
	require.NoError(t, err)
	require.Equal(t, uint32(150_000), ppm)
	for _, bad := range []string{"", "%", "101%", "1000001", "1.00001%", "50,5%", "-1", "x", "0.5", ".5%", "1e3"} {
		_, err := rates.Parse(bad)
		require.ErrorContains(t, err, "with a point and at most 4 decimals", bad)
	}
}
