package keeper

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// A page of sources starts among the registered or the external ones: the first
// byte of its key says where, the rest is the id or the table's key of its first.
const (
	registeredPart byte = iota
	externalPart
)

// sources reads a page of a work's sources: registered ones, then external
// ones. The total is known without counting.
func (k Keeper) sources(ctx context.Context, work workID, page *query.PageRequest) ([]types.Link, *query.PageResponse, error) {
	row, _, err := k.Derivations.Find(ctx, work)
	if err != nil {
		return nil, nil, err
	}
	result := &query.PageResponse{}
	if page.CountTotal {
		result.Total = uint64(row.Count())
	}
	rest := &query.PageRequest{Limit: page.Limit}
	start, err := firstSource(&row, page)
	if err != nil {
		return nil, nil, err
	}
	switch registered := uint64(len(row.Edges)); {
	case len(page.Key) > 0 && page.Key[0] == externalPart:
		rest.Key = page.Key[1:]
	case start > registered:
		rest.Offset = start - registered
	}
	var links []types.Link
	for start < uint64(len(row.Edges)) {
		e := row.Edges[start]
		if rest.Limit == 0 {
			result.NextKey = append([]byte{registeredPart}, e.Source.WorkID[:]...)
			return links, result, nil
		}
		links = append(links, newLink(work, &row, e))
		rest.Limit--
		start++
	}
	if rest.Limit == 0 {
		if row.Externals > 0 {
			result.NextKey = []byte{externalPart, 0, 0, 0, 0}
		}
		return links, result, nil
	}
	externals, next, err := k.externalSources(ctx, work, rest)
	if next != nil {
		result.NextKey = append([]byte{externalPart}, next...)
	}
	return append(links, externals...), result, err
}

// firstSource returns where a page starts among all sources, or behind the
// registered ones if its key is that of an external one.
func firstSource(row *types.Derivation, page *query.PageRequest) (uint64, error) {
	switch {
	case len(page.Key) == 0:
		return page.Offset, nil
	case page.Key[0] == externalPart:
		return uint64(len(row.Edges)), nil
	case page.Key[0] == registeredPart && len(page.Key) == 1+len(workID{}):
		place, _ := row.Find(workID(page.Key[1:]))
		return uint64(place), nil
	}
	return 0, status.Error(codes.InvalidArgument, "pagination.key is not a next_key of this list")
}

func (k Keeper) externalSources(ctx context.Context, work workID, page *query.PageRequest) ([]types.Link, []byte, error) {
	links, next, err := query.CollectionPaginate(ctx, k.Externals, page,
		func(_ externalKey, e types.ExternalEdge) (types.Link, error) { return newExternalLink(work, e), nil },
		query.WithCollectionPaginationPairPrefix[workID, uint32](work))
	if err != nil {
		return nil, nil, err
	}
	return links, next.NextKey, nil
}
