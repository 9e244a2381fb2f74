package rules

import (
	"cmp"
	"slices"
)

// Kind names what a source demands of whatever derives from it.
type Kind uint8

// What sources demand.
const (
	// NonCommercial: no commercial use of the derivative.
	NonCommercial Kind = iota + 1
	// ShareAlike: the derivative is offered under the same terms only.
	ShareAlike
	// Attribution: the source is named.
	Attribution
)

// Demand is what a source demands under its terms. A derivative's demands are
// those of its sources and all that these inherited.
type Demand struct {
	Kind Kind
	// Source and TermsID name the work and the terms the demand comes from.
	Source  string
	TermsID string
	Terms   Terms
}

// Group is what one source demands, its own terms' demands and those it
// inherited; or what several demand, combined.
type Group []Demand

// Demands lists what terms demand of a derivative, on behalf of a source.
func Demands(source, termsID string, t Terms) Group {
	var g Group
	add := func(demanded bool, kind Kind) {
		if demanded {
			g = append(g, Demand{Kind: kind, Source: source, TermsID: termsID, Terms: t})
		}
	}
	add(!t.Commercial, NonCommercial)
	add(t.Derivatives == DerivativesShareAlike, ShareAlike)
	add(t.Attribution, Attribution)
	return g
}

// Conflict is a pair of demands that no derivative can meet together.
type Conflict struct {
	Code Code
	A, B Demand
}

// Combine joins the demands of several sources. It is commutative and
// associative as long as nothing conflicts: the result is the sorted union.
//
// Two share-alike demands conflict unless one's terms comply with the other's.
// Share-alike terms that allow commercial use conflict with another source's
// ban of it, but not with one that comes with the same share-alike demand: who
// offered a work under BY-SA although an ancestor is non-commercial made that
// (discouraged, permitted) choice, and the ban stays on the work.
//
// Each conflict names one pair of works for its terms, the first in order. The
// cost grows with groups times distinct share-alike terms, squared.
func Combine(groups ...Group) (Group, []Conflict) {
	var all Group
	for _, g := range groups {
		all = append(all, g...)
	}
	all = normalize(all)
	wanted := distinct(all)
	conflicts := wanted.conflicts()
	for _, w := range wanted {
		if !w.demand.Terms.Commercial {
			continue
		}
		for i, g := range groups {
			ban, banned := g.ban()
			if !banned || g.shares(w) {
				continue
			}
			if share, ok := holder(groups, i, w); ok {
				conflicts = append(conflicts, Conflict{Code: ShareAlikeNonCommercial, A: share, B: ban})
			}
		}
	}
	slices.SortFunc(conflicts, compareConflicts)
	return all, slices.CompactFunc(conflicts, func(a, b Conflict) bool { return compareConflicts(a, b) == 0 })
}

// licence is share-alike terms that some source demands, with the first demand
// for them.
type licence struct {
	demand Demand
	// like are all share-alike terms that go together with these.
	like map[Terms]bool
}

type licences []licence

// distinct lists the share-alike terms among sorted demands, each once.
func distinct(all Group) licences {
	seen := make(map[Terms]bool)
	var list licences
	for _, d := range all {
		if d.Kind == ShareAlike && !seen[d.Terms] {
			seen[d.Terms] = true
			list = append(list, licence{demand: d, like: make(map[Terms]bool)})
		}
	}
	for _, a := range list {
		for _, b := range list {
			at, bt := a.demand.Terms, b.demand.Terms
			a.like[bt] = at.Satisfies(bt) || bt.Satisfies(at)
		}
	}
	return list
}

// conflicts finds pairs of share-alike terms that do not go together.
func (list licences) conflicts() []Conflict {
	var found []Conflict
	for i, b := range list {
		for _, a := range list[:i] {
			if !a.like[b.demand.Terms] {
				found = append(found, Conflict{Code: ShareAlikeConflict, A: a.demand, B: b.demand})
			}
		}
	}
	return found
}

// ban returns the group's first ban of commercial use.
func (g Group) ban() (first Demand, found bool) {
	for _, d := range g {
		if d.Kind == NonCommercial && (!found || compareDemands(d, first) < 0) {
			first, found = d, true
		}
	}
	return first, found
}

// shares says whether the group itself demands terms like the licence.
func (g Group) shares(w licence) bool {
	return slices.ContainsFunc(g, func(d Demand) bool { return d.Kind == ShareAlike && w.like[d.Terms] })
}

// holder finds the first demand for exactly these terms outside one group.
func holder(groups []Group, except int, w licence) (first Demand, found bool) {
	for i, g := range groups {
		if i == except {
			continue
		}
		for _, d := range g {
			if d.Kind == ShareAlike && d.Terms == w.demand.Terms && (!found || compareDemands(d, first) < 0) {
				first, found = d, true
			}
		}
	}
	return first, found
}

// normalize sorts demands by kind, source and terms, and drops repetitions.
func normalize(g Group) Group {
	slices.SortFunc(g, compareDemands)
	return slices.CompactFunc(g, func(a, b Demand) bool { return compareDemands(a, b) == 0 })
}

func compareDemands(a, b Demand) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Source, b.Source), cmp.Compare(a.TermsID, b.TermsID))
}

func compareConflicts(a, b Conflict) int {
	return cmp.Or(cmp.Compare(a.Code, b.Code), compareDemands(a.A, b.A), compareDemands(a.B, b.B))
}
