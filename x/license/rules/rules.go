// Package rules decides what licence terms allow: whether a work may be
// adapted, what its sources demand of a derivative, and what the derivative may
// be offered under. It is pure: no store, no clock, no SDK. Reasons come from a
// closed list of stable codes that programs may rely on.
package rules

// Code is the stable, machine-readable name of a reason.
type Code string

// The closed list of reasons. Codes are append-only.
const (
	// NoDerivatives: the terms do not permit adapting.
	NoDerivatives Code = "no_derivatives"
	// TrainingDenied: the terms do not permit training on the work.
	TrainingDenied Code = "training_denied"
	// NeedsGrant: the offer is not a public one, so a grant has to be acquired.
	NeedsGrant Code = "needs_grant"
	// NonCommercialSource: a source forbids commercial use.
	NonCommercialSource Code = "noncommercial_source"
	// AttributionSource: a source demands attribution, the terms do not.
	AttributionSource Code = "attribution_source"
	// ShareAlikeSource: a source demands other terms of its derivatives.
	ShareAlikeSource Code = "sharealike_source"
	// ShareAlikeConflict: two sources demand different terms.
	ShareAlikeConflict Code = "sharealike_conflict"
	// ShareAlikeNonCommercial: one source demands terms that allow commercial
	// use, another forbids it.
	ShareAlikeNonCommercial Code = "sharealike_conflicts_noncommercial"
	// ShareAlikeRoyalty: a source demands terms that allow no royalty, and
	// royalties are owed.
	ShareAlikeRoyalty Code = "sharealike_conflicts_royalty"
	// OwesRoyalty: the terms allow no further restriction, and royalties are owed.
	OwesRoyalty Code = "owes_royalty"

	NotOffered       Code = "not_offered"
	OfferExpired     Code = "offer_expired"
	GrantExpired     Code = "grant_expired"
	GrantUsed        Code = "grant_used"
	NotLicensee      Code = "not_licensee"
	NeedsApproval    Code = "needs_approval"
	NeedsPermission  Code = "needs_permission"
	ExclusiveGranted Code = "exclusive_granted"
	GrantsExhausted  Code = "grants_exhausted"
	SourceExpired    Code = "source_expired"
	WorkWithdrawn    Code = "work_withdrawn"
	WorkDisputed     Code = "work_disputed"
	WorkInvalidated  Code = "work_invalidated"
)

// Derivatives says what may be made from a work.
type Derivatives uint8

// What may be made from a work.
const (
	DerivativesNone Derivatives = iota
	DerivativesAllowed
	DerivativesShareAlike
)

// Permission answers one kind of use by machines.
type Permission uint8

// Answers to a use by machines.
const (
	Unset Permission = iota
	Allow
	Deny
	Paid
)

// Terms are the attributes of licence terms that the rules look at. Terms with
// equal attributes are equal, whatever their id: values are compared with ==.
type Terms struct {
	// Licence is the SPDX expression.
	Licence string

	Commercial            bool
	Attribution           bool
	Derivatives           Derivatives
	Approval              bool
	Training              Permission
	Input                 Permission
	Search                Permission
	NoFurtherRestrictions bool

	// Policy, Rate, Fee and Limits are opaque: only their equality counts.
	Policy int32
	Rate   uint32
	Fee    string
	Limits string
}

// IsCreativeCommons says whether the licence is one of Creative Commons.
func (t Terms) IsCreativeCommons() bool { return IsCreativeCommons(t.Licence) }

// Satisfies says whether a derivative offered under t complies with a
// share-alike demand for want: the same terms, or for Creative Commons the same
// licence in that or a later version, which their texts allow.
func (t Terms) Satisfies(want Terms) bool {
	got, ok := ParseCreativeCommons(t.Licence)
	asked, isCC := ParseCreativeCommons(want.Licence)
	if ok && isCC {
		return got.Elements == asked.Elements && got.Version >= asked.Version
	}
	return t == want
}

// Reason says why something is refused or not recommended, and which work and
// terms it comes from; both may be empty.
type Reason struct {
	Code   Code
	Source string
	Terms  string
}

// Verdict is a decision: allowed exactly when nothing refuses it.
type Verdict struct {
	Refusals []Reason
	Warnings []Reason
}

// Allowed says whether nothing refuses.
func (v Verdict) Allowed() bool { return len(v.Refusals) == 0 }
