package skeleton_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/stemma-chain/stemma/x/internal/skeleton"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// kept is a keeper whose store is one genesis.
type kept struct {
	state types.GenesisState
	err   error
}

func (k *kept) InitGenesis(_ context.Context, gs types.GenesisState) error {
	k.state = gs
	return k.err
}

func (k *kept) ExportGenesis(context.Context) (*types.GenesisState, error) { return &k.state, k.err }

func TestGenesis(t *testing.T) {
	cdc := moduletestutil.MakeTestEncodingConfig().Codec
	keeper := &kept{}
	m := skeleton.New(skeleton.Parts[types.GenesisState]{
		Name: "lineage", Version: 3, Keeper: keeper, DefaultGenesis: types.DefaultGenesis,
	})
	require.Equal(t, "lineage", m.Name())
	require.EqualValues(t, 3, m.ConsensusVersion())

	genesis := m.DefaultGenesis(cdc)
	require.NoError(t, m.ValidateGenesis(cdc, nil, genesis))
	m.InitGenesis(sdk.Context{}, cdc, genesis)
	require.Equal(t, types.DefaultParams(), keeper.state.Params)
	require.Equal(t, genesis, m.ExportGenesis(sdk.Context{}, cdc))

	require.ErrorContains(t, m.ValidateGenesis(cdc, nil, json.RawMessage(`[]`)), "lineage genesis")
	require.Error(t, m.ValidateGenesis(cdc, nil, json.RawMessage(`{"derivations":[{"work":"none"}]}`)))

	keeper.err = errors.New("disk full")
	const says = "lineage genesis: disk full"
	require.PanicsWithError(t, says, func() { m.InitGenesis(sdk.Context{}, cdc, genesis) })
	require.PanicsWithError(t, says, func() { m.ExportGenesis(sdk.Context{}, cdc) })
}
