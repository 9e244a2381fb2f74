package send

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

func TestCostRoundsUpInEachDenom(t *testing.T) {
	prices, err := sdk.ParseDecCoins("0.001ustem,0.0025uusdc")
	require.NoError(t, err)
	coins := cost(prices, 100_001)
	require.Len(t, coins, 2)
	require.Equal(t, "101ustem", coins[0].String())
	require.Equal(t, "251uusdc", coins[1].String())
	require.Empty(t, cost(nil, 1))
}

func TestMistypedPricesAreNamed(t *testing.T) {
	require.NoError(t, checkPrices("", ""))
	require.NoError(t, checkPrices("5ustem", ""))
	require.ErrorContains(t, checkPrices("5ustem", "0.1ustem"), "not both")
	require.ErrorContains(t, checkPrices("five", ""), "--fees")
	require.ErrorContains(t, checkPrices("", "0.1"), "--gas-prices")
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
