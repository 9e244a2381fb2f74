package rules

import (
	"cmp"
	"time"
)

// Alternative is an offer, or a grant of who asks. The best one decides.
type Alternative struct {
	// Source is the ancestor that it is of; empty: the work itself.
	Source string
	// ID is the terms' of an offer, or the grant's.
	ID    string
	Terms Terms
	// Granted: it is a grant; else an offer.
	Granted bool
	// Pass: it is a pass that is to be had of the source.
	Pass bool
	// Ends is when the offer or the grant ends; zero: never.
	Ends time.Time

	// Of an offer: nobody can rely on it for now; a grant costs something; it
	// names its licensees, who asks among them or not; the owner approved who
	// asks; all grants were given.
	Paused    bool
	Priced    bool
	Listed    bool
	Unlisted  bool
	Approved  bool
	Exhausted bool
	// Closed: the owner offers it no longer, but it is Irrevocable: it permits
	// everybody for ever, whatever becomes of the offer and the work.
	Closed      bool
	Irrevocable bool

	// Of a grant: other derivatives use it, as many as it serves.
	UsedElsewhere bool
	// UsesLeft is how many uses by machines it still pays for, where its terms count them.
	UsesLeft uint64
	// Withdrawals is how many items of the work's manifest were taken back when it pinned that: later withdrawals do not bind it.
	Withdrawals uint64
	// Relied: the derivative relies on it already. Reserved: it is for the derivative alone.
	Relied   bool
	Reserved bool
	// Order tells grants apart that serve alike: the lowest is used.
	Order string
	// Pinned: it is older than what the work took on last, and judged by Constraints,
	// which are what the work had taken on by then.
	Pinned      bool
	Constraints []Constraint
	// Owes: what derives under the grant owes royalties to sources of the work. It
	// matters for collections.
	Owes bool
}

// Public says whether the offer asks for nothing, so that it is itself the
// permission for an action: it has no price, duration, count, allow-list or
// exclusivity and, for what makes derivatives, no approval.
func (a Alternative) Public(action Action) bool {
	t := a.Terms
	return !a.Granted && !a.Priced && !a.Listed && !a.Unlisted && t.Duration == 0 && t.MaxGrants == 0 && t.Exclusivity == Shared &&
		!(t.Approval && action.approved())
}

// compare orders alternatives by what they ask: royalty, share-alike, no
// commercial use; then offers, which are not used up, come before grants, and of grants
// those that fewer withdrawals bind.
func (a Alternative) compare(b Alternative) int {
	return cmp.Or(
		cmp.Compare(a.Terms.Rate, b.Terms.Rate),
		falseFirst(a.Terms.Derivatives == DerivativesShareAlike, b.Terms.Derivatives == DerivativesShareAlike),
		falseFirst(!a.Terms.Commercial, !b.Terms.Commercial),
		falseFirst(a.Terms.UsePrice != "", b.Terms.UsePrice != ""),
		falseFirst(a.Granted, b.Granted),
		falseFirst(a.Closed, b.Closed),
		cmp.Compare(a.Withdrawals, b.Withdrawals),
		cmp.Compare(a.ID, b.ID),
	)
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// weigh answers for one alternative.
func (w Work) weigh(a Alternative, u Use, now time.Time) (Verdict, []Reason) {
	reasons := a.Terms.reasonsOf(a.ID, a.Terms.permits(u))
	if a.Granted {
		reasons = append(reasons, a.grantAgainst(u, now)...)
		if len(reasons) > 0 {
			return Denied, reasons
		}
		return Allowed, nil
	}
	public := a.Public(u.Action) && !a.Terms.paidByGrant(u.Action)
	// What was made under an offer stays; a use that goes on does not. It can go on
	// under a grant, which outlasts the offer.
	tooShort := public && !a.Irrevocable && !u.Makes() && !a.Ends.IsZero() && a.Ends.Before(u.end(now))
	public = public && !tooShort
	if !public || !a.Irrevocable {
		reasons = append(reasons, w.offerAgainst(a, now)...)
		if w.Waiting && (!public || u.makesAny()) {
			reasons = append(reasons, Reason{Code: UnapprovedSource, Permission: a.ID})
		}
	}
	if w.OnHold && (!public || u.makesAny()) {
		reasons = append(reasons, Reason{Code: WorkDisputed})
	}
	switch {
	case public && a.Irrevocable:
	case public:
		if by := w.keptOut(u, a.Terms, now); by != nil {
			reasons = append(reasons, Reason{Code: ExclusiveGranted, Permission: a.ID, At: by.Ends})
		}
	default:
		reasons = append(reasons, w.grantsAgainst(a, now)...)
		if end := now.Add(a.Terms.Duration); a.Terms.Duration > 0 && end.Before(u.end(now)) {
			reasons = append(reasons, Reason{Code: EndsBeforeUse, Permission: a.ID, At: end})
		}
	}
	switch {
	case len(reasons) > 0:
		return Denied, reasons
	case public:
		return Allowed, nil
	}
	reasons = []Reason{{Code: NeedsGrant, Permission: a.ID}}
	if tooShort {
		reasons = append(reasons, Reason{Code: EndsBeforeUse, Permission: a.ID, At: a.Ends})
	}
	if a.Unapproved() {
		reasons = append(reasons, Reason{Code: NeedsApproval, Permission: a.ID})
	}
	return NeedsAGrant, reasons
}

// Unapproved says whether the terms ask for the owner's approval, which who asks
// does not have. To be named as a licensee is to be approved.
func (a Alternative) Unapproved() bool { return a.Terms.Approval && !a.Approved && !a.Listed }

// offerAgainst lists what keeps who asks from relying on an offer or taking it.
func (w Work) offerAgainst(a Alternative, now time.Time) []Reason {
	var reasons []Reason
	refuse := func(refused bool, code Code, at time.Time) {
		if refused {
			reasons = append(reasons, Reason{Code: code, Permission: a.ID, At: at})
		}
	}
	refuse(w.Status == Withdrawn, WorkWithdrawn, time.Time{})
	refuse(a.Closed, NotOffered, time.Time{})
	refuse(!a.Ends.IsZero() && !now.Before(a.Ends), OfferExpired, a.Ends)
	refuse(a.Paused, OfferPaused, time.Time{})
	refuse(a.Unlisted, NotLicensee, time.Time{})
	return reasons
}

// grantsAgainst lists what keeps grants from being given under an offer.
func (w Work) grantsAgainst(a Alternative, now time.Time) []Reason {
	var reasons []Reason
	if a.Exhausted {
		reasons = append(reasons, Reason{Code: GrantsExhausted, Permission: a.ID})
	}
	reasons = append(reasons, w.exclusiveAgainst(a, now)...)
	for _, c := range w.Constraints {
		if c.Kind == Ceiling && c.Reached && !c.Contained {
			reasons = append(reasons, Reason{Code: CeilingReached, Permission: a.ID, Source: c.Source, Terms: c.TermsID})
		}
	}
	return reasons
}

// grantAgainst lists what keeps a grant from serving a use.
func (a Alternative) grantAgainst(u Use, now time.Time) []Reason {
	var reasons []Reason
	switch {
	case a.Ends.IsZero():
	case !now.Before(a.Ends):
		reasons = append(reasons, Reason{Code: GrantExpired, Permission: a.ID, At: a.Ends})
	case a.Ends.Before(u.end(now)):
		reasons = append(reasons, Reason{Code: EndsBeforeUse, Permission: a.ID, At: a.Ends})
	}
	if a.UsedElsewhere && u.Makes() {
		reasons = append(reasons, Reason{Code: GrantUsed, Permission: a.ID})
	}
	if a.UsesLeft == 0 && a.Terms.counts(u.Action) {
		reasons = append(reasons, Reason{Code: UsesExhausted, Permission: a.ID})
	}
	return reasons
}

// reasonsOf are codes of what the terms have against a use, with what they cover.
func (t Terms) reasonsOf(permission string, codes []Code) []Reason {
	var reasons []Reason
	for _, code := range codes {
		r := Reason{Code: code, Permission: permission}
		switch code {
		case TerritoryNotCovered:
			r.Covered = t.Territories
		case MediumNotCovered:
			r.Covered = t.Media
		}
		reasons = append(reasons, r)
	}
	return reasons
}
