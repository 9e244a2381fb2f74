package keeper_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/registry/types"
)

func TestListsPage(t *testing.T) {
	f := newFixture(t)
	var contents []string
	for i := range 25 {
		contents = append(contents, fmt.Sprint("photo ", i))
	}
	byID := func(a, b types.WorkID) int { return bytes.Compare(a[:], b[:]) }
	all := f.register(alice, contents...)
	slices.SortFunc(all, byID)
	f.register(bob, "another's")

	for _, reverse := range []bool{false, true} {
		var got []types.WorkID
		page := &query.PageRequest{Limit: 10, Reverse: reverse}
		for pages := 1; ; pages++ {
			res, err := f.query.Works(f.ctx, &types.QueryWorksRequest{Owner: alice.String(), Pagination: page})
			require.NoError(t, err)
			for _, w := range res.Works {
				got = append(got, w.Id)
			}
			if res.Pagination.NextKey == nil {
				require.Equal(t, 3, pages)
				break
			}
			page.Key = res.Pagination.NextKey
		}
		if reverse {
			slices.SortFunc(got, byID)
		}
		require.Equal(t, all, got)
	}

	res, err := f.query.Works(f.ctx, &types.QueryWorksRequest{})
	require.NoError(t, err)
	require.Len(t, res.Works, 26)
	require.Zero(t, res.Pagination.Total, "without being asked, a query does not count the whole table")
	res, err = f.query.Works(f.ctx, &types.QueryWorksRequest{Pagination: &query.PageRequest{Limit: 5, CountTotal: true}})
	require.NoError(t, err)
	require.Equal(t, uint64(26), res.Pagination.Total)
}

func TestResolvePagesInOrderOfClaim(t *testing.T) {
	f := newFixture(t)
	var want []types.WorkID
	for i := range 7 {
		ids, err := f.tryRegister(account(fmt.Sprint("claimant ", i)), true, "poem")
		require.NoError(t, err)
		want = append(want, ids[0])
		f.nextBlock()
	}
	var got []types.WorkID
	page := &query.PageRequest{Limit: 3}
	for {
		res, err := f.query.Resolve(f.ctx, &types.QueryResolveRequest{Scheme: "sha256", Value: digestOf("poem").String(), Pagination: page})
		require.NoError(t, err)
		for _, w := range res.Works {
			got = append(got, w.Id)
		}
		if page.Key = res.Pagination.NextKey; page.Key == nil {
			break
		}
	}
	require.Equal(t, want, got)
}

// A content with one claim is a list of one in every way of paging.
func TestResolvePagesASoleClaim(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, "poem")[0]
	ask := func(page query.PageRequest) *types.QueryResolveResponse {
		res, err := f.query.Resolve(f.ctx, &types.QueryResolveRequest{Scheme: "sha256", Value: digestOf("poem").String(), Pagination: &page})
		require.NoError(t, err)
		require.Empty(t, res.Pagination.NextKey)
		return res
	}
	for _, page := range []query.PageRequest{{}, {Limit: 1}, {Reverse: true}, {CountTotal: true}} {
		res := ask(page)
		require.Len(t, res.Works, 1)
		require.Equal(t, id, res.Works[0].Id)
		require.Equal(t, page.CountTotal, res.Pagination.Total == 1)
	}
	require.Empty(t, ask(query.PageRequest{Offset: 1}).Works)
	require.Empty(t, ask(query.PageRequest{Key: []byte{1}}).Works)
}

func TestAnchorsOfAnAccount(t *testing.T) {
	f := newFixture(t)
	f.anchor(alice, "a")
	f.anchor(alice, "b", "c")
	f.anchor(bob, "d")
	res, err := f.query.Anchors(f.ctx, &types.QueryAnchorsRequest{Account: alice.String()})
	require.NoError(t, err)
	require.Len(t, res.Anchors, 2)
	for _, a := range res.Anchors {
		one, err := f.query.Anchor(f.ctx, &types.QueryAnchorRequest{Account: alice.String(), Root: a.Root})
		require.NoError(t, err)
		require.Equal(t, a.Anchor, one.Anchor)
	}
}

func TestQueryCodes(t *testing.T) {
	f := newFixture(t)
	unknown := types.WorkID{1}
	known := f.register(alice, "poem")[0]
	big := &query.PageRequest{Limit: 1_001}
	both := &query.PageRequest{Key: []byte{1}, Offset: 1}
	for name, test := range map[string]struct {
		ask  func() error
		want codes.Code
	}{
		"unknown work": {func() error { _, err := f.query.Work(f.ctx, &types.QueryWorkRequest{Work: unknown}); return err }, codes.NotFound},
		"no work":      {func() error { _, err := f.query.Work(f.ctx, &types.QueryWorkRequest{}); return err }, codes.InvalidArgument},
		"bad owner": {
			func() error { _, err := f.query.Works(f.ctx, &types.QueryWorksRequest{Owner: "x"}); return err },
			codes.InvalidArgument,
		},
		"works page": {
			func() error { _, err := f.query.Works(f.ctx, &types.QueryWorksRequest{Pagination: big}); return err },
			codes.InvalidArgument,
		},
		"key and offset": {
			func() error { _, err := f.query.Works(f.ctx, &types.QueryWorksRequest{Pagination: both}); return err },
			codes.InvalidArgument,
		},
		"unknown revisions": {func() error {
			_, err := f.query.Revisions(f.ctx, &types.QueryRevisionsRequest{Work: unknown})
			return err
		}, codes.NotFound},
		"revisions page": {func() error {
			_, err := f.query.Revisions(f.ctx, &types.QueryRevisionsRequest{Work: known, Pagination: big})
			return err
		}, codes.InvalidArgument},
		"no transfer": {func() error { _, err := f.query.Transfer(f.ctx, &types.QueryTransferRequest{Work: known}); return err }, codes.NotFound},
		"transfer of none": {func() error {
			_, err := f.query.Transfer(f.ctx, &types.QueryTransferRequest{Work: unknown})
			return err
		}, codes.NotFound},
		"bad digest": {func() error {
			_, err := f.query.Resolve(f.ctx, &types.QueryResolveRequest{Scheme: "sha256", Value: "ab"})
			return err
		}, codes.InvalidArgument},
		"bad scheme": {func() error {
			_, err := f.query.Resolve(f.ctx, &types.QueryResolveRequest{Scheme: "DOI", Value: "1"})
			return err
		}, codes.InvalidArgument},
		"no value": {
			func() error { _, err := f.query.Resolve(f.ctx, &types.QueryResolveRequest{Scheme: "doi"}); return err },
			codes.InvalidArgument,
		},
		"resolve page": {func() error {
			_, err := f.query.Resolve(f.ctx, &types.QueryResolveRequest{Scheme: "doi", Value: "10.1/1", Pagination: big})
			return err
		}, codes.InvalidArgument},
		"unknown anchor": {func() error {
			_, err := f.query.Anchor(f.ctx, &types.QueryAnchorRequest{Account: alice.String(), Root: digestOf("r")})
			return err
		}, codes.NotFound},
		"bad anchor account": {func() error {
			_, err := f.query.Anchor(f.ctx, &types.QueryAnchorRequest{Account: "x", Root: digestOf("r")})
			return err
		}, codes.InvalidArgument},
		"no anchor root": {func() error {
			_, err := f.query.Anchor(f.ctx, &types.QueryAnchorRequest{Account: alice.String()})
			return err
		}, codes.InvalidArgument},
		"anchors of nobody": {
			func() error { _, err := f.query.Anchors(f.ctx, &types.QueryAnchorsRequest{Account: "x"}); return err },
			codes.InvalidArgument,
		},
		"anchors page": {func() error {
			_, err := f.query.Anchors(f.ctx, &types.QueryAnchorsRequest{Account: alice.String(), Pagination: big})
			return err
		}, codes.InvalidArgument},
	} {
		require.Equal(t, test.want, status.Code(test.ask()), name)
	}
}

func TestTransfersOnOfferAreListed(t *testing.T) {
	f := newFixture(t)
	ids := f.register(alice, "one", "two", "three")
	for _, id := range ids[:2] {
		require.NoError(t, f.try(&types.MsgOfferTransfer{Owner: alice.String(), Work: id, Recipient: bob.String()}))
	}
	res, err := f.query.Transfers(f.ctx, &types.QueryTransfersRequest{Pagination: &query.PageRequest{Limit: 1}})
	require.NoError(t, err)
	require.Len(t, res.Transfers, 1)
	rest, err := f.query.Transfers(f.ctx, &types.QueryTransfersRequest{Pagination: &query.PageRequest{Key: res.Pagination.NextKey}})
	require.NoError(t, err)
	require.Len(t, rest.Transfers, 1)
	for _, offer := range append(res.Transfers, rest.Transfers...) {
		require.Contains(t, ids[:2], offer.Work)
		require.Equal(t, bob.String(), offer.Recipient)
		require.Equal(t, f.ctx.BlockTime().UTC(), offer.OfferedAt.UTC())
	}
}
