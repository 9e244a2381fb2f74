package client

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/units"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Units are the units in which people write the denoms that the chain accepts for payments
// and fees, by the bank's metadata. They are what this node says: where money moves, show
// base units beside them (units.Units.Exact), or write those.
func (c *Client) Units(ctx context.Context) (units.Units, error) {
	fees, err := feemarkettypes.NewQueryClient(c).Params(ctx, &feemarkettypes.QueryParamsRequest{})
	if err != nil {
		return units.Units{}, fmt.Errorf("ask which denoms pay fees: %w", err)
	}
	payments, err := c.Royalty().Params(ctx, &royaltytypes.QueryParamsRequest{})
	if err != nil {
		return units.Units{}, fmt.Errorf("ask which denoms pay works: %w", err)
	}
	accepted := map[string]*banktypes.Metadata{fees.Params.BaseDenom: {}}
	for _, d := range fees.Params.Denoms {
		accepted[d.Denom] = &banktypes.Metadata{}
	}
	for _, d := range payments.Params.Denoms {
		accepted[d.Denom] = &banktypes.Metadata{}
	}
	group, asking := errgroup.WithContext(ctx)
	group.SetLimit(questionsAtOnce)
	for denom, found := range accepted {
		found.Base = denom // its name is taken, also without metadata
		group.Go(func() error {
			res, err := c.Bank().DenomMetadata(asking, &banktypes.QueryDenomMetadataRequest{Denom: denom})
			switch {
			case status.Code(err) == codes.NotFound:
				return nil
			case err != nil:
				return fmt.Errorf("ask for the units of %s: %w", denom, err)
			case res.Metadata.Base == denom:
				*found = res.Metadata
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return units.Units{}, err
	}
	var metadata []banktypes.Metadata
	for _, found := range accepted {
		metadata = append(metadata, *found)
	}
	return units.New(metadata), nil
}

// questionsAtOnce is how many of a list are asked beside each other.
const questionsAtOnce = 8
