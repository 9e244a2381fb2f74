package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Permit decides whether a derivation from one source is permitted and returns
// what it pins. Errors start with the stable code of the reason; under a public offer what
// it pins has to be what the owner saw, or it fails with ErrOtherConditions. The sources
// together are Bind's business.
func (k Keeper) Permit(ctx context.Context, r types.PermitRequest) (types.Permit, error) {
	source, err := k.registry.GetWork(ctx, r.Source)
	if err != nil {
		return types.Permit{}, err
	}
	demands, err := k.demandsOn(ctx, r.Source)
	if err != nil {
		return types.Permit{}, err
	}
	permit, terms, err := k.relyOn(ctx, r, source)
	if err != nil {
		return types.Permit{}, err
	}
	permit.Column = r.Column
	if permit.Grant.IsZero() {
		permit.DemandsVersion = demands.Version
	}
	rows, err := k.constraintsAt(ctx, r.Source, demands, permit.DemandsVersion)
	if err != nil {
		return types.Permit{}, err
	}
	reader := k.newReader(ctx)
	reader.know(r.Source, source)
	if r.Ruled {
		err = checkRuled(permit, terms)
	} else {
		err = reader.decide(r, source, demands, rows, terms, &permit)
	}
	if err != nil {
		return types.Permit{}, err
	}
	if err := reader.withhold(r, &permit); err != nil {
		return types.Permit{}, err
	}
	if permit.Constraints, err = reader.passed(permit.Pin(), r.Derivative, source, rows); err != nil {
		return types.Permit{}, err
	}
	ends, err := k.ends(ctx, permit.Pin())
	if err != nil {
		return types.Permit{}, err
	}
	permit.Constraints = append(permit.Constraints, ends...)
	if !permit.Own {
		permit.Constraints = append(permit.Constraints, permit.Pin().Demanded(terms, permit.Ends)...)
	}
	permit.Constraints = append(permit.Constraints, permit.Pin().Beside(terms)...)
	if !r.NamesTerms() || r.Ruled {
		return permit, nil
	}
	return permit, errorsmod.Wrapf(permit.Conditions().Check(r.Seen), "under %s", r.Permission)
}

// decide asks the rules whether what a derivation relies on permits all that it does with the source,
// and notes in the permit what the source waits for and by what demands are met.
func (r *reader) decide(
	req types.PermitRequest, source registrytypes.Work, demands types.Demands, rows []types.Constraint, terms types.Terms,
	permit *types.Permit,
) (err error) {
	if permit.Waiting, err = r.k.forgetSettled(r.ctx, req.Source, &demands); err != nil {
		return err
	}
	if err := r.k.join(r.ctx, *permit, terms); err != nil {
		return err
	}
	for _, use := range req.Uses() {
		for _, id := range append([]types.TermsID{permit.Terms}, permit.Also...) {
			each := *permit
			each.Terms = id
			met, counted, err := r.decideOne(req, use, source, demands, rows, each)
			if err != nil {
				return err
			}
			permit.Met.Add(met)
			permit.Counted = append(permit.Counted, counted...)
		}
	}
	return nil
}

// checkRuled checks the terms by which a ruling has a source declared: such as a public offer could
// be under, so that nothing has to be bought, approved or renewed.
func checkRuled(permit types.Permit, terms types.Terms) error {
	paid := slices.Contains([]types.Permission{terms.AiTraining, terms.AiInput, terms.Search}, types.PERMISSION_PAID)
	if len(permit.Also) > 0 || paid || !(types.Offer{}).Public(terms) {
		return errorsmod.Wrapf(types.ErrInvalidOffer, "%s ask for a grant, an approval or a price: a ruling adds a source under terms that "+
			"everybody could rely on", permit.Terms)
	}
	return nil
}

// passed are what a derivative takes on by an edge beside what its permission demands:
// of the source's own constraints those that pass, and whose items are apart.
func (r *reader) passed(
	p types.Pin, derivative registrytypes.WorkID, source registrytypes.Work, rows []types.Constraint,
) ([]types.Constraint, error) {
	list, err := p.Inherited(rows, r.demand)
	if err != nil {
		return nil, err
	}
	apart, err := holdsItems(source)
	return append(list, p.Apart(derivative, apart)...), err
}

// relyOn reads what a derivation relies on: one's own work, a grant or a public
// offer. Whether it permits the derivation is decided later.
func (k Keeper) relyOn(ctx context.Context, r types.PermitRequest, source registrytypes.Work) (types.Permit, types.Terms, error) {
	if types.NamesGrant(r.Permission) {
		return k.grantedPermit(ctx, r)
	}
	own := r.Permission == ""
	if !own && source.OwnedBy(r.Owner) { // who owns a work and all its revenue does not rely on the own offers
		var err error
		if own, err = k.isSole(ctx, r.Source, r.Owner); err != nil {
			return types.Permit{}, types.Terms{}, err
		}
	}
	if own {
		permit, err := k.ownPermit(ctx, r, source)
		return permit, types.Terms{}, err
	}
	id, also, err := types.ParseJoined(r.Permission)
	if err != nil {
		return types.Permit{}, types.Terms{}, errorsmod.Wrapf(err, "permission of %s", r.Source)
	}
	terms, err := k.GetTerms(ctx, id)
	if err != nil {
		return types.Permit{}, terms, err
	}
	upstream, err := k.royalty.UpstreamVersion(ctx, r.Source)
	return types.Permit{
		Source: r.Source, Terms: id, Also: also, Policy: terms.RoyaltyPolicy, Rate: terms.RoyaltyRate,
		UpstreamVersion: upstream, WorkVersion: source.Version,
	}, terms, err
}

// ownPermit is that of a work that is all the owner's own. An owner who shares
// the revenue with others licenses from the work like anybody else.
func (k Keeper) ownPermit(ctx context.Context, r types.PermitRequest, source registrytypes.Work) (types.Permit, error) {
	if !source.OwnedBy(r.Owner) {
		return types.Permit{}, errorsmod.Wrapf(types.ErrPermissionNeeded, "%s: %s belongs to %s: name a grant (grant1...) "+
			"or the terms of a public offer (terms1...)", rules.NeedsPermission, r.Source, source.Owner)
	}
	sole, err := k.isSole(ctx, r.Source, r.Owner)
	if err != nil {
		return types.Permit{}, err
	}
	if !sole {
		return types.Permit{}, errorsmod.Wrapf(types.ErrPermissionNeeded, "%s: others hold revenue of %s too: name the terms of "+
			"a public offer (terms1...) or a grant (grant1...)", rules.NeedsPermission, r.Source)
	}
	upstream, err := k.royalty.UpstreamVersion(ctx, r.Source)
	return types.Permit{Source: r.Source, Own: true, UpstreamVersion: upstream, WorkVersion: source.Version}, err
}

// isSole says whether an account holds all of a work's revenue.
func (k Keeper) isSole(ctx context.Context, work registrytypes.WorkID, account sdk.AccAddress) (bool, error) {
	holder, err := k.royalty.SoleHolder(ctx, work)
	return holder.Equals(account), err
}

// grantedPermit is that of a grant of the source which the owner holds, or which
// came with the derivative that uses it, with what the grant pins.
func (k Keeper) grantedPermit(ctx context.Context, r types.PermitRequest) (types.Permit, types.Terms, error) {
	id, err := types.ParseGrantID(r.Permission)
	if err != nil {
		return types.Permit{}, types.Terms{}, errorsmod.Wrapf(err, "permission of %s", r.Source)
	}
	grant, err := k.GetGrant(ctx, id)
	if err != nil {
		return types.Permit{}, types.Terms{}, err
	}
	if grant.Work.WorkID != r.Source {
		return types.Permit{}, types.Terms{}, errorsmod.Wrapf(types.ErrPermissionNeeded, "%s: %s is a grant of %s, not of %s",
			rules.NeedsPermission, id, grant.Work, r.Source)
	}
	if err := k.checkHolder(ctx, r.Owner, id, grant); err != nil {
		return types.Permit{}, types.Terms{}, err
	}
	if admitted, err := k.admits(ctx, r.Owner, grant); err != nil || !admitted {
		if err == nil {
			err = errorsmod.Wrapf(types.ErrNotLicensee, "%s: the offer that %s was acquired under names who may have "+
				"it, and %s is not among "+
				"them: ask the owner of %s for an offer", rules.NotLicensee, id, r.Owner, r.Source)
		}
		return types.Permit{}, types.Terms{}, err
	}
	terms, err := k.GetTerms(ctx, grant.Terms.TermsID)
	return types.Permit{
		Source: r.Source, Terms: grant.Terms.TermsID, Grant: id, Policy: grant.RoyaltyPolicy, Rate: grant.RoyaltyRate,
		UpstreamVersion: grant.UpstreamVersion, DemandsVersion: grant.DemandsVersion, WorkVersion: grant.WorkVersion,
		PriceVersion: grant.PriceVersion, Ends: grant.ExpiresAt != nil,
	}, terms, err
}

// decideOne asks the rules whether what a derivation relies on permits one use that it
// makes of the source, under the demands that it pins; a licence that can't be taken back,
// under those of the day that it was first offered. It returns by what demands of the
// source's own sources are met, and the grants at which the use is counted.
func (r *reader) decideOne(
	req types.PermitRequest, use rules.Use, source registrytypes.Work, demands types.Demands, rows []types.Constraint,
	permit types.Permit,
) (met types.Met, counted []types.GrantID, err error) {
	by := asker{req.Owner, req.Derivative}
	q := &inquiry{reader: r, use: use, asker: by, grants: true}
	work := rules.Work{
		Status: statusOf(source), OnHold: onHold(source), Own: permit.Own, Holder: source.OwnedBy(req.Owner),
		Waiting: len(permit.Waiting) > 0,
	}
	if work.Constraints, err = q.constraints(req.Source, rows); err != nil {
		return met, nil, err
	}
	if work.Owes, err = q.owes(req.Source, work.Constraints); err != nil {
		return met, nil, err
	}
	if permit.Grant.IsZero() {
		if err := q.exclusivity(req.Source, by, types.GrantID{}, &work); err != nil {
			return met, nil, err
		}
	}
	if !permit.Own {
		alternative, err := q.relied(source, demands, work.Constraints, permit)
		if err != nil {
			return met, nil, err
		}
		if permit.Grant.IsZero() && alternative.Terms.Exclusivity != rules.Shared {
			// Else the refusal would send to a grant that can't be had.
			if err := q.rivals(req.Source, &work); err != nil {
				return met, nil, err
			}
		}
		work.Alternatives = []rules.Alternative{alternative}
	}
	decision := rules.Decide(work, q.use, q.now)
	if decision.Verdict != rules.Allowed {
		return met, nil, refusal(req.Source, hardest(decision.Reasons))
	}
	if counted, err = countedAt(decision); err != nil {
		return met, nil, err
	}
	met, err = q.met(req.Source, decision.Means)
	return met, counted, err
}

// relied is what a permit relies on, as the rules see it: a grant or a public offer.
func (q *inquiry) relied(
	source registrytypes.Work, demands types.Demands, constraints []rules.Constraint, permit types.Permit,
) (a rules.Alternative, err error) {
	if !permit.Grant.IsZero() {
		grant, err := q.k.GetGrant(q.ctx, permit.Grant)
		if err != nil {
			return a, err
		}
		if a, err = q.reader.grant(permit.Grant, grant, q.derivative); err != nil {
			return a, err
		}
		a.Owes, err = q.owesUnder(grant, constraints)
		return a, err
	}
	offer, err := q.k.getOffer(q.ctx, permit.Source, permit.Terms)
	if err != nil {
		return a, err
	}
	if a, err = q.offer(collections.Join(permit.Source, permit.Terms), source.Transfers, offer, q.asker); err != nil {
		return a, err
	}
	return a, q.pinOffer(permit.Source, offer, &demands, &a)
}

// GetGrant returns a grant. It fails with ErrGrantNotFound.
func (k Keeper) GetGrant(ctx context.Context, id types.GrantID) (types.Grant, error) {
	g, err := k.Grants.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return g, errorsmod.Wrapf(types.ErrGrantNotFound, "%s: acquire it first", id)
	}
	return g, err
}
