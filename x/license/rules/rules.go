// Package rules decides what licence terms allow: whether a work may be used
// for something, what its sources demand of a derivative, and what the
// derivative may be offered under. It is pure: no store, no clock, no SDK.
// Reasons come from a closed list of stable codes that programs may rely on.
package rules

import (
	"cmp"
	"slices"
	"time"
)

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

	// ScopeSource: a source allows use within its territories and media only.
	ScopeSource Code = "scope_source"
	// CeilingSource: a source sets a ceiling on revenue, the terms allow no
	// further restriction.
	CeilingSource Code = "ceiling_source"
	// ExpiringSource: the permission of a source ends, the terms allow no further
	// restriction.
	ExpiringSource Code = "expiring_source"
	// ExclusiveSource: a source that is declared after others relied on the work is somebody's
	// exclusively, so that they would have by the work what they are kept out of there.
	ExclusiveSource Code = "exclusive_source"

	// UsesSource: a source denies some uses. PaidSource: some are paid there.
	// ApprovalSource: what makes derivatives needs the approval of its owner.
	UsesSource     Code = "uses_source"
	PaidSource     Code = "paid_source"
	ApprovalSource Code = "approval_source"
	// ShareAlikeLimits: a source demands terms that allow no further restriction,
	// another limits what may be done.
	ShareAlikeLimits Code = "sharealike_conflicts_limits"
	// ScopeConflict: what sources allow has no territory or no medium in common.
	ScopeConflict Code = "scope_conflict"
	// CeilingConflict: ceilings of sources, or of a source and the terms, have no denom in
	// common. DenomNotTaken: a price is in no denom that sources let the work be paid in.
	CeilingConflict Code = "ceiling_conflict"
	DenomNotTaken   Code = "denom_not_taken"

	// UseNotCovered: the terms, or those of an ancestor, are about other uses.
	UseNotCovered Code = "use_not_covered"
	// NonCommercialTerms: the terms forbid commercial use.
	NonCommercialTerms Code = "noncommercial_terms"
	// InputDenied and SearchDenied: the terms deny that use by machines.
	InputDenied  Code = "ai_input_denied"
	SearchDenied Code = "search_denied"
	// TerritoryNotCovered and MediumNotCovered: the terms, or those of an
	// ancestor, are for other territories or media.
	TerritoryNotCovered Code = "territory_not_covered"
	MediumNotCovered    Code = "medium_not_covered"
	// ItemsByGrant: more items of a collection need a grant of their own than an answer lists.
	ItemsByGrant Code = "items_by_grant"
	// EndsBeforeUse: the permission, or that of an ancestor, ends before the use.
	EndsBeforeUse Code = "ends_before_use"
	// CeilingReached: the work has taken in more than an ancestor's terms allow.
	CeilingReached Code = "ceiling_reached"

	NotOffered       Code = "not_offered"
	NotRegistered    Code = "not_registered"
	OfferExpired     Code = "offer_expired"
	OfferPaused      Code = "offer_paused"
	GrantExpired     Code = "grant_expired"
	GrantUsed        Code = "grant_used"
	UsesExhausted    Code = "uses_exhausted"
	NotLicensee      Code = "not_licensee"
	NeedsApproval    Code = "needs_approval"
	NeedsPermission  Code = "needs_permission"
	ExclusiveGranted Code = "exclusive_granted"
	GrantsExhausted  Code = "grants_exhausted"
	SourceExpired    Code = "source_expired"
	// UnapprovedSource: owners have not approved later sources of the work, so that it
	// takes no new offers and grants, and no derivations under offers.
	UnapprovedSource Code = "unapproved_source"
	WorkWithdrawn    Code = "work_withdrawn"
	WorkDisputed     Code = "work_disputed"
	WorkInvalidated  Code = "work_invalidated"

	// ItemWithdrawn: the contributor took the item back. ItemTermsUnknown: it was given under terms that nobody published.
	// NoManifest: the work has no manifest, and so no items.
	ItemWithdrawn    Code = "item_withdrawn"
	ItemTermsUnknown Code = "item_terms_unknown"
	NoManifest       Code = "no_manifest"

	// IrrevocableOffered: everybody has a licence that cannot be taken back, so
	// nobody can be kept out.
	IrrevocableOffered Code = "irrevocable_offered"
)

// Codes lists all codes, in order of their names.
func Codes() []Code {
	list := []Code{
		NoDerivatives, TrainingDenied, NeedsGrant, NonCommercialSource, AttributionSource, ShareAlikeSource, ShareAlikeConflict,
		ShareAlikeNonCommercial, ShareAlikeRoyalty, OwesRoyalty, ScopeSource, CeilingSource, ExpiringSource, ExclusiveSource,
		UsesSource, PaidSource, ApprovalSource, ShareAlikeLimits, ScopeConflict, CeilingConflict, DenomNotTaken, UseNotCovered,
		NonCommercialTerms, InputDenied, ItemsByGrant, SearchDenied, TerritoryNotCovered, MediumNotCovered, EndsBeforeUse, CeilingReached,
		NotOffered, NotRegistered, OfferExpired, OfferPaused, GrantExpired, GrantUsed, UsesExhausted, NotLicensee, NeedsApproval,
		NeedsPermission, ExclusiveGranted, GrantsExhausted, SourceExpired, UnapprovedSource, WorkWithdrawn, WorkDisputed, WorkInvalidated,
		IrrevocableOffered, ItemWithdrawn, ItemTermsUnknown, NoManifest,
	}
	slices.Sort(list)
	return list
}

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

// Exclusivity says whom a running grant keeps out, where it overlaps with what they
// do.
type Exclusivity uint8

// Whom a grant keeps out, numbered as in the protobuf enum.
const (
	// Shared: nobody.
	Shared Exclusivity = iota
	// Sole: other licensees.
	Sole
	// Exclusive: other licensees and the owner.
	Exclusive
)

// Terms are the attributes of licence terms that the rules look at. Terms with
// equal attributes are equal, whatever their id: values are compared with ==.
type Terms struct {
	// Licence is the SPDX expression.
	Licence string
	// Text is the digest of the legal text, where the expression names a licence that the
	// table does not know: the name alone does not say what that is.
	Text string

	Commercial  bool
	Attribution bool
	Derivatives Derivatives
	Approval    bool
	// ApprovalDirect: the approval is asked for what is made from the work itself, and
	// does not pass on.
	ApprovalDirect bool
	// SecondApprover may approve beside the owner; empty: nobody else may.
	SecondApprover        string
	Training              Permission
	Input                 Permission
	Search                Permission
	NoFurtherRestrictions bool

	// Uses are those that the terms are about; 0: all.
	Uses Actions
	// Territories and Media are sorted and separated by commas; empty: all.
	Territories string
	Media       string
	// Places are Territories as a set, where they are countries; PlacesOf makes it.
	Places Places `json:"-"`
	// Duration of a grant; 0: without end.
	Duration     time.Duration
	MaxGrants    uint64
	Exclusivity  Exclusivity
	Transferable bool
	// PerGrant is how many derivatives a grant serves, as terms have it: 0 is one.
	PerGrant uint32

	Policy int32
	// Rate in ppm.
	Rate uint32
	// Fee, UsePrice and Ceiling are coins as the SDK writes them, one a denom, sorted and
	// separated by commas; empty: none.
	Fee      string
	UsePrice string
	Ceiling  string
	// UsesPerGrant is how many uses by machines a grant pays for; 0: they are not counted.
	UsesPerGrant uint32
}

// Reason says why something is refused or not recommended.
type Reason struct {
	Code Code
	// Permission is the offer or grant that does not permit it; empty: the
	// reason lies in the work.
	Permission string
	// Source and Terms are the ancestor and terms that it comes from; empty: none.
	Source string
	Terms  string
	// At is the moment that the reason is about; zero: none.
	At time.Time
	// Covered are the territories or media that the terms cover, as terms have them.
	Covered string
	// Withdrawal is the number of the withdrawal that it is about; for ItemWithdrawn.
	Withdrawal uint64
}

// compare puts reasons in order: those that lie in the work itself come first.
func (r Reason) compare(o Reason) int {
	return cmp.Or(falseFirst(r.Source != "", o.Source != ""), cmp.Compare(r.Code, o.Code), cmp.Compare(r.Permission, o.Permission),
		cmp.Compare(r.Source, o.Source),
		cmp.Compare(r.Terms, o.Terms), r.At.Compare(o.At))
}

// sorted puts reasons in order, each once.
func sorted(reasons []Reason) []Reason {
	slices.SortFunc(reasons, Reason.compare)
	return slices.CompactFunc(reasons, func(a, b Reason) bool { return a.compare(b) == 0 })
}

// Finding is what there is against an offer: it is allowed exactly when nothing
// refuses it.
type Finding struct {
	Refusals []Reason
	Warnings []Reason
}

// Allowed says whether nothing refuses.
func (f Finding) Allowed() bool { return len(f.Refusals) == 0 }

func (f *Finding) refuse(r Reason) { f.Refusals = append(f.Refusals, r) }
