package rightsoracle_test

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/stemma-chain/stemma/testutil/rightsoracle"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var verdicts = map[licensetypes.Verdict]Verdict{
	licensetypes.VERDICT_DENIED: No, licensetypes.VERDICT_NEEDS_GRANT: NeedsGrant, licensetypes.VERDICT_ALLOWED: Yes,
}

// ask asks the modules a question and holds the answer against the oracle's.
func (w *world) ask(q Question, seen *counts) error {
	response, err := w.rights.CheckRights(w.ctx, w.question(q))
	if err != nil {
		if q.Derivative != "" && w.history.Owner(q.Derivative, w.history.Today()) != q.By {
			return nil // a question that nobody may ask
		}
		return fmt.Errorf("the query fails: %w", err)
	}
	want, got := w.history.MayUse(q), response.Rights
	if verdicts[got.Verdict] != want.Verdict {
		return fmt.Errorf("the chain says %s for %s, the rules say %s for %v",
			verdicts[got.Verdict], w.reasons(got), want.Verdict, want.Reasons)
	}
	seen.answer(got)
	if err := w.compareNotices(q, got); err != nil {
		return err
	}
	if want.Verdict != Yes {
		return w.compareReasons(got, want)
	}
	return w.compareRelied(q, got, want)
}

// askByContent asks for the content of a work: whoever claimed it first answers.
func (w *world) askByContent(of Work, q Question) error {
	content := w.history.ContentOf(of)
	request := w.question(q)
	request.Work, request.Permission = digest(content).String(), ""
	response, err := w.rights.CheckRights(w.ctx, request)
	if err != nil {
		return nil // of a derivative that is not the asker's
	}
	q.Work, q.Permission = w.history.Earliest(content), Own
	if got := response.Rights; len(got.Works) != 1 || w.names[got.Works[0]] != q.Work {
		return fmt.Errorf("content %d is answered by %v, and the first claim to it is %s", content, got.Works, q.Work)
	} else if want := w.history.MayUse(q); verdicts[got.Verdict] != want.Verdict {
		return fmt.Errorf("content %d: the chain says %s, the rules say %s", content, verdicts[got.Verdict], want.Verdict)
	}
	return nil
}

func (w *world) reasons(r licensetypes.Rights) []Reason {
	list := make([]Reason, 0, len(r.Reasons))
	for _, reason := range r.Reasons {
		list = append(list, Reason{Code: reason.Code, Of: w.names[reason.Ancestor]})
	}
	return list
}

// compareReasons checks that the answer gives a reason, and none that is not true.
func (w *world) compareReasons(got licensetypes.Rights, want Answer) error {
	given := w.reasons(got)
	if len(given) == 0 {
		return fmt.Errorf("%s, for no reason", want.Verdict)
	}
	for _, r := range given {
		if !slices.Contains(want.Reasons, r) {
			return fmt.Errorf("%s for %v, of which the rules do not know %v: they say %v", want.Verdict, given, r, want.Reasons)
		}
	}
	return nil
}

// compareRelied checks what an allowed use relies on, and what comes with it.
func (w *world) compareRelied(q Question, got licensetypes.Rights, want Answer) error {
	var relied *Way
	for i, way := range want.Ways {
		if way.Verdict != Yes {
			continue
		}
		if w.permission(way.By) == got.Permission {
			relied = &want.Ways[i]
		}
	}
	if relied == nil {
		return fmt.Errorf("allowed by %q, and the rules allow it by %v", got.Permission, want.Ways)
	}
	for _, way := range want.Ways {
		if way.Verdict == Yes && w.history.Rate(way.By) < w.history.Rate(relied.By) {
			return fmt.Errorf("allowed by %s, though %s owes less", relied.By, way.By)
		}
	}
	if has := hasNotice(got, rules.NoLongerOffered); has != relied.NoLongerOffered {
		return fmt.Errorf("notice no_longer_offered: %v, should be %v", has, relied.NoLongerOffered)
	}
	if err := w.compareLater(q, got, *relied); err != nil {
		return err
	}
	return w.compareDuties(got, w.history.Duties(q, *relied))
}

func hasNotice(r licensetypes.Rights, code rules.Notice) bool {
	return slices.ContainsFunc(r.Notices, func(n licensetypes.Notice) bool { return n.Code == string(code) })
}

func (w *world) noticed(r licensetypes.Rights, code rules.Notice) (works []Work) {
	for _, n := range r.Notices {
		if n.Code == string(code) {
			works = append(works, w.named(n.Works)...)
		}
	}
	return works
}

func (w *world) named(ids []registrytypes.WorkID) (works []Work) {
	for _, id := range ids {
		works = append(works, w.names[id])
	}
	return works
}

// compareNotices checks the notices that every answer has.
func (w *world) compareNotices(q Question, got licensetypes.Rights) error {
	before, behind := w.history.Rivals(q.Work)
	var disputed []Work
	if w.history.Disputes(q.Work) > 0 {
		disputed = []Work{q.Work}
	}
	for _, n := range []struct {
		code rules.Notice
		want []Work
	}{
		{rules.SourceUnapproved, w.history.WaitsFor(q.Work)},
		{rules.Contested, before},
		{rules.AlsoClaimed, behind},
		{rules.UnderDispute, disputed},
	} {
		if got := w.noticed(got, n.code); !sameSet(got, n.want) {
			return fmt.Errorf("notice %s is about %v, should be about %v", n.code, got, n.want)
		}
	}
	return nil
}

// compareLater checks what is said to have come after what is relied on.
func (w *world) compareLater(q Question, got licensetypes.Rights, relied Way) error {
	named := w.noticed(got, rules.LaterSource)
	works, sure := w.history.Later(q, relied)
	for _, name := range named {
		if !slices.Contains(works, name) {
			return fmt.Errorf("notice later_source is about %v, later are %v", named, works)
		}
	}
	if sure && len(named) == 0 {
		return fmt.Errorf("no notice later_source, though %v came later than %s", works, relied.By)
	}
	return nil
}

// compareDuties checks what comes with a use.
func (w *world) compareDuties(got licensetypes.Rights, want Duties) error {
	var d Duties
	incomplete := false
	for _, o := range got.Obligations {
		work, terms := w.names[o.Work], w.termsName(o.Terms)
		switch o.Kind {
		case licensetypes.OBLIGATION_ATTRIBUTION:
			incomplete = incomplete || o.Incomplete
			at := slices.IndexFunc(want.Credits, func(c Credit) bool { return c.Work == work && c.Terms == terms })
			if at < 0 {
				return fmt.Errorf("credit is asked for %s under %s, and owed to %v", work, terms, want.Credits)
			}
			if c := want.Credits[at]; !strings.Contains(o.Text, title(work, c.Version)) {
				return fmt.Errorf("the credit is %q, and version %d was derived from", o.Text, c.Version)
			}
			d.Credits = append(d.Credits, want.Credits[at])
		case licensetypes.OBLIGATION_SHARE_ALIKE:
			d.Alike = append(d.Alike, terms)
		case licensetypes.OBLIGATION_PAY_PER_USE:
			d.Pay = append(d.Pay, work)
		case licensetypes.OBLIGATION_REPORT_USE:
			d.Report = true
		case licensetypes.OBLIGATION_ROYALTY:
			d.Rate = o.RoyaltyRate
		}
	}
	complete := sameSet(d.Credits, want.Credits)
	if !complete && !incomplete || complete && incomplete {
		return fmt.Errorf("credited are %v (incomplete: %v), owed is credit to %v", d.Credits, incomplete, want.Credits)
	}
	if !sameSet(d.Alike, want.Alike) || !sameSet(d.Pay, want.Pay) || d.Report != want.Report || d.Rate != want.Rate {
		return fmt.Errorf("duties are %+v, should be %+v", d, want)
	}
	return nil
}

func (w *world) termsName(id licensetypes.TermsID) string {
	for name, known := range w.terms {
		if known == id {
			return name
		}
	}
	return ""
}

func sameSet[T comparable](a, b []T) bool {
	within := func(a, b []T) bool {
		return !slices.ContainsFunc(a, func(one T) bool { return !slices.Contains(b, one) })
	}
	return within(a, b) && within(b, a)
}

// do plays an act and holds what comes of it against the rules.
func (w *world) do(act Act, seen *counts) error {
	against := w.history.Against(act)
	err := w.perform(act)
	switch {
	case err == nil && len(against) > 0:
		return fmt.Errorf("the chain does it, the rules refuse it for %v", against)
	case err != nil && len(against) == 0:
		return fmt.Errorf("the rules do it, the chain refuses it: %w", err)
	case err != nil:
		codes := codeOf(err)
		seen.refusal(act, codes)
		if !IsAny(codes, against) {
			return fmt.Errorf("the chain refuses it for %v, the rules for %v: %w", codes, against, err)
		}
		return nil
	}
	seen.accepted(act, w.history)
	w.history.Add(act)
	return nil
}
