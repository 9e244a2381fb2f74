package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// ApproveSource lets the derivative add the source although works derive from
// it already. The approval is used up by that, and counts only while the one
// who gave it owns the source.
func (k Keeper) ApproveSource(ctx context.Context, owner sdk.AccAddress, source, derivative workID) error {
	work, err := k.registry.GetWork(ctx, source)
	if err != nil {
		return errorsmod.Wrap(err, "source")
	}
	if !work.Owner.Equals(owner) {
		return errorsmod.Wrapf(types.ErrNotOwner, "%s belongs to %s: only its owner approves derivatives", source, work.Owner)
	}
	if _, err := k.registry.GetWork(ctx, derivative); err != nil {
		return errorsmod.Wrap(err, "derivative")
	}
	key := collections.Join(source, derivative)
	linked, err := k.Edges.Has(ctx, collections.Join(derivative, source))
	if err != nil {
		return err
	}
	if linked {
		return errorsmod.Wrapf(types.ErrAlreadySource, "%s of %s: there is nothing left to approve", source, derivative)
	}
	if err := k.Approvals.Set(ctx, key, owner); err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventSourceApproved{
		Source: source.String(), Derivative: derivative.String(), Approver: owner.String(),
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
	if err != nil || source.Owner.Equals(d.Owner) {
		return err
	}
	approver, err := k.Approvals.Get(ctx, collections.Join(p.Source, d.Work))
	switch {
	case errors.Is(err, collections.ErrNotFound) || (err == nil && !approver.Equals(source.Owner)):
		return errorsmod.Wrapf(types.ErrApprovalNeeded,
			"source %s is owed royalties and works derive from %s already: ask %s, who owns the source, to send MsgApproveSource",
			p.Source, d.Work, source.Owner)
	case err != nil:
		return err
	}
	d.approved = append(d.approved, p.Source)
	return nil
}
