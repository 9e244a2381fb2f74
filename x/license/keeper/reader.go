package keeper

import (
	"context"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// reader turns what is stored into what the rules decide by. It reads terms, and which
// grants keep others out, once, which batches live on.
type reader struct {
	k          Keeper
	ctx        context.Context
	now        time.Time
	terms      map[types.TermsID]readTerms
	exclusives map[registrytypes.WorkID]types.Exclusives
	// held is for how long works have been on hold.
	held map[registrytypes.WorkID]time.Duration
}

// readTerms are terms as stored and as the rules see them.
type readTerms struct {
	id     string
	stored types.Terms
	rules  rules.Terms
}

func (k Keeper) newReader(ctx context.Context) *reader {
	return &reader{
		k: k, ctx: ctx, now: sdk.UnwrapSDKContext(ctx).BlockTime(), terms: make(map[types.TermsID]readTerms),
		held: make(map[registrytypes.WorkID]time.Duration),
	}
}

func (r *reader) termsOf(id types.TermsID) (readTerms, error) {
	if t, known := r.terms[id]; known {
		return t, nil
	}
	stored, err := r.k.GetTerms(r.ctx, id)
	if err != nil {
		return readTerms{}, err
	}
	t := readTerms{id.String(), stored, stored.Rules()}
	r.terms[id] = t
	return t, nil
}

// demand is what a constraint demands. That of a grant that ends names the grant, that of a
// pass its terms.
func (r *reader) demand(c types.Constraint) (rules.Demand, error) {
	d := rules.Demand{
		Kind: rules.Kind(c.Kind), Source: c.Source.String(), Version: c.WorkVersion, Contained: c.Contained,
	}
	switch c.Kind {
	case types.CONSTRAINT_EXPIRES:
		d.TermsID = c.Grant.String()
		if c.Pass.IsZero() {
			return d, nil
		}
		key, err := r.k.passKey(r.ctx, c.Pass.Digest)
		d.TermsID = key.Terms.String()
		return d, err
	case types.CONSTRAINT_SHARE_ALIKE_ANY:
		return r.demandAny(d, c)
	}
	t, err := r.termsOf(c.Terms.TermsID)
	d.TermsID, d.Terms = t.id, t.rules
	return d, err
}

// reached says whether a work has taken in more than the ceiling of terms, in any of its
// denoms.
func (r *reader) reached(work registrytypes.WorkID, id types.TermsID) (bool, error) {
	t, err := r.termsOf(id)
	if err != nil {
		return false, err
	}
	for _, ceiling := range t.stored.RevenueCeiling {
		taken, err := r.k.royalty.TakenIn(r.ctx, work, ceiling.Denom)
		if err != nil || taken.GT(ceiling.Amount) {
			return err == nil, err
		}
	}
	return false, nil
}

// asker is who wants to use a work.
type asker struct {
	// licensee is nil for anybody.
	licensee sdk.AccAddress
	// derivative is the licensee's work that is to be made; zero: one that
	// nothing is known of.
	derivative registrytypes.WorkID
}

// offer is an offer on a work as it stands for somebody. Transfers is how often
// the work changed hands.
func (r *reader) offer(key offered, transfers uint32, o types.Offer, by asker) (rules.Alternative, error) {
	t, err := r.termsOf(key.K2())
	if err != nil {
		return rules.Alternative{}, err
	}
	a := o.Alternative(t.id, t.stored, t.rules, by.licensee)
	if t.stored.MaxGrants > 0 {
		sum, _, err := r.k.Tallies.Find(r.ctx, key)
		if err != nil {
			return a, err
		}
		a.Exhausted = sum.Given >= t.stored.MaxGrants
	}
	if t.stored.DerivativeApproval {
		a.Approved, err = r.approved(key, transfers, by)
	}
	return a, err
}

// approved says whether a work's owner approved somebody or their derivative.
func (r *reader) approved(key offered, transfers uint32, by asker) (bool, error) {
	for _, whom := range []types.Approved{{Licensee: by.licensee}, {Derivative: by.derivative}} {
		if len(whom.Licensee) == 0 && whom.Derivative.IsZero() {
			continue
		}
		if approved, err := r.k.isApproved(r.ctx, key.K1(), transfers, key.K2(), whom); err != nil || approved {
			return approved, err
		}
	}
	return false, nil
}

// grant is a grant as it stands for a derivative that its licensee makes; the
// zero id: for one that nothing is known of.
func (r *reader) grant(id types.GrantID, g types.Grant, derivative registrytypes.WorkID) (rules.Alternative, error) {
	t, err := r.termsOf(g.Terms.TermsID)
	if err != nil {
		return rules.Alternative{}, err
	}
	a := rules.Alternative{ID: id.String(), Terms: t.rules, Granted: true}
	if g.ExpiresAt != nil {
		if a.Ends, err = r.endOfGrant(g); err != nil {
			return a, err
		}
	}
	serves, relies, err := r.k.servesOf(r.ctx, id, g, derivative)
	_, bound := g.User()
	a.Order, a.UsesLeft, a.Withdrawals = string(id[:]), g.UsesLeft(), g.Withdrawals
	a.UsedElsewhere, a.Relied, a.Reserved = !serves, relies, serves && bound && !relies
	return a, err
}
