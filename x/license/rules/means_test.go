package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// granted is a grant under terms that sell training.
func granted(id string, ends time.Time, edit func(*rules.Alternative)) rules.Alternative {
	a := rules.Alternative{
		ID: id, Order: id, Granted: true, Ends: ends,
		Terms: rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Training: rules.Paid},
	}
	if edit != nil {
		edit(&a)
	}
	return a
}

// Of several grants the one is used that costs who asks least.
func TestWhatMeetsADemandAtItsSource(t *testing.T) {
	hour, day := now.Add(time.Hour), now.Add(24*time.Hour)
	relied := func(a *rules.Alternative) { a.Relied = true }
	reserved := func(a *rules.Alternative) { a.Reserved = true }
	spent := func(a *rules.Alternative) { a.UsedElsewhere = true }
	inOrder := []rules.Alternative{
		{ID: "offer", Terms: rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Training: rules.Allow}},
		granted("z relied on", hour, relied),
		granted("y reserved", hour, reserved),
		granted("w", time.Time{}, nil), granted("x", time.Time{}, nil),
		granted("v", day, nil), granted("u", hour, nil),
	}
	for i, want := range inOrder {
		left := append([]rules.Alternative{granted("a spent", time.Time{}, spent)}, inOrder[i:]...)
		for range left { // in any order
			left = append(left[1:], left[0])
			d := rules.DecideAtSource(rules.Work{Alternatives: left}, rules.Use{Action: rules.TrainAI}, now)
			require.Equal(t, rules.Allowed, d.Verdict)
			require.Equal(t, want.ID, d.Rely.ID)
		}
	}
	only := rules.Work{Alternatives: []rules.Alternative{granted("a spent", time.Time{}, spent)}}
	require.Equal(t, rules.Denied, rules.DecideAtSource(only, rules.Use{Action: rules.TrainAI}, now).Verdict)
	input := rules.Use{Action: rules.AIInput}
	require.Equal(t, rules.Decide(only, input, now), rules.DecideAtSource(only, input, now), "nothing is made")
}

// A decision says by what each demand is met, where something is made: a grant, a pass, or
// what is not used up and does not end.
func TestADecisionSaysWhatMeetsDemands(t *testing.T) {
	hour, day := now.Add(time.Hour), now.Add(24*time.Hour)
	at := func(a rules.Alternative) *rules.Decision { return &rules.Decision{Verdict: rules.Allowed, Rely: &a} }
	pass := func(ends time.Time, at *rules.Decision) func(*rules.Constraint) {
		return func(c *rules.Constraint) {
			if c.Passed, c.PassEnds = true, ends; at != nil {
				c.AtSource = at
			}
		}
	}
	by := func(grant string, ends time.Time) []rules.Means {
		return []rules.Means{{Source: "s", TermsID: "t", Grant: grant, Ends: ends}}
	}
	relied := func(a *rules.Alternative) { a.Relied = true }
	reserved := func(a *rules.Alternative) { a.Reserved = true }
	for name, c := range map[string]struct {
		edit func(*rules.Constraint)
		want []rules.Means
	}{
		"a grant":                           {func(c *rules.Constraint) { c.AtSource = at(granted("g", day, nil)) }, by("g", day)},
		"one's own source":                  {func(c *rules.Constraint) { c.AtSource = &rules.Decision{Verdict: rules.Allowed} }, nil},
		"an offer":                          {func(c *rules.Constraint) { c.AtSource = at(rules.Alternative{ID: "o"}) }, nil},
		"a pass":                            {pass(hour, nil), by("", hour)},
		"a pass for ever":                   {pass(time.Time{}, nil), by("", time.Time{})},
		"an offer before a pass":            {pass(hour, at(rules.Alternative{ID: "o"})), nil},
		"a pass for ever before a grant":    {pass(time.Time{}, at(granted("g", time.Time{}, relied))), by("", time.Time{})},
		"a grant relied on before a pass":   {pass(day, at(granted("g", hour, relied))), by("g", hour)},
		"a grant reserved before a pass":    {pass(day, at(granted("g", hour, reserved))), by("g", hour)},
		"a grant for ever before a pass":    {pass(day, at(granted("g", time.Time{}, nil))), by("g", time.Time{})},
		"a pass before a grant that ends":   {pass(hour, at(granted("g", day, nil))), by("", hour)},
		"a grant before a pass that ended":  {pass(now, at(granted("g", day, nil))), by("g", day)},
		"what the holder paid for the work": {func(c *rules.Constraint) { c.AtSource = at(granted("g", day, nil)) }, nil},
	} {
		w := paidWork(0, c.edit)
		w.Holder = name == "what the holder paid for the work"
		got := rules.Decide(w, rules.Use{Action: rules.TrainAI}, now)
		require.Equal(t, rules.Allowed, got.Verdict, name)
		require.Equal(t, c.want, got.Means, name)
	}

	asked := rules.Constraint{
		Demand:   rules.Demand{Kind: rules.Approval, Source: "s", TermsID: "t", Terms: rules.Terms{Approval: true}},
		AtSource: at(granted("g", hour, nil)),
	}
	w := rules.Work{Own: true, Holder: true, Constraints: []rules.Constraint{asked}}
	require.Equal(t, by("g", hour), rules.Decide(w, rules.Use{Action: rules.Adapt}, now).Means, "a grant that came with an approval")
	require.Empty(t, rules.Decide(w, rules.Use{Action: rules.AIInput}, now).Means, "nothing is made")
	require.NotEmpty(t, rules.Decide(w, rules.Use{Action: rules.AIInput, Unplaced: true}, now).Means, "by a derivation it is")
	w.Constraints[0].Approved = true
	require.Empty(t, rules.Decide(w, rules.Use{Action: rules.Adapt}, now).Means, "approved without one")
}
