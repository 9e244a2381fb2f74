package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// find reads the work that a request names, with errors as gRPC codes.
func (s queryServer) find(ctx context.Context, id types.WorkID) (types.Work, error) {
	if err := id.Given("work"); err != nil {
		return types.Work{}, coded(err)
	}
	work, err := s.k.GetWork(ctx, id)
	return work, coded(err)
}

// claim puts together what is known of a work.
func (k Keeper) claim(ctx context.Context, id types.WorkID, work types.Work) (types.Claim, error) {
	revision, err := work.Revision()
	if err != nil {
		return types.Claim{}, err
	}
	contested, later, err := k.contested(ctx, id, work)
	if err != nil {
		return types.Claim{}, err
	}
	return types.Claim{
		Id: id, Owner: work.Owner.String(), Registrant: work.Registrant.String(),
		Sha256: work.Sha256.Digest, Status: work.Status, Version: work.Version,
		ClaimedSince: work.ClaimedSince, RegisteredAt: work.RegisteredAt, AnchorRoot: work.AnchorRoot.Digest, RevealedAt: work.RevealedAt,
		PlacedAt: work.PlacedAt, Hold: work.Hold, Contested: contested, AlsoClaimedLater: later,
		Details: revision.Details, BlankedSha256: revision.BlankedSha256, ManifestVersion: work.ManifestVersion,
	}, nil
}

func (k Keeper) claimByID(ctx context.Context, id types.WorkID) (types.Claim, error) {
	work, err := k.GetWork(ctx, id)
	if err != nil {
		return types.Claim{}, err
	}
	return k.claim(ctx, id, work)
}

// claimsPage is a page of the claims to a content in their order.
func (k Keeper) claimsPage(ctx context.Context, digest types.Digest, page *query.PageRequest) ([]types.Claim, *query.PageResponse, error) {
	c, err := k.claimsTo(ctx, digest)
	switch {
	case err != nil:
		return nil, nil, err
	case c.claimed && !c.listed():
		return k.soleClaimPage(ctx, c.sole, page)
	}
	return query.CollectionPaginate(ctx, k.ByDigest, page,
		func(key collections.Pair[types.Digest, types.ClaimOrder], _ collections.NoValue) (types.Claim, error) {
			return k.claimByID(ctx, key.K2().Work)
		}, query.WithCollectionPaginationPairPrefix[types.Digest, types.ClaimOrder](digest))
}

// soleClaimPage answers as a list of one does: later pages are empty.
func (k Keeper) soleClaimPage(ctx context.Context, id types.WorkID, page *query.PageRequest) ([]types.Claim, *query.PageResponse, error) {
	next := &query.PageResponse{}
	if page.CountTotal && len(page.Key) == 0 {
		next.Total = 1
	}
	if page.Offset > 0 || len(page.Key) > 0 {
		return nil, next, nil
	}
	claim, err := k.claimByID(ctx, id)
	return []types.Claim{claim}, next, err
}

// coded gives the module's errors their gRPC code; others are internal.
func coded(err error) error {
	if err == nil {
		return nil
	}
	switch {
	case errors.Is(err, types.ErrWorkNotFound), errors.Is(err, types.ErrNoManifest):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrInvalidID), errors.Is(err, types.ErrInvalidDigest), errors.Is(err, types.ErrInvalidDetails),
		errors.Is(err, types.ErrInvalidManifest):
		return status.Error(codes.InvalidArgument, err.Error())
	}
	return status.Error(codes.Internal, err.Error())
}
