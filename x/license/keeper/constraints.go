package keeper

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// demandsOn is what a work's sources demand of it now; nothing of an original.
func (k Keeper) demandsOn(ctx context.Context, work registrytypes.WorkID) (types.Demands, error) {
	packed, found, err := k.Demands.Find(ctx, work)
	if err != nil || !found {
		return types.Demands{}, err
	}
	d, err := types.UnpackDemands(packed)
	if err != nil { // Wrapf would write its text for no error too, at each read
		return d, errorsmod.Wrapf(err, "demands on %s", work)
	}
	return d, nil
}

// constraintsAt lists what was demanded of a work in one version of its demands, now
// being those of today. It fails with ErrUnknownVersion.
func (k Keeper) constraintsAt(
	ctx context.Context, work registrytypes.WorkID, now types.Demands, version uint32,
) ([]types.Constraint, error) {
	switch version {
	case now.Version:
		return now.Constraints, nil
	case 0:
		return nil, nil
	}
	packed, found, err := k.PastDemands.Find(ctx, collections.Join(work, version))
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errorsmod.Wrapf(types.ErrUnknownVersion, "version %d of the demands on %s, which are at %d", version, work, now.Version)
	}
	d, err := types.UnpackDemands(packed)
	if err != nil {
		return nil, errorsmod.Wrapf(err, "version %d of the demands on %s", version, work)
	}
	return d.Constraints, nil
}

// setDemands replaces what is demanded of a work. What a grant or a derivative may
// have pinned stays, under its version.
func (k Keeper) setDemands(ctx context.Context, work registrytypes.WorkID, before, now types.Demands) error {
	if before.Version > 0 && before.Version != now.Version {
		before.Waiting = nil
		if err := k.PastDemands.Set(ctx, collections.Join(work, before.Version), before.Pack()); err != nil {
			return err
		}
	}
	if now.IsEmpty() { // it waited, took on nothing, and waits no longer
		return k.Demands.Remove(ctx, work)
	}
	return k.Demands.Set(ctx, work, now.Pack())
}

// mergeConstraints brings the constraints of one work into their one form. It fails
// with ErrTooMany.
func (k Keeper) mergeConstraints(
	ctx context.Context, work registrytypes.WorkID, all []types.Constraint,
) ([]types.Constraint, error) {
	r := k.newReader(ctx)
	merged, over, err := types.MergeConstraints(all, func(id types.TermsID) (rules.Actions, error) {
		t, err := r.termsOf(id)
		return t.rules.DeniedUses(), err
	})
	if err == nil && over != types.CONSTRAINT_UNSPECIFIED {
		err = errorsmod.Wrapf(types.ErrTooMany, "%s would take on more than %d constraints of kind %s: leave out sources",
			work, over.Max(), over)
	}
	return merged, err
}

// pinned lists what one edge of a work passes on to it.
func (k Keeper) pinned(ctx context.Context, work registrytypes.WorkID, p types.Pin) ([]types.Constraint, error) {
	source, err := k.registry.GetWork(ctx, p.Source)
	if err != nil {
		return nil, err
	}
	now, err := k.demandsOn(ctx, p.Source)
	if err != nil {
		return nil, err
	}
	rows, err := k.constraintsAt(ctx, p.Source, now, p.DemandsVersion)
	if err != nil {
		return nil, err
	}
	passed, err := k.newReader(ctx).passed(p, work, source, rows)
	if err != nil {
		return nil, err
	}
	met, err := k.ends(ctx, p)
	if passed = append(passed, met...); err != nil {
		return nil, err
	}
	if p.Terms.IsZero() {
		return append(passed, p.Beside(types.Terms{})...), nil
	}
	terms, err := k.GetTerms(ctx, p.Terms)
	if err != nil {
		return nil, err
	}
	ends := false
	if !p.Grant.IsZero() {
		grant, err := k.GetGrant(ctx, p.Grant)
		if err != nil {
			return nil, err
		}
		ends, p.PriceVersion = grant.ExpiresAt != nil, grant.PriceVersion
	}
	return slices.Concat(passed, p.Demanded(terms, ends), p.Beside(terms)), nil
}

// ends are those of the grants and passes by which demands of the source's own sources were
// met: what is made ends with each.
func (k Keeper) ends(ctx context.Context, p types.Pin) (list []types.Constraint, err error) {
	for _, met := range p.Met.Grants {
		grant, err := k.GetGrant(ctx, met.Grant.GrantID)
		if err != nil {
			return nil, err
		}
		if grant.ExpiresAt != nil {
			list = append(list, p.EndsWithGrant(grant.Work.WorkID, met.Grant.GrantID))
		}
	}
	for _, id := range p.Met.Passes {
		key, err := k.passKey(ctx, id)
		if err != nil {
			return nil, err
		}
		list = append(list, p.EndsWithPass(key.Work.WorkID, id))
	}
	return list, nil
}

// checkNotExpired fails with ErrSourceExpired when a permission that a work
// relies on has ended: it takes payments then, but no offers, grants and
// derivations.
func (k Keeper) checkNotExpired(ctx context.Context, work registrytypes.WorkID, rows []types.Constraint) error {
	r := k.newReader(ctx)
	for _, c := range rows {
		if c.Kind != types.CONSTRAINT_EXPIRES {
			continue
		}
		end, err := r.endOf(c)
		if err != nil {
			return err
		}
		if !r.now.Before(end) {
			return refusal(work, rules.Reason{Code: rules.SourceExpired, Source: c.Source.String(), At: end})
		}
	}
	return nil
}

// endOf is when the grant or pass behind an EXPIRES constraint ends, as of now.
func (r *reader) endOf(c types.Constraint) (time.Time, error) {
	if !c.Pass.IsZero() {
		return r.endOfPass(c.Pass.Digest)
	}
	grant, err := r.k.GetGrant(r.ctx, c.Grant.GrantID)
	if err != nil {
		return time.Time{}, err
	}
	return r.endOfGrant(grant)
}

// demandsOf turns constraints into what the rules combine.
func (k Keeper) demandsOf(ctx context.Context, rows []types.Constraint) (rules.Group, error) {
	r := k.newReader(ctx)
	var g rules.Group
	for _, c := range rows {
		if c.Kind == types.CONSTRAINT_ITEMS_APART || c.Ended(r.now) {
			continue // it limits nobody
		}
		d, err := r.demand(c)
		if err != nil {
			return nil, err
		}
		g = append(g, d)
	}
	return g, nil
}

// describe puts reasons in one line: codes with the works they come from.
func describe(reasons []rules.Reason) string { return strings.Join(describeEach(reasons), ", ") }

func describeEach(reasons []rules.Reason) []string {
	var texts []string
	for _, r := range reasons {
		text := string(r.Code)
		if r.Source != "" {
			text = fmt.Sprintf("%s (%s under %s)", r.Code, r.Source, r.Terms)
		}
		texts = append(texts, text)
	}
	return texts
}

// namedConstraint writes a constraint in readable form, with the end that a grant or pass
// has now.
func (k Keeper) namedConstraint(ctx context.Context, c types.Constraint) (types.NamedConstraint, error) {
	named := c.Named()
	switch c.Kind {
	case types.CONSTRAINT_EXPIRES:
	case types.CONSTRAINT_SHARE_ALIKE_ANY:
		set, err := k.TermsSets.Get(ctx, c.TermsSet.Digest[:])
		for _, id := range set.Terms {
			named.AnyOf = append(named.AnyOf, id.TermsID)
		}
		return named, err
	default:
		return named, nil
	}
	if !c.Pass.IsZero() {
		key, err := k.passKey(ctx, c.Pass.Digest)
		if err != nil {
			return named, err
		}
		named.Terms, named.UsesOf, named.Licensee = key.Terms.TermsID, key.UsesOf.WorkID, key.Licensee.String()
	}
	end, err := k.newReader(ctx).endOf(c)
	named.ExpiresAt = &end
	return named, err
}
