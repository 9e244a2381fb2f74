package keeper

import (
	"context"
	"slices"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
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
	if err := k.checkModel(ctx, d); err != nil {
		return err
	}
	return k.dateRecord(ctx, d)
}

// checkModel checks that a model that the record names by its id exists, and is another work.
func (k Keeper) checkModel(ctx context.Context, d *derivation) error {
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

// dateRecord gives the record the time of the anchor that its statement is proved to be in.
func (k Keeper) dateRecord(ctx context.Context, d *derivation) error {
	if d.Anchor == nil {
		return nil
	}
	statement := types.StatementDigest(d.Work, d.Sources, *d.Record)
	anchored, err := k.registry.CheckStated(ctx, d.Owner, statement, *d.Anchor)
	if err != nil {
		return errorsmod.Wrap(err, "statement")
	}
	if at := d.Record.GeneratedAt; at != nil && at.After(anchored.Time.Add(types.ClockTolerance)) {
		return errorsmod.Wrapf(types.ErrInvalidRecord, "generated_at %s is after the anchor of the statement, %s",
			at.UTC().Format(time.RFC3339), anchored.Time.UTC().Format(time.RFC3339))
	}
	dated := *d.Record
	dated.AnchoredAt, dated.AnchorRoot = &anchored.Time, d.Anchor.Root
	d.Record = &dated
	return nil
}

// count counts the work among what its owner and the agent have declared, once each, and pins the
// agent's card: the owner controls the agent, and it acts now.
func (k Keeper) count(ctx context.Context, d *derivation) error {
	if d.Record != nil && !d.Record.Agent.IsZero() {
		version, err := k.agent.CountGenerated(ctx, d.Record.Agent, d.Owner)
		if err != nil {
			return errorsmod.Wrap(err, "agent")
		}
		pinned := *d.Record
		pinned.AgentVersion = version
		d.Record = &pinned
	}
	if d.declared || d.ruled { // what a ruling declares, nobody else did
		return nil
	}
	return k.agent.CountDeclared(ctx, d.Owner)
}

// AgentOf returns the agent that made a work, by its record.
func (k Keeper) AgentOf(ctx context.Context, work workID) (agent agenttypes.AgentID, found bool, err error) {
	record, found, err := k.Records.Find(ctx, work)
	return record.Agent, found && !record.Agent.IsZero(), err
}
