package send

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/units"
)

func TestMistypedPricesAreNamed(t *testing.T) {
	for _, c := range []struct{ fees, prices, want string }{
		{"", "", ""}, {"5ustem", "", ""}, {"5ustem", "0.1ustem", "not both"}, {"five", "", "--fees"}, {"", "0.1", "--gas-prices"},
	} {
		_, _, err := readPrices(units.Units{}, c.fees, c.prices)
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, c.want)
	}
}

func TestGasFlag(t *testing.T) {
	for text, want := range map[string]uint64{"auto": 0, "250000": 250_000} {
		gas, err := readGas(text)
		require.NoError(t, err)
		require.Equal(t, want, gas)
	}
	_, err := readGas("much")
	require.Error(t, err)
}

func TestResultsInWords(t *testing.T) {
	sent := Result{TxHash: "AB", Height: 7, Fee: "5ustem"}
	require.Equal(t, "block 7, transaction AB, fee 5ustem", sent.String())
	require.Equal(t, "Paid", sent.Did("Paid", "Would pay"))
	dry := Result{DryRun: true, GasUsed: 10, Fee: "none"}
	require.Contains(t, dry.String(), "nothing was sent")
	require.Equal(t, "Would pay", dry.Did("Paid", "Would pay"))
	require.Contains(t, Result{TxHash: "AB"}.String(), "not in a block yet")
	require.Error(t, sent.Response(0, nil))
}
