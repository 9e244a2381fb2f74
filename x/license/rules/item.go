package rules

import (
	"slices"
	"time"
)

// Item is what a decision knows of one item of a work's manifest. The answer is that of the work, for the use of the item.
type Item struct {
	// Withdrawal is the number, among the work's, of the first withdrawal that it is under, and At the time of it; 0: none.
	Withdrawal uint64
	At         time.Time
	// TermsUnknown: it was given under terms that nobody published, so that nothing says what they permit.
	TermsUnknown bool
	// Constraints are what the terms that it was given under demand, as ItemDemands has them; none: it is under those of the whole.
	Constraints []Constraint
	// Refusals are what the terms that it was given under have against the use of it as it is, as ItemRefusals has them.
	Refusals []Reason
	// Under are the terms that it is had under alone, for something that they ask in return: offers and grants of the work under others do
	// not serve; nil: any do.
	Under *Given
}

// Given are terms that an item was given under.
type Given struct {
	TermsID string
	Terms   Terms
}

// AsksInReturn says whether terms permit a use to nobody but for something: a fee, a royalty, a payment that a grant collects, or for a
// term, a number of grants or alone. What is generated from an input owes its royalty too.
func (t Terms) AsksInReturn(u Use) bool {
	return t.Fee != "" || t.Duration > 0 || t.MaxGrants > 0 || t.Exclusivity != Shared || t.paidByGrant(u.Action) ||
		t.Rate > 0 && u.Action.approved()
}

// among are the alternatives that serve the item, and why none does where that is so.
func (i *Item) among(list []Alternative) ([]Alternative, Reason) {
	if i == nil || i.Under == nil {
		return slices.Clone(list), Reason{Code: NotOffered}
	}
	others := func(a Alternative) bool { return a.Terms != i.Under.Terms }
	return slices.DeleteFunc(slices.Clone(list), others), Reason{Code: NotOffered, Permission: i.Under.TermsID}
}

// ItemDemands lists what terms that an item was given under demand of a use of it, in the name of the work. Where something is made of
// it, they stand beside the work's as those of a contained work do, and could clash with them; else what they answer holds as it is.
func ItemDemands(work, termsID string, t Terms, u Use) Group {
	if u.Action.approved() {
		return Demands(work, termsID, t, Contained)
	}
	return Demands(work, termsID, t, Full)
}

// ItemRefusals lists what terms that an item was given under have against a use of the item as it is. Of what was made from it they say
// less: whoever may adapt a work may copy and distribute what comes of it, but not the work.
func ItemRefusals(work, termsID string, t Terms, u Use) []Reason {
	if t.Uses == 0 || t.Uses.Has(u.Action) {
		return nil
	}
	return []Reason{{Code: UseNotCovered, Source: work, Terms: termsID}}
}

// Spares says whether an alternative is a grant from before the item was taken back.
func (i *Item) Spares(a Alternative) bool { return a.Granted && a.Withdrawals < i.Withdrawal }

// against lists what stands in the way of a use of the item under an alternative; nil: of the own work, or of one without any.
func (i *Item) against(a *Alternative) []Reason {
	if i == nil {
		return nil
	}
	var reasons []Reason
	if i.Withdrawal > 0 && !(a != nil && i.Spares(*a)) {
		reasons = append(reasons, Reason{Code: ItemWithdrawn, At: i.At, Withdrawal: i.Withdrawal})
	}
	if i.TermsUnknown {
		reasons = append(reasons, Reason{Code: ItemTermsUnknown})
	}
	return append(reasons, i.Refusals...)
}

// beside are constraints of the work with those of the item asked about, which come first: no credit of it is cut.
func (i *Item) beside(constraints []Constraint) []Constraint {
	if i == nil {
		return constraints
	}
	return slices.Concat(i.Constraints, constraints)
}

// owing are constraints of the work with those of the item that a use under an alternative owes something by: what the item's own terms
// ask is owed once where the alternative is under them.
func (i *Item) owing(constraints []Constraint, a Alternative) []Constraint {
	if i.givenUnder(&a) {
		return constraints
	}
	return i.beside(constraints)
}

// givenUnder says whether an alternative is under the item's own terms.
func (i *Item) givenUnder(a *Alternative) bool {
	return i != nil && a != nil && len(i.Constraints) > 0 && i.Constraints[0].Terms == a.Terms
}

// demanding are constraints of the work with those of the item as they stand to an alternative; nil: of the own work, or of one without
// any. One under the item's own terms asks for the approval itself, or was given with it.
func (i *Item) demanding(constraints []Constraint, a *Alternative) []Constraint {
	constraints = i.beside(constraints)
	if i.givenUnder(a) {
		for at := range i.Constraints { // which stand first in a list of its own
			constraints[at].Approved = true
		}
	}
	return constraints
}

// leavingOut adds to a decision the duty to leave out the items that contributors took back: as many withdrawals bind as there are, or
// were when the grant that it relies on pinned the list.
func (w Work) leavingOut(d Decision) Decision {
	bind := w.Withdrawals
	if d.Rely != nil && d.Rely.Granted {
		bind = d.Rely.Withdrawals
	}
	if d.Verdict != Denied && bind > 0 {
		d.Obligations = append(d.Obligations, Obligation{Duty: LeaveOut, Withdrawals: bind})
	}
	return d
}
