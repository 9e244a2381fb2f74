package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/internal/paging"
	"github.com/stemma-chain/stemma/x/lineage/types"
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

// Derivation returns a work's place in the graph, an empty one for an original,
// and its generation record.
func (s queryServer) Derivation(ctx context.Context, req *types.QueryDerivationRequest) (*types.QueryDerivationResponse, error) {
	if _, err := s.find(ctx, "work", req.Work); err != nil {
		return nil, err
	}
	node, err := s.k.node(ctx, req.Work)
	if err != nil {
		return nil, coded(err)
	}
	response := &types.QueryDerivationResponse{Node: node}
	record, found, err := s.k.Records.Find(ctx, req.Work)
	if found {
		response.Record = &record
	}
	return response, coded(err)
}

// Sources lists the registered sources by id, then the external ones in the
// order of their declaration.
func (s queryServer) Sources(ctx context.Context, req *types.QuerySourcesRequest) (*types.QuerySourcesResponse, error) {
	page, err := paging.Forward(req.Pagination)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, "work", req.Work); err != nil {
		return nil, err
	}
	links, next, err := s.k.sources(ctx, req.Work, page)
	return &types.QuerySourcesResponse{Sources: links, Pagination: next}, coded(err)
}

// Derivatives lists the works that name this one as a source by id, those that
// only cite it last.
func (s queryServer) Derivatives(ctx context.Context, req *types.QueryDerivativesRequest) (*types.QueryDerivativesResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, "work", req.Work); err != nil {
		return nil, err
	}
	prefix, rows := collections.TriplePrefix[workID, bool, workID](req.Work), &reader{ctx: ctx, k: s.k}
	links, next, err := query.CollectionPaginate(ctx, s.k.Derivatives, page,
		func(key derivativeKey, _ collections.NoValue) (types.Link, error) {
			return rows.link(key.K3(), req.Work)
		}, func(o *query.CollectionsPaginateOptions[derivativeKey]) { o.Prefix = &prefix })
	return &types.QueryDerivativesResponse{Derivatives: links, Pagination: next}, coded(err)
}

// Ancestors walks the sources.
func (s queryServer) Ancestors(ctx context.Context, req *types.QueryWalkRequest) (*types.QueryWalkResponse, error) {
	return s.walk(ctx, req, ancestors{&reader{ctx: ctx, k: s.k}})
}

// Descendants walks the derivatives.
func (s queryServer) Descendants(ctx context.Context, req *types.QueryWalkRequest) (*types.QueryWalkResponse, error) {
	return s.walk(ctx, req, descendants{ctx, s.k})
}

// Promises counts what an approval of a later source names.
func (s queryServer) Promises(ctx context.Context, req *types.QueryPromisesRequest) (*types.QueryPromisesResponse, error) {
	if _, err := s.find(ctx, "work", req.Work); err != nil {
		return nil, err
	}
	p, err := s.k.PromisesOf(ctx, req.Work)
	return &types.QueryPromisesResponse{Promises: p}, coded(err)
}

// Approvals lists the approvals of a source that wait to be used.
func (s queryServer) Approvals(ctx context.Context, req *types.QueryApprovalsRequest) (*types.QueryApprovalsResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	work, err := s.find(ctx, "source", req.Source)
	if err != nil {
		return nil, err
	}
	prefix := collections.TriplePrefix[workID, workID, workID](req.Source)
	approvals, next, err := query.CollectionPaginate(ctx, s.k.Approvals, page,
		func(key approvalKey, a types.SourceApproval) (types.Approval, error) {
			return types.Approval{Derivative: key.K2(), Through: key.K3(), Approval: a, InForce: a.Transfers == work.Transfers}, nil
		}, func(o *query.CollectionsPaginateOptions[approvalKey]) { o.Prefix = &prefix })
	return &types.QueryApprovalsResponse{Approvals: approvals, Pagination: next}, coded(err)
}
