package keeper

import (
	"context"
	"errors"
	"strings"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Permit decides whether a derivation from one source is permitted and returns
// what it pins. Errors start with the stable code of the reason. The sources
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
	if permit.Waiting, err = k.waitingFor(ctx, demands.Waiting); err != nil {
		return types.Permit{}, err
	}
	if err := k.decideOne(ctx, r, source, demands, rows, permit); err != nil {
		return types.Permit{}, err
	}
	permit.Constraints = permit.Pin().Inherited(rows)
	if !permit.Own {
		permit.Constraints = append(permit.Constraints, permit.Pin().Demanded(terms, permit.Ends)...)
	}
	return permit, nil
}

// relyOn reads what a derivation relies on: one's own work, a grant or a public
// offer. Whether it permits the derivation is decided later.
func (k Keeper) relyOn(ctx context.Context, r types.PermitRequest, source registrytypes.Work) (types.Permit, types.Terms, error) {
	if isGrant(r.Permission) {
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
	id, err := types.ParseTermsID(r.Permission)
	if err != nil {
		return types.Permit{}, types.Terms{}, errorsmod.Wrapf(err, "permission of %s", r.Source)
	}
	terms, err := k.GetTerms(ctx, id)
	if err != nil {
		return types.Permit{}, terms, err
	}
	upstream, err := k.royalty.UpstreamVersion(ctx, r.Source)
	return types.Permit{
		Source: r.Source, Terms: id, Policy: terms.RoyaltyPolicy, Rate: terms.RoyaltyRate,
		UpstreamVersion: upstream, WorkVersion: source.Version,
	}, terms, err
}

// isGrant tells the id of a grant from that of terms.
func isGrant(permission string) bool {
	return strings.HasPrefix(strings.ToLower(permission), types.GrantHRP+"1")
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
	terms, err := k.GetTerms(ctx, grant.Terms.TermsID)
	return types.Permit{
		Source: r.Source, Terms: grant.Terms.TermsID, Grant: id, Policy: grant.RoyaltyPolicy, Rate: grant.RoyaltyRate,
		UpstreamVersion: grant.UpstreamVersion, DemandsVersion: grant.DemandsVersion, WorkVersion: grant.WorkVersion,
		Ends: grant.ExpiresAt != nil,
	}, terms, err
}

// decideOne asks the rules whether what a derivation relies on permits it, under the
// demands that it pins; a licence that can't be taken back, under those of the day that it
// was first offered.
func (k Keeper) decideOne(
	ctx context.Context, r types.PermitRequest, source registrytypes.Work, demands types.Demands, rows []types.Constraint,
	permit types.Permit,
) error {
	by := asker{r.Owner, r.Derivative}
	q := &inquiry{reader: k.newReader(ctx), use: r.Use(), asker: by, grants: true}
	work := rules.Work{
		Status: statusOf(source), Own: permit.Own, Holder: source.OwnedBy(r.Owner), Waiting: len(permit.Waiting) > 0,
	}
	var err error
	if work.Constraints, err = q.constraints(r.Source, rows); err != nil {
		return err
	}
	if permit.Grant.IsZero() {
		if err := q.exclusivity(r.Source, by, types.GrantID{}, &work); err != nil {
			return err
		}
	}
	switch {
	case permit.Own:
	case !permit.Grant.IsZero():
		grant, err := k.GetGrant(ctx, permit.Grant)
		if err != nil {
			return err
		}
		alternative, err := q.reader.grant(permit.Grant, grant, r.Derivative)
		if err != nil {
			return err
		}
		work.Alternatives = []rules.Alternative{alternative}
	default:
		offer, err := k.getOffer(ctx, r.Source, permit.Terms)
		if err != nil {
			return err
		}
		alternative, err := q.offer(collections.Join(r.Source, permit.Terms), source.Transfers, offer, by)
		if err != nil {
			return err
		}
		if err := q.pinOffer(r.Source, offer, &demands, &alternative); err != nil {
			return err
		}
		if alternative.Terms.Exclusivity != rules.Shared { // else the refusal would send to a grant that can't be had
			if err := q.rivals(r.Source, &work); err != nil {
				return err
			}
		}
		work.Alternatives = []rules.Alternative{alternative}
	}
	if decision := rules.Decide(work, q.use, q.now); decision.Verdict != rules.Allowed {
		return refusal(r.Source, decision.Reasons[0])
	}
	return nil
}

// GetGrant returns a grant. It fails with ErrGrantNotFound.
func (k Keeper) GetGrant(ctx context.Context, id types.GrantID) (types.Grant, error) {
	g, err := k.Grants.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return g, errorsmod.Wrapf(types.ErrGrantNotFound, "%s: acquire it first", id)
	}
	return g, err
}
