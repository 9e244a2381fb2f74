package keeper

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// maxNamed bounds how many reasons an error lists.
const maxNamed = 4

// Bind ties a derivative to permitted sources: it checks that their demands,
// with those that the derivative has already, can be met together and by its
// open offers, then stores them and marks the grants as used. Call it when the
// royalty link is made, so that what the derivative owes is known.
func (k Keeper) Bind(ctx context.Context, b types.Binding) error {
	derivative := b.Declaration.Work
	if len(b.Permits) > types.MaxSources {
		return errorsmod.Wrapf(types.ErrTooMany, "%d sources at once, at most %d: declare them in parts", len(b.Permits), types.MaxSources)
	}
	before, err := k.demandsOn(ctx, derivative)
	if err != nil {
		return err
	}
	standing, err := k.standing(ctx, b, before)
	if err != nil {
		return err
	}
	all := slices.Clone(standing)
	groups := make([]rules.Group, 0, len(b.Permits)+1)
	for i, rows := range append([][]types.Constraint{standing}, constraintsOf(b.Permits)...) {
		group, err := k.demandsOf(ctx, rows)
		if err != nil {
			return err
		}
		groups = append(groups, group)
		if i > 0 {
			all = append(all, rows...)
		}
	}
	now := types.Demands{Version: before.Version}
	all = types.StillRunning(all, sdk.UnwrapSDKContext(ctx).BlockTime())
	if now.Constraints, err = k.mergeConstraints(ctx, derivative, all); err != nil {
		return err
	}
	if err := k.checkCompatible(ctx, b, groups); err != nil {
		return err
	}
	if err := k.markUsed(ctx, derivative, b.Permits); err != nil {
		return err
	}
	if err := k.countUsesOf(ctx, derivative, b.Permits); err != nil {
		return err
	}
	if err := k.countMade(ctx, b.Permits); err != nil {
		return err
	}
	if now.Waiting, err = k.waiting(ctx, b, before); err != nil {
		return err
	}
	return k.changeDemands(ctx, derivative, before, now)
}

// standing is what the derivative has taken on by the edges that stay.
func (k Keeper) standing(ctx context.Context, b types.Binding, before types.Demands) ([]types.Constraint, error) {
	if !b.Rebuilt {
		return before.Constraints, nil
	}
	return k.Rebuild(ctx, b.Declaration.Work, b.Standing)
}

// Rebuild computes what a work's sources demand of it from what its edges pin, as of the last of
// them. It fails with ErrTooMany where Bind would.
func (k Keeper) Rebuild(ctx context.Context, work registrytypes.WorkID, pins []types.Pin) ([]types.Constraint, error) {
	var all []types.Constraint
	var last time.Time
	for _, p := range pins {
		if p.At.After(last) {
			last = p.At
		}
		rows, err := k.pinned(ctx, work, p)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return k.mergeConstraints(ctx, work, types.StillRunning(all, last))
}

func constraintsOf(permits []types.Permit) [][]types.Constraint {
	list := make([][]types.Constraint, len(permits))
	for i, p := range permits {
		list[i] = p.Constraints
	}
	return list
}

// changeDemands stores what is demanded of a derivative now, if that is something
// else than before, and has its ceilings obeyed where it is paid.
func (k Keeper) changeDemands(ctx context.Context, derivative registrytypes.WorkID, before, now types.Demands) error {
	changed := !slices.Equal(before.Constraints, now.Constraints)
	if !changed && slices.Equal(before.Waiting, now.Waiting) {
		return nil
	}
	if changed {
		now.Version++
		if err := k.limitRevenue(ctx, derivative, before.Constraints, now.Constraints); err != nil {
			return err
		}
	}
	if err := k.promise(ctx, derivative, now.Constraints); err != nil {
		return err
	}
	if err := k.setDemands(ctx, derivative, before, now); err != nil {
		return err
	}
	event := &types.EventConstrained{Work: derivative, Version: now.Version, Waiting: now.Waiting}
	for _, c := range now.Constraints {
		named, err := k.namedConstraint(ctx, c)
		if err != nil {
			return err
		}
		event.Constraints = append(event.Constraints, named)
	}
	return events.Emit(ctx, event)
}

// checkCompatible refuses demands that contradict each other, royalties owed
// under share-alike, and open offers of the derivative that break a demand. Groups are what
// stays of the derivative's demands, then what each permit adds.
func (k Keeper) checkCompatible(ctx context.Context, b types.Binding, groups []rules.Group) error {
	derivative := b.Declaration.Work
	demands, conflicts := rules.Combine(groups...)
	if len(conflicts) > 0 {
		return errorsmod.Wrapf(types.ErrConflict, "%s: no terms comply with all sources of %s: leave one out",
			describeConflicts(conflicts), derivative)
	}
	offers, err := k.offerKeys(ctx, derivative)
	if err != nil || len(demands)+len(offers) == 0 {
		return err
	}
	owes, err := k.owes(ctx, derivative)
	if err != nil {
		return err
	}
	if owes && slices.ContainsFunc(demands, rules.Demand.SharesAlike) {
		if err := k.checkOwing(ctx, b, groups); err != nil {
			return err
		}
	}
	for _, key := range offers {
		if err := k.checkOpenOffer(ctx, key, demands, owes); err != nil {
			return err
		}
	}
	return nil
}

// checkOwing refuses royalties that the derivative owes by one source where another is
// under share-alike terms.
func (k Keeper) checkOwing(ctx context.Context, b types.Binding, groups []rules.Group) error {
	owes := make([]bool, len(groups))
	owes[0] = b.Owes
	for i, p := range b.Permits {
		var err error
		if owes[i+1], err = k.owesBy(ctx, p); err != nil {
			return err
		}
	}
	verdict := rules.Owing(groups, owes)
	if verdict.Allowed() {
		return nil
	}
	return errorsmod.Wrapf(types.ErrConflict, "%s: %s would owe royalties by another source, which share-alike terms do not allow: "+
		"leave one source out", describe(verdict.Refusals), b.Declaration.Work)
}

// owesBy says whether a derivative owes royalties by a permit.
func (k Keeper) owesBy(ctx context.Context, p types.Permit) (bool, error) {
	for _, link := range p.Links() {
		if link.Rate > 0 {
			return true, nil
		}
		debts, err := k.royalty.Debts(ctx, link.Work, link.UpstreamVersion)
		if err != nil || slices.ContainsFunc(debts, royaltytypes.Debt.PassesOn) {
			return err == nil, err
		}
	}
	return false, nil
}

func (k Keeper) checkOpenOffer(ctx context.Context, key offered, demands rules.Group, owes bool) error {
	offer, err := k.Offers.Get(ctx, key)
	if err != nil || !offer.Open(sdk.UnwrapSDKContext(ctx).BlockTime()) {
		return err
	}
	terms, err := k.GetTerms(ctx, key.K2())
	if err != nil {
		return err
	}
	if verdict := rules.OfferAllowed(demands, owes, terms.Rules(), offer.PriceUnder(terms).String()); !verdict.Allowed() {
		return errorsmod.Wrapf(types.ErrConflict, "%s: the open offer of %s under %s breaks it: close the offer first",
			describe(verdict.Refusals), key.K1(), key.K2())
	}
	return nil
}

// markUsed ties the grants to the derivative: those that edges rely on, and those by which
// demands of the sources' own sources are met. It checks again that they serve it: one call
// may name a grant for several works.
func (k Keeper) markUsed(ctx context.Context, derivative registrytypes.WorkID, permits []types.Permit) error {
	for _, p := range permits {
		for _, id := range p.Grants() {
			grant, err := k.GetGrant(ctx, id)
			if err != nil {
				return err
			}
			if err := k.useGrant(ctx, id, grant, derivative); err != nil {
				return err
			}
		}
	}
	return nil
}

func describeConflicts(conflicts []rules.Conflict) string {
	var texts []string
	for i, c := range conflicts {
		if i == maxNamed {
			texts = append(texts, fmt.Sprintf("and %d more", len(conflicts)-maxNamed))
			break
		}
		texts = append(texts, fmt.Sprintf("%s (%s under %s, %s under %s)", c.Code, c.A.Source, c.A.TermsID, c.B.Source, c.B.TermsID))
	}
	return strings.Join(texts, ", ")
}
