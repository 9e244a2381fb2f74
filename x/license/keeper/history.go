package keeper

import (
	"context"
	"fmt"
	"slices"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ConstraintsOn lists what is demanded of a work now, in their order.
func (k Keeper) ConstraintsOn(ctx context.Context, work registrytypes.WorkID) ([]types.Constraint, error) {
	d, err := k.demandsOn(ctx, work)
	return d.Constraints, err
}

// NoStricter says whether a permit demands no more of a derivative than what an edge
// pinned.
func (k Keeper) NoStricter(
	ctx context.Context, derivative registrytypes.WorkID, permit types.Permit, than types.Pin,
) (bool, error) {
	before, err := k.pinned(ctx, derivative, than)
	if err != nil {
		return false, err
	}
	r := k.newReader(ctx)
	was, err := r.limits(before)
	if err != nil {
		return false, err
	}
	is, err := r.limits(permit.Constraints)
	return err == nil && rules.NoStricter(is, was), err
}

// limits are constraints with the ends that they have now.
func (r *reader) limits(rows []types.Constraint) ([]rules.Constraint, error) {
	list := make([]rules.Constraint, 0, len(rows))
	for _, row := range rows {
		if row.Kind == types.CONSTRAINT_ITEMS_APART || row.Ended(r.now) {
			continue // it limits nobody
		}
		d, err := r.demand(row)
		if err != nil {
			return nil, err
		}
		c := rules.Constraint{Demand: d}
		switch row.Kind {
		case types.CONSTRAINT_EXPIRES:
			if c.Ends, err = r.endOf(row); err != nil {
				return nil, err
			}
		case types.CONSTRAINT_WITHHELD:
			c.Ends = row.Ends()
		}
		list = append(list, c)
	}
	return list, nil
}

// CheckHistory compares all versions of a work's demands with what the edges pin that
// it had after each of its declarations. It fails naming the first version that
// differs.
func (k Keeper) CheckHistory(ctx context.Context, work registrytypes.WorkID, history [][]types.Pin) error {
	now, err := k.demandsOn(ctx, work)
	if err != nil {
		return err
	}
	var last []types.Constraint
	version := uint32(0)
	for n, pins := range history {
		rows, err := k.Rebuild(ctx, work, pins)
		if err != nil {
			return fmt.Errorf("declaration %d of %s: %w", n+1, work, err)
		}
		if slices.Equal(rows, last) {
			continue
		}
		version++
		last = rows
		if version > now.Version {
			return fmt.Errorf("version %d of the demands on %s, which follows from its declaration %d, is missing", version, work, n+1)
		}
		has, err := k.constraintsAt(ctx, work, now, version)
		if err != nil {
			return err
		}
		if !slices.Equal(has, rows) {
			return fmt.Errorf("version %d of the demands on %s is not what its edges pin after declaration %d", version, work, n+1)
		}
	}
	if version != now.Version {
		return fmt.Errorf("the demands on %s are at version %d, its declarations make it %d", work, now.Version, version)
	}
	return nil
}
