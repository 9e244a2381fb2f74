package rules

// MaxCredits is how many sources to credit an answer lists.
const MaxCredits = 8

// Duty is something to be done with a use.
type Duty uint8

// Duties, numbered as in the protobuf enum.
const (
	// Credit the work or ancestor.
	Credit Duty = iota + 1
	// OfferAlike: offer the derivative under the named terms only.
	OfferAlike
	// ReportUse: declare the derivation on the chain.
	ReportUse
	// OweRoyalty: the derivative owes the terms' royalty.
	OweRoyalty
	// PayPerUse: pay the terms' price to the work with each use.
	PayPerUse
	// CountUse: count the use at the grant that pays for it.
	CountUse
	// LeaveOut: leave out the items that contributors took back of the work.
	LeaveOut
)

// Obligation is a duty that comes with a use.
type Obligation struct {
	Duty Duty
	// Source is the ancestor that it is owed to; empty: the work itself.
	Source string
	// TermsID names the ancestor's terms; empty: those relied on.
	TermsID string
	// OrTerms name more terms that do as well; for OfferAlike.
	OrTerms []string
	// Version of the ancestor that is credited; for Credit.
	Version uint32
	// Incomplete: there are more to credit than are listed; for the last of them.
	Incomplete bool
	// Grant that the use is counted at, and how many uses it has left; for CountUse.
	Grant    string
	UsesLeft uint64
	// Withdrawals is how many of the work's bind the use, the first ones of the list; for LeaveOut.
	Withdrawals uint64
}

// obligations lists what comes with a use of a work under an alternative, nil
// for one's own work: what the terms ask, then what ancestors do.
func obligations(constraints []Constraint, rely *Alternative, u Use) []Obligation {
	var list []Obligation
	owe := func(owed bool, duty Duty) {
		if owed {
			list = append(list, Obligation{Duty: duty})
		}
	}
	makes := u.Action.makes()
	if rely != nil {
		t := rely.Terms
		owe(t.Attribution, Credit)
		owe(makes && t.Derivatives == DerivativesShareAlike, OfferAlike)
		owe(makes && (rely.Granted || t.Rate > 0), ReportUse)
		owe(makes && t.Rate > 0, OweRoyalty)
		owe(t.paidPerUse(u.Action), PayPerUse)
		list = append(list, rely.counting(u)...)
	}
	credits, last := 0, 0
	for _, c := range constraints {
		switch {
		case !c.binds(u.Action):
		case c.Kind == Attribution && credits == MaxCredits:
			list[last].Incomplete = true
		case c.Kind == Attribution:
			credits, last = credits+1, len(list)
			list = append(list, Obligation{Duty: Credit, Source: c.Source, TermsID: c.TermsID, Version: c.Version})
		case c.Kind == ShareAlike && makes:
			list = append(list, Obligation{Duty: OfferAlike, Source: c.Source, TermsID: c.TermsID})
		case c.Kind == ShareAlikeAny && makes:
			alike := Obligation{Duty: OfferAlike, Source: c.Source, TermsID: c.TermsID}
			for _, o := range c.AnyOf[1:] {
				alike.OrTerms = append(alike.OrTerms, o.TermsID)
			}
			list = append(list, alike)
		case c.Kind == PaidUses && !c.Lapsed && c.Terms.paidPerUse(u.Action):
			list = append(list, Obligation{Duty: PayPerUse, Source: c.Source, TermsID: c.TermsID})
		}
	}
	return list
}

// counting is the duty to count a use at a grant; none where its terms do not count it.
func (a Alternative) counting(u Use) []Obligation {
	if !a.Granted || !a.Terms.counts(u.Action) {
		return nil
	}
	return []Obligation{{Duty: CountUse, Source: a.Source, Grant: a.ID, UsesLeft: a.UsesLeft}}
}

// counting is the duty to count a use of a work at the grant of a source that meets a demand.
func (c Constraint) counting(u Use) []Obligation {
	if c.AtSource.Verdict != Allowed || c.AtSource.Rely == nil {
		return nil
	}
	grant := *c.AtSource.Rely
	grant.Source = c.Source
	return grant.counting(u)
}
