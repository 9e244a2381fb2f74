package send

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
