package rules

// OfferAllowed decides whether a derivative may be offered under terms, given
// what its sources demand and whether it owes royalties upstream.
//
// A non-commercial source refuses commercial terms; under Creative Commons
// terms it only warns, as their chart has it ("not recommended"): the ban stays
// on the work itself.
func OfferAllowed(demands Group, owesRoyalty bool, t Terms) Verdict {
	var v Verdict
	for _, d := range demands {
		reason := Reason{Source: d.Source, Terms: d.TermsID}
		switch {
		case d.Kind == NonCommercial && t.Commercial && t.IsCreativeCommons():
			reason.Code = NonCommercialSource
			v.Warnings = append(v.Warnings, reason)
		case d.Kind == NonCommercial && t.Commercial:
			reason.Code = NonCommercialSource
			v.Refusals = append(v.Refusals, reason)
		case d.Kind == Attribution && !t.Attribution:
			reason.Code = AttributionSource
			v.Warnings = append(v.Warnings, reason)
		case d.Kind == ShareAlike && !t.Satisfies(d.Terms):
			reason.Code = ShareAlikeSource
			v.Refusals = append(v.Refusals, reason)
		}
	}
	if owesRoyalty && t.NoFurtherRestrictions {
		v.refuse(OwesRoyalty)
	} else if owesRoyalty && t.Derivatives == DerivativesShareAlike {
		v.refuse(ShareAlikeRoyalty)
	}
	return v
}

// Owing decides whether a derivative that owes royalties complies with the
// share-alike demands of its sources: their terms allow none.
func Owing(demands Group) Verdict {
	var v Verdict
	for _, d := range demands {
		if d.Kind == ShareAlike {
			v.Refusals = append(v.Refusals, Reason{Code: ShareAlikeRoyalty, Source: d.Source, Terms: d.TermsID})
		}
	}
	return v
}
