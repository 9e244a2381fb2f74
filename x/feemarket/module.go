// Package feemarket lets the price of gas follow demand.
package feemarket

import (
	"context"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"cosmossdk.io/core/appmodule"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/stemma-chain/stemma/x/feemarket/keeper"
	"github.com/stemma-chain/stemma/x/feemarket/types"
	"github.com/stemma-chain/stemma/x/internal/skeleton"
)

var (
	_ module.AppModuleBasic   = AppModule{}
	_ module.HasGenesis       = AppModule{}
	_ appmodule.AppModule     = AppModule{}
	_ appmodule.HasServices   = AppModule{}
	_ appmodule.HasEndBlocker = AppModule{}
)

// AppModule connects the module to the app.
type AppModule struct {
	skeleton.Module[types.GenesisState, *types.GenesisState]
	keeper keeper.Keeper
}

// NewAppModule returns the module of a keeper; its queries ask the node too.
func NewAppModule(k keeper.Keeper, node types.Node) AppModule {
	return AppModule{skeleton.New(skeleton.Parts[types.GenesisState]{
		Name:               types.ModuleName,
		Version:            1,
		Keeper:             k,
		DefaultGenesis:     types.DefaultGenesisState,
		RegisterInterfaces: types.RegisterInterfaces,
		RegisterServers: func(registrar grpc.ServiceRegistrar) {
			types.RegisterMsgServer(registrar, keeper.NewMsgServer(k))
			types.RegisterQueryServer(registrar, keeper.NewQueryServer(k, node))
		},
		RegisterGateway: func(ctx context.Context, mux *gwruntime.ServeMux, node grpc.ClientConnInterface) error {
			return types.RegisterQueryHandlerClient(ctx, mux, types.NewQueryClient(node))
		},
	}), k}
}

// EndBlock sets the price of the next block.
func (m AppModule) EndBlock(ctx context.Context) error {
	block := sdk.UnwrapSDKContext(ctx)
	return m.keeper.EndBlock(ctx, block.BlockGasWanted(), keeper.MaxGas(block))
}
