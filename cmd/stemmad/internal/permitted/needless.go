package permitted

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Needless finds a public offer that permits, for nothing, all that a grant under an offer
// would, and demands no more of what is made: whoever pays for that grant pays for nothing.
func Needless(picked licensetypes.OpenOffer, offers []licensetypes.OpenOffer, now time.Time) (licensetypes.OpenOffer, bool) {
	for _, o := range offers {
		if !standsPublic(o, now) || o.Terms.Id == picked.Terms.Id {
			continue
		}
		if covers(o.Terms.Terms.Rules(), picked.Terms.Terms.Rules(), now) {
			return o, true
		}
	}
	return licensetypes.OpenOffer{}, false
}

// covers says whether a public offer under t permits whatever a grant under other does.
func covers(t, other rules.Terms, now time.Time) bool {
	if !t.StandsIn(other, rules.Use{Unplaced: true}) || other.Exclusivity != rules.Shared {
		return false
	}
	_, more := compared(t, other, now)
	return len(more) == 0
}

// everyAction are all kinds of use.
var everyAction = []rules.Action{
	rules.Copy, rules.Distribute, rules.Perform, rules.Adapt, rules.TrainAI, rules.AIInput, rules.SearchIndex,
}

// compared sorts what a grant under other permits: what a public offer under t permits too,
// and what only the grant does. Both commercially, if the grant does.
func compared(t, other rules.Terms, now time.Time) (both, more []rules.Action) {
	for _, action := range everyAction {
		use := rules.Use{Action: action, Commercial: other.Commercial, Unplaced: true}
		ask := func(a rules.Alternative) bool {
			return rules.Decide(rules.Work{Alternatives: []rules.Alternative{a}}, use, now).Verdict == rules.Allowed
		}
		switch {
		case !ask(rules.Alternative{Terms: other, Granted: true}):
		case ask(rules.Alternative{Terms: t}):
			both = append(both, action)
		default:
			more = append(more, action)
		}
	}
	return both, more
}

// standsPublic says whether everybody is permitted something by an offer now.
func standsPublic(o licensetypes.OpenOffer, now time.Time) bool {
	gone := o.Offer.IrrevocableSince == nil && (o.Offer.Closed || o.Offer.Paused || o.Offer.Expired(now))
	return o.Public && !gone
}

// Free says of a grant under an offer what everybody may do without it, by a public offer of
// the work, and what the grant adds; a line each public offer, empty where none permits
// anything of it.
func Free(u units.Units, picked licensetypes.OpenOffer, offers []licensetypes.OpenOffer, now time.Time) []string {
	if standsPublic(picked, now) {
		return []string{fmt.Sprintf("the offer of %s is public: everybody may do what it permits without a grant and without paying; "+
			"the grant adds the terms, rate and version of today, which then stay as they are", Name(picked.Terms))}
	}
	if public, needless := Needless(picked, offers, now); needless {
		return []string{fmt.Sprintf("everybody is permitted all of that already, free of charge, by the public offer "+
			"of %s: you need no grant",
			Name(public.Terms))}
	}
	var lines []string
	grant := picked.Terms.Terms.Rules()
	for _, o := range offers {
		if !standsPublic(o, now) || o.Terms.Id == picked.Terms.Id {
			continue
		}
		both, more := compared(o.Terms.Terms.Rules(), grant, now)
		if len(both) == 0 {
			continue
		}
		how := ""
		if grant.Commercial {
			how = ", commercially"
		}
		line := fmt.Sprintf("everybody may do this without paying, by the public offer of %s: %s%s", Name(o.Terms), actions(both), how)
		if adds := adds(u, o.Terms.Terms, picked.Terms.Terms, more); len(adds) > 0 {
			line += "; the grant adds: " + strings.Join(adds, "; ")
		}
		lines = append(lines, line)
	}
	return lines
}

// actions names kinds of use.
func actions(list []rules.Action) string {
	words := make([]string, len(list))
	for i, action := range list {
		words[i] = rights.ActionWord(licensetypes.Action(action))
	}
	return strings.Join(words, ", ")
}

// adds lists what a grant gives beside a public offer: uses, and freedom from what that
// demands of what is made.
func adds(u units.Units, public, grant licensetypes.Terms, more []rules.Action) []string {
	var list []string
	if len(more) > 0 {
		list = append(list, "the use "+actions(more))
	}
	if grant.Makes() {
		for _, forbidden := range forbids(u, licensetypes.IdentifiedTerms{Terms: public}) {
			if !slices.Contains(forbids(u, licensetypes.IdentifiedTerms{Terms: grant}), forbidden) {
				list = append(list, "what the public offer forbids ("+forbidden+")")
			}
		}
		if public.RoyaltyRate > grant.RoyaltyRate {
			list = append(list, Royalty(grant)+" in place of "+Royalty(public))
		}
	}
	if public.Attribution && !grant.Attribution {
		list = append(list, "use without credit")
	}
	if grant.Exclusivity != licensetypes.EXCLUSIVITY_NONE {
		list = append(list, "that others are kept out")
	}
	return list
}
