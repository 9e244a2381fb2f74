package rightsoracle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	. "github.com/stemma-chain/stemma/testutil/rightsoracle"
	"github.com/stemma-chain/stemma/x/license/termspec"
)

// Histories that worlds found, shortened: the modules were wrong about the last act, or the
// question.
func TestFoundHistories(t *testing.T) {
	register := func(by Account, content int) Act {
		return Register{By: by, Work: works[content], Kind: Image, Content: content}
	}
	derive := func(by Account, made, from Work, role Role, p Permission) Derive {
		return Derive{By: by, Work: made, Sources: []Source{{from, role, p}}, MaxRate: 1_000_000}
	}
	by := func(terms string) Permission { return Permission{Terms: terms} }
	acquire := Acquire{By: "ana", Work: "photo", Terms: "paid", Serial: 1, MaxFee: 10, For: "song"}
	kept := Acquire{By: "di", Work: "song", Terms: "input-by-grant", Serial: 1, MaxFee: 10}
	input := Use{Action: Input, Deriving: true}
	for name, found := range map[string]struct {
		acts []Act
		ask  *Question
		// against is why the rules refuse the last act; none: they do it.
		against []string
		verdict Verdict
	}{
		"the permission of a source that was made from something is replaced": {acts: []Act{
			register("ana", 0), register("bo", 1), register("bo", 2),
			Offer{By: "ana", Work: "song", Terms: "CC-BY-4.0"},
			derive("bo", "photo", "song", ComponentOf, by("CC-BY-4.0")), derive("bo", "film", "photo", ComponentOf, Own),
			derive("bo", "film", "photo", ParentOf, Own),
		}},
		"a work waited, took on nothing, and declares another source": {acts: []Act{
			register("ana", 0), register("bo", 1), register("bo", 2),
			Offer{By: "ana", Work: "song", Terms: "relative-5"},
			Offer{By: "bo", Work: "photo", Terms: "two-grants"},
			Acquire{By: "ana", Work: "photo", Terms: "two-grants"},
			admitted(derive("bo", "photo", "song", ParentOf, by("relative-5"))),
			Consent{By: "ana", Work: "song", Derivative: "photo", Declaration: 1, Shown: Shown{Grants: 1}},
			derive("bo", "photo", "film", ParentOf, Own),
		}},
		"places leave nothing in common": {
			acts: []Act{
				register("ana", 0), register("bo", 1), register("bo", 2),
				Offer{By: "ana", Work: "song", Terms: "in-DE"},
				Offer{By: "bo", Work: "photo", Terms: "in-FR-print"},
				Sell{By: "bo", To: "ana", Work: "photo"},
				derive("bo", "film", "song", ParentOf, by("in-DE")), derive("bo", "film", "photo", ParentOf, by("in-FR-print")),
			},
			against: []string{"scope_conflict"},
		},
		"a newer grant stands beside an older one, which permits more": {
			acts: []Act{
				register("ana", 0), register("bo", 1),
				Offer{By: "ana", Work: "song", Terms: "one-hour"},
				Offer{By: "bo", Work: "photo", Terms: "no-stage"},
				Acquire{By: "cy", Work: "song", Terms: "one-hour", Serial: 1},
				admitted(derive("ana", "song", "photo", ParentOf, by("no-stage"))),
				Consent{By: "bo", Work: "photo", Derivative: "song", Declaration: 1, Shown: Shown{Grants: 1}},
				Wait{For: time.Minute},
				Acquire{By: "cy", Work: "song", Terms: "one-hour", Serial: 2},
			},
			ask:     &Question{By: "cy", Work: "song", Use: Use{Action: Perform}},
			verdict: Yes,
		},
		"a grant is reserved, and the input declared for another work": {
			acts: []Act{
				register("ana", 0), register("bo", 1), register("ana", 2), Offer{By: "bo", Work: "photo", Terms: "paid"}, acquire,
			},
			ask: &Question{By: "ana", Work: "photo", Use: input, Derivative: "film", Permission: Permission{Grant: acquire.Named()}},
		},
		"it is the input of the work that it is reserved for": {
			acts: []Act{
				register("ana", 0), register("bo", 1), register("ana", 2), Offer{By: "bo", Work: "photo", Terms: "paid"}, acquire,
			},
			ask:     &Question{By: "ana", Work: "photo", Use: input, Derivative: "song"},
			verdict: Yes,
		},
		"a work is sold, and the grant that paid for it stays with the seller": {
			acts: []Act{
				register("di", 1), register("ana", 0),
				Offer{By: "ana", Work: "song", Terms: "input-by-grant"},
				kept,
				derive("di", "photo", "song", ComponentOf, Permission{Grant: kept.Named()}),
				Sell{By: "di", To: "bo", Work: "photo"},
			},
			ask:     &Question{By: "bo", Work: "photo", Use: Use{Action: Input}},
			verdict: Yes,
		},
		"an exclusive offer is relied on where none can be taken": {
			acts: []Act{
				register("ana", 0), register("bo", 1),
				Offer{By: "ana", Work: "song", Terms: "exclusive"},
				Offer{By: "ana", Work: "song", Terms: "CC-BY-4.0"},
				derive("bo", "photo", "song", ParentOf, by("exclusive")),
			},
			against: []string{"irrevocable_offered"},
		},
		"others rely on the work, and somebody else has its source exclusively": {
			acts: []Act{
				register("ana", 0), register("ana", 1),
				Offer{By: "ana", Work: "song", Terms: "sole-in-DE"},
				Acquire{By: "bo", Work: "song", Terms: "sole-in-DE", Serial: 1},
				Offer{By: "ana", Work: "photo", Terms: "open"},
				Acquire{By: "cy", Work: "photo", Terms: "open", Serial: 1},
				derive("ana", "photo", "song", ParentOf, Own),
			},
			against: []string{"exclusive_source"},
		},
		"a work is disputed twice, and one dispute is over": {
			acts: []Act{
				register("ana", 0), register("bo", 1),
				Offer{By: "ana", Work: "song", Terms: "CC-BY-4.0"},
				Dispute{Work: "song"},
				Dispute{Work: "song"},
				Settle{Work: "song"},
				derive("bo", "photo", "song", ParentOf, by("CC-BY-4.0")),
			},
			against: []string{"work_disputed"},
		},
		"what makes nothing goes on under an offer of a disputed work": {
			acts: []Act{
				register("ana", 0), Offer{By: "ana", Work: "song", Terms: "CC-BY-4.0"}, Dispute{Work: "song"},
			},
			ask:     &Question{By: "bo", Work: "song", Use: Use{Action: Distribute, Commercial: true}},
			verdict: Yes,
		},
		"a grant of a disputed work serves a derivation": {
			acts: []Act{
				register("ana", 0), register("bo", 1),
				Offer{By: "ana", Work: "song", Terms: "two-grants"},
				Acquire{By: "bo", Work: "song", Terms: "two-grants"},
				Dispute{Work: "song"},
				derive("bo", "photo", "song", ParentOf, Permission{Grant: Acquire{By: "bo", Work: "song", Terms: "two-grants"}.Named()}),
			},
		},
		"a dispute ends, and the work is withdrawn as before": {
			acts: []Act{
				register("ana", 0),
				Offer{By: "ana", Work: "song", Terms: "two-grants"},
				Withdraw{By: "ana", Work: "song"},
				Dispute{Work: "song"},
				Settle{Work: "song"},
				Acquire{By: "bo", Work: "song", Terms: "two-grants"},
			},
			against: []string{"work_withdrawn"},
		},
		"a dispute ends that nobody opened": {
			acts: []Act{register("ana", 0), Settle{Work: "song"}}, against: []string{"invalid_status"},
		},
	} {
		w := newWorld(t, append(KnownLicences(), ownTerms...))
		for i, act := range found.acts {
			if i == len(found.acts)-1 {
				require.Equal(t, found.against, w.history.Against(act), name)
			}
			require.NoError(t, w.do(act, newCounts()), "%s: %s", name, act)
		}
		if found.ask != nil {
			require.Equal(t, found.verdict, w.history.MayUse(*found.ask).Verdict, name)
			require.NoError(t, w.ask(*found.ask, newCounts()), name)
		}
		require.NoError(t, w.checkInvariants(), name)
		require.NoError(t, w.compareState(), name)
	}
}

// admitted is a derivation that need not be approved.
func admitted(a Derive) Derive {
	a.AllowUnapproved = true
	return a
}

// The terms of worlds set every field that decides anything, so that a new one is drawn too.
func TestWorldsSetEveryField(t *testing.T) {
	apart := map[string]string{
		"uri": "text", "uri_sha256": "text", "blanked_sha256": "text", "revenue_ceiling": "not in the oracle yet",
		"uses_per_grant": "not in the oracle yet",
	}
	for _, f := range termspec.Fields() {
		set := false
		for _, terms := range append(KnownLicences(), ownTerms...) {
			set = set || f.IsSet(messageTerms(terms))
		}
		_, left := apart[f.Name]
		require.NotEqual(t, left, set, f.Name)
	}
}

// TestHeapsOfDeclarations: more declarations that nobody approves than a work names, of the work
// and of two of its sources, then approved one by one, with something declared between.
func TestHeapsOfDeclarations(t *testing.T) {
	w := newWorld(t, append(KnownLicences(), ownTerms...))
	play := func(acts ...Act) {
		for _, act := range acts {
			require.Empty(t, w.history.Against(act), act)
			require.NoError(t, w.do(act, newCounts()), act)
			for _, work := range works[1:4] {
				if !w.history.Exists(work) {
					continue
				}
				require.NoError(t, w.ask(Question{By: "cy", Work: work, Use: Use{Action: Adapt}}, newCounts()), act)
			}
		}
	}
	for i, by := range []Account{"ana", "bo", "bo", "bo"} {
		play(Register{By: by, Work: works[i], Kind: Image, Content: i})
	}
	play(
		Offer{By: "ana", Work: "song", Terms: "relative-5"}, Offer{By: "ana", Work: "song", Terms: "remix-10"},
		Offer{By: "bo", Work: "photo", Terms: "two-grants"}, Offer{By: "bo", Work: "film", Terms: "two-grants"},
		Acquire{By: "cy", Work: "photo", Terms: "two-grants"}, Acquire{By: "cy", Work: "film", Terms: "two-grants"},
	)
	heap := func(w Work, n int) {
		for i := range n {
			terms := []string{"relative-5", "remix-10"}[i%2]
			play(admitted(Derive{
				By: "bo", Work: w, MaxRate: 1_000_000,
				Sources: []Source{{Work: "song", Role: ParentOf, Permission: Permission{Terms: terms}}},
			}))
		}
	}
	approve := func(of Work, from, to int) {
		for n := from; n <= to; n++ {
			play(Consent{
				By: "ana", Work: "song", Derivative: of, Declaration: n, Shown: w.history.Promises(of, w.history.Today()),
			})
		}
	}
	heap("photo", 18)
	heap("film", 16)
	play(Derive{By: "bo", Work: "novel", MaxRate: 1_000_000, Sources: []Source{
		{Work: "photo", Role: ParentOf, Permission: Own}, {Work: "film", Role: ParentOf, Permission: Own},
	}})
	heap("film", 1)
	require.NoError(t, w.checkInvariants())
	approve("photo", 1, 18)
	approve("film", 1, 17)
	require.Empty(t, w.history.WaitsFor("novel"))
	heap("photo", 1)
	require.NotEmpty(t, w.history.WaitsFor("novel"), "it is not forgotten yet")
	approve("photo", 19, 19)
	play(Acquire{By: "cy", Work: "photo", Terms: "two-grants", Serial: 1})
	require.NoError(t, w.checkInvariants())
}
