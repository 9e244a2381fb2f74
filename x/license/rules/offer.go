package rules

import "slices"

// OfferAllowed decides whether a derivative may be offered under terms, at a price in
// coins as terms have them or at none, given what its sources demand and whether it owes
// royalties upstream.
//
// A non-commercial source refuses what is offered for money; under Creative
// Commons terms it only warns, as their chart has it ("not recommended"): the ban
// stays on the work itself. Limits of territory and medium have to be passed on,
// and terms that allow no further restriction go with no limit at all. Uses that a
// source denies stay denied, whatever the derivative is offered for. What is asked for it
// has to be payable in a denom that all ceilings of sources have, and so has a ceiling that
// the terms set in turn.
//
// The terms of a collection open no item. So items refuse them only what is offered
// for money.
func OfferAllowed(demands Group, owesRoyalty bool, t Terms, price string) Finding {
	var f Finding
	for _, asked := range []struct {
		coins string
		code  Code
	}{{price, DenomNotTaken}, {t.UsePrice, DenomNotTaken}, {t.Ceiling, CeilingConflict}} {
		if by, found := demands.untaken(asked.coins); found {
			f.refuse(Reason{Code: asked.code, Source: by.Source, Terms: by.TermsID})
		}
	}
	commercial := t.Commercial || price != "" || t.Fee != "" || t.UsePrice != "" || t.Rate > 0
	for _, d := range demands {
		reason := Reason{Source: d.Source, Terms: d.TermsID}
		warn := false
		switch {
		case d.Kind == NonCommercial && commercial:
			reason.Code, warn = NonCommercialSource, t.IsCreativeCommons()
		case d.Contained && d.Kind != Attribution:
			continue
		case d.Kind == Attribution && !d.Contained && t.refuses(d.Terms):
			reason.Code = ShareAlikeSource
		case d.Kind == Attribution && !t.Attribution:
			reason.Code, warn = AttributionSource, true
		case d.SharesAlike() && !slices.ContainsFunc(d.alike(), t.Satisfies):
			reason.Code = ShareAlikeSource
		case d.Kind == Scope && !(within(t.Territories, d.Terms.Territories) && within(t.Media, d.Terms.Media)):
			reason.Code = ScopeSource
		case d.limits() && d.Kind != Scope && t.NoFurtherRestrictions:
			reason.Code = limitCodes[d.Kind]
		case d.Kind == Uses && d.Terms.DeniedUses()&^t.DeniedUses() != 0:
			reason.Code, warn = UsesSource, true
		default:
			continue
		}
		if warn {
			f.Warnings = append(f.Warnings, reason)
		} else {
			f.refuse(reason)
		}
	}
	if owesRoyalty && t.NoFurtherRestrictions {
		f.refuse(Reason{Code: OwesRoyalty})
	} else if owesRoyalty && t.Derivatives == DerivativesShareAlike {
		f.refuse(Reason{Code: ShareAlikeRoyalty})
	}
	return f
}

// limitCodes are the codes of limits that terms which allow none break.
var limitCodes = map[Kind]Code{
	Ceiling: CeilingSource, Expires: ExpiringSource, Uses: UsesSource, PaidUses: PaidSource, Approval: ApprovalSource,
	Withheld: ExclusiveGranted,
}

// Owing decides whether a derivative of several sources, each with what it demands, may owe
// royalties by those of which owes says so: share-alike terms of another allow none. What
// one source brings along is not looked at, as in Combine.
func Owing(groups []Group, owes []bool) Finding {
	var f Finding
	for i, g := range groups {
		others := slices.Clone(owes)
		others[i] = false
		if !slices.Contains(others, true) {
			continue
		}
		for _, d := range g {
			if d.SharesAlike() && !d.Contained {
				f.refuse(Reason{Code: ShareAlikeRoyalty, Source: d.Source, Terms: d.TermsID})
			}
		}
	}
	return f
}
