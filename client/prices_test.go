package client

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

func TestTheHigherOfChainAndNode(t *testing.T) {
	parse := func(s string) sdk.DecCoins {
		coins, err := sdk.ParseDecCoins(s)
		require.NoError(t, err)
		return coins
	}
	chain := parse("0.002ustem,0.002uusdc")
	free := []sdk.DecCoin{sdk.NewDecCoin("ustem", sdk.DefaultPowerReduction.SubRaw(1_000_000))}
	require.Equal(t, chain, merge(chain, nil), "a node that asks for nothing of its own")
	require.Equal(t, chain, merge(chain, parse("0.001ustem,0.001uusdc")))
	require.Equal(t, parse("0.003ustem,0.002uusdc"), merge(chain, parse("0.003ustem,0.001uusdc")))
	require.Equal(t, parse("0.002uusdc"), merge(chain, parse("0.001uusdc,0.001other")), "what both take")
	require.Empty(t, merge(free, nil), "gas is free")
	require.Equal(t, parse("0.001ustem"), merge(free, parse("0.001ustem")))
}
