package permission

import (
	"context"
	"reflect"
	"slices"

	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// ask asks for one source what the derivation message will ask; permission, when not
// empty, is all that counts. Of several actions the worst answer counts, and what is
// allowed or on offer for all of them.
func (f Finder) ask(ctx context.Context, req Request, permission string) (licensetypes.Rights, error) {
	answers, err := f.askEach(ctx, req, permission)
	if err != nil || len(answers) == 1 {
		return answers[0], err
	}
	worst := worstOf(answers)
	switch {
	case worst.Verdict == licensetypes.VERDICT_NEEDS_GRANT:
		worst = withNeeds(worst, answers)
		worst.Offers, err = f.servingAll(ctx, req, worst.Offers)
		return worst, err
	case worst.Verdict != licensetypes.VERDICT_ALLOWED || permission != "":
		return withPayments(worst, answers), nil
	}
	// Each action may rest on another permission: one has to serve all.
	for _, a := range answers {
		if a.Permission == "" {
			return a, nil // one's own work
		}
		again, err := f.askEach(ctx, req, a.Permission)
		if err != nil {
			return a, err
		}
		if worst = worstOf(again); worst.Verdict == licensetypes.VERDICT_ALLOWED {
			return withPayments(a, again), nil
		}
	}
	return worst, nil
}

// askEach answers for each action of the request.
func (f Finder) askEach(ctx context.Context, req Request, permission string) ([]licensetypes.Rights, error) {
	answers := make([]licensetypes.Rights, len(req.Actions))
	for i, action := range req.Actions {
		var err error
		if answers[i], err = f.askOne(ctx, req, action, permission); err != nil {
			return answers, err
		}
	}
	return answers, nil
}

// worstOf is the first answer of those with the worst verdict.
func worstOf(answers []licensetypes.Rights) licensetypes.Rights {
	worst := answers[0]
	for _, a := range answers[1:] {
		if rights.Rank(a.Verdict) < rights.Rank(worst.Verdict) {
			worst = a
		}
	}
	return worst
}

// servingAll are those of the offers under which every action can be had.
func (f Finder) servingAll(
	ctx context.Context, req Request, offers []licensetypes.Obtainable,
) ([]licensetypes.Obtainable, error) {
	var list []licensetypes.Obtainable
	for _, o := range offers {
		if o.Work == req.Source {
			answers, err := f.askEach(ctx, req, o.Terms.String())
			if err != nil {
				return nil, err
			}
			if rights.Rank(worstOf(answers).Verdict) < rights.Rank(licensetypes.VERDICT_NEEDS_GRANT) {
				continue
			}
		}
		list = append(list, o)
	}
	return list, nil
}

// withNeeds adds to the answer for one action what the others need of further works.
func withNeeds(answer licensetypes.Rights, answers []licensetypes.Rights) licensetypes.Rights {
	offers := slices.Clone(answer.Offers)
	answer.Reasons = slices.Clone(answer.Reasons)
	for _, other := range answers {
		if other.Verdict != licensetypes.VERDICT_NEEDS_GRANT {
			continue
		}
		for _, o := range other.Offers {
			if !slices.ContainsFunc(answer.Offers, func(have licensetypes.Obtainable) bool { return have.Work == o.Work }) {
				offers = append(offers, o)
			}
		}
		for _, r := range other.Reasons {
			if !slices.ContainsFunc(answer.Reasons, func(have licensetypes.Reason) bool { return reflect.DeepEqual(have, r) }) {
				answer.Reasons = append(answer.Reasons, r)
			}
		}
		answer.Offers = offers
	}
	return answer
}
