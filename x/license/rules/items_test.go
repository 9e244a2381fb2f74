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

	for _, column := range []rules.Column{rules.Full, rules.Part, rules.Trained, rules.Contained, rules.Gathered} {
		held := column == rules.Contained || column == rules.Gathered
		require.Equal(t, held, column.Holds())
		require.Equal(t, held, column.Passes(rules.ItemByGrant, false), "what is made of the collection is no copy of the item")
		require.Equal(t, column != rules.Trained, column.Passes(rules.Withheld, false))
		if held {
			continue
		}
		require.Equal(t, column == rules.Part, column.SparesWeak() && column.Passes(rules.Uses, false))
	}
	for _, kind := range []rules.Kind{rules.Uses, rules.PaidUses, rules.Approval, rules.Scope, rules.ShareAlike, rules.Withheld} {
		for _, weak := range []bool{false, true} {
			require.Equal(t, rules.Part.Passes(kind, weak), rules.Gathered.Passes(kind, weak), "a dataset takes on what a part does")
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

// Of a dataset, which was made by a grant for training, who trains is not asked, and nobody is kept
// from that by the number of its items.
func TestADatasetsItemsByGrant(t *testing.T) {
	sells := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed}
	var list []rules.Constraint
	for i := range rules.MaxItemGrants + 1 {
		c := byGrant(fmt.Sprint(i), rules.NeedsAGrant, sells)
		c.Contained = false
		list = append(list, c)
		for _, a := range allActions {
			made := a == rules.Adapt || a == rules.AIInput
			require.Equal(t, made, c.AsksAtSource(rules.Use{Action: a}))
			want := rules.Allowed
			switch {
			case made && i == rules.MaxItemGrants:
				want = rules.Denied
			case made:
				want = rules.NeedsAGrant
			}
			require.Equal(t, want, rules.Decide(open(list), rules.Use{Action: a}, now).Verdict, "%d %d", i, a)
		}
	}
	gathered, contained := list[:1], []rules.Constraint{byGrant("0", rules.NeedsAGrant, sells)}
	require.True(t, rules.NoStricter(gathered, contained))
	require.True(t, rules.NoStricter(gathered, gathered))
	require.True(t, rules.NoStricter(contained, contained))
	require.False(t, rules.NoStricter(contained, gathered))
	require.False(t, rules.NoStricter(gathered, nil))
}

// withheld is that somebody has something exclusively of a source under terms.
func withheld(terms rules.Terms, ends time.Time) rules.Constraint {
	return rules.Constraint{Demand: rules.Demand{Kind: rules.Withheld, Source: "song", TermsID: "alone", Terms: terms}, Ends: ends}
}

// TestWithheld: who is kept out of the source is kept out of what was made from it, of the same uses
// and places and for as long; of what only holds it, of making something.
func TestWithheld(t *testing.T) {
	alone := rules.Terms{
		Commercial: true, Derivatives: rules.DerivativesAllowed, Exclusivity: rules.Exclusive,
		Uses: rules.Actions(0).With(rules.Perform).With(rules.TrainAI), Territories: "DE,FR",
	}
	c := withheld(alone, now.Add(time.Hour))
	france, spain := []string{"FR"}, []string{"ES"}
	for _, a := range allActions {
		kept := a == rules.Perform || a == rules.TrainAI
		decide := func(c rules.Constraint, u rules.Use, at time.Time) rules.Decision {
			return rules.Decide(open([]rules.Constraint{c}), u, at)
		}
		in, out := rules.Use{Action: a, Territories: france}, rules.Use{Action: a, Territories: spain}
		require.Equal(t, !kept, decide(c, in, now).Verdict == rules.Allowed, a)
		require.Equal(t, rules.Allowed, decide(c, out, now).Verdict, a)
		require.Equal(t, !kept, decide(c, rules.Use{Action: a, Unplaced: true}, now).Verdict == rules.Allowed, "what is made may end up anywhere")
		require.Equal(t, rules.Allowed, decide(c, in, now.Add(time.Hour)).Verdict, "the end")
		require.Equal(t, !kept, decide(withheld(alone, time.Time{}), in, now.Add(time.Hour)).Verdict == rules.Allowed)
		if kept {
			require.Equal(t, []rules.Reason{{Code: rules.ExclusiveGranted, Source: "song", Terms: "alone", At: now.Add(time.Hour)}},
				decide(c, in, now).Reasons)
		}
		left := c
		left.LeftIn = true
		require.Equal(t, rules.Allowed, decide(left, in, now).Verdict)
		item := c
		item.Contained = true
		require.Equal(t, a != rules.TrainAI, decide(item, in, now).Verdict == rules.Allowed, a)
	}

	hour, two, ever := withheld(alone, now.Add(time.Hour)), withheld(alone, now.Add(2*time.Hour)), withheld(alone, time.Time{})
	order := []rules.Constraint{hour, two, ever}
	for i, a := range order {
		for j, b := range order {
			require.Equal(t, i <= j, rules.NoStricter([]rules.Constraint{a}, []rules.Constraint{b}), "%d %d", i, j)
		}
	}
	other := hour
	other.Source = "other"
	require.False(t, rules.NoStricter([]rules.Constraint{other}, order))
	other = hour
	other.TermsID = "others"
	require.False(t, rules.NoStricter([]rules.Constraint{other}, order))
	require.False(t, rules.NoStricter([]rules.Constraint{hour}, nil))
	denied := rules.Constraint{Demand: rules.Demand{Kind: rules.Uses, Source: "song", TermsID: "alone", Terms: alone}}
	require.False(t, rules.NoStricter([]rules.Constraint{denied}, order), "to withhold is not to deny")

	further := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Attribution: true, NoFurtherRestrictions: true}
	require.Equal(t, []rules.Reason{{Code: rules.ExclusiveGranted, Source: "song", Terms: "alone"}},
		rules.OfferAllowed(rules.Group{c.Demand}, false, further, "").Refusals)
	item := c.Demand
	item.Contained = true
	require.True(t, rules.OfferAllowed(rules.Group{item}, false, further, "").Allowed())
	require.True(t, rules.OfferAllowed(rules.Group{c.Demand}, false, rules.Terms{Commercial: true}, "").Allowed())
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
		{Code: rules.MediumNotCovered, Permission: "offer", Covered: "web"},
		{Code: rules.TerritoryNotCovered, Permission: "offer", Covered: "DE,FR"},
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
