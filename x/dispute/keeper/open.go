package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/types"
	"github.com/stemma-chain/stemma/x/internal/events"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// OpenDispute contests a work: in the same block it is on hold, and what it earns in escrow. What
// that costs does not depend on how many works were made of it. It fails with the registry's
// ErrWorkNotFound, and with ErrNotContestable, ErrOwnWork, ErrAlreadyOpen, ErrNothingNew,
// ErrInvalidRedress or ErrBondTooSmall.
func (k Keeper) OpenDispute(ctx context.Context, msg *types.MsgOpen) (types.Dispute, error) {
	challenger, err := sdk.AccAddressFromBech32(msg.Challenger)
	if err != nil {
		return types.Dispute{}, err
	}
	work, err := k.registry.GetWork(ctx, msg.Work)
	if err != nil {
		return types.Dispute{}, err
	}
	if err := checkContestable(msg, work, challenger); err != nil {
		return types.Dispute{}, err
	}
	if err := k.checkNew(ctx, msg, challenger); err != nil {
		return types.Dispute{}, err
	}
	if err := k.checkClaim(ctx, msg.Kind, msg.Work, challenger, msg.Claim); err != nil {
		return types.Dispute{}, err
	}
	if err := k.checkNeutral(ctx, msg.Challenger, msg.Claim); err != nil {
		return types.Dispute{}, err
	}
	if err := k.takeBond(ctx, challenger, msg.Work, msg.Bond); err != nil {
		return types.Dispute{}, err
	}
	d, err := k.newDispute(ctx, msg, work, challenger)
	if err != nil {
		return d, err
	}
	if err := k.hold(ctx, d); err != nil {
		return d, err
	}
	if err := k.count(ctx, d); err != nil {
		return d, err
	}
	if err := k.save(ctx, nil, d); err != nil {
		return d, err
	}
	return d, events.Emit(ctx, &types.EventDisputeOpened{Dispute: d})
}

// count counts the dispute, and once it is decided that it was upheld, among the facts of who owned the
// work when it was opened, and of the agent that made it. Another dispute may have given the work to
// somebody since, who has done nothing.
func (k Keeper) count(ctx context.Context, d types.Dispute) error {
	owner, err := sdk.AccAddressFromBech32(d.Respondent)
	if err != nil {
		return err
	}
	agent, _, err := k.lineage.AgentOf(ctx, d.Work)
	if err != nil {
		return err
	}
	if d.Ruling != nil {
		return k.agent.CountUpheld(ctx, owner, agent, d.Ruling.By == "")
	}
	return k.agent.CountDisputed(ctx, owner, agent)
}

func checkContestable(msg *types.MsgOpen, work registrytypes.Work, challenger sdk.AccAddress) error {
	if !work.Stands() {
		return errorsmod.Wrapf(types.ErrNotContestable, "%s was ruled invalid before", msg.Work)
	}
	// Who waits for an approval that does not come is the work's owner.
	if work.OwnedBy(challenger) && msg.Kind != types.KIND_UNAPPROVED_SOURCE {
		return errorsmod.Wrapf(types.ErrOwnWork, "%s belongs to %s: change it yourself", msg.Work, msg.Challenger)
	}
	return nil
}

// checkNew checks that no dispute of the challenger about the work is open, and that what failed
// before comes with something new.
func (k Keeper) checkNew(ctx context.Context, msg *types.MsgOpen, challenger sdk.AccAddress) error {
	open, found, err := k.Open.Find(ctx, collections.Join(msg.Work, challenger))
	if err != nil {
		return err
	}
	if found {
		return errorsmod.Wrapf(types.ErrAlreadyOpen, "%s of %s about %s: wait for its end, or drop it", open, msg.Challenger, msg.Work)
	}
	for _, e := range msg.Evidence {
		spent, err := k.Spent.Has(ctx, collections.Join4(msg.Work, challenger, uint32(msg.Kind), e.Sha256))
		if err != nil || !spent {
			return err
		}
	}
	return errorsmod.Wrapf(types.ErrNothingNew, "a dispute of %s about a %s of %s failed with this evidence: show something else",
		msg.Challenger, msg.Kind.Name(), msg.Work)
}

// checkClaim checks what a claim or a ruling names against what there is.
func (k Keeper) checkClaim(ctx context.Context, kind types.Kind, work workID, challenger sdk.AccAddress, r types.Redress) error {
	for _, other := range named(r) {
		if _, err := k.registry.GetWork(ctx, other); err != nil {
			return errorsmod.Wrap(err, "claim")
		}
	}
	terms := append(append([]licensetypes.TermsID{}, r.Offer...), r.CloseOffers...)
	if r.Source != nil {
		terms = append(terms, r.Source.Terms)
	}
	for _, id := range terms {
		if _, err := k.license.GetTerms(ctx, id); err != nil {
			return errorsmod.Wrap(err, "claim")
		}
	}
	for _, id := range r.CloseOffers {
		if kind != types.KIND_UNSPECIFIED && !k.isOffered(ctx, work, id) { // a ruling finds ended what another ended
			return errorsmod.Wrapf(types.ErrInvalidRedress, "claim: close_offers: %s is not on offer under %s", work, id)
		}
	}
	if r.Declaration > 0 && kind != types.KIND_UNSPECIFIED { // a ruling finds it approved, which is as good
		ref := licensetypes.DeclarationRef{Work: work, Number: r.Declaration}
		_, waits, err := k.license.GetAdmission(ctx, ref)
		if err != nil {
			return errorsmod.Wrap(err, "claim")
		}
		if !waits {
			return errorsmod.Wrapf(types.ErrInvalidRedress, "claim: declaration %d of %s waits for nobody", r.Declaration, work)
		}
	}
	return k.checkWeights(ctx, kind, work, challenger, r)
}

// checkWeights checks that there are the sources whose weights are claimed. A false weight is
// objected to before, so that the owner can agree.
func (k Keeper) checkWeights(ctx context.Context, kind types.Kind, work workID, challenger sdk.AccAddress, r types.Redress) error {
	objected := false
	for _, w := range r.Weights {
		_, _, found, err := k.lineage.Weight(ctx, work, w.Source)
		if err != nil {
			return errorsmod.Wrap(err, "claim")
		}
		if !found {
			return errorsmod.Wrapf(types.ErrInvalidRedress, "claim: %s is no source of %s", w.Source, work)
		}
		o, found, err := k.Objections.Find(ctx, collections.Join(work, w.Source))
		if err != nil {
			return err
		}
		objected = objected || found && o.By == challenger.String()
	}
	if kind == types.KIND_FALSE_WEIGHT && !objected {
		return errorsmod.Wrapf(types.ErrNoObjection, "%s has not objected to a weight in %s: object first (stemmad dispute object), "+
			"so that its owner can agree", challenger, work)
	}
	return nil
}

// named are the works that a redress names beside the disputed one.
func named(r types.Redress) []workID {
	var list []workID
	if !r.Successor.IsZero() {
		list = append(list, r.Successor)
	}
	if r.Source != nil {
		list = append(list, r.Source.Work)
	}
	for _, p := range r.Restitution {
		list = append(list, p.Creditor)
	}
	return list
}

func (k Keeper) newDispute(
	ctx context.Context, msg *types.MsgOpen, work registrytypes.Work, challenger sdk.AccAddress,
) (types.Dispute, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.Dispute{}, err
	}
	key := collections.Join(msg.Work, challenger)
	serial, _, err := k.Serials.Find(ctx, key)
	if err != nil {
		return types.Dispute{}, err
	}
	serial++ // each takes a bond: 2^32 are out of reach
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	deadline := now.Add(params.AnswerWindow)
	d := types.Dispute{
		Id: types.NewDisputeID(msg.Work, challenger, serial), Work: msg.Work, Serial: serial, Kind: msg.Kind,
		Challenger: msg.Challenger, Respondent: work.Owner.String(), Claim: msg.Claim, Phase: types.PHASE_ANSWER,
		OpenedAt: now, Deadline: &deadline, Bond: msg.Bond,
	}
	if err := show(&d, msg.Challenger, msg.Evidence, 0); err != nil {
		return d, err
	}
	return d, k.Serials.Set(ctx, key, serial)
}

// hold puts the work of a dispute on hold, and what it earns in escrow.
func (k Keeper) hold(ctx context.Context, d types.Dispute) error {
	if err := k.registry.AddDispute(ctx, d.Work, d.Kind.Holds()); err != nil || !d.Backed() {
		return err
	}
	n, _, err := k.Escrows.Find(ctx, d.Work)
	if err != nil {
		return err
	}
	if err := k.Escrows.Set(ctx, d.Work, n+1); err != nil || n > 0 {
		return err
	}
	return k.royalty.SetDestination(ctx, d.Work, royaltytypes.DESTINATION_ESCROW, workID{})
}

// unback ends that a dispute keeps in escrow what its work earns. With the last one, it goes to
// the holders, unless the work is invalid.
func (k Keeper) unback(ctx context.Context, work workID) error {
	n, _, err := k.Escrows.Find(ctx, work)
	if err != nil {
		return err
	}
	if n > 1 {
		return k.Escrows.Set(ctx, work, n-1)
	}
	if err := k.Escrows.Remove(ctx, work); err != nil {
		return err
	}
	w, err := k.registry.GetWork(ctx, work)
	if err != nil || !w.Stands() {
		return err
	}
	return k.royalty.SetDestination(ctx, work, royaltytypes.DESTINATION_ITSELF, workID{})
}
