package permission

import (
	"time"

	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Needless finds a public offer that permits, for nothing, all that a grant under an offer
// would, and demands no more of what is made: whoever pays for that grant pays for nothing.
func Needless(picked licensetypes.OpenOffer, offers []licensetypes.OpenOffer, now time.Time) (licensetypes.OpenOffer, bool) {
	for _, o := range offers {
		gone := o.Offer.IrrevocableSince == nil && (o.Offer.Closed || o.Offer.Paused || o.Offer.Expired(now))
		if !o.Public || gone || o.Terms.Id == picked.Terms.Id {
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
	for _, action := range []rules.Action{
		rules.Copy, rules.Distribute, rules.Perform, rules.Adapt, rules.TrainAI, rules.AIInput, rules.SearchIndex,
	} {
		use := rules.Use{Action: action, Commercial: other.Commercial, Unplaced: true}
		ask := func(a rules.Alternative) rules.Decision {
			return rules.Decide(rules.Work{Alternatives: []rules.Alternative{a}}, use, now)
		}
		granted, public := ask(rules.Alternative{Terms: other, Granted: true}), ask(rules.Alternative{Terms: t})
		if granted.Verdict == rules.Allowed && public.Verdict != rules.Allowed {
			return false
		}
	}
	return true
}
