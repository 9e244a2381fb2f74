package names

import (
	"slices"
	"strings"
)

// Becomes says whether a derivative of a work under l may be offered under to, as
// far as the texts and their authors say: whether to keeps what l asks derivatives
// to keep, and whether to admits parts under l. It says nothing of attributes that
// terms have a field for, such as commercial use, nor of a LicenseRef that the
// table does not have, which becomes itself alone.
func (l Licence) Becomes(to Licence) bool {
	for _, p := range l.parts {
		if !to.admits(p) {
			return false
		}
	}
	return len(l.parts) > 0
}

// admits says whether a derivative of a work under p may be offered under all of l:
// under one part of it as a derivative of p, and the others go with that one.
func (l Licence) admits(p part) bool {
	return slices.ContainsFunc(l.parts, func(q part) bool {
		if !p.becomes(q) {
			return false
		}
		for _, other := range l.parts {
			if !p.becomes(other) && !other.becomes(q) && !combine(other, q) {
				return false
			}
		}
		return true
	})
}

// Together says whether works under a and b can go into one derivative: there is a
// licence that both may become, or each keeps its own beside the other.
func Together(a, b Licence) bool {
	for _, p := range a.parts {
		for _, q := range b.parts {
			if !meet(p, q) && !pairs(p, q) && !pairs(q, p) {
				return false
			}
		}
	}
	return true
}

// meet says whether there is a licence that both may become: one of them, or one
// that their rows name.
func meet(p, q part) bool {
	if p.becomes(q) || q.becomes(p) {
		return true
	}
	for _, x := range []part{p, q} {
		both := func(id string) bool { return p.becomesID(id) && q.becomesID(id) }
		if x.row != nil && slices.ContainsFunc(x.row.into, both) {
			return true
		}
	}
	return false
}

// combine says whether a work may have parts under p and q, each of which keeps its
// licence: those of version 3 of GNU's licences (section 13 of GPL and AGPL).
func combine(p, q part) bool { return p.gnu() && q.gnu() && (pairs(p, q) || pairs(q, p)) }

func pairs(p, q part) bool { return p.becomesID("GPL-3.0-only") && q.becomesID("AGPL-3.0-only") }

func (p part) gnu() bool { return p.row != nil && strings.Contains(p.row.id, "GPL-") }

func (p part) becomesID(id string) bool {
	return p.becomes(part{row: byName()[strings.ToLower(id)], id: id})
}

// becomes is Becomes for one licence each.
func (p part) becomes(q part) bool {
	switch {
	case p.row == nil:
		return p == q
	case p.row.facts.Derivatives == None:
		return false
	case p == q:
		return true
	case p.row.facts.Derivatives == Allowed:
		return p.admittedBy(q)
	}
	// An additional permission can be dropped, not added for others' work.
	if q.row == nil || q.exception != "" && q.exception != p.exception {
		return false
	}
	if p.row == q.row && p.row.cc.elements == "" {
		return true
	}
	return p.row.cc.upgradesTo(q.row.cc) || slices.Contains(p.row.into, q.row.id)
}

// admittedBy says whether q takes a part under p, which lets derivatives have other
// terms.
func (p part) admittedBy(q part) bool {
	switch {
	case q.row == nil || p.row == q.row:
		return true
	case p.row.facts.PassesOn:
		return false
	}
	e, _ := exceptionOf(p.exception)
	return e.admitted || !slices.Contains(p.row.not, q.row.id)
}

// upgradesTo says whether a shared-alike derivative may be under that licence: a
// version as late with the same elements, ports included. Version 1.0 names no
// version but itself (section 4(b) of BY-SA and BY-NC-SA).
func (cc creativeCommons) upgradesTo(to creativeCommons) bool {
	return cc.elements != "" && cc.version != "1.0" && to.elements == cc.elements && to.version >= cc.version
}

// Instead lists the other licences of the table that a derivative may be offered
// under, for share-alike licences: for the others they are no closed list.
func (l Licence) Instead() []string {
	if f, known := l.Facts(); !known || f.Derivatives != ShareAlike {
		return nil
	}
	var list []string
	for _, r := range table() {
		to := Licence{parts: []part{{row: r, id: r.id}}}
		if !r.cc.portedOnly && to.String() != l.String() && r.facts.Derivatives == ShareAlike && l.Becomes(to) {
			list = append(list, r.id)
		}
	}
	return list
}
