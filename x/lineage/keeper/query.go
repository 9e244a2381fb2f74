package keeper

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// find checks that the work which a field of a request names exists, with errors
// as gRPC codes.
func (s queryServer) find(ctx context.Context, field string, work workID) (registrytypes.Work, error) {
	if err := work.Given(field); err != nil {
		return registrytypes.Work{}, coded(err)
	}
	row, err := s.k.registry.GetWork(ctx, work)
	return row, coded(err)
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

// node returns a work's place in the graph, an empty one for an original.
func (k Keeper) node(ctx context.Context, work workID) (types.Node, error) {
	row, found, err := k.Derivations.Find(ctx, work)
	if err != nil || !found {
		return types.Node{}, err
	}
	return k.newNode(ctx, work, row)
}

// newNode puts a work's row and its generation together.
func (k Keeper) newNode(ctx context.Context, work workID, row types.Derivation) (types.Node, error) {
	generation, err := k.royalty.Generation(ctx, work)
	return types.Node{
		Generation: generation, Sources: uint32(len(row.Edges)), Externals: row.Externals, DerivedAt: row.DerivedAt,
		Declarations: row.Declarations,
	}, err
}

// link reads an edge as queries show it.
func (r *reader) link(derivative, source workID) (types.Link, error) {
	row, err := r.derivation(derivative)
	if err != nil {
		return types.Link{}, err
	}
	place, found := row.Find(source)
	if !found {
		return types.Link{}, fmt.Errorf("%w: %s as a source of %s", collections.ErrNotFound, source, derivative)
	}
	return newLink(derivative, row, row.Edges[place]), nil
}

func newLink(derivative workID, row *types.Derivation, e types.Edge) types.Link {
	met := e.Met()
	return types.Link{
		Derivative: derivative, Source: e.Source.WorkID, Role: e.Role, Terms: e.Terms.TermsID, Also: e.AlsoTerms(), Grant: e.Grant.GrantID,
		RoyaltyPolicy: e.RoyaltyPolicy, RoyaltyRate: e.RoyaltyRate, Weight: e.Weight,
		WorkVersion: e.WorkVersion, AddedAt: row.AddedAt(e), AddedLater: e.AddedLater, Ruled: e.Ruled,
		MetByGrants: met.GrantIDs(), MetByPasses: met.Passes,
	}
}

func newExternalLink(derivative workID, e types.ExternalEdge) types.Link {
	external := e.External
	return types.Link{
		Derivative: derivative, External: &external, Role: e.Role, Weight: e.Weight, AddedAt: e.AddedAt,
		BlankedSha256: e.BlankedSha256,
	}
}
