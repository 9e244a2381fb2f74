package fast_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"

	"github.com/stemma-chain/stemma/app/fast"
)

func TestSettings(t *testing.T) {
	for _, tc := range []struct {
		options simtestutil.AppOptionsMap
		want    fast.Settings
	}{
		{nil, fast.Settings{Trees: true, Addresses: true, Signatures: true, Curve: true}},
		{simtestutil.AppOptionsMap{fast.FlagTrees: false}, fast.Settings{Addresses: true, Signatures: true, Curve: true}},
		{simtestutil.AppOptionsMap{fast.FlagAddresses: "false"}, fast.Settings{Trees: true, Signatures: true, Curve: true}},
		{simtestutil.AppOptionsMap{fast.FlagSignatures: false}, fast.Settings{Trees: true, Addresses: true, Curve: true}},
		{simtestutil.AppOptionsMap{fast.FlagCurve: false}, fast.Settings{Trees: true, Addresses: true, Signatures: true}},
	} {
		got, err := fast.ReadSettings(tc.options)
		require.NoError(t, err)
		require.Equal(t, tc.want, got)
	}
	_, err := fast.ReadSettings(simtestutil.AppOptionsMap{fast.FlagAddresses: "yes and no"})
	require.ErrorContains(t, err, "fast.addresses is yes and no")
}

// What a node can set is text, or a table of it.
func TestNoSettingOfANodeChangesTheChain(t *testing.T) {
	all := fast.Chain{Changes: true, Accounts: true}
	for _, value := range []any{nil, false, "", "{}", map[string]any{"changes": false, "Accounts": false}} {
		require.Equal(t, all, fast.ReadChain(simtestutil.AppOptionsMap{fast.ChainKey: value}))
	}
	require.Zero(t, fast.ReadChain(simtestutil.AppOptionsMap{fast.ChainKey: fast.Chain{}}))
}
