package keeper

import (
	"context"
	"slices"
	"strings"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/course"
	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/events"
)

// GetDispute returns a dispute. It fails with ErrNotFound.
func (k Keeper) GetDispute(ctx context.Context, id disputeID) (types.Dispute, error) {
	d, found, err := k.Disputes.Find(ctx, id)
	if err == nil && !found {
		err = errorsmod.Wrapf(types.ErrNotFound, "%s: list those about a work with stemmad dispute list WORK", id)
	}
	return d, err
}

// current returns a dispute that is open and whose phase is not over. It fails with
// ErrNotFound, ErrWrongPhase or ErrTooLate.
func (k Keeper) current(ctx context.Context, id disputeID) (types.Dispute, error) {
	d, err := k.GetDispute(ctx, id)
	if err != nil {
		return d, err
	}
	if !d.IsOpen() {
		return d, errorsmod.Wrapf(types.ErrWrongPhase, "%s is closed: it was %s", id, d.Outcome.Name())
	}
	if now := sdk.UnwrapSDKContext(ctx).BlockTime(); !now.Before(*d.Deadline) {
		return d, errorsmod.Wrapf(types.ErrTooLate, "%s: its phase %s ended at %s", id, d.Phase.Name(), d.Deadline.UTC().Format(time.RFC3339))
	}
	return d, nil
}

// in fails with ErrWrongPhase unless the dispute is in one of the phases.
func in(d types.Dispute, phases ...types.Phase) error {
	names := make([]string, len(phases))
	for i, p := range phases {
		if d.Phase == p {
			return nil
		}
		names[i] = p.Name()
	}
	until := ""
	if d.Deadline != nil {
		until = " until " + d.Deadline.UTC().Format(time.RFC3339)
	}
	return errorsmod.Wrapf(types.ErrWrongPhase, "%s is in the phase %s%s: that is done in the phase %s", d.Id, d.Phase.Name(), until,
		strings.Join(names, " or "))
}

// step moves a dispute to the phase that follows from a step, and gives it that one's deadline.
func (k Keeper) step(ctx context.Context, d *types.Dispute, s course.Step) error {
	next, err := course.Next(course.Phase(d.Phase), s, d.Case())
	if err != nil {
		return errorsmod.Wrapf(types.ErrWrongPhase, "%s: %s", d.Id, err)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	d.Phase = types.Phase(next)
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	d.Deadline = nil
	if next != course.Closed {
		deadline := now.Add(window(params, next))
		d.Deadline = &deadline
	}
	return nil
}

// window is how long a phase lasts. What is final is carried out at once.
func window(p types.Params, phase course.Phase) time.Duration {
	switch phase {
	case course.Answer:
		return p.AnswerWindow
	case course.Arbitration:
		return p.ArbitrationWindow
	case course.Appeal:
		return p.AppealWindow
	case course.Governance:
		return p.GovernanceWindow
	}
	return 0
}

// save stores a dispute that was before, with its places in the indexes; was is nil for a
// new one.
func (k Keeper) save(ctx context.Context, was *types.Dispute, d types.Dispute) error {
	if was == nil || was.IsOpen() != d.IsOpen() {
		if err := k.saveOpen(ctx, was, d); err != nil {
			return err
		}
	}
	if was != nil && was.IsOpen() {
		if err := k.Deadlines.Remove(ctx, dueKey(*was)); err != nil {
			return err
		}
	}
	if d.IsOpen() {
		if err := k.Deadlines.Set(ctx, dueKey(d)); err != nil {
			return err
		}
	}
	if err := k.saveParties(ctx, was, d); err != nil {
		return err
	}
	return k.Disputes.Set(ctx, d.Id, d)
}

// saveParties keeps the index of parties: who contested is none any more when the owner does.
func (k Keeper) saveParties(ctx context.Context, was *types.Dispute, d types.Dispute) error {
	now, before := d.Parties(), []string(nil)
	if was != nil {
		before = was.Parties()
	}
	write := func(list, but []string, to func(context.Context, collections.Pair[sdk.AccAddress, disputeID]) error) error {
		for _, account := range list {
			if slices.Contains(but, account) {
				continue
			}
			address, err := sdk.AccAddressFromBech32(account)
			if err != nil {
				return err
			}
			if err := to(ctx, collections.Join(address, d.Id)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := write(now, before, k.ByParty.Set); err != nil {
		return err
	}
	return write(before, now, k.ByParty.Remove)
}

// saveOpen keeps the indexes of what is open.
func (k Keeper) saveOpen(ctx context.Context, was *types.Dispute, d types.Dispute) error {
	challenger, err := sdk.AccAddressFromBech32(d.Challenger)
	if err != nil {
		return err
	}
	key := collections.Join(d.Work, challenger)
	if was != nil {
		if err := k.ByWork.Remove(ctx, collections.Join3(d.Work, !was.IsOpen(), d.Id)); err != nil {
			return err
		}
	}
	if err := k.ByWork.Set(ctx, collections.Join3(d.Work, !d.IsOpen(), d.Id)); err != nil {
		return err
	}
	if d.IsOpen() {
		return k.Open.Set(ctx, key, d.Id)
	}
	if err := k.spend(ctx, d, challenger); err != nil || was == nil {
		return err // another may be open since it was closed
	}
	return k.Open.Remove(ctx, key)
}

// spend notes the evidence with which a dispute failed.
func (k Keeper) spend(ctx context.Context, d types.Dispute, challenger sdk.AccAddress) error {
	if !d.Failed() {
		return nil
	}
	for _, e := range d.Showed() {
		if err := k.Spent.Set(ctx, collections.Join4(d.Work, challenger, uint32(d.Kind), e.Sha256)); err != nil {
			return err
		}
	}
	return nil
}

func dueKey(d types.Dispute) collections.Pair[uint64, disputeID] {
	return collections.Join(uint64(d.Due().UnixNano()), d.Id)
}

// moved says in an event where a dispute stands.
func moved(ctx context.Context, d types.Dispute) error {
	return events.Emit(ctx, &types.EventDisputeMoved{
		Dispute: d.Id, Work: d.Work, Phase: d.Phase, Deadline: d.Deadline, Arbiter: d.Arbiter, Failure: d.Failure,
	})
}

// show adds what an account shows, and leaves room for as many pieces as others may have to show later. It
// fails with ErrInvalidEvidence where that is too much.
func show(d *types.Dispute, by string, list []types.Evidence, room int) error {
	if most := types.MaxAllEvidence - room; len(list) > 0 && len(d.Evidence)+len(list) > most {
		return errorsmod.Wrapf(types.ErrInvalidEvidence, "%s has %d pieces of evidence, at most %d by now", d.Id, len(d.Evidence), most)
	}
	for _, e := range list {
		e.By = by
		d.Evidence = append(d.Evidence, e)
	}
	return nil
}
