package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// inside are what items demand of a collection that holds them.
func inside(items ...rules.Group) []rules.Constraint {
	var list []rules.Constraint
	for _, g := range items {
		for _, d := range g {
			d.Contained = true
			list = append(list, rules.Constraint{Demand: d})
		}
	}
	return list
}

// own are what a work was adapted from demands of it.
func own(source, id string, terms rules.Terms) []rules.Constraint {
	var list []rules.Constraint
	for _, d := range full(source, id, terms) {
		list = append(list, rules.Constraint{Demand: d})
	}
	return list
}

// open is a collection that everybody may do anything with, but for what it holds.
func open(constraints []rules.Constraint) rules.Work {
	anything := rules.Terms{
		Licence: "LicenseRef-Anything", Commercial: true, Derivatives: rules.DerivativesAllowed,
		Training: rules.Allow, Input: rules.Allow, Search: rules.Allow,
	}
	return rules.Work{Constraints: constraints, Alternatives: []rules.Alternative{{ID: "offer", Terms: anything}}}
}

var allActions = []rules.Action{
	rules.Copy, rules.Distribute, rules.Perform, rules.Adapt, rules.TrainAI, rules.AIInput, rules.SearchIndex,
}

// TestWhatAnItemDemandsOfItsCollection: what a copy of the whole does to the item binds
// everybody, the rest whoever makes something from the collection.
func TestWhatAnItemDemandsOfItsCollection(t *testing.T) {
	making := []rules.Action{rules.Adapt, rules.TrainAI, rules.AIInput}
	ends := rules.Constraint{Demand: rules.Demand{Kind: rules.Expires, Source: "song", Contained: true}, Ends: past}
	closed := rules.Terms{
		Commercial: true, Derivatives: rules.DerivativesNone, Training: rules.Deny, Input: rules.Deny, Search: rules.Deny,
		Uses: rules.Actions(0).With(rules.Copy).With(rules.Distribute),
	}
	one := func(kind rules.Kind, terms rules.Terms) rules.Constraint {
		return rules.Constraint{Demand: rules.Demand{Kind: kind, Source: "song", TermsID: "terms", Terms: terms, Contained: true}, Reached: true}
	}
	paid := one(rules.PaidUses, rules.Terms{Training: rules.Paid, Input: rules.Paid, Search: rules.Paid})
	paid.AtSource = &rules.Decision{Verdict: rules.NeedsAGrant}
	asked := one(rules.Approval, rules.Terms{Approval: true})
	asked.AtSource = &rules.Decision{Verdict: rules.Denied}
	for name, tc := range map[string]struct {
		c      rules.Constraint
		denied []rules.Action
	}{
		"no commerce": {one(rules.NonCommercial, rules.Terms{}), allActions},
		"places":      {one(rules.Scope, rules.Terms{Territories: "FR"}), allActions},
		"an end":      {ends, allActions},
		"a ceiling":   {one(rules.Ceiling, rules.Terms{Ceiling: "5u"}), making},
		"uses":        {one(rules.Uses, closed), making},
		"paid":        {paid, []rules.Action{rules.TrainAI, rules.AIInput}},
		"approval":    {asked, making},
		"credit":      {one(rules.Attribution, rules.Terms{Attribution: true}), nil},
	} {
		for _, a := range allActions {
			d := rules.Decide(open([]rules.Constraint{tc.c}), rules.Use{Action: a, Commercial: true, Territories: []string{"DE"}}, now)
			want := !slices.Contains(tc.denied, a)
			require.Equal(t, want, d.Verdict == rules.Allowed, "%s: %d: %v", name, a, d.Reasons)
			if !want {
				require.Equal(t, "song", d.Reasons[0].Source, name)
			}
			if name == "credit" {
				require.Equal(t, []rules.Obligation{{Duty: rules.Credit, Source: "song", TermsID: "terms"}}, d.Obligations)
			}
		}
	}
}

// Search of a collection is not paid to its items, and nothing is offered alike that
// nobody makes.
func TestDutiesToItems(t *testing.T) {
	terms := rules.Terms{Search: rules.Paid, Input: rules.Paid, UsePrice: "2u", Derivatives: rules.DerivativesShareAlike}
	w := open(inside(rules.Demands("song", "terms", terms, rules.Full)))
	require.Empty(t, rules.Decide(w, rules.Use{Action: rules.SearchIndex}, now).Obligations)
	require.Empty(t, rules.Decide(w, rules.Use{Action: rules.Copy}, now).Obligations)
	require.Equal(t, []rules.Obligation{{Duty: rules.PayPerUse, Source: "song", TermsID: "terms"}},
		rules.Decide(w, rules.Use{Action: rules.AIInput}, now).Obligations)
	require.Equal(t, []rules.Obligation{{Duty: rules.OfferAlike, Source: "song", TermsID: "terms"}},
		rules.Decide(w, rules.Use{Action: rules.Adapt}, now).Obligations)
}

// TestItemsThatClash stand side by side in a collection; both are named to whoever makes
// something from it.
func TestItemsThatClash(t *testing.T) {
	item := func(name, spdx string) rules.Group { return full(name, spdx, named(t, spdx)) }
	limited := full("limited", "FR", rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Training: rules.Allow, Territories: "FR"})
	asking := full("asking", "ask", rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Training: rules.Allow, Input: rules.Allow, Approval: true})
	for name, tc := range map[string]struct {
		constraints []rules.Constraint
		owes        bool
		column      rules.Column
		want        string
	}{
		"two licences":        {inside(item("a", "CC-BY-NC-SA-4.0"), item("b", "CC-BY-SA-4.0")), false, rules.Part, "sharealike_conflict a b, sharealike_conflicts_noncommercial a b"},
		"for a model too":     {inside(item("a", "GPL-2.0-only"), item("b", "GPL-3.0-only")), false, rules.Trained, "sharealike_conflict a b"},
		"one licence":         {inside(item("a", "CC-BY-SA-4.0"), item("b", "CC-BY-SA-4.0")), false, rules.Full, ""},
		"versions":            {inside(item("a", "CC-BY-SA-3.0"), item("b", "CC-BY-SA-4.0")), false, rules.Full, ""},
		"a ban":               {inside(item("a", "CC-BY-NC-4.0"), item("b", "CC-BY-SA-4.0")), false, rules.Part, "sharealike_conflicts_noncommercial a b"},
		"a place":             {inside(limited, item("b", "CC-BY-SA-4.0")), false, rules.Trained, "sharealike_conflicts_limits b limited"},
		"an approval":         {inside(asking, item("b", "CC-BY-SA-4.0")), false, rules.Part, "sharealike_conflicts_limits asking b"},
		"none for a model":    {inside(asking, item("b", "CC-BY-SA-4.0")), false, rules.Trained, ""},
		"a part that clashes": {inside(item("a", "Apache-2.0"), item("b", "GPL-2.0-only")), false, rules.Part, "sharealike_conflict a b"},
		"an item and a base":  {append(own("base", "CC-BY-SA-4.0", named(t, "CC-BY-SA-4.0")), inside(item("a", "CC-BY-NC-4.0"))...), false, rules.Part, "sharealike_conflicts_noncommercial a base"},
		"a base and no item":  {append(own("base", "CC-BY-SA-4.0", named(t, "CC-BY-SA-4.0")), own("x", "CC-BY-NC-4.0", named(t, "CC-BY-NC-4.0"))...), false, rules.Part, ""},
		"weak as a whole":     {inside(item("a", "OFL-1.1"), item("b", "MPL-2.0")), false, rules.Full, "sharealike_conflict a b"},
		"weak as a part":      {inside(item("a", "OFL-1.1"), item("b", "MPL-2.0")), false, rules.Part, ""},
		"two ways":            {inside(item("a", "CC-BY-NC-4.0"), item("a", "CC-BY-SA-4.0")), false, rules.Part, "sharealike_conflicts_noncommercial a"},
		"royalties":           {inside(item("a", "CC-BY-SA-4.0")), true, rules.Part, "sharealike_conflicts_royalty a"},
		"royalties, weak":     {inside(item("a", "MPL-2.0")), true, rules.Part, ""},
		"royalties, no item":  {own("a", "CC-BY-SA-4.0", named(t, "CC-BY-SA-4.0")), true, rules.Part, ""},
	} {
		w := open(tc.constraints)
		w.Owes = tc.owes
		for _, a := range allActions {
			use := rules.Use{Action: a, Column: tc.column}
			if tc.column == rules.Trained && a != rules.TrainAI {
				continue
			}
			for i := range w.Constraints {
				w.Constraints[i].AtSource = &rules.Decision{Verdict: rules.Allowed}
			}
			d := rules.Decide(w, use, now)
			if !slices.Contains([]rules.Action{rules.Adapt, rules.TrainAI, rules.AIInput}, a) {
				require.NotContains(t, fmt.Sprint(d.Reasons), "sharealike", name)
				continue
			}
			require.Equal(t, tc.want, said(d.Reasons), "%s: %d", name, a)
		}
	}
}

// said lists the conflicts among reasons, each with its sources.
func said(reasons []rules.Reason) string {
	sources := map[rules.Code][]string{}
	for _, r := range reasons {
		if strings.HasPrefix(string(r.Code), "sharealike") && !slices.Contains(sources[r.Code], r.Source) {
			sources[r.Code] = append(sources[r.Code], r.Source)
		}
	}
	var texts []string
	for code, list := range sources {
		slices.Sort(list)
		texts = append(texts, string(code)+" "+strings.Join(list, " "))
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}

// Whoever takes a collection under terms with a royalty, or a grant from when it owed
// one, makes what would owe it; a grant from before makes what owes nothing.
func TestRoyaltiesOfACollection(t *testing.T) {
	w := open(inside(full("a", "CC-BY-SA-4.0", named(t, "CC-BY-SA-4.0"))))
	adapt := rules.Use{Action: rules.Adapt, Column: rules.Part}
	require.Equal(t, rules.Allowed, rules.Decide(w, adapt, now).Verdict)
	w.Owes = true
	require.Equal(t, rules.Denied, rules.Decide(w, adapt, now).Verdict)
	grant := w.Alternatives[0]
	grant.ID, grant.Granted = "grant", true
	w.Alternatives = append(w.Alternatives, grant)
	require.Equal(t, rules.Allowed, rules.Decide(w, adapt, now).Verdict)
	w.Alternatives[1].Owes = true
	require.Equal(t, rules.Denied, rules.Decide(w, adapt, now).Verdict)
	w.Owes, w.Alternatives = false, w.Alternatives[:1]
	w.Alternatives[0].Terms.Rate = 1
	require.Equal(t, rules.Denied, rules.Decide(w, adapt, now).Verdict)
	require.Equal(t, rules.Allowed, rules.Decide(w, rules.Use{Action: rules.Distribute}, now).Verdict)
	w.Alternatives[0].Terms.Rate, w.Own, w.Owes = 0, true, true
	require.Equal(t, rules.Denied, rules.Decide(w, adapt, now).Verdict, "one's own collection")
}

// TestWhatACollectionIsOfferedUnder: its terms are not the items'. Only for money it is
// not offered where an item forbids commercial use, but where the chart warns.
func TestWhatACollectionIsOfferedUnder(t *testing.T) {
	items := inside(
		full("a", "CC-BY-NC-SA-4.0", named(t, "CC-BY-NC-SA-4.0")), full("b", "CC-BY-ND-4.0", named(t, "CC-BY-ND-4.0")),
		full("c", "Apache-2.0", named(t, "Apache-2.0")), full("d", "own", rules.Terms{
			Territories: "FR", Ceiling: "5u", Training: rules.Paid, Approval: true, Commercial: true,
		}),
	)
	items = append(items, rules.Constraint{Demand: rules.Demand{Kind: rules.Expires, Source: "d", Contained: true}})
	var demands rules.Group
	for _, c := range items {
		demands = append(demands, c.Demand)
	}
	require.True(t, owing(demands).Allowed())
	found := rules.OfferAllowed(demands, false, named(t, "CC-BY-NC-4.0"), "")
	require.Empty(t, found.Refusals)
	require.Empty(t, found.Warnings)
	found = rules.OfferAllowed(demands, false, named(t, "CC-BY-4.0"), "")
	require.True(t, found.Allowed())
	require.Equal(t, []rules.Reason{{Code: rules.NonCommercialSource, Source: "a", Terms: "CC-BY-NC-SA-4.0"}}, found.Warnings)
	for _, spdx := range []string{"GPL-2.0-only", "MIT"} {
		found = rules.OfferAllowed(demands, false, named(t, spdx), "")
		require.Equal(t, []rules.Reason{{Code: rules.NonCommercialSource, Source: "a", Terms: "CC-BY-NC-SA-4.0"}}, found.Refusals, spdx)
	}
	own := rules.Terms{Licence: "LicenseRef-Own", Derivatives: rules.DerivativesAllowed}
	require.False(t, rules.OfferAllowed(demands, false, own, "1uusdc").Allowed(), "priced")
	found = rules.OfferAllowed(demands, true, own, "")
	require.Empty(t, found.Refusals)
	require.Len(t, found.Warnings, 3, "credit that the terms do not ask for")
}

// Items keep out neither each other nor what the collection is made from; only places
// with nothing in common are refused.
func TestItemsCombineWithEverything(t *testing.T) {
	base := full("base", "CC-BY-SA-4.0", named(t, "CC-BY-SA-4.0"))
	var items rules.Group
	for _, c := range inside(
		full("a", "CC-BY-NC-4.0", named(t, "CC-BY-NC-4.0")), full("b", "GPL-2.0-only", named(t, "GPL-2.0-only")),
		full("c", "Apache-2.0", named(t, "Apache-2.0")),
		full("d", "FR", rules.Terms{Commercial: true, Territories: "FR"}),
	) {
		items = append(items, c.Demand)
	}
	all, conflicts := rules.Combine(base, items)
	require.Empty(t, conflicts)
	require.Len(t, all, len(base)+len(items))
	_, conflicts = rules.Combine(items, full("e", "DE", rules.Terms{Commercial: true, Territories: "DE"}))
	require.Len(t, conflicts, 1)
	require.Equal(t, rules.ScopeConflict, conflicts[0].Code)

	both, _ := rules.Combine(items, full("b", "GPL-2.0-only", named(t, "GPL-2.0-only")))
	for _, d := range both {
		require.Equal(t, d.Source != "b", d.Contained, "of one that is demanded both ways, what is left is no item's")
	}
}

// TestColumns: by which role a licence's demands pass on.
func TestColumns(t *testing.T) {
	terms := named(t, "MPL-2.0")
	terms.Approval, terms.Training = true, rules.Paid
	kinds := func(c rules.Column) string {
		var s []string
		for _, d := range rules.Demands("lib", "MPL-2.0", terms, c) {
			require.Equal(t, c == rules.Contained, d.Contained)
			s = append(s, fmt.Sprint(d.Kind))
		}
		return strings.Join(s, " ")
	}
	require.Equal(t, "2 4 8 9", kinds(rules.Full))
	require.Equal(t, "2 4 8 9", kinds(rules.Contained))
	require.Equal(t, "4 8 9", kinds(rules.Part))
	require.Equal(t, "4", kinds(rules.Trained))
	for spdx, weak := range map[string]bool{
		"MPL-2.0": true, "LGPL-2.1-only": true, "LGPL-3.0-or-later": true, "OFL-1.1": true, "MPL-2.0 AND MIT": true,
		"GPL-3.0-only": false, "AGPL-3.0-only": false, "CC-BY-SA-4.0": false, "MIT": false, "MPL-2.0 AND GPL-3.0-only": false,
	} {
		require.Equal(t, weak, named(t, spdx).Weak(), spdx)
	}
	own := rules.Terms{Licence: "LicenseRef-Own", Derivatives: rules.DerivativesShareAlike}
	require.False(t, own.Weak())
	own.Licence = "MPL-2.0 AND LicenseRef-Own"
	require.False(t, own.Weak(), "nobody knows of the other part")
	require.Equal(t, rules.Trained, rules.LeastColumn(rules.TrainAI))
	require.Equal(t, rules.Part, rules.LeastColumn(rules.Adapt))
	require.Equal(t, rules.Part, rules.LeastColumn(rules.AIInput))
}

// Who holds a work that a paid grant serves does not pay again; who holds what it went into
// has paid nothing.
func TestAHolderPaidForWhatAGrantServes(t *testing.T) {
	c := inside(rules.Demands("song", "terms", rules.Terms{Commercial: true, Training: rules.Paid}, rules.Full))
	c = slices.DeleteFunc(c, func(c rules.Constraint) bool { return c.Kind != rules.PaidUses })
	c[0].AtSource = &rules.Decision{Verdict: rules.NeedsAGrant}
	for _, contained := range []bool{true, false} {
		w := open(c)
		c[0].Contained, c[0].Unserved, w.Holder = contained, false, true
		want := map[bool]rules.Verdict{true: rules.NeedsAGrant, false: rules.Allowed}[contained] // an item is asked anew
		require.Equal(t, want, rules.Decide(w, rules.Use{Action: rules.TrainAI}, now).Verdict)
		c[0].Unserved = true
		require.Equal(t, rules.NeedsAGrant, rules.Decide(w, rules.Use{Action: rules.TrainAI}, now).Verdict)
		c[0].Unserved, w.Holder = false, false
		require.Equal(t, rules.NeedsAGrant, rules.Decide(w, rules.Use{Action: rules.TrainAI}, now).Verdict)
	}
}

// A mark never makes a demand deny more than it does without.
func TestAMarkDeniesNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work, use := anyWork(t), anyUse(t)
		c := anyConstraint(t, "item")
		c.Kind = rules.Kind(rapid.IntRange(1, 9).Draw(t, "any kind"))
		if c.Kind == rules.ShareAlike { // which denies by Clash alone
			return
		}
		work.Constraints = slices.DeleteFunc(work.Constraints, func(c rules.Constraint) bool { return c.Kind == rules.ShareAlike })
		c.AtSource = &rules.Decision{Verdict: rapid.SampledFrom([]rules.Verdict{rules.Denied, rules.NeedsAGrant, rules.Allowed}).Draw(t, "there")}
		plain := work
		plain.Constraints = append(slices.Clone(work.Constraints), c)
		c.Contained = true
		marked := work
		marked.Constraints = append(slices.Clone(work.Constraints), c)
		without, with := rules.Decide(plain, use, now), rules.Decide(marked, use, now)
		require.GreaterOrEqual(t, with.Verdict, without.Verdict)
		making := slices.Contains([]rules.Action{rules.Adapt, rules.TrainAI, rules.AIInput}, use.Action)
		if making && c.Kind != rules.Ceiling { // which ends the grants of all but a collection
			require.Equal(t, without, with, "whoever makes something takes on all of it")
		}
	})
}

// A derivation is one of those that a grant serves, and waits with the work, whatever it
// does with it.
func TestADerivationCountsWhateverItDoes(t *testing.T) {
	terms := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed}
	used := rules.Work{Alternatives: []rules.Alternative{{ID: "grant", Terms: terms, Granted: true, UsedElsewhere: true}}}
	offered := rules.Work{Waiting: true, Alternatives: []rules.Alternative{{ID: "offer", Terms: terms}}}
	short := rules.Work{Alternatives: []rules.Alternative{{ID: "offer", Terms: terms, Ends: now.Add(time.Hour)}}}
	for _, a := range []rules.Action{rules.Copy, rules.Distribute} {
		require.Equal(t, []rules.Reason{{Code: rules.GrantUsed, Permission: "grant"}}, rules.Decide(used, rules.Use{Action: a, Unplaced: true}, now).Reasons)
		require.Equal(t, rules.Allowed, rules.Decide(used, rules.Use{Action: a}, now).Verdict)
		require.Equal(t, []rules.Reason{{Code: rules.UnapprovedSource, Permission: "offer"}},
			rules.Decide(offered, rules.Use{Action: a, Unplaced: true}, now).Reasons)
		require.Equal(t, rules.Allowed, rules.Decide(offered, rules.Use{Action: a}, now).Verdict)
		require.Equal(t, rules.Allowed, rules.Decide(short, rules.Use{Action: a, Unplaced: true, Until: later}, now).Verdict)
		require.Equal(t, rules.NeedsAGrant, rules.Decide(short, rules.Use{Action: a, Until: later}, now).Verdict)
	}
}
