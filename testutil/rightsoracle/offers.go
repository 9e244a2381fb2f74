package rightsoracle

import "slices"

// MayOffer says what is against an offer: of the work, of what its sources demand, and of
// what was given of it before.
func (h *History) MayOffer(a Offer) (against []string) {
	if h.Owner(a.Work, h.Today()) != a.By {
		against = append(against, "not_owner")
	}
	if h.StatusOf(a.Work) != Active {
		against = append(against, "on_hold")
	}
	t := h.terms[a.Terms]
	o := standingOffer{Offer: a, Terms: t}
	switch {
	case t.Known && (a.Price > 0 || len(a.Only) > 0): // given to all for nothing
		against = append(against, "invalid_offer")
	case (t.paidByGrant(Train) || t.paidByGrant(Input) || t.paidByGrant(Search)) && o.price() == 0:
		against = append(against, "invalid_offer")
	case a.Price > 0 && a.Price < t.Fee:
		against = append(against, "invalid_offer")
	}
	demands := h.demands(a.Work, h.Today())
	for _, d := range demands {
		if end, ends := h.endOf(d); ends && !h.Now.Before(end) {
			against = append(against, "source_expired")
		}
	}
	if h.waits(a.Work, h.Today()) {
		against = append(against, "unapproved_source")
	}
	against = append(against, h.breaks(demands, sum(h.debts(a.Work, h.Today())) > 0, o)...)
	return append(against, h.beside(a, t)...)
}

// beside says which offers do not stand beside what was given: for ever what somebody has
// exclusively, and exclusively what everybody has for ever.
func (h *History) beside(a Offer, t Terms) (against []string) {
	running := func(g heldGrant) bool { return g.Terms.Exclusivity != Shared && !g.over(h.Now) }
	if t.Known && !a.Paused && slices.ContainsFunc(h.grantsOf(a.Work, h.Today()), running) {
		against = append(against, "exclusive_granted")
	}
	if t.Exclusivity != Shared && h.irrevocableOffers(a.Work, h.Today()) > 0 {
		against = append(against, "irrevocable_offered")
	}
	return against
}

// breaks says which demands an offer of what was made breaks.
func (h *History) breaks(demands []Demand, owesRoyalty bool, o standingOffer) (against []string) {
	t := o.Terms
	commercial := t.Commercial || o.price() > 0 || t.UsePrice > 0 || t.Rate > 0
	for _, d := range demands {
		for _, rule := range []struct {
			code   string
			broken bool
		}{
			// Creative Commons only advise against it: the ban stays on the work.
			{"noncommercial_source", h.binds(d, noCommerce) && commercial && !t.CreativeCommons},
			{"sharealike_source", h.binds(d, alike) && !d.Terms.becomes(t)},
			{"scope_source", !within(t.Territories, d.Terms.Territories) || !within(t.Media, d.Terms.Media)},
			{"expiring_source", h.binds(d, ending) && t.NoFurtherRestrictions},
			{"uses_source", h.binds(d, deniedUses) && t.NoFurtherRestrictions},
			{"paid_source", h.binds(d, paidUses) && t.NoFurtherRestrictions},
			{"approval_source", h.binds(d, approval) && t.NoFurtherRestrictions},
			{"exclusive_granted", h.binds(d, kept) && t.NoFurtherRestrictions},
		} {
			if rule.broken {
				against = append(against, rule.code)
			}
		}
	}
	if owesRoyalty && t.NoFurtherRestrictions {
		against = append(against, "owes_royalty")
	}
	if owesRoyalty && t.Making == ShareAlike { // what comes of it could not be offered alike
		against = append(against, "sharealike_conflicts_royalty")
	}
	return against
}

// within says whether a list allows no more than another; none: all.
func within(list, limit []string) bool {
	if len(list) == 0 {
		return len(limit) == 0
	}
	return covers(limit, list)
}

// MayClose says what is against closing an offer.
func (h *History) MayClose(a Close) (against []string) {
	if h.Owner(a.Work, h.Today()) != a.By {
		against = append(against, "not_owner")
	}
	if h.StatusOf(a.Work) == Disputed {
		against = append(against, "on_hold")
	}
	if o, offered := h.offerOf(a.Work, a.Terms, h.Today()); !offered || o.Closed {
		against = append(against, "not_offered")
	}
	return against
}
