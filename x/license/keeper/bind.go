package keeper

import (
	"context"
	"fmt"
	"strings"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxNamed bounds how many reasons an error lists.
const maxNamed = 4

// Bind ties a derivative to permitted sources: it checks that their demands,
// with those that the derivative has already, can be met together and by its
// open offers, then stores them and marks the grants as used. The permits are
// what Permit answered in the same transaction. Call it when the royalty link
// is made, so that what the derivative owes is known.
func (k Keeper) Bind(ctx context.Context, derivative registrytypes.WorkID, permits []types.Permit) error {
	if len(permits) > types.MaxSources {
		return errorsmod.Wrapf(types.ErrTooMany, "%d sources at once, at most %d: declare them in parts", len(permits), types.MaxSources)
	}
	existing, err := k.constraintsOf(ctx, derivative)
	if err != nil {
		return err
	}
	own, err := k.demandsOf(ctx, existing)
	if err != nil {
		return err
	}
	all := newConstraintSet(existing, own)
	groups, err := k.collect(ctx, own, permits, all)
	if err != nil {
		return err
	}
	if all.overflow != nil {
		return errorsmod.Wrapf(types.ErrTooMany, "%s would take on more than %d constraints of kind %s: leave out sources",
			derivative, types.MaxConstraints, all.overflow)
	}
	if err := k.checkCompatible(ctx, derivative, groups); err != nil {
		return err
	}
	if err := k.markUsed(ctx, derivative, permits); err != nil {
		return err
	}
	changed := all.changed()
	if len(changed) == 0 {
		return nil
	}
	if err := k.setConstraints(ctx, derivative, all.rows); err != nil {
		return err
	}
	if err := k.meter(ctx, derivative, changed); err != nil {
		return err
	}
	event := &types.EventConstrained{Work: derivative}
	for _, c := range changed {
		named, err := k.namedConstraint(ctx, c)
		if err != nil {
			return err
		}
		event.Constraints = append(event.Constraints, named)
	}
	return events.Emit(ctx, event)
}

// meter has the revenue of a derivative counted in the denoms of its new
// ceilings.
func (k Keeper) meter(ctx context.Context, derivative registrytypes.WorkID, changed []types.Constraint) error {
	for _, c := range changed {
		if c.Kind != types.CONSTRAINT_CEILING {
			continue
		}
		terms, err := k.GetTerms(ctx, c.Terms.TermsID)
		if err != nil {
			return err
		}
		if err := k.royalty.Meter(ctx, derivative, terms.RevenueCeiling.Denom); err != nil {
			return errorsmod.Wrap(err, derivative.String())
		}
	}
	return nil
}

// collect gathers what each source demands. The first group is what the
// derivative has taken on already.
func (k Keeper) collect(
	ctx context.Context, own rules.Group, permits []types.Permit, all *constraintSet,
) ([]rules.Group, error) {
	groups := []rules.Group{own}
	for _, p := range permits {
		group, err := k.demandsOf(ctx, p.Constraints)
		if err != nil {
			return nil, err
		}
		for i, c := range p.Constraints {
			all.add(c, group[i])
		}
		groups = append(groups, group)
	}
	return groups, nil
}

// checkCompatible refuses demands that contradict each other, royalties owed
// under share-alike, and open offers of the derivative that break a demand.
func (k Keeper) checkCompatible(ctx context.Context, derivative registrytypes.WorkID, groups []rules.Group) error {
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
	if verdict := rules.Owing(demands); owes && !verdict.Allowed() {
		return errorsmod.Wrapf(types.ErrConflict, "%s: %s would owe royalties, which share-alike terms do not allow: leave one source out",
			describe(verdict.Refusals), derivative)
	}
	for _, key := range offers {
		if err := k.checkOpenOffer(ctx, key, demands, owes); err != nil {
			return err
		}
	}
	return nil
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
	if verdict := rules.OfferAllowed(demands, owes, terms.Rules(), len(offer.PriceUnder(terms)) > 0); !verdict.Allowed() {
		return errorsmod.Wrapf(types.ErrConflict, "%s: the open offer of %s under %s breaks it: close the offer first",
			describe(verdict.Refusals), key.K1(), key.K2())
	}
	return nil
}

// markUsed ties the grants to the derivative. It checks again that they serve it: one
// call may name a grant for several works.
func (k Keeper) markUsed(ctx context.Context, derivative registrytypes.WorkID, permits []types.Permit) error {
	for _, p := range permits {
		if p.Grant.IsZero() {
			continue
		}
		grant, err := k.GetGrant(ctx, p.Grant)
		if err != nil {
			return err
		}
		if err := k.useGrant(ctx, p.Grant, grant, derivative); err != nil {
			return err
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

// constraintSet collects constraints, each once.
type constraintSet struct {
	rows     []types.Constraint
	existing int
	known    map[types.Constraint]bool
	count    map[types.ConstraintKind]int
	// denied are the uses that rows of the kind USES deny.
	denied   rules.Actions
	overflow fmt.Stringer
}

func newConstraintSet(existing []types.Constraint, demands rules.Group) *constraintSet {
	s := &constraintSet{known: make(map[types.Constraint]bool), count: make(map[types.ConstraintKind]int)}
	for i, c := range existing {
		s.add(c, demands[i])
	}
	s.existing = len(s.rows)
	return s
}

func (s *constraintSet) add(c types.Constraint, d rules.Demand) {
	key := demanded(c)
	if s.known[key] {
		return
	}
	if c.Kind == types.CONSTRAINT_USES {
		// One source that denies a use is as good as a hundred: at most a row a use.
		denied := d.Terms.DeniedUses()
		if denied&^s.denied == 0 {
			return
		}
		s.denied |= denied
	}
	if s.count[c.Kind] >= c.Kind.Max() {
		// One non-commercial source is as good as a hundred, and so is one to
		// credit; of the other kinds each has a say of its own.
		if c.Kind != types.CONSTRAINT_NONCOMMERCIAL && c.Kind != types.CONSTRAINT_ATTRIBUTION {
			s.overflow = c.Kind
		}
		return
	}
	s.known[key] = true
	s.count[c.Kind]++
	s.rows = append(s.rows, c)
}

// demanded tells constraints apart. What is demanded under the same terms is one
// demand, in the name of the first source, except where the sources count.
func demanded(c types.Constraint) types.Constraint {
	switch c.Kind {
	case types.CONSTRAINT_SHARE_ALIKE, types.CONSTRAINT_SCOPE, types.CONSTRAINT_CEILING:
		c.Source = registrytypes.WorkIDBytes{}
	}
	return c
}

// changed lists what was added.
func (s *constraintSet) changed() []types.Constraint { return s.rows[s.existing:] }
