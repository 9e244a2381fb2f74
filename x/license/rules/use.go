package rules

import (
	"strings"
	"time"
)

// Action is one kind of use.
type Action uint8

// Kinds of use, numbered as in the protobuf enum.
const (
	Copy Action = iota + 1
	Distribute
	Perform
	Adapt
	TrainAI
	AIInput
	SearchIndex
)

// makes says whether the action makes a derivative.
func (a Action) makes() bool { return a == Adapt || a == TrainAI }

// Makes says whether the use makes a derivative, which a grant serves a number of: by
// the action, or because it is asked for a derivation.
func (u Use) Makes() bool { return u.Unplaced || u.Action.makes() }

// makesAny says whether anything is made of the work at all.
func (u Use) makesAny() bool { return u.Makes() || u.Action.approved() }

// approved says whether the owner's approval is asked for the action where terms
// ask for one.
func (a Action) approved() bool { return a.makes() || a == AIInput }

// Making are the kinds of use that make something of a work, or of each item of a collection.
var Making = Actions(0).With(Adapt).With(TrainAI).With(AIInput)

// Makeable says whether terms permit that something is made of the work, be it for a grant.
func (t Terms) Makeable() bool { return t.Permitted()&Making != 0 }

// actions lists all kinds of use.
var actions = []Action{Copy, Distribute, Perform, Adapt, TrainAI, AIInput, SearchIndex}

// Actions is a set of them.
type Actions uint16

// With adds an action.
func (s Actions) With(a Action) Actions { return s | 1<<a }

// Has says whether the action is in the set.
func (s Actions) Has(a Action) bool { return s&(1<<a) != 0 }

// ofResult is the set with what it covers of the result: whoever may adapt may
// copy and distribute what comes of it, and whoever may give a work as input may
// publish the output.
func (s Actions) ofResult() Actions {
	if s.Has(Adapt) || s.Has(AIInput) {
		return s.With(Copy).With(Distribute)
	}
	return s
}

// Use is what somebody wants to do with a work.
type Use struct {
	Action     Action
	Commercial bool
	// Territories and Media in which, in order; empty: all of them.
	Territories []string
	Media       []string
	// Unplaced: it is asked for a derivation. Territories and media are not asked
	// about, for the derivative takes the limits on.
	Unplaced bool
	// Column is how much of what is demanded of the work the derivative takes on.
	Column Column
	// Until when; not after now: over at once.
	Until time.Time
}

// end is when the use ends.
func (u Use) end(now time.Time) time.Time {
	if u.Until.After(now) {
		return u.Until
	}
	return now
}

// permits lists what terms have against a use, as codes: nothing if they permit
// it, be it for a grant. Adding a restriction to terms never shortens the list
// to nothing.
func (t Terms) permits(u Use) []Code {
	var against []Code
	refuse := func(refused bool, code Code) {
		if refused {
			against = append(against, code)
		}
	}
	refuse(t.Uses != 0 && !t.Uses.Has(u.Action), UseNotCovered)
	refuse(u.Commercial && !t.Commercial, NonCommercialTerms)
	code, denied := t.denies(u.Action)
	refuse(denied, code)
	return append(against, t.covers(u)...)
}

// denies says whether the terms answer no to an action, and by which code. Training
// and input that are unset follow what may be made of the work.
func (t Terms) denies(a Action) (Code, bool) {
	none := t.Derivatives == DerivativesNone
	switch {
	case a == Adapt && none, a == TrainAI && t.Training == Unset && none, a == AIInput && t.Input == Unset && none:
		return NoDerivatives, true
	case a == TrainAI && t.Training == Deny:
		return TrainingDenied, true
	case a == AIInput && t.Input == Deny:
		return InputDenied, true
	case a == SearchIndex && t.Search == Deny:
		return SearchDenied, true
	}
	return "", false
}

// deniesOfResult says whether terms deny an action with what was made under them,
// and by which code.
func (t Terms) deniesOfResult(a Action) (Code, bool) {
	if t.Uses != 0 && !t.Uses.ofResult().Has(a) {
		return UseNotCovered, true
	}
	return t.denies(a)
}

// DeniedUses are the actions that terms deny with what was made under them.
func (t Terms) DeniedUses() Actions {
	var denied Actions
	for _, a := range actions {
		if _, no := t.deniesOfResult(a); no {
			denied = denied.With(a)
		}
	}
	return denied
}

// covers lists which limits of territory and medium the use is beyond.
func (t Terms) covers(u Use) []Code {
	if u.Unplaced {
		return nil
	}
	var beyond []Code
	if !covered(t.Territories, u.Territories) {
		beyond = append(beyond, TerritoryNotCovered)
	}
	if !covered(t.Media, u.Media) {
		beyond = append(beyond, MediumNotCovered)
	}
	return beyond
}

// paidByGrant says whether the terms ask money for the action itself that only
// a grant collects: training always, input and search without a price per use.
func (t Terms) paidByGrant(a Action) bool {
	switch a {
	case TrainAI:
		return t.Training == Paid
	case AIInput:
		return t.Input == Paid && t.UsePrice == ""
	case SearchIndex:
		return t.Search == Paid && t.UsePrice == ""
	}
	return false
}

// counts says whether each use of the kind is counted at the grant that pays for it.
func (t Terms) counts(a Action) bool {
	return t.UsesPerGrant > 0 && a != TrainAI && t.paidByGrant(a)
}

// paidPerUse says whether each such use is paid by itself.
func (t Terms) paidPerUse(a Action) bool {
	return t.UsePrice != "" && (a == AIInput && t.Input == Paid || a == SearchIndex && t.Search == Paid)
}

// covered says whether a list of terms, empty for all, has everything wanted, empty for all.
func covered(list string, wanted []string) bool { return within(strings.Join(wanted, ","), list) }
