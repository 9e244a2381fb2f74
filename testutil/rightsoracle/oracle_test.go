package rightsoracle_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "github.com/stemma-chain/stemma/testutil/rightsoracle"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// steps are the acts that are drawn for a world, after its works are registered.
	steps = 60
	// questions are asked after each.
	questions = 5
)

// newWorld has terms, and nothing has happened in it.
func newWorld(t testing.TB, terms []Terms) *world {
	w := &world{
		modules: newModules(t), history: NewHistory(firstDay, terms),
		works: map[Work]registrytypes.WorkID{}, names: map[registrytypes.WorkID]Work{},
		terms: map[string]licensetypes.TermsID{}, grants: map[Grant]licensetypes.GrantID{},
	}
	w.history.Order = func(g Grant) string { id := w.grants[g]; return string(id[:]) }
	for _, terms := range terms {
		id := messageTerms(terms).ID()
		_, err := w.send(&licensetypes.MsgPublishTerms{Author: address("ana").String(), Terms: messageTerms(terms)})
		require.NoError(t, err, terms.Name)
		w.terms[terms.Name] = id
	}
	return w
}

// failure is a history after which the modules and the oracle differ: about the last act,
// or a question.
type failure struct {
	terms    []Terms
	acts     []Act
	question *Question
	err      error
}

func (f failure) String() string {
	var s strings.Builder
	for i, act := range f.acts {
		fmt.Fprintf(&s, "%3d  %s\n", i+1, act)
	}
	if f.question != nil {
		fmt.Fprintf(&s, "  ?  %s\n", asked(*f.question))
	}
	fmt.Fprintf(&s, "  !  %s\n", f.err)
	for _, t := range f.terms {
		if strings.Contains(s.String(), t.Name) && !t.Known {
			fmt.Fprintf(&s, "     %s: %s\n", t.Name, said(t))
		}
	}
	return s.String()
}

// said are the fields of terms that are set.
func said(t Terms) string {
	text := fmt.Sprintf("%+v", t)
	return strings.Join(slices.DeleteFunc(strings.Fields(text), func(f string) bool {
		return strings.HasSuffix(f, ":") || strings.HasSuffix(f, ":0") || strings.HasSuffix(f, ":false") || strings.HasSuffix(f, ":[]") || strings.HasSuffix(f, ":0s")
	}), " ")
}

func asked(q Question) string {
	by := cmpOr(string(q.By), "anybody")
	s := fmt.Sprintf("may %s %s %s", by, q.Use.Action, q.Work)
	if q.Use.Deriving {
		s += " to make a work of it"
	}
	if q.Use.Commercial {
		s += " commercially"
	}
	if !q.Use.Deriving {
		s += fmt.Sprintf(" in %s", cmpOr(strings.Join(append(slices.Clone(q.Use.Territories), q.Use.Media...), ","), "all places"))
	}
	if q.Use.For > 0 {
		s += fmt.Sprintf(" for %s", q.Use.For)
	}
	if q.Permission != Own {
		s += fmt.Sprintf(" by %s", q.Permission)
	}
	if q.Derivative != "" {
		s += fmt.Sprintf(", for %s", q.Derivative)
	}
	return s + "?"
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// play draws a world and plays it until modules and oracle differ.
func play(t testing.TB, c chance, seen *counts, steps, questions int, look func(*world, *drawer) error) *failure {
	terms := drawTerms(c)
	w := newWorld(t, terms)
	d := &drawer{chance: c, h: w.history, terms: terms}
	acts := d.first()
	for len(acts) < len(d.works)+steps {
		acts = append(acts, nil)
	}
	for i := range acts {
		if acts[i] == nil {
			acts[i] = d.next()
		}
		played := acts[:i+1]
		if err := w.do(acts[i], seen); err != nil {
			return &failure{terms, played, nil, err}
		}
		if i < len(d.works) {
			continue
		}
		for range questions {
			q := d.question()
			if err := w.ask(q, seen); err != nil {
				return &failure{terms, played, &q, err}
			}
			if err := w.askByContent(q.Work, q); err != nil {
				return &failure{terms, played, &q, err}
			}
		}
		if i%10 == 0 || i == len(acts)-1 {
			if err := errors.Join(w.checkInvariants(), w.compareState()); err != nil {
				return &failure{terms, played, nil, err}
			}
		}
		if look != nil {
			if err := look(w, d); err != nil {
				return &failure{terms, played, nil, err}
			}
		}
	}
	return nil
}

// again plays a failure's history, or a part of it, and says how it fails, if it does.
func (f failure) again(t testing.TB, acts []Act) (failed *failure) {
	defer func() {
		if left := recover(); left != nil {
			if _, is := left.(unplayable); !is {
				panic(left)
			}
			failed = nil
		}
	}()
	w, seen := newWorld(t, f.terms), newCounts()
	for i, act := range acts {
		if err := w.do(act, seen); err != nil {
			return &failure{f.terms, acts[:i+1], nil, err}
		}
	}
	if f.question == nil {
		if err := errors.Join(w.checkInvariants(), w.compareState()); err != nil {
			return &failure{f.terms, acts, nil, err}
		}
		return nil
	}
	if err := w.ask(*f.question, seen); err != nil {
		return &failure{f.terms, acts, f.question, err}
	}
	if err := w.askByContent(f.question.Work, *f.question); err != nil {
		return &failure{f.terms, acts, f.question, err}
	}
	return nil
}

// shortest leaves out of a failing history whatever it fails without.
func (f failure) shortest(t testing.TB) failure {
	for again := true; again; {
		again = false
		for size := len(f.acts) / 2; size > 0; size /= 2 {
			for at := 0; at+size <= len(f.acts); {
				less := slices.Delete(slices.Clone(f.acts), at, at+size)
				if shorter := f.again(t, less); shorter != nil {
					f, again = *shorter, true
				} else {
					at += size
				}
			}
		}
	}
	return f
}

// counts say what was reached.
type counts struct{ acts, refusals, verdicts, reasons, notices, duties map[string]int }

func newCounts() *counts {
	return &counts{map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}}
}

func kindOf(act Act) string { return strings.TrimPrefix(fmt.Sprintf("%T", act), "rightsoracle.") }

func (c *counts) accepted(act Act, h *History) {
	c.acts[kindOf(act)]++
	if a, is := act.(Derive); is {
		made := h.MadeFrom(a.Work, h.Today())
		again := func(s Source) bool { return slices.ContainsFunc(made, func(m Made) bool { return m.From == s.Work }) }
		switch asked := h.Asked(a); {
		case len(asked) > 0 && len(h.Unasked(a)) > 0:
			c.acts["Derive unapproved"]++
		case len(asked) > 0:
			c.acts["Derive approved in advance"]++
		case slices.ContainsFunc(a.Sources, again):
			c.acts["Derive again, unasked"]++
		}
		for _, g := range h.MetBy(a) {
			c.acts["Derive by a grant of a source's source"]++
			if h.Lapses(g) {
				c.acts["Derive by such a grant that ends"]++
			}
			if slices.Contains(h.UsersOf(g), a.Work) {
				c.acts["Derive by such a grant that is used already"]++
			}
		}
		for _, s := range a.Sources {
			by := "own"
			if s.Permission.Grant != "" {
				by = "grant"
			} else if s.Permission.Terms != "" {
				by = "offer"
			}
			c.acts[fmt.Sprintf("Derive %s by %s", s.Role, by)]++
		}
	}
}

func (c *counts) refusal(act Act, codes []string) {
	for _, code := range codes {
		c.refusals[kindOf(act)+" "+code]++
	}
}

func (c *counts) answer(r licensetypes.Rights) {
	c.verdicts[verdicts[r.Verdict].String()]++
	for _, reason := range r.Reasons {
		if reason.Ancestor.IsZero() {
			c.reasons[reason.Code]++
		} else {
			c.reasons[reason.Code+" of a source"]++
		}
	}
	for _, n := range r.Notices {
		c.notices[n.Code]++
	}
	for _, o := range r.Obligations {
		c.duties[o.Kind.String()]++
	}
}

func (c *counts) String() string {
	var s strings.Builder
	for _, m := range []map[string]int{c.acts, c.refusals, c.verdicts, c.reasons, c.notices, c.duties} {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			fmt.Fprintf(&s, "%6d %s\n", m[k], k)
		}
		s.WriteString("\n")
	}
	return s.String()
}

// number is a number from the environment.
func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// reached is what 200 worlds must have reached, or they show nothing. What they seldom reach
// is in TestFoundHistories.
var reached = struct{ acts, refusals, reasons, notices, duties []string }{
	acts: []string{
		"Register", "Revise", "Sell", "Share", "Withdraw", "Restore", "Dispute", "Settle", "Wait", "Offer", "Close", "Approve", "Disapprove",
		"Acquire", "Renew", "OfferGrant", "CancelGrant", "AcceptGrant", "Derive", "Consent", "Dissent",
		"Derive by a grant of a source's source", "Derive unapproved", "Derive approved in advance", "Derive again, unasked", "Derive cites by own",
		"Derive parentOf by grant", "Derive parentOf by offer", "Derive parentOf by own", "Derive componentOf by grant",
		"Derive componentOf by offer", "Derive componentOf by own", "Derive inputTo by grant", "Derive inputTo by offer",
		"Derive inputTo by own", "Derive trainedOn by grant", "Derive trainedOn by offer", "Derive trainedOn by own",
	},
	refusals: []string{
		"Derive sharealike_conflict", "Derive sharealike_conflicts_noncommercial", "Derive sharealike_conflicts_limits",
		"Derive sharealike_conflicts_royalty", "Derive approval_needed", "Derive cycle", "Derive grant_used",
		"Offer noncommercial_source", "Offer sharealike_source", "Offer scope_source", "Offer owes_royalty", "Offer unapproved_source",
		"Offer expiring_source", "Acquire unapproved_source", "Acquire exclusive_granted", "Acquire source_expired", "Acquire grants_exhausted",
		"Consent promises_grew",
	},
	reasons: []string{
		"noncommercial_source of a source", "use_not_covered of a source", "training_denied of a source", "ai_input_denied of a source",
		"search_denied of a source", "no_derivatives of a source", "territory_not_covered of a source", "medium_not_covered of a source",
		"source_expired of a source", "ends_before_use of a source", "needs_approval of a source", "needs_grant of a source",
		"unapproved_source", "exclusive_granted", "irrevocable_offered", "grant_used", "grant_expired", "needs_grant",
		"needs_approval", "work_withdrawn", "work_disputed", "work_disputed of a source", "not_licensee", "offer_expired", "offer_paused", "grants_exhausted",
	},
	notices: []string{"contested", "also_claimed", "later_source", "unapproved_source", "no_longer_offered", "disputed"},
	duties: []string{
		"OBLIGATION_ATTRIBUTION", "OBLIGATION_SHARE_ALIKE", "OBLIGATION_REPORT_USE", "OBLIGATION_ROYALTY", "OBLIGATION_PAY_PER_USE",
	},
}

// missing lists what was to be reached and was not.
func (c *counts) missing() (names []string) {
	for _, m := range []struct {
		want []string
		got  map[string]int
	}{
		{reached.acts, c.acts}, {reached.refusals, c.refusals}, {reached.reasons, c.reasons}, {reached.notices, c.notices}, {reached.duties, c.duties},
	} {
		for _, name := range m.want {
			if m.got[name] == 0 {
				names = append(names, name)
			}
		}
	}
	return names
}

// TestModulesAnswerLikeTheOracle plays random worlds. WORLDS is how many, SEED that of the
// first, as a failure names it.
func TestModulesAnswerLikeTheOracle(t *testing.T) {
	seen, first := newCounts(), number("SEED", 1)
	worlds, failures := number("WORLDS", 200), 0
	for seed := first; seed < first+worlds; seed++ {
		if failed := play(t, seeded(uint64(seed)), seen, steps, questions, nil); failed != nil {
			t.Errorf("world %d:\n%s", seed, failed.shortest(t))
			if failures++; failures == number("FAILURES", 1) {
				t.FailNow()
			}
		}
	}
	t.Log("\n" + seen.String())
	if worlds >= 200 {
		require.Empty(t, seen.missing(), "never happened in %d worlds, so nothing was compared", worlds)
	}
}
