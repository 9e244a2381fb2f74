package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxPage is the largest number of rows in one answer.
const maxPage = 1_000

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

// bounded returns the page to read. Without a limit it sets the default
// itself: the SDK would count all rows then.
func bounded(page *query.PageRequest) (*query.PageRequest, error) {
	bounded := query.PageRequest{Limit: query.DefaultLimit}
	if page != nil {
		bounded = *page
	}
	if bounded.Limit == 0 {
		bounded.Limit = query.DefaultLimit
	}
	if bounded.Limit > maxPage {
		return nil, status.Errorf(codes.InvalidArgument, "pagination.limit %d is above %d: ask for less and go on with next_key", bounded.Limit, maxPage)
	}
	if bounded.Offset > 0 && len(bounded.Key) > 0 {
		return nil, status.Error(codes.InvalidArgument, "pagination takes key or offset, not both")
	}
	return &bounded, nil
}

// forward is bounded for lists that are read in one direction only.
func forward(page *query.PageRequest) (*query.PageRequest, error) {
	if page != nil && page.Reverse {
		return nil, status.Error(codes.InvalidArgument, "this list is not served in reverse order")
	}
	return bounded(page)
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
