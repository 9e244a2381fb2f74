package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/paging"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var _ types.QueryServer = queryServer{}

type queryServer struct{ k Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k: k} }

// Params returns the parameters.
func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.k.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, coded(err)
}

// Dispute returns one dispute.
func (s queryServer) Dispute(ctx context.Context, req *types.QueryDisputeRequest) (*types.QueryDisputeResponse, error) {
	if err := req.Dispute.Given("dispute"); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	d, err := s.k.GetDispute(ctx, req.Dispute)
	return &types.QueryDisputeResponse{Dispute: d}, coded(err)
}

// Disputes lists disputes, those about a work with the open ones first.
func (s queryServer) Disputes(ctx context.Context, req *types.QueryDisputesRequest) (*types.QueryDisputesResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	list, next, err := s.disputes(ctx, req, page)
	return &types.QueryDisputesResponse{Disputes: list, Pagination: next}, coded(err)
}

func (s queryServer) disputes(
	ctx context.Context, req *types.QueryDisputesRequest, page *query.PageRequest,
) ([]types.Dispute, *query.PageResponse, error) {
	switch {
	case !req.Work.IsZero() && req.Party != "":
		return nil, nil, status.Error(codes.InvalidArgument, "work, party: ask for those of one of them")
	case !req.Work.IsZero():
		prefix := collections.TriplePrefix[workID, bool, disputeID](req.Work)
		return query.CollectionPaginate(ctx, s.k.ByWork, page, func(key ofWork, _ collections.NoValue) (types.Dispute, error) {
			return s.k.GetDispute(ctx, key.K3())
		}, func(o *query.CollectionsPaginateOptions[ofWork]) { o.Prefix = &prefix })
	case req.Party != "":
		party, err := sdk.AccAddressFromBech32(req.Party)
		if err != nil {
			return nil, nil, status.Errorf(codes.InvalidArgument, "party: %s", err)
		}
		return query.CollectionPaginate(ctx, s.k.ByParty, page,
			func(key collections.Pair[sdk.AccAddress, disputeID], _ collections.NoValue) (types.Dispute, error) {
				return s.k.GetDispute(ctx, key.K2())
			}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, disputeID](party))
	}
	return query.CollectionPaginate(ctx, s.k.Disputes.Map, page,
		func(_ disputeID, d types.Dispute) (types.Dispute, error) { return d, nil })
}

// Standing tells whether a work or what it was made from is disputed or invalid.
func (s queryServer) Standing(ctx context.Context, req *types.QueryStandingRequest) (*types.QueryStandingResponse, error) {
	if err := req.Work.Given("work"); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	res, err := s.k.standing(ctx, req.Work)
	return res, coded(err)
}

// Bond returns what opening a dispute about a work takes now.
func (s queryServer) Bond(ctx context.Context, req *types.QueryBondRequest) (*types.QueryBondResponse, error) {
	if err := req.Work.Given("work"); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if _, err := s.k.registry.GetWork(ctx, req.Work); err != nil {
		return nil, coded(err)
	}
	params, beside, err := s.k.besideNew(ctx, req.Work)
	return &types.QueryBondResponse{MinBond: params.MinBond, Beside: beside}, coded(err)
}

// Objections lists objections to weights of a work's sources.
func (s queryServer) Objections(ctx context.Context, req *types.QueryObjectionsRequest) (*types.QueryObjectionsResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	if err := req.Work.Given("work"); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	list, next, err := query.CollectionPaginate(ctx, s.k.Objections.Map, page,
		func(key collections.Pair[workID, workID], o types.Objection) (types.WorkObjection, error) {
			return types.WorkObjection{Source: key.K2(), Objection: o}, nil
		}, query.WithCollectionPaginationPairPrefix[workID, workID](req.Work))
	return &types.QueryObjectionsResponse{Objections: list, Pagination: next}, coded(err)
}

// coded gives errors their gRPC code; others are internal.
func coded(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, types.ErrNotFound), errors.Is(err, registrytypes.ErrWorkNotFound):
		return status.Error(codes.NotFound, err.Error())
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	return status.Error(codes.Internal, err.Error())
}
