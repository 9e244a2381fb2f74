package table_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/table"
)

func TestParseCoin(t *testing.T) {
	coin, err := table.ParseCoin("1000000000000000000000000000000uusdc")
	require.NoError(t, err)
	require.Equal(t, "1000000000000000000000000000000uusdc", coin.String())
	coin, err = table.ParseCoin("0uusdc")
	require.NoError(t, err)
	require.True(t, coin.IsZero())

	for _, bad := range []string{"", "1000", "1.5uusdc", "0.9uusdc", "-5uusdc", "uusdc", "1 000uusdc", "5uusdc,6ustem"} {
		_, err := table.ParseCoin(bad)
		require.ErrorContains(t, err, "is not an amount", bad)
	}
}

func TestParseCoins(t *testing.T) {
	coins, err := table.ParseCoins("7uusdc, 5ustem")
	require.NoError(t, err)
	require.Equal(t, "5ustem,7uusdc", coins.String())
	coins, err = table.ParseCoins("")
	require.NoError(t, err)
	require.Empty(t, coins)
	for _, bad := range []string{"5uusdc,6uusdc", "5uusdc,", "1.5uusdc", "0uusdc"} {
		_, err := table.ParseCoins(bad)
		require.Error(t, err, bad)
	}
}
