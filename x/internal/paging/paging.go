// Package paging bounds what the list queries of all modules serve.
package paging

import (
	"encoding/binary"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"
)

// Max is the largest number of rows in one answer.
const Max = 1_000

// Bound returns the page to read. It fails with InvalidArgument above Max.
// Without a limit it sets the default itself: the SDK would count all rows then.
func Bound(asked *query.PageRequest) (*query.PageRequest, error) {
	bounded := query.PageRequest{}
	if asked != nil {
		bounded = *asked
	}
	if bounded.Limit == 0 {
		bounded.Limit = query.DefaultLimit
	}
	if bounded.Limit > Max {
		return nil, status.Errorf(codes.InvalidArgument, "pagination.limit %d is above %d: ask for less and go on with next_key", bounded.Limit, Max)
	}
	if bounded.Offset > 0 && len(bounded.Key) > 0 {
		return nil, status.Error(codes.InvalidArgument, "pagination takes key or offset, not both")
	}
	return &bounded, nil
}

// Places are those of the rows of a bounded page, from 0, in a list of this
// length. The key of the next page is the number of rows before it.
func Places(length uint64, bounded *query.PageRequest) ([]uint64, *query.PageResponse, error) {
	res := &query.PageResponse{}
	start := bounded.Offset
	switch len(bounded.Key) {
	case 0:
		if bounded.CountTotal {
			res.Total = length
		}
	case 8:
		start = binary.BigEndian.Uint64(bounded.Key)
	default:
		return nil, nil, status.Error(codes.InvalidArgument, "pagination.key is not the next_key of an earlier answer")
	}
	start = min(start, length)
	count := min(bounded.Limit, length-start)
	if start+count < length {
		res.NextKey = binary.BigEndian.AppendUint64(nil, start+count)
	}
	places := make([]uint64, count)
	for i := range places {
		places[i] = start + uint64(i)
		if bounded.Reverse {
			places[i] = length - 1 - places[i]
		}
	}
	return places, res, nil
}

// Slice cuts a bounded page out of rows that are there as a whole.
func Slice[T any](rows []T, bounded *query.PageRequest) ([]T, *query.PageResponse, error) {
	places, res, err := Places(uint64(len(rows)), bounded)
	page := make([]T, len(places))
	for i, place := range places {
		page[i] = rows[place]
	}
	return page, res, err
}
