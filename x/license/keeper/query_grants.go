package keeper

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/internal/paging"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Grant implements types.QueryServer.
func (s queryServer) Grant(ctx context.Context, req *types.QueryGrantRequest) (*types.QueryGrantResponse, error) {
	if err := req.Grant.Given("grant"); err != nil {
		return nil, coded(err)
	}
	grant, err := s.k.GetGrant(ctx, req.Grant)
	if err != nil {
		return nil, coded(err)
	}
	allowed, err := s.k.allowListOf(ctx, grant)
	if err != nil {
		return nil, coded(err)
	}
	if grant, err = s.k.inTime(ctx, grant); err != nil {
		return nil, coded(err)
	}
	return &types.QueryGrantResponse{Grant: grant.Named(req.Grant), Licensees: allowed.Licensees}, nil
}

// Grants implements types.QueryServer.
func (s queryServer) Grants(ctx context.Context, req *types.QueryGrantsRequest) (*types.QueryGrantsResponse, error) {
	switch {
	case !req.Terms.IsZero() && (req.Licensee == "" || req.Work.IsZero()):
		return nil, status.Error(codes.InvalidArgument, "terms narrow down a work and a licensee: name both")
	case req.Licensee != "":
		return s.grantsOfLicensee(ctx, req)
	case req.Work.IsZero():
		return nil, status.Error(codes.InvalidArgument, "name a work, a licensee or both")
	}
	page, err := s.find(ctx, req.Work, req.Pagination)
	if err != nil {
		return nil, err
	}
	grants, next, err := query.CollectionPaginate(ctx, s.k.GrantsByWork, page,
		func(key collections.Pair[registrytypes.WorkID, types.GrantID], _ collections.NoValue) (types.NamedGrant, error) {
			return s.k.namedGrant(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[registrytypes.WorkID, types.GrantID](req.Work))
	return &types.QueryGrantsResponse{Grants: grants, Pagination: next}, coded(err)
}

// grantsOfLicensee lists an account's grants, of one work and under one terms where they
// are named.
func (s queryServer) grantsOfLicensee(ctx context.Context, req *types.QueryGrantsRequest) (*types.QueryGrantsResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	licensee, err := sdk.AccAddressFromBech32(req.Licensee)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "licensee is no account: %s", err)
	}
	holder := types.Approved{Licensee: licensee}.Key()
	prefix := collections.QuadPrefix[[]byte, registrytypes.WorkID, types.TermsID, []byte](holder)
	switch {
	case !req.Terms.IsZero():
		prefix = collections.QuadSuperPrefix3[[]byte, registrytypes.WorkID, types.TermsID, []byte](holder, req.Work, req.Terms)
	case !req.Work.IsZero():
		prefix = collections.QuadSuperPrefix[[]byte, registrytypes.WorkID, types.TermsID, []byte](holder, req.Work)
	}
	grants, next, err := query.CollectionPaginate(ctx, s.k.GrantsHeld, page,
		func(key held, _ collections.NoValue) (types.NamedGrant, error) {
			id, _ := types.ReadHeldKey(key.K4())
			return s.k.namedGrant(ctx, id)
		}, withPrefix(prefix))
	return &types.QueryGrantsResponse{Grants: grants, Pagination: next}, coded(err)
}

// Passes implements types.QueryServer.
func (s queryServer) Passes(ctx context.Context, req *types.QueryPassesRequest) (*types.QueryPassesResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	licensee, err := sdk.AccAddressFromBech32(req.Licensee)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "licensee is no account: %s", err)
	}
	prefix := collections.QuadPrefix[sdk.AccAddress, registrytypes.WorkID, registrytypes.WorkID, types.TermsID](licensee)
	if !req.UsesOf.IsZero() {
		prefix = collections.QuadSuperPrefix[sdk.AccAddress, registrytypes.WorkID, registrytypes.WorkID, types.TermsID](licensee, req.UsesOf)
	}
	passes, next, err := query.CollectionPaginate(ctx, s.k.Passes, page,
		func(key passed, p types.Pass) (types.NamedPass, error) {
			if p.ExpiresAt == nil {
				return namedPass(key, p), nil
			}
			held, err := s.k.heldFor(ctx, key.K3())
			return namedPass(key, p.InTime(held)), err
		},
		func(o *query.CollectionsPaginateOptions[passed]) { o.Prefix = &prefix })
	return &types.QueryPassesResponse{Passes: passes, Pagination: next}, coded(err)
}

// GrantUses implements types.QueryServer.
func (s queryServer) GrantUses(ctx context.Context, req *types.QueryGrantUsesRequest) (*types.QueryGrantUsesResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	if err := req.Grant.Given("grant"); err != nil {
		return nil, coded(err)
	}
	grant, err := s.k.GetGrant(ctx, req.Grant)
	if err != nil {
		return nil, coded(err)
	}
	if user, bound := grant.User(); bound {
		res := &types.QueryGrantUsesResponse{Pagination: &query.PageResponse{}}
		if grant.Used > 0 {
			res.Derivatives = []registrytypes.WorkID{user}
		}
		return res, nil
	}
	works, next, err := query.CollectionPaginate(ctx, s.k.GrantUses, page,
		func(key use, _ collections.NoValue) (registrytypes.WorkID, error) { return key.K2(), nil },
		query.WithCollectionPaginationPairPrefix[types.GrantID, registrytypes.WorkID](req.Grant))
	return &types.QueryGrantUsesResponse{Derivatives: works, Pagination: next}, coded(err)
}

// Exclusives implements types.QueryServer.
func (s queryServer) Exclusives(ctx context.Context, req *types.QueryExclusivesRequest) (*types.QueryExclusivesResponse, error) {
	if _, err := s.find(ctx, req.Work, nil); err != nil {
		return nil, err
	}
	list, err := s.k.exclusives(ctx, req.Work)
	if err != nil {
		return nil, coded(err)
	}
	row, _, err := s.k.Exclusives.Find(ctx, req.Work)
	if err != nil {
		return nil, coded(err)
	}
	res := &types.QueryExclusivesResponse{Made: row.Made}
	for _, e := range list {
		grant, err := s.k.namedGrant(ctx, e.Grant.GrantID)
		if err != nil {
			return nil, coded(err)
		}
		res.Grants = append(res.Grants, grant)
	}
	return res, nil
}
