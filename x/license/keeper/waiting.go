package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// A work waits for declarations of later sources by their numbers, and for some works, where
// these wait for too many, for all that they wait for: a reference of number 0.

// mayWait are references in the row of one work.
type mayWait struct {
	work registrytypes.WorkID
	refs []types.DeclarationRef
}

// eachWaiting goes through the declarations that references in the row of a work stand for and
// that still wait, until visit says that it is enough. A declaration may come twice. Complete: it
// looked at all; else there are more works than it looks at, or more references than it has left.
func (k Keeper) eachWaiting(
	ctx context.Context, work registrytypes.WorkID, refs []types.DeclarationRef, left *int,
	visit func(types.DeclarationRef) (enough bool),
) (complete bool, err error) {
	queue := []mayWait{{work, refs}}
	known := []registrytypes.WorkID{work}
	for len(queue) > 0 {
		row := queue[0]
		queue = queue[1:]
		for _, ref := range row.refs {
			if *left == 0 {
				return false, nil
			}
			*left--
			switch {
			case !ref.IsAll():
				waits, err := k.Admissions.Has(ctx, refKey(ref))
				if err != nil || waits && visit(ref) {
					return false, err
				}
			case ref.Work == row.work:
				enough, err := k.eachAdmission(ctx, ref.Work, visit)
				if err != nil || enough {
					return false, err
				}
			case slices.Contains(known, ref.Work):
			case len(known) > types.MaxWaitingWalk:
				return false, nil
			default:
				d, err := k.demandsOn(ctx, ref.Work)
				if err != nil {
					return false, err
				}
				known = append(known, ref.Work)
				queue = append(queue, mayWait{ref.Work, d.Waiting})
			}
		}
	}
	return true, nil
}

// eachAdmission goes through all declarations of a work that wait, until visit says that it
// is enough.
func (k Keeper) eachAdmission(
	ctx context.Context, work registrytypes.WorkID, visit func(types.DeclarationRef) bool,
) (enough bool, err error) {
	err = k.Admissions.Walk(ctx, collections.NewPrefixedPairRange[registrytypes.WorkID, uint32](work),
		func(key collections.Pair[registrytypes.WorkID, uint32], _ types.Admission) (bool, error) {
			enough = visit(types.DeclarationRef{Work: key.K1(), Number: key.K2()})
			return enough, nil
		})
	return enough, err
}

// waitingFor leaves of the references in the row of a work those that still wait. One behind
// more works than are looked at does, and so do those that come after MaxWaitingLooks: whoever
// heaps up references that are settled has nobody pay for reading all of them.
func (k Keeper) waitingFor(
	ctx context.Context, work registrytypes.WorkID, refs []types.DeclarationRef,
) ([]types.DeclarationRef, error) {
	var open []types.DeclarationRef
	left := types.MaxWaitingLooks
	for _, ref := range refs {
		one := []types.DeclarationRef{ref}
		settled, err := k.eachWaiting(ctx, work, one, &left, func(types.DeclarationRef) bool { return true })
		if err != nil {
			return nil, err
		}
		if !settled {
			open = append(open, ref)
		}
	}
	return open, nil
}

// declarationsOf lists the declarations that references in the row of a work stand for and that
// still wait, in order, each once, at most MaxWaitingNamed. More says that there are others.
func (k Keeper) declarationsOf(
	ctx context.Context, work registrytypes.WorkID, refs []types.DeclarationRef,
) (list []types.DeclarationRef, more bool, err error) {
	left := types.MaxWaitingLooks
	complete, err := k.eachWaiting(ctx, work, refs, &left, func(ref types.DeclarationRef) bool {
		if slices.Contains(list, ref) {
			return false
		}
		if len(list) == types.MaxWaitingNamed {
			return true
		}
		list = append(list, ref)
		return false
	})
	slices.SortFunc(list, types.DeclarationRef.Compare)
	return list, !complete, err
}

// forgetSettled forgets what a work waits for no more, so that whoever uses it later does not
// read it again, and returns what it waits for.
func (k Keeper) forgetSettled(ctx context.Context, work registrytypes.WorkID, d *types.Demands) ([]types.DeclarationRef, error) {
	if len(d.Waiting) == 0 {
		return nil, nil
	}
	open, err := k.waitingFor(ctx, work, d.Waiting)
	if err != nil || len(open) == len(d.Waiting) {
		return open, err
	}
	before := *d
	d.Waiting = open
	return open, k.setDemands(ctx, work, before, *d)
}

// waiting are what the derivative waits for: what it waited for before, where that is not
// approved this declaration, and what its sources wait for. Up to MaxConstraints it names each
// declaration. Where those of a source would be too many, it waits for all that the source waits
// for, and in place of too many of its own for all of them: nothing is refused, and a row
// has no more than the bound, one for each source, and one.
func (k Keeper) waiting(ctx context.Context, b types.Binding, before types.Demands) ([]types.DeclarationRef, error) {
	work := b.Declaration.Work
	refs, err := k.waitingFor(ctx, work, before.Waiting)
	if err != nil {
		return nil, err
	}
	add := func(more []types.DeclarationRef) bool {
		all := slices.Concat(refs, more)
		slices.SortFunc(all, types.DeclarationRef.Compare)
		if all = slices.Compact(all); len(all) > max(types.MaxConstraints, len(refs)) {
			return false
		}
		refs = all
		return true
	}
	insert := func(ref types.DeclarationRef) {
		if at, found := slices.BinarySearchFunc(refs, ref, types.DeclarationRef.Compare); !found {
			refs = slices.Insert(refs, at, ref)
		}
	}
	if b.Admission.Waits() {
		if err := k.admit(ctx, b.Declaration, b.Admission); err != nil {
			return nil, err
		}
		if !slices.Contains(refs, types.AllOf(work)) && !add([]types.DeclarationRef{b.Declaration}) {
			refs = slices.DeleteFunc(refs, func(r types.DeclarationRef) bool { return r.Work == work })
			insert(types.AllOf(work))
		}
	}
	for _, p := range b.Permits {
		if len(p.Waiting) > 0 && !slices.Contains(refs, types.AllOf(p.Source)) && !add(p.Waiting) {
			insert(types.AllOf(p.Source))
		}
	}
	return refs, nil
}
