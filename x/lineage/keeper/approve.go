package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// ApproveSource lets the derivative add the source although works derive from
// it already. The approval is used up by that. It counts until the source
// changes hands, and not again if the source returns. Approving what counts
// changes nothing.
func (k Keeper) ApproveSource(ctx context.Context, owner sdk.AccAddress, source, derivative workID) error {
	work, err := k.registry.Control(ctx, owner, source, registrytypes.ActApprove)
	if err != nil {
		return errorsmod.Wrap(err, "source")
	}
	if _, err := k.registry.GetWork(ctx, derivative); err != nil {
		return errorsmod.Wrap(err, "derivative")
	}
	key := collections.Join(source, derivative)
	row, _, err := k.Derivations.Find(ctx, derivative)
	if err != nil {
		return err
	}
	if _, linked := row.Find(source); linked {
		return errorsmod.Wrapf(types.ErrAlreadySource, "%s of %s: there is nothing left to approve", source, derivative)
	}
	transfers, found, err := k.Approvals.Find(ctx, key)
	if err != nil || (found && transfers == work.Transfers) {
		return err
	}
	if err := k.Approvals.Set(ctx, key, work.Transfers); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventSourceApproved{
		Source: source, Derivative: derivative, Approver: owner.String(),
	})
}

// WithdrawSourceApproval takes an approval back that was not used, in any status
// of the source, whether it counts or not. It fails with ErrNotApproved.
func (k Keeper) WithdrawSourceApproval(ctx context.Context, owner sdk.AccAddress, source, derivative workID) error {
	if _, err := k.registry.Control(ctx, owner, source, registrytypes.ActDisapprove); err != nil {
		return errorsmod.Wrap(err, "source")
	}
	key := collections.Join(source, derivative)
	found, err := k.Approvals.Has(ctx, key)
	if err != nil {
		return err
	}
	if !found {
		return errorsmod.Wrapf(types.ErrNotApproved, "%s as a source of %s, or used already: list the source's approvals", source, derivative)
	}
	if err := k.Approvals.Remove(ctx, key); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventSourceApprovalWithdrawn{
		Source: source, Derivative: derivative,
	})
}

// checkApprovals asks for the approval of each new source if works derive from
// this one already.
func (k Keeper) checkApprovals(ctx context.Context, d *derivation) error {
	if !d.derived {
		return nil
	}
	for _, p := range d.permits {
		if err := k.checkApproval(ctx, d, p); err != nil {
			return err
		}
	}
	return nil
}

// checkApproval refuses a later source that is owed something, by its own
// terms or by what it passes on, unless its owner approved it or owns the
// derivative too.
func (k Keeper) checkApproval(ctx context.Context, d *derivation, p licensetypes.Permit) error {
	if p.Own {
		return nil
	}
	if p.Policy == royaltytypes.POLICY_NONE {
		// Only the absolute list is passed on. Lists grow only, so the present
		// one covers what an older version in a grant owes.
		absolute, _, err := k.royalty.Owed(ctx, p.Source)
		if err != nil || absolute == 0 {
			return err
		}
	}
	source, err := k.registry.GetWork(ctx, p.Source)
	if err != nil || source.OwnedBy(d.Owner) {
		return err
	}
	transfers, found, err := k.Approvals.Find(ctx, collections.Join(p.Source, d.Work))
	if err != nil {
		return err
	}
	if !found || transfers != source.Transfers {
		return errorsmod.Wrapf(types.ErrApprovalNeeded,
			"source %s is owed royalties and works derive from %s already: ask %s, who owns the source, to send MsgApproveSource",
			p.Source, d.Work, source.Owner)
	}
	d.approved = append(d.approved, p.Source)
	return nil
}
