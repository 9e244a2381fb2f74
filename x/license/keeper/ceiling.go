package keeper

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func isCeiling(c types.Constraint) bool { return c.Kind == types.CONSTRAINT_CEILING }

// limitRevenue has the revenue of a derivative counted in the denoms of its ceilings,
// and tells x/royalty in which it can be paid. A work that is under no ceiling, and was
// under none, costs nothing.
func (k Keeper) limitRevenue(ctx context.Context, derivative registrytypes.WorkID, before, now []types.Constraint) error {
	if !slices.ContainsFunc(before, isCeiling) && !slices.ContainsFunc(now, isCeiling) {
		return nil
	}
	r := k.newReader(ctx)
	for _, c := range now {
		if !isCeiling(c) {
			continue
		}
		terms, err := r.termsOf(c.Terms.TermsID)
		if err != nil {
			return err
		}
		for _, coin := range terms.stored.RevenueCeiling {
			if err := k.royalty.Meter(ctx, derivative, coin.Denom); err != nil {
				return errorsmod.Wrap(err, derivative.String())
			}
		}
	}
	taking, err := r.taking(now)
	if err != nil {
		return err
	}
	return k.royalty.LimitDenoms(ctx, derivative, taking)
}

// taking is in which denoms a work with these constraints can be paid, and whose ceilings
// say so; empty without ceilings.
func (r *reader) taking(rows []types.Constraint) (royaltytypes.Taking, error) {
	var taking royaltytypes.Taking
	var demands rules.Group
	for _, c := range rows {
		if !isCeiling(c) {
			continue
		}
		d, err := r.demand(c)
		if err != nil {
			return taking, err
		}
		demands = append(demands, d)
		taking.CeilingsOf = append(taking.CeilingsOf, c.Source)
	}
	taking.Denoms = rules.Takes(demands)
	compare := func(a, b registrytypes.WorkIDBytes) int { return bytes.Compare(a.WorkID[:], b.WorkID[:]) }
	slices.SortFunc(taking.CeilingsOf, compare)
	taking.CeilingsOf = slices.Compact(taking.CeilingsOf)
	return taking, nil
}

// noticesOfDenoms says in which denoms a work can be paid, if it is under ceilings.
func (q *inquiry) noticesOfDenoms(rows []types.Constraint) ([]types.Notice, error) {
	if !slices.ContainsFunc(rows, isCeiling) {
		return nil, nil
	}
	taking, err := q.taking(rows)
	if err != nil {
		return nil, err
	}
	works := make([]registrytypes.WorkID, len(taking.CeilingsOf))
	for i, of := range taking.CeilingsOf {
		works[i] = of.WorkID
	}
	notices := noticeAbout(rules.DenomsLimited, works, 0)
	notices[0].Denoms = taking.Denoms
	return notices, nil
}

// payable leaves of alternatives those in denoms that a work can be paid in.
func (k Keeper) payable(ctx context.Context, work registrytypes.WorkID, prices sdk.Coins) (sdk.Coins, error) {
	if len(prices) == 0 {
		return nil, nil
	}
	taken, err := k.royalty.TakesOnly(ctx, work)
	if err != nil || len(taken) == 0 {
		return slices.Clone(prices), err
	}
	return slices.DeleteFunc(slices.Clone(prices), func(c sdk.Coin) bool { return !slices.Contains(taken, c.Denom) }), nil
}

// checkCeilings: x/royalty takes for each work the denoms that its ceilings have, and
// limits no other.
func (k Keeper) checkCeilings(ctx context.Context) error {
	r := k.newReader(ctx)
	limited := 0
	err := k.Demands.Walk(ctx, nil, func(work registrytypes.WorkID, packed []byte) (bool, error) {
		d, err := types.UnpackDemands(packed)
		if err != nil {
			return true, err
		}
		want, err := r.taking(d.Constraints)
		if err != nil {
			return true, err
		}
		has, err := k.royalty.TakesOnly(ctx, work)
		if err == nil && !slices.Equal(has, want.Denoms) {
			err = fmt.Errorf("%s takes payments in %v, its ceilings are in %v", work, has, want.Denoms)
		}
		if len(want.Denoms) > 0 {
			limited++
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.royalty.WalkTakings(ctx, func(work registrytypes.WorkID, _ royaltytypes.Taking) error {
		if limited--; limited < 0 {
			return fmt.Errorf("%s, or another work, takes payments in some denoms only, but is under no ceiling", work)
		}
		return nil
	})
}
