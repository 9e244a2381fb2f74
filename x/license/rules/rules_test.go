package rules_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// otherLicences are known by name too, some of which go with few others.
var otherLicences = []string{
	"CC-BY-SA-3.0", "LAL-1.3", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "AGPL-3.0-only", "MPL-2.0",
	"Apache-2.0", "LicenseRef-Gemma",
}

// anyTerms draws terms of every kind, known licences among them.
func anyTerms(t *rapid.T) rules.Terms {
	if rapid.Bool().Draw(t, "known") {
		return named(t, rapid.SampledFrom(append(otherLicences, ccLicences...)).Draw(t, "licence"))
	}
	return rules.Terms{
		Licence:     rapid.SampledFrom([]string{"LicenseRef-A", "LicenseRef-B"}).Draw(t, "licence"),
		Commercial:  rapid.Bool().Draw(t, "commercial"),
		Attribution: rapid.Bool().Draw(t, "attribution"),
		Derivatives: rules.Derivatives(rapid.IntRange(0, 2).Draw(t, "derivatives")),
		Training:    rules.Permission(rapid.IntRange(0, 3).Draw(t, "training")),
		Territories: rapid.SampledFrom([]string{"", "", "DE", "DE,FR"}).Draw(t, "territories"),
		Ceiling:     rapid.SampledFrom([]string{"", "", "1000uusdc"}).Draw(t, "ceiling"),

		NoFurtherRestrictions: rapid.Bool().Draw(t, "no further"),
	}
}

// full is what terms demand of what is adapted from a source.
func full(source, termsID string, t rules.Terms) rules.Group {
	return rules.Demands(source, termsID, t, rules.Full)
}

// anyGroup draws what a source demands, with what it may have inherited.
func anyGroup(t *rapid.T) rules.Group {
	var g rules.Group
	for range rapid.IntRange(0, 3).Draw(t, "number") {
		terms := anyTerms(t)
		source := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "source")
		g = append(g, full(source, fmt.Sprintf("%+v", terms), terms)...)
	}
	return g
}

// alone says whether a group is without contradiction in itself, each demand being of a
// source of its own.
func alone(g rules.Group) bool {
	each := make([]rules.Group, len(g))
	for i, d := range g {
		each[i] = rules.Group{d}
	}
	_, conflicts := rules.Combine(each...)
	return len(conflicts) == 0
}

func TestCombiningIsCommutative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyGroup(t), anyGroup(t)
		ab, conflictsAB := rules.Combine(a, b)
		ba, conflictsBA := rules.Combine(b, a)
		require.Equal(t, keys(ab), keys(ba))
		require.Equal(t, conflictsAB, conflictsBA)
	})
}

func TestCombiningIsAssociative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyGroup(t), anyGroup(t), anyGroup(t)
		all, conflicts := rules.Combine(a, b, c)

		left, before := rules.Combine(a, b)
		leftAll, then := rules.Combine(left, c)
		require.Equal(t, keys(all), keys(leftAll))
		require.Equal(t, len(conflicts) == 0, len(before)+len(then) == 0, "a and b first")

		right, before := rules.Combine(b, c)
		rightAll, then := rules.Combine(a, right)
		require.Equal(t, keys(all), keys(rightAll))
		require.Equal(t, len(conflicts) == 0, len(before)+len(then) == 0, "b and c first")
	})
}

func TestCombiningTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGroup(t)
		once, _ := rules.Combine(g)
		twice, _ := rules.Combine(once, nil)
		require.Equal(t, once, twice)
		if alone(g) {
			_, conflicts := rules.Combine(g, g)
			require.Empty(t, conflicts, "with itself")
		}
	})
}

func keys(g rules.Group) []string {
	list := []string{}
	for _, d := range g {
		list = append(list, d.Source+"|"+d.TermsID+"|"+string(rune('0'+d.Kind)))
	}
	return list
}

func TestAnotherDemandNeverPermitsAnOffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		demands, more, terms := anyGroup(t), anyGroup(t), anyTerms(t)
		owes := rapid.Bool().Draw(t, "owes")
		if !rules.OfferAllowed(demands, owes, terms, "").Allowed() {
			all, _ := rules.Combine(demands, more)
			require.False(t, rules.OfferAllowed(all, owes, terms, "").Allowed())
			require.False(t, rules.OfferAllowed(demands, true, terms, "").Allowed())
		}
	})
}

func TestNonCommercialSources(t *testing.T) {
	demands := full("song", "terms", cc(t, "CC-BY-NC-4.0"))
	named := rules.Reason{Code: rules.NonCommercialSource, Source: "song", Terms: "terms"}

	commercial := rules.OfferAllowed(demands, false, rules.Terms{Licence: "LicenseRef-Shop", Commercial: true, Attribution: true}, "")
	require.Equal(t, []rules.Reason{named}, commercial.Refusals)

	public := rules.OfferAllowed(demands, false, cc(t, "CC-BY-4.0"), "")
	require.True(t, public.Allowed())
	require.Equal(t, []rules.Reason{named}, public.Warnings)

	require.Empty(t, rules.OfferAllowed(demands, false, cc(t, "CC-BY-NC-4.0"), ""))
}

// A work offered under BY-SA although an ancestor is non-commercial stays
// usable under BY-SA, alone and with its like; with others the chart decides.
func TestAnInheritedBanDoesNotBlockItsOwnShareAlike(t *testing.T) {
	bySA := cc(t, "CC-BY-SA-4.0")
	ban := full("ancestor", "nc", cc(t, "CC-BY-NC-4.0"))
	shared := append(full("d", "sa", bySA), ban...)

	_, conflicts := rules.Combine(shared)
	require.Empty(t, conflicts)
	_, conflicts = rules.Combine(shared, full("e", "sa", bySA))
	require.Empty(t, conflicts)
	_, conflicts = rules.Combine(ban, full("e", "sa", bySA))
	require.Len(t, conflicts, 1)
	require.Equal(t, rules.ShareAlikeNonCommercial, conflicts[0].Code)
	require.Equal(t, "e", conflicts[0].A.Source)
	require.Equal(t, "ancestor", conflicts[0].B.Source)
}

// owing is what demands have against royalties that are owed by another source.
func owing(g rules.Group) rules.Finding {
	return rules.Owing([]rules.Group{g, nil}, []bool{false, true})
}

// TestASourceDoesNotClashWithItself: a licence that can't be taken back goes on permitting
// derivations, whatever the work takes on later that contradicts it.
func TestASourceDoesNotClashWithItself(t *testing.T) {
	bySA, gpl := full("d", "sa", cc(t, "CC-BY-SA-4.0")), full("d", "gpl", named(t, "GPL-2.0-only"))
	other := rules.Terms{Licence: "LicenseRef-A", Commercial: true, Derivatives: rules.DerivativesShareAlike}
	apache := full("up", "apache", named(t, "Apache-2.0"))
	for _, later := range []rules.Group{full("up", "a", other), apache} {
		for _, g := range []rules.Group{bySA, gpl} {
			_, conflicts := rules.Combine(slices.Concat(g, later))
			require.Empty(t, conflicts)
			_, conflicts = rules.Combine(slices.Concat(g, later), full("f", "by", cc(t, "CC0-1.0")))
			require.Empty(t, conflicts)
		}
	}
	both := slices.Concat(bySA, full("up", "a", other))
	for _, more := range []rules.Group{bySA, full("f", "sa", cc(t, "CC-BY-SA-4.0")), full("f", "a", other)} {
		_, conflicts := rules.Combine(both, more)
		require.Len(t, conflicts, 1, "another source under one of them clashes with the other")
		require.Equal(t, rules.ShareAlikeConflict, conflicts[0].Code)
	}
	_, conflicts := rules.Combine(slices.Concat(gpl, apache), apache)
	require.Len(t, conflicts, 1)

	for _, c := range []struct {
		groups  []rules.Group
		owes    []bool
		refused int
	}{
		{[]rules.Group{bySA, nil}, []bool{true, false}, 0},
		{[]rules.Group{bySA, bySA}, []bool{true, false}, 1},
		{[]rules.Group{bySA, bySA}, []bool{true, true}, 2},
		{[]rules.Group{bySA, nil, nil}, []bool{true, false, true}, 1},
		{[]rules.Group{nil, nil}, []bool{true, true}, 0},
	} {
		require.Len(t, rules.Owing(c.groups, c.owes).Refusals, c.refused, "%v", c.owes)
	}
}

func TestShareAlikeAndRoyalties(t *testing.T) {
	bySA := full("d", "sa", cc(t, "CC-BY-SA-4.0"))
	require.Equal(t, []rules.Reason{{Code: rules.ShareAlikeRoyalty, Source: "d", Terms: "sa"}}, owing(bySA).Refusals)
	require.True(t, owing(full("e", "by", cc(t, "CC-BY-4.0"))).Allowed())

	require.Equal(t, rules.OwesRoyalty, rules.OfferAllowed(nil, true, cc(t, "CC-BY-4.0"), "").Refusals[0].Code)
	own := rules.Terms{Licence: "LicenseRef-A", Derivatives: rules.DerivativesShareAlike}
	require.Equal(t, rules.ShareAlikeRoyalty, rules.OfferAllowed(nil, true, own, "").Refusals[0].Code)
	require.True(t, rules.OfferAllowed(nil, true, rules.Terms{Commercial: true}, "").Allowed())

	limited := full("d", "fr", rules.Terms{Territories: "FR", Ceiling: "1uusdc", Derivatives: rules.DerivativesAllowed})
	require.Equal(t, []rules.Reason{
		{Code: rules.ScopeSource, Source: "d", Terms: "fr"}, {Code: rules.CeilingSource, Source: "d", Terms: "fr"},
	}, rules.OfferAllowed(limited, false, cc(t, "CC-BY-4.0"), "").Refusals)
	require.True(t, rules.OfferAllowed(limited, false, rules.Terms{Territories: "FR"}, "").Allowed())
	require.False(t, rules.OfferAllowed(limited, false, rules.Terms{Territories: "DE,FR"}, "").Allowed())
	ends := rules.Group{{Kind: rules.Expires, Source: "d", TermsID: "grant"}}
	require.Equal(t, rules.ExpiringSource, rules.OfferAllowed(ends, false, cc(t, "CC0-1.0"), "").Refusals[0].Code)

	other := rules.OfferAllowed(bySA, false, cc(t, "CC-BY-4.0"), "")
	require.Equal(t, []rules.Reason{{Code: rules.ShareAlikeSource, Source: "d", Terms: "sa"}}, other.Refusals)
}

// The worst that a transaction can bring: 256 sources, each with 64 share-alike
// demands that go together, and a ban.
func BenchmarkCombine(b *testing.B) {
	groups := make([]rules.Group, 256)
	for i := range groups {
		source := fmt.Sprint("work", i)
		ban := rules.Terms{Licence: "LicenseRef-Ban"}
		groups[i] = full(source, "ban", ban)
		for j := range 64 {
			port := cc(b, "CC-BY-SA-3.0-"+string([]byte{'A' + byte(j/8), 'A' + byte(j%8)}))
			groups[i] = append(groups[i], full(source, port.Licence, port)...)
		}
	}
	for b.Loop() {
		_, conflicts := rules.Combine(groups...)
		require.Empty(b, conflicts)
	}
}
