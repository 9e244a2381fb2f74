package rightsoracle

import (
	"slices"
	"time"
)

// heldGrant is what became of a grant.
type heldGrant struct {
	Name     Grant
	Work     Work
	Terms    Terms
	Licensee Account
	// For is the derivative that the grant is for alone, and moves with.
	For Work
	// Serves is how many derivatives; Users are those that rely on it.
	Serves int
	Users  []Work
	// Pinned is the moment whose demands and debts of the work it goes by: that of the
	// last renewal, or of its first day.
	Pinned Moment
	Ends   time.Time // zero: never
	// Held is the moment up to which Ends has the time that the work was on hold.
	Held Moment
	// Given is its first day; Paid: something was paid for it last.
	Given time.Time
	Paid  bool
	// Allowed may hold it; nobody: everybody may.
	Allowed   []Account
	OfferedTo Account
}

func (g heldGrant) over(now time.Time) bool { return !g.Ends.IsZero() && !now.Before(g.Ends) }

// servesFor says whether a derivative may rely on the grant; "": one that nothing is
// known of.
func (g heldGrant) servesFor(derivative Work) bool {
	if g.For != "" {
		return g.For == derivative
	}
	return len(g.Users) < g.Serves || derivative != "" && slices.Contains(g.Users, derivative)
}

// grantsOf are all grants ever given of a work, in their order; of every work, if none
// is named.
func (h *History) grantsOf(w Work, m Moment) []heldGrant {
	var list []heldGrant
	at := func(name Grant) *heldGrant {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
		return &heldGrant{} // of another work
	}
	for i, act := range h.acts[:m] {
		switch a := act.(type) {
		case Acquire:
			if w == "" || a.Work == w {
				list = append(list, h.acquired(a, Moment(i)))
			}
		case Renew:
			h.renewed(at(a.Grant), Moment(i))
		case OfferGrant:
			at(a.Grant).OfferedTo = a.To
		case CancelGrant:
			at(a.Grant).OfferedTo = ""
		case AcceptGrant:
			g := at(a.Grant)
			g.Licensee, g.OfferedTo = a.By, ""
		case Derive:
			for _, s := range a.linked() {
				at(s.Permission.Grant).use(a.Work)
				for _, g := range h.used[Moment(i)][s.Work] {
					at(g).use(a.Work)
				}
			}
		}
	}
	for i := range list {
		h.waitOut(&list[i], m)
	}
	return list
}

// waitOut puts the end of a grant off by the time that its work was on hold, up to a moment.
func (h *History) waitOut(g *heldGrant, m Moment) {
	if !g.Ends.IsZero() {
		g.Ends = g.Ends.Add(h.onHold(g.Work, m) - h.onHold(g.Work, g.Held))
	}
	g.Held = m
}

// onHold is for how long disputes held a work, in all, up to a moment.
func (h *History) onHold(w Work, m Moment) (held time.Duration) {
	open := 0
	var since time.Time
	for i, act := range h.acts[:m] {
		switch a := act.(type) {
		case Dispute:
			if a.Work == w {
				if open++; open == 1 {
					since = h.times[i]
				}
			}
		case Settle:
			if a.Work == w {
				if open--; open == 0 {
					held += h.times[i].Sub(since)
				}
			}
		}
	}
	if open > 0 {
		held += h.at(m).Sub(since)
	}
	return held
}

func (h *History) acquired(a Acquire, at Moment) heldGrant {
	t := h.terms[a.Terms]
	offer, _ := h.offerOf(a.Work, a.Terms, at)
	g := heldGrant{
		Name: a.Named(), Work: a.Work, Terms: t, Licensee: a.By, For: a.For, Serves: t.serves(), Pinned: at, Held: at, Allowed: offer.Only,
		Given: h.times[at], Paid: offer.price() > 0,
	}
	if a.For != "" {
		g.Serves = 1
	}
	if t.Duration > 0 {
		g.Ends = h.times[at].Add(t.Duration)
	}
	return g
}

// renewed is the grant with another duration, from its end or, if that is past, from the
// day of the renewal; pinned anew.
func (h *History) renewed(g *heldGrant, at Moment) {
	if g.Name == "" {
		return
	}
	h.waitOut(g, at)
	from := g.Ends
	if from.Before(h.times[at]) {
		from = h.times[at]
	}
	offer, _ := h.offerOf(g.Work, g.Terms.Name, at)
	g.Ends, g.Pinned, g.Allowed, g.Paid = from.Add(g.Terms.Duration), at, offer.Only, offer.price() > 0
}

// use says that a derivative relies on the grant.
func (g *heldGrant) use(derivative Work) {
	if slices.Contains(g.Users, derivative) {
		return
	}
	g.Users, g.OfferedTo = append(g.Users, derivative), ""
	if g.Serves == 1 {
		g.For = derivative
	}
}

// grantNamed is a grant at a moment.
func (h *History) grantNamed(name Grant, m Moment) (heldGrant, bool) {
	for _, g := range h.grantsOf("", m) {
		if g.Name == name {
			return g, true
		}
	}
	return heldGrant{}, false
}

// Grants lists the names of all grants ever given.
func (h *History) Grants() (names []Grant) {
	for _, g := range h.grantsOf("", h.Today()) {
		names = append(names, g.Name)
	}
	return names
}

// Holder holds a grant today: its licensee or, once it is for one derivative, whoever
// owns that.
func (h *History) Holder(name Grant) Account {
	g, _ := h.grantNamed(name, h.Today())
	return h.holder(g)
}

// lets says whether an account may do with a grant that it holds what it permits: it was
// given it, or the list that the offer had leaves it in.
func (g heldGrant) lets(account Account) bool {
	return g.Licensee == account || len(g.Allowed) == 0 || slices.Contains(g.Allowed, account)
}

func (h *History) holder(g heldGrant) Account { return h.holderAt(g, h.Today()) }

func (h *History) holderAt(g heldGrant, m Moment) Account {
	if g.For != "" {
		return h.Owner(g.For, m)
	}
	return g.Licensee
}

// grantedDerivatives counts the derivatives that the grants ever given of a work serve.
func (h *History) grantedDerivatives(w Work, m Moment) (n int) {
	for _, g := range h.grantsOf(w, m) {
		n += g.Terms.serves()
	}
	return n
}

// granted counts the grants ever given of a work under terms, under any if none are
// named.
func (h *History) granted(w Work, terms string, m Moment) (n int) {
	for _, g := range h.grantsOf(w, m) {
		if terms == "" || g.Terms.Name == terms {
			n++
		}
	}
	return n
}

// MayAcquire says what is against a grant.
func (h *History) MayAcquire(a Acquire) []string {
	against := h.mayTake(a.By, a.Work, a.Terms, a.MaxFee, a.For, heldGrant{})
	if a.For != "" {
		if a.For == a.Work {
			against = append(against, "invalid_message")
		}
		if h.Owner(a.For, h.Today()) != a.By {
			against = append(against, "not_owner")
		}
		if h.StatusOf(a.For) == Disputed {
			against = append(against, "on_hold")
		}
	}
	if _, exists := h.grantNamed(a.Named(), h.Today()); exists {
		against = append(against, "grant_exists")
	}
	return against
}

// MayRenew says what is against a renewal: who holds the grant takes what the offer of its
// terms says today, at the price of today.
func (h *History) MayRenew(a Renew) []string {
	g, known := h.grantNamed(a.Grant, h.Today())
	if !known {
		return []string{"grant_not_found"}
	}
	against := h.mayTake(a.By, g.Work, g.Terms.Name, a.MaxFee, g.For, g)
	if h.holder(g) != a.By {
		against = append(against, "not_licensee")
	}
	if g.Ends.IsZero() {
		against = append(against, "not_renewable")
	}
	return against
}

// mayTake says what is against taking an offer, or having a grant renewed under it.
func (h *History) mayTake(by Account, w Work, terms string, maxFee int64, derivative Work, renewed heldGrant) (against []string) {
	if !h.Exists(w) {
		return []string{"work_not_found"}
	}
	o, offered := h.offerOf(w, terms, h.Today())
	if !offered {
		return []string{"not_offered"}
	}
	against = append(h.standing(w), h.againstRelying(o, by)...)
	if h.waits(w, h.Today()) {
		against = append(against, "unapproved_source")
	}
	if o.Terms.Approval && len(o.Only) == 0 && !h.approvedUnder(w, terms, by, derivative) {
		against = append(against, "needs_approval") // to be named is to be approved
	}
	for _, d := range h.demands(w, h.Today()) {
		if end, ends := h.endOf(d); ends && !h.Now.Before(end) {
			against = append(against, "source_expired")
		}
	}
	if renewed.Name == "" {
		against = append(against, h.exhausted(o)...)
	}
	against = append(against, h.againstGiving(o, renewed)...)
	if o.price() > maxFee {
		against = append(against, "fee_above_max")
	}
	return against
}

// againstRelying says what keeps an account from relying on an offer that can be closed,
// or from taking one.
func (h *History) againstRelying(o standingOffer, by Account) (against []string) {
	for _, reason := range []struct {
		code   string
		stands bool
	}{
		{"work_withdrawn", h.statusBeside(o.Work) == Withdrawn},
		{"not_offered", o.Closed},
		{"offer_expired", o.over(h.Now)},
		{"offer_paused", o.Paused},
		{"not_licensee", len(o.Only) > 0 && !slices.Contains(o.Only, by)},
	} {
		if reason.stands {
			against = append(against, reason.code)
		}
	}
	return against
}

// standing says what the status of a work has against everything new.
func (h *History) standing(w Work) []string {
	if h.StatusOf(w) == Disputed {
		return []string{"work_disputed"}
	}
	return nil
}

// exhausted says whether all grants were given; they count for ever.
func (h *History) exhausted(o standingOffer) []string {
	if o.Terms.MaxGrants > 0 && h.granted(o.Work, o.Terms.Name, h.Today()) >= o.Terms.MaxGrants {
		return []string{"grants_exhausted"}
	}
	return nil
}

// againstGiving says which running grants keep one from being given under an offer:
// those that keep others out, where they overlap, and, if it is to keep others out
// itself, any. The one that is renewed does not count and, while it runs, none that
// overlaps was given.
func (h *History) againstGiving(o standingOffer, renewed heldGrant) (against []string) {
	keepsOut := o.Terms.Exclusivity != Shared && (renewed.Name == "" || renewed.over(h.Now))
	for _, g := range h.grantsOf(o.Work, h.Today()) {
		isKept := g.Terms.Exclusivity != Shared && (g.Terms.excludes(o.Terms) || o.Terms.Exclusivity != Shared && o.Terms.excludes(g.Terms))
		if !g.over(h.Now) && g.Name != renewed.Name && (isKept || keepsOut && o.Terms.excludes(g.Terms)) {
			against = append(against, "exclusive_granted")
		}
	}
	if keepsOut && h.irrevocableOffers(o.Work, h.Today()) > 0 {
		against = append(against, "irrevocable_offered")
	}
	return against
}

// MayOfferGrant says what is against passing a grant on.
func (h *History) MayOfferGrant(a OfferGrant) []string {
	g, known := h.grantNamed(a.Grant, h.Today())
	if !known {
		return []string{"grant_not_found"}
	}
	against := h.mayMove(g, a.To)
	if h.holder(g) != a.By {
		against = append(against, "not_licensee")
	}
	return against
}

// MayCancelGrant says what is against taking that back.
func (h *History) MayCancelGrant(a CancelGrant) (against []string) {
	g, known := h.grantNamed(a.Grant, h.Today())
	if !known {
		return []string{"grant_not_found"}
	}
	if h.holder(g) != a.By {
		against = append(against, "not_licensee")
	}
	if g.OfferedTo == "" {
		against = append(against, "not_offered_to_you")
	}
	return against
}

// MayAcceptGrant says what is against accepting a grant; all is asked again.
func (h *History) MayAcceptGrant(a AcceptGrant) []string {
	g, known := h.grantNamed(a.Grant, h.Today())
	if !known {
		return []string{"grant_not_found"}
	}
	against := h.mayMove(g, a.By)
	if g.OfferedTo != a.By {
		against = append(against, "not_offered_to_you")
	}
	return against
}

// mayMove says what keeps a grant from being another's.
func (h *History) mayMove(g heldGrant, to Account) (against []string) {
	if g.For != "" || len(g.Users) > 0 {
		against = append(against, "grant_used")
	}
	if g.over(h.Now) {
		against = append(against, "grant_expired")
	}
	if to == g.Licensee {
		against = append(against, "invalid_message")
	}
	if !g.Terms.Transferable {
		against = append(against, "not_transferable")
	}
	if len(g.Allowed) > 0 && !slices.Contains(g.Allowed, to) {
		against = append(against, "not_licensee")
	}
	if g.Terms.Approval && len(g.Allowed) == 0 && !h.approvedUnder(g.Work, g.Terms.Name, to, "") {
		against = append(against, "needs_approval")
	}
	return against
}
