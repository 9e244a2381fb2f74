package rules_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/license/rules"
)

func demand(kind rules.Kind, source string, terms rules.Terms) rules.Constraint {
	return rules.Constraint{Demand: rules.Demand{Kind: kind, Source: source, TermsID: "terms", Terms: terms}}
}

func TestNoStricter(t *testing.T) {
	france, europe := rules.Terms{Territories: "FR"}, rules.Terms{Territories: "DE,FR"}
	onWeb := rules.Terms{Territories: "DE,FR", Media: "web"}
	early, late := demand(rules.Expires, "a", rules.Terms{}), demand(rules.Expires, "a", rules.Terms{})
	early.Ends, late.Ends = now.Add(time.Hour), now.Add(2*time.Hour)
	elsewhere := late
	elsewhere.Source = "b"
	copies, paid := rules.Terms{Uses: rules.Actions(0).With(rules.Copy), Derivatives: rules.DerivativesAllowed}, rules.Terms{Training: rules.Paid}
	none := rules.Terms{Derivatives: rules.DerivativesNone}
	bySA := rules.Terms{Licence: "CC-BY-SA-4.0", Derivatives: rules.DerivativesShareAlike}
	inside, insideBan := demand(rules.Uses, "a", none), demand(rules.NonCommercial, "a", none)
	inside.Contained, insideBan.Contained = true, true
	for name, tc := range map[string]struct {
		now, before []rules.Constraint
		want        bool
	}{
		"nothing for something":          {nil, []rules.Constraint{demand(rules.NonCommercial, "a", rules.Terms{})}, true},
		"something for nothing":          {[]rules.Constraint{demand(rules.NonCommercial, "a", rules.Terms{})}, nil, false},
		"credit for nothing":             {[]rules.Constraint{demand(rules.Attribution, "a", rules.Terms{})}, nil, true},
		"one ban for another":            {[]rules.Constraint{demand(rules.NonCommercial, "a", rules.Terms{})}, []rules.Constraint{demand(rules.NonCommercial, "b", rules.Terms{})}, true},
		"the same licence":               {[]rules.Constraint{demand(rules.ShareAlike, "a", bySA)}, []rules.Constraint{demand(rules.ShareAlike, "b", bySA)}, true},
		"another licence":                {[]rules.Constraint{demand(rules.ShareAlike, "a", bySA)}, []rules.Constraint{demand(rules.ShareAlike, "a", france)}, false},
		"more places":                    {[]rules.Constraint{demand(rules.Scope, "a", europe)}, []rules.Constraint{demand(rules.Scope, "a", france)}, true},
		"fewer places":                   {[]rules.Constraint{demand(rules.Scope, "a", france)}, []rules.Constraint{demand(rules.Scope, "a", europe)}, false},
		"places on one medium":           {[]rules.Constraint{demand(rules.Scope, "a", onWeb)}, []rules.Constraint{demand(rules.Scope, "a", europe)}, false},
		"a limit where none was":         {[]rules.Constraint{demand(rules.Scope, "a", france)}, []rules.Constraint{demand(rules.NonCommercial, "a", france)}, false},
		"a later end":                    {[]rules.Constraint{late}, []rules.Constraint{early}, true},
		"the same end":                   {[]rules.Constraint{late}, []rules.Constraint{late}, true},
		"an earlier end":                 {[]rules.Constraint{early}, []rules.Constraint{late}, false},
		"an end elsewhere":               {[]rules.Constraint{elsewhere}, []rules.Constraint{early}, false},
		"the same ceiling":               {[]rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "5x"})}, []rules.Constraint{demand(rules.Ceiling, "b", rules.Terms{Ceiling: "5x"})}, true},
		"a higher ceiling":               {[]rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "6x"})}, []rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "5x"})}, true},
		"a lower ceiling":                {[]rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "4x"})}, []rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "5x"})}, false},
		"a ceiling for more denoms":      {[]rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "5x,1y"})}, []rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "5x"})}, true},
		"a ceiling for another denom":    {[]rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "5y"})}, []rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "5x"})}, false},
		"a ceiling for fewer denoms":     {[]rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "6x"})}, []rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "5x,5y"})}, false},
		"a lower one of a large ceiling": {[]rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "99999999999999999999x"})}, []rules.Constraint{demand(rules.Ceiling, "a", rules.Terms{Ceiling: "100000000000000000000x"})}, false},
		"fewer uses denied":              {[]rules.Constraint{demand(rules.Uses, "a", none)}, []rules.Constraint{demand(rules.Uses, "b", copies), demand(rules.Uses, "c", none)}, true},
		"other uses denied":              {[]rules.Constraint{demand(rules.Uses, "a", copies)}, []rules.Constraint{demand(rules.Uses, "a", none)}, false},
		"paid alike":                     {[]rules.Constraint{demand(rules.PaidUses, "a", paid)}, []rules.Constraint{demand(rules.PaidUses, "a", paid)}, true},
		"paid to another":                {[]rules.Constraint{demand(rules.PaidUses, "a", paid)}, []rules.Constraint{demand(rules.PaidUses, "b", paid)}, false},
		"paid otherwise":                 {[]rules.Constraint{demand(rules.PaidUses, "a", paid)}, []rules.Constraint{demand(rules.PaidUses, "a", none)}, false},
		"an item's for all":              {[]rules.Constraint{inside}, []rules.Constraint{demand(rules.Uses, "a", none)}, true},
		"all for an item's":              {[]rules.Constraint{demand(rules.Uses, "a", none)}, []rules.Constraint{inside}, false},
		"an item's for another":          {[]rules.Constraint{inside}, []rules.Constraint{inside}, true},
		"a ban for an item's":            {[]rules.Constraint{demand(rules.NonCommercial, "a", none)}, []rules.Constraint{insideBan}, false},
		"an item's ban":                  {[]rules.Constraint{insideBan}, []rules.Constraint{demand(rules.NonCommercial, "b", none)}, true},
		"items apart":                    {[]rules.Constraint{demand(rules.ItemsApart, "a", rules.Terms{})}, nil, true},
		"another's approval":             {[]rules.Constraint{demand(rules.Approval, "a", none)}, []rules.Constraint{demand(rules.Approval, "b", none)}, false},
	} {
		require.Equal(t, tc.want, rules.NoStricter(tc.now, tc.before), name)
	}
}

// What is no stricter denies no use that was not denied before.
func TestWhatIsNoStricterDeniesNothingNew(t *testing.T) {
	some := func(t *rapid.T, name string) []rules.Constraint {
		var list []rules.Constraint
		for range rapid.IntRange(0, 3).Draw(t, name) {
			list = append(list, anyConstraint(t, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "source")))
		}
		return list
	}
	rapid.Check(t, func(t *rapid.T) {
		before, after := some(t, "before"), some(t, "after")
		// What demands of items come to together is Clash's to say.
		if !slices.ContainsFunc(slices.Concat(before, after), func(c rules.Constraint) bool { return c.Kind == rules.ShareAlike }) {
			for _, list := range [][]rules.Constraint{before, after} {
				for i := range list {
					list[i].Contained = rapid.Bool().Draw(t, "contained")
				}
			}
		}
		for i := range after {
			if len(before) > 0 && rapid.Bool().Draw(t, "kept") {
				after[i] = before[0]
			}
			after[i].Reached = false // which is of the work, not of the demand
		}
		for i := range before {
			before[i].Reached = false
		}
		if !rules.NoStricter(after, before) {
			return
		}
		use := anyUse(t)
		offer := rules.Alternative{ID: "terms", Terms: rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed}}
		was := rules.Decide(rules.Work{Constraints: before, Alternatives: []rules.Alternative{offer}}, use, now)
		is := rules.Decide(rules.Work{Constraints: after, Alternatives: []rules.Alternative{offer}}, use, now)
		require.GreaterOrEqual(t, is.Verdict, was.Verdict)
	})
}

// alike are share-alike terms by a name of their own.
func alike(name string) rules.Terms {
	return rules.Terms{Licence: "LicenseRef-" + name, Commercial: true, Attribution: true, Derivatives: rules.DerivativesShareAlike}
}

func TestOffersJoinWhereTheFirstAsksNoMore(t *testing.T) {
	a, b := alike("A"), alike("B")
	require.True(t, a.Joins(b))
	change := func(change func(*rules.Terms)) rules.Terms {
		t := b
		change(&t)
		return t
	}
	for name, stricter := range map[string]rules.Terms{
		"non-commercial": change(func(t *rules.Terms) { t.Commercial = false }),
		"credited":       change(func(*rules.Terms) {}),
		"scoped":         change(func(t *rules.Terms) { t.Territories = "DE" }),
		"denying":        change(func(t *rules.Terms) { t.Training = rules.Deny }),
		"paid":           change(func(t *rules.Terms) { t.Training = rules.Paid }),
		"with a ceiling": change(func(t *rules.Terms) { t.Ceiling = "1uusdc" }),
	} {
		free := a
		if name == "credited" {
			free.Attribution = false
		}
		require.True(t, free.Joins(stricter), name)
		require.False(t, stricter.Joins(free), name)
	}
	require.False(t, a.Joins(change(func(t *rules.Terms) { t.Derivatives = rules.DerivativesAllowed })))
	require.False(t, change(func(t *rules.Terms) { t.Derivatives = rules.DerivativesAllowed }).Joins(a))
}

// anyOf is a demand for one of several terms.
func anyOf(source string, options ...rules.Terms) rules.Demand {
	d := rules.Demand{Kind: rules.ShareAlikeAny, Source: source}
	for _, t := range options {
		d.AnyOf = append(d.AnyOf, rules.Option{TermsID: t.Licence, Terms: t})
		d.Set += t.Licence
	}
	d.TermsID, d.Terms = options[0].Licence, options[0]
	return d
}

func TestOneOfSeveralTermsWillDo(t *testing.T) {
	a, b, c := alike("A"), alike("B"), alike("C")
	either := rules.Group{anyOf("s", a, b)}
	for want, offer := range map[bool][]rules.Terms{true: {a, b}, false: {c}} {
		for _, t2 := range offer {
			require.Equal(t, want, rules.OfferAllowed(either, false, t2, "").Allowed(), t2.Licence)
		}
	}
	require.False(t, owing(either).Allowed())

	conflicts := func(groups ...rules.Group) []rules.Conflict {
		_, found := rules.Combine(groups...)
		return found
	}
	require.Empty(t, conflicts(either, full("o", "b", b)))
	require.Empty(t, conflicts(either, rules.Group{anyOf("o", b, c)}))
	require.Len(t, conflicts(either, full("o", "c", c)), 1)
	require.Len(t, conflicts(either, full("o", "a", a), full("p", "b", b)), 2, "a and b clash, and neither is left of either")
	require.NotEmpty(t, conflicts(either, rules.Group{anyOf("o", b, c)}, full("p", "a", a)), "b is all that both have")

	// A source that may not be sold leaves what may not be sold either.
	nc := alike("NC")
	nc.Commercial = false
	ban := rules.Group{{Kind: rules.NonCommercial, Source: "o", TermsID: "nc", Terms: nc}}
	require.Len(t, conflicts(either, ban), 1)
	require.Empty(t, conflicts(rules.Group{anyOf("s", a, nc)}, ban))

	constraints := func(d ...rules.Demand) (list []rules.Constraint) {
		for _, one := range d {
			list = append(list, rules.Constraint{Demand: one})
		}
		return list
	}
	own := rules.Work{Own: true, Constraints: constraints(either...)}
	alike := rules.Obligation{Duty: rules.OfferAlike, Source: "s", TermsID: a.Licence, OrTerms: []string{b.Licence}}
	require.Equal(t, []rules.Obligation{alike}, rules.Decide(own, rules.Use{Action: rules.Adapt}, now).Obligations)
	require.Empty(t, rules.Decide(own, rules.Use{Action: rules.Copy}, now).Obligations)

	only := rules.Demand{Kind: rules.ShareAlike, Source: "s", TermsID: "a", Terms: a}
	require.True(t, rules.NoStricter(constraints(either...), constraints(only)))
	require.False(t, rules.NoStricter(constraints(only), constraints(either...)))
}

func TestWhatStandsInAtASourceAsksNoMore(t *testing.T) {
	want := rules.Terms{
		Licence: "LicenseRef-Want", Commercial: true, Derivatives: rules.DerivativesAllowed, Approval: true, Training: rules.Paid,
		Policy: 1, Rate: 10,
	}
	makes, copies := rules.Use{Action: rules.Adapt}, rules.Use{Action: rules.Copy}
	for name, c := range map[string]struct {
		change func(*rules.Terms)
		want   bool
	}{
		"the same":                {func(*rules.Terms) {}, true},
		"no royalty":              {func(t *rules.Terms) { t.Policy, t.Rate = 0, 0 }, true},
		"a lower rate":            {func(t *rules.Terms) { t.Rate = 9 }, true},
		"a higher rate":           {func(t *rules.Terms) { t.Rate = 11 }, false},
		"another kind of royalty": {func(t *rules.Terms) { t.Policy = 2 }, false},
		"one owed otherwise":      {func(t *rules.Terms) { t.Policy, t.Rate = 2, 1 }, false},
		"no approval, no price":   {func(t *rules.Terms) { t.Approval, t.Training = false, rules.Allow }, true},
		"other approval":          {func(t *rules.Terms) { t.SecondApprover = "x" }, true},
		"input paid too":          {func(t *rules.Terms) { t.Approval, t.Input = false, rules.Paid }, true},
		"a ban":                   {func(t *rules.Terms) { t.Commercial = false }, false},
		"share-alike":             {func(t *rules.Terms) { t.Derivatives = rules.DerivativesShareAlike }, false},
		"credit":                  {func(t *rules.Terms) { t.Attribution = true }, false},
		"a limit":                 {func(t *rules.Terms) { t.Media = "web" }, false},
		"training denied":         {func(t *rules.Terms) { t.Training = rules.Deny }, false},
	} {
		offer := want
		c.change(&offer)
		require.Equal(t, c.want, offer.StandsIn(want, makes), name)
		require.True(t, offer.StandsIn(want, copies), "%s: nothing is made", name)
	}
	credited := want
	credited.Attribution = true
	require.True(t, credited.StandsIn(credited, makes))
	require.True(t, want.StandsIn(credited, makes), "credit where none is asked for")
}

func TestAColumnPassesWhatItIsFor(t *testing.T) {
	for _, kind := range []rules.Kind{rules.ShareAlike, rules.ShareAlikeAny, rules.Uses, rules.Attribution} {
		for _, weak := range []bool{false, true} {
			alike := kind == rules.ShareAlike || kind == rules.ShareAlikeAny
			require.True(t, rules.Full.Passes(kind, weak))
			require.True(t, rules.Contained.Passes(kind, weak))
			require.Equal(t, !alike || !weak, rules.Part.Passes(kind, weak), kind)
			require.Equal(t, kind != rules.Uses && (!alike || !weak), rules.Trained.Passes(kind, weak), kind)
		}
	}
	for _, kind := range []rules.Kind{rules.NonCommercial, rules.Uses, rules.Ceiling, rules.ItemsApart} {
		require.Equal(t, kind != rules.Ceiling && kind != rules.ItemsApart, kind.Marked(), kind)
	}
}

func TestDemandsThatAreNoLimitOfAnotherKind(t *testing.T) {
	a, b := alike("A"), alike("B")
	one := func(d ...rules.Demand) (list []rules.Constraint) {
		for _, d := range d {
			list = append(list, rules.Constraint{Demand: d})
		}
		return list
	}
	ban := rules.Demand{Kind: rules.NonCommercial, Source: "s", Terms: rules.Terms{Training: rules.Deny}}
	denial := ban
	denial.Kind = rules.Uses
	require.False(t, rules.NoStricter(one(full("s", "a", a)[0]), one(ban)), "share-alike for a ban")
	require.False(t, rules.NoStricter(one(denial), one(ban)), "a denial for a ban under terms that deny")
	require.True(t, rules.NoStricter(one(anyOf("x", a, b)), one(anyOf("s", a, b))))
}

func TestEachConstraintIsLookedAt(t *testing.T) {
	ban := rules.Terms{Licence: "LicenseRef-Ban"}
	ceiling := rules.Demand{Kind: rules.Ceiling, Source: "c", TermsID: "c", Terms: rules.Terms{Ceiling: "5x"}}
	found := rules.OfferAllowed(rules.Group{{Kind: rules.Attribution, Source: "a", Terms: rules.Terms{}}, ceiling}, false, rules.Terms{Attribution: true}, "9y")
	require.Equal(t, []rules.Reason{{Code: rules.DenomNotTaken, Source: "c", Terms: "c"}}, found.Refusals)

	marked := []rules.Constraint{
		{Demand: rules.Demand{Kind: rules.Uses, Source: "a", Terms: rules.Terms{Search: rules.Deny}, Contained: true}},
		{Demand: rules.Demand{Kind: rules.NonCommercial, Source: "b", Terms: ban, Contained: true}},
	}
	own := rules.Decide(rules.Work{Own: true, Constraints: marked}, rules.Use{Action: rules.Copy, Commercial: true}, now)
	require.Equal(t, []rules.Reason{{Code: rules.NonCommercialSource, Source: "b"}}, own.Reasons)

	sells := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Training: rules.Paid}
	asked := func(source string, passed bool) rules.Constraint {
		d := rules.Demand{Kind: rules.PaidUses, Source: source, TermsID: source, Terms: sells}
		return rules.Constraint{Demand: d, AtSource: &rules.Decision{Verdict: rules.NeedsAGrant}, Passed: passed}
	}
	open := rules.Alternative{ID: "o", Terms: rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed}}
	work := rules.Work{Constraints: []rules.Constraint{asked("a", true), asked("b", false)}, Alternatives: []rules.Alternative{open}}
	require.Equal(t, []rules.Reason{{Code: rules.NeedsGrant, Source: "b", Terms: "b"}}, rules.Decide(work, rules.Use{Action: rules.TrainAI}, now).Reasons)
}

func TestAnExclusiveGrantElsewhereKeepsNoDerivationOut(t *testing.T) {
	exclusive := rules.Terms{Territories: "DE", Media: "web", Exclusivity: rules.Exclusive, Derivatives: rules.DerivativesAllowed}
	verdict := func(territories, media string) rules.Verdict {
		offer := rules.Terms{Territories: territories, Media: media, Derivatives: rules.DerivativesAllowed}
		w := rules.Work{
			Exclusives:   []rules.Running{{Terms: exclusive, Ends: now.Add(time.Hour)}},
			Alternatives: []rules.Alternative{{ID: "o", Terms: offer}},
		}
		return rules.Decide(w, rules.Use{Action: rules.Adapt, Unplaced: true}, now).Verdict
	}
	require.Equal(t, rules.Denied, verdict("DE", "web"))
	require.Equal(t, rules.Allowed, verdict("FR", "web"))
	require.Equal(t, rules.Allowed, verdict("DE", "print"))
}

func TestRoyaltiesMatterForItemsThatAreSharedAlike(t *testing.T) {
	sa := full("a", "a", alike("A"))
	plain := full("b", "b", rules.Terms{Attribution: true})
	adapt := rules.Use{Action: rules.Adapt}
	require.True(t, rules.AsksRoyalties(inside(sa), adapt))
	require.False(t, rules.AsksRoyalties(inside(sa), rules.Use{Action: rules.Copy}))
	require.False(t, rules.AsksRoyalties(inside(plain), adapt))
	var apart []rules.Constraint
	for _, d := range sa {
		apart = append(apart, rules.Constraint{Demand: d})
	}
	require.False(t, rules.AsksRoyalties(apart, adapt))

	one := rules.Alternative{ID: "g", Granted: true, Terms: rules.Terms{Derivatives: rules.DerivativesAllowed, Policy: 1, Rate: 1}}
	w := rules.Work{Constraints: inside(sa, full("c", "c", alike("A"))), Alternatives: []rules.Alternative{one}}
	require.Equal(t, rules.ShareAlikeRoyalty, rules.Decide(w, adapt, now).Reasons[0].Code, "one millionth is a royalty")
	weak := full("w", "w", named(t, "MPL-2.0"))
	clash := inside(weak, full("a", "a", alike("A")), full("b", "b", alike("B")))
	require.NotEmpty(t, rules.Clash(clash, rules.Use{Action: rules.Adapt, Column: rules.Part}, false))
}
