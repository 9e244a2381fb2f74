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
	rows, err := k.constraintsOf(ctx, r.Source)
	if err != nil {
		return types.Permit{}, err
	}
	if err := checkNotExpired(ctx, r.Source, rows); err != nil {
		return types.Permit{}, err
	}
	var (
		permit types.Permit
		terms  types.Terms
	)
	switch {
	case r.Permission == "":
		permit, err = k.permitOwn(ctx, r, source)
	case strings.HasPrefix(strings.ToLower(r.Permission), types.GrantHRP+"1"):
		permit, terms, err = k.permitGranted(ctx, r, source)
	default:
		permit, terms, err = k.permitPublic(ctx, r, source)
	}
	if err != nil {
		return types.Permit{}, err
	}
	permit.Constraints = rows
	if !permit.Own {
		permit.Constrain(terms)
	}
	return permit, nil
}

// permitOwn permits a work that is all the owner's own. An owner who shares the
// revenue with others licenses from the work like anybody else.
func (k Keeper) permitOwn(ctx context.Context, r types.PermitRequest, source registrytypes.Work) (types.Permit, error) {
	if !source.Owner.Equals(r.Owner) {
		return types.Permit{}, errorsmod.Wrapf(types.ErrPermissionNeeded, "%s: %s belongs to %s: name a grant (grant1...) "+
			"or the terms of a public offer (terms1...)", rules.NeedsPermission, r.Source, source.Owner)
	}
	holder, err := k.royalty.SoleHolder(ctx, r.Source)
	if err != nil {
		return types.Permit{}, err
	}
	if !holder.Equals(r.Owner) {
		return types.Permit{}, errorsmod.Wrapf(types.ErrPermissionNeeded, "%s: others hold revenue of %s too: name the terms of "+
			"a public offer (terms1...) or a grant (grant1...)", rules.NeedsPermission, r.Source)
	}
	if source.Status != registrytypes.STATUS_WITHDRAWN { // by the owner, who may still use it
		if err := available(r.Source, source); err != nil {
			return types.Permit{}, err
		}
	}
	upstream, err := k.royalty.UpstreamVersion(ctx, r.Source)
	if err != nil {
		return types.Permit{}, err
	}
	return types.Permit{Source: r.Source, Own: true, UpstreamVersion: upstream, WorkVersion: source.Version}, nil
}

// permitPublic permits under a public offer: the offer itself is the permission.
func (k Keeper) permitPublic(ctx context.Context, r types.PermitRequest, source registrytypes.Work) (types.Permit, types.Terms, error) {
	id, err := types.ParseTermsID(r.Permission)
	if err != nil {
		return types.Permit{}, types.Terms{}, errorsmod.Wrapf(err, "permission of %s must be terms1..., grant1... or empty", r.Source)
	}
	if err := available(r.Source, source); err != nil {
		return types.Permit{}, types.Terms{}, err
	}
	offer, terms, err := k.getOpenOffer(ctx, r.Source, id)
	if err != nil {
		return types.Permit{}, types.Terms{}, err
	}
	if err := adaptable(r, id, terms, rules.Adaptation{Training: r.Training, Public: offer.Public(terms)}); err != nil {
		return types.Permit{}, types.Terms{}, err
	}
	if err := k.checkExclusive(ctx, r.Source, false); err != nil {
		return types.Permit{}, types.Terms{}, err
	}
	upstream, err := k.royalty.UpstreamVersion(ctx, r.Source)
	if err != nil {
		return types.Permit{}, types.Terms{}, err
	}
	return types.Permit{
		Source: r.Source, Terms: id, Policy: terms.RoyaltyPolicy, Rate: terms.RoyaltyRate,
		UpstreamVersion: upstream, WorkVersion: source.Version,
	}, terms, nil
}

// permitGranted permits under a grant, with what it pins.
func (k Keeper) permitGranted(ctx context.Context, r types.PermitRequest, source registrytypes.Work) (types.Permit, types.Terms, error) {
	id, err := types.ParseGrantID(r.Permission)
	if err != nil {
		return types.Permit{}, types.Terms{}, errorsmod.Wrapf(err, "permission of %s", r.Source)
	}
	grant, err := k.GetGrant(ctx, id)
	if err != nil {
		return types.Permit{}, types.Terms{}, err
	}
	if err := usable(ctx, r, id, grant); err != nil {
		return types.Permit{}, types.Terms{}, err
	}
	if source.Status != registrytypes.STATUS_WITHDRAWN { // existing grants stay
		if err := available(r.Source, source); err != nil {
			return types.Permit{}, types.Terms{}, err
		}
	}
	termsID := types.TermsID(grant.Terms)
	terms, err := k.GetTerms(ctx, termsID)
	if err != nil {
		return types.Permit{}, types.Terms{}, err
	}
	if err := adaptable(r, termsID, terms, rules.Adaptation{Training: r.Training, Granted: true}); err != nil {
		return types.Permit{}, types.Terms{}, err
	}
	return types.Permit{
		Source: r.Source, Terms: termsID, Grant: id, Policy: grant.RoyaltyPolicy, Rate: grant.RoyaltyRate,
		UpstreamVersion: grant.UpstreamVersion, WorkVersion: grant.WorkVersion, ExpiresAt: grant.ExpiresAt,
	}, terms, nil
}

// usable checks that a grant is of that source, the owner's, running, and not
// used by another derivative: it moves only with the work that used it.
func usable(ctx context.Context, r types.PermitRequest, id types.GrantID, g types.Grant) error {
	work := registrytypes.WorkID(g.Work)
	switch {
	case work != r.Source:
		return errorsmod.Wrapf(types.ErrPermissionNeeded, "%s: %s is a grant of %s, not of %s", rules.NeedsPermission, id, work, r.Source)
	case !g.Licensee.Equals(r.Owner):
		return errorsmod.Wrapf(types.ErrNotLicensee, "%s: %s was given to %s, the derivative belongs to %s: acquire a grant of your own",
			rules.NotLicensee, id, g.Licensee, r.Owner)
	case g.Expired(sdk.UnwrapSDKContext(ctx).BlockTime()):
		return errorsmod.Wrapf(types.ErrGrantExpired, "%s: %s ended at %s: acquire a new grant", rules.GrantExpired, id, g.ExpiresAt.UTC())
	case len(g.UsedBy) > 0 && registrytypes.WorkID(g.UsedBy) != r.Derivative:
		return errorsmod.Wrapf(types.ErrGrantUsed, "%s: %s is used by %s: acquire another with a serial of its own",
			rules.GrantUsed, id, registrytypes.WorkID(g.UsedBy))
	}
	return nil
}

// adaptable puts the rules' refusals in words.
func adaptable(r types.PermitRequest, id types.TermsID, t types.Terms, a rules.Adaptation) error {
	verdict := rules.Adapt(t.Rules(), a)
	if verdict.Allowed() {
		return nil
	}
	switch code := verdict.Refusals[0].Code; code {
	case rules.NeedsGrant:
		return errorsmod.Wrapf(types.ErrPermissionNeeded, "%s: %s is not public under %s: acquire a grant and name it",
			code, r.Source, id)
	default:
		return errorsmod.Wrapf(types.ErrNotPermitted, "%s: %s does not permit it under %s (%s): look for another offer",
			code, r.Source, id, t.Spdx)
	}
}

// GetGrant returns a grant. It fails with ErrGrantNotFound.
func (k Keeper) GetGrant(ctx context.Context, id types.GrantID) (types.Grant, error) {
	g, err := k.Grants.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return g, errorsmod.Wrapf(types.ErrGrantNotFound, "%s: acquire it first", id)
	}
	return g, err
}
