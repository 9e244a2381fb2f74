package types

import (
	"bytes"
	"slices"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/dispute/course"
	"github.com/stemma-chain/stemma/x/registry/text"
)

// IsOpen says whether the dispute is not over.
func (d Dispute) IsOpen() bool { return d.Phase != PHASE_CLOSED }

// Name is what people call the phase.
func (p Phase) Name() string { return strings.ToLower(strings.TrimPrefix(p.String(), "PHASE_")) }

// Name is what people call the outcome.
func (o Outcome) Name() string { return strings.ToLower(strings.TrimPrefix(o.String(), "OUTCOME_")) }

// Case is what decides how the dispute goes on.
func (d Dispute) Case() course.Case {
	return course.Case{Arbiter: d.Arbiter != "", Ruling: d.Ruling != nil, Appealed: d.AppealedBy != ""}
}

// Silent says that a party has answered nothing.
func (d Dispute) Silent(party string) bool {
	return party != d.ContestedBy && !slices.Contains(d.Conceded, party)
}

// Backed says whether the dispute keeps in escrow what the work earns.
func (d Dispute) Backed() bool { return d.IsOpen() && d.Kind.Holds() && !d.Unbacked }

// Callable says whether the challenger can be called on for more: not while a ruling stands, which
// may be for the challenger, and not for an appeal of it.
func (d Dispute) Callable() bool {
	return d.Backed() && d.CalledUntil == nil && d.Ruling == nil &&
		(d.Phase == PHASE_ANSWER || d.Phase == PHASE_ARBITRATION || d.Phase == PHASE_GOVERNANCE)
}

// Due is when the chain looks at the dispute next: at the end of the phase, or before, when the
// bond is to be raised. It is set while the dispute is open.
func (d Dispute) Due() time.Time {
	if d.CalledUntil != nil && d.CalledUntil.Before(*d.Deadline) {
		return *d.CalledUntil
	}
	return *d.Deadline
}

// Parties are all accounts that opened, answered, appealed or decide the dispute, or owned
// the work when it was opened: each once, in order of account.
func (d Dispute) Parties() []string {
	list := []string{d.Challenger, d.Respondent, d.ContestedBy, d.Arbiter, d.AppealedBy}
	list = append(list, d.Conceded...)
	slices.Sort(list)
	list = slices.Compact(list)
	if list[0] == "" {
		list = list[1:]
	}
	return list
}

// Showed lists the digests of what the challenger showed.
func (d Dispute) Showed() (list []Evidence) {
	for _, e := range d.Evidence {
		if e.By == d.Challenger {
			list = append(list, e)
		}
	}
	return list
}

// Failed says whether the dispute ended against the challenger, who then opens another only
// with new evidence.
func (d Dispute) Failed() bool {
	return d.Outcome == OUTCOME_DISMISSED || d.Outcome == OUTCOME_DROPPED
}

// AtStake is all that the dispute's parties have at stake.
func (d Dispute) AtStake() sdk.Coins {
	if !d.IsOpen() {
		return sdk.NewCoins()
	}
	return d.Bond.Add(d.ContestBond...).Add(d.AppealBond...)
}

// Appeal says how the appeal went.
func (d Dispute) Appeal() course.Taken {
	if d.AppealedBy == "" || d.Appealed == nil || d.Ruling == nil {
		return course.Taken{}
	}
	return course.Taken{
		ByChallenger: d.AppealedBy == d.Challenger,
		Decided:      d.Ruling.By != d.Appealed.By,
		Reversed:     !d.Ruling.GivesAs(*d.Appealed),
	}
}

// GivesAs says whether a ruling decides the same as another: for whom, and what it gives.
func (r Ruling) GivesAs(other Ruling) bool {
	a, errA := r.Redress.Marshal()
	b, errB := other.Redress.Marshal()
	return r.Upheld == other.Upheld && errA == nil && errB == nil && bytes.Equal(a, b)
}

// uriDomain separates the digests of blanked URIs from every other hash.
const uriDomain = "stemma/evidence-uri/v1"

// Blank is the evidence without its URI, which is known by its SHA-256, as text.Digest makes it.
func (e Evidence) Blank() Evidence {
	e.BlankedSha256, e.Uri = text.Digest(uriDomain, e.Uri), ""
	return e
}
