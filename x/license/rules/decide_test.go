package rules_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/license/rules"
)

var (
	now   = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	later = now.Add(24 * time.Hour)
	past  = now.Add(-time.Hour)
)

// anyDecidedTerms draws terms in which every field may be set.
func anyDecidedTerms(t *rapid.T) rules.Terms {
	return rules.Terms{
		Licence:     rapid.SampledFrom([]string{"LicenseRef-A", "LicenseRef-B"}).Draw(t, "licence"),
		Commercial:  rapid.Bool().Draw(t, "commercial"),
		Attribution: rapid.Bool().Draw(t, "attribution"),
		Derivatives: rules.Derivatives(rapid.IntRange(0, 2).Draw(t, "derivatives")),
		Approval:    rapid.Bool().Draw(t, "approval"),
		Training:    rules.Permission(rapid.IntRange(0, 3).Draw(t, "training")),
		Input:       rules.Permission(rapid.IntRange(0, 3).Draw(t, "input")),
		Search:      rules.Permission(rapid.IntRange(0, 3).Draw(t, "search")),
		Uses:        rules.Actions(rapid.SampledFrom([]int{0, 0, 0b00010, 0b110000, 0b11111110}).Draw(t, "uses")),
		Territories: rapid.SampledFrom([]string{"", "", "DE", "DE,FR"}).Draw(t, "territories"),
		Media:       rapid.SampledFrom([]string{"", "", "web"}).Draw(t, "media"),
		Duration:    rapid.SampledFrom([]time.Duration{0, 0, time.Hour, 48 * time.Hour}).Draw(t, "duration"),
		MaxGrants:   rapid.Uint64Range(0, 2).Draw(t, "max grants"),
		Exclusivity: rules.Exclusivity(rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "exclusivity")),
		PerGrant:    rapid.SampledFrom([]uint32{0, 5}).Draw(t, "per grant"),
		Rate:        rapid.SampledFrom([]uint32{0, 50_000}).Draw(t, "rate"),
		UsePrice:    rapid.SampledFrom([]string{"", "5uusdc"}).Draw(t, "use price"),
		Ceiling:     rapid.SampledFrom([]string{"", "1000uusdc"}).Draw(t, "ceiling"),
	}
}

func anyTime(t *rapid.T, name string) time.Time {
	return rapid.SampledFrom([]time.Time{{}, {}, past, now, now.Add(time.Hour), later, later.Add(48 * time.Hour)}).Draw(t, name)
}

func anyAlternative(t *rapid.T, id string) rules.Alternative {
	a := rules.Alternative{ID: id, Terms: anyDecidedTerms(t), Granted: rapid.Bool().Draw(t, "granted"), Ends: anyTime(t, "ends")}
	if a.Granted {
		a.UsedElsewhere = rapid.Bool().Draw(t, "used")
		return a
	}
	a.Paused = rapid.SampledFrom([]bool{false, false, true}).Draw(t, "paused")
	a.Priced = rapid.Bool().Draw(t, "priced")
	a.Approved = rapid.Bool().Draw(t, "approved")
	a.Exhausted = a.Terms.MaxGrants > 0 && rapid.Bool().Draw(t, "exhausted")
	if a.Public(rules.Adapt) && rapid.IntRange(0, 3).Draw(t, "irrevocable") == 0 {
		a.Irrevocable, a.Closed = true, rapid.Bool().Draw(t, "closed")
	}
	switch rapid.IntRange(0, 3).Draw(t, "list") {
	case 0:
		a.Listed = true
	case 1:
		a.Unlisted = true
	}
	if a.Granted && rapid.Bool().Draw(t, "pinned") {
		a.Pinned = true
		for i := range rapid.IntRange(0, 2).Draw(t, "pinned constraints") {
			a.Constraints = append(a.Constraints, anyConstraint(t, fmt.Sprint("early ancestor", i)))
		}
	}
	return a
}

func anyWork(t *rapid.T) rules.Work {
	w := rules.Work{
		Status:      rules.Status(rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2}).Draw(t, "status")),
		OnHold:      rapid.IntRange(0, 4).Draw(t, "disputed") == 0,
		Own:         rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, "own"),
		Irrevocable: rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, "irrevocable"),
		Waiting:     rapid.SampledFrom([]bool{false, false, true}).Draw(t, "waiting"),
		Crowded:     rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, "crowded"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "exclusives") {
		w.Exclusives = append(w.Exclusives, anyRunning(t))
	}
	for range rapid.IntRange(0, 2).Draw(t, "others") {
		w.Others = append(w.Others, anyRunning(t))
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "alternatives") {
		w.Alternatives = append(w.Alternatives, anyAlternative(t, fmt.Sprint("terms", i)))
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "constraints") {
		w.Constraints = append(w.Constraints, anyConstraint(t, fmt.Sprint("ancestor", i)))
	}
	return w
}

func anyRunning(t *rapid.T) rules.Running {
	return rules.Running{Terms: anyDecidedTerms(t), Ends: anyTime(t, "runs until"), Mine: rapid.Bool().Draw(t, "mine")}
}

func anyConstraint(t *rapid.T, source string) rules.Constraint {
	return rules.Constraint{
		Demand: rules.Demand{
			Kind: rules.Kind(rapid.IntRange(1, 6).Draw(t, "kind")), Source: source, TermsID: "terms", Terms: anyDecidedTerms(t),
		},
		Ends:    later.Add(rapid.SampledFrom([]time.Duration{-48 * time.Hour, 0, 1000 * time.Hour}).Draw(t, "ends")),
		Reached: rapid.Bool().Draw(t, "reached"),
	}
}

func anyUse(t *rapid.T) rules.Use {
	return rules.Use{
		Action:      rules.Action(rapid.IntRange(1, 7).Draw(t, "action")),
		Commercial:  rapid.Bool().Draw(t, "commercial use"),
		Territories: rapid.SampledFrom([][]string{nil, {"DE"}, {"DE", "FR"}, {"US"}}).Draw(t, "where"),
		Media:       rapid.SampledFrom([][]string{nil, {"web"}, {"print"}}).Draw(t, "medium"),
		Unplaced:    rapid.Bool().Draw(t, "unplaced"),
		Until:       anyTime(t, "until"),
	}
}

// restrictions are the ways to make terms stricter.
var restrictions = map[string]func(*rules.Terms){
	"no commercial use":  func(t *rules.Terms) { t.Commercial = false },
	"no derivatives":     func(t *rules.Terms) { t.Derivatives = rules.DerivativesNone },
	"training denied":    func(t *rules.Terms) { t.Training = rules.Deny },
	"input denied":       func(t *rules.Terms) { t.Input = rules.Deny },
	"search denied":      func(t *rules.Terms) { t.Search = rules.Deny },
	"training paid":      func(t *rules.Terms) { t.Training = pay(t.Training) },
	"input paid":         func(t *rules.Terms) { t.Input = pay(t.Input) },
	"search paid":        func(t *rules.Terms) { t.Search = pay(t.Search) },
	"approval":           func(t *rules.Terms) { t.Approval = true },
	"copies only":        func(t *rules.Terms) { t.Uses = narrowed(t.Uses, rules.Copy) },
	"training only":      func(t *rules.Terms) { t.Uses = narrowed(t.Uses, rules.TrainAI) },
	"in Germany only":    func(t *rules.Terms) { t.Territories = "DE" },
	"in Germany, if any": func(t *rules.Terms) { t.Territories = strings.TrimSuffix(t.Territories, ",FR") },
	"on the web only":    func(t *rules.Terms) { t.Media = "web" },
	"an hour":            func(t *rules.Terms) { t.Duration = time.Hour },
	"few grants":         func(t *rules.Terms) { t.MaxGrants = 1 },
	"exclusive":          func(t *rules.Terms) { t.Exclusivity = rules.Exclusive },
}

// narrowing are those after which terms overlap less with what somebody else has
// exclusively, and so are kept out by less.
var narrowing = []string{
	"no derivatives", "training denied", "input denied", "search denied", "copies only", "training only", "in Germany only",
	"in Germany, if any", "on the web only",
}

// pay makes a permission cost money.
func pay(p rules.Permission) rules.Permission {
	if p == rules.Allow {
		return rules.Paid
	}
	return p
}

// narrowed leaves one action if it was permitted.
func narrowed(uses rules.Actions, only rules.Action) rules.Actions {
	if uses == 0 || uses.Has(only) {
		return rules.Actions(0).With(only)
	}
	return uses
}

func TestARestrictionNeverPermits(t *testing.T) {
	names := make([]string, 0, len(restrictions))
	for name := range restrictions {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		work, use := anyWork(t), anyUse(t)
		before := rules.Decide(work, use, now)
		if len(work.Alternatives) > 0 {
			name := rapid.SampledFrom(names).Draw(t, "restriction")
			restrict := restrictions[name]
			if slices.Contains(narrowing, name) {
				work.Exclusives, work.Others = nil, nil
				before = rules.Decide(work, use, now)
			}
			restrict(&work.Alternatives[rapid.IntRange(0, len(work.Alternatives)-1).Draw(t, "which")].Terms)
			require.LessOrEqual(t, rules.Decide(work, use, now).Verdict, before.Verdict, "stricter terms")
		}
		work.Constraints = append(work.Constraints, anyConstraint(t, "new"))
		require.LessOrEqual(t, rules.Decide(work, use, now).Verdict, before.Verdict, "another constraint")
	})
}

func TestWhatComesLaterDoesNotTouchAPinnedGrant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work, use := anyWork(t), anyUse(t)
		work.Own = false
		work.Alternatives = []rules.Alternative{anyAlternative(t, "grant")}
		work.Alternatives[0].Granted, work.Alternatives[0].Pinned = true, true
		before := rules.Decide(work, use, now)
		later := anyConstraint(t, "later")
		if later.Kind != rules.Attribution { // to credit whom is not pinned
			work.Constraints = append(work.Constraints, later)
		}
		work.Waiting = !work.Waiting
		require.Equal(t, before, rules.Decide(work, use, now))
	})
}

func TestWaitingNeverPermits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work, use := anyWork(t), anyUse(t)
		work.Waiting = false
		free := rules.Decide(work, use, now)
		work.Waiting = true
		waits := rules.Decide(work, use, now)
		require.LessOrEqual(t, waits.Verdict, free.Verdict)
		require.NotEqual(t, rules.NeedsAGrant, waits.Verdict, "of the work itself none is to be had")
		if waits.Rely != nil && !waits.Rely.Granted && !waits.Rely.Irrevocable {
			require.NotContains(t, []rules.Action{rules.Adapt, rules.TrainAI, rules.AIInput}, use.Action)
		}
	})
}

func TestMoreOffersNeverTakeAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work, use := anyWork(t), anyUse(t)
		before := rules.Decide(work, use, now)
		work.Alternatives = append(work.Alternatives, anyAlternative(t, "another"))
		require.GreaterOrEqual(t, rules.Decide(work, use, now).Verdict, before.Verdict)
	})
}

func TestAWiderUseIsNeverEasier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work, use := anyWork(t), anyUse(t)
		narrow := rules.Decide(work, use, now).Verdict
		wide := use
		wide.Commercial = true
		require.LessOrEqual(t, rules.Decide(work, wide, now).Verdict, narrow, "commercial")
		wide = use
		wide.Territories, wide.Media = nil, nil
		require.LessOrEqual(t, rules.Decide(work, wide, now).Verdict, narrow, "everywhere")
		wide = use
		wide.Until = later.Add(1e6 * time.Hour)
		require.LessOrEqual(t, rules.Decide(work, wide, now).Verdict, narrow, "longer")
	})
}

func TestTheOrderOfOffersDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work, use := anyWork(t), anyUse(t)
		want := rules.Decide(work, use, now)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		random.Shuffle(len(work.Alternatives), func(i, j int) {
			work.Alternatives[i], work.Alternatives[j] = work.Alternatives[j], work.Alternatives[i]
		})
		require.Equal(t, want, rules.Decide(work, use, now))
	})
}

// What may be taken is what a grant is needed for, and a grant under it allows
// the use.
func TestAGrantLiftsTheNeedForOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work, use := anyWork(t), anyUse(t)
		decision := rules.Decide(work, use, now)
		require.Equal(t, decision.Verdict == rules.NeedsAGrant, len(decision.Obtain) > 0)
		require.Equal(t, decision.Verdict == rules.Allowed, len(decision.Reasons) == 0)
		for _, a := range decision.Obtain {
			if refused := rules.Acquire(work, a, now); len(refused) > 0 {
				require.Equal(t, rules.NeedsApproval, refused[0].Code)
			}
			grant := rules.Alternative{ID: "grant", Terms: a.Terms, Granted: true}
			if a.Terms.Duration > 0 {
				grant.Ends = now.Add(a.Terms.Duration)
			}
			bought := work
			bought.Alternatives = append(slices.Clone(work.Alternatives), grant)
			require.Equal(t, rules.Allowed, rules.Decide(bought, use, now).Verdict)
		}
	})
}

// Every reason comes from the closed list.
func TestReasonsAreOfTheClosedList(t *testing.T) {
	codes := rules.Codes()
	require.Len(t, slices.Compact(slices.Clone(codes)), len(codes))
	rapid.Check(t, func(t *rapid.T) {
		for _, r := range rules.Decide(anyWork(t), anyUse(t), now).Reasons {
			require.Contains(t, codes, r.Code)
		}
	})
}

func offer(t rules.Terms) rules.Alternative { return rules.Alternative{ID: "offer", Terms: t} }

func TestDecisions(t *testing.T) {
	open := rules.Terms{Derivatives: rules.DerivativesAllowed}
	adapt, train := rules.Use{Action: rules.Adapt}, rules.Use{Action: rules.TrainAI}
	input, search := rules.Use{Action: rules.AIInput}, rules.Use{Action: rules.SearchIndex}
	with := func(change func(*rules.Terms)) rules.Alternative {
		terms := open
		change(&terms)
		return offer(terms)
	}
	granted := func(a rules.Alternative) rules.Alternative {
		a.Granted = true
		return a
	}
	for name, c := range map[string]struct {
		a    rules.Alternative
		use  rules.Use
		want []rules.Code
	}{
		"public":                {offer(open), adapt, nil},
		"none":                  {offer(rules.Terms{}), adapt, []rules.Code{rules.NoDerivatives}},
		"copies of no adapting": {offer(rules.Terms{}), rules.Use{Action: rules.Copy}, nil},
		"commercial":            {offer(open), rules.Use{Action: rules.Copy, Commercial: true}, []rules.Code{rules.NonCommercialTerms}},
		"priced":                {rules.Alternative{ID: "offer", Terms: open, Priced: true}, adapt, []rules.Code{rules.NeedsGrant}},
		"paused":                {rules.Alternative{ID: "offer", Terms: open, Paused: true}, adapt, []rules.Code{rules.OfferPaused}},
		"others only":           {rules.Alternative{ID: "offer", Terms: open, Unlisted: true}, adapt, []rules.Code{rules.NotLicensee}},
		"ended":                 {rules.Alternative{ID: "offer", Terms: open, Ends: now}, adapt, []rules.Code{rules.OfferExpired}},
		"made while open":       {rules.Alternative{ID: "offer", Terms: open, Ends: later}, rules.Use{Action: rules.Adapt, Until: later.Add(1)}, nil},
		"shown while open": {
			rules.Alternative{ID: "offer", Terms: open, Ends: later},
			rules.Use{Action: rules.Perform, Until: later.Add(1)},
			[]rules.Code{rules.EndsBeforeUse, rules.NeedsGrant},
		},
		"approval": {with(func(t *rules.Terms) { t.Approval = true }), adapt, []rules.Code{rules.NeedsApproval, rules.NeedsGrant}},
		"approval, copies": {
			with(func(t *rules.Terms) { t.Approval = true }), rules.Use{Action: rules.Copy}, nil,
		},
		"training, unset":    {offer(open), train, nil},
		"training, none":     {offer(rules.Terms{}), train, []rules.Code{rules.NoDerivatives}},
		"training, denied":   {with(func(t *rules.Terms) { t.Training = rules.Deny }), train, []rules.Code{rules.TrainingDenied}},
		"training, allowed":  {offer(rules.Terms{Training: rules.Allow}), train, nil},
		"training, paid":     {offer(rules.Terms{Training: rules.Paid}), train, []rules.Code{rules.NeedsGrant}},
		"training, granted":  {granted(offer(rules.Terms{Training: rules.Paid})), train, nil},
		"only training":      {offer(rules.Terms{Training: rules.Allow}), adapt, []rules.Code{rules.NoDerivatives}},
		"input, unset":       {offer(open), input, nil},
		"input, none":        {offer(rules.Terms{}), input, []rules.Code{rules.NoDerivatives}},
		"input, denied":      {with(func(t *rules.Terms) { t.Input = rules.Deny }), input, []rules.Code{rules.InputDenied}},
		"input, paid":        {with(func(t *rules.Terms) { t.Input = rules.Paid }), input, []rules.Code{rules.NeedsGrant}},
		"input, paid by use": {with(func(t *rules.Terms) { t.Input, t.UsePrice = rules.Paid, "1u" }), input, nil},
		"search, unset":      {offer(rules.Terms{}), search, nil},
		"search, denied":     {with(func(t *rules.Terms) { t.Search = rules.Deny }), search, []rules.Code{rules.SearchDenied}},
		"other uses": {
			with(func(t *rules.Terms) { t.Uses = rules.Actions(0).With(rules.TrainAI) }),
			rules.Use{Action: rules.Copy},
			[]rules.Code{rules.UseNotCovered},
		},
		"elsewhere": {
			with(func(t *rules.Terms) { t.Territories = "DE,FR" }),
			rules.Use{Action: rules.Adapt, Territories: []string{"FR", "US"}},
			[]rules.Code{rules.TerritoryNotCovered},
		},
		"in part of it": {
			with(func(t *rules.Terms) { t.Territories = "DE,FR" }), rules.Use{Action: rules.Adapt, Territories: []string{"FR"}}, nil,
		},
		"everywhere": {with(func(t *rules.Terms) { t.Media = "web" }), adapt, []rules.Code{rules.MediumNotCovered}},
		"a derivation takes limits on": {
			with(func(t *rules.Terms) { t.Territories, t.Media = "DE", "web" }), rules.Use{Action: rules.Adapt, Unplaced: true}, nil,
		},
		"too short": {
			with(func(t *rules.Terms) { t.Duration = time.Hour }), rules.Use{Action: rules.Adapt, Until: later}, []rules.Code{rules.EndsBeforeUse},
		},
		"used":           {rules.Alternative{ID: "offer", Terms: open, Granted: true, UsedElsewhere: true}, adapt, []rules.Code{rules.GrantUsed}},
		"used, as input": {rules.Alternative{ID: "offer", Terms: open, Granted: true, UsedElsewhere: true}, rules.Use{Action: rules.AIInput}, nil},
		"used, as declared input": {
			rules.Alternative{ID: "offer", Terms: open, Granted: true, UsedElsewhere: true},
			rules.Use{Action: rules.AIInput, Unplaced: true},
			[]rules.Code{rules.GrantUsed},
		},
		"used, to show":  {rules.Alternative{ID: "offer", Terms: open, Granted: true, UsedElsewhere: true}, rules.Use{Action: rules.Perform}, nil},
		"grant ended":    {rules.Alternative{ID: "offer", Terms: open, Granted: true, Ends: now}, adapt, []rules.Code{rules.GrantExpired}},
		"grant too soon": {rules.Alternative{ID: "offer", Terms: open, Granted: true, Ends: later}, rules.Use{Action: rules.Adapt, Until: later.Add(1)}, []rules.Code{rules.EndsBeforeUse}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []rules.Code
			for _, r := range rules.Decide(rules.Work{Alternatives: []rules.Alternative{c.a}}, c.use, now).Reasons {
				got = append(got, r.Code)
			}
			require.Equal(t, c.want, got)
		})
	}
}

// A public offer that ends too soon is denied to nobody: a grant outlasts it. So
// what makes it an offer by grant is no easier.
func TestAGrantOutlastsAPublicOffer(t *testing.T) {
	terms := rules.Terms{Commercial: true, Attribution: true}
	use := rules.Use{Action: rules.Perform, Until: later.Add(1)}
	for name, restrict := range map[string]func(*rules.Terms){
		"as it is": func(*rules.Terms) {}, "exclusive": restrictions["exclusive"], "few grants": restrictions["few grants"],
	} {
		restricted := terms
		restrict(&restricted)
		a := offer(restricted)
		a.Ends = later
		decision := rules.Decide(rules.Work{Alternatives: []rules.Alternative{a}}, use, now)
		require.Equal(t, rules.NeedsAGrant, decision.Verdict, name)
		require.Len(t, decision.Obtain, 1, name)
		require.Empty(t, rules.Acquire(rules.Work{}, a, now), name)
		a.Ends = past
		require.Equal(t, rules.Denied, rules.Decide(rules.Work{Alternatives: []rules.Alternative{a}}, use, now).Verdict, name)
	}
}

func TestTheAncestorInTheWayIsNamed(t *testing.T) {
	open := rules.Terms{Commercial: true, Derivatives: rules.DerivativesAllowed}
	of := func(kind rules.Kind) rules.Constraint {
		return rules.Constraint{Demand: rules.Demand{
			Kind: kind, Source: "ancestor", TermsID: "its terms", Terms: rules.Terms{Territories: "DE"},
		}, Ends: now, Reached: true}
	}
	use := rules.Use{Action: rules.Distribute, Commercial: true}
	for kind, want := range map[rules.Kind]rules.Code{
		rules.NonCommercial: rules.NonCommercialSource, rules.Expires: rules.SourceExpired,
		rules.Scope: rules.TerritoryNotCovered, rules.Ceiling: rules.CeilingReached,
	} {
		work := rules.Work{Alternatives: []rules.Alternative{offer(open)}, Constraints: []rules.Constraint{of(kind)}}
		for _, own := range []bool{false, true} {
			work.Own = own
			decision := rules.Decide(work, use, now)
			require.Equal(t, rules.Denied, decision.Verdict)
			require.Equal(t, want, decision.Reasons[0].Code)
			require.Equal(t, "ancestor", decision.Reasons[0].Source)
		}
	}
}

func TestObligations(t *testing.T) {
	terms := rules.Terms{Attribution: true, Derivatives: rules.DerivativesAllowed, Rate: 50_000, Input: rules.Paid, UsePrice: "1u"}
	work := rules.Work{
		Alternatives: []rules.Alternative{offer(terms)},
		Constraints: []rules.Constraint{
			{Demand: rules.Demand{Kind: rules.Attribution, Source: "a", TermsID: "ta"}},
			{Demand: rules.Demand{Kind: rules.ShareAlike, Source: "b", TermsID: "tb"}},
		},
	}
	credits := []rules.Obligation{{Duty: rules.Credit}, {Duty: rules.Credit, Source: "a", TermsID: "ta"}}
	require.Equal(t, credits, rules.Decide(work, rules.Use{Action: rules.Distribute}, now).Obligations)
	require.Equal(t, []rules.Obligation{
		{Duty: rules.Credit},
		{Duty: rules.ReportUse},
		{Duty: rules.OweRoyalty},
		{Duty: rules.Credit, Source: "a", TermsID: "ta"},
		{Duty: rules.OfferAlike, Source: "b", TermsID: "tb"},
	}, rules.Decide(work, rules.Use{Action: rules.Adapt}, now).Obligations)
	require.Contains(t, rules.Decide(work, rules.Use{Action: rules.AIInput}, now).Obligations, rules.Obligation{Duty: rules.PayPerUse})
	work.Own = true
	require.Equal(t, credits[1:], rules.Decide(work, rules.Use{Action: rules.Copy}, now).Obligations)
}

func TestAUsedGrantServesNoFurtherDerivation(t *testing.T) {
	used := rules.Alternative{ID: "g", Granted: true, UsedElsewhere: true, Terms: rules.Terms{Derivatives: rules.DerivativesAllowed}}
	verdict := func(u rules.Use) rules.Verdict {
		return rules.Decide(rules.Work{Alternatives: []rules.Alternative{used}}, u, now).Verdict
	}
	require.Equal(t, rules.Denied, verdict(rules.Use{Action: rules.Adapt}))
	require.Equal(t, rules.Allowed, verdict(rules.Use{Action: rules.AIInput}))
	require.Equal(t, rules.Denied, verdict(rules.Use{Action: rules.AIInput, Unplaced: true}), "a derivation with it as input")
}
