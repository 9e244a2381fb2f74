package rightsoracle

import (
	"maps"
	"slices"
	"time"
)

// declaration is one of those of a work that have sources which are more than cited. Made
// is the moment before it.
type declaration struct {
	Work   Work
	Number int
	Made   Moment
}

// declarationsOf are those of a work until a moment, numbered from 1.
func (h *History) declarationsOf(w Work, m Moment) (list []declaration) {
	for i, act := range h.acts[:m] {
		if a, is := act.(Derive); is && a.Work == w && len(a.linked()) > 0 {
			list = append(list, declaration{w, len(list) + 1, Moment(i)})
		}
	}
	return list
}

// Declarations counts them.
func (h *History) Declarations(w Work) int { return len(h.declarationsOf(w, h.Today())) }

// Promises are what stands of a work, whatever it declares later.
func (h *History) Promises(w Work, m Moment) Shown {
	return Shown{h.grantedDerivatives(w, m), len(h.derivativesOf(w, m)), h.irrevocableOffers(w, m)}
}

func (s Shown) covers(now Shown) bool {
	return s.Grants >= now.Grants && s.Derivatives >= now.Derivatives && s.Irrevocable >= now.Irrevocable
}

// asked are the works of others that a declaration makes the work newly owe or be newly
// limited by, each with the sources by which it does. Nobody is asked about a work of
// which nothing stands, about credit, or about a permission that takes the place of one of the same
// source that asked as much.
func (h *History) asked(a Derive, m Moment) map[Work][]Source {
	asked := map[Work][]Source{}
	if h.Promises(a.Work, m) == (Shown{}) {
		return asked
	}
	owed, limits := h.debts(a.Work, m), h.limitsOn(h.demands(a.Work, m))
	for _, s := range a.linked() {
		demands, debts := h.declared(a, s, m)
		if h.isBetter(a, s, m) {
			continue
		}
		works := map[Work]bool{}
		for d, rate := range debts {
			if rate > owed[d] {
				works[d.To] = true
			}
		}
		for _, l := range h.limitsOn(demands) {
			if !slices.ContainsFunc(limits, l.within) {
				works[l.Source] = true
			}
		}
		for _, w := range slices.Sorted(maps.Keys(works)) {
			if h.Owner(w, m) != a.By {
				asked[w] = append(asked[w], s)
			}
		}
	}
	return asked
}

// declared is what a source would have a derivative take on and owe.
func (h *History) declared(a Derive, s Source, m Moment) ([]Demand, map[debt]uint32) {
	relied := h.relied(a.By, s, m)
	demands := slices.Concat(h.passedOn(s.Work, relied, m), h.endings(h.met(a, m)[s.Work]), h.addedBeside(a, s, relied, m))
	if !h.holds(a.Work, s.Role) {
		demands = slices.DeleteFunc(demands, func(d Demand) bool { return d.Held != nil })
	}
	if s.Role == TrainedOn && h.KindOf(a.Work) != Dataset {
		for i := range demands {
			demands[i].Trained = true
		}
	}
	return demands, h.owedBy(s.Work, relied, h.met(a, m)[s.Work], m)
}

// limitOn is a limit with whose it is.
type limitOn struct {
	limit  limit
	Source Work
	Terms  string
	Grant  Grant
	Until  time.Time
}

// within says whether another limit asks as much.
func (l limitOn) within(o limitOn) bool {
	lasts := Demand{Until: o.Until}.lasts(Demand{Until: l.Until})
	l.Until, o.Until = time.Time{}, time.Time{}
	return l == o && lasts
}

func (h *History) limitsOn(demands []Demand) (list []limitOn) {
	for _, d := range demands {
		for _, l := range h.limits(d) {
			on := limitOn{limit: l, Source: d.Source, Terms: d.under().Name, Until: d.Until}
			if l == ending { // the end is the grant's, not that of the terms
				on.Terms, on.Grant = "", d.Grant
			}
			list = append(list, on)
		}
	}
	return list
}

// isBetter says whether a permission takes the place of one of the same source, with no
// demand stricter and no rate higher.
func (h *History) isBetter(a Derive, s Source, m Moment) bool {
	before := h.edgesOf(a.Work, m)
	place := slices.IndexFunc(before, func(e edge) bool { return e.Source.Work == s.Work })
	if place < 0 {
		return false
	}
	e := before[place]
	was := slices.DeleteFunc(h.broughtBy(e), func(d Demand) bool { return d.Held != nil && !h.holds(a.Work, e.Role) })
	if e.Role == TrainedOn && h.KindOf(a.Work) != Dataset {
		for i := range was {
			was[i].Trained = true
		}
	}
	is, owes := h.declared(a, s, m)
	owed := h.owedBy(s.Work, e.Relied, h.used[e.Declared][s.Work], e.Declared)
	for d, rate := range owes {
		if rate > owed[d] {
			return false
		}
	}
	return !slices.ContainsFunc(is, func(d Demand) bool { return h.isStricter(d, was) })
}

// isStricter says whether a demand asks more than those before.
func (h *History) isStricter(d Demand, before []Demand) bool {
	for _, l := range h.limits(d) {
		asked := func(o Demand) bool { return h.binds(o, l) && h.asksNoMore(l, d, o) }
		if l == deniedUses {
			if h.deniesMore(d, before) {
				return true
			}
		} else if !slices.ContainsFunc(before, asked) {
			return true
		}
	}
	return false
}

// asksNoMore compares one limit of two demands. What names somebody has to be the same.
func (h *History) asksNoMore(l limit, d, than Demand) bool {
	switch l {
	case noCommerce:
		return true
	case alike:
		return d.Terms.Name == than.Terms.Name
	case places:
		return within(than.Terms.Territories, d.Terms.Territories) && within(than.Terms.Media, d.Terms.Media)
	case ending:
		end, _ := h.endOf(d)
		before, _ := h.endOf(than)
		return d.Source == than.Source && !end.Before(before)
	}
	return d.Source == than.Source && d.under().Name == than.under().Name && (l != kept || than.lasts(d))
}

func (h *History) deniesMore(d Demand, before []Demand) bool {
	return slices.ContainsFunc(d.Terms.deniedOfResult(), func(a Action) bool {
		return !slices.ContainsFunc(before, func(o Demand) bool {
			return h.binds(o, deniedUses) && slices.Contains(o.Terms.deniedOfResult(), a)
		})
	})
}

// unasked are the works whose owners have not approved a declaration in advance.
func (h *History) unasked(a Derive, m Moment) (works []Work) {
	asked := h.asked(a, m)
	for _, w := range slices.Sorted(maps.Keys(asked)) {
		for _, s := range asked[w] {
			if _, given := h.consented(w, a, s, m); !given && !slices.Contains(works, w) {
				works = append(works, w)
			}
		}
	}
	return works
}

// consented finds the consent in advance by which a work's owner lets a source be
// declared. Who owns the source too approves it for all that comes in by it.
func (h *History) consented(w Work, a Derive, s Source, m Moment) (by Moment, given bool) {
	by, found := h.consent(w, a.Work, s.Work, m)
	if !found && w != s.Work && h.Owner(w, m) == h.Owner(s.Work, m) {
		w = s.Work
		by, found = h.consent(w, a.Work, s.Work, m)
	}
	if !found {
		return 0, false
	}
	c := h.acts[by].(Consent)
	given = !h.soldSince(w, by, m) && c.Role == s.Role && c.Permission == h.relied(a.By, s, m) && c.Shown.covers(h.Promises(a.Work, m))
	return by, given
}

// consent finds the last consent in advance that was not taken back or used up.
func (h *History) consent(w, derivative, through Work, m Moment) (by Moment, found bool) {
	for i, act := range h.acts[:m] {
		switch a := act.(type) {
		case Consent:
			if a.Declaration == 0 && a.Work == w && a.Derivative == derivative && a.through() == through {
				by, found = Moment(i), true
			}
		case Dissent:
			if a.Work == w && a.Derivative == derivative && a.through() == through {
				found = false
			}
		case Derive:
			if found && a.Work == derivative && h.uses(a, Moment(i), by) {
				found = false
			}
		}
	}
	return by, found
}

// uses says whether a declaration used a consent up.
func (h *History) uses(a Derive, m, consent Moment) bool {
	for w, sources := range h.asked(a, m) {
		for _, s := range sources {
			if by, given := h.consented(w, a, s, m); given && by == consent {
				return true
			}
		}
	}
	return false
}

// waitsFor are the works whose owners a declaration still waits for at a moment.
func (h *History) waitsFor(d declaration, m Moment) []Work {
	a := h.acts[d.Made].(Derive)
	if !a.AllowUnapproved {
		return nil
	}
	works := h.unasked(a, d.Made)
	for i, act := range h.acts[:m] {
		c, is := act.(Consent)
		if !is || c.Declaration != d.Number || c.Derivative != d.Work {
			continue
		}
		// Who owns several of the works approves for all of them at once.
		works = slices.DeleteFunc(works, func(w Work) bool { return h.Owner(w, Moment(i)) == c.By })
	}
	return works
}

// waited is something that a work waits for: a declaration or, of number 0, all that
// another work waits for; in its own list, all its own declarations.
type waited struct {
	Work   Work
	Number int
}

// mostNamed is how many things a work names that it waits for; instead of more it waits for all that
// a source does.
const mostNamed = 16

// waitList is what a work waits for at a moment, settled or not: its own declarations that
// nobody had approved when they were made, and what its sources waited for then.
func (h *History) waitList(w Work, m Moment) (list []waited) {
	for i, act := range h.acts[:m] {
		at := Moment(i)
		made, is := act.(Derive)
		if !is || made.Work != w || len(made.linked()) == 0 {
			forgets := slices.ContainsFunc(list, func(o waited) bool { return o.Number == 0 }) && h.touches(act, w)
			if forgets { // what was approved by its number stays so
				list = h.open(w, list, at)
			}
			continue
		}
		list = h.open(w, list, at)
		number := len(h.declarationsOf(w, at+1))
		if len(h.waitsFor(declaration{w, number, at}, at)) > 0 && !slices.Contains(list, waited{w, 0}) {
			if all := joined(list, []waited{{w, number}}); len(all) <= mostNamed {
				list = all
			} else {
				list = slices.DeleteFunc(list, func(o waited) bool { return o.Work == w })
				list = append(list, waited{w, 0})
			}
		}
		for _, s := range made.linked() {
			theirs := h.open(s.Work, h.waitList(s.Work, at), at)
			if len(theirs) == 0 || slices.Contains(list, waited{s.Work, 0}) {
				continue
			}
			if all := joined(list, theirs); len(all) <= max(mostNamed, len(list)) {
				list = all
			} else {
				list = joined(list, []waited{{s.Work, 0}})
			}
		}
	}
	return list
}

// touches says whether an act is about a work in a way that forgets what is settled by then:
// an offer, a grant, or something made from it.
func (h *History) touches(act Act, w Work) bool {
	switch a := act.(type) {
	case Offer:
		return a.Work == w
	case Acquire:
		return a.Work == w
	case Renew:
		g, _ := h.grantNamed(a.Grant, h.Today())
		return g.Work == w
	case Derive:
		return slices.ContainsFunc(a.linked(), func(s Source) bool { return s.Work == w })
	}
	return false
}

// open are those of a work's list that still wait at a moment.
func (h *History) open(w Work, list []waited, m Moment) []waited {
	return slices.DeleteFunc(slices.Clone(list), func(o waited) bool { return len(h.meant(w, o, m)) == 0 })
}

// meant are the declarations that one of a work's list stands for and that still wait.
func (h *History) meant(w Work, o waited, m Moment) (list []declaration) {
	for _, d := range h.declarationsOf(o.Work, m) {
		if (d.Number == o.Number || o.Number == 0) && len(h.waitsFor(d, m)) > 0 {
			list = append(list, d)
		}
	}
	if o.Number == 0 && o.Work != w {
		for _, theirs := range h.waitList(o.Work, m) {
			list = append(list, h.meant(o.Work, theirs, m)...)
		}
	}
	return list
}

// joined are both lists, each of them once.
func joined(list, more []waited) []waited {
	all := slices.Clone(list)
	for _, o := range more {
		if !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return all
}

// unapproved are the declarations that a work waits for at a moment.
func (h *History) unapproved(w Work, m Moment) (list []declaration) {
	for _, o := range h.waitList(w, m) {
		for _, d := range h.meant(w, o, m) {
			if !slices.Contains(list, d) {
				list = append(list, d)
			}
		}
	}
	return list
}

func (h *History) waits(w Work, m Moment) bool { return len(h.unapproved(w, m)) > 0 }

// MayConsent says what is against approving a later source.
func (h *History) MayConsent(a Consent) (against []string) {
	if h.Owner(a.Work, h.Today()) != a.By {
		against = append(against, "not_owner")
	}
	if h.StatusOf(a.Work) == Disputed {
		against = append(against, "on_hold")
	}
	if !a.Shown.covers(h.Promises(a.Derivative, h.Today())) {
		against = append(against, "promises_grew")
	}
	if a.Declaration > 0 {
		for _, d := range h.declarationsOf(a.Derivative, h.Today()) {
			if d.Number == a.Declaration && slices.Contains(h.waitsFor(d, h.Today()), a.Work) {
				return against
			}
		}
		return append(against, "not_waiting")
	}
	if a.Work == a.Derivative || a.through() == a.Derivative {
		against = append(against, "invalid_source")
	}
	return against
}

// MayDissent says what is against taking a consent in advance back.
func (h *History) MayDissent(a Dissent) (against []string) {
	if h.Owner(a.Work, h.Today()) != a.By {
		against = append(against, "not_owner")
	}
	if _, found := h.consent(a.Work, a.Derivative, a.through(), h.Today()); !found {
		against = append(against, "not_approved")
	}
	return against
}
