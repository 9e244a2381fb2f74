package queries

import (
	"context"
	"errors"

	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
)

// Simulation is baseapp's Simulate.
type Simulation func(tx []byte) (sdk.GasInfo, *sdk.Result, error)

// Simulations is the SDK's service of transactions, but for the bounds of what is
// simulated.
func (b *Bounds) Simulations(stock txtypes.ServiceServer, run Simulation) txtypes.ServiceServer {
	return service{stock, run, b.settings}
}

type service struct {
	txtypes.ServiceServer
	run      Simulation
	settings Settings
}

// Simulate implements txtypes.ServiceServer.
func (s service) Simulate(_ context.Context, req *txtypes.SimulateRequest) (*txtypes.SimulateResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "the request has no transaction")
	}
	raw := req.TxBytes
	if old := req.Tx; raw == nil && old != nil {
		var err error
		if raw, err = proto.Marshal(old); err != nil {
			return nil, status.Errorf(codes.InvalidArgument, "the transaction: %v", err)
		}
	}
	if len(raw) == 0 {
		return nil, status.Error(codes.InvalidArgument, "the request has no transaction: put it into tx_bytes")
	}
	if most := s.settings.SimulationMaxBytes; len(raw) > most {
		return nil, status.Errorf(codes.ResourceExhausted, "the transaction has %d bytes, this node simulates "+
			"up to %d: split it, or state its gas without a simulation (%s in app.toml)",
			len(raw), most, FlagSimulationMaxBytes)
	}
	gas, result, err := s.run(raw)
	if most := s.settings.SimulationMaxGas; errors.Is(err, sdkerrors.ErrOutOfGas) {
		return nil, status.Errorf(codes.ResourceExhausted, "the transaction uses more than %d gas, "+
			"the most that this node simulates: split it (%s in app.toml)", most, FlagSimulationMaxGas)
	}
	if err != nil {
		return nil, status.Errorf(codes.Unknown, "%v with gas used: '%d'", err, gas.GasUsed)
	}
	return &txtypes.SimulateResponse{GasInfo: &gas, Result: result}, nil
}

// AnteHandle implements sdk.AnteDecorator: the SDK meters the gas of a simulation without
// a bound. It stands right behind what sets that up.
func (b *Bounds) AnteHandle(
	ctx sdk.Context, tx sdk.Tx, simulating bool, next sdk.AnteHandler,
) (sdk.Context, error) {
	if simulating {
		ctx = ctx.WithGasMeter(storetypes.NewGasMeter(b.settings.SimulationMaxGas))
	}
	return next(ctx, tx, simulating)
}
