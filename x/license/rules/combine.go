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
// What items of a collection demand goes with everything but these last: the
// collection's terms are not the items'. Clash has what comes of it.
//
// What one source brings along does not conflict with itself. A licence that can't be taken
// back permits derivations for ever, whatever the work takes on later that
// contradicts it: then the derivative can be offered to nobody, and is still its owner's.
//
// Each conflict names one pair of works for its terms, the first in order. The
// cost is that of distinct share-alike terms, squared, and times all demands.
func Combine(groups ...Group) (Group, []Conflict) {
	var all Group
	own := make([]Group, len(groups))
	for i, g := range groups {
		all, own[i] = append(all, g...), g.own()
	}
	all = normalize(all)
	wanted := distinct(all.own(), own)
	conflicts := refusedParts(all.own(), own, wanted)
	for _, g := range own {
		conflicts = append(conflicts, g.against(wanted, ShareAlikeNonCommercial,
			func(d Demand) bool { return d.Kind == NonCommercial }, func(t Terms) bool { return t.Commercial })...)
		conflicts = append(conflicts, g.against(wanted, ShareAlikeLimits,
			Demand.limits, func(t Terms) bool { return t.NoFurtherRestrictions })...)
	}
	for i, b := range wanted {
		for _, a := range wanted[:i] {
			if oneGroup(a.groups, b.groups) {
				continue
			}
			fits := func(t Terms) bool {
				return slices.ContainsFunc(a.options, func(o Terms) bool { return compatible(o, t) })
			}
			if !b.keep(fits) {
				conflicts = append(conflicts, Conflict{Code: ShareAlikeConflict, A: a.first, B: b.first})
			}
		}
	}
	conflicts = append(conflicts, apart(all, Scope, ScopeConflict, func(t Terms) string { return t.Territories })...)
	conflicts = append(conflicts, apart(all, Scope, ScopeConflict, func(t Terms) string { return t.Media })...)
	conflicts = append(conflicts, apart(all.own(), Ceiling, CeilingConflict, func(t Terms) string {
		return strings.Join(denoms(t.Ceiling), ",")
	})...)
	slices.SortFunc(conflicts, compareConflicts)
	return all, slices.CompactFunc(conflicts, func(a, b Conflict) bool { return compareConflicts(a, b) == 0 })
}

// own are the demands that are not about items of a collection.
func (g Group) own() Group {
	return slices.DeleteFunc(slices.Clone(g), func(d Demand) bool { return d.Contained })
}

// licence is share-alike terms that some groups demand, or several of which any will
// do, by the first demand for them.
type licence struct {
	options []Terms
	first   Demand
	groups  []int
}

// groupsWith are the places of the groups that have such a demand.
func groupsWith(groups []Group, such func(Demand) bool) (places []int) {
	for i, g := range groups {
		if slices.ContainsFunc(g, such) {
			places = append(places, i)
		}
	}
	return places
}

// oneGroup says whether two demands are both of one and the same group, and of no other.
func oneGroup(a, b []int) bool { return len(a) == 1 && slices.Equal(a, b) }

// keep leaves the options that something else admits. Where it admits none it says so,
// and leaves all: what else stands against them is told too.
func (l *licence) keep(admitted func(Terms) bool) bool {
	kept := slices.DeleteFunc(slices.Clone(l.options), func(t Terms) bool { return !admitted(t) })
	if len(kept) > 0 {
		l.options = kept
	}
	return len(kept) > 0
}

// distinct lists the share-alike terms that groups demand, each once. All are the demands
// of all of them, in order.
func distinct(all Group, groups []Group) []*licence {
	var list []*licence
	for _, d := range all {
		options := d.alike()
		same := func(o Demand) bool { return slices.Equal(o.alike(), options) }
		if len(options) > 0 && !slices.ContainsFunc(list, func(l *licence) bool { return same(l.first) }) {
			list = append(list, &licence{options, d, groupsWith(groups, same)})
		}
	}
	return list
}

// against finds other groups' share-alike terms that a demand of this group makes
// impossible: those that it does not demand itself.
func (g Group) against(wanted []*licence, code Code, stands func(Demand) bool, impossible func(Terms) bool) []Conflict {
	demand, standing := g.first(stands)
	if !standing {
		return nil
	}
	var found []Conflict
	for _, l := range wanted {
		if !l.keep(func(t Terms) bool { return !impossible(t) || g.shares(t) }) {
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
				return !meet(list(o.Terms), text)
			})
			return []Conflict{{Code: code, A: limits[max(other, 0)], B: d}}
		}
		limits = append(limits, d)
	}
	return nil
}

// common is what two ordered lists have in common.
func common(a, b []string) []string {
	return slices.DeleteFunc(a, func(one string) bool {
		_, found := slices.BinarySearch(b, one)
		return !found
	})
}

// shares says whether the group demands compatible share-alike terms itself.
func (g Group) shares(t Terms) bool {
	return slices.ContainsFunc(g, func(d Demand) bool {
		return slices.ContainsFunc(d.alike(), func(own Terms) bool { return compatible(own, t) })
	})
}

// normalize sorts demands by kind, source and terms, and drops repetitions. Of one that
// is about an item too, what is left is not.
func normalize(g Group) Group {
	slices.SortFunc(g, func(a, b Demand) int { return cmp.Or(compareDemands(a, b), falseFirst(a.Contained, b.Contained)) })
	return slices.CompactFunc(g, func(a, b Demand) bool { return compareDemands(a, b) == 0 })
}

func compareDemands(a, b Demand) int {
	return cmp.Or(
		cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Source, b.Source), cmp.Compare(a.TermsID, b.TermsID), cmp.Compare(a.Set, b.Set),
	)
}

func compareConflicts(a, b Conflict) int {
	return cmp.Or(cmp.Compare(a.Code, b.Code), compareDemands(a.A, b.A), compareDemands(a.B, b.B))
}
