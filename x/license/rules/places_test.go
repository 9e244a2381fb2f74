package rules_test

import (
	bitcount "math/bits"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/license/rules"
)

func TestPlacesOf(t *testing.T) {
	require.Zero(t, rules.PlacesOf(""))
	require.NotZero(t, rules.PlacesOf("AA"))
	require.NotZero(t, rules.PlacesOf("ZZ"))
	require.NotEqual(t, rules.PlacesOf("DE"), rules.PlacesOf("DE,FR"))
	require.Equal(t, rules.PlacesOf("FR,DE"), rules.PlacesOf("DE,FR"))
	for _, bad := range []string{"D", "DEU", "de", "D1", "DE,f", "@A", "A[", "[A", "A@"} {
		require.Zero(t, rules.PlacesOf(bad), bad)
	}
}

// Each code is a place of its own.
func TestEachCodeIsAPlace(t *testing.T) {
	seen := make(map[rules.Places]string)
	var codes []string
	var all rules.Places
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			set := rules.PlacesOf(code)
			require.Empty(t, seen[set], code)
			seen[set] = code
			bits := 0
			for i, word := range set {
				bits += bitcount.OnesCount64(word)
				all[i] |= word
			}
			require.Equal(t, 1, bits, code)
			codes = append(codes, code)
		}
	}
	require.Equal(t, all, rules.PlacesOf(strings.Join(codes, ",")))
}

// Whether terms are about common places is the same by sets of countries and by comparing them.
func TestPlacesMeet(t *testing.T) {
	codes := []string{"AD", "AE", "DE", "FR", "US", "ZW"}
	some := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.SampledFrom(codes), 0, 6, rapid.ID).Draw(t, "codes"))), ",")
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := some.Draw(t, "a"), some.Draw(t, "b")
		media, others := some.Draw(t, "media"), some.Draw(t, "others")
		plain := func(a, b string) bool {
			return a == "" || b == "" || slices.ContainsFunc(strings.Split(a, ","), func(one string) bool {
				return slices.Contains(strings.Split(b, ","), one)
			})
		}
		one, other := rules.Terms{Territories: a, Media: media}, rules.Terms{Territories: b, Media: others}
		want := plain(a, b) && plain(media, others)
		require.Equal(t, want, one.Excludes(other))
		one.Places, other.Places = rules.PlacesOf(a), rules.PlacesOf(b)
		require.Equal(t, want, one.Excludes(other))
		require.Equal(t, want, other.Excludes(one))

		within := b == "" || a != "" && !slices.ContainsFunc(strings.Split(a, ","), func(one string) bool {
			return !slices.Contains(strings.Split(b, ","), one)
		})
		limit := rules.Demand{Kind: rules.Scope, Terms: rules.Terms{Territories: b}}
		require.Equal(t, within, rules.OfferAllowed(rules.Group{limit}, false, rules.Terms{Territories: a}, "").Allowed(), "%q within %q", a, b)
	})
}

// What is made under a grant may be used for more than the grant permits: adapting covers copies.
func TestExcludesTheResult(t *testing.T) {
	uses := func(list ...rules.Action) rules.Terms {
		terms := rules.Terms{Derivatives: rules.DerivativesAllowed}
		for _, a := range list {
			terms.Uses = terms.Uses.With(a)
		}
		return terms
	}
	distributes := uses(rules.Distribute)
	for _, a := range allActions {
		covers := a == rules.Distribute || a == rules.Adapt || a == rules.AIInput
		require.Equal(t, covers, distributes.Excludes(uses(a)), a)
		require.Equal(t, a == rules.Distribute, uses(a).Excludes(distributes), a)
	}
	offer := rules.Alternative{ID: "adapts", Terms: uses(rules.Adapt), Priced: true}
	running := rules.Work{Exclusives: []rules.Running{{Terms: distributes}}}
	require.Equal(t, []rules.Reason{{Code: rules.ExclusiveGranted, Permission: "adapts"}}, rules.Acquire(running, offer, now))
	offer.Terms.Exclusivity = rules.Exclusive
	require.NotEmpty(t, rules.Acquire(running, offer, now))
	running.Exclusives[0].Ends = now
	require.Empty(t, rules.Acquire(running, offer, now))
	offer = rules.Alternative{ID: "distributes", Terms: distributes, Priced: true}
	offer.Terms.Exclusivity = rules.Sole
	adapters := rules.Work{Others: []rules.Running{{Terms: uses(rules.Adapt)}}}
	require.NotEmpty(t, rules.Acquire(adapters, offer, now))
	alone := rules.Work{Exclusives: []rules.Running{{Terms: uses(rules.Adapt)}}}
	require.NotEmpty(t, rules.Acquire(alone, offer, now), "what is adapted there is distributed")
	offer.Terms.Exclusivity = rules.Shared
	require.Empty(t, rules.Acquire(alone, offer, now))
}

// What is made takes limits of place on: an exclusive grant for elsewhere keeps nobody out of it.
func TestWithheldElsewhere(t *testing.T) {
	c := withheld(rules.Terms{Derivatives: rules.DerivativesAllowed, Territories: "AQ"}, time.Time{})
	making := rules.Use{Action: rules.Adapt, Unplaced: true}
	scope := func(in string) rules.Constraint {
		return rules.Constraint{Demand: rules.Demand{Kind: rules.Scope, Source: "song", Terms: rules.Terms{Territories: in}}}
	}
	for _, w := range []struct {
		work  rules.Work
		under string
		want  rules.Verdict
	}{
		{open([]rules.Constraint{c}), "", rules.Denied},
		{open([]rules.Constraint{c}), "DE", rules.Allowed},
		{open([]rules.Constraint{c}), "AQ,DE", rules.Denied},
		{open([]rules.Constraint{c, scope("DE")}), "", rules.Allowed},
		{open([]rules.Constraint{c, scope("AQ,DE")}), "", rules.Denied},
		{rules.Work{Own: true, Constraints: []rules.Constraint{c}}, "", rules.Denied},
		{rules.Work{Own: true, Constraints: []rules.Constraint{c, scope("DE")}}, "", rules.Allowed},
	} {
		for i := range w.work.Alternatives {
			w.work.Alternatives[i].Terms.Territories = w.under
		}
		require.Equal(t, w.want, rules.Decide(w.work, making, now).Verdict, "%q", w.under)
	}
}

// Who holds a dataset paid to train on what it holds: input that is sold costs a grant each.
func TestADatasetsHolderPaysForInput(t *testing.T) {
	sells := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Training: rules.Paid, Input: rules.Paid}
	at := &rules.Decision{Verdict: rules.NeedsAGrant}
	paid := rules.Constraint{Demand: rules.Demand{Kind: rules.PaidUses, Source: "song", TermsID: "terms", Terms: sells}, AtSource: at}
	item := paid
	item.Kind = rules.ItemByGrant
	w := open([]rules.Constraint{paid, item})
	w.Holder = true
	require.Equal(t, rules.NeedsAGrant, rules.Decide(w, rules.Use{Action: rules.AIInput}, now).Verdict)
	require.Equal(t, rules.Allowed, rules.Decide(w, rules.Use{Action: rules.TrainAI}, now).Verdict)
	w.Constraints = []rules.Constraint{paid}
	require.Equal(t, rules.Allowed, rules.Decide(w, rules.Use{Action: rules.AIInput}, now).Verdict, "of a remix")
	item.Source = "other"
	w.Constraints = []rules.Constraint{paid, item}
	item.AtSource = &rules.Decision{Verdict: rules.Allowed}
	w.Constraints[1] = item
	require.Equal(t, rules.Allowed, rules.Decide(w, rules.Use{Action: rules.AIInput}, now).Verdict)
}

// An approval of what is made from an item itself passes on to the collection, and no further.
func TestDirectApprovalOfItems(t *testing.T) {
	require.Equal(t, 16, rules.MaxItemGrants)
	direct := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed, Approval: true, ApprovalDirect: true}
	asks := func(column rules.Column) bool {
		return slices.ContainsFunc(rules.Demands("song", "terms", direct, column), func(d rules.Demand) bool { return d.Kind == rules.Approval })
	}
	for _, column := range []rules.Column{rules.Full, rules.Part, rules.Trained, rules.Gathered, rules.Contained} {
		require.Equal(t, column == rules.Contained, asks(column), column)
	}
	item := rules.Demand{Kind: rules.Approval, Terms: direct, Contained: true}
	require.True(t, item.EndsWithItem())
	for _, other := range []rules.Demand{
		{Kind: rules.Scope, Terms: direct, Contained: true}, {Kind: rules.Approval, Terms: direct}, {Kind: rules.Approval, Contained: true},
	} {
		require.False(t, other.EndsWithItem())
	}
}

// A grant that does not do is no reason where a source alone is to be asked.
func TestSpentGrantsAreToldWhereOneIsNeeded(t *testing.T) {
	paid := rules.Constraint{
		Demand:   rules.Demand{Kind: rules.PaidUses, Source: "song", TermsID: "terms", Terms: rules.Terms{Training: rules.Paid}},
		AtSource: &rules.Decision{Verdict: rules.NeedsAGrant},
	}
	free := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed}
	w := open([]rules.Constraint{paid})
	w.Alternatives = []rules.Alternative{{ID: "free", Terms: free}, {ID: "used", Terms: free, Granted: true, UsedElsewhere: true}}
	d := rules.Decide(w, rules.Use{Action: rules.TrainAI}, now)
	require.Equal(t, []rules.Reason{{Code: rules.NeedsGrant, Source: "song", Terms: "terms"}}, d.Reasons)
}
