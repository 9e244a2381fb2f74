package rules

// OfferAllowed decides whether a derivative may be offered under terms, given
// what its sources demand and whether it owes royalties upstream.
//
// A non-commercial source refuses commercial terms; under Creative Commons
// terms it only warns, as their chart has it ("not recommended"): the ban stays
// on the work itself. Limits of territory and medium have to be passed on, and
// terms that allow no further restriction go with no limit at all.
func OfferAllowed(demands Group, owesRoyalty bool, t Terms) Finding {
	var f Finding
	for _, d := range demands {
		reason := Reason{Source: d.Source, Terms: d.TermsID}
		switch {
		case d.Kind == NonCommercial && t.Commercial && t.IsCreativeCommons():
			reason.Code = NonCommercialSource
			f.Warnings = append(f.Warnings, reason)
			continue
		case d.Kind == NonCommercial && t.Commercial:
			reason.Code = NonCommercialSource
		case d.Kind == Attribution && t.refuses(d.Terms):
			reason.Code = ShareAlikeSource
		case d.Kind == Attribution && !t.Attribution:
			reason.Code = AttributionSource
			f.Warnings = append(f.Warnings, reason)
			continue
		case d.Kind == ShareAlike && !t.Satisfies(d.Terms):
			reason.Code = ShareAlikeSource
		case d.Kind == Scope && !(within(t.Territories, d.Terms.Territories) && within(t.Media, d.Terms.Media)):
			reason.Code = ScopeSource
		case d.Kind == Ceiling && t.NoFurtherRestrictions:
			reason.Code = CeilingSource
		case d.Kind == Expires && t.NoFurtherRestrictions:
			reason.Code = ExpiringSource
		default:
			continue
		}
		f.refuse(reason)
	}
	if owesRoyalty && t.NoFurtherRestrictions {
		f.refuse(Reason{Code: OwesRoyalty})
	} else if owesRoyalty && t.Derivatives == DerivativesShareAlike {
		f.refuse(Reason{Code: ShareAlikeRoyalty})
	}
	return f
}

// Owing decides whether a derivative that owes royalties complies with the
// share-alike demands of its sources: their terms allow none.
func Owing(demands Group) Finding {
	var f Finding
	for _, d := range demands {
		if d.Kind == ShareAlike {
			f.refuse(Reason{Code: ShareAlikeRoyalty, Source: d.Source, Terms: d.TermsID})
		}
	}
	return f
}
