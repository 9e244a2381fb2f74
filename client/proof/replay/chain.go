package replay

import (
	"context"
	"fmt"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc"

	"cosmossdk.io/log/v2"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/stemma-chain/stemma/client/encoding"
	disputekeeper "github.com/stemma-chain/stemma/x/dispute/keeper"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensekeeper "github.com/stemma-chain/stemma/x/license/keeper"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagekeeper "github.com/stemma-chain/stemma/x/lineage/keeper"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrykeeper "github.com/stemma-chain/stemma/x/registry/keeper"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltykeeper "github.com/stemma-chain/stemma/x/royalty/keeper"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// maxGas bounds what a query computes where it counts that. What it reads is counted too, see maxCost.
const maxGas = licensetypes.MaxBatchGas

// Chain answers the queries of the chain's own modules from a state.
type Chain struct {
	state    *noting
	ctx      sdk.Context
	handlers handlers
}

// Open opens a state as the block finds it that comes next, of this chain, height and time: its time is what queries take for now.
func Open(e encoding.Encoding, state State, chainID string, height int64, at time.Time) *Chain {
	c := &Chain{state: &noting{State: state}, handlers: handlers{}}
	c.ctx = sdk.NewContext(nil, cmtproto.Header{ChainID: chainID, Height: height, Time: at}, true, log.NewNopLogger())
	open := func(store string) service { return service{c.state, store} }
	authority := authtypes.NewModuleAddress(govtypes.ModuleName).String()
	registry := registrykeeper.NewKeeper(e.Codec, open(registrytypes.StoreKey), authority)
	// Queries about what is in our stores move no coins and read no accounts but the module's own.
	royalty := royaltykeeper.NewKeeper(e.Codec, open(royaltytypes.StoreKey),
		storetypes.NewObjectStoreKey(royaltytypes.ObjectStoreKey), authority, accounts{}, nil, registry)
	license := licensekeeper.NewKeeper(e.Codec, open(licensetypes.StoreKey), authority, registry, royalty, nil)
	lineage := lineagekeeper.NewKeeper(e.Codec, open(lineagetypes.StoreKey), authority, nil, registry, royalty, license)
	dispute := disputekeeper.NewKeeper(e.Codec, open(disputetypes.StoreKey), authority, disputekeeper.Modules{})
	registrytypes.RegisterQueryServer(c.handlers, registrykeeper.NewQueryServer(registry))
	royaltytypes.RegisterQueryServer(c.handlers, royaltykeeper.NewQueryServer(royalty))
	licensetypes.RegisterQueryServer(c.handlers, licensekeeper.NewQueryServer(license))
	lineagetypes.RegisterQueryServer(c.handlers, lineagekeeper.NewQueryServer(lineage))
	disputetypes.RegisterQueryServer(c.handlers, disputekeeper.NewQueryServer(dispute))
	return c
}

// accounts knows the address of modules.
type accounts struct{ royaltytypes.AccountKeeper }

func (accounts) GetModuleAddress(name string) sdk.AccAddress { return authtypes.NewModuleAddress(name) }

// Ask answers a query by its method, such as /stemma.registry.v1.Query/Work. It fails where the query does, and where the state
// could not say of a row whether it is there, whatever the query made of that.
func (c *Chain) Ask(method string, request []byte) (answer proto.Message, err error) {
	h, known := c.handlers[method]
	if !known {
		return nil, fmt.Errorf("there is no query %s", method)
	}
	defer func() {
		if recovered := recover(); recovered != nil {
			answer, err = nil, fmt.Errorf("%s: %v", method, recovered)
		}
		if c.state.err != nil {
			answer, err = nil, c.state.err
		}
	}()
	res, err := h(c.ctx.WithGasMeter(storetypes.NewGasMeter(maxGas)), request)
	if err != nil {
		return nil, err
	}
	answer = res.(proto.Message)
	return answer, c.state.spend(costOfAnswer*proto.Size(answer), nil)
}

// handlers are queries by their methods.
type handlers map[string]func(ctx context.Context, request []byte) (any, error)

// RegisterService implements the server that queries are registered with.
func (hs handlers) RegisterService(service *grpc.ServiceDesc, server any) {
	for _, m := range service.Methods {
		hs["/"+service.ServiceName+"/"+m.MethodName] = func(ctx context.Context, request []byte) (any, error) {
			return m.Handler(server, ctx, func(into any) error { return proto.Unmarshal(request, into.(proto.Message)) }, nil)
		}
	}
}
