// Package rightsoracle has the rules of rights as a newcomer would tell them: it keeps
// everything that ever happened and answers each question by walking through it, from
// the first day on. Nothing is merged, numbered, cached or bounded, so it is slow, and
// what it says is easy to hold against the design. Its test plays random worlds through
// the real modules and compares.
//
// Start with MayUse, then read what it walks: demands are what a work's sources demand
// of it, waits what it waits for. The other questions each say what is against an act:
// MayOffer, MayAcquire, MayDerive and so on, as codes; none means that it is done.
//
// Not here yet, and where they go: the role contains (a column beside trained in
// demands), ceilings (a limit of Demand), several offers for one edge (Permission), and
// buying a pass (an act; sellsPass says whether one is for sale).
package rightsoracle

import (
	"slices"
	"time"
)

// Moment is a point of a history: so many things had happened.
type Moment int

// History is everything that happened, in order.
type History struct {
	// Now is the time; it only moves by Wait.
	Now   time.Time
	terms map[string]Terms
	acts  []Act
	times []time.Time
	// used are, for each derivation, the grants by which it met what its sources' own
	// sources ask, by source.
	used map[Moment]map[Work][]Grant
	// Order sorts grants that serve alike, by names that only the chain knows.
	Order func(Grant) string
}

// NewHistory begins at a time, in a world with some terms.
func NewHistory(now time.Time, terms []Terms) *History {
	h := &History{
		Now: now, terms: make(map[string]Terms), used: make(map[Moment]map[Work][]Grant),
		Order: func(g Grant) string { return string(g) },
	}
	for _, t := range terms {
		h.terms[t.Name] = t
	}
	return h
}

// Add says that something happened.
func (h *History) Add(a Act) {
	if made, is := a.(Derive); is {
		h.used[h.Today()] = h.met(made, h.Today())
	}
	h.acts, h.times = append(h.acts, a), append(h.times, h.Now)
	if wait, is := a.(Wait); is {
		h.Now = h.Now.Add(wait.For)
	}
}

// Terms are those of a name.
func (h *History) Terms(name string) Terms { return h.terms[name] }

// Acts lists what happened.
func (h *History) Acts() []Act { return slices.Clone(h.acts) }

// Today is the moment after everything so far.
func (h *History) Today() Moment { return Moment(len(h.acts)) }

// Exists says whether the work is registered.
func (h *History) Exists(w Work) bool { return h.Owner(w, h.Today()) != "" }

// Owner owns a work; nobody, if it is not registered.
func (h *History) Owner(w Work, m Moment) (owner Account) {
	for _, act := range h.acts[:m] {
		switch a := act.(type) {
		case Register:
			if a.Work == w {
				owner = a.By
			}
		case Sell:
			if a.Work == w {
				owner = a.To
			}
		}
	}
	return owner
}

// KindOf is what the work was registered as.
func (h *History) KindOf(w Work) (kind Kind) {
	for _, act := range h.acts {
		if a, is := act.(Register); is && a.Work == w {
			kind = a.Kind
		}
	}
	return kind
}

// Title is what the work was called: its version, from 1.
func (h *History) Title(w Work, m Moment) (version int) {
	for _, act := range h.acts[:m] {
		switch a := act.(type) {
		case Register:
			if a.Work == w {
				version = 1
			}
		case Revise:
			if a.Work == w {
				version++
			}
		}
	}
	return version
}

// soldSince says whether a work changed hands after a moment and before another.
func (h *History) soldSince(w Work, from, to Moment) bool {
	return slices.ContainsFunc(h.acts[from:to], func(act Act) bool {
		a, is := act.(Sell)
		return is && a.Work == w
	})
}

// solelyOwned says whether the account owns the work and all its revenue.
func (h *History) solelyOwned(w Work, by Account, m Moment) bool {
	var holder Account // of all the revenue; nobody once it is shared
	shared := false
	for _, act := range h.acts[:m] {
		switch a := act.(type) {
		case Register:
			if a.Work == w {
				holder = a.By
			}
		case Share:
			shared = shared || a.Work == w
		case Sell:
			if a.Work == w && a.By == holder {
				holder = a.To
			}
		}
	}
	return h.Owner(w, m) == by && !shared && holder == by
}

// Status is where a work stands.
type Status string

// Where works stand.
const (
	Active    Status = "active"
	Withdrawn Status = "withdrawn"
	Disputed  Status = "disputed"
)

// StatusOf is where the work stands today: while disputes about it are open it is disputed.
func (h *History) StatusOf(w Work) Status {
	if h.Disputes(w) > 0 {
		return Disputed
	}
	return h.statusBeside(w)
}

// Disputes counts the disputes about a work that are open.
func (h *History) Disputes(w Work) (open int) {
	for _, act := range h.acts {
		switch a := act.(type) {
		case Dispute:
			if a.Work == w {
				open++
			}
		case Settle:
			if a.Work == w {
				open--
			}
		}
	}
	return open
}

// statusBeside is where the work would stand today without disputes.
func (h *History) statusBeside(w Work) Status {
	status := Active
	for _, act := range h.acts {
		switch a := act.(type) {
		case Withdraw:
			if a.Work == w {
				status = Withdrawn
			}
		case Restore:
			if a.Work == w {
				status = Active
			}
		}
	}
	return status
}

// Earliest is the work whose claim to a content stands first.
func (h *History) Earliest(content int) Work {
	for _, act := range h.acts {
		if a, is := act.(Register); is && a.Content == content {
			return a.Work
		}
	}
	return ""
}

// standingOffer is what became of the offers of one work under one terms.
type standingOffer struct {
	Offer
	Terms Terms
	Ends  time.Time // zero: never
	// Closed: it is not offered any more, but everybody may rely on it for ever.
	Closed bool
	// Irrevocable: it was once offered to everybody and can't be taken back. Since is
	// when it first was.
	Irrevocable bool
	Since       Moment
}

func (o standingOffer) over(now time.Time) bool { return !o.Ends.IsZero() && !now.Before(o.Ends) }

// open says whether the owner offers it.
func (o standingOffer) open(now time.Time) bool { return !o.Closed && !o.Paused && !o.over(now) }

// price of a grant.
func (o standingOffer) price() int64 {
	if o.Price > 0 {
		return o.Price
	}
	return o.Terms.Fee
}

// offersOf are the offers on a work at a moment, in the order of their first day.
func (h *History) offersOf(w Work, m Moment) (list []standingOffer) {
	for i, act := range h.acts[:m] {
		switch a := act.(type) {
		case Offer:
			if a.Work == w {
				list = h.offered(list, a, Moment(i))
			}
		case Close:
			if a.Work == w {
				list = closed(list, a.Terms)
			}
		}
	}
	return list
}

func (h *History) offered(list []standingOffer, a Offer, at Moment) []standingOffer {
	o := standingOffer{Offer: a, Terms: h.terms[a.Terms]}
	if a.Lasts > 0 {
		o.Ends = h.times[at].Add(a.Lasts)
	}
	place := slices.IndexFunc(list, func(o standingOffer) bool { return o.Offer.Terms == a.Terms })
	if place >= 0 {
		o.Irrevocable, o.Since = list[place].Irrevocable, list[place].Since
	}
	if o.Terms.Known && !a.Paused && !o.Irrevocable {
		o.Irrevocable, o.Since = true, at
	}
	if place < 0 {
		return append(list, o)
	}
	list[place] = o
	return list
}

func closed(list []standingOffer, terms string) []standingOffer {
	place := slices.IndexFunc(list, func(o standingOffer) bool { return o.Offer.Terms == terms })
	if list[place].Irrevocable {
		list[place].Closed = true
		return list
	}
	return slices.Delete(list, place, place+1)
}

// offerOf is the offer of a work under terms.
func (h *History) offerOf(w Work, terms string, m Moment) (standingOffer, bool) {
	for _, o := range h.offersOf(w, m) {
		if o.Offer.Terms == terms {
			return o, true
		}
	}
	return standingOffer{}, false
}

// irrevocableOffers counts the licences that can't be taken back and were ever offered.
func (h *History) irrevocableOffers(w Work, m Moment) (n int) {
	for _, o := range h.offersOf(w, m) {
		if o.Irrevocable {
			n++
		}
	}
	return n
}

// edge is a source that a work has.
type edge struct {
	Source
	// Relied is the permission: Own where the deriving account owned it all, whatever it named.
	Relied Permission
	// Declared is the moment before the declaration.
	Declared Moment
}

// edgesOf are the sources of a work at a moment, citations apart. A source that was
// declared again counts as it was declared last.
func (h *History) edgesOf(w Work, m Moment) (list []edge) {
	for i, act := range h.acts[:m] {
		a, is := act.(Derive)
		if !is || a.Work != w {
			continue
		}
		for _, s := range a.linked() {
			e := edge{Source: s, Relied: h.relied(a.By, s, Moment(i)), Declared: Moment(i)}
			list = slices.DeleteFunc(list, func(before edge) bool { return before.Source.Work == s.Work })
			list = append(list, e)
		}
	}
	return list
}

// relied is what a derivation relies on: who owns a source and all its revenue relies on
// no offer of it.
func (h *History) relied(by Account, s Source, m Moment) Permission {
	if s.Permission.Grant == "" && h.solelyOwned(s.Work, by, m) {
		return Own
	}
	return s.Permission
}

// cited lists the works that a work cites and does not derive from.
func (h *History) cited(w Work) (list []Work) {
	for _, act := range h.acts {
		a, is := act.(Derive)
		if !is || a.Work != w {
			continue
		}
		for _, s := range a.Sources {
			list = slices.DeleteFunc(list, func(c Work) bool { return c == s.Work })
			if s.Role == Cites {
				list = append(list, s.Work)
			}
		}
	}
	return list
}

// derivativesOf lists the works that derive from a work.
func (h *History) derivativesOf(w Work, m Moment) (list []Work) {
	for _, act := range h.acts[:m] {
		a, is := act.(Derive)
		if is && !slices.Contains(list, a.Work) && slices.ContainsFunc(a.linked(), func(s Source) bool { return s.Work == w }) {
			list = append(list, a.Work)
		}
	}
	return list
}

// comesFrom says whether a work was made from another, through any number of works.
func (h *History) comesFrom(w, ancestor Work) bool {
	for _, e := range h.edgesOf(w, h.Today()) {
		if e.Source.Work == ancestor || h.comesFrom(e.Source.Work, ancestor) {
			return true
		}
	}
	return false
}

// generated says whether the work has a generation record.
func (h *History) generated(w Work) bool {
	return slices.ContainsFunc(h.acts, func(act Act) bool {
		a, is := act.(Derive)
		return is && a.Work == w && a.Record
	})
}
