package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// Control returns a work if the account may do the act with it now: the one answer
// for all modules. It fails with ErrWorkNotFound, ErrNotOwner or ErrOnHold.
func (k Keeper) Control(ctx context.Context, account sdk.AccAddress, id types.WorkID, act types.Act) (types.Work, error) {
	work, err := k.GetWork(ctx, id)
	if err != nil {
		return work, err
	}
	return work, work.CheckControl(id, account, act)
}
