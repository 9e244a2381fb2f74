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
func Combine(groups ...Group) (Group, []Conflict) {
	var all Group
	var conflicts []Conflict
	for i, g := range groups {
		for _, other := range groups[:i] {
			conflicts = append(conflicts, between(other, g)...)
			conflicts = append(conflicts, between(g, other)...)
		}
		all = append(all, g...)
	}
	all = normalize(all)
	conflicts = append(conflicts, shareAlike(all)...)
	slices.SortFunc(conflicts, compareConflicts)
	return all, slices.CompactFunc(conflicts, func(a, b Conflict) bool { return compareConflicts(a, b) == 0 })
}

// between finds share-alike demands of one group that a ban of commercial use
// in another makes impossible.
func between(sharing, banning Group) []Conflict {
	var found []Conflict
	for _, share := range sharing {
		if share.Kind != ShareAlike || !share.Terms.Commercial || banning.shares(share.Terms) {
			continue
		}
		for _, ban := range banning {
			if ban.Kind == NonCommercial {
				found = append(found, Conflict{Code: ShareAlikeNonCommercial, A: share, B: ban})
			}
		}
	}
	return found
}

// shares says whether the group holds a compatible share-alike demand itself.
func (g Group) shares(t Terms) bool {
	return slices.ContainsFunc(g, func(d Demand) bool {
		return d.Kind == ShareAlike && compatible(d.Terms, t)
	})
}

func compatible(a, b Terms) bool { return a.Satisfies(b) || b.Satisfies(a) }

// shareAlike finds pairs of share-alike demands for different terms.
func shareAlike(all Group) []Conflict {
	var found []Conflict
	for i, a := range all {
		for _, b := range all[:i] {
			if a.Kind == ShareAlike && b.Kind == ShareAlike && !compatible(a.Terms, b.Terms) {
				found = append(found, Conflict{Code: ShareAlikeConflict, A: b, B: a})
			}
		}
	}
	return found
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
