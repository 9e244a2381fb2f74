package rules_test

import (
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
