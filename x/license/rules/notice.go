package rules

// Notice is something to know beside a decision; it never changes the verdict.
type Notice string

// The notices. They are stable: clients read them.
const (
	// Contested: somebody else's claim to the content stands before the work's.
	Contested Notice = "contested"
	// AlsoClaimed: somebody else's claim to the content stands behind the work's.
	AlsoClaimed Notice = "also_claimed"
	// LaterSource: what is relied on is older than sources that the work declared
	// later, and their demands do not reach it.
	LaterSource Notice = "later_source"
	// SourceUnapproved: owners have not approved later sources of the work, or of what
	// it was made from.
	SourceUnapproved Notice = "unapproved_source"
	// NoLongerOffered: the answer rests on a licence that cannot be taken back, which
	// the owner offers no longer.
	NoLongerOffered Notice = "no_longer_offered"
	// ApartItems: the work is a collection or a dataset, or was made from one, whose
	// items are licensed apart from it.
	ApartItems Notice = "items_apart"
	// DenomsLimited: works that it was made from set ceilings on what the work earns, so
	// that it can be paid in their denoms only.
	DenomsLimited Notice = "denoms_limited"
	// UnderDispute: a dispute about the work is open, of any kind.
	UnderDispute Notice = "disputed"
)

// Notices lists all notices, in order of their names.
func Notices() []Notice {
	return []Notice{AlsoClaimed, Contested, DenomsLimited, UnderDispute, ApartItems, LaterSource, NoLongerOffered, SourceUnapproved}
}
