package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/internal/paging"
	"github.com/stemma-chain/stemma/x/registry/types"
)

// Manifest implements types.QueryServer.
func (s queryServer) Manifest(ctx context.Context, req *types.QueryManifestRequest) (*types.QueryManifestResponse, error) {
	work, err := s.find(ctx, req.Work)
	if err != nil {
		return nil, err
	}
	roots, version, err := s.k.ManifestOf(ctx, req.Work, work, req.Version)
	if err != nil {
		return nil, coded(err)
	}
	list, err := s.k.WithdrawalList(ctx, req.Work)
	return &types.QueryManifestResponse{Manifest: numbered(version, roots), Withdrawals: list}, coded(err)
}

func numbered(version uint32, roots types.Roots) types.NumberedManifest {
	return types.NumberedManifest{Version: version, Roots: roots, Sha256: roots.Digest()}
}

// Manifests implements types.QueryServer.
func (s queryServer) Manifests(ctx context.Context, req *types.QueryManifestsRequest) (*types.QueryManifestsResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, req.Work); err != nil {
		return nil, err
	}
	manifests, next, err := query.CollectionPaginate(ctx, s.k.Manifests, page,
		func(key collections.Pair[types.WorkID, uint32], row types.Manifest) (types.NumberedManifest, error) {
			return numbered(key.K2(), row.Roots()), nil
		}, query.WithCollectionPaginationPairPrefix[types.WorkID, uint32](req.Work))
	return &types.QueryManifestsResponse{Manifests: manifests, Pagination: next}, coded(err)
}

// Withdrawals implements types.QueryServer.
func (s queryServer) Withdrawals(ctx context.Context, req *types.QueryWithdrawalsRequest) (*types.QueryWithdrawalsResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, req.Work); err != nil {
		return nil, err
	}
	withdrawals, next, err := query.CollectionPaginate(ctx, s.k.Withdrawals, page,
		func(key collections.Pair[types.WorkID, uint64], row types.Withdrawal) (types.NumberedWithdrawal, error) {
			contributor, err := types.ContributorOf(row.Contributor)
			return types.NumberedWithdrawal{Number: key.K2(), Contributor: contributor, Sha256: row.Sha256.Digest, At: row.At}, err
		}, query.WithCollectionPaginationPairPrefix[types.WorkID, uint64](req.Work))
	if err != nil {
		return nil, coded(err)
	}
	list, err := s.k.WithdrawalList(ctx, req.Work)
	return &types.QueryWithdrawalsResponse{Withdrawals: withdrawals, Pagination: next, List: list}, coded(err)
}

// Item implements types.QueryServer.
func (s queryServer) Item(ctx context.Context, req *types.QueryItemRequest) (*types.QueryItemResponse, error) {
	if err := req.Item.Validate(req.Contributor); err != nil {
		return nil, coded(err)
	}
	if _, err := s.find(ctx, req.Work); err != nil {
		return nil, err
	}
	roots, err := s.k.GetManifest(ctx, req.Work, req.Version)
	if err != nil {
		return nil, coded(err)
	}
	if err := req.Item.Verify(roots, req.Contributor); err != nil {
		return nil, coded(err)
	}
	list, err := s.k.WithdrawalList(ctx, req.Work)
	if err != nil {
		return nil, coded(err)
	}
	status, err := s.k.ItemStatus(ctx, req.Work, types.ContributedItem{Sha256: req.Item.Sha256, Contributor: req.Contributor})
	return &types.QueryItemResponse{Manifest: numbered(req.Version, roots), Status: status, List: list}, coded(err)
}

// ItemStatus implements types.QueryServer.
func (s queryServer) ItemStatus(ctx context.Context, req *types.QueryItemStatusRequest) (*types.QueryItemStatusResponse, error) {
	if err := req.Validate(); err != nil {
		return nil, coded(err)
	}
	if _, err := s.find(ctx, req.Work); err != nil {
		return nil, err
	}
	list, err := s.k.WithdrawalList(ctx, req.Work)
	if err != nil {
		return nil, coded(err)
	}
	res := &types.QueryItemStatusResponse{List: list, Items: make([]types.ItemStatus, len(req.Items))}
	if list.Count == 0 {
		return res, nil
	}
	for i, item := range req.Items {
		if res.Items[i], err = s.k.ItemStatus(ctx, req.Work, item); err != nil {
			return nil, coded(err)
		}
	}
	return res, nil
}
