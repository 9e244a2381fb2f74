package types

import (
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// PermitRequest asks whether the owner of a derivative may derive it from a
// source.
type PermitRequest struct {
	Derivative registrytypes.WorkID
	// Owner owns the derivative.
	Owner  sdk.AccAddress
	Source registrytypes.WorkID
	// Permission is what the owner relies on: a grant (grant1...), the terms of
	// a public offer (terms1...), or nothing for a work whose revenue is all
	// the owner's own.
	Permission string
	// Training: a model is trained on the source. The terms' answer to AI
	// training decides then; where they give none, that to derivatives.
	Training bool
}

// Permit is the permission to derive from one source, with all that it pins.
type Permit struct {
	Source registrytypes.WorkID
	// Terms is unset for own works.
	Terms TermsID
	// Grant is unset where a public offer is the permission.
	Grant GrantID
	// Own: the source is the owner's, who needs no permission and owes nothing.
	Own    bool
	Policy royaltytypes.Policy
	// Rate is in ppm, 0 exactly when the policy is none.
	Rate uint32
	// UpstreamVersion and WorkVersion are those at the grant, or now.
	UpstreamVersion uint32
	WorkVersion     uint32
	// ExpiresAt is when the grant ends; nil: never.
	ExpiresAt *time.Time
}

// Constraints lists what the permit's terms demand of the derivative and when
// the permission ends. Own works demand nothing themselves.
func (p Permit) Constraints(t Terms) []Constraint {
	if p.Own {
		return nil
	}
	demand := func(kind ConstraintKind) Constraint {
		return Constraint{Kind: kind, Source: p.Source[:], Terms: p.Terms[:]}
	}
	var list []Constraint
	for _, d := range rules.Demands("", "", t.Rules()) {
		switch d.Kind {
		case rules.NonCommercial:
			list = append(list, demand(CONSTRAINT_NONCOMMERCIAL))
		case rules.ShareAlike:
			list = append(list, demand(CONSTRAINT_SHARE_ALIKE))
		}
	}
	if p.ExpiresAt != nil {
		c := demand(CONSTRAINT_EXPIRES)
		c.ExpiresAt = p.ExpiresAt
		list = append(list, c)
	}
	return list
}

// Named writes the constraint's ids in readable form.
func (c Constraint) Named() NamedConstraint {
	return NamedConstraint{
		Kind:      c.Kind,
		Source:    registrytypes.WorkID(c.Source).String(),
		Terms:     TermsID(c.Terms).String(),
		ExpiresAt: c.ExpiresAt,
	}
}

// Named adds the grant's ids in readable form.
func (g Grant) Named(id GrantID) NamedGrant {
	named := NamedGrant{
		Id: id.String(), Work: registrytypes.WorkID(g.Work).String(), Terms: TermsID(g.Terms).String(),
		Licensee: g.Licensee.String(), Grant: g,
	}
	if len(g.UsedBy) > 0 {
		named.UsedBy = registrytypes.WorkID(g.UsedBy).String()
	}
	return named
}
