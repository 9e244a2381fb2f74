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
// derivative. A grant that was free stands in nobody's way.

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
	of := collections.NewPrefixedTripleRange[registrytypes.WorkID, registrytypes.WorkID, types.GrantID](work)
	_, found, err := k.runningReserved(ctx, of, types.Grant{})
	return found, err
}

// ReservedFor finds a grant of the work that is reserved for the derivative, runs, and goes
// before the one by which the work declares something: that goes first if it was reserved
// earlier.
func (k Keeper) ReservedFor(
	ctx context.Context, work, derivative registrytypes.WorkID, by types.GrantID,
) (id types.GrantID, found bool, err error) {
	var own types.Grant
	if !by.IsZero() {
		if own, err = k.GetGrant(ctx, by); err != nil {
			return id, false, err
		}
	}
	of := collections.NewSuperPrefixedTripleRange[registrytypes.WorkID, registrytypes.WorkID, types.GrantID](work, derivative)
	return k.runningReserved(ctx, of, own)
}

func (k Keeper) runningReserved(
	ctx context.Context, of collections.Ranger[reservation], own types.Grant,
) (id types.GrantID, found bool, err error) {
	now, looked := sdk.UnwrapSDKContext(ctx).BlockTime(), 0
	err = k.Reserved.Walk(ctx, of, func(key reservation) (bool, error) {
		g, err := k.GetGrant(ctx, key.K3())
		if err != nil {
			return true, err
		}
		looked++
		goesFirst := own.Reserved() && own.UsedBy.WorkID == key.K1() && !g.GrantedAt.Before(own.GrantedAt)
		id, found = key.K3(), !g.Expired(now) && !goesFirst || looked == types.MaxReserved
		return found, nil
	})
	return id, found, err
}
