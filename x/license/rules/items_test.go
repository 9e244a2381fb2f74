package rules_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// byGrant is that an item is in a collection by a grant, as who asks stands to it.
func byGrant(source string, at rules.Verdict, terms rules.Terms) rules.Constraint {
	return rules.Constraint{
		Demand:   rules.Demand{Kind: rules.ItemByGrant, Source: source, TermsID: "terms", Terms: terms, Contained: true},
		AtSource: &rules.Decision{Verdict: at, Obtain: []rules.Alternative{{ID: "terms"}}},
	}
}

// TestItemsByGrant: only who makes something is asked, unless the terms sell the action itself;
// holding the collection does not pay for it, and what meets the demand is told.
func TestItemsByGrant(t *testing.T) {
	sells := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Fee: "5u"}
	making := []rules.Action{rules.Adapt, rules.TrainAI, rules.AIInput}
	for _, a := range allActions {
		use := rules.Use{Action: a}
		made := a == rules.Adapt || a == rules.TrainAI || a == rules.AIInput
		for verdict, want := range map[rules.Verdict]rules.Verdict{
			rules.Denied: rules.Denied, rules.NeedsAGrant: rules.NeedsAGrant, rules.Allowed: rules.Allowed,
		} {
			w := open([]rules.Constraint{byGrant("song", verdict, sells)})
			w.Holder, w.Constraints[0].Approved = true, true
			d := rules.Decide(w, use, now)
			if !made {
				want = rules.Allowed
			}
			require.Equal(t, want, d.Verdict, "%d %d", a, verdict)
			require.Equal(t, made, w.Constraints[0].AsksAtSource(use))
			switch d.Verdict {
			case rules.Denied:
				require.Equal(t, []rules.Reason{{Code: rules.NotOffered, Source: "song", Terms: "terms"}}, d.Reasons)
			case rules.NeedsAGrant:
				require.Equal(t, []rules.Reason{{Code: rules.NeedsGrant, Source: "song", Terms: "terms"}}, d.Reasons)
				require.Equal(t, []rules.Alternative{{ID: "terms", Source: "song"}}, d.Obtain)
			}
		}
	}
	sold := sells
	sold.Training = rules.Paid
	c := byGrant("song", rules.Denied, sold)
	require.False(t, c.AsksAtSource(rules.Use{Action: rules.TrainAI}), "PaidUses does")
	require.True(t, c.AsksAtSource(rules.Use{Action: rules.Adapt}))

	met := byGrant("song", rules.Allowed, sells)
	grant := granted("g", now.Add(time.Hour), nil)
	met.AtSource.Rely = &grant
	met.Passed = true // which is for paid uses
	d := rules.Decide(open([]rules.Constraint{met}), rules.Use{Action: rules.Adapt}, now)
	require.Equal(t, []rules.Means{{Source: "song", TermsID: "terms", Grant: "g", Ends: now.Add(time.Hour)}}, d.Means)

	for _, column := range []rules.Column{rules.Full, rules.Part, rules.Trained, rules.Contained} {
		for _, kind := range []rules.Kind{rules.ItemByGrant, rules.ItemWithheld} {
			require.Equal(t, column == rules.Contained, column.Passes(kind, false), "what is made of the collection is no copy of the item")
		}
	}
	require.Equal(t, rules.Actions(0).With(making[0]).With(making[1]).With(making[2]), rules.Making)
	require.True(t, sells.Makeable())
	require.True(t, rules.Terms{Training: rules.Paid}.Makeable())
	require.False(t, rules.Terms{Search: rules.Allow}.Makeable())
	require.False(t, rules.Terms{Derivatives: rules.DerivativesAllowed, Uses: rules.Actions(0).With(rules.Copy)}.Makeable())
}

// Of more items than an answer lists nothing is made, whatever who asks has.
func TestTooManyItemsByGrant(t *testing.T) {
	for _, n := range []int{rules.MaxItemGrants, rules.MaxItemGrants + 1} {
		var list []rules.Constraint
		for i := range n {
			list = append(list, byGrant(fmt.Sprint(i), rules.Allowed, rules.Terms{Derivatives: rules.DerivativesAllowed}))
		}
		for _, a := range allActions {
			d := rules.Decide(open(list), rules.Use{Action: a}, now)
			if n > rules.MaxItemGrants && rules.Making.Has(a) {
				require.Equal(t, []rules.Reason{{Code: rules.ItemsByGrant}}, d.Reasons)
				continue
			}
			require.Equal(t, rules.Allowed, d.Verdict)
		}
	}
}

// TestWithheldItems: the denial is for what somebody has exclusively, and what replaces an item may
// withhold no more.
func TestWithheldItems(t *testing.T) {
	withheld := func(list ...rules.Action) rules.Constraint {
		c := rules.Constraint{Demand: rules.Demand{Kind: rules.ItemWithheld, Source: "song", Contained: true}}
		for _, a := range list {
			c.Withheld = c.Withheld.With(a)
		}
		return c
	}
	w := open([]rules.Constraint{withheld(rules.TrainAI)})
	for _, a := range allActions {
		d := rules.Decide(w, rules.Use{Action: a}, now)
		require.Equal(t, a != rules.TrainAI, d.Verdict == rules.Allowed, a)
	}
	require.Equal(t, []rules.Reason{{Code: rules.ExclusiveGranted, Source: "song"}}, rules.Decide(w, rules.Use{Action: rules.TrainAI}, now).Reasons)

	both := []rules.Constraint{withheld(rules.TrainAI, rules.Adapt)}
	require.True(t, rules.NoStricter(w.Constraints, both))
	require.True(t, rules.NoStricter(nil, both))
	require.True(t, rules.NoStricter(both, []rules.Constraint{withheld(rules.TrainAI), withheld(rules.Adapt)}))
	require.False(t, rules.NoStricter(both, w.Constraints))
	require.False(t, rules.NoStricter(w.Constraints, nil))
	denied := rules.Constraint{Demand: rules.Demand{Kind: rules.Uses, Contained: true, Terms: rules.Terms{Training: rules.Deny}}}
	require.False(t, rules.NoStricter([]rules.Constraint{denied}, both), "to withhold is not to deny")
	item := byGrant("song", rules.Denied, rules.Terms{})
	require.True(t, rules.NoStricter([]rules.Constraint{item}, []rules.Constraint{item}))
	require.False(t, rules.NoStricter([]rules.Constraint{item}, nil))

	terms := rules.Terms{Derivatives: rules.DerivativesAllowed, Exclusivity: rules.Exclusive, Uses: rules.Actions(0).With(rules.Adapt).With(rules.Copy)}
	running := rules.Work{Exclusives: []rules.Running{
		{Terms: terms}, {Terms: rules.Terms{Training: rules.Allow}, Mine: true}, {Terms: rules.Terms{Input: rules.Allow}, Ends: now},
	}}
	require.Equal(t, rules.Actions(0).With(rules.Adapt), running.Withheld(now))
	running.Exclusives[1].Mine, running.Exclusives[2].Ends = false, now.Add(time.Second)
	require.Equal(t, rules.Making, running.Withheld(now))
}

// TestADenialTellsBoth: what the work itself has against a use stands before what its sources have,
// each once; and reasons about places say what is covered.
func TestADenialTellsBoth(t *testing.T) {
	limited := rules.Terms{Commercial: true, Territories: "DE,FR", Media: "web"}
	scope := rules.Constraint{Demand: rules.Demand{Kind: rules.Scope, Source: "song", TermsID: "t", Terms: limited}}
	use := rules.Use{Action: rules.Copy, Territories: []string{"US"}, Media: []string{"print"}}
	fromSource := []rules.Reason{
		{Code: rules.MediumNotCovered, Source: "song", Terms: "t", Covered: "web"},
		{Code: rules.TerritoryNotCovered, Source: "song", Terms: "t", Covered: "DE,FR"},
	}
	none := rules.Decide(rules.Work{Constraints: []rules.Constraint{scope}}, use, now)
	require.Equal(t, append([]rules.Reason{{Code: rules.NotOffered}}, fromSource...), none.Reasons)
	offered := rules.Work{Constraints: []rules.Constraint{scope}, Alternatives: []rules.Alternative{{ID: "offer", Terms: limited}}}
	require.Equal(t, append([]rules.Reason{
		{Code: rules.MediumNotCovered, Permission: "offer", Covered: "web"}, {Code: rules.TerritoryNotCovered, Permission: "offer", Covered: "DE,FR"},
	}, fromSource...), rules.Decide(offered, use, now).Reasons)
	offered.Alternatives[0].Terms = rules.Terms{Commercial: true}
	require.Equal(t, fromSource, rules.Decide(offered, use, now).Reasons, "which the offer allows")
	offered.Alternatives[0].Priced = true
	require.Equal(t, fromSource, rules.Decide(offered, use, now).Reasons, "which a grant would allow")

	paid := rules.Constraint{
		Demand:   rules.Demand{Kind: rules.PaidUses, Source: "song", Terms: rules.Terms{Training: rules.Paid}},
		AtSource: &rules.Decision{Verdict: rules.Denied},
	}
	require.Equal(t, []rules.Reason{{Code: rules.NotOffered}, {Code: rules.NotOffered, Source: "song"}},
		rules.Decide(rules.Work{Constraints: []rules.Constraint{paid}}, rules.Use{Action: rules.TrainAI}, now).Reasons)
}
