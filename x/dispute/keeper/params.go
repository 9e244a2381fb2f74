package keeper

import (
	"context"

	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/events"
)

// UpdateParams replaces the parameters. They must be valid. Deadlines that run stay.
func (k Keeper) UpdateParams(ctx context.Context, params types.Params) error {
	if err := k.Params.Set(ctx, params); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventParamsUpdated{Params: params})
}
