package termspec

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/names"
)

// Named is what the terms name. Terms that are not valid may name nothing.
func (t Terms) Named() names.Licence {
	l, _ := names.Read(t.Spdx)
	return l
}

// GivenToAll says whether the terms name a licence that is given to everybody, for
// no fee and no royalty.
func (t Terms) GivenToAll() bool {
	facts, _ := t.Named().Facts()
	return facts.Free
}

// Irrevocable says whether the terms name a licence whose text lets the owner end it
// for breach alone. Beside a name that the chain does not know nobody can say so.
func (t Terms) Irrevocable() bool {
	licence := t.Named()
	facts, _ := licence.Facts()
	return facts.Irrevocable && licence.Known()
}

// Serves is how many derivatives a grant under the terms serves, from 1;
// UnlimitedDerivatives: no limit.
func (t Terms) Serves() uint32 { return max(t.DerivativesPerGrant, 1) }

// FromName builds the terms that a licence's name implies.
func FromName(spdx, uri string) Terms {
	t := Terms{Spdx: spdx, Uri: uri}
	facts, _ := t.Named().Facts()
	t.CommercialUse, t.Attribution = facts.Commercial, facts.Attribution
	t.Derivatives, t.NoFurtherRestrictions = derivativesOf[facts.Derivatives], facts.NoFurther
	return t
}

// keepsItsName holds terms to what the licence that they name says. Beside a
// LicenseRef, which applies too, they may ask for more as far as the licence lets
// others restrict further.
func (t Terms) keepsItsName() error {
	licence := t.Named()
	facts, known := licence.Facts()
	if !known {
		return nil
	}
	exactly := licence.Known() || facts.NoFurther
	for _, f := range fields {
		if must, clause := f.Keep(t, f.IsSet(t), facts, exactly); must != "" {
			return errorsmod.Wrapf(ErrInvalidTerms, "%s must %s, as %s says (%s): name a LicenseRef-... for terms of your own",
				f.Name, must, t.Spdx, clause)
		}
	}
	return nil
}

// derivativesOf puts what a licence says into the terms' words.
var derivativesOf = map[names.Derivatives]Derivatives{
	names.None: DERIVATIVES_NONE, names.Allowed: DERIVATIVES_ALLOWED, names.ShareAlike: DERIVATIVES_SHARE_ALIKE,
}

func freeClause(c names.Clauses) string       { return c.Free }
func commercialClause(c names.Clauses) string { return c.Commercial }

// keepUnset: a licence that people know by name does not ask for it.
func keepUnset(must string, clause func(names.Clauses) string) func(Terms, bool, names.Facts, bool) (string, string) {
	return func(_ Terms, set bool, f names.Facts, _ bool) (string, string) {
		if set {
			return must, clause(f.Clauses)
		}
		return "", ""
	}
}

// keepFlag holds a flag to what the licence says; where more may be asked than it
// does, only the value that asks for less is wrong.
func keepFlag(set, said, setAsksLess, exactly bool, clause string) (string, string) {
	switch {
	case set && !said && (exactly || setAsksLess):
		return "be false", clause
	case !set && said && (exactly || !setAsksLess):
		return "be true", clause
	}
	return "", ""
}

func keepCommercial(_ Terms, set bool, f names.Facts, exactly bool) (string, string) {
	return keepFlag(set, f.Commercial, true, exactly, f.Clauses.Commercial)
}

func keepAttribution(_ Terms, set bool, f names.Facts, exactly bool) (string, string) {
	return keepFlag(set, f.Attribution, false, exactly, f.Clauses.Attribution)
}

func keepNoFurther(_ Terms, set bool, f names.Facts, exactly bool) (string, string) {
	return keepFlag(set, f.NoFurther, false, exactly, f.Clauses.NoFurther)
}

func keepDerivatives(t Terms, _ bool, f names.Facts, exactly bool) (string, string) {
	said := derivativesOf[f.Derivatives]
	// Beside a licence that allows derivatives, another may ask for more.
	if t.Derivatives != said && (exactly || said != DERIVATIVES_ALLOWED) {
		return "be " + derivativesEnum.Name(int32(said)), f.Clauses.Derivatives
	}
	return "", ""
}

// keepAnswer: no known licence denies a use by machines, or asks money for it.
func keepAnswer(answer func(Terms) Permission) func(Terms, bool, names.Facts, bool) (string, string) {
	return func(t Terms, _ bool, f names.Facts, _ bool) (string, string) {
		if denies(answer(t)) {
			return "be unset or allow", f.Clauses.Commercial
		}
		return "", ""
	}
}

// keepTraining: as other answers, but for model licences that forbid to train others.
func keepTraining(t Terms, set bool, f names.Facts, exactly bool) (string, string) {
	if !f.NoTraining {
		return keepAnswer(func(t Terms) Permission { return t.AiTraining })(t, set, f, exactly)
	}
	if t.AiTraining != PERMISSION_DENY {
		return "be deny", f.Clauses.NoTraining
	}
	return "", ""
}
