package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// under are demands of ceilings, by sources s0, s1, ...
func under(ceilings ...string) rules.Group {
	var g rules.Group
	for i, c := range ceilings {
		source := fmt.Sprint("s", i)
		g = append(g, rules.Demand{Kind: rules.Ceiling, Source: source, TermsID: "t" + source, Terms: rules.Terms{Ceiling: c}})
	}
	return g
}

func TestAWorkIsPaidInWhatEveryCeilingHas(t *testing.T) {
	for want, ceilings := range map[string][]string{
		"":      nil,
		"x,y":   {"10x,5y"},
		"x":     {"10x,5y", "7x"},
		"ibc/2": {"1a,3ibc/2", "4ibc/2,9z"},
	} {
		require.Equal(t, want, strings.Join(rules.Takes(under(ceilings...)), ","), "%v", ceilings)
	}
	other := append(under("5x"), rules.Demand{Kind: rules.Scope, Terms: rules.Terms{Ceiling: "7y"}}, rules.Demand{Kind: rules.Ceiling})
	require.Equal(t, []string{"x"}, rules.Takes(other), "what another demand's terms have does not count")
}

// Ceilings that have nothing in common are refused together, the two that clash by name.
func TestCeilingsWithoutACommonDenomConflict(t *testing.T) {
	for name, c := range map[string]struct {
		ceilings []string
		with     [2]int
	}{
		"two":                       {[]string{"5x", "5y"}, [2]int{0, 1}},
		"three, the second agrees":  {[]string{"5x,2y", "5y", "9x"}, [2]int{1, 2}},
		"each two agree, not three": {[]string{"1x,1y", "1y,1z", "1x,1z"}, [2]int{0, 2}},
	} {
		g := under(c.ceilings...)
		_, conflicts := rules.Combine(g)
		require.Equal(t, []rules.Conflict{{Code: rules.CeilingConflict, A: g[c.with[0]], B: g[c.with[1]]}}, conflicts, name)
	}
	_, conflicts := rules.Combine(under("5x", "9x,2y"))
	require.Empty(t, conflicts)
}

// What is asked for a work has to be payable, in one of the alternatives at least.
func TestOffersAskForDenomsThatTheWorkTakes(t *testing.T) {
	g := under("100x,100y", "100y,100z")
	refused := func(terms rules.Terms, price string) []rules.Reason {
		return rules.OfferAllowed(g, false, terms, price).Refusals
	}
	notTaken := func(source string) []rules.Reason {
		return []rules.Reason{{Code: rules.DenomNotTaken, Source: source, Terms: "t" + source}}
	}
	require.Empty(t, refused(rules.Terms{}, ""), "nothing is asked")
	require.Empty(t, refused(rules.Terms{}, "3y"))
	require.Empty(t, refused(rules.Terms{}, "3w,3y"), "one alternative is enough")
	require.Equal(t, notTaken("s0"), refused(rules.Terms{}, "3z"))
	require.Equal(t, notTaken("s1"), refused(rules.Terms{}, "3x"), "the ceiling that leaves nothing is named")
	require.Equal(t, notTaken("s1"), refused(rules.Terms{}, "3x,3z"), "each ceiling has one, both none")
	require.Equal(t, notTaken("s1"), refused(rules.Terms{UsePrice: "3x"}, ""))
	require.Empty(t, refused(rules.Terms{Ceiling: "3y"}, ""))
	require.Equal(t, []rules.Reason{{Code: rules.CeilingConflict, Source: "s1", Terms: "ts1"}}, refused(rules.Terms{Ceiling: "3x"}, ""))
	require.Empty(t, rules.OfferAllowed(nil, false, rules.Terms{UsePrice: "1x", Ceiling: "1z"}, "1w").Refusals, "under no ceiling")
}

// Whatever ceilings there are, a work is paid in denoms of each, and an offer is refused
// exactly when none of these is asked for.
func TestTakenDenomsAreCommonToAllCeilings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coins := rapid.Custom(func(t *rapid.T) string {
			var list []string
			for _, denom := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"u", "v", "w", "x"}), 1, 3, rapid.ID).Draw(t, "denoms") {
				list = append(list, fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "amount"), denom))
			}
			slices.SortFunc(list, func(a, b string) int { return strings.Compare(a[1:], b[1:]) })
			return strings.Join(list, ",")
		})
		ceilings := rapid.SliceOfN(coins, 1, 4).Draw(t, "ceilings")
		price := coins.Draw(t, "price")
		taken := rules.Takes(under(ceilings...))
		for _, denom := range []string{"u", "v", "w", "x"} {
			everywhere := !slices.ContainsFunc(ceilings, func(c string) bool { return !strings.Contains(c, denom) })
			require.Equal(t, everywhere, slices.Contains(taken, denom), "%s of %v", denom, ceilings)
		}
		asked := slices.ContainsFunc(taken, func(denom string) bool { return strings.Contains(price, denom) })
		require.Equal(t, asked, rules.OfferAllowed(under(ceilings...), false, rules.Terms{}, price).Allowed())
		_, conflicts := rules.Combine(under(ceilings...))
		require.Equal(t, len(taken) == 0, len(conflicts) > 0)
	})
}
