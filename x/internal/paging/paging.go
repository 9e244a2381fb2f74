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
		return nil, status.Errorf(codes.InvalidArgument, "pagination.limit %d is above %d: ask for less and go on with next_key",
			bounded.Limit, Max)
	}
	if bounded.Offset > 0 && len(bounded.Key) > 0 {
		return nil, status.Error(codes.InvalidArgument, "pagination takes key or offset, not both")
	}
	return &bounded, nil
}

// Forward is Bound for a list that is read in one direction only. Lists whose last part of the key is a text, as a denom, are such: in
// reverse the SDK begins a page at all keys that begin with its own, and so gives rows again.
func Forward(asked *query.PageRequest) (*query.PageRequest, error) {
	if asked != nil && asked.Reverse {
		return nil, status.Error(codes.InvalidArgument, "this list is not served in reverse order")
	}
	return Bound(asked)
}

// Start is the place of the first row of a bounded page in a list that is read
// by places. The key of a page is the number of rows before it.
func Start(bounded *query.PageRequest) (uint64, error) {
	switch len(bounded.Key) {
	case 0:
		return bounded.Offset, nil
	case 8:
		return binary.BigEndian.Uint64(bounded.Key), nil
	}
	return 0, status.Error(codes.InvalidArgument, "pagination.key is not the next_key of an earlier answer")
}

// Places are those of the rows of a bounded page, from 0, in a list of this
// length.
func Places(length uint64, bounded *query.PageRequest) ([]uint64, *query.PageResponse, error) {
	start, err := Start(bounded)
	if err != nil {
		return nil, nil, err
	}
	res := &query.PageResponse{}
	if bounded.CountTotal {
		res.Total = length
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
