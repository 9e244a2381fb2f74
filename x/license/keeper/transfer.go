package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
)

// TransferGrant gives a running grant that no work uses to another account, if
// its terms are transferable. Where they ask for the owner's approval, it has to
// be given to the recipient too. It fails with ErrNotLicensee, ErrGrantUsed,
// ErrGrantExpired, ErrNotTransferable, ErrApprovalNeeded or ErrInvalidMessage.
func (k Keeper) TransferGrant(ctx context.Context, licensee sdk.AccAddress, id types.GrantID, recipient sdk.AccAddress) error {
	grant, err := k.GetGrant(ctx, id)
	if err != nil {
		return err
	}
	if err := k.checkHolder(ctx, licensee, id, grant); err != nil {
		return err
	}
	if err := k.checkMovable(ctx, id, grant, recipient); err != nil {
		return err
	}
	work := grant.Work.WorkID
	if err := k.GrantsByLicensee.Remove(ctx, collections.Join3(grant.Licensee, work, id)); err != nil {
		return err
	}
	if err := k.GrantsByLicensee.Set(ctx, collections.Join3(recipient, work, id)); err != nil {
		return err
	}
	grant.Licensee = recipient
	if err := k.Grants.Set(ctx, id, grant); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventGrantTransferred{Grant: id, From: licensee.String(), To: recipient.String()})
}

// checkMovable checks that a grant can be given to a recipient.
func (k Keeper) checkMovable(ctx context.Context, id types.GrantID, g types.Grant, recipient sdk.AccAddress) error {
	if user, used := g.User(); used {
		return errorsmod.Wrapf(types.ErrGrantUsed, "%s: a grant used by a derivation moves only with that work: transfer %s, which uses %s",
			rules.GrantUsed, user, id)
	}
	if g.Expired(sdk.UnwrapSDKContext(ctx).BlockTime()) {
		return errorsmod.Wrapf(types.ErrGrantExpired, "%s: %s ended at %s: renew it first", rules.GrantExpired, id, g.ExpiresAt.UTC())
	}
	if recipient.Equals(g.Licensee) {
		return errorsmod.Wrapf(types.ErrInvalidMessage, "recipient holds %s already: name another account", id)
	}
	terms, err := k.GetTerms(ctx, g.Terms.TermsID)
	if err != nil {
		return err
	}
	if !terms.Transferable {
		return errorsmod.Wrapf(types.ErrNotTransferable, "%s: its terms %s (%s) don't allow it: %s acquires a grant of its own",
			id, g.Terms, terms.Spdx, recipient)
	}
	if !terms.DerivativeApproval {
		return nil
	}
	work, err := k.registry.GetWork(ctx, g.Work.WorkID)
	if err != nil {
		return err
	}
	approved, err := k.isApproved(ctx, g.Work.WorkID, work.Transfers, g.Terms.TermsID, types.Approved{Licensee: recipient})
	if err == nil && !approved {
		return errorsmod.Wrapf(types.ErrApprovalNeeded, "%s: the terms of %s ask for it: %s, who owns %s, has to approve %s first",
			rules.NeedsApproval, id, work.Owner, g.Work, recipient)
	}
	return err
}
