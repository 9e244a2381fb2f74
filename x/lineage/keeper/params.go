package keeper

import (
	"context"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

// UpdateParams replaces the parameters. They must be valid.
func (k Keeper) UpdateParams(ctx context.Context, params types.Params) error {
	if err := k.Params.Set(ctx, params); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventParamsUpdated{Params: params})
}
