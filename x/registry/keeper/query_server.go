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
	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	"github.com/stemma-chain/stemma/x/registry/types"
)

var _ types.QueryServer = queryServer{}

type queryServer struct{ k Keeper }

// NewQueryServer returns the server of the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

// Params implements types.QueryServer.
func (s queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := s.k.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: params}, coded(err)
}

// Work implements types.QueryServer.
func (s queryServer) Work(ctx context.Context, req *types.QueryWorkRequest) (*types.QueryWorkResponse, error) {
	work, err := s.find(ctx, req.Work)
	if err != nil {
		return nil, err
	}
	claim, err := s.k.claim(ctx, req.Work, work)
	return &types.QueryWorkResponse{Work: claim}, coded(err)
}

// Works implements types.QueryServer.
func (s queryServer) Works(ctx context.Context, req *types.QueryWorksRequest) (*types.QueryWorksResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	var works []types.Claim
	var next *query.PageResponse
	if req.Owner == "" {
		works, next, err = query.CollectionPaginate(ctx, s.k.Works, page, func(id types.WorkID, work types.Work) (types.Claim, error) {
			return s.k.claim(ctx, id, work)
		})
		return &types.QueryWorksResponse{Works: works, Pagination: next}, coded(err)
	}
	owner, err := sdk.AccAddressFromBech32(req.Owner)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "owner is not an account: %s", err)
	}
	works, next, err = query.CollectionPaginate(ctx, s.k.ByOwner, page,
		func(key collections.Pair[sdk.AccAddress, types.WorkID], _ collections.NoValue) (types.Claim, error) {
			return s.k.claimByID(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, types.WorkID](owner))
	return &types.QueryWorksResponse{Works: works, Pagination: next}, coded(err)
}

// Revisions implements types.QueryServer.
func (s queryServer) Revisions(ctx context.Context, req *types.QueryRevisionsRequest) (*types.QueryRevisionsResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	work, err := s.find(ctx, req.Work)
	if err != nil {
		return nil, err
	}
	places, next, err := paging.Places(uint64(work.Version), page)
	if err != nil {
		return nil, err
	}
	revisions := make([]types.NumberedRevision, len(places))
	for i, place := range places {
		revisions[i].Version = uint32(place) + 1
		if revisions[i].Revision, err = s.k.revisionOf(ctx, req.Work, work, revisions[i].Version); err != nil {
			return nil, coded(err)
		}
	}
	return &types.QueryRevisionsResponse{Revisions: revisions, Pagination: next}, nil
}

// Owners implements types.QueryServer.
func (s queryServer) Owners(ctx context.Context, req *types.QueryOwnersRequest) (*types.QueryOwnersResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	work, err := s.find(ctx, req.Work)
	if err != nil {
		return nil, err
	}
	places, next, err := paging.Places(uint64(work.Transfers)+1, page)
	if err != nil {
		return nil, err
	}
	owners := make([]types.Owner, len(places))
	for i, place := range places {
		o, err := s.k.ownership(ctx, req.Work, work, uint32(place))
		if err != nil {
			return nil, coded(err)
		}
		owners[i] = types.Owner{Number: uint32(place), Owner: o.Owner.String(), Since: o.Since}
	}
	return &types.QueryOwnersResponse{Owners: owners, Pagination: next}, nil
}

// Transfer implements types.QueryServer.
func (s queryServer) Transfer(ctx context.Context, req *types.QueryTransferRequest) (*types.QueryTransferResponse, error) {
	work, err := s.find(ctx, req.Work)
	if err != nil {
		return nil, err
	}
	offer, err := s.k.Transfers.Get(ctx, req.Work)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, status.Errorf(codes.NotFound, "no transfer of %s is on offer", req.Work)
	}
	return &types.QueryTransferResponse{
		Recipient: offer.Recipient.String(), OfferedAt: offer.OfferedAt, Number: work.TransferOffers,
	}, coded(err)
}

// Transfers implements types.QueryServer. There is no index by recipient: few works are on
// offer at a time, and whoever is offered one is told.
func (s queryServer) Transfers(ctx context.Context, req *types.QueryTransfersRequest) (*types.QueryTransfersResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	transfers, next, err := query.CollectionPaginate(ctx, s.k.Transfers, page,
		func(id types.WorkID, offer types.TransferOffer) (types.OfferedTransfer, error) {
			return types.OfferedTransfer{Work: id, Recipient: offer.Recipient.String(), OfferedAt: offer.OfferedAt}, nil
		})
	return &types.QueryTransfersResponse{Transfers: transfers, Pagination: next}, coded(err)
}

// Resolve implements types.QueryServer.
func (s queryServer) Resolve(ctx context.Context, req *types.QueryResolveRequest) (*types.QueryResolveResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	var works []types.Claim
	var next *query.PageResponse
	scheme, value, err := fingerprint.Normalize(req.Scheme, req.Value)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if scheme == types.SchemeSHA256 {
		digest, err := types.ParseDigest("value", value)
		if err != nil {
			return nil, coded(err)
		}
		works, next, err = s.k.claimsPage(ctx, digest, page)
		return &types.QueryResolveResponse{Works: works, Pagination: next}, coded(err)
	}
	works, next, err = query.CollectionPaginate(ctx, s.k.ByFingerprint, page,
		func(key collections.Pair[types.Digest, types.WorkID], _ collections.NoValue) (types.Claim, error) {
			return s.k.claimByID(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[types.Digest, types.WorkID](types.FingerprintHash(scheme, value)))
	return &types.QueryResolveResponse{Works: works, Pagination: next}, coded(err)
}

// Anchor implements types.QueryServer.
func (s queryServer) Anchor(ctx context.Context, req *types.QueryAnchorRequest) (*types.QueryAnchorResponse, error) {
	account, err := sdk.AccAddressFromBech32(req.Account)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "account: %s", err)
	}
	if err := req.Root.Given("root"); err != nil {
		return nil, coded(err)
	}
	anchored, err := s.k.Anchors.Get(ctx, collections.Join(account, req.Root))
	if errors.Is(err, collections.ErrNotFound) {
		return nil, status.Errorf(codes.NotFound, "%s has no anchor with root %s", req.Account, req.Root)
	}
	return &types.QueryAnchorResponse{Anchor: anchored}, coded(err)
}

// Anchors implements types.QueryServer.
func (s queryServer) Anchors(ctx context.Context, req *types.QueryAnchorsRequest) (*types.QueryAnchorsResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	account, err := sdk.AccAddressFromBech32(req.Account)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "account: %s", err)
	}
	anchors, next, err := query.CollectionPaginate(ctx, s.k.Anchors, page,
		func(key collections.Pair[sdk.AccAddress, types.Digest], a types.Anchor) (types.RootedAnchor, error) {
			return types.RootedAnchor{Root: key.K2(), Anchor: a}, nil
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, types.Digest](account))
	return &types.QueryAnchorsResponse{Anchors: anchors, Pagination: next}, coded(err)
}
