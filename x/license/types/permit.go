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
	// Action is what is done with the source: it is adapted, given as input, or
	// trained on.
	Action rules.Action
	// Column is how much of the source's demands the derivative takes on.
	Column rules.Column
}

// Use is what a derivation asks of a source: to be made. How it is used later
// is decided when somebody asks that, by the limits it takes on.
func (r PermitRequest) Use() rules.Use { return rules.Use{Action: r.Action, Unplaced: true} }

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
	// Constraints are what the derivative takes on: what the source took on
	// itself, then what the terms demand and when the permission ends.
	Constraints []Constraint
}

// Inherit adds those of the source's own constraints that pass on by the column.
func (p *Permit) Inherit(rows []Constraint, column rules.Column) {
	for _, c := range rows {
		if column.Passes(rules.Kind(c.Kind)) {
			p.Constraints = append(p.Constraints, c)
		}
	}
}

// Constrain adds what the permit's terms demand of the derivative, by the column,
// and when the permission ends. Own works demand nothing themselves.
func (p *Permit) Constrain(t Terms, column rules.Column) {
	source := registrytypes.WorkIDBytes{WorkID: p.Source}
	for _, d := range rules.Demands("", "", t.Rules(), column) {
		p.Constraints = append(p.Constraints,
			Constraint{Kind: ConstraintKind(d.Kind), Source: source, Terms: TermsIDBytes{p.Terms}})
	}
	if p.ExpiresAt != nil {
		p.Constraints = append(p.Constraints,
			Constraint{Kind: CONSTRAINT_EXPIRES, Source: source, Grant: GrantIDBytes{p.Grant}})
	}
}
