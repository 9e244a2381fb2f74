package client

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
)

func TestSpendLimitOfEachAllowance(t *testing.T) {
	limit := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5))
	basic := &feegrant.BasicAllowance{SpendLimit: limit}
	filtered, err := feegrant.NewAllowedMsgAllowance(basic, []string{"/stemma.registry.v1.MsgRegister"})
	require.NoError(t, err)
	for _, granted := range []feegrant.FeeAllowanceI{
		basic, filtered,
		&feegrant.PeriodicAllowance{Basic: *basic},
		&feegrant.PeriodicAllowance{PeriodSpendLimit: limit},
	} {
		require.Equal(t, limit, spendLimit(granted))
	}
	require.Empty(t, spendLimit(&feegrant.BasicAllowance{}))
}

func TestCostRoundsUpInEachDenom(t *testing.T) {
	prices, err := sdk.ParseDecCoins("0.001ustem,0.0025uusdc")
	require.NoError(t, err)
	coins := cost(prices, 100_001)
	require.Len(t, coins, 2)
	require.Equal(t, "101ustem", coins[0].String())
	require.Equal(t, "251uusdc", coins[1].String())
	require.Empty(t, cost(nil, 1))
}
