package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// paidWork is offered for anything; a source sells training on it, but no grants of its
// own any more.
func paidWork(duration time.Duration, edit func(*rules.Constraint)) rules.Work {
	c := rules.Constraint{
		Demand: rules.Demand{
			Kind: rules.PaidUses, Source: "s", TermsID: "t",
			Terms: rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Training: rules.Paid, Duration: duration},
		},
		AtSource: &rules.Decision{Verdict: rules.Denied},
	}
	edit(&c)
	return rules.Work{
		Constraints:  []rules.Constraint{c},
		Alternatives: []rules.Alternative{{ID: "offer", Terms: rules.Terms{Derivatives: rules.DerivativesAllowed, Training: rules.Allow}}},
	}
}

// A pass stands for the grant of a source, as long as it lasts; one that is to be had is
// named, if it would last.
func TestAPassStandsForAGrantOfTheSource(t *testing.T) {
	hour, day := now.Add(time.Hour), now.Add(24*time.Hour)
	train := func(until time.Time) rules.Use { return rules.Use{Action: rules.TrainAI, Until: until} }
	pass := rules.Alternative{Source: "s", ID: "t", Pass: true, Approved: true}
	for name, c := range map[string]struct {
		duration time.Duration
		edit     func(*rules.Constraint)
		until    time.Time
		verdict  rules.Verdict
		obtain   bool
	}{
		"none":                       {0, func(*rules.Constraint) {}, time.Time{}, rules.Denied, false},
		"sold":                       {0, func(c *rules.Constraint) { c.PassSold = true }, day, rules.NeedsAGrant, true},
		"sold, as long as the use":   {time.Hour, func(c *rules.Constraint) { c.PassSold = true }, hour, rules.NeedsAGrant, true},
		"sold, for less":             {time.Hour, func(c *rules.Constraint) { c.PassSold = true }, day, rules.Denied, false},
		"had":                        {0, func(c *rules.Constraint) { c.Passed = true }, day, rules.Allowed, false},
		"had, as long as the use":    {time.Hour, func(c *rules.Constraint) { c.Passed, c.PassEnds = true, hour }, hour, rules.Allowed, false},
		"had, for less":              {time.Hour, func(c *rules.Constraint) { c.Passed, c.PassEnds = true, hour }, day, rules.Denied, false},
		"had once":                   {time.Hour, func(c *rules.Constraint) { c.Passed, c.PassEnds = true, now }, time.Time{}, rules.Denied, false},
		"another's, which is an end": {time.Hour, func(c *rules.Constraint) { c.PassEnds = day }, hour, rules.Denied, false},
	} {
		w := paidWork(c.duration, c.edit)
		got := rules.Decide(w, train(c.until), now)
		require.Equal(t, c.verdict, got.Verdict, name)
		want := pass
		want.Terms = w.Constraints[0].Terms
		if c.obtain {
			require.Equal(t, []rules.Alternative{want}, got.Obtain, name)
			require.Equal(t, []rules.Reason{{Code: rules.NeedsGrant, Source: "s", Terms: "t"}}, got.Reasons, name)
		} else {
			require.Empty(t, got.Obtain, name)
		}
		require.Equal(t, rules.Allowed, rules.Decide(w, rules.Use{Action: rules.Adapt}, now).Verdict, "other uses are not sold")
		w.Holder = true
		require.Equal(t, rules.Allowed, rules.Decide(w, train(c.until), now).Verdict, "whoever holds it paid before")
	}
}

// Beside a grant that is to be had of the source the pass is named too.
func TestAPassIsNamedBesideAGrant(t *testing.T) {
	w := paidWork(0, func(c *rules.Constraint) {
		c.PassSold, c.AtSource = true, &rules.Decision{Verdict: rules.NeedsAGrant, Obtain: []rules.Alternative{{ID: "t"}}}
	})
	got := rules.Decide(w, rules.Use{Action: rules.TrainAI}, now)
	require.Len(t, got.Obtain, 2)
	require.Equal(t, []bool{false, true}, []bool{got.Obtain[0].Pass, got.Obtain[1].Pass})
}

// A use that is paid at the source is asked by the same source under the same terms; at which
// price is not compared.
func TestAPaidUseOfAnotherSourceIsStricter(t *testing.T) {
	of := func(source string, terms rules.Terms) []rules.Constraint {
		return []rules.Constraint{{Demand: rules.Demand{Kind: rules.PaidUses, Source: source, Terms: terms}}}
	}
	training, search := rules.Terms{Training: rules.Paid}, rules.Terms{Training: rules.Paid, Search: rules.Paid}
	require.True(t, rules.NoStricter(of("s", training), of("s", training)))
	require.False(t, rules.NoStricter(of("s", training), of("o", training)))
	require.False(t, rules.NoStricter(of("s", search), of("s", training)))
}
