package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/internal/paging"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// find reads the id that a request names and checks that the work exists, with
// errors as gRPC codes.
func (s queryServer) find(ctx context.Context, work string) (workID, error) {
	id, err := registrytypes.ParseWorkID(work)
	if err != nil {
		return id, coded(err)
	}
	_, err = s.k.registry.GetWork(ctx, id)
	return id, coded(err)
}

// forward bounds pages of lists that are read in one direction only.
func forward(page *query.PageRequest) (*query.PageRequest, error) {
	if page != nil && page.Reverse {
		return nil, status.Error(codes.InvalidArgument, "this list is not served in reverse order")
	}
	return paging.Bound(page)
}

// coded gives errors their gRPC code; those of the store are internal.
func coded(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, registrytypes.ErrWorkNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, registrytypes.ErrInvalidID):
		return status.Error(codes.InvalidArgument, err.Error())
	}
	if _, is := status.FromError(err); is {
		return err
	}
	return status.Error(codes.Internal, err.Error())
}

// edgeLink reads an edge as queries show it.
func (k Keeper) edgeLink(ctx context.Context, derivative, source workID) (types.Link, error) {
	edge, err := k.Edges.Get(ctx, collections.Join(derivative, source))
	if err != nil {
		return types.Link{}, err
	}
	return newLink(derivative, source, edge), nil
}

func newLink(derivative, source workID, e types.Edge) types.Link {
	link := types.Link{
		Derivative: derivative.String(), Source: source.String(), Role: e.Role,
		RoyaltyPolicy: e.RoyaltyPolicy, RoyaltyRate: e.RoyaltyRate, Weight: e.Weight,
		WorkVersion: e.WorkVersion, AddedAt: e.AddedAt, AddedLater: e.AddedLater,
	}
	if len(e.Terms) > 0 {
		link.Terms = licensetypes.TermsID(e.Terms).String()
	}
	if len(e.Grant) > 0 {
		link.Grant = licensetypes.GrantID(e.Grant).String()
	}
	return link
}

func newExternalLink(derivative workID, e types.ExternalEdge) types.Link {
	external := e.External
	return types.Link{
		Derivative: derivative.String(), External: &external, Role: e.Role, Weight: e.Weight, AddedAt: e.AddedAt,
	}
}
