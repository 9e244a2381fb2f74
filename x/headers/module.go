// Package headers keeps a log of all headers in the state, so that one recent header binds every older one.
package headers

import (
	"context"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"cosmossdk.io/core/appmodule"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/stemma-chain/stemma/x/headers/keeper"
	"github.com/stemma-chain/stemma/x/headers/types"
	"github.com/stemma-chain/stemma/x/internal/skeleton"
)

var (
	_ module.AppModuleBasic   = AppModule{}
	_ module.HasGenesis       = AppModule{}
	_ appmodule.AppModule     = AppModule{}
	_ appmodule.HasServices   = AppModule{}
	_ appmodule.HasPreBlocker = AppModule{}
)

// AppModule connects the module to the app.
type AppModule struct {
	skeleton.Module[types.GenesisState, *types.GenesisState]
	keeper keeper.Keeper
}

// NewAppModule returns the module of a keeper; its queries read headers from the node.
func NewAppModule(k keeper.Keeper, node types.Node) AppModule {
	return AppModule{skeleton.New(skeleton.Parts[types.GenesisState]{
		Name:               types.ModuleName,
		Version:            1,
		Keeper:             k,
		DefaultGenesis:     types.DefaultGenesisState,
		RegisterInterfaces: func(codectypes.InterfaceRegistry) {},
		RegisterServers: func(registrar grpc.ServiceRegistrar) {
			types.RegisterQueryServer(registrar, keeper.NewQueryServer(k, node))
		},
		RegisterGateway: func(ctx context.Context, mux *gwruntime.ServeMux, node grpc.ClientConnInterface) error {
			return types.RegisterQueryHandlerClient(ctx, mux, types.NewQueryClient(node))
		},
	}), k}
}

// PreBlock appends the block's header.
func (m AppModule) PreBlock(ctx context.Context) (appmodule.ResponsePreBlock, error) {
	return unchanged{}, m.keeper.PreBlock(ctx)
}

// unchanged says that the consensus parameters stay.
type unchanged struct{}

// IsConsensusParamsChanged implements appmodule.ResponsePreBlock.
func (unchanged) IsConsensusParamsChanged() bool { return false }
