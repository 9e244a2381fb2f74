package keeper

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/feemarket/price"
	"github.com/stemma-chain/stemma/x/feemarket/types"
)

var (
	_ types.MsgServer   = msgServer{}
	_ types.QueryServer = queryServer{}
)

type msgServer struct{ k Keeper }

// NewMsgServer returns the server of the module's messages. The router that calls it
// has run their ValidateBasic.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

// UpdateParams implements types.MsgServer.
func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, msg.Authority); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.k.UpdateParams(ctx, msg.Params)
}

type queryServer struct {
	k    Keeper
	node types.Node
}

// NewQueryServer returns the server of the module's queries.
func NewQueryServer(k Keeper, node types.Node) types.QueryServer { return queryServer{k, node} }

// Params implements types.QueryServer.
func (s queryServer) Params(ctx context.Context, req *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "no request")
	}
	params, err := s.k.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, err
}

// Prices implements types.QueryServer.
func (s queryServer) Prices(ctx context.Context, req *types.QueryPricesRequest) (*types.QueryPricesResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "no request")
	}
	m, err := s.k.Market(ctx)
	if err != nil {
		return nil, err
	}
	at := sdk.UnwrapSDKContext(ctx)
	most := MaxGas(at.WithConsensusParams(s.node.Consensus(at)))
	return &types.QueryPricesResponse{
		Prices:    m.Prices(m.Price),
		Estimates: m.Prices(m.Params.Curve().Above(m.Price)),
		Price:     m.Price,
		TxGas:     price.Part(most, m.Params.TxShare),
	}, nil
}

// Turn implements types.QueryServer.
func (s queryServer) Turn(ctx context.Context, req *types.QueryTurnRequest) (*types.QueryTurnResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "no request")
	}
	account, err := sdk.AccAddressFromBech32(req.Account)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "account: %s", err)
	}
	committed := uint64(0) // of one that does not exist yet
	if known := s.node.Accounts.GetAccount(ctx, account); known != nil {
		committed = known.GetSequence()
	}
	return &types.QueryTurnResponse{Committed: committed, Next: s.node.Next(string(account), committed)}, nil
}
