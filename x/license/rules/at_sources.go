package rules

import (
	"slices"
	"time"
)

// atSources is what a use needs of the owners of sources, and under which offers of theirs
// it is had; or why it cannot be had; and by what demands are met.
type atSources struct {
	asked, refused []Reason
	obtain         []Alternative
	means          []Means
	counted        []Obligation
}

// askAtSources goes through the demands that ask for something at their sources.
func (w Work) askAtSources(constraints []Constraint, u Use, now time.Time) (at atSources) {
	for _, c := range constraints {
		if c.AtSource == nil || c.Lapsed || !c.AsksAtSource(u) {
			continue
		}
		// What was paid for an edge is not asked again of who holds what it made; who makes
		// something of a collection takes of an item what it takes by itself.
		exempt := c.Approved
		switch c.Kind {
		case PaidUses:
			exempt = w.Holder && !c.Unserved && !c.Contained && !c.Terms.counts(u.Action) && !asksBeside(constraints, c, u)
		case ItemByGrant:
			exempt = false
		}
		if exempt || c.AtSource.Verdict == Allowed || c.Kind == PaidUses && c.passes(u, now) {
			if m, some := c.means(u, now, exempt); some {
				at.means = append(at.means, m)
			}
			if !exempt {
				at.count(c.counting(u))
			}
			continue
		}
		reason := Reason{Source: c.Source, Terms: c.TermsID, Code: NeedsApproval}
		if c.OnHold {
			reason.Code = WorkDisputed
			at.refused = append(at.refused, reason)
			continue
		}
		if c.Kind != Approval {
			sold := c.passSold(u, now)
			if reason.Code = NeedsGrant; c.AtSource.Verdict == Denied && !sold {
				reason.Code = NotOffered
				at.refused = append(at.refused, reason)
				continue
			}
			at.obtain = append(at.obtain, c.obtainable(sold)...)
			at.asked = append(at.asked, c.exhausted()...)
		}
		at.asked = append(at.asked, reason)
	}
	return at
}

// count adds the duty to count a use at a grant, once: several demands may be met by one.
func (at *atSources) count(duties []Obligation) {
	for _, d := range duties {
		if !slices.ContainsFunc(at.counted, func(o Obligation) bool { return o.Grant == d.Grant }) {
			at.counted = append(at.counted, d)
		}
	}
}

// exhausted are the grants of the source whose uses are all counted, so that another is needed.
func (c Constraint) exhausted() (reasons []Reason) {
	for _, r := range c.AtSource.Reasons {
		if r.Code == UsesExhausted {
			reasons = append(reasons, Reason{Code: r.Code, Source: c.Source, Terms: r.Permission})
		}
	}
	return reasons
}

// asksBeside says whether a demand for payment stands beside one that a grant of the same item is
// needed for the use: its holder paid to hold it, and not for that.
func asksBeside(constraints []Constraint, paid Constraint, u Use) bool {
	return slices.ContainsFunc(constraints, func(c Constraint) bool {
		return c.Kind == ItemByGrant && c.Source == paid.Source && c.TermsID == paid.TermsID && c.ofItem(u)
	})
}

// obtainable are the offers of the source that a grant is to be had under, and a pass if
// one is sold.
func (c Constraint) obtainable(sold bool) (list []Alternative) {
	for _, a := range c.AtSource.Obtain {
		a.Source = c.Source
		list = append(list, a)
	}
	if sold {
		list = append(list, Alternative{Source: c.Source, ID: c.TermsID, Terms: c.Terms, Pass: true, Approved: true})
	}
	return list
}

// passes says whether a pass of who asks lasts as long as the use. None serves what is counted: a
// pass has no count.
func (c Constraint) passes(u Use, now time.Time) bool {
	return c.Passed && !c.Terms.counts(u.Action) && (c.PassEnds.IsZero() || now.Before(c.PassEnds) && !c.PassEnds.Before(u.end(now)))
}

// passSold says whether a pass is to be had that serves the use, and lasts as long.
func (c Constraint) passSold(u Use, now time.Time) bool {
	return c.PassSold && !c.Terms.counts(u.Action) && (c.Terms.Duration == 0 || !now.Add(c.Terms.Duration).Before(u.end(now)))
}

// AsksAtSource says whether what somebody may do with the source decides about a
// use of what was made from it.
func (d Demand) AsksAtSource(u Use) bool {
	asked := false
	switch d.Kind {
	case PaidUses:
		asked = d.Terms.paidByGrant(u.Action)
	case Approval:
		asked = u.Action.approved()
	case ItemByGrant: // where the terms sell the action itself, PaidUses asks
		asked = d.ofItem(u) && !d.Terms.paidByGrant(u.Action)
	}
	return asked && d.binds(u.Action)
}

// AsksOwner says whether a use needs something of the source's owner, or owes it to them.
func (d Demand) AsksOwner(u Use) bool {
	switch {
	case !d.binds(u.Action):
		return false
	case d.Kind == PaidUses && d.Terms.paidPerUse(u.Action), d.Kind == ItemByGrant && d.ofItem(u):
		return true
	}
	return d.AsksAtSource(u)
}

// ofItem says whether a use makes something of an item, and not only what its grant was for: a
// dataset was made by one for training.
func (d Demand) ofItem(u Use) bool {
	return u.Action.approved() && (d.Contained || u.Action != TrainAI)
}
