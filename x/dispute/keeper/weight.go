package keeper

import (
	"context"
	"slices"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/events"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ObjectToWeight says for the owner of a source that it has another weight in a work. Saying so
// again replaces it. It fails with the registry's ErrNotOwner, and with ErrInvalidMessage where the
// source is none, or has that weight.
func (k Keeper) ObjectToWeight(ctx context.Context, msg *types.MsgObjectToWeight) error {
	source, err := k.registry.GetWork(ctx, msg.Source)
	if err != nil {
		return err
	}
	if source.Owner.String() != msg.Owner {
		return errorsmod.Wrapf(registrytypes.ErrNotOwner, "%s belongs to %s, who alone objects", msg.Source, source.Owner)
	}
	weight, since, found, err := k.lineage.Weight(ctx, msg.Work, msg.Source)
	if err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	if found && now.After(since.Add(params.ObjectionWindow)) {
		return errorsmod.Wrapf(types.ErrTooLate, "%s was declared as a source of %s on %s: a weight is objected to within %s", msg.Source,
			msg.Work, since.UTC().Format(time.DateOnly), params.ObjectionWindow)
	}
	if !found || weight == msg.Weight {
		return errorsmod.Wrapf(types.ErrInvalidMessage, "%s is no source of %s, or has that weight", msg.Source, msg.Work)
	}
	o := types.Objection{By: msg.Owner, Weight: msg.Weight, At: now}
	if err := k.Objections.Set(ctx, collections.Join(msg.Work, msg.Source), o); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventWeightObjected{Work: msg.Work, Source: msg.Source, Owner: msg.Owner, Weight: msg.Weight})
}

// AgreeToWeight takes an objection over for the owner of a work, with others that leave room for it. It
// fails with the registry's ErrNotOwner, with ErrWrongPhase while the work is disputed, and with
// ErrNoObjection where the weights do not have what was objected, or have what nobody did.
func (k Keeper) AgreeToWeight(ctx context.Context, msg *types.MsgAgreeToWeight) error {
	work, err := k.registry.GetWork(ctx, msg.Work)
	if err != nil {
		return err
	}
	if work.Owner.String() != msg.Owner {
		return errorsmod.Wrapf(registrytypes.ErrNotOwner, "%s belongs to %s, who alone agrees", msg.Work, work.Owner)
	}
	if work.Disputed() || !work.Stands() {
		return errorsmod.Wrapf(types.ErrWrongPhase, "%s is %s: what is claimed of its weights is conceded or ruled on", msg.Work, work.Status)
	}
	o, found, err := k.Objections.Find(ctx, collections.Join(msg.Work, msg.Source))
	if err != nil {
		return err
	}
	agreed := lineagetypes.RuledWeight{Source: msg.Source, Weight: o.Weight}
	if !found || !slices.Contains(msg.Weights, agreed) {
		return errorsmod.Wrapf(types.ErrNoObjection, "the owner of %s has not objected that it weighs that in %s: agree to what was objected",
			msg.Source, msg.Work)
	}
	if all, err := k.agreed(ctx, msg.Work, msg.Weights); err != nil || !all {
		if err == nil {
			err = errorsmod.Wrapf(types.ErrNoObjection, "the weights are of sources whose owners have not objected so: leave them out, or let "+
				"a dispute decide (stemmad dispute open %s --about false-weight)", msg.Work)
		}
		return err
	}
	if err := k.setWeights(ctx, msg.Work, msg.Weights); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventWeightAgreed{Work: msg.Work, Source: msg.Source, Weights: msg.Weights})
}

// agreed says whether all owners of sources want the weights that these are to have: who owns the work
// too, or has objected so. Else the owner of one source, and a friend's work, would take from the others.
func (k Keeper) agreed(ctx context.Context, work workID, weights []lineagetypes.RuledWeight) (bool, error) {
	if len(weights) == 0 {
		return true, nil
	}
	made, err := k.registry.GetWork(ctx, work)
	if err != nil {
		return false, err
	}
	for _, w := range weights {
		source, err := k.registry.GetWork(ctx, w.Source)
		if err != nil {
			return false, err
		}
		o, found, err := k.Objections.Find(ctx, collections.Join(work, w.Source))
		if err != nil {
			return false, err
		}
		if !source.OwnedBy(made.Owner) && !(found && o.Weight == w.Weight && o.By == source.Owner.String()) {
			return false, nil
		}
	}
	return true, nil
}

// setWeights replaces weights, and ends the objections to them.
func (k Keeper) setWeights(ctx context.Context, work workID, weights []lineagetypes.RuledWeight) error {
	for _, w := range weights {
		if err := k.Objections.Remove(ctx, collections.Join(work, w.Source)); err != nil {
			return err
		}
	}
	return k.lineage.SetWeights(ctx, work, weights)
}
