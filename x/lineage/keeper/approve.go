package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ApproveSource approves, on behalf of a work's owner, a source by which another work
// newly owes that work or is newly limited by it. Of a declaration that is made
// already it is final at once; settled says that nobody else is waited for. In advance
// it is used up by the declaration, and ends when the work changes hands before. It is
// void if more stands of the declaring work when it takes effect than the owner was
// shown. It fails with ErrPromisesGrew, or license's ErrNotWaiting.
func (k Keeper) ApproveSource(ctx context.Context, m *types.MsgApproveSource) (settled bool, err error) {
	owner, err := sdk.AccAddressFromBech32(m.Owner)
	if err != nil {
		return false, err
	}
	work, err := k.registry.Control(ctx, owner, m.Source, registrytypes.ActApprove)
	if err != nil {
		return false, errorsmod.Wrap(err, "source")
	}
	if _, err := k.registry.GetWork(ctx, m.Derivative); err != nil {
		return false, errorsmod.Wrap(err, "derivative")
	}
	now, err := k.PromisesOf(ctx, m.Derivative)
	if err != nil {
		return false, err
	}
	if !m.Shown.Cover(now) {
		return false, errorsmod.Wrapf(types.ErrPromisesGrew, "you were shown %s of %s, and there are %s: look again before you approve",
			m.Shown.Describe(), m.Derivative, now.Describe())
	}
	event := &types.EventSourceApproved{Source: m.Source, Derivative: m.Derivative, Approver: m.Owner, Declaration: m.Declaration}
	if m.Declaration > 0 {
		ref := licensetypes.DeclarationRef{Work: m.Derivative, Number: m.Declaration}
		if settled, err = k.approveDeclared(ctx, owner, ref, m.Source); err != nil {
			return false, err
		}
		return settled, events.Emit(ctx, event)
	}
	event.Through = m.Declared()
	event.Approval = &types.SourceApproval{Transfers: work.Transfers, Role: m.Role, Permission: m.Permission, Shown: m.Shown}
	changed, err := k.approveInAdvance(ctx, m, *event.Approval)
	if err != nil || !changed {
		return false, err
	}
	return false, events.Emit(ctx, event)
}

// approveDeclared approves a declaration for one work and for all others of the owner's
// that it waits for.
func (k Keeper) approveDeclared(
	ctx context.Context, owner sdk.AccAddress, ref licensetypes.DeclarationRef, source workID,
) (settled bool, err error) {
	if settled, err = k.license.ApproveAdmission(ctx, ref, source); err != nil || settled {
		return settled, err
	}
	waits, _, err := k.license.GetAdmission(ctx, ref)
	if err != nil {
		return false, err
	}
	for _, other := range waits.Works {
		work, err := k.registry.GetWork(ctx, other)
		if err != nil {
			return false, err
		}
		if !work.OwnedBy(owner) {
			continue
		}
		if settled, err = k.license.ApproveAdmission(ctx, ref, other); err != nil {
			return false, err
		}
	}
	return settled, nil
}

// approveInAdvance stores an approval, of a source that is declared already too: it may be
// declared anew. Approving what counts changes nothing.
func (k Keeper) approveInAdvance(ctx context.Context, m *types.MsgApproveSource, a types.SourceApproval) (changed bool, err error) {
	through := m.Declared()
	if _, err := k.registry.GetWork(ctx, through); err != nil {
		return false, errorsmod.Wrap(err, "through")
	}
	key := collections.Join3(m.Source, m.Derivative, through)
	before, found, err := k.Approvals.Find(ctx, key)
	if err != nil || found && before == a {
		return false, err
	}
	return true, k.Approvals.Set(ctx, key, a)
}

// WithdrawSourceApproval takes an approval in advance back that was not used, in any
// status of the work, whether it counts or not. It fails with ErrNotApproved.
func (k Keeper) WithdrawSourceApproval(ctx context.Context, m *types.MsgWithdrawSourceApproval) error {
	owner, err := sdk.AccAddressFromBech32(m.Owner)
	if err != nil {
		return err
	}
	if _, err := k.registry.Control(ctx, owner, m.Source, registrytypes.ActDisapprove); err != nil {
		return errorsmod.Wrap(err, "source")
	}
	key := collections.Join3(m.Source, m.Derivative, m.Declared())
	found, err := k.Approvals.Has(ctx, key)
	if err != nil {
		return err
	}
	if !found {
		return errorsmod.Wrapf(types.ErrNotApproved, "%s as a source of %s, or used already: list the source's approvals", m.Source, m.Derivative)
	}
	if err := k.Approvals.Remove(ctx, key); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventSourceApprovalWithdrawn{Source: m.Source, Derivative: m.Derivative, Through: m.Declared()})
}

// history lists, for each declaration of a work, what the edges pinned that it had
// after it, in order of source.
func (k Keeper) history(ctx context.Context, work workID, row types.Derivation) ([][]licensetypes.Pin, error) {
	record, err := k.registry.GetWork(ctx, work)
	if err != nil {
		return nil, err
	}
	current, err := record.Revision()
	if err != nil {
		return nil, err
	}
	kind := current.Details.Kind
	history := make([][]licensetypes.Pin, row.Declarations)
	add := func(e types.Edge, source workID, until uint32) {
		e.Source.WorkID = source
		for n := max(e.Declaration, 1); n < until && int(n) <= len(history); n++ {
			history[n-1] = append(history[n-1], pinOf(&row, e, kind))
		}
	}
	for _, e := range row.Edges {
		if !e.Cites() {
			add(e, e.Source.WorkID, row.Declarations+1)
		}
	}
	err = k.PastEdges.Walk(ctx, collections.NewPrefixedTripleRange[workID, uint32, workID](work),
		func(key pastKey, e types.Edge) (bool, error) {
			add(e, key.K3(), key.K2())
			return false, nil
		})
	for _, pins := range history {
		slices.SortStableFunc(pins, func(a, b licensetypes.Pin) int { return compareWorks(a.Source, b.Source) })
	}
	return history, err
}
