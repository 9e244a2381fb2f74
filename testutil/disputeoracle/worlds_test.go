package disputeoracle

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// counts is what worlds have reached.
type counts struct{ acts, refusals, ends map[string]int }

func newCounts() *counts { return &counts{map[string]int{}, map[string]int{}, map[string]int{}} }

func nameOf(act Act) string {
	name := strings.TrimPrefix(fmt.Sprintf("%T", act), "disputeoracle.")
	switch a := act.(type) {
	case Open:
		return name + " " + string(a.Kind)
	case Answer:
		if a.Concede {
			return name + " concedes"
		}
		return name + " contests"
	case Rule:
		if !a.Upheld {
			return name + " dismisses"
		}
		return name + " upholds"
	}
	return name
}

func (c *counts) accepted(act Act) {
	c.acts[nameOf(act)]++
	if a, rules := act.(Rule); rules {
		for what, is := range map[string]bool{
			"the work": a.Redress.To != "", "invalid": a.Redress.Invalid && a.Redress.Successor == "", "successor": a.Redress.Successor != "",
			"a source": a.Redress.Source != "", "a payee": a.Redress.Payee != "", "a weight": a.Redress.Weighed != "",
		} {
			if is {
				c.acts["Rule gives "+what]++
			}
		}
		for _, p := range a.Redress.Restitution {
			if p.Debtor == "" {
				c.acts["Rule has a work owe"]++
			} else {
				c.acts["Rule has an account owe"]++
			}
		}
		if a.By == Governance {
			c.acts["Rule by governance"]++
		}
	}
}

func (c *counts) refusal(act Act, reason string) {
	name, _, _ := strings.Cut(nameOf(act), " ")
	c.refusals[name+" "+reason]++
}

// ended takes note of how disputes ended, and of what is left.
func (c *counts) ended(w *World) {
	for _, one := range w.disputes {
		c.ends[string(one.phase)]++
		if one.unbacked {
			c.ends["bond not raised"]++
		}
		if one.returned {
			c.ends["not carried out"]++
		}
		if one.appealed != nil && one.ruling != nil && one.ruling.by == Governance {
			if one.ruling.upheld != one.appealed.upheld {
				c.ends["reversed"]++
			} else {
				c.ends["confirmed"]++
			}
		}
	}
	if len(w.owes) > 0 {
		c.ends["worlds with arrears that stood"]++
	}
}

func (c *counts) String() string {
	var s strings.Builder
	for _, m := range []map[string]int{c.acts, c.refusals, c.ends} {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			fmt.Fprintf(&s, "%6d %s\n", m[k], k)
		}
		s.WriteString("\n")
	}
	return s.String()
}

// reached is what 200 worlds must have reached, or they show nothing. What they seldom reach is in
// TestFoundStories.
var reached = struct{ acts, refusals, ends []string }{
	acts: []string{
		"Pay", "Derive", "Assign", "OfferTransfer", "AcceptTransfer", "Withdraw", "Settle", "Name", "Object", "Appeal", "Drop",
		"CallBond", "AddBond",
		"Open prior claim", "Open missing source", "Open wrong terms", "Open false declaration", "Open false weight", "Open unfair manifest",
		"Answer concedes", "Answer contests", "Rule dismisses", "Rule upholds", "Rule by governance", "Rule gives the work", "Rule gives invalid",
		"Rule gives successor", "Rule gives a source", "Rule gives a payee", "Rule gives a weight", "Rule has a work owe",
		"Rule has an account owe",
	},
	refusals: []string{
		"Pay on_hold", "Derive on_hold", "Derive not_available", "Derive on_offer", "Assign on_hold", "Assign not_holder",
		"OfferTransfer on_hold",
		"AcceptTransfer invalid_transfer", "Open already_open", "Open bond_too_small", "Open invalid_redress", "Open not_contestable",
		"Open nothing_new", "Open own_work", "Open no_objection", "Answer not_party", "Answer too_late", "Rule beyond_claim",
		"Rule cannot_be_carried_out", "Rule not_arbiter", "Rule recused", "Rule too_late", "Rule wrong_phase", "Appeal not_party",
		"Appeal bond_too_small", "Appeal too_late", "Drop not_party", "CallBond nothing_to_call", "CallBond wrong_phase",
		"AddBond invalid_message",
	},
	ends: []string{
		"upheld", "dismissed", "conceded", "dropped", "lapsed", "moot", "reversed", "confirmed", "bond not raised",
		"worlds with arrears that stood",
	},
}

// missing lists what was to be reached and was not.
func (c *counts) missing() (names []string) {
	for _, m := range []struct {
		want []string
		got  map[string]int
	}{{reached.acts, c.acts}, {reached.refusals, c.refusals}, {reached.ends, c.ends}} {
		for _, name := range m.want {
			if m.got[name] == 0 {
				names = append(names, name)
			}
		}
	}
	return names
}

// roughEvery is of how many worlds one is played with all money on its way.
const roughEvery = 3

// number is a number from the environment.
func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// TestModulesPayLikeTheOracle plays random worlds, each a second time in other blocks. WORLDS is how
// many, SEED that of the first, as a failure names it.
func TestModulesPayLikeTheOracle(t *testing.T) {
	seen, first := newCounts(), number("SEED", 1)
	count, failures := number("WORLDS", 200), 0
	for seed := first; seed < first+count; seed++ {
		s := play(t, newDrawer(uint64(seed), ""), seen)
		if s.err == nil {
			s.err = s.otherwise(t, uint64(seed))
		}
		if s.err == nil && seed%roughEvery == 0 {
			s.err = s.roughly(t, uint64(seed))
		}
		if s.err != nil {
			t.Errorf("world %d:\n%s", seed, s)
			if failures++; failures == number("FAILURES", 1) {
				t.FailNow()
			}
		}
	}
	t.Log("\n" + seen.String())
	if count >= 200 {
		require.Empty(t, seen.missing(), "never happened in %d worlds, so nothing was compared", count)
	}
}

// TestAWrongRuleIsNoticed: modules and oracle differ when a rule of the oracle is another.
func TestAWrongRuleIsNoticed(t *testing.T) {
	const most = 60
	for _, wrong := range []string{
		"the last debt is paid first", "debts come back to where they were paid from", "who is wrong loses nothing", "a payee gets nothing",
		"the last holders have all",
	} {
		t.Run(wrong, func(t *testing.T) {
			for seed := range uint64(most) {
				if s := play(t, newDrawer(seed, wrong), newCounts()); s.err != nil {
					t.Logf("in world %d, after %d acts: %s", seed, len(s.acts), s.err)
					return
				}
			}
			t.Fatalf("%d worlds are as if %s", most, wrong)
		})
	}
}
