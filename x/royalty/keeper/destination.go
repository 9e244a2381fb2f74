package keeper

import (
	"context"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// SetDestination changes where what a work earns goes, from the end of the block
// on; what lies in its `earned` stage then goes there too. other is the work that
// earns in its place, for DESTINATION_ANOTHER only. It fails with the registry's
// ErrWorkNotFound and, when the way from other leads back to the work, with
// ErrInvalidDestination.
func (k Keeper) SetDestination(ctx context.Context, work registrytypes.WorkID, kind types.DestinationKind, other registrytypes.WorkID) error {
	if _, err := k.registry.GetWork(ctx, work); err != nil {
		return err
	}
	head, err := k.GetHead(ctx, work)
	if err != nil {
		return err
	}
	if kind == types.DESTINATION_ANOTHER {
		if err := k.checkWay(ctx, work, other); err != nil {
			return err
		}
		if err := k.Destinations.Set(ctx, work, other); err != nil {
			return err
		}
	} else if head.Destination == types.DESTINATION_ANOTHER {
		if err := k.Destinations.Remove(ctx, work); err != nil {
			return err
		}
	}
	head.Destination = kind
	k.noteRedirected(ctx, work)
	return k.Heads.Set(ctx, work, head)
}

// checkWay follows the destinations from a work that is to earn in another's place.
func (k Keeper) checkWay(ctx context.Context, work, other registrytypes.WorkID) error {
	if _, err := k.registry.GetWork(ctx, other); err != nil {
		return err
	}
	for step, at := 0, other; ; step++ {
		if at == work || step == flow.MaxDetours-1 {
			return types.ErrInvalidDestination.Wrapf("%s cannot earn in the place of %s: what it earns goes on to %s itself, or over more than %d works; "+
				"name the work at the end of the way", other, work, work, flow.MaxDetours)
		}
		head, err := k.GetHead(ctx, at)
		if err != nil || head.Destination != types.DESTINATION_ANOTHER {
			return err
		}
		if at, err = k.Destinations.Get(ctx, at); err != nil {
			return err
		}
	}
}
