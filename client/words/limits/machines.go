package limits

import (
	"context"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/x/license/deed"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// byMachines are the uses by machines, in the order in which deed tells them.
var byMachines = []rules.Action{rules.TrainAI, rules.AIInput, rules.SearchIndex}

// Machines says what becomes of uses by machines of a work with these constraints that is
// offered under terms: what the terms say, and what its sources deny or are paid for.
func (s *Speaker) Machines(
	ctx context.Context, constraints []licensetypes.NamedConstraint, t licensetypes.Terms,
) ([]deed.Machine, error) {
	list := deed.Machines(t)
	var denying, paid [3][]string
	for _, c := range constraints {
		d, err := s.Demand(ctx, c)
		if err != nil {
			return nil, err
		}
		for i, action := range byMachines {
			switch {
			case denies(d, action):
				denying[i] = add(denying[i], s.Work(ctx, c.Source))
			case d.Kind == rules.PaidUses && binds(d, action) && paidUses(d.Terms).Has(action):
				paid[i] = add(paid[i], s.Work(ctx, c.Source))
			}
		}
	}
	for i := range list {
		m := &list[i]
		switch allows := strings.HasPrefix(m.Answer, "allowed") || m.Answer == "paid"; {
		case !allows:
		case len(denying[i]) > 0:
			m.Answer = "denied"
			m.Sentence = "denied by " + strings.Join(denying[i], " and ") + ", which it was made from, whatever these terms say"
		case len(paid[i]) > 0:
			m.Answer = "paid"
			m.Sentence += "; it is paid at " + strings.Join(paid[i], " and ") + " too, which it was made from"
		}
	}
	return list, nil
}

// denies says whether a demand rules a use by machines out.
func denies(d rules.Demand, action rules.Action) bool {
	switch d.Kind {
	case rules.Uses:
		return binds(d, action) && d.Terms.DeniedUses().Has(action)
	case rules.Withheld:
		return binds(d, action) && d.Terms.Permitted().Has(action)
	}
	return false
}

// binds says whether a demand has anything to say to a use by machines: of an item of a
// collection only to one that makes something of it.
func binds(d rules.Demand, action rules.Action) bool {
	return !d.Contained || action != rules.SearchIndex
}

func add(list []string, one string) []string {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}
