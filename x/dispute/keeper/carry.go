package keeper

import (
	"context"
	"errors"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/events"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// carryOut gives what was decided; what somebody gave since is given. The caller drops what was
// written where it fails.
func (k Keeper) carryOut(ctx context.Context, d types.Dispute) error {
	if d.Ruling == nil || !d.Ruling.Upheld {
		return nil
	}
	if err := k.count(ctx, d); err != nil {
		return err
	}
	r := d.Ruling.Redress
	if err := k.checkClaim(ctx, types.KIND_UNSPECIFIED, d.Work, nil, r); err != nil {
		return err
	}
	for _, give := range []func(context.Context, types.Dispute, types.Redress) error{
		k.giveWork, k.giveTerms, k.giveSource, k.givePast,
	} {
		if err := give(ctx, d, r); err != nil {
			return err
		}
	}
	if len(r.Weights) > 0 {
		if err := k.setWeights(ctx, d.Work, r.Weights); err != nil {
			return err
		}
	}
	return k.giveApproval(ctx, d.Work, r)
}

// giveApproval approves a declaration for all whom it waits for. It may wait for nobody any more: who was
// to approve it does so when the ruling is known, and the challenger had to ask for it.
func (k Keeper) giveApproval(ctx context.Context, work workID, r types.Redress) error {
	if r.Declaration == 0 {
		return nil
	}
	ref := licensetypes.DeclarationRef{Work: work, Number: r.Declaration}
	if _, waits, err := k.license.GetAdmission(ctx, ref); err != nil || !waits {
		return err
	}
	return k.license.SettleAdmission(ctx, ref)
}

// giveWork transfers or invalidates the work.
func (k Keeper) giveWork(ctx context.Context, d types.Dispute, r types.Redress) error {
	if r.TransferTo != "" {
		to, err := sdk.AccAddressFromBech32(r.TransferTo)
		if err != nil {
			return err
		}
		work, err := k.registry.GetWork(ctx, d.Work)
		if err != nil {
			return err
		}
		if !work.OwnedBy(to) {
			if _, err := k.registry.Adjudge(ctx, d.Work, to); err != nil {
				return err
			}
		}
		return k.royalty.Adjudge(ctx, d.Work, to)
	}
	if !r.Invalidate {
		return nil
	}
	if err := k.registry.Invalidate(ctx, d.Work); err != nil {
		return err
	}
	kind := royaltytypes.DESTINATION_ESCROW
	if !r.Successor.IsZero() {
		kind = royaltytypes.DESTINATION_ANOTHER
	}
	if err := k.royalty.SetDestination(ctx, d.Work, kind, r.Successor); err != nil {
		return err
	}
	return k.spreadFrom(ctx, d.Work)
}

func (k Keeper) giveTerms(ctx context.Context, d types.Dispute, r types.Redress) error {
	if len(r.CloseOffers)+len(r.Offer) == 0 || r.Invalidate {
		return nil
	}
	var standing []licensetypes.TermsID
	for _, id := range r.CloseOffers {
		if k.isOffered(ctx, d.Work, id) {
			standing = append(standing, id)
		}
	}
	return k.license.CorrectTerms(ctx, d.Work, standing, r.Offer)
}

// isOffered says whether a work is on offer under terms, which can be taken back or not.
func (k Keeper) isOffered(ctx context.Context, work workID, id licensetypes.TermsID) bool {
	return !errors.Is(k.license.CheckClosable(ctx, work, []licensetypes.TermsID{id}), licensetypes.ErrOfferNotFound)
}

// giveSource adds the source, or the account that gets a part of the revenue in its place.
func (k Keeper) giveSource(ctx context.Context, d types.Dispute, r types.Redress) error {
	if s := r.Source; s != nil {
		// The work is on hold: what came since is another ruling's.
		_, since, found, err := k.lineage.Weight(ctx, d.Work, s.Work)
		if err != nil || found && since.After(d.OpenedAt) {
			return err
		}
		_, err = k.lineage.AddRuledSource(ctx, d.Work, s.Work, s.Role, s.Terms)
		return err
	}
	if r.Payee == nil {
		return nil
	}
	account, err := sdk.AccAddressFromBech32(r.Payee.Account)
	if err != nil {
		return err
	}
	return k.royalty.AddPayee(ctx, d.Work, account, r.Payee.Share)
}

// givePast has those who had the money owe it. Nobody owes who never held revenue of the work.
func (k Keeper) givePast(ctx context.Context, d types.Dispute, r types.Redress) error {
	for i, p := range r.Restitution {
		entry := royaltytypes.ArrearsEntry{Creditor: p.Creditor, Amount: p.Amount}
		if p.Debtor == "" {
			entry.DebtorWork = d.Work
		} else {
			debtor, err := sdk.AccAddressFromBech32(p.Debtor)
			if err != nil {
				return err
			}
			held, err := k.royalty.HeldShare(ctx, d.Work, p.HoldersVersion, debtor)
			if err != nil {
				return errorsmod.Wrapf(err, "restitution[%d]", i)
			}
			if held == 0 {
				return errorsmod.Wrapf(types.ErrInvalidRedress, "restitution[%d]: %s held nothing of %s in version %d of its holders: "+
					"nothing is taken from who was not a party", i, p.Debtor, d.Work, p.HoldersVersion)
			}
			entry.DebtorAccount = debtor
		}
		if err := k.royalty.AddArrears(ctx, entry); err != nil {
			return errorsmod.Wrapf(err, "restitution[%d]", i)
		}
	}
	return nil
}

// close ends a dispute: the bonds go where its outcome says, and the work is released, unless
// other disputes hold it. d is closed already, was is as it was before.
func (k Keeper) close(ctx context.Context, was *types.Dispute, d types.Dispute, outcome types.Outcome) error {
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	d.Outcome, d.ClosedAt, d.Called, d.CalledUntil = outcome, &now, nil, nil
	paid, err := k.payBonds(ctx, d)
	if err != nil {
		return err
	}
	if err := k.registry.EndDispute(ctx, d.Work, d.Kind.Holds()); err != nil {
		return err
	}
	if was.Backed() {
		if err := k.unback(ctx, d.Work); err != nil {
			return err
		}
	}
	if err := k.save(ctx, was, d); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventDisputeClosed{Dispute: d.Id, Work: d.Work, Outcome: outcome, Bonds: paid})
}
