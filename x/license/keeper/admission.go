package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// waited is a work whose owner has not approved a declaration, and that declaration.
type waited = collections.Triple[registrytypes.WorkID, registrytypes.WorkID, uint32]

func refKey(r types.DeclarationRef) collections.Pair[registrytypes.WorkID, uint32] {
	return collections.Join(r.Work, r.Number)
}

// admit notes for whom a declaration waits.
func (k Keeper) admit(ctx context.Context, ref types.DeclarationRef, a types.Admission) error {
	if err := k.addAdmission(ctx, ref, a); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventAdmitted{Declaration: ref, Admission: a})
}

func (k Keeper) addAdmission(ctx context.Context, ref types.DeclarationRef, a types.Admission) error {
	if err := k.Admissions.Set(ctx, refKey(ref), a); err != nil {
		return err
	}
	for _, work := range a.Works {
		if err := k.AdmissionsByWork.Set(ctx, collections.Join3(work, ref.Work, ref.Number)); err != nil {
			return err
		}
	}
	return nil
}

// ApproveAdmission approves a declaration that waits, on behalf of the owner of one of
// the works that it waits for. Settled: nobody else is waited for; the declaring work,
// and all that was made from it meanwhile, take offers and grants again. It fails with
// ErrNotWaiting.
func (k Keeper) ApproveAdmission(ctx context.Context, ref types.DeclarationRef, work registrytypes.WorkID) (settled bool, err error) {
	a, _, err := k.Admissions.Find(ctx, refKey(ref))
	if err != nil {
		return false, err
	}
	place := slices.Index(a.Works, work)
	if place < 0 {
		return false, errorsmod.Wrapf(types.ErrNotWaiting, "declaration %d of %s does not wait for the owner of %s",
			ref.Number, ref.Work, work)
	}
	a.Works = slices.Delete(a.Works, place, place+1)
	if settled = !a.Waits(); settled {
		err = k.Admissions.Remove(ctx, refKey(ref))
	} else {
		err = k.Admissions.Set(ctx, refKey(ref), a)
	}
	if err != nil {
		return false, err
	}
	if err := k.AdmissionsByWork.Remove(ctx, collections.Join3(work, ref.Work, ref.Number)); err != nil {
		return false, err
	}
	return settled, events.Emit(ctx, &types.EventAdmissionApproved{Declaration: ref, Work: work, Settled: settled})
}

// SettleAdmission has a ruling approve a declaration that waits, for all whom it waits for,
// those that are not named too. It fails with ErrNotWaiting.
func (k Keeper) SettleAdmission(ctx context.Context, ref types.DeclarationRef) error {
	a, found, err := k.GetAdmission(ctx, ref)
	if err != nil {
		return err
	}
	if !found {
		return errorsmod.Wrapf(types.ErrNotWaiting, "declaration %d of %s waits for nobody", ref.Number, ref.Work)
	}
	for _, work := range a.Works {
		if err := k.AdmissionsByWork.Remove(ctx, collections.Join3(work, ref.Work, ref.Number)); err != nil {
			return err
		}
	}
	if err := k.Admissions.Remove(ctx, refKey(ref)); err != nil {
		return err
	}
	return events.Emit(ctx, &types.EventAdmissionApproved{Declaration: ref, Settled: true})
}

// GetAdmission returns for whom a declaration waits; found: for anybody.
func (k Keeper) GetAdmission(ctx context.Context, ref types.DeclarationRef) (a types.Admission, found bool, err error) {
	return k.Admissions.Find(ctx, refKey(ref))
}

// endWaiting fails with ErrSourceUnapproved while owners have not approved later sources
// of a work or of what it was made from. Else what the work waited for is forgotten: who
// acquires a grant later does not read it again.
func (k Keeper) endWaiting(ctx context.Context, work registrytypes.WorkID, d types.Demands) error {
	open, err := k.forgetSettled(ctx, work, &d)
	if err != nil || len(open) == 0 {
		return err
	}
	named, _, err := k.declarationsOf(ctx, work, open)
	if err != nil {
		return err
	}
	if len(named) == 0 { // it is behind more works than are looked at
		return errorsmod.Wrapf(types.ErrSourceUnapproved, "%s: %s waits for all that %s waits for, which waits for "+
			"works further up: until "+
			"owners approve, or what is settled is forgotten there, %s takes no offers and grants", rules.UnapprovedSource,
			work, open[0].Work, work)
	}
	open = named
	a, _, err := k.GetAdmission(ctx, open[0])
	if err != nil {
		return err
	}
	return errorsmod.Wrapf(types.ErrSourceUnapproved, "%s: declaration %d of %s waits for the owners of %s: until they approve, %s takes "+
		"no offers and grants", rules.UnapprovedSource, open[0].Number, open[0].Work, a.Describe(), work)
}

// Promises are what stands of a work, however it is changed later. That nothing does is
// known by one read.
func (k Keeper) Promises(ctx context.Context, work registrytypes.WorkID) (types.Promises, error) {
	var p types.Promises
	if _, offered, err := k.OfferCounts.Find(ctx, work); err != nil || !offered {
		return p, err
	}
	keys, err := k.offerKeys(ctx, work)
	if err != nil {
		return p, err
	}
	for _, key := range keys {
		offer, err := k.Offers.Get(ctx, key)
		if err != nil {
			return p, err
		}
		if offer.IrrevocableSince != nil {
			p.Irrevocable++
		}
	}
	p.Grants, _, err = k.GrantedDerivatives.Find(ctx, work)
	return p, err
}

// Relied says whether somebody relies on what was permitted of a work: grants were ever given,
// or a licence was offered that cannot be taken back.
func (k Keeper) Relied(ctx context.Context, work registrytypes.WorkID) (bool, error) {
	p, err := k.Promises(ctx, work)
	return p.Grants > 0 || p.Irrevocable > 0, err
}
