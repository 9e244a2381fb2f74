package rules

import "slices"

// A collection holds works unchanged, each under its own terms. What they demand is
// marked, and terms that could never be met together stand side by side in it. Whoever
// makes something from the collection takes all of them on, and cannot.

// Clash lists what keeps anybody from making something from a collection: demands of
// items, or of an item and the collection, that nothing can meet together, or share-alike
// where it would owe royalties. Both sides of a conflict are named. Nothing: it is no
// collection, they go together, or the use makes nothing.
//
// Rows do not tell by which item an ancestor's demand came in. So each source stands
// for itself, under each of its terms: an item under share-alike terms whose own source
// forbids commercial use (which charts discourage and allow) is a conflict here; it is
// adapted by itself.
func Clash(constraints []Constraint, u Use, owes bool) []Reason {
	if !u.Action.approved() {
		return nil
	}
	groups, wanted := partsOf(constraints, u.Column)
	if len(groups) < 2 || len(wanted) == 0 {
		return nil
	}
	var reasons []Reason
	name := func(code Code, d Demand) {
		reasons = append(reasons, Reason{Code: code, Source: d.Source, Terms: d.TermsID})
	}
	_, conflicts := Combine(groups...)
	for _, c := range conflicts {
		name(c.Code, c.A)
		name(c.Code, c.B)
	}
	if owes {
		for _, d := range wanted {
			name(ShareAlikeRoyalty, d)
		}
	}
	return reasons
}

// MaxItemGrants is of how many items of a collection or a dataset an answer says that they
// need a grant of their own.
const MaxItemGrants = 16

// tooManyItems denies that something is made from a collection or a dataset as a whole where
// more of its items than an answer lists would need a grant of their own.
func tooManyItems(constraints []Constraint, u Use) []Reason {
	number := 0
	for _, c := range constraints {
		if c.Kind == ItemByGrant && !c.Lapsed && c.ofItem(u) {
			number++
		}
	}
	if number > MaxItemGrants {
		return []Reason{{Code: ItemsByGrant}}
	}
	return nil
}

// AsksRoyalties says whether it matters for the use if what is made from the work owes
// royalties: the work is a collection with items under share-alike terms.
func AsksRoyalties(constraints []Constraint, u Use) bool {
	return u.Action.approved() && slices.ContainsFunc(constraints, func(c Constraint) bool { return c.Contained }) &&
		slices.ContainsFunc(constraints, func(c Constraint) bool { return c.SharesAlike() })
}

// partsOf takes demands that pass by the column apart: first those of the work itself,
// then those of its items by source and terms, without their mark. Wanted are those for
// share-alike.
func partsOf(constraints []Constraint, column Column) (groups []Group, wanted Group) {
	groups = []Group{nil}
	type item struct{ source, terms string }
	place := make(map[item]int)
	for _, c := range constraints {
		d := c.Demand
		if !column.takes(d) {
			continue
		}
		at := 0
		if d.Contained {
			known, of := false, item{d.Source, d.TermsID}
			if at, known = place[of]; !known {
				at = len(groups)
				place[of], groups = at, append(groups, nil)
			}
			d.Contained = false
		}
		groups[at] = append(groups[at], d)
		if d.SharesAlike() {
			wanted = append(wanted, d)
		}
	}
	return groups, wanted
}
