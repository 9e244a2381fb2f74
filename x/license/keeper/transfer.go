package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
)

// OfferGrant offers a running grant that no work uses to another account, if its
// terms are transferable and its allow-list admits the recipient. Where they ask for
// the owner's approval, it has to be given to the recipient too. It replaces an earlier
// such offer. The licensee has and uses the grant until the recipient accepts. It fails
// with ErrNotLicensee, ErrGrantUsed, ErrGrantExpired, ErrNotTransferable,
// ErrApprovalNeeded or ErrInvalidMessage.
func (k Keeper) OfferGrant(ctx context.Context, licensee sdk.AccAddress, id types.GrantID, recipient sdk.AccAddress) error {
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
	grant.OfferedTo = recipient
	if err := k.Grants.Set(ctx, id, grant); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventGrantOffered{Grant: id, From: licensee.String(), To: recipient.String()})
}

// CancelGrantOffer takes the offer of a grant back. It fails with ErrNotLicensee, or
// ErrNotOfferedToYou where it is offered to nobody.
func (k Keeper) CancelGrantOffer(ctx context.Context, licensee sdk.AccAddress, id types.GrantID) error {
	grant, err := k.GetGrant(ctx, id)
	if err != nil {
		return err
	}
	if err := k.checkHolder(ctx, licensee, id, grant); err != nil {
		return err
	}
	recipient := grant.OfferedTo
	if len(recipient) == 0 {
		return errorsmod.Wrapf(types.ErrNotOfferedToYou, "%s is offered to nobody: there is nothing to take back", id)
	}
	grant.OfferedTo = nil
	if err := k.Grants.Set(ctx, id, grant); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventGrantOfferCancelled{Grant: id, To: recipient.String()})
}

// AcceptGrant makes a grant the recipient's that was offered to it: nobody gets a grant
// but by a message of their own. What an offer of it asks is asked again, and what the grant pins
// has to be what the recipient saw: its holder may have renewed it since. It fails as
// OfferGrant does, with ErrNotOfferedToYou, ErrOtherConditions or ErrTooManyTerms.
func (k Keeper) AcceptGrant(ctx context.Context, recipient sdk.AccAddress, id types.GrantID, seen types.Conditions) error {
	grant, err := k.GetGrant(ctx, id)
	if err != nil {
		return err
	}
	if !recipient.Equals(grant.OfferedTo) || recipient.Empty() {
		return errorsmod.Wrapf(types.ErrNotOfferedToYou, "%s: ask %s, who holds it, to offer it to %s", id, grant.Licensee, recipient)
	}
	if err := k.checkMovable(ctx, id, grant, recipient); err != nil {
		return err
	}
	if err := k.checkGrantSeen(ctx, grant, seen); err != nil {
		return errorsmod.Wrap(err, id.String())
	}
	if err := k.checkRoom(ctx, recipient, id, grant); err != nil {
		return err
	}
	before := grant
	grant.Licensee, grant.OfferedTo = recipient, nil
	if err := k.replaceGrant(ctx, id, before, grant); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventGrantTransferred{Grant: id, From: before.Licensee.String(), To: recipient.String()})
}

// checkGrantSeen fails with ErrOtherConditions unless what a grant pins is what its recipient saw
// and, where it keeps others out, no more was made of the work: whoever gives it could make
// something in the same block before.
func (k Keeper) checkGrantSeen(ctx context.Context, g types.Grant, seen types.Conditions) error {
	terms, err := k.GetTerms(ctx, g.Terms.TermsID)
	if err != nil {
		return err
	}
	now := g.Conditions()
	if now.Made, err = k.madeOf(ctx, g.Work.WorkID, terms); err != nil {
		return err
	}
	return now.Check(seen)
}

// checkMovable checks that a grant can be given to a recipient.
func (k Keeper) checkMovable(ctx context.Context, id types.GrantID, g types.Grant, recipient sdk.AccAddress) error {
	r := k.newReader(ctx)
	ended, err := r.hasEnded(g)
	if err != nil {
		return err
	}
	user, bound := g.User()
	switch {
	case bound:
		return errorsmod.Wrapf(types.ErrGrantUsed, "%s: a grant used by a derivation moves only with that work: transfer %s, which uses %s",
			rules.GrantUsed, user, id)
	case g.Used > 0:
		return errorsmod.Wrapf(types.ErrGrantUsed, "%s: %d derivatives rely on %s, so it stays with %s", rules.GrantUsed,
			g.Used, id, g.Licensee)
	case ended:
		end, err := r.endOfGrant(g)
		if err != nil {
			return err
		}
		return errorsmod.Wrapf(types.ErrGrantExpired, "%s: %s ended at %s: renew it first", rules.GrantExpired, id, end.UTC())
	case recipient.Equals(g.Licensee):
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
	allowed, err := k.allowListOf(ctx, g)
	if err != nil {
		return err
	}
	if !allowed.Admits(recipient) {
		return errorsmod.Wrapf(types.ErrNotLicensee, "%s: the offer that %s was acquired under names who may have it, and %s is not "+
			"among them: ask the owner of %s for an offer", rules.NotLicensee, id, recipient, g.Work)
	}
	if !terms.DerivativeApproval || len(allowed.Licensees) > 0 { // to be named is to be approved
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
