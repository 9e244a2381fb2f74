package types

import registrytypes "github.com/stemma-chain/stemma/x/registry/types"

// Link says what a work owes to sources. x/lineage makes it when a derivation is
// declared.
type Link struct {
	// Work is the derivative.
	Work registrytypes.WorkID
	// Generation of the derivative after this.
	Generation uint32
	// Sources that are added; none when only the generation is to be noted.
	Sources []LinkSource
	// Rebuilt: the sources are all that the work has, in place of those before.
	Rebuilt bool
	// MaxTotalRate is the most that the work may owe after this, absolute and
	// relative together, in ppm.
	MaxTotalRate uint32
	// Ruled: a ruling adds them.
	Ruled bool
}

// Debt is what a work owes one receiver.
type Debt struct {
	Work   registrytypes.WorkID
	Policy Policy
	// Rate in ppm.
	Rate uint32
}

// PassesOn says whether what is made from the work owes this as well.
func (d Debt) PassesOn() bool { return d.Policy == POLICY_ABSOLUTE }

// LinkSource is a source with what was agreed.
type LinkSource struct {
	Work   registrytypes.WorkID
	Policy Policy
	// Rate in ppm; 0 exactly for no policy.
	Rate uint32
	// UpstreamVersion is the version of the source's own list that counts.
	UpstreamVersion uint32
}
