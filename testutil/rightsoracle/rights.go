package rightsoracle

import (
	"slices"
	"time"
)

// Use is what somebody wants to do with a work.
type Use struct {
	Action      Action
	Commercial  bool
	Territories []string      // none: everywhere
	Media       []string      // none: all
	For         time.Duration // 0: over at once
	// Deriving: a derivation asks. The result takes the limits of place on, so that they are
	// not asked about.
	Deriving bool
}

// makes says whether the use makes a derivative.
func (u Use) makes() bool { return u.Deriving || u.Action.makes() }

// makesAny says whether the use makes anything at all of the work.
func (u Use) makesAny() bool { return u.makes() || u.Action.approved() }

// Question is "may I use this for that?".
type Question struct {
	By   Account // "": anybody
	Work Work
	Use  Use
	// Permission is the only one that counts; Own: whatever there is.
	Permission Permission
	// Derivative is the asker's work that is to be made; "": one that nothing is known of.
	Derivative Work
}

// Verdict is the answer, the worse first.
type Verdict int

// Answers.
const (
	No Verdict = iota
	NeedsGrant
	Yes
)

func (v Verdict) String() string { return [...]string{"denied", "needs a grant", "allowed"}[v] }

// Reason is one why not. Of is the ancestor that it comes from; "": the work itself.
type Reason struct {
	Code string
	Of   Work
}

// Way is one permission that may allow a use, with what it comes to. By is Own for who
// owns the work and all its revenue.
type Way struct {
	By      Permission
	Verdict Verdict
	Reasons []Reason
	// Judged by the demands of an earlier day than today.
	Pinned bool
	At     Moment
	// NoLongerOffered: it rests on what can't be taken back.
	NoLongerOffered bool
}

// Answer is what is said to a question.
type Answer struct {
	Verdict Verdict
	// Ways are all permissions that were weighed.
	Ways []Way
	// Reasons are all that are true; an answer may give some of them.
	Reasons []Reason
}

// end is when a use ends.
func (h *History) end(u Use) time.Time { return h.Now.Add(u.For) }

// MayUse answers whether a work may be used. The best of all ways decides, each under what
// the work's sources demand by it.
func (h *History) MayUse(q Question) Answer {
	answer := Answer{Ways: h.ways(q)}
	if len(answer.Ways) == 0 {
		none := Way{Reasons: reasons("", []string{"not_offered"}), At: h.Today()}
		h.underDemands(&none, q)
		answer.Reasons = none.Reasons
		return answer
	}
	for i := range answer.Ways {
		w := &answer.Ways[i]
		h.underDemands(w, q)
		answer.Verdict = max(answer.Verdict, w.Verdict)
		answer.Reasons = append(answer.Reasons, w.Reasons...)
	}
	return answer
}

// underDemands holds one way against what the sources demand: of today or, by a grant and
// by a licence that can't be taken back, of the day that they pin.
func (h *History) underDemands(w *Way, q Question) {
	demands := h.demands(q.Work, w.At)
	refusals := h.against(demands, h.termsOf(w.By), q)
	needs, unobtainable := h.askedOfSources(demands, q)
	if refusals = append(refusals, unobtainable...); len(refusals) > 0 {
		w.Verdict, w.Reasons = No, append(w.Reasons, refusals...)
		return
	}
	if len(needs) > 0 && w.Verdict > No {
		w.Verdict, w.Reasons = NeedsGrant, append(w.Reasons, needs...)
	}
}

// against lists what demands have against a use, whatever the work's own terms say.
func (h *History) against(demands []Demand, under Terms, q Question) (list []Reason) {
	for _, d := range demands {
		var codes []string
		if q.Use.Commercial && h.binds(d, noCommerce) {
			codes = append(codes, "noncommercial_source")
		}
		if !q.Use.Deriving {
			codes = append(codes, beyond(d.Terms, q.Use)...)
		}
		if end, ends := h.endOf(d); ends {
			switch {
			case !h.Now.Before(end):
				codes = append(codes, "source_expired")
			case end.Before(h.end(q.Use)):
				codes = append(codes, "ends_before_use")
			}
		}
		if code, denied := d.Terms.deniesOfResult(q.Use.Action); denied && h.binds(d, deniedUses) {
			codes = append(codes, code)
		}
		if h.keepsOut(d, demands, under, q) {
			codes = append(codes, "exclusive_granted")
		}
		list = append(list, reasons(d.Source, codes)...)
	}
	return list
}

// askedOfSources lists what a use needs of the owners of sources beside: a grant of a source whose
// use is paid by grant, though not of whoever owns what was paid for; and the
// approval of who approves derivatives. Whatever lets the asker do the same with the
// source itself is enough. Where the source sells nothing any more, what was made under
// its paid terms is still sold to whom they were for then. What can't be had is refused.
func (h *History) askedOfSources(demands []Demand, q Question) (needs, refused []Reason) {
	for _, d := range demands {
		if h.binds(d, approval) && q.Use.Action.approved() && !h.approvedUnder(d.Source, d.Terms.Name, q.By, q.Derivative) &&
			h.Owner(d.Source, h.Today()) != q.By && h.atSource(d, q) != Yes {
			if h.StatusOf(d.Source) == Disputed { // its owner approves nothing meanwhile
				refused = append(refused, Reason{"work_disputed", d.Source})
			} else {
				needs = append(needs, Reason{"needs_approval", d.Source})
			}
		}
		if h.asksItem(d, q) {
			switch h.atSource(d, q) {
			case No:
				refused = append(refused, Reason{h.notSold(d.Source), d.Source})
			case NeedsGrant:
				needs = append(needs, Reason{"needs_grant", d.Source})
			}
		}
		if h.binds(d, paidUses) && d.Terms.paidByGrant(q.Use.Action) && !h.hasPaid(d, q) {
			switch h.atSource(d, q) {
			case No:
				if !h.sellsPass(d, q) {
					refused = append(refused, Reason{h.notSold(d.Source), d.Source})
					continue
				}
				needs = append(needs, Reason{"needs_grant", d.Source})
			case NeedsGrant:
				needs = append(needs, Reason{"needs_grant", d.Source})
			}
		}
	}
	return needs, refused
}

// notSold is why nothing is to be had of a source.
func (h *History) notSold(source Work) string {
	if h.StatusOf(source) == Disputed {
		return "work_disputed"
	}
	return "not_offered"
}

// sellsPass says whether somebody may pay a source for uses of what was made under its paid
// terms: closed, raised or withdrawn, it keeps to the offer of then, and to whom that was
// for, for as long as a grant would last. Under dispute nothing is sold.
func (h *History) sellsPass(d Demand, q Question) bool {
	if len(h.standing(d.Source)) > 0 || d.Terms.Duration > 0 && d.Terms.Duration < q.Use.For {
		return false
	}
	g, granted := h.grantNamed(d.Grant, h.Today())
	return !granted || len(g.Allowed) == 0 || slices.Contains(g.Allowed, q.By)
}

// atSource is the answer about the same use of a source by what is offered and granted
// of it; what its own sources demand stands beside its demand.
func (h *History) atSource(d Demand, q Question) (best Verdict) {
	source := d.Source
	if q.By != "" && h.solelyOwned(source, q.By, h.Today()) {
		if len(h.held(source, q.Use)) > 0 {
			return No
		}
		return Yes
	}
	for _, w := range h.ways(Question{By: q.By, Work: source, Use: q.Use, Derivative: q.Derivative}) {
		if !q.Use.makes() || h.termsOf(w.By).standsIn(d.under()) {
			best = max(best, w.Verdict)
		}
	}
	return best
}

// ways are the permissions that may allow a use, each by what it says itself. Who owns a
// work and all its revenue does not rely on offers and grants of it, unless on a grant
// that is named.
func (h *History) ways(q Question) (list []Way) {
	if q.Permission.Grant == "" && q.By != "" && h.solelyOwned(q.Work, q.By, h.Today()) {
		return []Way{h.owning(q)}
	}
	for _, o := range h.offersOf(q.Work, h.Today()) {
		if q.Permission == Own || q.Permission == (Permission{Terms: o.Terms.Name}) {
			list = append(list, h.byOffer(o, q))
		}
	}
	for _, g := range h.grantsOf(q.Work, h.Today()) {
		if q.By == "" || h.holder(g) != q.By || !g.lets(q.By) {
			continue
		}
		// One that came with a work that was bought is found when it or that work is named.
		found := q.Permission == Own && (g.Licensee == q.By || g.For == q.Derivative)
		if found || q.Permission.Grant == g.Name {
			list = append(list, h.byGrant(g, q))
		}
	}
	return list
}

// held says what a dispute has against a use without a grant: nothing new is made of a
// disputed work, by nobody.
func (h *History) held(w Work, u Use) []string {
	if !u.makesAny() {
		return nil
	}
	return h.standing(w)
}

// owning is the owner's way: all but what somebody has exclusively, or what is disputed.
func (h *History) owning(q Question) Way {
	w := Way{By: Own, Verdict: Yes, At: h.Today()}
	codes := h.held(q.Work, q.Use)
	if h.keptOut(q, Terms{}, Exclusive) {
		codes = append(codes, "exclusive_granted")
	}
	if len(codes) > 0 {
		w.Verdict, w.Reasons = No, reasons("", codes)
	}
	return w
}

// byGrant is the way of who holds a grant.
func (h *History) byGrant(g heldGrant, q Question) Way {
	w := Way{By: Permission{Grant: g.Name}, Verdict: Yes, At: g.Pinned, Pinned: true}
	codes := againstTerms(g.Terms, q.Use)
	switch {
	case g.over(h.Now):
		codes = append(codes, "grant_expired")
	case !g.Ends.IsZero() && g.Ends.Before(h.end(q.Use)):
		codes = append(codes, "ends_before_use")
	}
	if q.Use.makes() && !g.servesFor(q.Derivative) {
		codes = append(codes, "grant_used")
	}
	if len(codes) > 0 {
		w.Verdict, w.Reasons = No, reasons("", codes)
	}
	return w
}

// byOffer is the way of who relies on an offer or takes it.
func (h *History) byOffer(o standingOffer, q Question) Way {
	w := Way{By: Permission{Terms: o.Terms.Name}, At: h.Today()}
	if o.Irrevocable {
		w.At, w.Pinned = o.Since, true
	}
	public := o.public(q.Use.Action)
	// What was made under an offer stays. A use that goes on longer than the offer needs a
	// grant, which outlasts it.
	outlasts := public && !o.Irrevocable && !q.Use.makes() && !o.Ends.IsZero() && o.Ends.Before(h.end(q.Use))
	codes := append(againstTerms(o.Terms, q.Use), h.held(o.Work, q.Use)...)
	switch relying := h.againstRelying(o, q.By); {
	case public && o.Irrevocable:
		w.NoLongerOffered = len(relying) > 0
	case public && !outlasts:
		codes = append(codes, relying...)
		if (q.Use.Action.approved() || q.Use.makes()) && h.waits(o.Work, h.Today()) {
			codes = append(codes, "unapproved_source")
		}
		if h.keptOut(q, o.Terms, Sole, Exclusive) {
			codes = append(codes, "exclusive_granted")
		}
	default:
		return h.needing(w, o, q, append(codes, relying...), outlasts)
	}
	w.Verdict = Yes
	if len(codes) > 0 {
		w.Verdict, w.Reasons = No, reasons("", codes)
	}
	return w
}

// needing is the way of who has to acquire a grant under an offer, if that can be.
func (h *History) needing(w Way, o standingOffer, q Question, codes []string, outlasts bool) Way {
	codes = append(codes, h.standing(o.Work)...)
	if h.waits(o.Work, h.Today()) {
		codes = append(codes, "unapproved_source")
	}
	codes = append(codes, h.exhausted(o)...)
	codes = append(codes, h.againstGiving(o, heldGrant{})...)
	if o.Terms.Duration > 0 && o.Terms.Duration < q.Use.For {
		codes = append(codes, "ends_before_use")
	}
	if len(codes) > 0 {
		w.Verdict, w.Reasons = No, reasons("", codes)
		return w
	}
	codes = []string{"needs_grant"}
	if outlasts {
		codes = append(codes, "ends_before_use")
	}
	if o.Terms.Approval && len(o.Only) == 0 && !h.approvedUnder(o.Work, o.Terms.Name, q.By, q.Derivative) {
		codes = append(codes, "needs_approval")
	}
	w.Verdict, w.Reasons = NeedsGrant, reasons("", codes)
	return w
}

// public says whether an offer is itself the permission for a use: it has no price, end
// of grants, number, list of licensees or exclusivity and, for what makes derivatives, no
// approval.
func (o standingOffer) public(a Action) bool {
	t := o.Terms
	return o.price() == 0 && len(o.Only) == 0 && t.Duration == 0 && t.MaxGrants == 0 && t.Exclusivity == Shared &&
		!(t.Approval && a.approved()) && !t.paidByGrant(a)
}

// keptOut says whether a running grant of somebody else keeps a use under terms out. A
// derivation may end up wherever its terms allow it.
func (h *History) keptOut(q Question, under Terms, by ...Exclusivity) bool {
	territories, media := q.Use.Territories, q.Use.Media
	if q.Use.Deriving {
		territories, media = under.Territories, under.Media
	}
	for _, g := range h.grantsOf(q.Work, h.Today()) {
		if slices.Contains(by, g.Terms.Exclusivity) && !g.over(h.Now) && (q.By == "" || h.holder(g) != q.By) &&
			g.Terms.permits(q.Use.Action) && meet(g.Terms.Territories, territories) && meet(g.Terms.Media, media) {
			return true
		}
	}
	return false
}

// againstTerms lists what terms have against a use.
func againstTerms(t Terms, u Use) (codes []string) {
	if len(t.Uses) > 0 && !slices.Contains(t.Uses, u.Action) {
		codes = append(codes, "use_not_covered")
	}
	if u.Commercial && !t.Commercial {
		codes = append(codes, "noncommercial_terms")
	}
	if code, denied := t.denies(u.Action); denied {
		codes = append(codes, code)
	}
	if !u.Deriving {
		codes = append(codes, beyond(t, u)...)
	}
	return codes
}

// beyond lists which limits of place a use is beyond.
func beyond(t Terms, u Use) (codes []string) {
	if !covers(t.Territories, u.Territories) {
		codes = append(codes, "territory_not_covered")
	}
	if !covers(t.Media, u.Media) {
		codes = append(codes, "medium_not_covered")
	}
	return codes
}

func reasons(of Work, codes []string) (list []Reason) {
	for _, code := range codes {
		list = append(list, Reason{code, of})
	}
	return list
}
