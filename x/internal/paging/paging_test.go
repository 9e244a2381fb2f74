package paging_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/internal/paging"
)

func TestBound(t *testing.T) {
	bounded, err := paging.Bound(nil)
	require.NoError(t, err)
	require.Equal(t, uint64(query.DefaultLimit), bounded.Limit)
	require.False(t, bounded.CountTotal)
	for _, asked := range []*query.PageRequest{{Limit: paging.Max + 1}, {Offset: 1, Key: []byte{1}}} {
		_, err := paging.Bound(asked)
		require.Equal(t, codes.InvalidArgument, status.Code(err))
	}
}

func TestSlicesJoinToTheWhole(t *testing.T) {
	rows := []int{1, 2, 3, 4, 5, 6, 7}
	for _, reverse := range []bool{false, true} {
		var read []int
		request := query.PageRequest{Limit: 3, Reverse: reverse, CountTotal: true}
		for {
			part, res, err := paging.Slice(rows, &request)
			require.NoError(t, err)
			read = append(read, part...)
			require.Equal(t, uint64(7), res.Total)
			if request.Key = res.NextKey; res.NextKey == nil {
				break
			}
		}
		require.ElementsMatch(t, rows, read)
		require.Equal(t, reverse, read[0] == 7)
	}
	_, err := paging.Forward(&query.PageRequest{Reverse: true})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, _, err = paging.Slice(rows, &query.PageRequest{Limit: 1, Key: []byte{1}})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	part, _, err := paging.Slice(rows, &query.PageRequest{Limit: 5, Offset: 99})
	require.NoError(t, err)
	require.Empty(t, part)
}
