// Package gasprice asks a node what to pay for a unit of gas.
package gasprice

import (
	"context"
	"fmt"

	gogogrpc "github.com/cosmos/gogoproto/grpc"

	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	sdk "github.com/cosmos/cosmos-sdk/types"

	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
)

// Estimate lists what suffices in each denom for the next blocks: the chain's estimate, or
// what this node asks for where that is more. Denoms that the node does not take are left
// out. The staking token comes first; nothing is listed where gas is free.
func Estimate(ctx context.Context, conn gogogrpc.ClientConn) (sdk.DecCoins, error) {
	chain, err := feemarkettypes.NewQueryClient(conn).Prices(ctx, &feemarkettypes.QueryPricesRequest{})
	if err != nil {
		return nil, fmt.Errorf("the chain's gas prices: %w", err)
	}
	node, err := nodeservice.NewServiceClient(conn).Config(ctx, &nodeservice.ConfigRequest{})
	if err != nil {
		return nil, fmt.Errorf("the node's minimum gas prices: %w", err)
	}
	minimum, err := sdk.ParseDecCoins(node.MinimumGasPrice)
	if err != nil {
		return nil, fmt.Errorf("the node's minimum gas prices: %w", err)
	}
	return merge(chain.Estimates, minimum), nil
}

// merge raises the chain's prices to the node's. A node that lists none takes all.
func merge(chain []sdk.DecCoin, minimum sdk.DecCoins) (prices sdk.DecCoins) {
	for _, price := range chain {
		least := minimum.AmountOf(price.Denom)
		if !minimum.IsZero() && !least.IsPositive() {
			continue
		}
		if least.GT(price.Amount) {
			price.Amount = least
		}
		if price.IsPositive() {
			prices = append(prices, price)
		}
	}
	return prices
}
