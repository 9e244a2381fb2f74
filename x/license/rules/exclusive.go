package rules

import (
	"slices"
	"strings"
	"time"
)

// Running is a grant, or all grants under the same terms, that may run.
type Running struct {
	Terms Terms
	// Ends is the latest end; zero: never.
	Ends time.Time
	// Mine: who asks holds it.
	Mine bool
}

// runs says whether it still does.
func (r Running) runs(now time.Time) bool { return r.Ends.IsZero() || now.Before(r.Ends) }

// longer is the one of two running grants that ends later.
func longer(a *Running, b Running) *Running {
	if a == nil || !a.Ends.IsZero() && (b.Ends.IsZero() || a.Ends.Before(b.Ends)) {
		return &b
	}
	return a
}

// Permitted are the actions that terms permit, be it for a price.
func (t Terms) Permitted() Actions {
	var list Actions
	for _, a := range actions {
		_, denied := t.denies(a)
		if !denied && (t.Uses == 0 || t.Uses.Has(a)) {
			list = list.With(a)
		}
	}
	return list
}

// Excludes says whether a grant under exclusive terms would be broken by one under others: these
// permit, or let be done with what is made under them, what the exclusive ones permit, in a
// territory and a medium of theirs.
func (t Terms) Excludes(o Terms) bool {
	return t.Permitted()&o.Permitted().ofResult() != 0 && t.meets(o)
}

// keepsOut says whether exclusive terms are about a use. One that names no places is
// made wherever the terms that it is made under allow it.
func (t Terms) keepsOut(u Use, under Terms) bool {
	if !t.Permitted().Has(u.Action) {
		return false
	}
	if u.Unplaced {
		return t.meets(under)
	}
	return meet(t.Territories, strings.Join(u.Territories, ",")) && meet(t.Media, strings.Join(u.Media, ","))
}

// keepsOut says whether a grant that ran when the work was made keeps a use out, of what is
// made under terms. What is made there takes on the limits of place that stand on the work.
func (c Constraint) keepsOut(u Use, beside []Constraint, under Terms, now time.Time) bool {
	if c.LeftIn || !c.runs(now) || !c.Terms.keepsOut(u, under) {
		return false
	}
	elsewhere := func(o Constraint) bool { return o.Kind == Scope && !c.Terms.meets(o.Terms) }
	return !u.Unplaced || !slices.ContainsFunc(beside, elsewhere)
}

// keptOut finds the exclusive grant of somebody else, that with the latest end, which
// keeps a use under terms out; nil: none does.
func (w Work) keptOut(u Use, under Terms, now time.Time) *Running {
	var by *Running
	for _, e := range w.Exclusives {
		if e.runs(now) && !e.Mine && e.Terms.keepsOut(u, under) {
			by = longer(by, e)
		}
	}
	return by
}

// ownerOut is keptOut for the owner, who has no terms and whom a sole grant leaves in.
func (w Work) ownerOut(u Use, now time.Time) []Reason {
	left := w
	left.Exclusives = nil
	for _, e := range w.Exclusives {
		if e.Terms.Exclusivity == Exclusive {
			left.Exclusives = append(left.Exclusives, e)
		}
	}
	if by := left.keptOut(u, Terms{}, now); by != nil {
		return []Reason{{Code: ExclusiveGranted, At: by.Ends}}
	}
	return nil
}

// broken finds the running grant, that with the latest end, beside which one is not given; nil:
// there is none.
func broken(list []Running, now time.Time, beside func(Terms) bool) *Running {
	var by *Running
	for _, r := range list {
		if r.runs(now) && beside(r.Terms) {
			by = longer(by, r)
		}
	}
	return by
}

// exclusiveAgainst lists which running grants keep one from being given under an
// offer: exclusive ones that overlap with it and, where it is exclusive itself, any
// that do. Nobody can be kept out of what everybody may do for ever.
func (w Work) exclusiveAgainst(a Alternative, now time.Time) []Reason {
	var reasons []Reason
	excluded := func(o Terms) bool { return a.Terms.Excludes(o) }
	excludes := func(o Terms) bool { return o.Excludes(a.Terms) || a.Terms.Exclusivity != Shared && excluded(o) }
	if by := broken(w.Exclusives, now, excludes); by != nil {
		reasons = append(reasons, Reason{Code: ExclusiveGranted, Permission: a.ID, At: by.Ends})
	}
	if a.Terms.Exclusivity == Shared {
		return reasons
	}
	if w.Irrevocable {
		reasons = append(reasons, Reason{Code: IrrevocableOffered, Permission: a.ID})
	}
	if by := broken(w.Others, now, excluded); by != nil {
		reasons = append(reasons, Reason{Code: ExclusiveGranted, Permission: a.ID, At: by.Ends})
	}
	if w.Crowded {
		reasons = append(reasons, Reason{Code: GrantsExhausted, Permission: a.ID})
	}
	return reasons
}
