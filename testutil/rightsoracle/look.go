package rightsoracle

import (
	"slices"
	"time"
)

// What drivers of worlds look at to draw something that can happen.

// OfferedTerms lists the terms that a work is offered under, or was for ever.
func (h *History) OfferedTerms(w Work) (names []string) {
	for _, o := range h.offersOf(w, h.Today()) {
		names = append(names, o.Terms.Name)
	}
	return names
}

// GrantsOf lists all grants ever given of a work.
func (h *History) GrantsOf(w Work) (names []Grant) {
	for _, g := range h.grantsOf(w, h.Today()) {
		names = append(names, g.Name)
	}
	return names
}

// IsMovable says whether a grant can be passed on or renewed, as far as its terms go.
func (h *History) IsMovable(name Grant) bool {
	g, _ := h.grantNamed(name, h.Today())
	return g.Terms.Transferable && len(g.Users) == 0 && g.For == "" || !g.Ends.IsZero()
}

// Asked are the works whose owners a derivation needs the approval of, with the sources
// that it is about.
func (h *History) Asked(a Derive) map[Work][]Source { return h.asked(a, h.Today()) }

// Unasked are those of them whose owners have not approved it in advance.
func (h *History) Unasked(a Derive) []Work { return h.unasked(a, h.Today()) }

// Relied is what a source is permitted by, whatever is named.
func (h *History) Relied(by Account, s Source) Permission { return h.relied(by, s, h.Today()) }

// DeclarationWaits are the works whose owners a declaration waits for.
func (h *History) DeclarationWaits(w Work, number int) []Work {
	for _, d := range h.declarationsOf(w, h.Today()) {
		if d.Number == number {
			return h.waitsFor(d, h.Today())
		}
	}
	return nil
}

// RoleOf is what a source is to a work that was made from it; "": it was not, or is cited.
func (h *History) RoleOf(source, w Work) Role {
	for _, e := range h.edgesOf(w, h.Today()) {
		if e.Source.Work == source {
			return e.Role
		}
	}
	return ""
}

// Rate is what the terms behind a permission ask for, ppm.
func (h *History) Rate(p Permission) uint32 {
	if p == Own {
		return 0
	}
	return h.termsOf(p).Rate
}

// IsAny says whether a list of codes has one of others.
func IsAny(codes, of []string) bool {
	return slices.ContainsFunc(codes, func(c string) bool { return slices.Contains(of, c) })
}

// Made is a source that a work was made from, as a chain of derivations is walked.
type Made struct {
	From  Work
	Terms *Terms // nil: the maker's own
	Grant Grant
	// Trained: what was made is a model that was trained on it.
	Trained bool
	// Pinned is the moment by which the source's own sources count.
	Pinned Moment
}

// MadeFrom lists what a work had been made from at a moment.
func (h *History) MadeFrom(w Work, m Moment) (list []Made) {
	for _, e := range h.edgesOf(w, m) {
		made := Made{
			From: e.Source.Work, Grant: e.Relied.Grant, Pinned: h.pinnedBy(e.Relied, e.Declared),
			Trained: e.Role == TrainedOn && h.KindOf(w) != Dataset,
		}
		if e.Relied != Own {
			t := h.termsOf(e.Relied)
			made.Terms = &t
		}
		list = append(list, made)
	}
	return list
}

// DeniesOfResult says whether terms deny a use of what was made under them.
func (t Terms) DeniesOfResult(a Action) bool {
	_, denied := t.deniesOfResult(a)
	return denied
}

// MetBy are the grants by which a derivation meets what its sources' own sources ask.
func (h *History) MetBy(a Derive) (grants []Grant) {
	met := h.met(a, h.Today())
	for _, s := range a.linked() {
		grants = append(grants, met[s.Work]...)
	}
	return grants
}

// Lapses says whether a grant has an end.
func (h *History) Lapses(name Grant) bool {
	g, _ := h.grantNamed(name, h.Today())
	return !g.Ends.IsZero()
}

// UsersOf are the works that rely on a grant.
func (h *History) UsersOf(name Grant) []Work {
	g, _ := h.grantNamed(name, h.Today())
	return g.Users
}

// Used are the grants by which the last act met what sources ask.
func (h *History) Used() (grants []Grant) {
	for _, by := range h.used[h.Today()-1] {
		grants = append(grants, by...)
	}
	return grants
}

// WorkOf is the work that a grant is of.
func (h *History) WorkOf(name Grant) Work {
	g, _ := h.grantNamed(name, h.Today())
	return g.Work
}

// TermsOf are the terms of a grant.
func (h *History) TermsOf(name Grant) string {
	g, _ := h.grantNamed(name, h.Today())
	return g.Terms.Name
}

// CameWith says whether a grant came with a derivative that the account bought.
func (h *History) CameWith(by Account, name Grant) bool {
	g, granted := h.grantNamed(name, h.Today())
	return granted && g.Licensee != by
}

// Generated says whether the work has a generation record.
func (h *History) Generated(w Work) bool { return h.generated(w) }

// GrantState is how a grant stands today.
type GrantState struct {
	Name      Grant
	Work      Work
	Terms     string
	Licensee  Account
	For       Work
	Serves    int
	Users     []Work
	Ends      time.Time // zero: never
	Allowed   []Account
	OfferedTo Account
}

// GrantStates lists all grants ever given.
func (h *History) GrantStates() (list []GrantState) {
	for _, g := range h.grantsOf("", h.Today()) {
		list = append(list, GrantState{
			g.Name, g.Work, g.Terms.Name, g.Licensee, g.For, g.Serves, g.Users, g.Ends, g.Allowed, g.OfferedTo,
		})
	}
	return list
}

// OfferState is how an offer stands today.
type OfferState struct {
	Terms       string
	Price       int64
	Ends        time.Time // zero: never
	Paused      bool
	Only        []Account
	Closed      bool
	Irrevocable bool
	// Given counts the grants ever given under it.
	Given int
}

// OfferStates lists the offers of a work.
func (h *History) OfferStates(w Work) (list []OfferState) {
	for _, o := range h.offersOf(w, h.Today()) {
		list = append(list, OfferState{
			o.Terms.Name, o.Price, o.Ends, o.Paused, o.Only, o.Closed, o.Irrevocable, h.granted(w, o.Terms.Name, h.Today()),
		})
	}
	return list
}
