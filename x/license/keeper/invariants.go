package keeper

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
		invariants.Invariant{Name: "grant indexes", Check: k.checkGrantIndexes},
		invariants.Invariant{Name: "grant uses", Check: k.checkGrantUses},
		invariants.Invariant{Name: "allow-lists", Check: k.checkAllowLists},
		invariants.Invariant{Name: "tallies", Check: k.checkTallies},
		invariants.Invariant{Name: "exclusives", Check: k.checkExclusives},
		invariants.Invariant{Name: "constraints", Check: k.checkConstraints},
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
		counted++
		if count == 0 || count != number[work] {
			return true, fmt.Errorf("%s has %d offers, counted are %d", work, number[work], count)
		}
		return false, nil
	})
	if err == nil && counted != len(number) {
		err = fmt.Errorf("%d works have offers, counted are those of %d", len(number), counted)
	}
	return err
}

// checkConstraints: each row holds constraints, in order and none twice; the
// kind is known, what they rest on exists, and no kind is over its bound.
func (k Keeper) checkConstraints(ctx context.Context) error {
	return k.Constraints.Walk(ctx, nil, func(work registrytypes.WorkID, packed []byte) (bool, error) {
		if _, err := k.registry.GetWork(ctx, work); err != nil {
			return true, err
		}
		rows, err := types.UnpackConstraints(packed)
		if err == nil && len(rows) == 0 {
			err = errors.New("has an empty row")
		}
		if err != nil {
			return true, fmt.Errorf("%s: %w", work, err)
		}
		number := make(map[types.ConstraintKind]int)
		for i, c := range rows {
			number[c.Kind]++
			if i > 0 && rows[i-1].Compare(c) >= 0 {
				return true, fmt.Errorf("%s: constraint %d is out of order", work, i)
			}
			if most := c.Kind.Max(); number[c.Kind] > most {
				return true, fmt.Errorf("%s has more than %d constraints of kind %s", work, most, c.Kind)
			}
			if err := k.checkConstraint(ctx, work, c); err != nil {
				return true, fmt.Errorf("%s: constraint %d: %w", work, i, err)
			}
		}
		return false, nil
	})
}

// checkConstraint: the kind is known, and rests on a grant of that source, or on terms
// that demand it.
func (k Keeper) checkConstraint(ctx context.Context, work registrytypes.WorkID, c types.Constraint) error {
	if _, known := types.ConstraintKind_name[int32(c.Kind)]; !known || c.Kind == types.CONSTRAINT_UNSPECIFIED {
		return fmt.Errorf("has kind %d", c.Kind)
	}
	if _, err := k.registry.GetWork(ctx, c.Source.WorkID); err != nil {
		return err
	}
	if c.Kind != types.CONSTRAINT_EXPIRES {
		return k.checkDemand(ctx, work, c)
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
	demanded := func(d rules.Demand) bool { return types.ConstraintKind(d.Kind) == c.Kind }
	if !slices.ContainsFunc(rules.Demands("", "", t.Rules(), rules.Full), demanded) {
		return fmt.Errorf("is of kind %s, which %s does not demand", c.Kind, c.Terms)
	}
	if c.Kind != types.CONSTRAINT_CEILING {
		return nil
	}
	counted, err := k.royalty.IsMetered(ctx, work, t.RevenueCeiling.Denom)
	if err == nil && !counted {
		err = fmt.Errorf("sets a ceiling in %s, in which the revenue is not counted", t.RevenueCeiling.Denom)
	}
	return err
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
