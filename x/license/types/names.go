package types

import (
	"fmt"

	"github.com/stemma-chain/stemma/x/license/names"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// CanonicalSPDX is the spelling of an SPDX expression that terms are published in:
// names that the chain knows are taken in any case. What is no expression stays as
// it is, for Validate to refuse.
func CanonicalSPDX(s string) string {
	if canonical, err := names.Canonical(s); err == nil {
		return canonical
	}
	return s
}

// validateSPDX checks that the expression names what applies: one licence or
// several joined by AND, each known to the chain or a LicenseRef, in the canonical
// spelling, since equal terms have one id.
func validateSPDX(s string) error {
	licence, err := names.Read(s)
	if err != nil {
		return err
	}
	if canonical := licence.String(); canonical != s {
		return fmt.Errorf("%q is written %q", s, canonical)
	}
	return nil
}

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

// derivativesOf puts what a licence says into the terms' words.
var derivativesOf = map[names.Derivatives]Derivatives{
	names.None: DERIVATIVES_NONE, names.Allowed: DERIVATIVES_ALLOWED, names.ShareAlike: DERIVATIVES_SHARE_ALIKE,
}

// stricter orders derivatives for comparison with a licence's.
var stricter = map[Derivatives]int{DERIVATIVES_ALLOWED: 0, DERIVATIVES_SHARE_ALIKE: 1, DERIVATIVES_NONE: 2}

// breach is a field that says otherwise than the licence that the terms name.
type breach struct {
	field, must, clause string
}

// keepsItsName holds terms to what the licence that they name says. Beside a
// LicenseRef, which applies too, they may ask for more as far as the licence lets
// others restrict further.
func (t Terms) keepsItsName() (breach, bool) {
	licence := t.Named()
	f, known := licence.Facts()
	if !known {
		return breach{}, false
	}
	exactly := licence.Known() || f.NoFurther
	derivatives := derivativesOf[f.Derivatives]
	training := breach{"ai_training", "be unset or allow", f.Clauses.Commercial}
	trains := !denies(t.AiTraining)
	if f.NoTraining {
		training = breach{"ai_training", "be deny", f.Clauses.NoTraining}
		trains = t.AiTraining == PERMISSION_DENY
	}
	for _, c := range []struct {
		wrong bool
		breach
	}{
		{t.CommercialUse && !f.Commercial, breach{"commercial_use", "be false", f.Clauses.Commercial}},
		{!t.CommercialUse && f.Commercial && exactly, breach{"commercial_use", "be true", f.Clauses.Commercial}},
		{!t.Attribution && f.Attribution, breach{"attribution", "be true", f.Clauses.Attribution}},
		{t.Attribution && !f.Attribution && exactly, breach{"attribution", "be false", f.Clauses.Attribution}},
		{
			stricter[t.Derivatives] < stricter[derivatives] || t.Derivatives != derivatives && exactly,
			breach{"derivatives", "be " + derivatives.String(), f.Clauses.Derivatives},
		},
		{!t.NoFurtherRestrictions && f.NoFurther, breach{"no_further_restrictions", "be true", f.Clauses.NoFurther}},
		{t.NoFurtherRestrictions && !f.NoFurther && exactly, breach{"no_further_restrictions", "be false", f.Clauses.NoFurther}},
		{len(t.GrantFee) > 0, breach{"grant_fee", "be empty", f.Clauses.Free}},
		{len(t.UsePrice) > 0, breach{"use_price", "be empty", f.Clauses.Free}},
		{t.RoyaltyPolicy != royaltytypes.POLICY_NONE, breach{"royalty_policy", "be none", f.Clauses.Free}},
		{t.RevenueCeiling != nil, breach{"revenue_ceiling", "be unset", f.Clauses.Commercial}},
		{!trains, training},
		{denies(t.AiInput), breach{"ai_input", "be unset or allow", f.Clauses.Commercial}},
		{denies(t.Search), breach{"search", "be unset or allow", f.Clauses.Commercial}},
		{t.DerivativeApproval, breach{"derivative_approval", "be unset", f.Clauses.Free}},
		{t.Duration != nil, breach{"duration", "be unset", f.Clauses.Irrevocable}},
		{len(t.Territories) > 0, breach{"territories", "be empty", f.Clauses.Free}},
		{len(t.Media) > 0, breach{"media", "be empty", f.Clauses.Free}},
		{len(t.Uses) > 0, breach{"uses", "be empty", f.Clauses.Commercial}},
		{t.Exclusivity != EXCLUSIVITY_NONE, breach{"exclusivity", "be none", f.Clauses.Free}},
		{t.DerivativesPerGrant != 0, breach{"derivatives_per_grant", "be unset", f.Clauses.Free}},
		{t.MaxGrants != 0, breach{"max_grants", "be 0", f.Clauses.Free}},
	} {
		if c.wrong {
			return c.breach, true
		}
	}
	return breach{}, false
}

func denies(p Permission) bool { return p == PERMISSION_DENY || p == PERMISSION_PAID }
