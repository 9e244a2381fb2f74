package rightsoracle

import (
	"slices"
	"time"
)

// Beside what terms demand, a dataset asks for grants of what it holds by grants, and whatever
// was made of a work without a grant keeps out of it whom somebody else's grant kept out of
// the work.

// holds says whether an edge of a work holds the source itself: that of a dataset.
func (h *History) holds(w Work, r Role) bool { return r == TrainedOn && h.KindOf(w) == Dataset }

// addedBeside is what comes to a work by one source beside what the terms demand.
func (h *History) addedBeside(a Derive, s Source, relied Permission, m Moment) (list []Demand) {
	if t := h.termsOf(relied); relied.Grant != "" && h.holds(a.Work, s.Role) && slices.ContainsFunc([]Action{Adapt, Train, Input}, t.permits) {
		list = append(list, Demand{Source: s.Work, Held: &t})
	}
	if relied.Grant != "" {
		return list
	}
	for _, g := range h.grantsOf(s.Work, m) {
		if t := g.Terms; t.Exclusivity != Shared && !g.over(h.at(m)) && h.holderAt(g, m) != a.By {
			list = append(list, Demand{Source: s.Work, Kept: &t, Until: g.Ends})
		}
	}
	return list
}

// at is the time of a moment.
func (h *History) at(m Moment) time.Time {
	if m == h.Today() {
		return h.Now
	}
	return h.times[m]
}

// under are the terms that a demand comes from, of whatever kind it is.
func (d Demand) under() Terms {
	switch {
	case d.Held != nil:
		return *d.Held
	case d.Kept != nil:
		return *d.Kept
	}
	return d.Terms
}

// lasts says whether what was kept from others is kept from them at least as long as by
// another demand.
func (d Demand) lasts(o Demand) bool {
	return d.Until.IsZero() || !o.Until.IsZero() && !d.Until.Before(o.Until)
}

// keepsOut says whether somebody is kept out of a use of what was made. What a derivation makes may
// end up wherever its terms, and all that limits the work, let it.
func (h *History) keepsOut(d Demand, demands []Demand, under Terms, q Question) bool {
	if !h.binds(d, kept) || !d.Kept.permits(q.Use.Action) || h.leftIn(d, q.By) {
		return false
	}
	in := func(territories, media []string) bool {
		return meet(d.Kept.Territories, territories) && meet(d.Kept.Media, media)
	}
	if !q.Use.Deriving {
		return in(q.Use.Territories, q.Use.Media)
	}
	elsewhere := func(o Demand) bool { return h.binds(o, places) && !in(o.Terms.Territories, o.Terms.Media) }
	return in(under.Territories, under.Media) && !slices.ContainsFunc(demands, elsewhere)
}

// leftIn says whether somebody has what others are kept out of, or owns the source where that
// leaves the owner in.
func (h *History) leftIn(d Demand, by Account) bool {
	if by == "" {
		return false
	}
	if d.Kept.Exclusivity == Sole && h.Owner(d.Source, h.Today()) == by {
		return true
	}
	return slices.ContainsFunc(h.grantsOf(d.Source, h.Today()), func(g heldGrant) bool {
		return g.Terms.Name == d.Kept.Name && !g.over(h.Now) && h.holder(g) == by
	})
}

// asksItem says whether a use makes something of an item of a dataset that is had by grants, but
// what the dataset was made for.
func (h *History) asksItem(d Demand, q Question) bool {
	a := q.Use.Action
	return h.binds(d, itemByGrant) && (a == Adapt || a == Input) && !d.Held.paidByGrant(a)
}

// keepsOthersOut says whether a declaration would bring something that others have exclusively
// to a work of which something stands, without a grant: that would be had by what stands.
func (h *History) keepsOthersOut(a Derive) bool {
	if h.Promises(a.Work, h.Today()) == (Shown{}) {
		return false
	}
	stands := h.limitsOn(h.demands(a.Work, h.Today()))
	return slices.ContainsFunc(a.linked(), func(s Source) bool {
		newly := func(l limitOn) bool { return l.limit == kept && !slices.ContainsFunc(stands, l.within) }
		demands, _ := h.declared(a, s, h.Today())
		return !h.isBetter(a, s, h.Today()) && slices.ContainsFunc(h.limitsOn(demands), newly)
	})
}

// isHeld says whether a work is a dataset that holds a source by a grant under the terms of a demand.
func (h *History) isHeld(w Work, d Demand) bool {
	return slices.ContainsFunc(h.demands(w, h.Today()), func(o Demand) bool {
		return o.Held != nil && o.Source == d.Source && o.Held.Name == d.Terms.Name
	})
}
