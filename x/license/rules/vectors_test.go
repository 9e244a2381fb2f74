package rules_test

import (
	"cmp"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
)

var update = flag.Bool("update", false, "write the vectors anew")

// vectors holds a line of outcome for each of n worlds, drawn from a fixed seed, to
// a file. A change of the rules that is meant shows there as the worlds it decides
// otherwise.
func vectors(t *testing.T, name string, n int, decide func(*draw) (world any, outcome string)) {
	var lines strings.Builder
	var worlds []any
	for i := range n {
		world, outcome := decide(&draw{rand.New(rand.NewPCG(uint64(i), 1))})
		worlds = append(worlds, world)
		fmt.Fprintf(&lines, "%d %s\n", i, outcome)
	}
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(lines.String()), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	have := strings.Split(lines.String(), "\n")
	for i, line := range strings.Split(string(want), "\n") {
		require.Equal(t, line, have[i], "if that is meant, run with -update and look at the difference: %+v", worlds[min(i, n-1)])
	}
	require.Len(t, have, n+1)
}

// draw draws values; most are those that let the rest of a rule decide.
type draw struct{ *rand.Rand }

func (d *draw) one(in int) bool { return d.IntN(in) == 0 }

func pick[T any](d *draw, list ...T) T { return list[d.IntN(len(list))] }

func (d *draw) terms() rules.Terms {
	t := rules.Terms{
		Licence: pick(d, "LicenseRef-A", "LicenseRef-A", "LicenseRef-B", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-SA-3.0",
			"CC-BY-NC-SA-4.0", "LAL-1.3", "GPL-3.0-only", "GPL-2.0-only", "Apache-2.0", "LicenseRef-Gemma", "no name"),
		Commercial: !d.one(4), Attribution: d.one(2), Derivatives: pick(d, rules.DerivativesAllowed, rules.DerivativesAllowed,
			rules.DerivativesShareAlike, rules.DerivativesNone),
		Approval: d.one(4), ApprovalDirect: d.one(4), NoFurtherRestrictions: d.one(4),
		Training: pick(d, rules.Unset, rules.Allow, rules.Allow, rules.Deny, rules.Paid),
		Input:    pick(d, rules.Unset, rules.Allow, rules.Allow, rules.Deny, rules.Paid),
		Search:   pick(d, rules.Unset, rules.Allow, rules.Allow, rules.Deny, rules.Paid),
	}
	if d.one(4) {
		t.Uses = rules.Actions(d.IntN(256)) &^ 1
	}
	if d.one(4) {
		t.Territories, t.Media = pick(d, "DE", "DE,FR", "US", ""), pick(d, "", "web", "print,web")
	}
	if d.one(5) {
		t.Duration = pick(d, time.Second, time.Hour, 24*time.Hour, 48*time.Hour)
	}
	if d.one(6) {
		t.MaxGrants = d.Uint64N(3)
	}
	if d.one(8) {
		t.Exclusivity = pick(d, rules.Sole, rules.Exclusive)
	}
	if d.one(5) {
		t.Rate = pick[uint32](d, 1, 50_000)
	}
	t.Fee, t.UsePrice, t.Ceiling = pick(d, "", "", "", "9u"), pick(d, "", "", "5u"), pick(d, "", "", "", "1000u")
	return t
}

func (d *draw) time() time.Time {
	return pick(d, time.Time{}, time.Time{}, past, now, now.Add(time.Hour), later, later.Add(time.Hour))
}

func (d *draw) alternative(id string) rules.Alternative {
	a := rules.Alternative{ID: id, Terms: d.terms(), Granted: d.one(4)}
	if d.one(3) {
		a.Ends = d.time()
	}
	if a.Granted {
		a.UsedElsewhere = d.one(3)
		if a.Pinned = d.one(3); a.Pinned && d.one(2) {
			a.Constraints = []rules.Constraint{{Demand: d.demand("pinned"), Ends: d.time(), Approved: d.one(3)}}
		}
		return a
	}
	a.Paused, a.Priced, a.Approved, a.Exhausted = d.one(8), d.one(3), d.one(2), d.one(8)
	a.Listed = d.one(5)
	a.Unlisted = !a.Listed && d.one(6)
	a.Irrevocable = d.one(8)
	a.Closed = a.Irrevocable && d.one(2)
	return a
}

func (d *draw) demand(source string) rules.Demand {
	t := d.terms()
	return rules.Demand{Kind: rules.Kind(1 + d.IntN(int(rules.Approval))), Source: source, TermsID: short(t), Terms: t}
}

// short is an id of terms in four digits.
func short(t rules.Terms) string {
	h := fnv.New32()
	text := strings.Replace(fmt.Sprint(t), fmt.Sprint(" ", rules.Places{}), "", 1) // which follow from the territories
	fmt.Fprint(h, strings.TrimSuffix(text, " 0}")+"}")                             // no uses are counted
	return fmt.Sprintf("%04x", h.Sum32()&0xffff)
}

// running draws grants that may run, some of which keep others out.
func (d *draw) running() []rules.Running {
	var list []rules.Running
	for range d.IntN(3) {
		r := rules.Running{Terms: d.terms(), Ends: d.time(), Mine: d.one(4)}
		r.Terms.Exclusivity = pick(d, rules.Shared, rules.Sole, rules.Exclusive)
		list = append(list, r)
	}
	return list
}

func (d *draw) world() rules.Work {
	w := rules.Work{Own: d.one(6), Holder: d.one(4)}
	if d.one(8) {
		w.Status = pick(d, rules.Withdrawn, rules.Active, rules.Invalidated)
		w.OnHold = w.Status == rules.Active
	}
	w.Waiting, w.Irrevocable, w.Crowded = d.one(8), d.one(8), d.one(16)
	if d.one(4) {
		w.Exclusives, w.Others = d.running(), d.running()
	}
	for i := range d.IntN(4) {
		w.Alternatives = append(w.Alternatives, d.alternative(fmt.Sprint("t", i)))
	}
	for i := range d.IntN(4) {
		c := rules.Constraint{
			Demand: d.demand(fmt.Sprint("s", i)), Ends: pick(d, past, now, now.Add(time.Hour), later, later.Add(99*time.Hour)),
			Reached: d.one(2), Approved: d.one(3),
		}
		if d.one(2) {
			c.AtSource = &rules.Decision{Verdict: pick(d, rules.Denied, rules.NeedsAGrant, rules.NeedsAGrant, rules.Allowed)}
			if c.AtSource.Verdict == rules.NeedsAGrant {
				c.AtSource.Obtain = []rules.Alternative{d.alternative("at the source")}
			}
		}
		w.Constraints = append(w.Constraints, c)
	}
	return w
}

func (d *draw) use() rules.Use {
	u := rules.Use{Action: rules.Action(1 + d.IntN(7)), Commercial: d.one(3), Unplaced: d.one(2), Until: d.time()}
	if !u.Unplaced {
		u.Territories, u.Media = pick(d, nil, []string{"DE"}, []string{"DE", "FR"}), pick(d, nil, []string{"web"})
	}
	return u
}

func words(reasons []rules.Reason) string {
	var list []string
	for _, r := range reasons {
		s := string(r.Code)
		for _, about := range []string{r.Permission, r.Source, r.Terms} {
			if about != "" {
				s += "/" + about
			}
		}
		if !r.At.IsZero() {
			s += fmt.Sprintf("/%+d", int(r.At.Sub(now).Seconds()))
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func TestDecisionVectors(t *testing.T) {
	vectors(t, "decisions.txt", 2000, func(d *draw) (any, string) {
		w, u := d.world(), d.use()
		decision := rules.Decide(w, u, now)
		s := []string{"denied", "needs a grant", "allowed"}[decision.Verdict-1] + ": " + words(decision.Reasons)
		if decision.Rely != nil {
			s += "; by " + decision.Rely.ID
		}
		for _, a := range decision.Obtain {
			s += "; get " + a.Source + "/" + a.ID
		}
		for _, n := range decision.Notices {
			s += "; note " + string(n)
		}
		for _, o := range decision.Obligations {
			s += fmt.Sprintf("; owe %d/%s/%s", o.Duty, o.Source, o.TermsID)
		}
		for _, c := range w.Constraints {
			if c.AsksAtSource(u) {
				s += "; asks " + c.Source
			}
		}
		return struct {
			rules.Work
			rules.Use
		}{w, u}, s
	})
}

func TestAcquisitionVectors(t *testing.T) {
	vectors(t, "acquisitions.txt", 500, func(d *draw) (any, string) {
		w, a := d.world(), d.alternative("terms")
		a.Granted = false
		return w, words(rules.Acquire(w, a, now)) + fmt.Sprint(" ", a.Public(rules.Copy), a.Public(rules.Adapt), a.Public(rules.AIInput))
	})
}

func TestOfferVectors(t *testing.T) {
	vectors(t, "offers.txt", 1000, func(d *draw) (any, string) {
		var demands rules.Group
		for i := range 1 + d.IntN(3) {
			demands = append(demands, d.demand(fmt.Sprint("s", i)))
		}
		terms, owes := d.terms(), d.one(4)
		price := ""
		if d.one(4) {
			price = "9u"
		}
		found := rules.OfferAllowed(demands, owes, terms, price)
		return []any{demands, terms, owes}, words(found.Refusals) + "; warns " + words(found.Warnings) + "; owing " +
			words(owing(demands).Refusals)
	})
}

func TestDemandVectors(t *testing.T) {
	vectors(t, "demands.txt", 300, func(d *draw) (any, string) {
		terms, s := d.terms(), ""
		for _, column := range []rules.Column{rules.Full, rules.Trained} {
			for _, demand := range rules.Demands("s", "t", terms, column) {
				s += fmt.Sprint(demand.Kind, " ")
			}
			s += "| "
		}
		return terms, s + fmt.Sprintf("%b", terms.DeniedUses())
	})
}

func TestCombinationVectors(t *testing.T) {
	vectors(t, "combinations.txt", 3000, func(d *draw) (any, string) {
		// A few terms, which several sources have.
		pool := []rules.Terms{d.terms(), d.terms(), d.terms()}
		groups := make([]rules.Group, 1+d.IntN(4))
		for i := range groups {
			for range 1 + d.IntN(4) {
				demand := d.demand(pick(d, "a", "b", "c", "d"))
				demand.Terms = pick(d, pool...)
				if d.one(2) { // what conflicts most
					demand.Kind = pick(d, rules.ShareAlike, rules.ShareAlike, rules.ShareAlike, rules.Attribution, rules.Scope, rules.NonCommercial)
				}
				if demand.Kind == rules.Scope {
					demand.Terms.Territories = pick(d, "", "DE", "DE,FR", "US", "FR,US", "DE,US")
					demand.Terms.Media = pick(d, "", "web", "print", "print,web")
				}
				demand.TermsID = short(demand.Terms)
				groups[i] = append(groups[i], demand)
			}
		}
		all, conflicts := rules.Combine(groups...)
		s := fmt.Sprint(len(all))
		for _, c := range conflicts {
			s += fmt.Sprintf("; %s %d%s/%s %d%s/%s", c.Code, c.A.Kind, c.A.Source, c.A.TermsID, c.B.Kind, c.B.Source, c.B.TermsID)
		}
		require.True(t, slices.IsSortedFunc(all, func(a, b rules.Demand) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Source, b.Source), cmp.Compare(a.TermsID, b.TermsID))
		}))
		return groups, s
	})
}

// Three lists of which each two have something in common, and all three nothing: the
// first is named beside the one that leaves nothing.
func TestListsThatClashOnlyTogether(t *testing.T) {
	var g rules.Group
	for i, countries := range []string{"DE,FR", "FR,US", "DE,US"} {
		g = append(g, rules.Demand{Kind: rules.Scope, Source: fmt.Sprint(i), Terms: rules.Terms{Territories: countries}})
	}
	_, conflicts := rules.Combine(g)
	require.Equal(t, []rules.Conflict{{Code: rules.ScopeConflict, A: g[0], B: g[2]}}, conflicts)
}

// Each source that has to be paid and can't be is named, not only the first.
func TestEveryPaidSourceThatIsNotOfferedIsNamed(t *testing.T) {
	denied := &rules.Decision{Verdict: rules.Denied}
	w := rules.Work{Own: true}
	for _, source := range []string{"a", "b"} {
		w.Constraints = append(w.Constraints, rules.Constraint{
			Demand: rules.Demand{Kind: rules.PaidUses, Source: source, Terms: rules.Terms{Training: rules.Paid}}, AtSource: denied,
		})
	}
	require.Equal(t, []rules.Reason{{Code: rules.NotOffered, Source: "a"}, {Code: rules.NotOffered, Source: "b"}},
		rules.Decide(w, rules.Use{Action: rules.TrainAI}, now).Reasons)
}
