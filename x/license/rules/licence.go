package rules

import "github.com/stemma-chain/stemma/x/license/names"

// IsCreativeCommons says whether the licence is one of Creative Commons.
func (t Terms) IsCreativeCommons() bool {
	l, read := names.ReadValid(t.Licence)
	return read && l.CreativeCommons()
}

// Weak says whether the terms ask for share-alike of changed versions alone, as the
// table of licences has it of all that they name: what only holds or uses the work may
// have other terms.
func (t Terms) Weak() bool {
	if t.Derivatives != DerivativesShareAlike {
		return false
	}
	l, read := names.ReadValid(t.Licence)
	if !read || !l.Known() {
		return false
	}
	f, _ := l.Facts()
	return f.Weak
}

// Satisfies says whether a derivative offered under t complies with a
// share-alike demand for want: the same terms, or for licences that are known by
// name the same or one that their texts and authors admit instead.
func (t Terms) Satisfies(want Terms) bool {
	if t == want {
		return true
	}
	asked, got, known := licences(want, t)
	return known && asked.Becomes(got)
}

// compatible says whether one derivative can comply with share-alike demands for
// both.
func compatible(a, b Terms) bool {
	if a.Satisfies(b) || b.Satisfies(a) {
		return true
	}
	x, y, known := licences(a, b)
	return known && names.Together(x, y)
}

// refuses says whether terms admit no part from a source, although the source lets
// derivatives have other terms: GPL-2.0 none under Apache-2.0, CC-BY-4.0 none under a
// licence that forbids uses and has that passed on.
func (t Terms) refuses(source Terms) bool {
	if source.Derivatives != DerivativesAllowed {
		return false
	}
	l, read := names.ReadValid(source.Licence)
	if !read || !l.Known() {
		return false
	}
	got, _ := names.ReadValid(t.Licence)
	return !l.Becomes(got)
}

// licences reads the names of two terms; known: the table has all of both.
func licences(a, b Terms) (x, y names.Licence, known bool) {
	x, readX := names.ReadValid(a.Licence)
	y, readY := names.ReadValid(b.Licence)
	return x, y, readX && readY && x.Known() && y.Known()
}

// refusedParts finds share-alike terms that admit no part from another source.
func refusedParts(all Group, groups []Group, wanted []*licence) []Conflict {
	seen := make(map[Terms]bool)
	var found []Conflict
	for _, d := range all {
		if d.Kind != Attribution || seen[d.Terms] {
			continue
		}
		seen[d.Terms] = true
		parts := groupsWith(groups, func(o Demand) bool { return o.Kind == Attribution && o.Terms == d.Terms })
		for _, l := range wanted {
			if !oneGroup(parts, l.groups) && !l.keep(func(t Terms) bool { return !t.refuses(d.Terms) || compatible(t, d.Terms) }) {
				found = append(found, Conflict{Code: ShareAlikeConflict, A: l.first, B: d})
			}
		}
	}
	return found
}
