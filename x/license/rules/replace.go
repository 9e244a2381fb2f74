package rules

// NoStricter says whether demands ask no more than those that they replace. A limit may
// be wider or gone; what names somebody, a payment or an approval, has to be the same.
// Credit is not looked at.
func NoStricter(now, before []Constraint) bool {
	var denied Actions
	for _, c := range before {
		if c.Kind == Uses {
			denied |= c.Terms.DeniedUses()
		}
	}
	for _, c := range now {
		if !c.noStricter(before, denied) {
			return false
		}
	}
	return true
}

// noStricter says whether one of the demands before asks what this one does; for uses,
// all together.
func (c Constraint) noStricter(before []Constraint, denied Actions) bool {
	switch c.Kind {
	case Attribution:
		return true
	case Uses:
		return c.Terms.DeniedUses()&^denied == 0
	}
	for _, o := range before {
		if o.Kind == c.Kind && c.within(o) {
			return true
		}
	}
	return false
}

// within says whether a demand asks no more than another of its kind.
func (c Constraint) within(o Constraint) bool {
	switch c.Kind {
	case NonCommercial:
		return true
	case ShareAlike:
		return c.Terms == o.Terms
	case Scope:
		return within(o.Terms.Territories, c.Terms.Territories) && within(o.Terms.Media, c.Terms.Media)
	case Ceiling:
		return ceilingWithin(c.Terms.Ceiling, o.Terms.Ceiling)
	case Expires:
		return c.Source == o.Source && !c.Ends.Before(o.Ends)
	}
	return c.Source == o.Source && c.Terms == o.Terms && (c.Kind != PaidUses || c.Version <= o.Version)
}
