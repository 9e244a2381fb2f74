package app

import (
	"net/http"

	gogogrpc "github.com/cosmos/gogoproto/grpc"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	reflectionv1 "cosmossdk.io/api/cosmos/reflection/v1"
	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec/address"
	runtimeservices "github.com/cosmos/cosmos-sdk/runtime/services"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/docs"
)

var _ servertypes.Application = (*App)(nil)

// queryRouter takes the services of queries, with the bounds of app.toml in front of
// them.
func (app *App) queryRouter() gogogrpc.Server { return app.queries.Around(app.GRPCQueryRouter()) }

// registerReflection lets clients discover messages and commands at run time.
func registerReflection(app *App) error {
	autocliv1.RegisterQueryServer(app.queryRouter(), runtimeservices.NewAutoCLIQueryService(app.modules.Modules))
	files, err := runtimeservices.NewReflectionService()
	if err != nil {
		return err
	}
	reflectionv1.RegisterReflectionServiceServer(app.queryRouter(), files)
	return nil
}

// AutoCLI returns what the command line is generated from.
func (app *App) AutoCLI(clientCtx client.Context) autocli.AppOptions {
	modules := make(map[string]appmodule.AppModule, len(app.modules.Modules))
	for name, m := range app.modules.Modules {
		if m, ok := m.(appmodule.AppModule); ok {
			modules[name] = m
		}
	}
	return autocli.AppOptions{
		Modules:               modules,
		ModuleOptions:         runtimeservices.ExtractAutoCLIOptions(app.modules.Modules),
		AddressCodec:          app.addresses,
		ValidatorAddressCodec: address.NewBech32Codec(encoding.ValidatorPrefix),
		ConsensusAddressCodec: address.NewBech32Codec(encoding.ConsensusPrefix),
		ClientCtx:             clientCtx,
	}
}

// RegisterAPIRoutes serves every query over REST, and their description at
// /openapi.json. With api.swagger a page to try them is at /swagger/.
func (app *App) RegisterAPIRoutes(srv *api.Server, cfg config.APIConfig) {
	authtx.RegisterGRPCGatewayRoutes(srv.ClientCtx, srv.GRPCGatewayRouter)
	cmtservice.RegisterGRPCGatewayRoutes(srv.ClientCtx, srv.GRPCGatewayRouter)
	nodeservice.RegisterGRPCGatewayRoutes(srv.ClientCtx, srv.GRPCGatewayRouter)
	app.basics.RegisterGRPCGatewayRoutes(srv.ClientCtx, srv.GRPCGatewayRouter)

	srv.Router.HandleFunc("/openapi.json", serveOpenAPI)
	// The SDK's page loads this name and would show the SDK's API; JSON is YAML.
	srv.Router.HandleFunc("/swagger/swagger.yaml", serveOpenAPI)
	if err := server.RegisterSwaggerAPI(srv.ClientCtx, srv.Router, cfg.Swagger); err != nil {
		panic(err)
	}
}

func serveOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(docs.OpenAPI) // a client that hung up is not our concern
}

// RegisterTxService serves simulation and look-up of transactions.
func (app *App) RegisterTxService(clientCtx client.Context) {
	stock := authtx.NewTxServer(clientCtx, app.Simulate, app.encoding.InterfaceRegistry)
	txtypes.RegisterServiceServer(app.queryRouter(), app.queries.Simulations(stock, app.Simulate))
}

// RegisterTendermintService serves blocks and validators as CometBFT has them.
func (app *App) RegisterTendermintService(clientCtx client.Context) {
	app.nodeHeaders.from(clientCtx.GetNode)
	cmtservice.RegisterTendermintService(clientCtx, app.queryRouter(), app.encoding.InterfaceRegistry,
		server.NewCometABCIWrapper(app).Query)
}

// RegisterNodeService serves the node's own settings.
func (app *App) RegisterNodeService(clientCtx client.Context, cfg config.Config) {
	nodeservice.RegisterNodeService(clientCtx, app.queryRouter(), cfg, func() int64 {
		return app.CommitMultiStore().EarliestVersion()
	})
}
