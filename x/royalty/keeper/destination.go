package keeper

import (
	"context"

	"cosmossdk.io/collections"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// SetDestination changes where what a work earns goes, from the end of the block
// on; what lies in its `earned` stage then goes there too, however little it is, and
// so does what lies in those of works that lead to it. other is the work that earns
// in its place, for DESTINATION_ANOTHER only. It fails with the registry's
// ErrWorkNotFound and with ErrInvalidDestination when the way from other leads back
// to the work, when a way would lead over more than flow.MaxDetours works, or when
// more than types.MaxBehind would lead to one end. Then it changes nothing.
func (k Keeper) SetDestination(ctx context.Context, work registrytypes.WorkID, kind types.DestinationKind, other registrytypes.WorkID) error {
	if _, err := k.registry.GetWork(ctx, work); err != nil {
		return err
	}
	head, err := k.GetHead(ctx, work)
	if err != nil {
		return err
	}
	behind, err := k.behind(ctx, work)
	if err != nil {
		return err
	}
	if kind == types.DESTINATION_ANOTHER {
		if err := k.checkAnother(ctx, work, other, behind); err != nil {
			return err
		}
	}
	if head.Destination == types.DESTINATION_ANOTHER {
		if err := k.removeAnother(ctx, work); err != nil {
			return err
		}
	}
	if kind == types.DESTINATION_ANOTHER {
		if err := k.setAnother(ctx, work, other); err != nil {
			return err
		}
	}
	switch {
	case kind == types.DESTINATION_ITSELF:
		head.AwaySince = 0
	case head.Destination == types.DESTINATION_ITSELF:
		head.AwaySince = heightOf(ctx)
	}
	head.Destination = kind
	k.noteRedirected(ctx, work)
	for _, b := range behind {
		k.noteBehind(ctx, b.work)
	}
	return k.Heads.Set(ctx, work, head)
}

func (k Keeper) setAnother(ctx context.Context, work, other registrytypes.WorkID) error {
	if err := k.Destinations.Set(ctx, work, other); err != nil {
		return err
	}
	return k.EarnsFor.Set(ctx, collections.Join(other, work))
}

func (k Keeper) removeAnother(ctx context.Context, work registrytypes.WorkID) error {
	was, err := k.Destinations.Get(ctx, work)
	if err != nil {
		return err
	}
	if err := k.EarnsFor.Remove(ctx, collections.Join(was, work)); err != nil {
		return err
	}
	return k.Destinations.Remove(ctx, work)
}

// follower is a work whose destinations lead to another, over so many steps.
type follower struct {
	work  registrytypes.WorkID
	steps int
}

// behind returns the works that lead to a work, the nearest first. There are at most
// types.MaxBehind, and it looks at no more.
func (k Keeper) behind(ctx context.Context, work registrytypes.WorkID) ([]follower, error) {
	all := []follower{{work: work}}
	for i := 0; i < len(all) && len(all) <= types.MaxBehind; i++ {
		of := collections.NewPrefixedPairRange[registrytypes.WorkID, registrytypes.WorkID](all[i].work)
		next, _, err := load(ctx, k.EarnsFor, of, types.MaxBehind+1-len(all))
		if err != nil {
			return nil, err
		}
		for _, key := range next {
			all = append(all, follower{work: key.K2(), steps: all[i].steps + 1})
		}
	}
	return all[1:], nil
}

// checkAnother checks that a work may earn in the place of one that others lead to.
func (k Keeper) checkAnother(ctx context.Context, work, other registrytypes.WorkID, behind []follower) error {
	if _, err := k.registry.GetWork(ctx, other); err != nil {
		return err
	}
	longest := 1
	if n := len(behind); n > 0 {
		longest += behind[n-1].steps
	}
	end, err := k.endOfWay(ctx, work, other, longest)
	if err != nil {
		return err
	}
	// Those that lead to the end already are counted once.
	there, err := k.behind(ctx, end)
	if err != nil {
		return err
	}
	count := len(there) + len(behind) + 1
	for _, b := range there {
		if b.work == work {
			count = len(there)
		}
	}
	if count > types.MaxBehind {
		return types.ErrInvalidDestination.Wrapf("%s cannot earn in the place of %s: with it more than %d works would lead to %s, where the way ends; "+
			"let some of them earn for themselves first", other, work, types.MaxBehind, end)
	}
	return nil
}

// endOfWay follows the destinations from a work that is to earn in another's place.
// The way leads over so many works before it.
func (k Keeper) endOfWay(ctx context.Context, work, other registrytypes.WorkID, before int) (end registrytypes.WorkID, err error) {
	for at, works := other, before+1; ; works++ {
		if at == work || works > flow.MaxDetours {
			return end, types.ErrInvalidDestination.Wrapf("%s cannot earn in the place of %s: the way would lead back to %s, or over more than %d works; "+
				"name the work at the end of the way, and let works before it name that too", other, work, work, flow.MaxDetours)
		}
		head, err := k.GetHead(ctx, at)
		if err != nil || head.Destination != types.DESTINATION_ANOTHER {
			return at, err
		}
		if at, err = k.Destinations.Get(ctx, at); err != nil {
			return end, err
		}
	}
}
