package types

import (
	"time"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// DefaultGenesisState holds the presets.
func DefaultGenesisState() *GenesisState {
	gs := &GenesisState{}
	for _, p := range presets() {
		gs.Terms = append(gs.Terms, p.Terms)
	}
	return gs
}

// Validate checks every row, that no key comes twice, and that all terms that
// rows name are there. It fails with ErrInvalidGenesis or the row's own error.
func (gs GenesisState) Validate() error {
	known := make(map[TermsID]Terms, len(gs.Terms))
	for i, t := range gs.Terms {
		if err := t.Validate(); err != nil {
			return errorsmod.Wrapf(err, "terms[%d]", i)
		}
		if _, twice := known[t.ID()]; twice {
			return errorsmod.Wrapf(ErrInvalidGenesis, "terms[%d]: %s comes twice", i, t.ID())
		}
		known[t.ID()] = t
	}
	if err := gs.validateOffers(known); err != nil {
		return err
	}
	if err := gs.validateGrants(known); err != nil {
		return err
	}
	if err := gs.validateApprovals(known); err != nil {
		return err
	}
	return gs.validateConstraints(known)
}

func (gs GenesisState) validateApprovals(known map[TermsID]Terms) error {
	seen := make(map[string]bool, len(gs.Approvals))
	for i, a := range gs.Approvals {
		key, err := parseRow(a.Work, a.Terms, known)
		if err != nil {
			return errorsmod.Wrapf(err, "approvals[%d]", i)
		}
		whom, err := ParseApproved(a.Licensee, a.Derivative)
		if err != nil {
			return errorsmod.Wrapf(err, "approvals[%d]", i)
		}
		if key += string(whom.Key()); seen[key] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "approvals[%d]: comes twice", i)
		}
		if terms, _ := ParseTermsID(a.Terms); !known[terms].DerivativeApproval {
			return errorsmod.Wrapf(ErrInvalidGenesis, "approvals[%d]: %s ask for none", i, terms)
		}
		seen[key] = true
	}
	return nil
}

func (gs GenesisState) validateOffers(known map[TermsID]Terms) error {
	seen := make(map[string]bool, len(gs.Offers))
	for i, o := range gs.Offers {
		key, err := parseRow(o.Work, o.Terms, known)
		if err != nil {
			return errorsmod.Wrapf(err, "offers[%d]", i)
		}
		if seen[key] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "offers[%d]: comes twice", i)
		}
		seen[key] = true
		terms, _ := ParseTermsID(o.Terms)
		if err := o.Offer.Validate(known[terms]); err != nil {
			return errorsmod.Wrapf(err, "offers[%d]", i)
		}
	}
	return nil
}

func (gs GenesisState) validateGrants(known map[TermsID]Terms) error {
	seen := make(map[GrantID]bool, len(gs.Grants))
	given := make(map[string]uint64)
	for i, g := range gs.Grants {
		id, err := ParseGrantID(g.Id)
		if err != nil {
			return errorsmod.Wrapf(err, "grants[%d]", i)
		}
		if seen[id] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "grants[%d]: %s comes twice", i, id)
		}
		seen[id] = true
		if err := g.Grant.validate(known); err != nil {
			return errorsmod.Wrapf(err, "grants[%d]: %s", i, id)
		}
		given[string(g.Grant.Work)+string(g.Grant.Terms)]++
	}
	counted := make(map[string]bool, len(gs.GrantCounts))
	for i, c := range gs.GrantCounts {
		key, err := parseRow(c.Work, c.Terms, known)
		if err != nil {
			return errorsmod.Wrapf(err, "grant_counts[%d]", i)
		}
		if counted[key] || c.Count < given[key] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "grant_counts[%d]: comes twice or is below the %d grants there are", i, given[key])
		}
		counted[key] = true
	}
	for i, g := range gs.Grants {
		if !counted[string(g.Grant.Work)+string(g.Grant.Terms)] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "grants[%d]: grant_counts lacks its work and terms", i)
		}
	}
	return nil
}

func (g Grant) validate(known map[TermsID]Terms) error {
	switch {
	case len(g.Work) != len(registrytypes.WorkID{}) || len(g.Terms) != len(TermsID{}):
		return errorsmod.Wrapf(ErrInvalidGenesis, "work or terms have %d and %d bytes", len(g.Work), len(g.Terms))
	case len(g.UsedBy) != 0 && len(g.UsedBy) != len(registrytypes.WorkID{}):
		return errorsmod.Wrapf(ErrInvalidGenesis, "used_by has %d bytes", len(g.UsedBy))
	case g.Fee != nil && (g.Fee.Validate() != nil || !g.Fee.IsPositive()):
		return errorsmod.Wrapf(ErrInvalidGenesis, "fee %s is not a positive amount", g.Fee)
	case !validEnd(g.ExpiresAt):
		return errorsmod.Wrapf(ErrInvalidGenesis, "expires_at %s is not between 1970 and 2262", g.ExpiresAt)
	}
	if _, ok := known[TermsID(g.Terms)]; !ok {
		return errorsmod.Wrapf(ErrTermsNotFound, "%s", TermsID(g.Terms))
	}
	return sdk.VerifyAddressFormat(g.Licensee)
}

func (gs GenesisState) validateConstraints(known map[TermsID]Terms) error {
	granted := make(map[GrantID]bool, len(gs.Grants))
	for _, g := range gs.Grants {
		id, err := ParseGrantID(g.Id)
		if err != nil {
			return err
		}
		granted[id] = true
	}
	seen := make(map[string]bool, len(gs.Constraints))
	for i, row := range gs.Constraints {
		work, err := registrytypes.ParseWorkID(row.Work)
		if err == nil {
			err = row.Constraint.validate(known, granted)
		}
		if err != nil {
			return errorsmod.Wrapf(err, "constraints[%d]", i)
		}
		key := string(work[:]) + string(PackConstraints([]Constraint{row.Constraint}))
		if seen[key] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "constraints[%d]: comes twice", i)
		}
		seen[key] = true
	}
	return nil
}

// validate checks the kind and that what the constraint rests on is there: a
// grant for EXPIRES, terms for the others.
func (c Constraint) validate(known map[TermsID]Terms, granted map[GrantID]bool) error {
	if _, ok := ConstraintKind_name[int32(c.Kind)]; !ok || c.Kind == CONSTRAINT_UNSPECIFIED {
		return errorsmod.Wrapf(ErrInvalidGenesis, "unknown kind %d", c.Kind)
	}
	if len(c.Source) != len(registrytypes.WorkID{}) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "source has %d bytes", len(c.Source))
	}
	if c.Kind == CONSTRAINT_EXPIRES {
		if len(c.Terms) > 0 || len(c.Grant) != len(GrantID{}) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "kind EXPIRES names a grant and no terms, these have %d and %d bytes", len(c.Grant), len(c.Terms))
		}
		if id := GrantID(c.Grant); !granted[id] {
			return errorsmod.Wrapf(ErrGrantNotFound, "%s", id)
		}
		return nil
	}
	if len(c.Grant) > 0 || len(c.Terms) != len(TermsID{}) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s names terms and no grant, these have %d and %d bytes", c.Kind, len(c.Terms), len(c.Grant))
	}
	if _, ok := known[TermsID(c.Terms)]; !ok {
		return errorsmod.Wrapf(ErrTermsNotFound, "%s", TermsID(c.Terms))
	}
	return nil
}

// validEnd says whether the store can hold an end, if there is one.
func validEnd(end *time.Time) bool {
	return end == nil || end.After(time.Unix(0, 0)) && end.Before(MaxTime)
}

// parseRow checks a work and terms that have to be known, and returns their
// bytes as a key.
func parseRow(work, terms string, known map[TermsID]Terms) (string, error) {
	workID, err := registrytypes.ParseWorkID(work)
	if err != nil {
		return "", err
	}
	termsID, err := ParseTermsID(terms)
	if err != nil {
		return "", err
	}
	if _, ok := known[termsID]; !ok {
		return "", errorsmod.Wrapf(ErrTermsNotFound, "%s", termsID)
	}
	return string(workID[:]) + string(termsID[:]), nil
}
