package keeper

import (
	"cmp"
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Approve lets an account, or whoever owns a derivative, take an offer of the
// work under terms that ask for the owner's approval. The owner approves, or the
// second approver that the terms name. It counts until the work changes hands, and
// not again if the work returns: its owner then approves anew, in place of the old
// approval. Approving what counts changes nothing.
func (k Keeper) Approve(
	ctx context.Context, approver sdk.AccAddress, work registrytypes.WorkID, id types.TermsID, whom types.Approved,
) error {
	row, t, err := k.approves(ctx, approver, work, id, registrytypes.ActApprove)
	if err != nil {
		return err
	}
	if !t.DerivativeApproval {
		return errorsmod.Wrapf(types.ErrInvalidApproval, "%s ask for no approval: offer %s under them", id, work)
	}
	if err := k.checkApproved(ctx, work, whom); err != nil {
		return err
	}
	key := collections.Join3(work, id, whom.Key())
	transfers, found, err := k.Approvals.Find(ctx, key)
	if err != nil || (found && transfers == row.Transfers) {
		return err
	}
	if err := k.Approvals.Set(ctx, key, row.Transfers); err != nil {
		return err
	}
	licensee, derivative := whom.Fields()
	return events.Emit(ctx, &types.EventApproved{Work: work, Terms: id, Licensee: licensee, Derivative: derivative})
}

// approves tells whether an account may approve, or take an approval back: it owns
// the work, or the terms name it and the work is or was offered under them.
func (k Keeper) approves(
	ctx context.Context, by sdk.AccAddress, work registrytypes.WorkID, id types.TermsID, act registrytypes.Act,
) (registrytypes.Work, types.Terms, error) {
	row, err := k.registry.Control(ctx, by, work, act)
	stranger := errors.Is(err, registrytypes.ErrNotOwner)
	if err != nil && !stranger {
		return row, types.Terms{}, err
	}
	t, missing := k.GetTerms(ctx, id)
	if !stranger {
		return row, t, missing
	}
	if missing != nil || t.SecondApprover != by.String() {
		return row, t, err
	}
	if offered, failed := k.everOffered(ctx, collections.Join(work, id)); failed != nil || !offered {
		return row, t, cmp.Or(failed, err)
	}
	return row, t, row.CheckHold(work, act)
}

// everOffered says whether a work is offered under terms, or a grant of it was given
// under them: terms that ask for approval serve nobody without one.
func (k Keeper) everOffered(ctx context.Context, key offered) (bool, error) {
	if now, err := k.Offers.Has(ctx, key); err != nil || now {
		return now, err
	}
	return k.Tallies.Has(ctx, key)
}

// checkApproved checks that a derivative that is to be approved exists and is
// another work.
func (k Keeper) checkApproved(ctx context.Context, work registrytypes.WorkID, whom types.Approved) error {
	if len(whom.Licensee) > 0 {
		return nil
	}
	if whom.Derivative == work {
		return errorsmod.Wrapf(types.ErrInvalidApproval, "derivative is %s itself: name the work that is made from it", work)
	}
	_, err := k.registry.GetWork(ctx, whom.Derivative)
	return errorsmod.Wrap(err, "derivative")
}

// WithdrawApproval takes an approval back on behalf of the work's owner, or of the
// second approver, in any status of the work, whether it counts or not. Grants given
// under it stay.
func (k Keeper) WithdrawApproval(
	ctx context.Context, approver sdk.AccAddress, work registrytypes.WorkID, id types.TermsID, whom types.Approved,
) error {
	if _, _, err := k.approves(ctx, approver, work, id, registrytypes.ActDisapprove); err != nil {
		return err
	}
	key := collections.Join3(work, id, whom.Key())
	found, err := k.Approvals.Has(ctx, key)
	if err != nil {
		return err
	}
	if !found {
		return errorsmod.Wrapf(types.ErrApprovalNotFound, "%s is not approved for %s under %s: list the work's approvals", whom, work, id)
	}
	if err := k.Approvals.Remove(ctx, key); err != nil {
		return err
	}
	licensee, derivative := whom.Fields()
	return events.Emit(ctx, &types.EventApprovalWithdrawn{Work: work, Terms: id, Licensee: licensee, Derivative: derivative})
}

// isApproved says whether somebody was approved since the work last changed
// hands. Transfers is how often it did.
func (k Keeper) isApproved(
	ctx context.Context, work registrytypes.WorkID, transfers uint32, id types.TermsID, whom types.Approved,
) (bool, error) {
	then, found, err := k.Approvals.Find(ctx, collections.Join3(work, id, whom.Key()))
	return found && then == transfers, err
}
