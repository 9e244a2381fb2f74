package pages

import (
	"context"
	"errors"
	"strings"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// answer is what the chain says to a question about a work's rights.
type answer struct {
	// Use is the use in words, Verdict "allowed", "needs_grant" or "denied", and Says that in
	// words.
	Use, Verdict, Says string
	// Price is what the grants cost that it needs, PerUse what each use costs, and Royalty what
	// part of the revenue is owed; empty: nothing, or it is not known.
	Price, PerUse, Royalty string
	Why, Duties, Notices   []line
	Relies                 link
}

// usual are the questions that most readers of a work's page have.
var usual = []rights.Wish{
	{Action: "perform"},
	{Action: "adapt", Commercial: true},
	{Action: "train-ai", Commercial: true},
}

// question is the form that asks about any use.
type question struct {
	rights.Wish
	Uses      []word
	Territory string
	Medium    string
	// Asked: the reader filled it in; Wrong says what with, and Answer is the chain's.
	Asked  bool
	Wrong  string
	Answer answer
}

// word is one choice of a form.
type word struct{ Value, Means string }

// ask asks what may be done with the work: the usual questions, and the reader's own.
func (a *asking) ask(ctx context.Context) error {
	a.readQuestion()
	ctx, group := errgroupAt(ctx)
	a.page.Answers = make([]answer, len(usual))
	for i, wish := range usual {
		group.Go(func() (err error) {
			use, err := rights.ParseUse(wish, a.site.now())
			if err != nil {
				return err
			}
			a.page.Answers[i], err = a.answer(ctx, use)
			return err
		})
	}
	if a.page.Question.Asked {
		group.Go(func() (err error) {
			use, err := rights.ParseUse(a.page.Question.Wish, a.site.now())
			var wish *rights.WishError
			if errors.As(err, &wish) {
				a.page.Question.Wrong = a.meaning("wish.", wish.Word, "", "fault.unreadable")
				return nil
			}
			if err != nil {
				return err
			}
			a.page.Question.Answer, err = a.answer(ctx, use)
			return err
		})
	}
	return group.Wait()
}

func (a *asking) readQuestion() {
	values := a.r.URL.Query()
	q := &a.page.Question
	q.Action = values.Get("use")
	q.Commercial = values.Get("commercial") != ""
	q.Territory, q.Medium, q.Until = values.Get("territory"), values.Get("medium"), values.Get("until")
	if q.Territory != "" {
		q.Territories = []string{q.Territory}
	}
	if q.Medium != "" {
		q.Media = []string{q.Medium}
	}
	q.Asked = q.Action != ""
	for _, u := range rights.ActionWords() {
		q.Uses = append(q.Uses, word{u, a.T("use." + u)})
	}
}

func (a *asking) answer(ctx context.Context, use licensetypes.Use) (answer, error) {
	res, err := a.site.Client.License().CheckRights(ctx, &licensetypes.QueryCheckRightsRequest{Work: a.Work.Id.String(), Use: use})
	if err != nil {
		return answer{}, err
	}
	r := res.Rights
	verdict := rights.VerdictWord(r.Verdict)
	said := answer{Use: a.useWords(use), Verdict: verdict, Says: a.T("verdict." + verdict)}
	if price, ok := rights.Price(r); ok {
		said.Price = a.price(price)
	}
	if price, ok := rights.PerUse(r); ok {
		said.PerUse = a.price(price)
	}
	said.Royalty = a.royaltyOf(r)
	name := a.terms(ctx)
	for _, reason := range words.InOrder(r.Reasons) {
		said.Why = appendNew(said.Why, a.reason(reason, r, name))
	}
	for _, o := range r.Obligations {
		if a.site.Denied(o.Work.String()) {
			o.Text = "" // a credit line has the title and the names
		}
		said.Duties = appendNew(said.Duties, a.duty(o, r, use, name))
	}
	for _, n := range r.Notices {
		said.Notices = appendNew(said.Notices, a.note(n))
	}
	if r.Verdict == licensetypes.VERDICT_ALLOWED && strings.HasPrefix(r.Permission, "terms1") {
		if id, err := licensetypes.ParseTermsID(r.Permission); err == nil {
			said.Relies = link{name(id), "/terms/" + r.Permission}
		}
	}
	return said, nil
}

// royaltyOf is the royalty that is owed for what is made, or that the cheapest offer asks.
func (a *asking) royaltyOf(r licensetypes.Rights) string {
	for _, o := range r.Obligations {
		if o.Kind == licensetypes.OBLIGATION_ROYALTY {
			return a.royalty(o.RoyaltyPolicy, o.RoyaltyRate)
		}
	}
	for _, item := range rights.Shown(r) {
		if item.Offer.RoyaltyRate > 0 {
			return a.royalty(item.Offer.RoyaltyPolicy, item.Offer.RoyaltyRate)
		}
	}
	return ""
}

func (v *visit) royalty(policy royaltytypes.Policy, rate uint32) string {
	switch {
	case rate == 0:
		return ""
	case policy == royaltytypes.POLICY_ABSOLUTE:
		return v.T("royalty.absolute", percent(rate))
	}
	return v.T("royalty.relative", percent(rate))
}

func (v *visit) useWords(use licensetypes.Use) string {
	said := v.T("use." + rights.ActionWord(use.Action))
	if use.Commercial {
		said = v.T("use.commercial", said)
	}
	return said
}

// terms names terms as people know them, asking for each once.
func (v *visit) terms(ctx context.Context) words.Namer {
	names := map[licensetypes.TermsID]string{}
	return func(id licensetypes.TermsID) string {
		if name, known := names[id]; known {
			return name
		}
		names[id] = short(id.String())
		if preset := licensetypes.PresetName(id); preset != "" {
			names[id] = preset
		} else if res, err := v.site.Client.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: id.String()}); err == nil {
			names[id] = termsName(res.Terms)
		}
		return names[id]
	}
}

// termsName is what people call terms: a preset's name, a licence's, else the id. Anybody can give terms of their
// own any LicenseRef-..., that of a preset too, so the end of the id stands beside it.
func termsName(t licensetypes.IdentifiedTerms) string {
	switch {
	case t.Preset != "":
		return t.Preset
	case strings.Contains(t.Terms.Spdx, "LicenseRef-"):
		id := t.Id.String()
		return clip(t.Terms.Spdx) + " (…" + id[len(id)-6:] + ")"
	case t.Terms.Spdx != "":
		return clip(t.Terms.Spdx)
	}
	return short(t.Id.String())
}
