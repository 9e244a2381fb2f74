package keeper

import (
	"context"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/registry/types"
)

// UpdateParams replaces the parameters. They must be valid. A claim that has its
// place keeps it.
func (k Keeper) UpdateParams(ctx context.Context, params types.Params) error {
	if err := k.Params.Set(ctx, params); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventParamsUpdated{Params: params})
}
