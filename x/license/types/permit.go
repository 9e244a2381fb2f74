package types

import (
	"fmt"
	"slices"
	"strings"
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
	// a public offer (terms1...) or of several, joined by +, or nothing for a work
	// whose revenue is all the owner's own.
	Permission string
	// Actions are what is done with the source, all by that permission: it is adapted,
	// given as input, trained on, or copied and distributed.
	Actions []rules.Action
	// Column is how much of the source's demands the derivative takes on.
	Column rules.Column
	// Seen is what the derivative pins where terms are the permission, as the owner saw it.
	Seen Conditions
	// Ruled: a ruling has the source declared, under one terms. It is not asked whether they are
	// offered, or what was seen.
	Ruled bool
}

// NamesTerms says whether the permission is the terms of public offers: what these bring
// beside is what holds now, which the owner has to have seen.
func (r PermitRequest) NamesTerms() bool { return NamesTerms(r.Permission) }

// NamesTerms says whether a permission is the terms of public offers; else it is a grant, or
// none is needed.
func NamesTerms(permission string) bool { return permission != "" && !NamesGrant(permission) }

// NamesGrant says whether a permission is the id of a grant.
func NamesGrant(permission string) bool {
	return strings.HasPrefix(strings.ToLower(permission), GrantHRP+"1")
}

// Uses are what a derivation asks of a source: to be made. How it is used later
// is decided when somebody asks that, by the limits it takes on.
func (r PermitRequest) Uses() []rules.Use {
	uses := make([]rules.Use, len(r.Actions))
	for i, a := range r.Actions {
		uses[i] = rules.Use{Action: a, Unplaced: true, Column: r.Column}
	}
	return uses
}

// Permit is the permission to derive from one source, with all that it pins.
type Permit struct {
	Source registrytypes.WorkID
	// Terms is unset for own works. Also are those of further public offers relied on,
	// in order.
	Terms TermsID
	Also  []TermsID
	// Grant is unset where a public offer is the permission.
	Grant GrantID
	// Own: the source is the owner's, who needs no permission and owes nothing.
	Own    bool
	Policy royaltytypes.Policy
	// Rate is in ppm, 0 exactly when the policy is none.
	Rate uint32
	// UpstreamVersion, DemandsVersion and WorkVersion are those at the grant, or now.
	UpstreamVersion uint32
	DemandsVersion  uint32
	WorkVersion     uint32
	// PriceVersion is that of the grant, where the terms make a use paid by one.
	PriceVersion uint32
	// Ends: the grant has an end.
	Ends bool
	// Column is how much of the source's demands the derivative takes on.
	Column rules.Column
	// Constraints are what the derivative takes on: what the source had taken on
	// itself, then what the terms demand and when the permission ends, and when that ends
	// by which demands of the source's own sources are met.
	Constraints []Constraint
	// Met is by what these are met.
	Met Met
	// Counted are the grants, in order, at which what is done with the source is counted as a use.
	Counted []GrantID
	// Withheld is what others have exclusively of the source, where no grant of it is the
	// permission: they have it of what is made too.
	Withheld []Exclusion
	// Exclusives is how many grants that keep others out were given of the source.
	Exclusives uint32
	// Watched: the source was offered under terms that keep others out, so that it is counted
	// what is made of it.
	Watched bool
	// Waiting is what the source waits for.
	Waiting []DeclarationRef
}

// Pin is what an edge keeps of the permission that it was made under: the demands of
// the derivative follow from all its pins.
type Pin struct {
	Source registrytypes.WorkID
	// Terms is unset for own works. Also are those of further public offers, in order.
	Terms TermsID
	Also  []TermsID
	// Grant is unset where a public offer was the permission.
	Grant          GrantID
	WorkVersion    uint32
	DemandsVersion uint32
	Column         rules.Column
	// PriceVersion is the grant's, which never changes.
	PriceVersion uint32
	// Met is by what demands of the source's own sources were met.
	Met Met
	// Withheld is what others had exclusively of the source.
	Withheld []Exclusion
	// At is when the edge was declared: what had ended by then passes nothing on.
	At time.Time
}

// Pin is what is kept of the permit.
func (p Permit) Pin() Pin {
	return Pin{
		Source: p.Source, Terms: p.Terms, Also: p.Also, Grant: p.Grant,
		WorkVersion: p.WorkVersion, DemandsVersion: p.DemandsVersion, PriceVersion: p.PriceVersion, Column: p.Column,
		Met: p.Met, Withheld: p.Withheld,
	}
}

// Permission is what the pin relies on, in its one spelling: a grant, terms, several
// joined by +, or nothing.
func (p Pin) Permission() string {
	if p.Terms.IsZero() || !p.Grant.IsZero() {
		return p.Grant.String()
	}
	texts := []string{p.Terms.String()}
	for _, id := range p.Also {
		texts = append(texts, id.String())
	}
	return strings.Join(texts, Joiner)
}

// Set is all terms of the public offers relied on.
func (p Pin) Set() TermsSet { return NewTermsSet(append([]TermsID{p.Terms}, p.Also...)) }

// Inherited are those of a source's constraints that pass on by the column: to a
// collection as contained, to others as if they had never been. The rule of a demand is
// looked up where its terms decide.
func (p Pin) Inherited(rows []Constraint, demand func(Constraint) (rules.Demand, error)) ([]Constraint, error) {
	var passed []Constraint
	for _, c := range rows {
		var d rules.Demand
		item := c.Kind == CONSTRAINT_APPROVAL && c.Contained && p.Column != rules.Contained
		if item || c.sharesAlike() && p.Column.SparesWeak() {
			var err error
			if d, err = demand(c); err != nil {
				return nil, err
			}
		}
		if item && d.EndsWithItem() || !p.Column.Passes(rules.Kind(c.Kind), d.Weak()) {
			continue
		}
		if c.Kind != CONSTRAINT_ITEM_BY_GRANT { // which says how the item is held
			c.Contained = p.Column == rules.Contained && rules.Kind(c.Kind).Marked()
		}
		passed = append(passed, c)
	}
	return passed, nil
}

// Apart says that items are licensed apart: those of the work itself where the source is
// one of them, else those of the source if it has any by its kind or manifest. What a source
// that is a collection of works has to say of its items is in its rows.
func (p Pin) Apart(derivative registrytypes.WorkID, source bool) []Constraint {
	var list []Constraint
	of := func(work registrytypes.WorkID) {
		list = append(list, Constraint{Kind: CONSTRAINT_ITEMS_APART, Source: registrytypes.WorkIDBytes{WorkID: work}})
	}
	if p.Column == rules.Contained {
		of(derivative)
	}
	if source {
		of(p.Source)
	}
	return list
}

// Demanded are what the permission itself demands of the derivative, under the terms,
// by the column; with an end when the grant has one. Own works demand nothing.
func (p Pin) Demanded(t Terms, ends bool) []Constraint {
	var list []Constraint
	source := registrytypes.WorkIDBytes{WorkID: p.Source}
	for _, d := range rules.Demands("", "", t.Rules(), p.Column) {
		c := Constraint{Kind: ConstraintKind(d.Kind), Source: source, Terms: TermsIDBytes{p.Terms}, Contained: d.Contained}
		switch {
		case c.Kind == CONSTRAINT_ATTRIBUTION:
			c.WorkVersion = p.WorkVersion
		case c.Kind == CONSTRAINT_PAID_USES:
			c.PriceVersion = p.PriceVersion
		case c.Kind == CONSTRAINT_SHARE_ALIKE && len(p.Also) > 0:
			c.Kind, c.Terms = CONSTRAINT_SHARE_ALIKE_ANY, TermsIDBytes{}
			c.TermsSet.Digest = p.Set().Digest()
		}
		list = append(list, c)
	}
	if ends {
		list = append(list, p.EndsWithGrant(p.Source, p.Grant))
	}
	return list
}

// Binding ties a derivative to sources.
type Binding struct {
	// Declaration names it: the derivative, and which of its declarations this is.
	Declaration DeclarationRef
	// Permits are what Permit answered in the same transaction.
	Permits []Permit
	// Rebuilt: permits take the place of earlier ones, and Standing are the pins of all
	// the other edges. Else they add to what the derivative took on before.
	Rebuilt  bool
	Standing []Pin
	// Owes: the derivative owes royalties by the edges that stay.
	Owes bool
	// Admission says for whose approval the declaration waits; empty: for nobody's.
	Admission Admission
}

// Waits says whether anybody has to approve.
func (a Admission) Waits() bool { return len(a.Works) > 0 || a.Others > 0 }

// Names says whether the owner of a work is waited for, by name.
func (a Admission) Names(work registrytypes.WorkID) bool { return slices.Contains(a.Works, work) }

// Describe names the works.
func (a Admission) Describe() string {
	names := make([]string, 0, len(a.Works)+1)
	for _, w := range a.Works {
		names = append(names, w.String())
	}
	if a.Others > 0 {
		names = append(names, fmt.Sprintf("%d more", a.Others))
	}
	return strings.Join(names, ", ")
}

// Promises are what stands of a work, however it is changed later: numbers that only
// grow.
type Promises struct {
	// Grants ever given, each counted as often as it serves derivatives.
	Grants uint64
	// Irrevocable are the public offers ever made that cannot be taken back.
	Irrevocable uint64
}
