package rules

import "slices"

// NoStricter says whether demands ask no more than those that they replace. A limit may
// be wider or gone; what names somebody, a payment or an approval, has to be the same.
// Credit is not looked at. What binds an item alone is no stricter than what binds all.
func NoStricter(now, before []Constraint) bool {
	var denied, ofItems Actions
	for _, c := range before {
		switch {
		case c.Kind != Uses:
		case c.Contained:
			ofItems |= c.Terms.DeniedUses()
		default:
			denied |= c.Terms.DeniedUses()
		}
	}
	for _, c := range now {
		uses := denied
		if c.Contained {
			uses |= ofItems
		}
		if !c.noStricter(before, uses) {
			return false
		}
	}
	return true
}

// noStricter says whether one of the demands before asks what this one does; for uses,
// all together.
func (c Constraint) noStricter(before []Constraint, denied Actions) bool {
	switch c.Kind {
	case Attribution, ItemsApart:
		return true
	case Uses:
		return c.Terms.DeniedUses()&^denied == 0
	}
	for _, o := range before {
		kind := o.Kind == c.Kind || o.SharesAlike() && c.SharesAlike()
		if kind && !c.bindsMore(o.Demand) && c.within(o) {
			return true
		}
	}
	return false
}

// bindsMore says whether a demand binds by its mark what another of its kind does not: what
// binds an item alone binds less, but a grant of it is asked for more of a collection than of a
// dataset.
func (d Demand) bindsMore(o Demand) bool {
	if d.Kind == ItemByGrant {
		return d.Contained && !o.Contained
	}
	return !d.Contained && o.Contained
}

// within says whether a demand asks no more than another of its kind.
func (c Constraint) within(o Constraint) bool {
	switch c.Kind {
	case NonCommercial:
		return true
	case ShareAlike, ShareAlikeAny:
		return c.admits(o.Demand)
	case Scope:
		return within(o.Terms.Territories, c.Terms.Territories) && within(o.Terms.Media, c.Terms.Media)
	case Ceiling:
		return ceilingWithin(c.Terms.Ceiling, o.Terms.Ceiling)
	case Expires:
		return c.Source == o.Source && !c.Ends.Before(o.Ends)
	case Withheld:
		return c.Source == o.Source && c.TermsID == o.TermsID && (o.Ends.IsZero() || !c.Ends.IsZero() && !c.Ends.After(o.Ends))
	}
	// At which price a use is sold is not compared: what was promised before stays so.
	return c.Source == o.Source && c.Terms == o.Terms
}

// admits says whether a demand to share alike is met by all terms that another is met
// by.
func (d Demand) admits(o Demand) bool {
	mine := d.alike()
	return !slices.ContainsFunc(o.alike(), func(t Terms) bool { return !slices.Contains(mine, t) })
}

// Joins says whether a derivative may rely on an offer under t and one under other
// together. Both are share-alike, and t asks no more than other of anything else: what is
// then demanded is what t does, but that either may be shared under. Otherwise the
// derivative would be free of what each of the offers asks by itself.
func (t Terms) Joins(other Terms) bool {
	alike := t.Derivatives == DerivativesShareAlike && other.Derivatives == DerivativesShareAlike
	return alike && t.asksNoMore(other, ShareAlike)
}

// StandsIn says whether permission of a source under t may take the place of what terms
// want of it, for a use of what was made under want. Where something is made it takes on
// nothing of t, so t asks no more than want of that. Otherwise a free offer for
// non-commercial use would stand in for a paid one.
func (t Terms) StandsIn(want Terms, u Use) bool {
	return !u.Makes() || t.asksNoMore(want, Approval, PaidUses)
}

// asksNoMore says whether t asks no more of a derivative than other does: royalty, credit,
// and demands of all kinds but those.
func (t Terms) asksNoMore(other Terms, but ...Kind) bool {
	rest := func(t Terms) (list []Constraint) {
		for _, d := range Demands("", "", t, Full) {
			if !slices.Contains(but, d.Kind) {
				list = append(list, Constraint{Demand: d})
			}
		}
		return list
	}
	royalty := t.Rate == 0 || t.Policy == other.Policy && t.Rate <= other.Rate
	return royalty && (!t.Attribution || other.Attribution) && NoStricter(rest(t), rest(other))
}
