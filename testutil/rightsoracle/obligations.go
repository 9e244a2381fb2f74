package rightsoracle

import "slices"

// Credit is owed to a work under terms, by what it was called in a version.
type Credit struct {
	Work    Work
	Terms   string
	Version int
}

// Duties are what comes with a use.
type Duties struct {
	Credits []Credit
	// Alike are the terms that what is made has to be offered under.
	Alike []string
	// Pay are the works whose terms ask a price for each use.
	Pay []Work
	// Report: what is made has to be declared. Rate is owed to the work, ppm.
	Report bool
	Rate   uint32
}

// Duties lists what comes with a use by one of the ways that allow it. Credit is owed to
// whoever is a source today; the rest is what the sources demand by that way.
func (h *History) Duties(q Question, way Way) (d Duties) {
	makes := q.Use.Action.makes()
	if way.By != Own {
		t := h.termsOf(way.By)
		if t.Credit {
			d.Credits = append(d.Credits, Credit{q.Work, t.Name, h.Title(q.Work, h.pinnedBy(way.By, h.Today()))})
		}
		if makes && t.Making == ShareAlike {
			d.Alike = append(d.Alike, t.Name)
		}
		if t.paidEachTime(q.Use.Action) {
			d.Pay = append(d.Pay, q.Work)
		}
		d.Report = makes && (way.By.Grant != "" || t.Rate > 0)
		if makes {
			d.Rate = t.Rate
		}
	}
	for _, c := range h.demands(q.Work, h.Today()) {
		if c.Terms.Credit {
			d.credit(Credit{c.Source, c.Terms.Name, c.Credited})
		}
	}
	for _, c := range h.demands(q.Work, way.At) {
		if makes && h.binds(c, alike) && !slices.Contains(d.Alike, c.Terms.Name) {
			d.Alike = append(d.Alike, c.Terms.Name)
		}
		if h.binds(c, paidUses) && c.Terms.paidEachTime(q.Use.Action) {
			d.Pay = append(d.Pay, c.Source)
		}
	}
	return d
}

// credit adds a credit; of several versions that were derived from the newest counts.
func (d *Duties) credit(c Credit) {
	for i, o := range d.Credits {
		if o.Work == c.Work && o.Terms == c.Terms {
			d.Credits[i].Version = max(o.Version, c.Version)
			return
		}
	}
	d.Credits = append(d.Credits, c)
}

// Later says which works' demands came after what a way relies on. Sure: some of them ask
// for something that nobody asked then.
func (h *History) Later(q Question, way Way) (works []Work, sure bool) {
	if !way.Pinned {
		return nil, false
	}
	before, now := h.demands(q.Work, way.At), h.demands(q.Work, h.Today())
	was := h.limitsOn(before)
	for _, d := range now {
		credited := func(o Demand) bool { return o.Source == d.Source && o.Terms.Name == d.Terms.Name }
		isNew := d.Terms.Credit && !slices.ContainsFunc(before, credited)
		sure = sure || isNew
		for _, l := range h.limitsOn([]Demand{d}) {
			if !slices.ContainsFunc(was, l.within) {
				isNew = true
				sure = sure || l.limit != deniedUses && !slices.ContainsFunc(before, func(o Demand) bool {
					return h.binds(o, l.limit) && o.under().Name == d.under().Name
				})
			}
		}
		if isNew {
			works = append(works, d.Source)
		}
	}
	return works, sure
}

// WaitsFor are the works whose owners have not approved what a work, or what it was made
// from, declared later.
func (h *History) WaitsFor(w Work) (works []Work) {
	for _, d := range h.unapproved(w, h.Today()) {
		for _, w := range h.waitsFor(d, h.Today()) {
			if !slices.Contains(works, w) {
				works = append(works, w)
			}
		}
	}
	return works
}

// Rivals are the works of others that claim the content of a work before it and behind it.
func (h *History) Rivals(w Work) (before, behind []Work) {
	content := h.ContentOf(w)
	seen := false
	for _, act := range h.acts {
		a, is := act.(Register)
		switch {
		case !is || a.Content != content:
		case a.Work == w:
			seen = true
		case h.Owner(a.Work, h.Today()) == h.Owner(w, h.Today()): // one's own claims are no rivals
		case seen:
			behind = append(behind, a.Work)
		default:
			before = append(before, a.Work)
		}
	}
	return before, behind
}

// ContentOf is what a work claims.
func (h *History) ContentOf(w Work) (content int) {
	for _, act := range h.acts {
		if a, is := act.(Register); is && a.Work == w {
			content = a.Content
		}
	}
	return content
}
