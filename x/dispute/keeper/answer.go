package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/course"
	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/events"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// respondents are those against whom a dispute is: the work's owner and the holders of its revenue, now,
// and whose approval a ruling would be in place of; the challenger is none.
func (k Keeper) respondents(ctx context.Context, d types.Dispute) (list []string, err error) {
	approvals, err := k.approvals(ctx, d)
	if err != nil {
		return nil, err
	}
	all, err := k.owners(ctx, append([]workID{d.Work}, approvals...))
	if err != nil {
		return nil, err
	}
	holders, err := k.holders(ctx, d.Work)
	for _, h := range holders {
		all = append(all, h.to)
	}
	for _, account := range all {
		if account != d.Challenger && !slices.Contains(list, account) {
			list = append(list, account)
		}
	}
	return list, err
}

// approvals are the works whose owners a claimed approval would be in place of.
func (k Keeper) approvals(ctx context.Context, d types.Dispute) ([]workID, error) {
	if d.Claim.Declaration == 0 {
		return nil, nil
	}
	waits, _, err := k.license.GetAdmission(ctx, licensetypes.DeclarationRef{Work: d.Work, Number: d.Claim.Declaration})
	return waits.Works, err
}

// owners are those of works, in the same order.
func (k Keeper) owners(ctx context.Context, works []workID) (list []string, err error) {
	for _, work := range works {
		w, err := k.registry.GetWork(ctx, work)
		if err != nil {
			return nil, err
		}
		list = append(list, w.Owner.String())
	}
	return list, nil
}

// Answer concedes or contests a dispute and returns it. It fails with ErrNotParty,
// ErrWrongPhase, ErrTooLate or ErrBondTooSmall.
func (k Keeper) Answer(ctx context.Context, msg *types.MsgAnswer) (types.Dispute, error) {
	d, err := k.current(ctx, msg.Dispute)
	if err != nil {
		return d, err
	}
	if err := in(d, types.PHASE_ANSWER); err != nil {
		return d, err
	}
	respondents, err := k.respondents(ctx, d)
	if err != nil {
		return d, err
	}
	if !slices.Contains(respondents, msg.Respondent) {
		return d, errorsmod.Wrapf(types.ErrNotParty, "%s: its owner, the holders of its revenue and those whose approval is asked for answer, "+
			"who did not open it; %s is none of them", d.Work, msg.Respondent)
	}
	respondent, err := sdk.AccAddressFromBech32(msg.Respondent)
	if err != nil {
		return d, err
	}
	was := d
	// Who has nothing of the work any more concedes nothing of it, and the list stays as short as that of parties.
	d.Conceded = slices.DeleteFunc(slices.Clone(d.Conceded), func(account string) bool {
		return !slices.Contains(respondents, account)
	})
	room := 2 * types.MaxEvidence // for the owner, and for an appeal
	if d.Respondent == msg.Respondent {
		room = types.MaxEvidence
	}
	if err := show(&d, msg.Respondent, msg.Evidence, room); err != nil {
		return d, err
	}
	answered := &types.EventDisputeAnswered{
		Dispute: d.Id, Work: d.Work, By: msg.Respondent, Concedes: msg.Concede, Evidence: msg.Evidence,
	}
	if msg.Concede {
		answered.Paid, err = k.concede(ctx, &d, respondent, respondents)
	} else {
		err = k.contest(ctx, &d, respondent, msg.Bond, respondents)
		if d.ContestedBy == msg.Respondent {
			answered.Bond = msg.Bond
		}
	}
	if err != nil {
		return d, err
	}
	if err := k.save(ctx, &was, d); err != nil {
		return d, err
	}
	if err := events.Emit(ctx, answered); err != nil || d.Phase == was.Phase {
		return d, err
	}
	return d, moved(ctx, d)
}

// contest notes that a party contests. The owner decides by that alone that the case goes on. Another
// does not end the owner's time to answer: the owner's bond may still take the place of theirs, which
// they have back. Of whoever contests beside another no bond is taken: so nobody shuts others out by being
// the first.
func (k Keeper) contest(ctx context.Context, d *types.Dispute, by sdk.AccAddress, bond sdk.Coins, all []string) error {
	work, err := k.registry.GetWork(ctx, d.Work)
	if err != nil {
		return err
	}
	if d.ContestedBy == by.String() {
		return errorsmod.Wrapf(types.ErrWrongPhase, "%s is contested by %s already", d.Id, d.ContestedBy)
	}
	d.Conceded = slices.DeleteFunc(slices.Clone(d.Conceded), func(account string) bool { return account == by.String() })
	if d.ContestedBy != "" && !work.OwnedBy(by) {
		return nil
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := params.CheckBond(bond, nil); err != nil {
		return err
	}
	if err := k.take(ctx, by, bond); err != nil {
		return err
	}
	if err := k.uncontest(ctx, d); err != nil {
		return err
	}
	d.ContestedBy, d.ContestBond = by.String(), bond
	if !work.OwnedBy(by) && slices.ContainsFunc(all, d.Silent) {
		return nil
	}
	return k.toDecide(ctx, d, course.Contested)
}

// uncontest gives who contests a dispute their bond back.
func (k Keeper) uncontest(ctx context.Context, d *types.Dispute) error {
	if d.ContestedBy == "" {
		return nil
	}
	by, err := sdk.AccAddressFromBech32(d.ContestedBy)
	if err != nil {
		return err
	}
	back := d.ContestBond
	d.ContestedBy, d.ContestBond = "", nil
	return k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, by, back)
}

// toDecide takes a dispute to its arbiter, or to governance where there is none who is not a party.
func (k Keeper) toDecide(ctx context.Context, d *types.Dispute, s course.Step) error {
	var err error
	if d.Arbiter, err = k.arbiterFor(ctx, *d); err != nil {
		return err
	}
	return k.step(ctx, d, s)
}

// concede notes that a party concedes. When all have, and what is claimed is theirs to give, it
// is decided; what is claimed for the past is paid at once by the owner, who concedes last. Else the
// arbiter decides, once all have answered or the time is over.
func (k Keeper) concede(ctx context.Context, d *types.Dispute, by sdk.AccAddress, all []string) (paid sdk.Coins, err error) {
	if slices.Contains(d.Conceded, by.String()) {
		return nil, errorsmod.Wrapf(types.ErrWrongPhase, "%s has conceded %s already", by, d.Id)
	}
	if d.ContestedBy == by.String() {
		if err := k.uncontest(ctx, d); err != nil {
			return nil, err
		}
	}
	d.Conceded = append(slices.Clone(d.Conceded), by.String())
	if slices.ContainsFunc(all, d.Silent) {
		return nil, nil
	}
	if d.ContestedBy != "" {
		return nil, k.toDecide(ctx, d, course.Contested)
	}
	ruling := types.Ruling{Upheld: true, Redress: d.Claim, At: sdk.UnwrapSDKContext(ctx).BlockTime()}
	ruling.Redress.Past = nil
	gives, err := k.isTheirs(ctx, *d, ruling)
	if err != nil {
		return nil, err
	}
	work, err := k.registry.GetWork(ctx, d.Work)
	if err != nil {
		return nil, err
	}
	// A holder does not see whether the owner has conceded before, in the same block too, and pays nothing.
	if !gives || !d.Claim.Past.Empty() && !work.OwnedBy(by) {
		return nil, k.toDecide(ctx, d, course.Contested)
	}
	if paid = d.Claim.Past; !paid.Empty() {
		challenger, err := sdk.AccAddressFromBech32(d.Challenger)
		if err != nil {
			return nil, err
		}
		if err := k.bank.IsSendEnabledCoins(ctx, paid...); err != nil {
			return nil, err
		}
		if err := k.bank.SendCoins(ctx, by, challenger, paid); err != nil {
			return nil, errorsmod.Wrapf(err, "the owner, who concedes last, pays the %s that are claimed for the past at once", paid)
		}
	}
	d.Ruling = &ruling
	return paid, k.step(ctx, d, course.Conceded)
}

// isTheirs says whether owner and holders could give by themselves what is claimed, to whom it is for
// them to give, it can be carried out, and nobody else contests the work.
func (k Keeper) isTheirs(ctx context.Context, d types.Dispute, ruling types.Ruling) (bool, error) {
	// A transfer takes two: nobody but the challenger has asked for the work.
	if !d.Claim.Concedable() || d.Claim.TransferTo != "" && d.Claim.TransferTo != d.Challenger {
		return false, nil
	}
	if agreed, err := k.agreed(ctx, d.Work, d.Claim.Weights); err != nil || !agreed {
		return false, err
	}
	open := 0
	err := k.ByWork.Walk(ctx, collections.NewSuperPrefixedTripleRange[workID, bool, disputeID](d.Work, false),
		func(ofWork) (bool, error) {
			open++
			return open == 2, nil
		})
	if err != nil || open > 1 {
		return false, err
	}
	if k.license.CheckClosable(ctx, d.Work, d.Claim.CloseOffers) != nil {
		return false, nil
	}
	// A hold stopped what everybody may make under a licence that cannot be taken back: the arbiter
	// says whether that was for something. Else an owner's second account would stop it for nothing.
	stand, err := k.license.Promises(ctx, d.Work)
	if err != nil || d.Kind.Holds() && stand.Irrevocable > 0 {
		return false, err
	}
	// Nor is a hold free that keeps from others what the work owes them.
	if head, err := k.royalty.GetHead(ctx, d.Work); err != nil || d.Kind.Holds() && head.Arrears {
		return false, err
	}
	d.Ruling = &ruling
	cached, _ := sdk.UnwrapSDKContext(ctx).CacheContext()
	return k.carryOut(cached, d) == nil, nil
}
