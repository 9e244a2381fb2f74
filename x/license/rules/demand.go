package rules

import "slices"

// Kind names what a source demands of whatever derives from it.
type Kind uint8

// What sources demand.
const (
	// NonCommercial: no commercial use of the derivative.
	NonCommercial Kind = iota + 1
	// ShareAlike: the derivative is offered under the same terms only.
	ShareAlike
	// Expires: the permission to derive from the source ends.
	Expires
	// Attribution: the source is credited.
	Attribution
	// Scope: the derivative is used within the terms' territories and media.
	Scope
	// Ceiling: no commercial use once the derivative has taken in too much, and no
	// payments to it in denoms that the ceiling does not have.
	Ceiling
	// Uses: some uses of the derivative are denied, as they are of the source.
	Uses
	// PaidUses: some uses by machines are paid at the source too.
	PaidUses
	// Approval: who makes more of the derivative needs the approval of the
	// source's owner too.
	Approval
	// ShareAlikeAny: the derivative is offered under one of several terms only.
	ShareAlikeAny
	// ItemsApart: what the source holds is licensed apart from it. It limits nobody:
	// answers say so in a notice.
	ItemsApart
	// ItemByGrant: the source is held unchanged by a grant, in a collection or a dataset: who
	// makes something of the whole needs a grant of it too.
	ItemByGrant
	// Withheld: a grant of the source that keeps others out ran when something was made of it
	// without a grant. They are kept out of that as they are of the source.
	Withheld
)

// Marked says whether a demand of an item is marked in a collection. A ceiling is not:
// who sells the whole sells the item. Neither is what limits nobody.
func (k Kind) Marked() bool { return k != Ceiling && k != ItemsApart }

// Column is how much of what a source demands passes on to what is made from it.
// It follows from the role that the source had.
type Column uint8

// Columns.
const (
	// Full passes everything on: to what is a changed version of the source.
	Full Column = iota
	// Trained passes on what binds a model that was trained on the source: it may
	// be run, adapted and asked, whatever may be done with the source itself.
	Trained
	// Part passes on all but weak share-alike: to what holds the source as a part, and to
	// what was generated from it.
	Part
	// Gathered passes on what Part does, to a dataset, which holds the source unchanged.
	Gathered
	// Contained passes everything on, marked: to a collection that holds the source
	// unchanged.
	Contained
)

// Passes says whether a demand of the kind passes on, the source's own or one that
// it inherited. Weak: it is for share-alike, and met by a licence of which Terms.Weak
// says so.
func (c Column) Passes(k Kind, weak bool) bool {
	if k == ItemByGrant {
		return c.Holds()
	}
	switch c {
	case Full, Contained:
		return true
	case Trained:
		if k == Uses || k == PaidUses || k == Approval || k == Withheld {
			return false
		}
	}
	return !weak || k != ShareAlike && k != ShareAlikeAny
}

// Holds says whether what was made holds the source unchanged.
func (c Column) Holds() bool { return c == Contained || c == Gathered }

// takes says whether a demand passes on.
func (c Column) takes(d Demand) bool {
	return c.Passes(d.Kind, c.SparesWeak() && d.Weak()) && (c == Contained || !d.EndsWithItem())
}

// EndsWithItem says whether the demand is for an approval of what is made from the item of a
// collection itself: what is made from the collection needs it, and passes it on to nobody.
func (d Demand) EndsWithItem() bool {
	return d.Kind == Approval && d.Contained && d.Terms.ApprovalDirect
}

// SparesWeak says whether weak share-alike does not pass on by the column.
func (c Column) SparesWeak() bool { return c == Trained || c == Part || c == Gathered }

// LeastColumn is that of the role by which the least passes on to what an action makes.
func LeastColumn(a Action) Column {
	if a == TrainAI {
		return Trained
	}
	return Part
}

// Demand is what a source demands under its terms. A derivative's demands are
// those of its sources and all that these inherited.
type Demand struct {
	Kind Kind
	// Source and TermsID name the work and the terms the demand comes from.
	Source  string
	TermsID string
	Terms   Terms
	// Version of the source's details by which it is credited, for Attribution.
	Version uint32
	// Set names the terms any of which will do, in their order, the first of which are
	// TermsID and Terms; for ShareAlikeAny.
	Set   string
	AnyOf []Option
	// Contained: the demand is about an item of the collection, as it is there. It binds
	// whoever makes something from the collection in full, and others only where a copy
	// of the whole is one of the item.
	Contained bool
}

// Option is one of several terms.
type Option struct {
	TermsID string
	Terms   Terms
}

// SharesAlike says whether the demand is about the terms of the derivative.
func (d Demand) SharesAlike() bool { return d.Kind == ShareAlike || d.Kind == ShareAlikeAny }

// alike lists the terms any of which the demand is met by; none where it is not about
// sharing alike.
func (d Demand) alike() []Terms {
	switch d.Kind {
	case ShareAlike:
		return []Terms{d.Terms}
	case ShareAlikeAny:
		list := make([]Terms, len(d.AnyOf))
		for i, o := range d.AnyOf {
			list[i] = o.Terms
		}
		return list
	}
	return nil
}

// Weak says whether the demand is met by terms of which Terms.Weak says so.
func (d Demand) Weak() bool { return slices.ContainsFunc(d.alike(), Terms.Weak) }

// binds says whether the demand has anything to say to an action.
func (d Demand) binds(a Action) bool {
	if !d.Contained || a.approved() {
		return true
	}
	switch d.Kind {
	case NonCommercial, Attribution, Scope, Expires:
		return true
	}
	return false
}

// Group is what one source demands, its own terms' demands and those it
// inherited; or what several demand, combined.
type Group []Demand

// Demands lists what terms demand of a derivative, on behalf of a source.
func Demands(source, termsID string, t Terms, column Column) Group {
	var g Group
	for _, d := range []struct {
		kind     Kind
		demanded bool
	}{
		{NonCommercial, !t.Commercial},
		{ShareAlike, t.Derivatives == DerivativesShareAlike},
		{Attribution, t.Attribution},
		{Scope, t.Territories != "" || t.Media != ""},
		{Ceiling, t.Ceiling != ""},
		{Uses, t.DeniedUses() != 0},
		{PaidUses, t.Training == Paid || t.Input == Paid || t.Search == Paid},
		{Approval, t.Approval && (!t.ApprovalDirect || column == Contained)},
	} {
		demand := Demand{Kind: d.kind, Source: source, TermsID: termsID, Terms: t, Contained: column == Contained && d.kind.Marked()}
		if d.demanded && column.takes(demand) {
			g = append(g, demand)
		}
	}
	return g
}

// limits says whether the demand restricts whoever receives the derivative, which
// terms that allow no further restriction do not go with.
func (d Demand) limits() bool {
	switch d.Kind {
	case Scope, Ceiling, Expires, Uses, PaidUses, Approval, Withheld:
		return true
	}
	return false
}
