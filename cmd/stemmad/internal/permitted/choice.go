package permitted

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// ErrChoice says that a person has to choose between permissions; the text lists
// them.
var ErrChoice = errors.New("a permission has to be chosen")

// choiceError is an ErrChoice, and so an ErrRefused, whose text is all its own.
type choiceError struct{ denial }

func (e choiceError) Is(target error) bool { return target == ErrChoice || target == ErrRefused }

// choose has a person choose between options, and fails with ErrChoice, which lists
// them, where nobody is there to.
func (f Finder) choose(req Request, not *permission.RefusedError) (permission.Option, error) {
	list := fmt.Sprintf("%s can be %s under permissions that bind you differently:\n%s",
		subject(req), use(req), listOptions(req.Units, not.Options))
	if f.Choose == nil {
		return permission.Option{}, undecided(req, list, not)
	}
	at, answered, err := f.Choose(list, len(not.Options))
	switch {
	case err != nil:
		return permission.Option{}, err
	case !answered: // the list stands above the question
		return permission.Option{}, undecided(req, "nothing was chosen and nothing sent", not)
	}
	return not.Options[at], nil
}

// undecided says how to choose without being asked.
func undecided(req Request, list string, not *permission.RefusedError) error {
	how := "choose one with --under TERMS"
	if only := not.Only; only != nil {
		how += fmt.Sprintf(", or add %s for %s, the only one that binds to neither share-alike nor a ceiling; it costs %s",
			agreeing(*only), Name(only.Terms), price(req.Units, *only))
	}
	if !req.Commercial {
		how += ", or with --commercial what allows commercial use"
	}
	return choiceError{denial{
		list + "\n" + how + "; -y does not choose", []refusal.Denial{against(req, needsChoice, nil, choices(req, not.Options))},
	}}
}

// agreeing are the flags that agree to buy an option.
func agreeing(o permission.Option) string {
	if len(o.Fee) == 1 {
		return "--buy --max-fee " + o.Fee.String()
	}
	return "--buy"
}

// price is what has to be paid for an option before it can be relied on.
func price(u units.Units, o permission.Option) string {
	if !o.Bought {
		return "nothing"
	}
	return u.Alternatives(o.Price)
}

// listOptions prints options with what each costs and forbids.
func listOptions(u units.Units, options []permission.Option) string {
	tab := table.New(">", "terms", "price", "royalty", "forbids")
	for i, o := range options {
		tab.Row(fmt.Sprint(i+1), Name(o.Terms), price(u, o), Royalty(o.Terms.Terms),
			cmp.Or(strings.Join(forbids(u, o.Terms), "; "), "-"))
	}
	return text(tab)
}

// forbids lists what terms forbid to whoever makes something from a work, in short.
func forbids(u units.Units, terms licensetypes.IdentifiedTerms) []string {
	var list []string
	add := func(forbidden bool, format string, args ...any) {
		if forbidden {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	t := terms.Terms
	add(!t.CommercialUse, "commercial use of what you make")
	add(permission.Alike(t), "offering what you make under other terms")
	add(permission.Ceiling(t), "commercial use once it has taken in %s", u.Sum(t.RevenueCeiling))
	add(len(t.Territories) > 0, "use outside %s", strings.Join(t.Territories, " "))
	add(len(t.Media) > 0, "media other than %s", strings.Join(t.Media, " "))
	if t.Duration != nil {
		add(true, "use after %s, unless renewed", t.Duration)
	}
	add(t.DerivativeApproval, "derivatives that its owner has not approved")
	for _, use := range []struct {
		said licensetypes.Permission
		name string
	}{{t.AiTraining, "AI training"}, {t.AiInput, "AI input"}, {t.Search, "search"}} {
		add(use.said == licensetypes.PERMISSION_DENY, "%s", use.name)
		add(use.said == licensetypes.PERMISSION_PAID, "unpaid %s", use.name)
	}
	return list
}

// binding says in short how terms bind what is made, for the sentence on what is
// relied on.
func binding(u units.Units, t licensetypes.Terms) string {
	s := ""
	if !t.CommercialUse {
		s += ", no commercial use"
	}
	if permission.Alike(t) {
		s += ", share-alike"
	}
	if permission.Ceiling(t) {
		s += ", ceiling of " + u.Alternatives(t.RevenueCeiling)
	}
	return s
}
