package rules

import (
	"slices"
	"time"
)

// Status is where a work stands.
type Status uint8

// Where works stand.
const (
	Active Status = iota
	// Withdrawn by the owner: no new grants; existing ones stay.
	Withdrawn
	Invalidated
)

// Work is what a decision knows of a work.
type Work struct {
	Status Status
	// OnHold: it is disputed, so that nothing new is granted or made of it. Status is as without
	// the dispute.
	OnHold bool
	// Own: who asks owns the work and all its revenue. Holder: owns the work.
	Own    bool
	Holder bool
	// Constraints are what the work takes on from its sources today.
	Constraints []Constraint
	// Owes: what derives from the work today owes royalties to its sources; it matters
	// for collections, of which Clash says what.
	Owes bool
	// Waiting: owners have not approved later sources of the work, or of what it was
	// made from.
	Waiting bool
	// Exclusives are its exclusive and sole grants. Others are all grants, those of
	// the same terms together; they matter where an offer is exclusive or sole.
	Exclusives []Running
	Others     []Running
	// Irrevocable: an offer that cannot be taken back was made; asked as Others are.
	Irrevocable bool
	// Crowded: more grants run than were looked at, so that none that keeps others
	// out can be given.
	Crowded bool
	// Withdrawals is how many items, or contributors with all of theirs, were taken back of its manifest.
	Withdrawals uint64
	// Item is the item of its manifest that is asked about; nil: the work is.
	Item *Item
	// Alternatives are the offers on the work and the grants that who asks has.
	Alternatives []Alternative
}

// Constraint is a demand of a source with what it comes down to now.
type Constraint struct {
	Demand
	// Ends is the end of the permission, for Expires, or of the grant that keeps others out,
	// for Withheld; zero: never.
	Ends time.Time
	// LeftIn: who asks is not kept out; for Withheld.
	LeftIn bool
	// Reached: the work has taken in more than the ceiling; for Ceiling.
	Reached bool
	// AtSource is what who asks may do with the source itself, for PaidUses and
	// Approval; nil: it was not looked at, because the use is about neither.
	AtSource *Decision
	// Approved: the source's owner approved who asks; for Approval.
	Approved bool
	// Unserved: no grant of the source serves the work, so that its holder has not paid
	// for it; for PaidUses.
	Unserved bool
	// Passed: who asks has a pass, which lets them use the work as the source makes paid,
	// until PassEnds; zero: for ever. PassSold: one is to be had. For PaidUses.
	Passed   bool
	PassEnds time.Time
	PassSold bool
	// OnHold: the source is disputed. Lapsed: it was invalidated, so that nothing is to be had
	// of its owner, nor owed to them. For what AsksOwner says so of.
	OnHold bool
	Lapsed bool
}

// Verdict is the answer to whether a use is allowed, the worse first.
type Verdict uint8

// Verdicts, numbered as in the protobuf enum; 0 is for works that are not known.
const (
	Denied Verdict = iota + 1
	NeedsAGrant
	Allowed
)

// Decision is a verdict and what comes with it.
type Decision struct {
	Verdict Verdict
	// Reasons why the use is not allowed, in order.
	Reasons []Reason
	// Rely is what an allowed use relies on; nil for one's own work.
	Rely *Alternative
	// Obtain are the offers that a grant can be acquired under, the best first,
	// where one is needed.
	Obtain []Alternative
	// Means are by what demands of sources are met, in their order, where an allowed use
	// makes something.
	Means []Means
	// Obligations that come with an allowed use.
	Obligations []Obligation
	// Notices are what else to know.
	Notices []Notice
}

// Decide answers whether a work may be used. Its status comes before all
// alternatives; of these the best answer counts, whatever their order, each under
// what the sources demanded when it was given, or demand today. Adding a restriction
// to terms never turns a denial into a permission, but that terms which permit less
// overlap less with what somebody else has exclusively.
func Decide(w Work, u Use, now time.Time) Decision {
	return w.leavingOut(w.decide(u, now, Alternative.compare))
}

// decide is Decide with the order in which alternatives are tried.
func (w Work) decide(u Use, now time.Time, order func(a, b Alternative) int) Decision {
	if w.Status == Invalidated {
		return Decision{Verdict: Denied, Reasons: []Reason{{Code: WorkInvalidated}}}
	}
	if w.Own {
		own := Decision{Verdict: Allowed, Obligations: obligations(w.Item.beside(w.Constraints), nil, u)}
		out := w.ownerOut(u, now)
		if w.OnHold && u.makesAny() {
			out = append(out, Reason{Code: WorkDisputed})
		}
		if len(out) > 0 {
			own = Decision{Verdict: Denied, Reasons: sorted(out)}
		}
		d, _ := w.demanding(w.Constraints, nil, w.Owes, u, now, own)
		return d
	}
	alternatives, none := w.Item.among(w.Alternatives)
	if len(alternatives) == 0 {
		d, _ := w.demanding(w.Constraints, nil, w.Owes, u, now, Decision{Verdict: Denied, Reasons: []Reason{none}})
		return d
	}
	slices.SortFunc(alternatives, order)
	best, found := Decision{Verdict: Denied}, denied
	var spent []Reason // why a grant that who asks has does not do
	for i := range alternatives {
		if alternatives[i].Granted {
			spent = append(spent, alternatives[i].grantAgainst(u, now)...)
		}
		switch d, r := w.decideBy(&alternatives[i], u, now); {
		case d.Verdict == Allowed:
			return d
		case r > found:
			best, found = d, r
		case r == found:
			best.Reasons = append(best.Reasons, d.Reasons...)
			best.Obtain = append(best.Obtain, d.Obtain...)
		}
	}
	if found == needsOwn {
		best.Reasons = append(best.Reasons, spent...)
	}
	best.Reasons = sorted(best.Reasons)
	return best
}

// rank orders decisions by what else they need.
type rank uint8

const (
	denied rank = iota
	// needsOwn: a grant of the work itself is needed, and perhaps of sources.
	needsOwn
	needsOfSources
	allowed
)

// decideBy answers by one alternative. Of answers that need a grant, the one that
// needs it of sources only ranks higher.
func (w Work) decideBy(a *Alternative, u Use, now time.Time) (Decision, rank) {
	constraints, owed := w.Constraints, w.Constraints
	if a.Pinned {
		constraints, owed = a.Constraints, w.crediting(a.Constraints)
	}
	verdict, reasons := w.weigh(*a, u, now)
	d := Decision{Verdict: verdict, Reasons: reasons}
	switch verdict {
	case Allowed:
		d.Rely, d.Obligations = a, obligations(w.Item.owing(owed, *a), a, u)
		if a.Irrevocable && len(w.offerAgainst(*a, now)) > 0 {
			d.Notices = []Notice{NoLongerOffered}
		}
	case NeedsAGrant:
		d.Obtain = []Alternative{*a}
	}
	return w.demanding(constraints, a, w.owesBy(a), u, now, d)
}

// owesBy says whether what derives under an alternative owes royalties: to the work, or
// to its sources. A licence that is judged by an older day does not tell.
func (w Work) owesBy(a *Alternative) bool {
	if a.Granted {
		return a.Terms.Rate > 0 || a.Owes
	}
	return a.Terms.Rate > 0 || w.Owes && !a.Pinned
}

// crediting are constraints with those about credit as they are today: whoever was
// declared as a source is credited, whenever that was.
func (w Work) crediting(constraints []Constraint) []Constraint {
	isCredit := func(c Constraint) bool { return c.Kind == Attribution }
	list := slices.DeleteFunc(slices.Clone(constraints), isCredit)
	for _, c := range w.Constraints {
		if isCredit(c) {
			list = append(list, c)
		}
	}
	return list
}

// demanding is a decision by what is offered and granted of the work itself, by an alternative (nil: none), with what the item that
// is asked about and the sources have to say to it, and the rank of what comes of it.
func (w Work) demanding(constraints []Constraint, a *Alternative, owes bool, u Use, now time.Time, d Decision) (Decision, rank) {
	var under Terms
	if a != nil {
		under = a.Terms
	}
	constraints = w.Item.demanding(constraints, a)
	reasons := slices.Concat(w.Item.against(a), against(constraints, under, u, now), Clash(constraints, u, owes))
	if len(reasons) > 0 {
		return d.deniedBy(reasons), denied
	}
	at := w.askAtSources(constraints, u, now)
	switch {
	case len(at.refused) > 0:
		return d.deniedBy(at.refused), denied
	case d.Verdict == Denied:
		return d, denied
	case len(at.asked) == 0 && d.Verdict == Allowed:
		d.Means, d.Obligations = at.means, append(d.Obligations, at.counted...)
		return d, allowed
	case d.Verdict == Allowed:
		return Decision{Verdict: NeedsAGrant, Reasons: sorted(at.asked), Obtain: at.obtain, Notices: d.Notices}, needsOfSources
	}
	d.Reasons = sorted(append(d.Reasons, at.asked...))
	d.Obtain = append(d.Obtain, at.obtain...)
	return d, needsOwn
}

// deniedBy is the denial that sources make of a decision. What the work itself has against
// the use is told too: to come to terms with the sources would not be enough.
func (d Decision) deniedBy(sources []Reason) Decision {
	if d.Verdict == Denied {
		for _, r := range d.Reasons {
			told := func(o Reason) bool {
				return r.Source != "" && o.Code == r.Code && o.Source == r.Source && o.Terms == r.Terms
			}
			if !slices.ContainsFunc(sources, told) {
				sources = append(sources, r)
			}
		}
	}
	return Decision{Verdict: Denied, Reasons: sorted(sources)}
}

// standing lists what the work has against everything new: no grant is given of it.
func (w Work) standing() []Reason {
	switch {
	case w.Status == Invalidated:
		return []Reason{{Code: WorkInvalidated}}
	case w.OnHold:
		return []Reason{{Code: WorkDisputed}}
	}
	return nil
}

// against lists what stands in the way whatever the terms say.
func against(constraints []Constraint, under Terms, u Use, now time.Time) []Reason {
	var reasons []Reason
	for _, c := range constraints {
		if !c.binds(u.Action) {
			continue
		}
		for _, r := range c.against(u, constraints, under, now) {
			r.Source, r.Terms = c.Source, c.TermsID
			reasons = append(reasons, r)
		}
	}
	return append(reasons, tooManyItems(constraints, u)...)
}

func (c Constraint) against(u Use, beside []Constraint, under Terms, now time.Time) []Reason {
	switch {
	case c.Kind == NonCommercial && u.Commercial:
		return []Reason{{Code: NonCommercialSource}}
	case c.Kind == Ceiling && u.Commercial && c.Reached:
		return []Reason{{Code: CeilingReached}}
	case c.Kind == Expires && !now.Before(c.Ends):
		return []Reason{{Code: SourceExpired, At: c.Ends}}
	case c.Kind == Expires && c.Ends.Before(u.end(now)):
		return []Reason{{Code: EndsBeforeUse, At: c.Ends}}
	case c.Kind == Scope:
		return c.Terms.reasonsOf("", c.Terms.covers(u))
	case c.Kind == Withheld && c.keepsOut(u, beside, under, now):
		return []Reason{{Code: ExclusiveGranted, At: c.Ends}}
	case c.Kind == Uses:
		if code, denied := c.Terms.deniesOfResult(u.Action); denied {
			return []Reason{{Code: code}}
		}
	}
	return nil
}

// runs says whether the grant that keeps others out, or the permission, has not ended.
func (c Constraint) runs(now time.Time) bool { return c.Ends.IsZero() || now.Before(c.Ends) }

// Acquire decides whether a grant can be acquired under an offer, whatever for,
// by somebody who agrees to its price and rate. Nothing: yes.
func Acquire(w Work, a Alternative, now time.Time) []Reason {
	reasons := w.standing()
	reasons = append(reasons, w.offerAgainst(a, now)...)
	if w.Waiting {
		reasons = append(reasons, Reason{Code: UnapprovedSource, Permission: a.ID})
	}
	if a.Unapproved() {
		reasons = append(reasons, Reason{Code: NeedsApproval, Permission: a.ID})
	}
	for _, c := range w.Constraints {
		if c.Kind == Expires && !now.Before(c.Ends) {
			reasons = append(reasons, Reason{Code: SourceExpired, Source: c.Source, Terms: c.TermsID, At: c.Ends})
		}
	}
	return append(reasons, w.grantsAgainst(a, now)...)
}
