package rightsoracle

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Who makes something from a work is asked for approval and for payment by the sources of
// that work too. A grant of such a source does for both. It is used up by what is made, as
// if it had been made from the source, and what is made ends with it.

// met are the grants by which a derivation meets what the sources of its own sources ask,
// by source. One that was made keeps those of its day.
func (h *History) met(a Derive, m Moment) map[Work][]Grant {
	if m < h.Today() {
		return h.used[m]
	}
	met := map[Work][]Grant{}
	for _, s := range a.linked() {
		if grants := h.metBy(a, s); len(grants) > 0 {
			met[s.Work] = grants
		}
	}
	return met
}

func (h *History) metBy(a Derive, s Source) (grants []Grant) {
	q := h.deriving(a, s)
	for _, w := range h.MayUse(q).Ways {
		if w.Verdict != Yes {
			continue
		}
		for _, d := range h.demands(q.Work, w.At) {
			g, some := h.means(d, q)
			if some && !slices.Contains(grants, g) {
				grants = append(grants, g)
			}
		}
	}
	return grants
}

// means is the grant by which a demand is met; none, if it asks for nothing, or what it asks
// for is there without one.
func (h *History) means(d Demand, q Question) (Grant, bool) {
	asksApproval := h.binds(d, approval) && q.Use.Action.approved() && !h.approvedUnder(d.Source, d.Terms.Name, q.By, q.Derivative)
	asksPay := h.binds(d, paidUses) && d.Terms.paidByGrant(q.Use.Action) && !h.hasPaid(d, q)
	asksItem := h.asksItem(d, q) && !h.solelyOwned(d.Source, q.By, h.Today())
	if (!asksApproval && !asksPay || h.Owner(d.Source, h.Today()) == q.By) && !asksItem {
		return "", false
	}
	var would []heldGrant
	for _, w := range h.ways(Question{By: q.By, Work: d.Source, Use: q.Use, Derivative: q.Derivative}) {
		if w.Verdict != Yes || !h.termsOf(w.By).standsIn(d.under()) {
			continue
		}
		if w.By.Grant == "" {
			return "", false // a free offer
		}
		g, _ := h.grantNamed(w.By.Grant, h.Today())
		would = append(would, g)
	}
	if len(would) == 0 {
		return "", false
	}
	return slices.MinFunc(would, func(a, b heldGrant) int { return h.sooner(a, b, q.Derivative) }).Name, true
}

// sooner says which of two grants meets a demand: one that the derivative relies on already,
// else one that is for it alone, else the one that runs longer.
func (h *History) sooner(a, b heldGrant, derivative Work) int {
	yes := func(is bool) int {
		if is {
			return 0
		}
		return 1
	}
	relies := func(g heldGrant) int { return yes(slices.Contains(g.Users, derivative)) }
	reserved := func(g heldGrant) int { return yes(g.For == derivative) }
	end := func(g heldGrant) time.Time {
		if g.Ends.IsZero() {
			return h.Now.AddDate(1000, 0, 0)
		}
		return g.Ends
	}
	return cmp.Or(
		cmp.Compare(relies(a), relies(b)), cmp.Compare(reserved(a), reserved(b)), end(b).Compare(end(a)),
		strings.Compare(h.Order(a.Name), h.Order(b.Name)),
	)
}

// hasPaid says whether who asks holds the work, and has paid a source for it: nobody pays
// twice for one work.
func (h *History) hasPaid(d Demand, q Question) bool {
	if q.By == "" || h.Owner(q.Work, h.Today()) != q.By || q.Use.Action == Input && h.isHeld(q.Work, d) {
		return false
	}
	return slices.ContainsFunc(h.grantsOf(d.Source, h.Today()), func(g heldGrant) bool {
		return g.Terms.Name == d.Terms.Name && slices.Contains(g.Users, q.Work)
	})
}
