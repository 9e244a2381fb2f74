package rules

import (
	"cmp"
	"slices"
	"strings"
)

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
// Terms that allow no further restriction conflict with another source's limits
// likewise, and so do limits of territory or medium, or ceilings in denoms, that have
// nothing in common.
//
// Each conflict names one pair of works for its terms, the first in order. The
// cost is that of distinct share-alike terms, squared, and times all demands.
func Combine(groups ...Group) (Group, []Conflict) {
	var all Group
	for _, g := range groups {
		all = append(all, g...)
	}
	all = normalize(all)
	wanted := distinct(all)
	var conflicts []Conflict
	for i, b := range wanted {
		for _, a := range wanted[:i] {
			if !compatible(a.terms, b.terms) {
				conflicts = append(conflicts, Conflict{Code: ShareAlikeConflict, A: a.first, B: b.first})
			}
		}
	}
	conflicts = append(conflicts, refusedParts(all, wanted)...)
	for _, g := range groups {
		conflicts = append(conflicts, g.against(wanted, ShareAlikeNonCommercial,
			func(d Demand) bool { return d.Kind == NonCommercial }, func(t Terms) bool { return t.Commercial })...)
		conflicts = append(conflicts, g.against(wanted, ShareAlikeLimits,
			Demand.limits, func(t Terms) bool { return t.NoFurtherRestrictions })...)
	}
	conflicts = append(conflicts, apart(all, Scope, ScopeConflict, func(t Terms) string { return t.Territories })...)
	conflicts = append(conflicts, apart(all, Scope, ScopeConflict, func(t Terms) string { return t.Media })...)
	conflicts = append(conflicts, apart(all, Ceiling, CeilingConflict, func(t Terms) string { return strings.Join(denoms(t.Ceiling), ",") })...)
	slices.SortFunc(conflicts, compareConflicts)
	return all, slices.CompactFunc(conflicts, func(a, b Conflict) bool { return compareConflicts(a, b) == 0 })
}

// licence is share-alike terms that some group demands, by the first demand for them.
type licence struct {
	terms Terms
	first Demand
}

// distinct lists the share-alike terms that are demanded, each once. All are in order.
func distinct(all Group) []licence {
	known := make(map[Terms]bool)
	var list []licence
	for _, d := range all {
		if d.Kind == ShareAlike && !known[d.Terms] {
			known[d.Terms] = true
			list = append(list, licence{d.Terms, d})
		}
	}
	return list
}

// against finds other groups' share-alike terms that a demand of this group makes
// impossible: those that it does not demand itself.
func (g Group) against(wanted []licence, code Code, stands func(Demand) bool, impossible func(Terms) bool) []Conflict {
	demand, standing := g.first(stands)
	if !standing {
		return nil
	}
	var found []Conflict
	for _, l := range wanted {
		if impossible(l.terms) && !g.shares(l.terms) {
			found = append(found, Conflict{Code: code, A: l.first, B: demand})
		}
	}
	return found
}

// first returns the group's first demand that is one of those.
func (g Group) first(one func(Demand) bool) (first Demand, found bool) {
	for _, d := range g {
		if one(d) && (!found || compareDemands(d, first) < 0) {
			first, found = d, true
		}
	}
	return first, found
}

// apart finds the demand of a kind that leaves nothing of what those before it, in order,
// have in common, with the first of them that it has nothing in common with or,
// where it has with each, the very first.
func apart(all Group, kind Kind, code Code, list func(Terms) string) []Conflict {
	var limits Group
	var left []string
	for _, d := range all {
		text := list(d.Terms)
		if d.Kind != kind || text == "" {
			continue
		}
		have := strings.Split(text, ",")
		if len(limits) == 0 {
			limits, left = Group{d}, have
			continue
		}
		left = common(left, have)
		if len(left) == 0 {
			other := slices.IndexFunc(limits, func(o Demand) bool {
				return !slices.ContainsFunc(strings.Split(list(o.Terms), ","), func(one string) bool { return slices.Contains(have, one) })
			})
			return []Conflict{{Code: code, A: limits[max(other, 0)], B: d}}
		}
		limits = append(limits, d)
	}
	return nil
}

// common is what two lists have in common, in the order of the first.
func common(a, b []string) []string {
	return slices.DeleteFunc(a, func(one string) bool { return !slices.Contains(b, one) })
}

// shares says whether the group demands compatible share-alike terms itself.
func (g Group) shares(t Terms) bool {
	return slices.ContainsFunc(g, func(d Demand) bool { return d.Kind == ShareAlike && compatible(d.Terms, t) })
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
