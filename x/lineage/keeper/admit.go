package keeper

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// A source that a work declares after others relied on the work does not bind them. So
// whoever it newly owes, or is newly limited by, is asked: otherwise an owner would
// hand out grants first and declare the sources afterwards.

// admit finds for whose approval a declaration waits. The approvals in advance that it
// uses up are noted. It fails with ErrApprovalNeeded unless the owner allows that the
// work is admitted only.
func (k Keeper) admit(ctx context.Context, d *derivation) error {
	if len(d.permits) == 0 {
		return nil
	}
	var err error
	if d.relied, err = k.reliedOn(ctx, d); err != nil || !d.relied {
		return err
	}
	if err := k.checkReserved(ctx, d); err != nil {
		return err
	}
	before, err := k.owed(ctx, d.Work)
	if err != nil {
		return err
	}
	limits, err := k.license.ConstraintsOn(ctx, d.Work)
	if err != nil {
		return err
	}
	if err := d.checkWithheld(limits, sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return err
	}
	waits := make(map[workID]string)
	for i, p := range d.permits {
		if d.better[p.Source] {
			continue
		}
		if err := k.askAll(ctx, d, d.linked[i], p, before, limits, waits); err != nil {
			return err
		}
	}
	works := slices.SortedFunc(maps.Keys(waits), compareWorks)
	if len(works) > 0 && !d.AllowUnapproved {
		return errorsmod.Wrapf(types.ErrApprovalNeeded, "others rely on %s already, and %s: ask the owner to send MsgApproveSource "+
			"(stemmad approve-source), or set allow_unapproved (--allow-unapproved): %s takes no offers, grants and derivations then "+
			"until %s", d.Work, waits[works[0]], d.Work, approving(works))
	}
	d.admission.Works = works[:min(len(works), licensetypes.MaxConstraints)]
	d.admission.Others = uint32(len(works) - len(d.admission.Works))
	return nil
}

// checkWithheld fails with ErrConflict where a source is added to a work that others rely on, and
// somebody else has something exclusively of it, or of what it was made from: they would have it by
// what they hold of the work. Limits are what stands on the work.
func (d *derivation) checkWithheld(limits []licensetypes.Constraint, now time.Time) error {
	for _, p := range d.permits {
		newly := func(c licensetypes.Constraint) bool {
			return c.Kind == licensetypes.CONSTRAINT_WITHHELD && !c.Ended(now) && !slices.ContainsFunc(limits, c.Covered)
		}
		i := slices.IndexFunc(p.Constraints, newly)
		if i < 0 || d.better[p.Source] {
			continue
		}
		return errorsmod.Wrapf(licensetypes.ErrConflict, "%s: others rely on %s already, and somebody has uses of %s exclusively: "+
			"declare source %s under a grant of that or once that grant has ended, or as the source of another work",
			rules.ExclusiveSource, d.Work, p.Constraints[i].Source, p.Source)
	}
	return nil
}

// approving says what an unapproved declaration waits for.
func approving(works []workID) string {
	if len(works) == 1 {
		return fmt.Sprintf("the owner of %s has approved", works[0])
	}
	return fmt.Sprintf("the owners of all %d works have approved", len(works))
}

func compareWorks(a, b workID) int { return bytes.Compare(a[:], b[:]) }

// reliedOn says whether anything stands of the work: a derivative, a grant, or a
// public offer that cannot be taken back.
func (k Keeper) reliedOn(ctx context.Context, d *derivation) (bool, error) {
	if d.derived {
		return true, nil
	}
	p, err := k.license.Promises(ctx, d.Work)
	return p.Grants > 0 || p.Irrevocable > 0, err
}

// owed is what a work owes now, ppm by policy and receiver.
func (k Keeper) owed(ctx context.Context, work workID) (map[owing]uint32, error) {
	version, err := k.royalty.UpstreamVersion(ctx, work)
	if err != nil {
		return nil, err
	}
	debts, err := k.royalty.Debts(ctx, work, version)
	if err != nil {
		return nil, err
	}
	owed := make(map[owing]uint32, len(debts))
	for _, d := range debts {
		owed[owing{d.Work, d.Policy}] = d.Rate
	}
	return owed, nil
}

// owing is a receiver and how it is owed.
type owing struct {
	to     workID
	policy royaltytypes.Policy
}

// newDebts lists what sources have the work owe: each itself, and what it passes on.
func (k Keeper) newDebts(ctx context.Context, sources ...royaltytypes.LinkSource) ([]royaltytypes.Debt, error) {
	var list []royaltytypes.Debt
	for _, s := range sources {
		inherited, err := k.royalty.Debts(ctx, s.Work, s.UpstreamVersion)
		if err != nil {
			return nil, err
		}
		list = append(list, slices.DeleteFunc(inherited, func(d royaltytypes.Debt) bool { return !d.PassesOn() })...)
		if s.Policy != royaltytypes.POLICY_NONE {
			list = append(list, royaltytypes.Debt{Work: s.Work, Policy: s.Policy, Rate: s.Rate})
		}
	}
	return list, nil
}

// askAll adds those who have to approve one source to waits, each with the reason.
// Credit alone asks for no approval.
func (k Keeper) askAll(
	ctx context.Context, d *derivation, s types.Source, p licensetypes.Permit, before map[owing]uint32,
	limits []licensetypes.Constraint, waits map[workID]string,
) error {
	debts, err := k.newDebts(ctx, p.Links()...)
	if err != nil {
		return err
	}
	asked := make(map[workID]string)
	for _, debt := range debts {
		if debt.Rate > before[owing{debt.Work, debt.Policy}] {
			asked[debt.Work] = "would newly owe"
		}
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	for _, c := range p.Constraints {
		_, known := asked[c.Source.WorkID]
		if !known && c.Limits() && !c.Ended(now) && !slices.ContainsFunc(limits, c.Covered) {
			asked[c.Source.WorkID] = "would newly be limited by"
		}
	}
	for _, work := range slices.SortedFunc(maps.Keys(asked), compareWorks) {
		reason, err := k.ask(ctx, d, s, p, work)
		if err != nil {
			return err
		}
		if reason != "" {
			waits[work] = fmt.Sprintf("it %s %s (source %s), whose owner %s", asked[work], work, p.Source, reason)
		}
	}
	return nil
}

// ask says why a work's owner has still to approve a source; empty: the owner did, or
// is who declares it. An approval that counts is used up.
func (k Keeper) ask(ctx context.Context, d *derivation, s types.Source, p licensetypes.Permit, work workID) (string, error) {
	row, err := k.registry.GetWork(ctx, work)
	if err != nil || row.OwnedBy(d.Owner) {
		return "", err
	}
	given, found, err := k.Approvals.Find(ctx, collections.Join3(work, d.Work, p.Source))
	if err != nil {
		return "", err
	}
	if !found && work != p.Source {
		// Who owns the source as well approves it for all that comes in by it.
		source, err := k.registry.GetWork(ctx, p.Source)
		if err != nil {
			return "", err
		}
		if source.OwnedBy(row.Owner) {
			return k.ask(ctx, d, s, p, p.Source)
		}
	}
	switch {
	case !found || given.Transfers != row.Transfers:
		return fmt.Sprintf("%s has not approved it", row.Owner), nil
	case given.Role != s.Role || given.Permission != p.Pin().Permission():
		return fmt.Sprintf("%s approved another role or permission", row.Owner), nil
	}
	now, err := k.PromisesOf(ctx, d.Work)
	if err != nil {
		return "", err
	}
	if !given.Shown.Cover(now) {
		return fmt.Sprintf("%s approved while less stood of %s: %s, and now %s", row.Owner, d.Work, given.Shown.Describe(),
			now.Describe()), nil
	}
	if by := [2]workID{work, p.Source}; !slices.Contains(d.approved, by) {
		d.approved = append(d.approved, by)
	}
	return "", nil
}

// PromisesOf counts what stands of a work whatever it declares later. Of derivatives
// no more than MaxCounted are counted.
func (k Keeper) PromisesOf(ctx context.Context, work workID) (types.Promises, error) {
	given, err := k.license.Promises(ctx, work)
	if err != nil {
		return types.Promises{}, err
	}
	p := types.Promises{Grants: given.Grants, IrrevocableOffers: given.Irrevocable}
	it, err := k.Derivatives.Iterate(ctx, new(collections.Range[derivativeKey]).
		Prefix(collections.TripleSuperPrefix[workID, bool, workID](work, false)))
	if err != nil {
		return p, err
	}
	defer it.Close()
	for ; it.Valid() && p.Derivatives < types.MaxCounted; it.Next() {
		p.Derivatives++
	}
	return p, nil
}
