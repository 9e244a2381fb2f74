package rightsoracle_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	. "github.com/stemma-chain/stemma/testutil/rightsoracle"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// holds checks worlds, after each act. Rapid draws them by their seed, and makes a failing
// one shorter.
func holds(t *testing.T, property func() func(*world, *drawer) error) {
	rapid.Check(t, func(rt *rapid.T) {
		seed, acts := rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(1, 40).Draw(rt, "acts")
		if failed := play(t, seeded(seed), newCounts(), acts, 1, property()); failed != nil {
			rt.Fatalf("\n%s", failed)
		}
	})
}

// answer is the chain's.
func (w *world) answer(q Question) (licensetypes.Rights, error) {
	res, err := w.rights.CheckRights(w.ctx, w.question(q))
	if err != nil {
		return licensetypes.Rights{}, err
	}
	return res.Rights, nil
}

// No chain of derivations, of any length, roles and order of declaring, buying, closing and
// withdrawing, makes a use allowed that a permission denies on an edge which the relied-on
// permission pins.
func TestNoChainOpensWhatAnEdgeDenies(t *testing.T) {
	holds(t, func() func(*world, *drawer) error {
		return func(w *world, d *drawer) error {
			for range 4 {
				q := d.question()
				got, err := w.answer(q)
				if err != nil || got.Verdict != licensetypes.VERDICT_ALLOWED {
					continue
				}
				at := w.history.Today()
				for _, way := range w.history.MayUse(q).Ways {
					if w.permission(way.By) == got.Permission {
						at = way.At
					}
				}
				if edge := w.denying(q.Work, at, q.Use, false); edge != "" {
					return fmt.Errorf("%s is allowed, though %s", asked(q), edge)
				}
			}
			return nil
		}
	})
}

// denying finds a permission that denies a use on one of the edges that a work was made by,
// through any number of works; empty: none does. Trained: a model was trained on the way.
func (w *world) denying(work Work, at Moment, use Use, trained bool) string {
	for _, m := range w.history.MadeFrom(work, at) {
		trained := trained || m.Trained
		if m.Terms != nil {
			beyond := func(list, wanted []string) bool {
				misses := func(place string) bool { return !slices.Contains(list, place) }
				return len(list) > 0 && (len(wanted) == 0 || slices.ContainsFunc(wanted, misses))
			}
			switch t := *m.Terms; {
			case use.Commercial && !t.Commercial,
				!use.Deriving && (beyond(t.Territories, use.Territories) || beyond(t.Media, use.Media)),
				!trained && t.DeniesOfResult(use.Action):
				return fmt.Sprintf("%s was made from %s under %s", work, m.From, t.Name)
			}
		}
		if edge := w.denying(m.From, m.Pinned, use, trained); edge != "" {
			return edge
		}
	}
	return ""
}

// end are reasons for which a grant in force may be no longer enough.
var ends = []string{"grant_expired", "ends_before_use", "source_expired", "ceiling_reached", "work_disputed", "work_invalidated"}

// No later message of a licensor makes a use denied that a grant in force allowed, but for an
// end, a ceiling, a dispute or a ruling. What is paid at a source is a grant of its own.
func TestNoLicensorTakesBackWhatAGrantAllowed(t *testing.T) {
	holds(t, func() func(*world, *drawer) error {
		var kept []Question
		return func(w *world, d *drawer) error {
			acts := w.history.Acts()
			kept = slices.DeleteFunc(kept, func(q Question) bool {
				return w.ownChange(acts[len(acts)-1], q) || w.history.Holder(q.Permission.Grant) != q.By
			})
			for _, q := range kept {
				got, err := w.answer(q)
				if err != nil {
					return err
				}
				lost := func(r Reason) bool { return !slices.Contains(ends, r.Code) }
				if why := w.reasons(got); got.Verdict == licensetypes.VERDICT_DENIED && slices.ContainsFunc(why, lost) {
					return fmt.Errorf("%s was allowed, and is denied for %v", asked(q), why)
				}
			}
			for _, g := range w.history.Grants() {
				q := d.question()
				q.By, q.Permission, q.Derivative = w.history.Holder(g), Permission{Grant: g}, ""
				q.Work = w.history.WorkOf(g)
				if got, err := w.answer(q); err == nil && got.Verdict == licensetypes.VERDICT_ALLOWED {
					kept = append(kept, q)
				}
			}
			return nil
		}
	})
}

// ownChange says whether an act is the holder's own and changes what the grant is good for.
func (w *world) ownChange(act Act, q Question) bool {
	switch a := act.(type) {
	case Renew:
		return a.Grant == q.Permission.Grant
	case Derive:
		if a.By == q.By && len(w.history.Used()) > 0 {
			return true // a grant of a source serves no further derivative
		}
		return slices.ContainsFunc(a.Sources, func(s Source) bool { return s.Permission == q.Permission })
	}
	return false
}

// apart are refusals of a derivation that no answer about one source tells: what goes together,
// what is declared already, and the work that is made.
var apart = []string{
	"cycle", "reserved", "already_source", "invalid_source", "invalid_record", "on_hold", "over_whole", "approval_needed", "sharealike_conflict",
	"sharealike_conflicts_noncommercial", "sharealike_conflicts_royalty", "sharealike_conflicts_limits", "scope_conflict",
	"sharealike_source", "noncommercial_source", "scope_source", "expiring_source", "uses_source", "paid_source", "approval_source",
	"owes_royalty", "exclusive_source",
}

// What CheckRights allows, the derivation accepts; and what the derivation accepts,
// CheckRights allows.
func TestAnswersAgreeWithDerivations(t *testing.T) {
	holds(t, func() func(*world, *drawer) error {
		return func(w *world, d *drawer) error {
			made := oneOf(d.chance, d.works)
			by := w.history.Owner(made, w.history.Today())
			s := d.source(by, made)
			if s.Role == Cites || s.Work == made {
				return nil
			}
			action := map[Role]Action{TrainedOn: Train}[s.Role]
			if action == "" {
				action = Adapt
			}
			record := s.Role == InputTo && once(d, 2) && !w.history.Generated(made)
			if record || s.Role == InputTo && w.history.Generated(made) {
				action = Input
			}
			q := Question{By: by, Work: s.Work, Use: Use{Action: action, Deriving: true}, Permission: s.Permission, Derivative: made}
			return w.agree(q, Derive{By: by, Work: made, Sources: []Source{s}, MaxRate: 1_000_000, AllowUnapproved: true, Record: record})
		}
	})
}

// agree holds the answers about a derivation, by its permission and by any, against what comes
// of it.
func (w *world) agree(q Question, a Derive) error {
	named, err := w.answer(q)
	if err != nil {
		return err
	}
	// Without a permission the answer may find one, which the derivation has to name.
	if q.Permission != Own || named.Permission == "" {
		if err := w.accords(named, a); err != nil {
			return err
		}
	}
	found := q
	found.Permission = Own
	any, err := w.answer(found)
	if err != nil {
		return err
	}
	// Who owns a work is judged by owning it where nothing is named, whatever grants of it an owner has.
	owns := w.history.Owner(q.Work, w.history.Today()) == q.By
	if named.Verdict == licensetypes.VERDICT_ALLOWED && any.Verdict != named.Verdict && !owns && !w.history.CameWith(q.By, q.Permission.Grant) {
		return fmt.Errorf("%s is allowed, and not found when it is not named", asked(q))
	}
	for _, p := range append([]Permission{Own}, w.permissionsOf(a.Sources[0].Work)...) {
		if any.Verdict == licensetypes.VERDICT_ALLOWED && w.permission(p) == any.Permission {
			a.Sources[0].Permission = p
			return w.accords(any, a)
		}
	}
	return nil
}

// accords holds an answer against the derivation, of which nothing stays.
func (w *world) accords(r licensetypes.Rights, a Derive) error {
	before := w.ctx
	cache, _ := w.ctx.CacheContext()
	w.ctx = cache
	_, err := w.send(w.message(a))
	w.ctx = before
	allowed := r.Verdict == licensetypes.VERDICT_ALLOWED
	switch {
	case err == nil && !allowed:
		return fmt.Errorf("%s is accepted, and CheckRights denies it for %v", a, w.reasons(r))
	case err != nil && allowed && !IsAny(codeOf(err), apart):
		return fmt.Errorf("%s is refused, and CheckRights allows it: %w", a, err)
	}
	return nil
}

func (w *world) permissionsOf(of Work) (list []Permission) {
	for _, t := range w.history.OfferedTerms(of) {
		list = append(list, Permission{Terms: t})
	}
	for _, g := range w.history.GrantsOf(of) {
		list = append(list, Permission{Grant: g})
	}
	return list
}
