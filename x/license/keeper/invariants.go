package keeper

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/internal/invariants"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// CheckInvariants verifies that tables and indexes agree, reading all of them.
// The error names the invariant and the row that breaks it.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	return invariants.Check(ctx, types.ModuleName,
		invariants.Invariant{Name: "terms", Check: k.checkTerms},
		invariants.Invariant{Name: "offers", Check: k.checkOffers},
		invariants.Invariant{Name: "grants", Check: k.checkGrants},
		invariants.Invariant{Name: "prices", Check: k.checkPrices},
		invariants.Invariant{Name: "passes", Check: k.checkPasses},
		invariants.Invariant{Name: "grant indexes", Check: k.checkGrantIndexes},
		invariants.Invariant{Name: "grant uses", Check: k.checkGrantUses},
		invariants.Invariant{Name: "allow-lists", Check: k.checkAllowLists},
		invariants.Invariant{Name: "tallies", Check: k.checkTallies},
		invariants.Invariant{Name: "granted derivatives", Check: k.checkGranted},
		invariants.Invariant{Name: "exclusives", Check: k.checkExclusives},
		invariants.Invariant{Name: "terms-sets", Check: k.checkTermsSets},
		invariants.Invariant{Name: "demands", Check: k.checkDemands},
		invariants.Invariant{Name: "promised", Check: k.checkPromised},
		invariants.Invariant{Name: "ceilings", Check: k.checkCeilings},
		invariants.Invariant{Name: "admissions", Check: k.checkAdmissions},
		invariants.Invariant{Name: "approvals", Check: k.checkApprovals},
	)
}

// checkTerms: all are valid and stand under the hash of their content.
func (k Keeper) checkTerms(ctx context.Context) error {
	return k.Terms.Walk(ctx, nil, func(id types.TermsID, t types.Terms) (bool, error) {
		if err := t.Validate(); err != nil {
			return true, fmt.Errorf("%s: %w", id, err)
		}
		if got := t.ID(); got != id {
			return true, fmt.Errorf("%s has the content of %s", id, got)
		}
		return false, nil
	})
}

// checkOffers: work and terms exist, the offer is valid under the terms, and
// each work's count is right and at most MaxOffers.
func (k Keeper) checkOffers(ctx context.Context) error {
	number := make(map[registrytypes.WorkID]uint64)
	err := k.Offers.Walk(ctx, nil, func(key offered, o types.Offer) (bool, error) {
		if number[key.K1()]++; number[key.K1()] > types.MaxOffers {
			return true, fmt.Errorf("%s has more than %d offers", key.K1(), types.MaxOffers)
		}
		if _, err := k.registry.GetWork(ctx, key.K1()); err != nil {
			return true, err
		}
		t, err := k.GetTerms(ctx, key.K2())
		if err == nil {
			err = o.ValidateStored(t)
		}
		if err == nil && o.IrrevocableDemands > 0 {
			err = k.checkPinned(ctx, key.K1(), o.IrrevocableDemands)
		}
		if err != nil {
			return true, fmt.Errorf("%s: %w", key.K1(), err)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	counted := 0
	err = k.OfferCounts.Walk(ctx, nil, func(work registrytypes.WorkID, count uint64) (bool, error) {
		if count > 0 {
			counted++
		}
		if count != number[work] {
			return true, fmt.Errorf("%s has %d offers, counted are %d", work, number[work], count)
		}
		return false, nil
	})
	if err == nil && counted != len(number) {
		err = fmt.Errorf("%d works have offers, counted are those of %d", len(number), counted)
	}
	return err
}

// checkPinned: a version of the demands on a work has been.
func (k Keeper) checkPinned(ctx context.Context, work registrytypes.WorkID, version uint32) error {
	demands, err := k.demandsOn(ctx, work)
	if err == nil && version > demands.Version {
		err = fmt.Errorf("pins version %d of the demands on %s, which are at %d", version, work, demands.Version)
	}
	return err
}

// checkDemands: each row holds demands in their one form, what came before its
// version is there, and what they rest on exists.
func (k Keeper) checkDemands(ctx context.Context) error {
	past := 0
	err := k.Demands.Walk(ctx, nil, func(work registrytypes.WorkID, packed []byte) (bool, error) {
		if _, err := k.registry.GetWork(ctx, work); err != nil {
			return true, err
		}
		d, err := types.UnpackDemands(packed)
		if err == nil && d.IsEmpty() {
			err = errors.New("has an empty row")
		}
		if err == nil {
			err = k.checkWaiting(ctx, d)
		}
		for v := uint32(1); err == nil && v <= d.Version; v++ {
			err = k.checkVersion(ctx, work, d, v)
		}
		if err != nil {
			return true, fmt.Errorf("%s: %w", work, err)
		}
		past += int(max(d.Version, 1) - 1)
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.PastDemands.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, uint32], _ []byte) (bool, error) {
		past--
		if past < 0 {
			return true, fmt.Errorf("%s: version %d of what is demanded is none that came before", key.K1(), key.K2())
		}
		return false, nil
	})
}

// checkWaiting: what a work waits for is in order and within its bounds, and of works that
// exist.
func (k Keeper) checkWaiting(ctx context.Context, d types.Demands) error {
	if err := d.CheckWaiting(); err != nil {
		return err
	}
	for _, ref := range d.Waiting {
		if _, err := k.registry.GetWork(ctx, ref.Work); err != nil {
			return fmt.Errorf("waits for %s: %w", ref.Work, err)
		}
	}
	return nil
}

// checkVersion: one version of a work's demands is in its one form and within its
// bounds.
func (k Keeper) checkVersion(ctx context.Context, work registrytypes.WorkID, now types.Demands, version uint32) error {
	rows, err := k.constraintsAt(ctx, work, now, version)
	if err != nil {
		return err
	}
	for i, c := range rows {
		if err := k.checkConstraint(ctx, work, c); err != nil {
			return fmt.Errorf("version %d, constraint %d: %w", version, i, err)
		}
	}
	merged, err := k.mergeConstraints(ctx, work, rows)
	if err == nil && !slices.Equal(merged, rows) {
		err = fmt.Errorf("version %d of the constraints is not in order, or has superfluous ones", version)
	}
	return err
}

// checkAdmissions: each is well formed, the works exist and differ, the declaring work
// waits for it, and the index has exactly the works waited for.
func (k Keeper) checkAdmissions(ctx context.Context) error {
	indexed := 0
	err := k.Admissions.Walk(ctx, nil, func(key collections.Pair[registrytypes.WorkID, uint32], a types.Admission) (bool, error) {
		ref := types.DeclarationRef{Work: key.K1(), Number: key.K2()}
		err := a.Validate()
		if err == nil {
			err = k.checkAdmission(ctx, ref, a)
		}
		if err != nil {
			return true, fmt.Errorf("declaration %d of %s: %w", ref.Number, ref.Work, err)
		}
		indexed += len(a.Works)
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.AdmissionsByWork.Walk(ctx, nil, func(key waited) (bool, error) {
		indexed--
		if indexed < 0 {
			return true, fmt.Errorf("declaration %d of %s is indexed for %s, which it does not wait for", key.K3(), key.K2(), key.K1())
		}
		return false, nil
	})
}

func (k Keeper) checkAdmission(ctx context.Context, ref types.DeclarationRef, a types.Admission) error {
	if _, err := k.registry.GetWork(ctx, ref.Work); err != nil {
		return err
	}
	demands, err := k.demandsOn(ctx, ref.Work)
	if err != nil {
		return err
	}
	if !slices.Contains(demands.Waiting, ref) && !slices.Contains(demands.Waiting, types.AllOf(ref.Work)) {
		return errors.New("the work does not wait for it")
	}
	for _, work := range a.Works {
		if _, err := k.registry.GetWork(ctx, work); err != nil {
			return err
		}
		has, err := k.AdmissionsByWork.Has(ctx, collections.Join3(work, ref.Work, ref.Number))
		if err == nil && !has {
			err = fmt.Errorf("is not indexed for %s", work)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkConstraint: the kind is known, and rests on a grant of that source, or on terms
// that demand it.
func (k Keeper) checkConstraint(ctx context.Context, work registrytypes.WorkID, c types.Constraint) error {
	if _, known := types.ConstraintKind_name[int32(c.Kind)]; !known || c.Kind == types.CONSTRAINT_UNSPECIFIED {
		return fmt.Errorf("has kind %d", c.Kind)
	}
	source, err := k.registry.GetWork(ctx, c.Source.WorkID)
	if err != nil {
		return err
	}
	if credits := c.Kind == types.CONSTRAINT_ATTRIBUTION; credits != (c.WorkVersion > 0) || c.WorkVersion > source.Version {
		return fmt.Errorf("names version %d of %s, which is at %d", c.WorkVersion, c.Source, source.Version)
	}
	switch c.Kind {
	case types.CONSTRAINT_ITEMS_APART:
		if !c.Terms.IsZero() || !c.Grant.IsZero() || c.Contained {
			return fmt.Errorf("says that items of %s are apart by terms or a grant, or as contained", c.Source)
		}
		return nil
	case types.CONSTRAINT_EXPIRES:
	case types.CONSTRAINT_SHARE_ALIKE_ANY:
		_, err := k.TermsSets.Get(ctx, c.TermsSet.Digest[:])
		return err
	default:
		return k.checkDemand(ctx, work, c)
	}
	if !c.Pass.IsZero() {
		key, err := k.passKey(ctx, c.Pass.Digest)
		if err == nil && key.Work != c.Source {
			err = fmt.Errorf("rests on the pass %s, which is not of %s", c.Pass, c.Source)
		}
		return err
	}
	g, err := k.GetGrant(ctx, c.Grant.GrantID)
	if err == nil && (g.Work != c.Source || g.ExpiresAt == nil) {
		err = fmt.Errorf("rests on %s, which has no end or is not of %s", c.Grant, c.Source)
	}
	return err
}

// checkDemand: the terms demand it, and what a ceiling is about is counted.
func (k Keeper) checkDemand(ctx context.Context, work registrytypes.WorkID, c types.Constraint) error {
	t, err := k.GetTerms(ctx, c.Terms.TermsID)
	if err != nil {
		return err
	}
	if err := c.CheckBeside(t); err != nil || c.Kind == types.CONSTRAINT_ITEM_BY_GRANT || c.Kind == types.CONSTRAINT_WITHHELD {
		return err
	}
	demanded := func(d rules.Demand) bool { return types.ConstraintKind(d.Kind) == c.Kind }
	if !slices.ContainsFunc(rules.Demands("", "", t.Rules(), rules.Full), demanded) {
		return fmt.Errorf("is of kind %s, which %s does not demand", c.Kind, c.Terms)
	}
	if err := c.CheckPrice(t); err != nil {
		return err
	}
	if c.PriceVersion > 0 {
		_, err := k.Prices.Get(ctx, priceOf(c))
		return err
	}
	if c.Kind != types.CONSTRAINT_CEILING {
		return nil
	}
	for _, coin := range t.RevenueCeiling {
		counted, err := k.royalty.IsMetered(ctx, work, coin.Denom)
		if err == nil && !counted {
			err = fmt.Errorf("sets a ceiling in %s, in which the revenue is not counted", coin.Denom)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkApprovals: works exist and have changed hands as often as they had then
// or more often, terms ask for approval, and who is approved is an account or
// another work.
func (k Keeper) checkApprovals(ctx context.Context) error {
	return k.Approvals.Walk(ctx, nil, func(key approval, transfers uint32) (bool, error) {
		work := key.K1()
		whom, err := types.ParseApprovedKey(key.K3())
		if err != nil {
			return true, fmt.Errorf("%s: %w", work, err)
		}
		row, err := k.registry.GetWork(ctx, work)
		if err != nil {
			return true, err
		}
		if transfers > row.Transfers {
			return true, fmt.Errorf("%s has an approval of %s from after transfer %d, but changed hands %d times only",
				work, whom, transfers, row.Transfers)
		}
		if err := k.checkApproved(ctx, work, whom); err != nil {
			return true, fmt.Errorf("%s: %w", work, err)
		}
		t, err := k.GetTerms(ctx, key.K2())
		if err == nil && !t.DerivativeApproval {
			err = fmt.Errorf("%s is approved for %s under %s, which ask for none", whom, work, key.K2())
		}
		return err != nil, err
	})
}
