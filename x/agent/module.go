// Package agent says who acts: passports of AI agents and generators, the keys that act for
// them, and the limits that hold these.
package agent

import (
	"context"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/stemma-chain/stemma/x/agent/keeper"
	"github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/internal/skeleton"
)

var (
	_ module.AppModuleBasic = AppModule{}
	_ module.HasGenesis     = AppModule{}
	_ appmodule.AppModule   = AppModule{}
	_ appmodule.HasServices = AppModule{}
)

// AppModule connects the module to the app.
type AppModule struct {
	skeleton.Module[types.GenesisState, *types.GenesisState]
}

// NewAppModule returns the module of a keeper.
func NewAppModule(k keeper.Keeper) AppModule {
	return AppModule{skeleton.New(skeleton.Parts[types.GenesisState]{
		Name:               types.ModuleName,
		Version:            1,
		Keeper:             k,
		DefaultGenesis:     types.DefaultGenesis,
		RegisterInterfaces: types.RegisterInterfaces,
		RegisterServers: func(registrar grpc.ServiceRegistrar) {
			types.RegisterMsgServer(registrar, keeper.NewMsgServer(k))
			types.RegisterQueryServer(registrar, keeper.NewQueryServer(k))
		},
		RegisterGateway: func(ctx context.Context, mux *gwruntime.ServeMux, node grpc.ClientConnInterface) error {
			return types.RegisterQueryHandlerClient(ctx, mux, types.NewQueryClient(node))
		},
	})}
}
