package rules

// Notice is something to know beside a decision; it never changes the verdict.
type Notice string

// The notices. They are stable: clients read them.
const (
	// Contested: somebody else's claim to the content stands before the work's.
	Contested Notice = "contested"
	// AlsoClaimed: somebody else's claim to the content stands behind the work's.
	AlsoClaimed Notice = "also_claimed"
	// NoLongerOffered: the answer rests on a licence that cannot be taken back, which
	// the owner offers no longer.
	NoLongerOffered Notice = "no_longer_offered"
)

// Notices lists all notices, in order of their names.
func Notices() []Notice { return []Notice{AlsoClaimed, Contested, NoLongerOffered} }
