package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/internal/paging"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

func (s queryServer) Pool(ctx context.Context, r *types.QueryPoolRequest) (*types.QueryPoolResponse, error) {
	head, err := s.work(ctx, r.Work)
	if err != nil {
		return nil, err
	}
	table, err := s.k.GetHolders(ctx, r.Work, head.HoldersVersion)
	if err != nil {
		return nil, err
	}
	res := &types.QueryPoolResponse{}
	res.Version, res.Weight = table.Pool()
	change, err := s.k.Pools.Changes.Get(ctx, r.Work)
	if errors.Is(err, collections.ErrNotFound) {
		return res, nil
	}
	res.Waits = &change
	return res, err
}

func (s queryServer) PoolFunds(ctx context.Context, r *types.QueryPoolFundsRequest) (*types.QueryPoolFundsResponse, error) {
	page, err := s.poolPage(ctx, r.Work, r.Pagination)
	if err != nil {
		return nil, err
	}
	of := collections.TripleSuperPrefix[registrytypes.WorkID, uint32, string](r.Work, r.Version)
	funds, next, err := query.CollectionPaginate(ctx, s.k.Pools.Funds, page, func(key fundKey, fund types.PoolFund) (types.DenomFund, error) {
		return types.DenomFund{Denom: key.K3(), Fund: fund}, nil
	}, func(o *query.CollectionsPaginateOptions[fundKey]) { o.Prefix = &of })
	return &types.QueryPoolFundsResponse{Funds: funds, Pagination: next}, err
}

func (s queryServer) Part(ctx context.Context, r *types.QueryPartRequest) (*types.QueryPartResponse, error) {
	if err := types.ValidateCollect(r.Work, []string{r.Denom}, []registrytypes.ContributorProof{r.Proof}); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	part, err := s.k.Part(ctx, r.Work, r.Version, r.Denom, r.Proof)
	return part, codedPool(err)
}

func (s queryServer) CollectedParts(ctx context.Context, r *types.QueryCollectedPartsRequest) (*types.QueryCollectedPartsResponse, error) {
	page, err := s.poolPage(ctx, r.Work, r.Pagination)
	if err != nil {
		return nil, err
	}
	of := collections.QuadSuperPrefix[registrytypes.WorkID, uint32, uint64, string](r.Work, r.Version)
	parts, next, err := query.CollectionPaginate(ctx, s.k.Pools.Parts, page, func(key partKey, amount math.Int) (types.CollectedPart, error) {
		return types.CollectedPart{Start: key.K3(), Denom: key.K4(), Amount: amount}, nil
	}, func(o *query.CollectionsPaginateOptions[partKey]) { o.Prefix = &of })
	return &types.QueryCollectedPartsResponse{Parts: parts, Pagination: next}, err
}

// poolPage is the page asked for of a pool's rows, of a work that is there.
func (s queryServer) poolPage(ctx context.Context, work registrytypes.WorkID, asked *query.PageRequest) (*query.PageRequest, error) {
	page, err := paging.Forward(asked) // by denom
	if err != nil {
		return nil, err
	}
	_, err = s.work(ctx, work)
	return page, err
}

func (s queryServer) PreviewCollect(ctx context.Context, r *types.QueryPreviewCollectRequest) (*types.QueryPreviewCollectResponse, error) {
	if err := types.ValidateCollect(r.Work, r.Denoms, r.Entries); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	entries, err := s.k.PreviewCollect(ctx, r.Work, r.Version, r.Denoms, r.Entries)
	return &types.QueryPreviewCollectResponse{Entries: entries}, codedPool(err)
}

// codedPool gives errors about manifests their gRPC codes.
func codedPool(err error) error {
	switch {
	case errors.Is(err, registrytypes.ErrNoManifest):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, registrytypes.ErrInvalidManifest):
		return status.Error(codes.InvalidArgument, err.Error())
	}
	return err
}

func (s queryServer) Payee(ctx context.Context, r *types.QueryPayeeRequest) (*types.QueryPayeeResponse, error) {
	contributor, err := sdk.AccAddressFromBech32(r.Contributor)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "contributor %q is not an account: %s", r.Contributor, err)
	}
	payee, err := s.k.payeeOf(ctx, contributor)
	return &types.QueryPayeeResponse{Payee: payee.String()}, err
}
