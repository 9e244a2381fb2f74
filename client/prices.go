package client

import (
	"context"
	"fmt"

	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	sdk "github.com/cosmos/cosmos-sdk/types"

	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
)

// Prices lists what suffices for a unit of gas, in each denom, for the next blocks: the chain's
// estimate, or what this node asks for where that is more. Denoms that the node does not take
// are left out. The staking token comes first; nothing is listed where gas is free. It fails with a *PriceError.
func (c *Client) Prices(ctx context.Context) (sdk.DecCoins, error) {
	chain, err := feemarkettypes.NewQueryClient(c).Prices(ctx, &feemarkettypes.QueryPricesRequest{})
	if err != nil {
		return nil, &PriceError{fmt.Errorf("the chain's gas prices: %w", err)}
	}
	node, err := nodeservice.NewServiceClient(c).Config(ctx, &nodeservice.ConfigRequest{})
	if err != nil {
		return nil, &PriceError{fmt.Errorf("the node's minimum gas prices: %w", err)}
	}
	minimum, err := sdk.ParseDecCoins(node.MinimumGasPrice)
	if err != nil {
		return nil, &PriceError{fmt.Errorf("the node's minimum gas prices: %w", err)}
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

// PriceError says that nobody could be asked what gas costs.
type PriceError struct{ Err error }

// Error implements error.
func (e *PriceError) Error() string { return e.Err.Error() }

// Unwrap gives the node's error.
func (e *PriceError) Unwrap() error { return e.Err }
