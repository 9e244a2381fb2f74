package keeper

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// A page of sources starts in one of two tables: the first byte of its key
// names the table, the rest is the key within it.
const (
	registeredTable byte = iota
	externalTable
)

// sources reads a page of a work's sources: registered ones, then external
// ones. The total is known without counting.
func (k Keeper) sources(ctx context.Context, work workID, page *query.PageRequest) ([]types.Link, *query.PageResponse, error) {
	node, _, err := k.node(ctx, work)
	if err != nil {
		return nil, nil, err
	}
	result := &query.PageResponse{}
	if page.CountTotal {
		result.Total = uint64(node.Sources) + uint64(node.Externals)
	}
	rest := &query.PageRequest{Offset: page.Offset, Limit: page.Limit}
	table := registeredTable
	if len(page.Key) > 0 {
		if table, rest.Key = page.Key[0], page.Key[1:]; table > externalTable {
			return nil, nil, status.Error(codes.InvalidArgument, "pagination.key is not a next_key of this list")
		}
	}
	var links []types.Link
	if table == registeredTable {
		if rest.Offset < uint64(node.Sources) {
			var next []byte
			if links, next, err = k.registeredSources(ctx, work, rest); err != nil {
				return nil, nil, err
			}
			if next != nil {
				result.NextKey = append([]byte{registeredTable}, next...)
				return links, result, nil
			}
			rest.Offset = 0
		} else {
			rest.Offset -= uint64(node.Sources)
		}
		rest.Key = nil
		rest.Limit -= uint64(len(links))
	}
	if rest.Limit == 0 {
		if node.Externals > 0 {
			result.NextKey = []byte{externalTable, 0, 0, 0, 0}
		}
		return links, result, nil
	}
	externals, next, err := k.externalSources(ctx, work, rest)
	if next != nil {
		result.NextKey = append([]byte{externalTable}, next...)
	}
	return append(links, externals...), result, err
}

func (k Keeper) registeredSources(ctx context.Context, work workID, page *query.PageRequest) ([]types.Link, []byte, error) {
	links, next, err := query.CollectionPaginate(ctx, k.Edges, page,
		func(key workPair, e types.Edge) (types.Link, error) { return newLink(work, key.K2(), e), nil },
		query.WithCollectionPaginationPairPrefix[workID, workID](work))
	if err != nil {
		return nil, nil, err
	}
	return links, next.NextKey, nil
}

func (k Keeper) externalSources(ctx context.Context, work workID, page *query.PageRequest) ([]types.Link, []byte, error) {
	links, next, err := query.CollectionPaginate(ctx, k.Externals, page,
		func(_ externalKey, e types.ExternalEdge) (types.Link, error) { return newExternalLink(work, e), nil },
		func(o *query.CollectionsPaginateOptions[externalKey]) {
			prefix := collections.PairPrefix[workID, uint32](work)
			o.Prefix = &prefix
		})
	if err != nil {
		return nil, nil, err
	}
	return links, next.NextKey, nil
}
