package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// A grant that is for one derivative is worth nothing if that can't be declared any more. So
// the owner of the work does not get in before it, by declaring the work as made from the
// derivative.

// reservation is a work, the derivative that a grant of it is for, and the grant.
type reservation = collections.Triple[registrytypes.WorkID, registrytypes.WorkID, types.GrantID]

// moveReserved has a grant stand in Reserved while it is for a derivative that does not
// use it yet.
func (k Keeper) moveReserved(ctx context.Context, id types.GrantID, before, g types.Grant) error {
	key := collections.Join3(g.Work.WorkID, g.UsedBy.WorkID, id)
	switch {
	case before.Reserved() == g.Reserved():
		return nil
	case g.Reserved():
		return k.Reserved.Set(ctx, key)
	}
	return k.Reserved.Remove(ctx, key)
}

// HasReserved says whether any derivative has a grant of the work reserved that runs. Those
// that ended unused are passed over, MaxReserved at most; more count as if one ran.
func (k Keeper) HasReserved(ctx context.Context, work registrytypes.WorkID) (bool, error) {
	_, found, err := k.runningReserved(ctx, collections.NewPrefixedTripleRange[registrytypes.WorkID, registrytypes.WorkID, types.GrantID](work))
	return found, err
}

// ReservedFor finds a grant of the work that is reserved for the derivative and runs.
func (k Keeper) ReservedFor(ctx context.Context, work, derivative registrytypes.WorkID) (types.GrantID, bool, error) {
	return k.runningReserved(ctx, collections.NewSuperPrefixedTripleRange[registrytypes.WorkID, registrytypes.WorkID, types.GrantID](work, derivative))
}

func (k Keeper) runningReserved(ctx context.Context, of collections.Ranger[reservation]) (id types.GrantID, found bool, err error) {
	now, looked := sdk.UnwrapSDKContext(ctx).BlockTime(), 0
	err = k.Reserved.Walk(ctx, of, func(key reservation) (bool, error) {
		g, err := k.GetGrant(ctx, key.K3())
		if err != nil {
			return true, err
		}
		looked++
		id, found = key.K3(), !g.Expired(now) || looked == types.MaxReserved
		return found, nil
	})
	return id, found, err
}
