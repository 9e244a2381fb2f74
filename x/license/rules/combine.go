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
	// Expires: the permission to derive from the source ends.
	Expires
	// Attribution: the source is credited.
	Attribution
	// Scope: the derivative is used within the terms' territories and media.
	Scope
	// Ceiling: no commercial use once the derivative has taken in too much.
	Ceiling
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
	add(t.Territories != "" || t.Media != "", Scope)
	add(t.Ceiling != "", Ceiling)
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
// Two share-alike demands conflict unless one licence complies with both, and each
// with a source whose licence it does not admit.
// Share-alike terms that allow commercial use conflict with another source's
// ban of it, but not with one that comes with the same share-alike demand: who
// offered a work under BY-SA although an ancestor is non-commercial made that
// (discouraged, permitted) choice, and the ban stays on the work.
//
// Each conflict names one pair of works for its terms, the first in order. The
// cost is that of distinct share-alike terms, squared, and times all demands.
func Combine(groups ...Group) (Group, []Conflict) {
	var all Group
	for _, g := range groups {
		all = append(all, g...)
	}
	all = normalize(all)
	wanted := distinct(groups)
	var conflicts []Conflict
	for i, b := range wanted {
		for _, a := range wanted[:i] {
			if !compatible(a.terms, b.terms) {
				conflicts = append(conflicts, Conflict{Code: ShareAlikeConflict, A: a.first.demand, B: b.first.demand}.ordered())
			}
		}
	}
	conflicts = append(conflicts, refusedParts(all, wanted)...)
	for i, g := range groups {
		if ban, banned := g.ban(); banned {
			conflicts = append(conflicts, g.againstBan(i, ban, wanted)...)
		}
	}
	slices.SortFunc(conflicts, compareConflicts)
	return all, slices.CompactFunc(conflicts, func(a, b Conflict) bool { return compareConflicts(a, b) == 0 })
}

// holder is the first demand of a group for some terms.
type holder struct {
	group  int
	demand Demand
}

// licence is share-alike terms that some group demands: by the first demand for
// them, and the first from another group, if any.
type licence struct {
	terms         Terms
	first, second *holder
}

// distinct lists the share-alike terms that the groups demand, each once.
func distinct(groups []Group) []*licence {
	known := make(map[Terms]*licence)
	var list []*licence
	for i, g := range groups {
		for _, d := range g {
			if d.Kind != ShareAlike {
				continue
			}
			l, found := known[d.Terms]
			if !found {
				l = &licence{terms: d.Terms}
				known[d.Terms] = l
				list = append(list, l)
			}
			l.hold(holder{i, d})
		}
	}
	return list
}

// hold keeps the first demand, and the first that is not from the same group.
func (l *licence) hold(h holder) {
	switch {
	case l.first == nil || compareDemands(h.demand, l.first.demand) < 0:
		if l.first != nil && l.first.group != h.group {
			l.second = l.first
		}
		l.first = &h
	case h.group != l.first.group && (l.second == nil || compareDemands(h.demand, l.second.demand) < 0):
		l.second = &h
	}
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

// againstBan finds other groups' share-alike terms that this group's ban of
// commercial use makes impossible: those that it does not demand itself.
func (g Group) againstBan(group int, ban Demand, wanted []*licence) []Conflict {
	var found []Conflict
	for _, l := range wanted {
		held := l.first
		if held.group == group {
			held = l.second
		}
		if !l.terms.Commercial || held == nil || g.shares(l.terms) {
			continue
		}
		found = append(found, Conflict{Code: ShareAlikeNonCommercial, A: held.demand, B: ban})
	}
	return found
}

// shares says whether the group demands compatible share-alike terms itself.
func (g Group) shares(t Terms) bool {
	return slices.ContainsFunc(g, func(d Demand) bool { return d.Kind == ShareAlike && compatible(d.Terms, t) })
}

// ordered puts the demands of a symmetric conflict in order.
func (c Conflict) ordered() Conflict {
	if compareDemands(c.B, c.A) < 0 {
		c.A, c.B = c.B, c.A
	}
	return c
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
