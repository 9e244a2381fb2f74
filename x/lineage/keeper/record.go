package keeper

import (
	"context"
	"slices"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/lineage/types"
)

// checkRecord checks the generation record against the state: once a work,
// made before now, by a model that exists if it names a registered one.
func (k Keeper) checkRecord(ctx context.Context, d *derivation) error {
	has := false
	if d.declared {
		var err error
		if has, err = k.Records.Has(ctx, d.Work); err != nil {
			return err
		}
	}
	d.generated = has || d.Record != nil
	if d.Record == nil {
		return nil
	}
	if has {
		return errorsmod.Wrapf(types.ErrAlreadyRecorded, "%s: a work is made once; leave the record out", d.Work)
	}
	// Without a record they were permitted as adaptations.
	if i := slices.IndexFunc(d.row.Edges, func(e types.Edge) bool { return e.Role == types.ROLE_INPUT_TO }); i >= 0 {
		return errorsmod.Wrapf(types.ErrInvalidRecord, "%s is an input already, permitted without a generation record: "+
			"the record comes with the first input", d.row.Edges[i].Source)
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	if at := d.Record.GeneratedAt; at != nil && at.After(now.Add(types.ClockTolerance)) {
		return errorsmod.Wrapf(types.ErrInvalidRecord, "generated_at %s is after the block's time %s",
			at.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	model, registered, err := d.Record.ModelWork()
	if err != nil || !registered {
		return err
	}
	if model == d.Work {
		return errorsmod.Wrapf(types.ErrInvalidRecord, "model %s is the work itself", model)
	}
	_, err = k.registry.GetWork(ctx, model)
	return errorsmod.Wrap(err, "model")
}
