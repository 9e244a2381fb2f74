package rules

import (
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

// Overlaps says whether what both terms permit has a kind of use, a territory and a
// medium in common.
func (t Terms) Overlaps(o Terms) bool {
	return t.Permitted()&o.Permitted() != 0 && meet(t.Territories, o.Territories) && meet(t.Media, o.Media)
}

// keepsOut says whether exclusive terms are about a use. One that names no places is
// made wherever the terms that it is made under allow it.
func (t Terms) keepsOut(u Use, under Terms) bool {
	if !t.Permitted().Has(u.Action) {
		return false
	}
	if u.Unplaced {
		return meet(t.Territories, under.Territories) && meet(t.Media, under.Media)
	}
	return meet(t.Territories, strings.Join(u.Territories, ",")) && meet(t.Media, strings.Join(u.Media, ","))
}

// meet says whether two lists, empty for all, have an entry in common.
func meet(a, b string) bool {
	if a == "" || b == "" {
		return true
	}
	return len(common(strings.Split(a, ","), strings.Split(b, ","))) > 0
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

// overlapping finds the running grant, that with the latest end, which overlaps with
// terms; nil: none does.
func overlapping(t Terms, list []Running, now time.Time) *Running {
	var by *Running
	for _, r := range list {
		if r.runs(now) && r.Terms.Overlaps(t) {
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
	if by := overlapping(a.Terms, w.Exclusives, now); by != nil {
		reasons = append(reasons, Reason{Code: ExclusiveGranted, Permission: a.ID, At: by.Ends})
	}
	if a.Terms.Exclusivity == Shared {
		return reasons
	}
	if w.Irrevocable {
		reasons = append(reasons, Reason{Code: IrrevocableOffered, Permission: a.ID})
	}
	if by := overlapping(a.Terms, w.Others, now); by != nil {
		reasons = append(reasons, Reason{Code: ExclusiveGranted, Permission: a.ID, At: by.Ends})
	}
	if w.Crowded {
		reasons = append(reasons, Reason{Code: GrantsExhausted, Permission: a.ID})
	}
	return reasons
}
