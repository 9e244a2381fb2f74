package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/internal/paging"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var _ types.QueryServer = queryServer{}

type queryServer struct{ k Keeper }

// NewQueryServer returns the server of the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

// Terms implements types.QueryServer.
func (s queryServer) Terms(ctx context.Context, req *types.QueryTermsRequest) (*types.QueryTermsResponse, error) {
	id, err := types.ParseTerms(req.Terms)
	if err != nil {
		return nil, coded(err)
	}
	terms, err := s.k.identify(ctx, id)
	if err != nil {
		return nil, coded(err)
	}
	return &types.QueryTermsResponse{Terms: terms}, nil
}

// TermsList implements types.QueryServer.
func (s queryServer) TermsList(ctx context.Context, req *types.QueryTermsListRequest) (*types.QueryTermsListResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	terms, next, err := query.CollectionPaginate(ctx, s.k.Terms, page, func(
		id types.TermsID, t types.Terms,
	) (types.IdentifiedTerms, error) {
		return types.IdentifiedTerms{Id: id, Preset: types.PresetName(id), Terms: t}, nil
	})
	return &types.QueryTermsListResponse{Terms: terms, Pagination: next}, coded(err)
}

// Offers implements types.QueryServer.
func (s queryServer) Offers(ctx context.Context, req *types.QueryOffersRequest) (*types.QueryOffersResponse, error) {
	page, err := s.find(ctx, req.Work, req.Pagination)
	if err != nil {
		return nil, err
	}
	offers, next, err := query.CollectionPaginate(ctx, s.k.Offers, page, func(key offered, o types.Offer) (types.OpenOffer, error) {
		return s.k.describeOffer(ctx, key, o)
	}, query.WithCollectionPaginationPairPrefix[registrytypes.WorkID, types.TermsID](req.Work))
	return &types.QueryOffersResponse{Offers: offers, Pagination: next}, coded(err)
}

// withPrefix lists the keys that begin as the given, incomplete one.
func withPrefix[K any](prefix K) func(*query.CollectionsPaginateOptions[K]) {
	return func(o *query.CollectionsPaginateOptions[K]) { o.Prefix = &prefix }
}

// Constraints implements types.QueryServer.
func (s queryServer) Constraints(ctx context.Context, req *types.QueryConstraintsRequest) (*types.QueryConstraintsResponse, error) {
	page, err := s.find(ctx, req.Work, req.Pagination)
	if err != nil {
		return nil, err
	}
	demands, err := s.k.demandsOn(ctx, req.Work)
	if err != nil {
		return nil, coded(err)
	}
	if req.Version > 0 {
		if demands.Constraints, err = s.k.constraintsAt(ctx, req.Work, demands, req.Version); err != nil {
			return nil, coded(err)
		}
		demands.Version = req.Version
	}
	res := &types.QueryConstraintsResponse{Version: demands.Version}
	if res.Waiting, err = s.k.waitingFor(ctx, req.Work, demands.Waiting); err != nil {
		return nil, coded(err)
	}
	taking, err := s.k.newReader(ctx).taking(demands.Constraints)
	if err != nil {
		return nil, coded(err)
	}
	res.Denoms = taking.Denoms
	rows, next, err := paging.Slice(types.StillRunning(demands.Constraints, sdk.UnwrapSDKContext(ctx).BlockTime()), page)
	if err != nil {
		return nil, err
	}
	res.Pagination = next
	for _, c := range rows {
		inForce, err := s.k.inForce(ctx, req.Work, c)
		if err != nil {
			return nil, coded(err)
		}
		res.Constraints = append(res.Constraints, inForce)
	}
	return res, nil
}

// Admissions implements types.QueryServer.
func (s queryServer) Admissions(ctx context.Context, req *types.QueryAdmissionsRequest) (*types.QueryAdmissionsResponse, error) {
	if !req.Work.IsZero() {
		demands, err := s.waiting(ctx, req.Work)
		return &types.QueryAdmissionsResponse{Admissions: demands}, err
	}
	page, err := s.find(ctx, req.WaitsFor, req.Pagination)
	if err != nil {
		return nil, err
	}
	admissions, next, err := query.CollectionPaginate(ctx, s.k.AdmissionsByWork, page,
		func(key waited, _ collections.NoValue) (types.WaitingDeclaration, error) {
			ref := types.DeclarationRef{Work: key.K2(), Number: key.K3()}
			a, _, err := s.k.GetAdmission(ctx, ref)
			return types.WaitingDeclaration{Declaration: ref, Admission: a}, err
		}, withPrefix(collections.TriplePrefix[registrytypes.WorkID, registrytypes.WorkID, uint32](req.WaitsFor)))
	if err != nil {
		return nil, coded(err)
	}
	return &types.QueryAdmissionsResponse{Admissions: admissions, Pagination: next}, nil
}

// waiting lists the declarations that a work waits for, and for whom they do.
func (s queryServer) waiting(ctx context.Context, work registrytypes.WorkID) ([]types.WaitingDeclaration, error) {
	if _, err := s.find(ctx, work, nil); err != nil {
		return nil, err
	}
	demands, err := s.k.demandsOn(ctx, work)
	if err != nil {
		return nil, coded(err)
	}
	var list []types.WaitingDeclaration
	refs, _, err := s.k.declarationsOf(ctx, work, demands.Waiting)
	for _, ref := range refs {
		a, _, err := s.k.GetAdmission(ctx, ref)
		if err != nil {
			return nil, coded(err)
		}
		list = append(list, types.WaitingDeclaration{Declaration: ref, Admission: a})
	}
	return list, coded(err)
}

// Approvals implements types.QueryServer.
func (s queryServer) Approvals(ctx context.Context, req *types.QueryApprovalsRequest) (*types.QueryApprovalsResponse, error) {
	page, err := s.find(ctx, req.Work, req.Pagination)
	if err != nil {
		return nil, err
	}
	row, err := s.k.registry.GetWork(ctx, req.Work)
	if err != nil {
		return nil, coded(err)
	}
	approvals, next, err := query.CollectionPaginate(ctx, s.k.Approvals, page,
		func(key approval, transfers uint32) (types.Approval, error) {
			whom, err := types.ParseApprovedKey(key.K3())
			if err != nil {
				return types.Approval{}, err
			}
			licensee, derivative := whom.Fields()
			return types.Approval{
				Terms: key.K2(), Licensee: licensee, Derivative: derivative, InForce: transfers == row.Transfers,
			}, nil
		}, withPrefix(collections.TriplePrefix[registrytypes.WorkID, types.TermsID, []byte](req.Work)))
	return &types.QueryApprovalsResponse{Approvals: approvals, Pagination: next}, coded(err)
}

// find reads what most requests have: a page, of something about a work that
// exists.
func (s queryServer) find(
	ctx context.Context, work registrytypes.WorkID, asked *query.PageRequest,
) (*query.PageRequest, error) {
	page, err := paging.Bound(asked)
	if err != nil {
		return nil, err
	}
	if err := work.Given("work"); err != nil {
		return nil, coded(err)
	}
	_, err = s.k.registry.GetWork(ctx, work)
	return page, coded(err)
}

// coded gives errors their gRPC code; those of the store are internal.
func coded(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, types.ErrTermsNotFound), errors.Is(err, types.ErrGrantNotFound),
		errors.Is(err, types.ErrOfferNotFound), errors.Is(err, registrytypes.ErrWorkNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, registrytypes.ErrInvalidID), errors.Is(err, types.ErrInvalidUse):
		return status.Error(codes.InvalidArgument, err.Error())
	}
	return status.Error(codes.Internal, err.Error())
}
