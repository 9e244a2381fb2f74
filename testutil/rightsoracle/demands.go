package rightsoracle

import (
	"slices"
	"time"
)

// Demand is what a permission, under which something was made from Source, passes on
// to whatever came of it, through any number of works.
type Demand struct {
	Source Work
	Terms  Terms
	// Grant is what was relied on; "": a public offer.
	Grant Grant
	// Trained: somewhere on the way a model was trained, so that what the terms say of
	// uses binds no longer; the model may be run.
	Trained bool
	// Credited is the version of the source that was derived from.
	Credited int
	// Ending: it asks for nothing but that what was made ends with the grant.
	Ending bool
	// Held are the terms of the grant by which a dataset holds the source: it asks for nothing but
	// another one, of who makes something of the dataset. nil: it is none such.
	Held *Terms
	// Kept are the terms of somebody's grant that keeps others out: it asks for nothing but
	// that, until then, for ever if zero. nil: it is none such.
	Kept  *Terms
	Until time.Time
}

// demands are what the sources of a work demand of it at a moment: each permission
// that it was made under, and what those works had taken on by the moment that the
// permission pins.
func (h *History) demands(w Work, m Moment) (list []Demand) {
	for _, e := range h.edgesOf(w, m) {
		trained := e.Role == TrainedOn && !h.holds(w, e.Role)
		for _, d := range h.broughtBy(e) {
			d.Trained = d.Trained || trained
			if d.Held != nil && !h.holds(w, e.Role) {
				continue // what is made of a dataset is not it
			}
			if !slices.ContainsFunc(list, d.same) {
				list = append(list, d)
			}
		}
	}
	return list
}

func (d Demand) same(o Demand) bool {
	return d.Source == o.Source && d.Terms.Name == o.Terms.Name && d.Grant == o.Grant &&
		d.Trained == o.Trained && d.Credited == o.Credited && d.Ending == o.Ending &&
		(d.Held == nil) == (o.Held == nil) && (d.Kept == nil) == (o.Kept == nil) && d.under().Name == o.under().Name && d.Until.Equal(o.Until)
}

// broughtBy is what came to a work by one edge: what the permission passes on, the ends
// of the grants by which what the source's own sources ask was met, and what stands beside.
func (h *History) broughtBy(e edge) []Demand {
	made := h.acts[e.Declared].(Derive)
	return slices.Concat(h.passedOn(e.Source.Work, e.Relied, e.Declared), h.endings(h.used[e.Declared][e.Source.Work]),
		h.addedBeside(made, e.Source, e.Relied, e.Declared))
}

func (h *History) endings(grants []Grant) (list []Demand) {
	for _, name := range grants {
		g, _ := h.grantNamed(name, h.Today())
		list = append(list, Demand{Source: g.Work, Grant: name, Ending: true})
	}
	return list
}

// passedOn is what a permission of a source, relied on at a moment, passes on: what was
// demanded of the source itself then, or when the grant was given, and what the terms
// demand.
func (h *History) passedOn(source Work, by Permission, m Moment) []Demand {
	pinned := h.pinnedBy(by, m)
	list := h.demands(source, pinned)
	if by == Own {
		return list
	}
	return append(list, Demand{
		Source: source, Terms: h.termsOf(by), Grant: by.Grant, Credited: h.Title(source, pinned),
	})
}

// pinnedBy is the moment whose demands and debts of a work a permission goes by, when it
// is relied on at another: a grant by those of the day that it was given or last renewed.
func (h *History) pinnedBy(p Permission, m Moment) Moment {
	if p.Grant == "" {
		return m
	}
	g, _ := h.grantNamed(p.Grant, m)
	return g.Pinned
}

func (h *History) termsOf(p Permission) Terms {
	if p.Grant == "" {
		return h.terms[p.Terms]
	}
	g, _ := h.grantNamed(p.Grant, h.Today())
	return g.Terms
}

// endOf is when the permission behind a demand ends, with its renewals until today.
func (h *History) endOf(d Demand) (end time.Time, ends bool) {
	g, granted := h.grantNamed(d.Grant, h.Today())
	return g.Ends, granted && !g.Ends.IsZero()
}

// limit is one way in which a demand binds.
type limit string

const (
	noCommerce limit = "no commercial use"
	alike      limit = "share alike"
	places     limit = "territories and media"
	ending     limit = "end"
	deniedUses limit = "denied uses"
	paidUses   limit = "paid uses"
	approval   limit = "approval"
	// itemByGrant and kept are beside the terms.
	itemByGrant limit = "a grant of the item"
	kept        limit = "kept out"
)

// limits lists how a demand binds, but for the credit.
func (h *History) limits(d Demand) (list []limit) {
	_, ends := h.endOf(d)
	switch {
	case d.Held != nil:
		return []limit{itemByGrant}
	case d.Kept != nil && (d.Trained || !d.Until.IsZero() && !h.Now.Before(d.Until)):
		return nil
	case d.Kept != nil:
		return []limit{kept}
	case d.Ending && ends:
		return []limit{ending}
	case d.Ending:
		return nil
	}
	for _, l := range []struct {
		limit limit
		binds bool
	}{
		{noCommerce, !d.Terms.Commercial},
		{alike, d.Terms.Making == ShareAlike},
		{places, len(d.Terms.Territories)+len(d.Terms.Media) > 0},
		{ending, ends},
		{deniedUses, !d.Trained && len(d.Terms.deniedOfResult()) > 0},
		{paidUses, !d.Trained && d.Terms.paysSomewhere()},
		{approval, !d.Trained && d.Terms.Approval && !d.Terms.ApprovalDirect},
	} {
		if l.binds {
			list = append(list, l.limit)
		}
	}
	return list
}

func (h *History) binds(d Demand, l limit) bool { return slices.Contains(h.limits(d), l) }

// restricts says whether a demand limits those who get the derivative, which terms that
// allow no further restriction do not go with.
func (h *History) restricts(d Demand) bool {
	return slices.ContainsFunc(h.limits(d), func(l limit) bool { return l != noCommerce && l != alike && l != itemByGrant })
}

// debt is what a work owes another, of all that it takes in or of what it keeps.
type debt struct {
	To   Work
	Kind Royalty
}

// debts are what a work owes at a moment, in ppm: to its sources what their terms say,
// and to every ancestor what is owed through any number of works, once, at the highest
// rate.
func (h *History) debts(w Work, m Moment) map[debt]uint32 {
	owed := map[debt]uint32{}
	for _, e := range h.edgesOf(w, m) {
		for d, rate := range h.owedBy(e.Source.Work, e.Relied, h.used[e.Declared][e.Source.Work], e.Declared) {
			owed[d] = max(owed[d], rate)
		}
	}
	return owed
}

// owedBy are the debts that come in by one source: under its permission, and by the grants of
// works that it was made from, which are used up as if these were sources.
func (h *History) owedBy(source Work, by Permission, met []Grant, m Moment) map[debt]uint32 {
	owed := h.debtsBy(source, by, m)
	for _, name := range met {
		g, _ := h.grantNamed(name, m)
		for d, rate := range h.debtsBy(g.Work, Permission{Grant: name}, m) {
			owed[d] = max(owed[d], rate)
		}
	}
	return owed
}

// debtsBy are the debts that come in by one source under a permission.
func (h *History) debtsBy(source Work, by Permission, m Moment) map[debt]uint32 {
	owed := map[debt]uint32{}
	for d, rate := range h.debts(source, h.pinnedBy(by, m)) {
		if d.Kind == Absolute {
			owed[d] = rate
		}
	}
	if t := h.termsOf(by); by != Own && t.Royalty != NoRoyalty {
		d := debt{source, t.Royalty}
		owed[d] = max(owed[d], t.Rate)
	}
	return owed
}

func sum(debts map[debt]uint32) (ppm uint32) {
	for _, rate := range debts {
		ppm += rate
	}
	return ppm
}
