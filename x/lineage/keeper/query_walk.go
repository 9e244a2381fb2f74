package keeper

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/x/internal/paging"
	"github.com/stemma-chain/stemma/x/lineage/graph"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// Bounds of a walk that a query takes.
const (
	maxDepth     = 1_000
	maxWalkSteps = 10_000
	maxWalkEdges = 50_000
)

// walk reads a page of a breadth-first walk. Each page walks from the start
// again, no further than it has to; its key is the position of its first row,
// so pages fit together as long as the graph does not change between them.
func (s queryServer) walk(ctx context.Context, req *types.QueryWalkRequest, g graph.Graph[workID]) (*types.QueryWalkResponse, error) {
	page, err := paging.Forward(req.Pagination)
	if err != nil {
		return nil, err
	}
	start, err := paging.Start(page)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, "work", req.Work); err != nil {
		return nil, err
	}
	if req.Depth > maxDepth {
		return nil, status.Errorf(codes.InvalidArgument, "depth %d is above %d", req.Depth, maxDepth)
	}
	limits := graph.Limits{Depth: int(req.Depth), Steps: maxWalkSteps, Edges: maxWalkEdges, EveryEdge: req.EveryEdge}
	if !page.CountTotal {
		limits.Steps = int(min(maxWalkSteps, min(start, maxWalkSteps)+page.Limit+1))
	}
	steps, truncated, err := graph.Walk(g, req.Work, limits)
	if err != nil {
		return nil, coded(err)
	}
	steps, next, err := paging.Slice(steps, page)
	if err != nil {
		return nil, err
	}
	rows, err := s.k.rows(ctx, g, steps)
	return &types.QueryWalkResponse{Steps: rows, Pagination: next, Truncated: truncated && next.NextKey == nil}, coded(err)
}

// Path lists the steps of a shortest path from a derivative to an ancestor. Each
// page searches it again.
func (s queryServer) Path(ctx context.Context, req *types.QueryPathRequest) (*types.QueryPathResponse, error) {
	page, err := paging.Bound(req.Pagination)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, "work", req.Work); err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, "ancestor", req.Ancestor); err != nil {
		return nil, err
	}
	if req.Work == req.Ancestor {
		return nil, status.Error(codes.InvalidArgument, "the two works are the same")
	}
	rows := &reader{ctx: ctx, k: s.k}
	path, truncated, err := graph.Path(ancestors{rows}, req.Work, req.Ancestor, graph.Limits{Steps: maxWalkSteps, Edges: maxWalkEdges})
	if err != nil {
		return nil, coded(err)
	}
	if truncated {
		return nil, status.Errorf(codes.ResourceExhausted, "%s is not among the first %d ancestors of %s: more are not searched",
			req.Ancestor, maxWalkSteps, req.Work)
	}
	// A step leads from each work to the next: one fewer than works, none without a path.
	places, next, err := paging.Places(uint64(max(len(path), 1)-1), page)
	if err != nil {
		return nil, err
	}
	response := &types.QueryPathResponse{Pagination: next}
	for _, place := range places {
		link, err := rows.link(path[place], path[place+1])
		if err != nil {
			return nil, coded(err)
		}
		response.Links = append(response.Links, link)
	}
	return response, nil
}

// CommonAncestors lists the works that two works both come from, by id.
func (s queryServer) CommonAncestors(ctx context.Context, req *types.QueryCommonAncestorsRequest) (*types.QueryCommonAncestorsResponse, error) {
	page, err := paging.Forward(req.Pagination)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, "work", req.Work); err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, "other", req.Other); err != nil {
		return nil, err
	}
	common, truncated, err := graph.Common(ancestors{&reader{ctx: ctx, k: s.k}}, req.Work, req.Other,
		graph.Limits{Steps: maxWalkSteps, Edges: maxWalkEdges / 2})
	if err != nil {
		return nil, coded(err)
	}
	common, next, err := paging.Slice(common, page)
	if err != nil {
		return nil, err
	}
	return &types.QueryCommonAncestorsResponse{Works: common, Pagination: next, Truncated: truncated}, nil
}

// rows reads what belongs to the steps of a page.
func (k Keeper) rows(ctx context.Context, g graph.Graph[workID], steps []graph.Step[workID]) ([]types.Step, error) {
	_, down := g.(descendants)
	read := &reader{ctx: ctx, k: k}
	rows := make([]types.Step, 0, len(steps))
	for _, s := range steps {
		derivative, source := s.From, s.Node
		if down {
			derivative, source = s.Node, s.From
		}
		link, err := read.link(derivative, source)
		if err != nil {
			return nil, err
		}
		generation, err := k.royalty.Generation(ctx, s.Node)
		if err != nil {
			return nil, err
		}
		rows = append(rows, types.Step{
			Work: s.Node, Depth: uint32(s.Depth), Generation: generation, Link: link, Again: s.Again,
		})
	}
	return rows, nil
}
