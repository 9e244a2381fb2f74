package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// UpdateParams replaces the parameters. They must be valid.
func (k Keeper) UpdateParams(ctx context.Context, params types.Params) error {
	if err := k.Params.Set(ctx, params); err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventParamsUpdated{Params: params})
}
