package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

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
	if err := k.moveReservedEnd(ctx, id, before, g); err != nil {
		return err
	}
	switch {
	case before.Reserved() == g.Reserved():
		return nil
	case g.Reserved():
		if err := k.checkReservedCount(ctx, key); err != nil {
			return err
		}
		return k.Reserved.Set(ctx, key)
	}
	return k.Reserved.Remove(ctx, key)
}

// reservedEnd is a work, the end of a grant of it that is reserved, and the grant.
type reservedEnd = collections.Triple[registrytypes.WorkID, uint64, types.GrantID]

func (k Keeper) moveReservedEnd(ctx context.Context, id types.GrantID, before, g types.Grant) error {
	if before.Reserved() == g.Reserved() && before.End().Equal(g.End()) {
		return nil
	}
	if before.Reserved() {
		if err := k.ReservedEnds.Remove(ctx, collections.Join3(g.Work.WorkID, nanos(before.End()), id)); err != nil {
			return err
		}
	}
	if !g.Reserved() {
		return nil
	}
	return k.ReservedEnds.Set(ctx, collections.Join3(g.Work.WorkID, nanos(g.End()), id))
}

// checkReservedCount fails with ErrTooMany where as many grants of a work are reserved for a
// derivative already as are looked at, ended or not.
func (k Keeper) checkReservedCount(ctx context.Context, key reservation) error {
	count := 0
	of := collections.NewSuperPrefixedTripleRange[registrytypes.WorkID, registrytypes.WorkID, types.GrantID](key.K1(), key.K2())
	err := k.Reserved.Walk(ctx, of, func(reservation) (bool, error) {
		count++
		return count == types.MaxReserved, nil
	})
	if err == nil && count == types.MaxReserved {
		err = errorsmod.Wrapf(types.ErrTooMany, "%d grants of %s are reserved for %s already: use one of them, or name no derivative",
			count, key.K1(), key.K2())
	}
	return err
}

// HasReserved says whether any derivative has a grant of the work reserved that runs.
func (k Keeper) HasReserved(ctx context.Context, work registrytypes.WorkID) (bool, error) {
	clock, err := k.clock(ctx, work)
	if err != nil {
		return false, err
	}
	it, err := k.ReservedEnds.Iterate(ctx, new(collections.Range[reservedEnd]).
		StartInclusive(collections.Join3(work, nanos(clock)+1, types.GrantID{})).
		EndExclusive(collections.Join3(work, nanos(types.MaxTime)+1, types.GrantID{})))
	if err != nil {
		return false, err
	}
	defer it.Close()
	return it.Valid(), nil
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
	r := k.newReader(ctx)
	looked := 0
	err = k.Reserved.Walk(ctx, of, func(key reservation) (bool, error) {
		g, err := k.GetGrant(ctx, key.K3())
		if err != nil {
			return true, err
		}
		looked++
		goesFirst := own.Reserved() && own.UsedBy.WorkID == key.K1() && !g.GrantedAt.Before(own.GrantedAt)
		ended, err := r.hasEnded(g)
		if err != nil {
			return true, err
		}
		id, found = key.K3(), !ended && !goesFirst
		return found || looked == types.MaxReserved, nil // one derivative has no more
	})
	return id, found, err
}
