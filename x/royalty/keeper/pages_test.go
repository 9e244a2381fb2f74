package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/royalty/keeper"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// Lists by denom give each row once, page by page, in every direction that is served: the SDK's pages in reverse begin again at a denom
// with which another begins, and do so for ever.
func TestPagesByDenom(t *testing.T) {
	c := chain.New(t)
	made := manifests.Of(item("a", by(bob), 1))
	data := dataset(c, dave, made)
	ctx, _ := c.Ctx().CacheContext()
	k := c.App.Keepers.Royalty
	denoms := []string{"uusd", "uusdc", "uusdcx"}
	for _, d := range denoms {
		fund := types.PoolFund{Total: math.OneInt(), Collected: math.OneInt()}
		require.NoError(t, k.Pools.Funds.Set(ctx, collections.Join3(data.ID, uint32(1), d), fund))
		require.NoError(t, k.Pools.Parts.Set(ctx, collections.Join4(data.ID, uint32(1), uint64(0), d), math.OneInt()))
		require.NoError(t, k.Balances.Set(ctx, collections.Join(bob.Address, d), types.Balance{Amount: math.OneInt()}))
		require.NoError(t, k.Stages.Set(ctx, collections.Join(data.ID, d), types.Stages{}))
		require.NoError(t, k.Turnovers.Set(ctx, d, types.Turnover{PaidIn: math.OneInt(), PaidOut: math.OneInt()}))
	}
	q := keeper.NewQueryServer(k)
	for name, ask := range map[string]func(*query.PageRequest) ([]string, *query.PageResponse, error){
		"funds": func(p *query.PageRequest) ([]string, *query.PageResponse, error) {
			res, err := q.PoolFunds(ctx, &types.QueryPoolFundsRequest{Work: data.ID, Version: 1, Pagination: p})
			return names(res.GetFunds(), func(f types.DenomFund) string { return f.Denom }), res.GetPagination(), err
		},
		"parts": func(p *query.PageRequest) ([]string, *query.PageResponse, error) {
			res, err := q.CollectedParts(ctx, &types.QueryCollectedPartsRequest{Work: data.ID, Version: 1, Pagination: p})
			return names(res.GetParts(), func(f types.CollectedPart) string { return f.Denom }), res.GetPagination(), err
		},
		"balances": func(p *query.PageRequest) ([]string, *query.PageResponse, error) {
			res, err := q.Balances(ctx, &types.QueryBalancesRequest{Account: bob.String(), Pagination: p})
			return names(res.GetBalances(), func(f sdk.Coin) string { return f.Denom }), res.GetPagination(), err
		},
		"stages": func(p *query.PageRequest) ([]string, *query.PageResponse, error) {
			res, err := q.Stages(ctx, &types.QueryStagesRequest{Work: data.ID, Pagination: p})
			return names(res.GetStages(), func(f types.DenomStages) string { return f.Denom }), res.GetPagination(), err
		},
		"turnovers": func(p *query.PageRequest) ([]string, *query.PageResponse, error) {
			res, err := q.Turnover(ctx, &types.QueryTurnoverRequest{Pagination: p})
			return names(res.GetTurnovers(), func(f types.DenomTurnover) string { return f.Denom }), res.GetPagination(), err
		},
	} {
		for _, reverse := range []bool{false, true} {
			seen := map[string]int{}
			p := &query.PageRequest{Limit: 1, Reverse: reverse}
			for range 10 {
				found, next, err := ask(p)
				if reverse {
					require.Equal(t, codes.InvalidArgument, status.Code(err), "%s: %v", name, found)
					break
				}
				require.NoError(t, err)
				for _, d := range found {
					require.Zero(t, seen[d], "%s: %s is there twice", name, d)
					seen[d]++
				}
				if len(next.NextKey) == 0 {
					for _, d := range denoms {
						require.Equal(t, 1, seen[d], "%s: %s", name, d)
					}
					break
				}
				p = &query.PageRequest{Limit: 1, Key: next.NextKey}
			}
		}
	}
}

func names[T any](list []T, name func(T) string) (denoms []string) {
	for _, row := range list {
		denoms = append(denoms, name(row))
	}
	return denoms
}
