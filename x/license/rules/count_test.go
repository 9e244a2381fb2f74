package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// rental are terms under which a grant pays for 10 uses as input and in search.
var rental = rules.Terms{
	Commercial: true, Derivatives: rules.DerivativesAllowed, Input: rules.Paid, Search: rules.Paid, Training: rules.Paid, UsesPerGrant: 10,
}

// by is a grant of one's own under terms with so many uses left.
func by(t rules.Terms, left uint64) rules.Alternative {
	return rules.Alternative{ID: "grant", Terms: t, Granted: true, UsesLeft: left, Order: "grant"}
}

func counted(d rules.Decision) (list []rules.Obligation) {
	for _, o := range d.Obligations {
		if o.Duty == rules.CountUse {
			list = append(list, o)
		}
	}
	return list
}

// What a grant pays for is counted while something is left, and nothing else is.
func TestWhatIsCounted(t *testing.T) {
	each := rental
	each.UsePrice = "5x"
	free := rental
	free.Search = rules.Allow
	uncounted := rental
	uncounted.UsesPerGrant = 0
	for name, c := range map[string]struct {
		terms   rules.Terms
		action  rules.Action
		counted bool
	}{
		"input":             {rental, rules.AIInput, true},
		"search":            {rental, rules.SearchIndex, true},
		"training":          {rental, rules.TrainAI, false},
		"adapting":          {rental, rules.Adapt, false},
		"a copy":            {rental, rules.Copy, false},
		"search for free":   {free, rules.SearchIndex, false},
		"paid one by one":   {each, rules.AIInput, false},
		"terms without one": {uncounted, rules.AIInput, false},
	} {
		use := rules.Use{Action: c.action}
		d := rules.Decide(rules.Work{Alternatives: []rules.Alternative{by(c.terms, 3)}}, use, now)
		require.Equal(t, rules.Allowed, d.Verdict, name)
		none := rules.Decide(rules.Work{Alternatives: []rules.Alternative{by(c.terms, 0)}}, use, now)
		if !c.counted {
			require.Empty(t, counted(d), name)
			require.Equal(t, rules.Allowed, none.Verdict, name)
			continue
		}
		require.Equal(t, []rules.Obligation{{Duty: rules.CountUse, Grant: "grant", UsesLeft: 3}}, counted(d), name)
		require.Equal(t, rules.Denied, none.Verdict, name)
		require.Equal(t, []rules.Reason{{Code: rules.UsesExhausted, Permission: "grant"}}, none.Reasons, name)
	}
}

// An offer asks for another grant, and says why the one that there is does not do.
func TestAnotherGrantIsTheWayOn(t *testing.T) {
	work := rules.Work{Alternatives: []rules.Alternative{by(rental, 0), {ID: "offer", Terms: rental, Priced: true}}}
	d := rules.Decide(work, rules.Use{Action: rules.AIInput}, now)
	require.Equal(t, rules.NeedsAGrant, d.Verdict)
	require.Equal(t, []rules.Reason{{Code: rules.NeedsGrant, Permission: "offer"}, {Code: rules.UsesExhausted, Permission: "grant"}}, d.Reasons)
	work.Alternatives = append(work.Alternatives, rules.Alternative{ID: "other", Terms: rental, Granted: true, UsesLeft: 1})
	require.Equal(t, "other", rules.Decide(work, rules.Use{Action: rules.AIInput}, now).Rely.ID)
}

// made is a work of the asker's that was made from a source under terms, with what they may do there.
func made(t rules.Terms, at rules.Decision, edit func(*rules.Constraint)) rules.Work {
	c := rules.Constraint{
		Demand: rules.Demand{Kind: rules.PaidUses, Source: "song", TermsID: "terms", Terms: t}, AtSource: &at,
	}
	if edit != nil {
		edit(&c)
	}
	return rules.Work{Own: true, Holder: true, Constraints: []rules.Constraint{c}}
}

// Whoever holds what was made by a grant is asked again for each use that is counted, by no pass,
// and not where the source is gone.
func TestWhatWasMadeIsCountedAtTheSource(t *testing.T) {
	grant := by(rental, 2)
	allowed := rules.Decision{Verdict: rules.Allowed, Rely: &grant}
	input := rules.Use{Action: rules.AIInput}
	d := rules.Decide(made(rental, allowed, nil), input, now)
	require.Equal(t, rules.Allowed, d.Verdict)
	require.Equal(t, []rules.Obligation{{Duty: rules.CountUse, Source: "song", Grant: "grant", UsesLeft: 2}}, counted(d))
	require.Empty(t, d.Means, "nothing is made")

	making := input
	making.Unplaced = true
	d = rules.Decide(made(rental, allowed, nil), making, now)
	require.Equal(t, []rules.Means{{Source: "song", TermsID: "terms", Grant: "grant"}}, d.Means)
	require.Len(t, counted(d), 1)

	spent := rules.Decision{
		Verdict: rules.NeedsAGrant, Obtain: []rules.Alternative{{ID: "offer", Terms: rental}},
		Reasons: []rules.Reason{{Code: rules.NeedsGrant, Permission: "offer"}, {Code: rules.UsesExhausted, Permission: "grant"}},
	}
	d = rules.Decide(made(rental, spent, func(c *rules.Constraint) { c.Passed, c.PassSold = true, true }), input, now)
	require.Equal(t, rules.NeedsAGrant, d.Verdict)
	require.Equal(t, []rules.Reason{
		{Code: rules.NeedsGrant, Source: "song", Terms: "terms"}, {Code: rules.UsesExhausted, Source: "song", Terms: "grant"},
	}, d.Reasons)
	require.Equal(t, []rules.Alternative{{Source: "song", ID: "offer", Terms: rental}}, d.Obtain, "and no pass")

	training := rules.Use{Action: rules.TrainAI}
	require.Equal(t, rules.Allowed, rules.Decide(made(rental, spent, nil), training, now).Verdict, "its holder is not asked again for that")
	of := made(rental, spent, func(c *rules.Constraint) { c.Passed, c.Unserved = true, true })
	require.Equal(t, rules.Allowed, rules.Decide(of, training, now).Verdict, "a pass is for that")
	require.Equal(t, rules.Allowed, rules.Decide(made(rental, spent, func(c *rules.Constraint) { c.Lapsed = true }), input, now).Verdict)

	uncounted := rental
	uncounted.UsesPerGrant = 0
	require.Equal(t, rules.Allowed, rules.Decide(made(uncounted, spent, nil), input, now).Verdict)
	own := rules.Decide(made(rental, rules.Decision{Verdict: rules.Allowed}, nil), input, now)
	require.Empty(t, counted(own), "who owns the source counts nothing")
	offer := rules.Alternative{ID: "offer", Terms: rental}
	require.Empty(t, counted(rules.Decide(made(rental, rules.Decision{Verdict: rules.Allowed, Rely: &offer}, nil), input, now)))
}

// One grant that meets several demands counts the use once; two that meet one each count it each.
func TestOneUseIsCountedOnceAtAGrant(t *testing.T) {
	one, two := by(rental, 2), by(rental, 5)
	two.ID = "second"
	demand := func(source string, rely *rules.Alternative) rules.Constraint {
		return rules.Constraint{
			Demand:   rules.Demand{Kind: rules.PaidUses, Source: source, TermsID: "terms", Terms: rental},
			AtSource: &rules.Decision{Verdict: rules.Allowed, Rely: rely},
		}
	}
	work := rules.Work{Own: true, Constraints: []rules.Constraint{demand("a", &one), demand("a", &one), demand("b", &two)}}
	d := rules.Decide(work, rules.Use{Action: rules.SearchIndex}, now)
	require.Equal(t, []rules.Obligation{
		{Duty: rules.CountUse, Source: "a", Grant: "grant", UsesLeft: 2}, {Duty: rules.CountUse, Source: "b", Grant: "second", UsesLeft: 5},
	}, counted(d))
}
