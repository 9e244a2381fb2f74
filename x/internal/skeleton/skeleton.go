// Package skeleton connects a module to the app, as far as all modules do it in
// the same way. A module embeds it and says only what differs.
package skeleton

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cosmos/gogoproto/proto"
	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Keeper is what the skeleton calls of a keeper.
type Keeper[Genesis any] interface {
	InitGenesis(ctx context.Context, gs Genesis) error
	ExportGenesis(ctx context.Context) (*Genesis, error)
}

// Parts are what differs between modules.
type Parts[Genesis any] struct {
	Name string
	// Version is that of the state; migrations raise it.
	Version uint64
	Keeper  Keeper[Genesis]
	// DefaultGenesis is what a new chain starts from.
	DefaultGenesis func() *Genesis
	// RegisterInterfaces registers the messages.
	RegisterInterfaces func(codectypes.InterfaceRegistry)
	// RegisterServers registers the message and query servers.
	RegisterServers func(grpc.ServiceRegistrar)
	// RegisterGateway serves the queries over REST.
	RegisterGateway func(context.Context, *gwruntime.ServeMux, grpc.ClientConnInterface) error
}

// State is a pointer to the genesis of a module.
type State[Genesis any] interface {
	*Genesis
	proto.Message
	Validate() error
}

// Module implements what the app asks of a module, but for the commands, which
// each module has itself.
type Module[Genesis any, Pointer State[Genesis]] struct{ parts Parts[Genesis] }

// New returns the skeleton of a module.
func New[Genesis any, Pointer State[Genesis]](parts Parts[Genesis]) Module[Genesis, Pointer] {
	return Module[Genesis, Pointer]{parts}
}

// IsAppModule marks the module for the SDK.
func (Module[_, _]) IsAppModule() {}

// IsOnePerModuleType marks that an app has it once.
func (Module[_, _]) IsOnePerModuleType() {}

// Name returns the module's name.
func (m Module[_, _]) Name() string { return m.parts.Name }

// ConsensusVersion returns the version of the module's state.
func (m Module[_, _]) ConsensusVersion() uint64 { return m.parts.Version }

// RegisterLegacyAminoCodec does nothing: Ledger signing reads the amino names
// from the messages' descriptors.
func (Module[_, _]) RegisterLegacyAminoCodec(*codec.LegacyAmino) {}

// RegisterInterfaces registers the module's messages.
func (m Module[_, _]) RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	m.parts.RegisterInterfaces(registry)
}

// RegisterGRPCGatewayRoutes serves the queries over REST. It panics when a route
// cannot be registered: that is an error of the program.
func (m Module[_, _]) RegisterGRPCGatewayRoutes(clientCtx client.Context, mux *gwruntime.ServeMux) {
	if err := m.parts.RegisterGateway(context.Background(), mux, clientCtx); err != nil {
		panic(err)
	}
}

// RegisterServices registers the message and query servers.
func (m Module[_, _]) RegisterServices(registrar grpc.ServiceRegistrar) error {
	m.parts.RegisterServers(registrar)
	return nil
}

// DefaultGenesis returns what a new chain starts from.
func (m Module[_, Pointer]) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(Pointer(m.parts.DefaultGenesis()))
}

// ValidateGenesis checks a genesis without a store.
func (m Module[Genesis, Pointer]) ValidateGenesis(
	cdc codec.JSONCodec, _ client.TxEncodingConfig, bz json.RawMessage,
) error {
	gs := Pointer(new(Genesis))
	if err := cdc.UnmarshalJSON(bz, gs); err != nil {
		return fmt.Errorf("%s genesis: %w", m.parts.Name, err)
	}
	return gs.Validate()
}

// InitGenesis fills the store. It panics on broken data: a chain cannot start
// from it.
func (m Module[Genesis, Pointer]) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, bz json.RawMessage) {
	var gs Genesis
	cdc.MustUnmarshalJSON(bz, Pointer(&gs))
	if err := m.parts.Keeper.InitGenesis(ctx, gs); err != nil {
		panic(fmt.Errorf("%s genesis: %w", m.parts.Name, err))
	}
}

// ExportGenesis returns the store's content. It panics when that cannot be read.
func (m Module[_, Pointer]) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	gs, err := m.parts.Keeper.ExportGenesis(ctx)
	if err != nil {
		panic(fmt.Errorf("%s genesis: %w", m.parts.Name, err))
	}
	return cdc.MustMarshalJSON(Pointer(gs))
}
