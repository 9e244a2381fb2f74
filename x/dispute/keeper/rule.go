package keeper

import (
	"context"
	"slices"

	errorsmod "cosmossdk.io/errors"

	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	"github.com/cosmos/cosmos-sdk/crypto/types/multisig"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/course"
	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/events"
)

// arbiterFor is the first arbiter who is not a party to a dispute; empty: all are, or none is
// named.
func (k Keeper) arbiterFor(ctx context.Context, d types.Dispute) (string, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return "", err
	}
	interested, err := k.interested(ctx, d, types.Redress{})
	if err != nil {
		return "", err
	}
	for _, a := range params.Arbiters {
		if !k.isPartial(ctx, a, interested) {
			return a, nil
		}
	}
	return "", nil
}

// interested are the accounts that have something to win or to lose by a dispute, and by what is given. A
// holder is one from types.PartialShare on: shares need nobody's consent, and else an owner would
// choose who decides by giving every arbiter a little.
func (k Keeper) interested(ctx context.Context, d types.Dispute, given types.Redress) ([]string, error) {
	work, err := k.registry.GetWork(ctx, d.Work)
	if err != nil {
		return nil, err
	}
	list := []string{d.Challenger, d.Respondent, d.ContestedBy, work.Owner.String()}
	holders, err := k.holders(ctx, d.Work)
	if err != nil {
		return nil, err
	}
	for _, h := range holders {
		if h.weight >= types.PartialShare {
			list = append(list, h.to)
		}
	}
	// Whose approval is ruled away, and whose weight is ruled on.
	works, err := k.approvals(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, w := range d.Claim.Weights {
		works = append(works, w.Source)
	}
	owners, err := k.owners(ctx, works)
	if err != nil {
		return nil, err
	}
	list = append(list, owners...)
	for _, r := range []types.Redress{d.Claim, given} {
		gain, err := k.gains(ctx, r)
		if err != nil {
			return nil, err
		}
		list = append(list, gain...)
	}
	return list, nil
}

// gains are the accounts for which something is claimed or given.
func (k Keeper) gains(ctx context.Context, r types.Redress) (list []string, err error) {
	if r.TransferTo != "" {
		list = append(list, r.TransferTo)
	}
	if r.Payee != nil {
		list = append(list, r.Payee.Account)
	}
	owners, err := k.owners(ctx, named(r))
	return append(list, owners...), err
}

// checkNeutral refuses a claim by which an arbiter would gain who does not open the dispute, nor has a
// member who does: else a challenger would choose who decides.
func (k Keeper) checkNeutral(ctx context.Context, challenger string, claim types.Redress) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	gain, err := k.gains(ctx, claim)
	if err != nil {
		return err
	}
	for _, a := range params.Arbiters {
		if k.isPartial(ctx, a, gain) && !k.isPartial(ctx, a, []string{challenger}) {
			return errorsmod.Wrapf(types.ErrInvalidRedress, "claim: it is for the arbiter %s, or a member: who gains by it opens "+
				"the dispute", a)
		}
	}
	return nil
}

// isPartial says whether an arbiter, or a member of it where it is a multisig, is one of the
// accounts.
func (k Keeper) isPartial(ctx context.Context, arbiter string, interested []string) bool {
	if slices.Contains(interested, arbiter) {
		return true
	}
	address, err := sdk.AccAddressFromBech32(arbiter)
	if err != nil {
		return true
	}
	account := k.accounts.GetAccount(ctx, address)
	if account == nil {
		return false
	}
	keys, ok := account.GetPubKey().(multisig.PubKey)
	return ok && slices.ContainsFunc(keys.GetPubKeys(), func(key cryptotypes.PubKey) bool {
		return slices.Contains(interested, sdk.AccAddress(key.Address()).String())
	})
}

// Rule decides a dispute and returns it. It fails with ErrNotArbiter, ErrRecused, ErrWrongPhase,
// ErrTooLate, ErrInvalidRedress or ErrBeyondClaim, and as carrying out would where the ruling
// could not be carried out now.
func (k Keeper) Rule(ctx context.Context, msg *types.MsgRule) (types.Dispute, error) {
	d, err := k.current(ctx, msg.Dispute)
	if err != nil {
		return d, err
	}
	step, err := k.mayRule(ctx, d, msg.Arbiter, msg.Redress)
	if err != nil {
		return d, err
	}
	if err := msg.Redress.ValidateRuling(d.Kind, d.Work); msg.Upheld && err != nil {
		return d, err
	}
	if err := d.Claim.Covers(msg.Redress); err != nil {
		return d, err
	}
	was := d
	d.Ruling = &types.Ruling{By: msg.Arbiter, Upheld: msg.Upheld, Redress: msg.Redress, At: sdk.UnwrapSDKContext(ctx).BlockTime()}
	d.Called, d.CalledUntil, d.Failure = nil, nil, ""
	if err := k.step(ctx, &d, step); err != nil {
		return d, err
	}
	// What cannot be carried out is better known now than when the appeal window is over.
	cached, _ := sdk.UnwrapSDKContext(ctx).CacheContext()
	if err := k.carryOut(cached, d); err != nil {
		return d, errorsmod.Wrap(err, "the ruling could not be carried out")
	}
	if err := k.save(ctx, &was, d); err != nil {
		return d, err
	}
	if err := events.Emit(ctx, &types.EventDisputeRuled{Dispute: d.Id, Work: d.Work, Ruling: *d.Ruling}); err != nil {
		return d, err
	}
	return d, moved(ctx, d)
}

// mayRule checks that an account decides a dispute now, and returns what it does.
func (k Keeper) mayRule(ctx context.Context, d types.Dispute, account string, given types.Redress) (course.Step, error) {
	if err := in(d, types.PHASE_ARBITRATION, types.PHASE_GOVERNANCE); err != nil {
		return 0, err
	}
	if d.Phase == types.PHASE_GOVERNANCE {
		if account != k.authority {
			return 0, errorsmod.Wrapf(types.ErrNotArbiter, "governance decides %s: propose a MsgRule of %s", d.Id, k.authority)
		}
		return course.Decided, nil
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	if account != d.Arbiter || !slices.Contains(params.Arbiters, account) {
		return 0, errorsmod.Wrapf(types.ErrNotArbiter, "%s is decided by %s, if governance still names that", d.Id, d.Arbiter)
	}
	interested, err := k.interested(ctx, d, given)
	if err == nil && k.isPartial(ctx, account, interested) {
		err = errorsmod.Wrapf(types.ErrRecused, "%s cannot decide %s: governance does when the time is over", account, d.Id)
	}
	return course.Ruled, err
}

// Appeal takes a ruling to governance and returns the dispute. It fails with ErrNotParty,
// ErrWrongPhase, ErrTooLate or ErrBondTooSmall.
func (k Keeper) Appeal(ctx context.Context, msg *types.MsgAppeal) (types.Dispute, error) {
	d, err := k.current(ctx, msg.Dispute)
	if err != nil {
		return d, err
	}
	if err := in(d, types.PHASE_APPEAL); err != nil {
		return d, err
	}
	parties, err := k.respondents(ctx, d)
	if err != nil {
		return d, err
	}
	if !d.Ruling.Upheld { // who won by it does not take the place of the one who lost
		parties = nil
	}
	if !slices.Contains(append(parties, d.Challenger), msg.Appellant) {
		return d, errorsmod.Wrapf(types.ErrNotParty, "%s: the challenger appeals, and the owner and the holders what was upheld; %s does not",
			d.Id, msg.Appellant)
	}
	appellant, err := sdk.AccAddressFromBech32(msg.Appellant)
	if err != nil {
		return d, err
	}
	if err := k.takeAppealBond(ctx, appellant, d, msg.Bond); err != nil {
		return d, err
	}
	was := d
	if err := show(&d, msg.Appellant, msg.Evidence, 0); err != nil {
		return d, err
	}
	if err := k.step(ctx, &d, course.Appealed); err != nil {
		return d, err
	}
	d.AppealedBy, d.AppealBond, d.Appealed = msg.Appellant, msg.Bond, d.Ruling
	if err := k.save(ctx, &was, d); err != nil {
		return d, err
	}
	if err := events.Emit(ctx, &types.EventDisputeAppealed{
		Dispute: d.Id, Work: d.Work, By: msg.Appellant, Evidence: msg.Evidence, Bond: msg.Bond,
	}); err != nil {
		return d, err
	}
	return d, moved(ctx, d)
}

// Drop ends a dispute as if it had been dismissed. It fails with ErrNotParty or ErrWrongPhase.
func (k Keeper) Drop(ctx context.Context, challenger string, id disputeID) error {
	d, err := k.current(ctx, id)
	if err != nil {
		return err
	}
	if challenger != d.Challenger {
		return errorsmod.Wrapf(types.ErrNotParty, "%s was opened by %s, who alone drops it", id, d.Challenger)
	}
	was := d
	if err := k.step(ctx, &d, course.Dropped); err != nil {
		return err
	}
	return k.close(ctx, &was, d, types.OUTCOME_DROPPED)
}
