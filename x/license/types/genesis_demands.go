package types

import (
	"bytes"
	"slices"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func (gs GenesisState) validateDemands(known map[TermsID]Terms) error {
	granted := make(map[GrantID]bool, len(gs.Grants))
	for _, g := range gs.Grants {
		granted[g.Id] = true
	}
	sets := make(map[registrytypes.Digest]bool, len(gs.TermsSets))
	for _, s := range gs.TermsSets {
		sets[s.Digest()] = true
	}
	ending := make(map[registrytypes.Digest]bool)
	for _, p := range gs.Passes {
		if licensee, err := sdk.AccAddressFromBech32(p.Licensee); err == nil && p.Pass.ExpiresAt != nil {
			ending[NewPassKey(licensee, p.UsesOf, p.Work, p.Terms).ID()] = true
		}
	}
	rests := foundation{known, granted, sets, ending}
	seen := make(map[registrytypes.WorkID]bool, len(gs.Demands))
	for i, row := range gs.Demands {
		if err := row.Work.Given("work"); err != nil {
			return errorsmod.Wrapf(err, "demands[%d]", i)
		}
		if seen[row.Work] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "demands[%d]: %s comes twice", i, row.Work)
		}
		seen[row.Work] = true
		if err := row.validate(rests); err != nil {
			return errorsmod.Wrapf(err, "demands[%d]: %s", i, row.Work)
		}
	}
	return nil
}

// validate checks that the versions are without a gap, and each of them.
func (g GenesisDemands) validate(rests foundation) error {
	if g.Demands.IsEmpty() {
		return errorsmod.Wrap(ErrInvalidGenesis, "nothing is demanded nor ever was: leave it out")
	}
	if want := max(int(g.Demands.Version), 1) - 1; len(g.Past) != want {
		return errorsmod.Wrapf(ErrInvalidGenesis, "%d past versions, %d came before version %d", len(g.Past), want, g.Demands.Version)
	}
	if g.Demands.Version == 0 && len(g.Demands.Constraints) > 0 {
		return errorsmod.Wrap(ErrInvalidGenesis, "version 0 demands nothing")
	}
	if err := g.Demands.CheckWaiting(); err != nil {
		return err
	}
	for i, d := range append(g.Past, g.Demands) {
		if i < len(g.Past) && (d.Version != uint32(i+1) || len(d.Waiting) > 0) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "past[%d] has version %d or waits: versions count from 1 and "+
				"wait for nothing", i, d.Version)
		}
		if !slices.IsSortedFunc(d.Constraints, Constraint.Compare) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "version %d: constraints are not in order", d.Version)
		}
		for n, c := range d.Constraints {
			if n > 0 && c == d.Constraints[n-1] {
				return errorsmod.Wrapf(ErrInvalidGenesis, "version %d: constraint %d comes twice", d.Version, n)
			}
			if err := c.validate(rests); err != nil {
				return errorsmod.Wrapf(err, "version %d: constraint %d", d.Version, n)
			}
		}
	}
	return nil
}

// CheckWaiting checks that what is waited for is named in order, and no more than a work
// waits for. It fails with ErrInvalidGenesis.
func (d Demands) CheckWaiting() error {
	refs := d.Waiting
	if len(refs) > MaxWaiting {
		return errorsmod.Wrapf(ErrInvalidGenesis, "waits for %d declarations and works, at most %d", len(refs), MaxWaiting)
	}
	numbered := 0
	for i, r := range refs {
		if err := r.Work.Given("work"); err != nil {
			return err
		}
		if !r.IsAll() {
			if numbered++; numbered > MaxConstraints {
				return errorsmod.Wrapf(ErrInvalidGenesis, "names more than %d declarations that it waits for", MaxConstraints)
			}
		}
		if i > 0 && refs[i-1].Compare(r) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "declaration %d of %s comes twice or out of order", r.Number, r.Work)
		}
	}
	return nil
}

func (r DeclarationRef) validate() error {
	if r.Number == 0 {
		return errorsmod.Wrap(ErrInvalidGenesis, "declarations are numbered from 1")
	}
	return r.Work.Given("work")
}

func (gs GenesisState) validateAdmissions() error {
	seen := make(map[DeclarationRef]bool, len(gs.Admissions))
	for i, row := range gs.Admissions {
		err := row.Declaration.validate()
		switch {
		case err != nil:
		case seen[row.Declaration]:
			err = errorsmod.Wrap(ErrInvalidGenesis, "comes twice")
		default:
			err = row.Admission.Validate()
		}
		if err != nil {
			return errorsmod.Wrapf(err, "admissions[%d]", i)
		}
		seen[row.Declaration] = true
	}
	return nil
}

// Validate checks that somebody is waited for, and that the works are in order, each
// once. It fails with ErrInvalidGenesis.
func (a Admission) Validate() error {
	if !a.Waits() || len(a.Works) > MaxConstraints {
		return errorsmod.Wrapf(ErrInvalidGenesis, "an admission waits for at least one work and names at most %d", MaxConstraints)
	}
	for i, w := range a.Works {
		if err := w.Given("work"); err != nil {
			return err
		}
		if i > 0 && bytes.Compare(a.Works[i-1][:], w[:]) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "%s comes twice or out of order", w)
		}
	}
	return nil
}

// foundation is what constraints rest on: all terms, grants, sets of terms, and passes with an
// end there are.
type foundation struct {
	terms  map[TermsID]Terms
	grants map[GrantID]bool
	sets   map[registrytypes.Digest]bool
	passes map[registrytypes.Digest]bool
}

// validate checks the kind and that what the constraint rests on is there, and nothing
// else is named: a grant or a pass for EXPIRES, a set for SHARE_ALIKE_ANY, terms for the others.
func (c Constraint) validate(rests foundation) error {
	if _, ok := ConstraintKind_name[int32(c.Kind)]; !ok || c.Kind == CONSTRAINT_UNSPECIFIED {
		return errorsmod.Wrapf(ErrInvalidGenesis, "unknown kind %d", c.Kind)
	}
	if err := c.Source.Given("source"); err != nil {
		return err
	}
	if (c.Kind == CONSTRAINT_ATTRIBUTION) != (c.WorkVersion > 0) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s with work_version %d: ATTRIBUTION names one, no other does",
			c.Kind, c.WorkVersion)
	}
	byGrant, bySet := c.Kind == CONSTRAINT_EXPIRES, c.Kind == CONSTRAINT_SHARE_ALIKE_ANY
	byNothing := c.Kind == CONSTRAINT_ITEMS_APART
	if err := c.CheckBeside(rests.terms[c.Terms.TermsID]); err != nil {
		return err
	}
	switch {
	case !byGrant && !c.Grant.IsZero():
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s names no grant, not %s", c.Kind, c.Grant)
	case !byGrant && !c.Pass.IsZero() || !c.Pass.IsZero() && !c.Grant.IsZero():
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s names no pass, or a grant too, and not %s", c.Kind, c.Pass)
	case !bySet && !c.TermsSet.IsZero():
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s names no set of terms, not %s", c.Kind, c.TermsSet)
	case (byGrant || bySet || byNothing) && (!c.Terms.IsZero() || c.PriceVersion > 0):
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s names no terms and no price, not %s", c.Kind, c.Terms)
	case c.Contained && !rules.Kind(c.Kind).Marked():
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s of %s is never contained", c.Kind, c.Source)
	case bySet && !rests.sets[c.TermsSet.Digest]:
		return errorsmod.Wrapf(ErrInvalidGenesis, "terms_sets lacks %s", c.TermsSet)
	case bySet || byNothing:
		return nil
	case !byGrant:
		if err := checkKnown(c.Terms.TermsID, rests.terms); err != nil {
			return err
		}
		return c.CheckPrice(rests.terms[c.Terms.TermsID])
	}
	if !c.Pass.IsZero() {
		if !rests.passes[c.Pass.Digest] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "passes lacks %s, or it never ends", c.Pass)
		}
		return nil
	}
	if err := c.Grant.Given("grant"); err != nil {
		return err
	}
	if !rests.grants[c.Grant.GrantID] {
		return errorsmod.Wrapf(ErrGrantNotFound, "%s", c.Grant)
	}
	return nil
}

// validateTermsSets checks the sets, each once, and that their terms are share-alike.
func (gs GenesisState) validateTermsSets(known map[TermsID]Terms) error {
	seen := make(map[registrytypes.Digest]bool, len(gs.TermsSets))
	for i, s := range gs.TermsSets {
		if err := s.Validate(); err != nil {
			return errorsmod.Wrapf(err, "terms_sets[%d]", i)
		}
		if seen[s.Digest()] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "terms_sets[%d]: comes twice", i)
		}
		seen[s.Digest()] = true
		for _, id := range s.Terms {
			if err := checkKnown(id.TermsID, known); err != nil {
				return errorsmod.Wrapf(err, "terms_sets[%d]", i)
			}
			if known[id.TermsID].Derivatives != DERIVATIVES_SHARE_ALIKE {
				return errorsmod.Wrapf(ErrInvalidGenesis, "terms_sets[%d]: %s are not share-alike", i, id)
			}
		}
	}
	return nil
}
