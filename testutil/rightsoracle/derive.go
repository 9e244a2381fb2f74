package rightsoracle

import (
	"maps"
	"slices"
)

// whole is all of a work's revenue, in ppm.
const whole = 1_000_000

// MayDerive says what is against a derivation.
func (h *History) MayDerive(a Derive) (against []string) {
	if h.Owner(a.Work, h.Today()) != a.By {
		against = append(against, "not_owner")
	}
	if h.StatusOf(a.Work) == Disputed {
		against = append(against, "on_hold")
	}
	against = append(against, h.againstRecord(a)...)
	for _, s := range a.Sources {
		against = append(against, h.againstSource(a, s)...)
	}
	if len(against) > 0 || len(a.linked()) == 0 { // what follows supposes that each by itself is permitted
		return against
	}
	if h.keepsOthersOut(a) {
		against = append(against, "exclusive_source")
	}
	if waiting := h.unasked(a, h.Today()); (len(waiting) > 0 || h.sourceWaits(a)) && !a.AllowUnapproved {
		against = append(against, "approval_needed")
	}
	return append(against, h.againstTogether(a)...)
}

// sourceWaits says whether a source of somebody else's, which the work would wait with, waits for
// approval itself.
func (h *History) sourceWaits(a Derive) bool {
	return slices.ContainsFunc(a.linked(), func(s Source) bool {
		return h.relied(a.By, s, h.Today()) != Own && h.waits(s.Work, h.Today())
	})
}

// againstRecord: a work is made once, and its record comes with the first input. Inputs
// that are declared anew are asked for anew.
func (h *History) againstRecord(a Derive) (against []string) {
	if !a.Record {
		return nil
	}
	if h.generated(a.Work) {
		against = append(against, "already_recorded")
	}
	stands := func(e edge) bool {
		again := slices.ContainsFunc(a.linked(), func(s Source) bool { return s.Work == e.Source.Work })
		return e.Role == InputTo && !again
	}
	if slices.ContainsFunc(h.edgesOf(a.Work, h.Today()), stands) {
		against = append(against, "invalid_record")
	}
	return against
}

// againstSource says what is against one source by itself.
func (h *History) againstSource(a Derive, s Source) (against []string) {
	if !h.Exists(s.Work) {
		return []string{"work_not_found"}
	}
	if s.Work == a.Work {
		return []string{"invalid_source"}
	}
	if s.Role == Cites {
		linked := slices.ContainsFunc(h.edgesOf(a.Work, h.Today()), func(e edge) bool { return e.Source.Work == s.Work })
		if linked || slices.Contains(h.cited(a.Work), s.Work) {
			return []string{"already_source"}
		}
		return nil
	}
	if was := h.RoleOf(s.Work, a.Work); was != "" && !was.becomes(s.Role) {
		against = append(against, "already_source")
	}
	if kind := h.KindOf(a.Work); s.Role == TrainedOn && kind != Model && kind != Dataset {
		against = append(against, "invalid_source")
	}
	if h.comesFrom(s.Work, a.Work) {
		against = append(against, "cycle")
	}
	if h.reservedBefore(a.Work, s) {
		against = append(against, "reserved")
	}
	return append(against, h.againstRelyingOn(a, s)...)
}

// becomes says whether a source may be declared again in another role: a part may turn out to
// be all, nothing else.
func (r Role) becomes(now Role) bool { return r == now || r == ComponentOf && now == ParentOf }

// reservedBefore says whether a grant of a work that was paid for is reserved for a source
// that it declares, or for one that the source is made from, and runs; unless the work declares
// the source by such a grant of its own, which was there before.
func (h *History) reservedBefore(w Work, s Source) bool {
	unused := func(g heldGrant) bool { return g.Paid && g.For != "" && len(g.Users) == 0 }
	own, granted := h.grantNamed(s.Permission.Grant, h.Today())
	return slices.ContainsFunc(h.grantsOf(w, h.Today()), func(g heldGrant) bool {
		later := granted && unused(own) && own.For == w && !g.Given.Before(own.Given)
		return unused(g) && !g.over(h.Now) && !later && (g.For == s.Work || h.comesFrom(s.Work, g.For))
	})
}

// asks is what a derivation asks of a source: what made the work may do with it.
func (h *History) asks(a Derive, r Role) Action {
	switch {
	case r == TrainedOn:
		return Train
	case r == InputTo && (a.Record || h.generated(a.Work)):
		return Input
	}
	return Adapt
}

// againstRelyingOn says why what a source is said to be permitted by does not permit it.
func (h *History) againstRelyingOn(a Derive, s Source) (against []string) {
	relied := h.relied(a.By, s, h.Today())
	switch g, granted := h.grantNamed(s.Permission.Grant, h.Today()); {
	case relied == Own && !h.solelyOwned(s.Work, a.By, h.Today()):
		return []string{"needs_permission"}
	case relied.Terms != "" && !h.isOffered(s.Work, relied.Terms):
		return []string{"not_offered"}
	case relied.Grant != "" && !granted:
		return []string{"grant_not_found"}
	case relied.Grant != "" && g.Work != s.Work:
		return []string{"needs_permission"}
	case relied.Grant != "" && (h.holder(g) != a.By || !g.lets(a.By)):
		return []string{"not_licensee"}
	}
	answer := h.MayUse(h.deriving(a, s))
	if answer.Verdict == Yes {
		return nil
	}
	for _, r := range answer.Reasons {
		against = append(against, r.Code)
	}
	return against
}

func (h *History) isOffered(w Work, terms string) bool {
	_, offered := h.offerOf(w, terms, h.Today())
	return offered
}

// deriving is what a derivation asks about a source.
func (h *History) deriving(a Derive, s Source) Question {
	return Question{
		By: a.By, Work: s.Work, Use: Use{Action: h.asks(a, s.Role), Deriving: true}, Permission: h.relied(a.By, s, h.Today()),
		Derivative: a.Work,
	}
}

// againstTogether says what is against all sources together, those from before among them.
func (h *History) againstTogether(a Derive) (against []string) {
	after := h.with(a)
	var groups [][]Demand
	for _, e := range after.edgesOf(a.Work, after.Today()) {
		group := after.broughtBy(e)
		if e.Role == TrainedOn && h.KindOf(a.Work) != Dataset {
			for i := range group {
				group[i].Trained = true
			}
		}
		groups = append(groups, group)
	}
	against = append(against, after.conflicts(groups)...)
	demands, debts := after.demands(a.Work, after.Today()), after.debts(a.Work, after.Today())
	if owed := sum(debts); owed > whole {
		against = append(against, "over_whole")
	} else if owed > a.MaxRate {
		against = append(against, "over_max_rate")
	}
	owes := sum(debts) > 0
	if after.owesBeside(a.Work) {
		against = append(against, "sharealike_conflicts_royalty")
	}
	for _, o := range after.offersOf(a.Work, after.Today()) {
		if o.open(h.Now) {
			against = append(against, after.breaks(demands, owes, o)...)
		}
	}
	return against
}

// owesBeside says whether a work owes royalties by one source where another demands to share
// alike. What one source brings along does not clash with itself.
func (h *History) owesBeside(w Work) bool {
	edges := h.edgesOf(w, h.Today())
	return slices.ContainsFunc(edges, func(a edge) bool {
		if sum(h.owedBy(a.Source.Work, a.Relied, h.used[a.Declared][a.Source.Work], a.Declared)) == 0 {
			return false
		}
		return slices.ContainsFunc(edges, func(b edge) bool {
			shares := func(d Demand) bool { return h.binds(d, alike) }
			return a.Source.Work != b.Source.Work && slices.ContainsFunc(h.passedOn(b.Source.Work, b.Relied, b.Declared), shares)
		})
	})
}

// with is the history in which a derivation is made.
func (h *History) with(a Derive) *History {
	after := &History{
		Now: h.Now, terms: h.terms, acts: slices.Clone(h.acts), times: slices.Clone(h.times), used: maps.Clone(h.used), Order: h.Order,
	}
	after.Add(a)
	return after
}

// conflicts says why no derivative can meet the demands of several sources, each of which is a
// group: what it demands and had taken on itself.
func (h *History) conflicts(groups [][]Demand) (against []string) {
	var territories, media []string
	for i, g := range groups {
		for _, d := range g {
			against = append(against, h.clash(d, groups, i)...)
			if len(d.Terms.Territories) > 0 {
				territories = append(territories, d.Terms.Name)
			}
			if len(d.Terms.Media) > 0 {
				media = append(media, d.Terms.Name)
			}
		}
	}
	if h.nothingLeft(territories, func(t Terms) []string { return t.Territories }) ||
		h.nothingLeft(media, func(t Terms) []string { return t.Media }) {
		against = append(against, "scope_conflict")
	}
	return against
}

// clash says why a demand to share alike does not go with the other groups: with one that
// demands other terms; with a ban of commercial use, if the terms allow that, or with a
// limit, if they allow none, that does not itself come with such a demand.
func (h *History) clash(d Demand, groups [][]Demand, own int) (against []string) {
	if !h.binds(d, alike) {
		return nil
	}
	for i, g := range groups {
		shares := slices.ContainsFunc(g, func(o Demand) bool { return h.binds(o, alike) && o.Terms.goWith(d.Terms) })
		for _, o := range g {
			if i != own && h.binds(o, alike) && !o.Terms.goWith(d.Terms) {
				against = append(against, "sharealike_conflict")
			}
			if i == own || shares {
				continue
			}
			if d.Terms.Commercial && h.binds(o, noCommerce) {
				against = append(against, "sharealike_conflicts_noncommercial")
			}
			if d.Terms.NoFurtherRestrictions && h.restricts(o) {
				against = append(against, "sharealike_conflicts_limits")
			}
		}
	}
	return against
}

// nothingLeft says whether limits have nothing in common.
func (h *History) nothingLeft(names []string, list func(Terms) []string) bool {
	if len(names) == 0 {
		return false
	}
	left := slices.Clone(list(h.terms[names[0]]))
	for _, name := range names {
		left = slices.DeleteFunc(left, func(one string) bool { return !slices.Contains(list(h.terms[name]), one) })
	}
	return len(left) == 0
}
