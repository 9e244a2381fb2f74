package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// BlankText takes back the text of what was declared about a work: that of its
// generation record and the URIs of its external sources, at most 1,024. The
// work's owner can in any status, and governance. It fails with ErrNotOwner or
// ErrNothingToBlank.
func (k Keeper) BlankText(ctx context.Context, sender sdk.AccAddress, work workID) error {
	if sender.String() != k.authority {
		if _, err := k.registry.Control(ctx, sender, work, registrytypes.ActBlank); err != nil {
			return err
		}
	}
	recorded, err := k.blankRecord(ctx, work)
	if err != nil {
		return err
	}
	externals, err := k.blankExternals(ctx, work)
	if err != nil {
		return err
	}
	if !recorded && !externals {
		return errorsmod.Wrapf(types.ErrNothingToBlank, "%s: the text is blanked already, or there was none", work)
	}
	return events.Emit(ctx, &types.EventTextBlanked{
		Work: work, Sender: sender.String(),
	})
}

func (k Keeper) blankRecord(ctx context.Context, work workID) (had bool, err error) {
	record, found, err := k.Records.Find(ctx, work)
	if err != nil || !found {
		return false, err
	}
	bare, had := record.Blank()
	if !had {
		return false, nil
	}
	return true, k.Records.Set(ctx, work, bare)
}

// blankExternals reads all rows before it writes any: the iterator is closed then.
func (k Keeper) blankExternals(ctx context.Context, work workID) (had bool, err error) {
	var places []uint32
	var bare []types.ExternalEdge
	err = k.Externals.Walk(ctx, collections.NewPrefixedPairRange[workID, uint32](work), func(key externalKey, e types.ExternalEdge) (bool, error) {
		if blank, ok := e.Blank(); ok {
			places, bare = append(places, key.K2()), append(bare, blank)
		}
		return false, nil
	})
	if err != nil {
		return false, err
	}
	for i, place := range places {
		if err := k.Externals.Set(ctx, collections.Join(work, place), bare[i]); err != nil {
			return false, err
		}
	}
	return len(places) > 0, nil
}
