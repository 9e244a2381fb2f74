package keeper

import (
	"bytes"
	"context"
	"fmt"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
)

// keepTermsSet keeps terms that constraints name together, once for all of them.
func (k Keeper) keepTermsSet(ctx context.Context, s types.TermsSet) error {
	digest := s.Digest()
	known, err := k.TermsSets.Has(ctx, digest[:])
	if err != nil || known {
		return err
	}
	return k.TermsSets.Set(ctx, digest[:], s)
}

// join checks that a derivation may rely on several offers together, where it does, and
// keeps their terms. Whether each permits it is decided apart. It fails with
// ErrPermissionNeeded.
func (k Keeper) join(ctx context.Context, p types.Permit, terms types.Terms) error {
	first := terms.Rules()
	for _, id := range p.Also {
		other, err := k.GetTerms(ctx, id)
		if err != nil {
			return err
		}
		if !first.Joins(other.Rules()) {
			return errorsmod.Wrapf(types.ErrPermissionNeeded, "%s: %s and %s of %s: offers that are relied on together are all share-alike, "+
				"and the first asks no more than the others of anything else: name one, or another one first",
				rules.NeedsPermission, p.Terms, id, p.Source)
		}
	}
	if len(p.Also) == 0 {
		return nil
	}
	return k.keepTermsSet(ctx, p.Pin().Set())
}

// demandAny is a demand for one of several terms.
func (r *reader) demandAny(d rules.Demand, c types.Constraint) (rules.Demand, error) {
	set, err := r.k.TermsSets.Get(r.ctx, c.TermsSet.Digest[:])
	if err != nil {
		return d, fmt.Errorf("terms that %s names together: %w", c.Source, err)
	}
	for _, id := range set.Terms {
		t, err := r.termsOf(id.TermsID)
		if err != nil {
			return d, err
		}
		d.AnyOf = append(d.AnyOf, rules.Option{TermsID: t.id, Terms: t.rules})
	}
	d.Set, d.TermsID, d.Terms = c.TermsSet.String(), d.AnyOf[0].TermsID, d.AnyOf[0].Terms
	return d, nil
}

// checkTermsSets: each is valid and stands under its digest, and its terms exist.
func (k Keeper) checkTermsSets(ctx context.Context) error {
	return k.TermsSets.Walk(ctx, nil, func(key []byte, s types.TermsSet) (bool, error) {
		if err := s.Validate(); err != nil {
			return true, err
		}
		if digest := s.Digest(); !bytes.Equal(digest[:], key) {
			return true, fmt.Errorf("the terms of %x are those of %s", key, digest)
		}
		for _, id := range s.Terms {
			if _, err := k.GetTerms(ctx, id.TermsID); err != nil {
				return true, err
			}
		}
		return false, nil
	})
}
