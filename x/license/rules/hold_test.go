package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// makes says whether a use makes something of a work.
func makes(u rules.Use) bool { return u.Makes() || u.Action == rules.AIInput }

// TestAHoldStopsWhatIsNew: of a work on hold no grant is to be had, and nothing is made of it but under
// a grant; what a grant permits, and what makes nothing under a public offer, it permits as before.
func TestAHoldStopsWhatIsNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work, use := anyWork(t), anyUse(t)
		work.OnHold = false
		free := rules.Decide(work, use, now)
		work.OnHold = true
		held := rules.Decide(work, use, now)
		require.LessOrEqual(t, held.Verdict, free.Verdict)
		require.NotEqual(t, rules.NeedsAGrant, held.Verdict, "of the work itself none is to be had")
		if held.Verdict == rules.Allowed && (held.Rely == nil || !held.Rely.Granted) {
			require.False(t, makes(use))
		}
		if free.Verdict == rules.Allowed && (!makes(use) || free.Rely != nil && free.Rely.Granted) {
			require.Equal(t, free, held)
		}
		for _, a := range work.Alternatives {
			require.NotEmpty(t, rules.Acquire(work, a, now))
		}
	})
}

func TestAHoldByOffer(t *testing.T) {
	open := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed}
	priced := rules.Alternative{ID: "priced", Terms: open, Priced: true}
	for name, c := range map[string]struct {
		work   rules.Work
		action rules.Action
		want   []rules.Code
	}{
		"copy under a public offer":  {rules.Work{Alternatives: []rules.Alternative{{ID: "open", Terms: open}}}, rules.Copy, nil},
		"adapt under a public offer": {rules.Work{Alternatives: []rules.Alternative{{ID: "open", Terms: open}}}, rules.Adapt, []rules.Code{rules.WorkDisputed}},
		"input under one for ever": {
			rules.Work{Alternatives: []rules.Alternative{{ID: "open", Terms: open, Irrevocable: true}}},
			rules.AIInput,
			[]rules.Code{rules.WorkDisputed},
		},
		"copy that needs a grant": {rules.Work{Alternatives: []rules.Alternative{priced}}, rules.Copy, []rules.Code{rules.WorkDisputed}},
		"adapt by a grant": {
			rules.Work{Alternatives: []rules.Alternative{priced, {ID: "grant", Terms: open, Granted: true}}}, rules.Adapt, nil,
		},
		"copy the own work":  {rules.Work{Own: true}, rules.Copy, nil},
		"adapt the own work": {rules.Work{Own: true}, rules.Adapt, []rules.Code{rules.WorkDisputed}},
		"withdrawn beside": {
			rules.Work{Status: rules.Withdrawn, Alternatives: []rules.Alternative{{ID: "open", Terms: open}}},
			rules.Copy,
			[]rules.Code{rules.WorkWithdrawn},
		},
		"invalidated beside": {rules.Work{Status: rules.Invalidated, Own: true}, rules.Copy, []rules.Code{rules.WorkInvalidated}},
	} {
		c.work.OnHold = true
		var got []rules.Code
		for _, r := range rules.Decide(c.work, rules.Use{Action: c.action}, now).Reasons {
			got = append(got, r.Code)
		}
		require.Equal(t, c.want, got, name)
	}
}

// TestWhatAsksTheOwnerOfASource: of a source on hold nothing is to be had; what one asked that was
// invalidated lapses, and the other demands stay.
func TestWhatAsksTheOwnerOfASource(t *testing.T) {
	open := rules.Alternative{ID: "open", Terms: rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed}}
	paid := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Training: rules.Paid, Input: rules.Paid}
	perUse := paid
	perUse.UsePrice = "5u"
	asks := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Approval: true}
	sold := &rules.Decision{Verdict: rules.NeedsAGrant, Obtain: []rules.Alternative{{ID: "sold", Terms: paid}}}
	none := &rules.Decision{Verdict: rules.Denied}
	for name, c := range map[string]struct {
		kind   rules.Kind
		terms  rules.Terms
		action rules.Action
		at     *rules.Decision
	}{
		"paid":     {rules.PaidUses, paid, rules.TrainAI, sold},
		"approval": {rules.Approval, asks, rules.Adapt, none},
		"item":     {rules.ItemByGrant, paid, rules.AIInput, sold},
	} {
		demand := rules.Constraint{Demand: rules.Demand{Kind: c.kind, Source: "source", TermsID: "terms", Terms: c.terms}, AtSource: c.at}
		if c.kind == rules.ItemByGrant {
			demand.Terms.Input, demand.Contained = rules.Unset, true
		}
		use := rules.Use{Action: c.action}
		require.True(t, demand.AsksOwner(use), name)
		decide := func() rules.Decision {
			return rules.Decide(rules.Work{Constraints: []rules.Constraint{demand}, Alternatives: []rules.Alternative{open}}, use, now)
		}
		require.Equal(t, rules.NeedsAGrant, decide().Verdict, name)
		demand.OnHold = true
		require.Equal(t, []rules.Reason{{Code: rules.WorkDisputed, Source: "source", Terms: "terms"}}, decide().Reasons, name)
		require.Equal(t, rules.Denied, decide().Verdict, name)
		demand.OnHold, demand.Lapsed = false, true
		require.Equal(t, rules.Allowed, decide().Verdict, name)
		demand.Lapsed, demand.AtSource, demand.OnHold = false, &rules.Decision{Verdict: rules.Allowed}, true
		require.Equal(t, rules.Allowed, decide().Verdict, "%s: whoever has a grant goes on", name)
	}

	owed := rules.Constraint{Demand: rules.Demand{Kind: rules.PaidUses, Source: "source", Terms: perUse}}
	use := rules.Use{Action: rules.AIInput}
	require.True(t, owed.AsksOwner(use))
	for _, lapsed := range []bool{false, true} {
		owed.Lapsed = lapsed
		got := rules.Decide(rules.Work{Constraints: []rules.Constraint{owed}, Alternatives: []rules.Alternative{open}}, use, now)
		require.Equal(t, rules.Allowed, got.Verdict)
		require.Equal(t, lapsed, len(got.Obligations) == 0, "each use is paid, but not to who had no right to ask")
	}

	work := rules.Work{Alternatives: []rules.Alternative{open}}
	for range rules.MaxItemGrants + 1 {
		work.Constraints = append(work.Constraints, rules.Constraint{
			Demand: rules.Demand{Kind: rules.ItemByGrant, Source: "item", Terms: open.Terms, Contained: true}, Lapsed: true,
		})
	}
	require.Equal(t, rules.Allowed, rules.Decide(work, rules.Use{Action: rules.Adapt}, now).Verdict)
}
