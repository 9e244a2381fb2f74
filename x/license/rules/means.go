package rules

import (
	"cmp"
	"time"
)

// Means is by what a demand of a source is met where something is made: a grant of the
// source, or a pass. What is made uses the grant up, as an edge does, and ends with either.
type Means struct {
	// Source and TermsID are those of the demand.
	Source  string
	TermsID string
	// Grant is its id; empty: it is a pass.
	Grant string
	// Ends; zero: never.
	Ends time.Time
}

// DecideAtSource answers about a source as Decide does, for a use of what was made from it.
// Where something is made it rests on what costs who asks least: an offer, then a grant
// that the derivative relies on already, one that is for it alone, and the one that runs
// longest; of several that do, the lowest in order.
func DecideAtSource(w Work, u Use, now time.Time) Decision {
	if u.Makes() {
		return w.decide(u, now, Alternative.spending)
	}
	return Decide(w, u, now)
}

// spending orders alternatives by what making something by them uses up, and how long what
// is made lasts.
func (a Alternative) spending(b Alternative) int {
	return cmp.Or(
		falseFirst(a.Granted, b.Granted),
		falseFirst(!a.Relied, !b.Relied),
		falseFirst(!a.Reserved, !b.Reserved),
		falseFirst(!a.Ends.IsZero(), !b.Ends.IsZero()),
		b.Ends.Compare(a.Ends),
		cmp.Compare(a.Order, b.Order),
	)
}

// passFirst says whether a pass comes before the grant that would meet a demand too: where
// it never ends, or the grant would be used up and ends as well.
func (c Constraint) passFirst(grant Alternative) bool {
	return c.PassEnds.IsZero() || !grant.Relied && !grant.Reserved && !grant.Ends.IsZero()
}

// means is by what a demand is met that is, of a use that makes something. None: by what is
// not used up and does not end.
func (c Constraint) means(u Use, now time.Time, exempt bool) (m Means, some bool) {
	if !u.Makes() || exempt {
		return m, false
	}
	m = Means{Source: c.Source, TermsID: c.TermsID}
	passes := c.Kind == PaidUses && c.passes(u, now)
	if c.AtSource.Verdict == Allowed {
		grant := c.AtSource.Rely
		if grant == nil || !grant.Granted {
			return m, false
		}
		if !passes || !c.passFirst(*grant) {
			m.Grant, m.Ends = grant.ID, grant.Ends
			return m, true
		}
	}
	m.Ends = c.PassEnds
	return m, passes
}
