// Package course says how a dispute goes on: which phase follows from what happens, and
// what becomes of what the parties have at stake. It knows no chain.
package course

import "fmt"

// Phase is where a dispute stands, numbered as in the protobuf enum.
type Phase uint8

// The phases.
const (
	Answer Phase = iota + 1
	Arbitration
	Appeal
	Governance
	Final
	Closed
)

// Step is something that happens to a dispute.
type Step uint8

// The steps.
const (
	// Conceded: all who have to concede did, and what is claimed is theirs to give.
	Conceded Step = iota
	// Contested: a party contests it.
	Contested
	// Ruled: the arbiter decided.
	Ruled
	// Appealed: a party takes the ruling to governance.
	Appealed
	// Decided: governance decided.
	Decided
	// Deadline: the time of the phase is over.
	Deadline
	// Dropped: the challenger gives it up.
	Dropped
	// Carried: what was decided was carried out.
	Carried
	// Failed: it could not be.
	Failed
)

// Case is what else decides how a dispute goes on.
type Case struct {
	// Arbiter: there is one who is not a party.
	Arbiter bool
	// Ruling: a ruling of the arbiter stands unless governance decides otherwise.
	Ruling bool
	// Appealed: it was taken to governance, which it is once.
	Appealed bool
}

// ErrStep says that a step is not to be taken in a phase.
type ErrStep struct {
	Phase Phase
	Step  Step
}

func (e ErrStep) Error() string { return fmt.Sprintf("step %d in phase %d", e.Step, e.Phase) }

// Next returns the phase that follows from a step. Nothing is final but by a concession, a
// ruling that was not appealed, or a decision of governance, or what it left standing. It
// fails with an ErrStep.
func Next(p Phase, s Step, c Case) (Phase, error) {
	decides := Governance
	if c.Arbiter {
		decides = Arbitration
	}
	switch {
	case p == Answer && s == Conceded:
		return Final, nil
	case p == Answer && (s == Contested || s == Deadline):
		return decides, nil
	case p == Arbitration && s == Ruled:
		return Appeal, nil
	case p == Arbitration && s == Deadline:
		return Governance, nil
	case p == Appeal && s == Appealed && !c.Appealed:
		return Governance, nil
	case p == Appeal && s == Deadline:
		return Final, nil
	case p == Governance && s == Decided, p == Governance && s == Deadline && c.Ruling:
		return Final, nil
	case p == Governance && s == Deadline: // nobody decided
		return Closed, nil
	case s == Dropped && (p == Answer || p == Arbitration || p == Governance && !c.Ruling):
		return Closed, nil
	case p == Final && s == Carried:
		return Closed, nil
	case p == Final && s == Failed && c.Appealed:
		return Governance, nil
	case p == Final && s == Failed:
		return decides, nil
	}
	return p, ErrStep{p, s}
}
