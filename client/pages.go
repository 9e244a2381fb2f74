package client

import (
	"context"
	"iter"

	"github.com/cosmos/cosmos-sdk/types/query"
)

// pageSize is how many rows a page asks for; a node may answer with fewer.
const pageSize = 200

// Rows asks page by page and yields the rows. Ask makes one page's question and takes rows and
// pagination out of its answer. An error is yielded once, as the last. Rows that change
// between two pages may be missed or met twice: ask at a height (At) for all of one state.
//
//	rows := client.Rows(ctx, func(ctx context.Context, page *query.PageRequest) ([]licensetypes.Offer, *query.PageResponse, error) {
//		res, err := c.License().Offers(ctx, &licensetypes.QueryOffersRequest{Work: work, Pagination: page})
//		return res.GetOffers(), res.GetPagination(), err
//	})
func Rows[Row any](
	ctx context.Context, ask func(context.Context, *query.PageRequest) ([]Row, *query.PageResponse, error),
) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for page := (&query.PageRequest{Limit: pageSize}); ; {
			rows, next, err := ask(ctx, page)
			if err != nil {
				var none Row
				yield(none, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			if next == nil || len(next.NextKey) == 0 {
				return
			}
			page = &query.PageRequest{Limit: pageSize, Key: next.NextKey}
		}
	}
}

// All takes the rows of an iterator into a list, at most so many; 0: all.
func All[Row any](rows iter.Seq2[Row, error], most int) ([]Row, error) {
	var all []Row
	for row, err := range rows {
		if err != nil {
			return all, err
		}
		if all = append(all, row); len(all) == most {
			break
		}
	}
	return all, nil
}
