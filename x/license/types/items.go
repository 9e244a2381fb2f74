package types

import (
	"cmp"
	"math"
	"slices"
	"time"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/rules"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// never is how an exclusion has an end that its four bytes can't hold.
const never = math.MaxUint32

// NewExclusion is what a grant that keeps others out, under terms, is to those who make
// something of its work.
func NewExclusion(terms TermsID, ends *time.Time) Exclusion {
	e := Exclusion{Terms: TermsIDBytes{terms}, Until: never}
	if ends != nil {
		if seconds := ends.Add(time.Second - 1).Unix(); seconds < never {
			e.Until = uint32(seconds)
		}
	}
	return e
}

// Compare orders exclusions by terms.
func (e Exclusion) Compare(o Exclusion) int {
	return slices.Compare(e.Terms.TermsID[:], o.Terms.TermsID[:])
}

// SortExclusions brings exclusions in order, those under the same terms together with the later end.
func SortExclusions(list []Exclusion) []Exclusion {
	slices.SortFunc(list, func(a, b Exclusion) int { return cmp.Or(a.Compare(b), cmp.Compare(b.Until, a.Until)) })
	return slices.CompactFunc(list, func(a, b Exclusion) bool { return a.Compare(b) == 0 })
}

// CheckExclusions checks that a list is in order, each terms once and with an end. It fails
// with ErrInvalidGenesis.
func CheckExclusions(list []Exclusion) error {
	for i, e := range list {
		if e.Terms.IsZero() || e.Until == 0 || i > 0 && list[i-1].Compare(e) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "withheld %d under %s: terms in order, each once, with an end", i, e.Terms)
		}
	}
	if len(list) > MaxExclusives {
		return errorsmod.Wrapf(ErrInvalidGenesis, "withheld under %d terms, at most %d are", len(list), MaxExclusives)
	}
	return nil
}

// Ends is when a grant that keeps others out was to end; zero: never.
func (c Constraint) Ends() time.Time {
	if c.Until == never {
		return time.Time{}
	}
	return time.Unix(int64(c.Until), 0).UTC()
}

// Ended says whether the constraint is of a grant that kept others out and was to end by now.
func (c Constraint) Ended(now time.Time) bool {
	end := c.Ends()
	return c.Kind == CONSTRAINT_WITHHELD && !end.IsZero() && !now.Before(end)
}

// StillRunning leaves out constraints of grants that kept others out and were to end by a time.
func StillRunning(rows []Constraint, now time.Time) []Constraint {
	ended := func(c Constraint) bool { return c.Ended(now) }
	if !slices.ContainsFunc(rows, ended) {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), ended)
}

// Beside are what an edge passes on of its source that neither that nor the permission
// demands: what somebody has exclusively of the source and, where what is made holds the source
// unchanged by a grant, a grant for who makes something of the whole. Terms are the
// permission's.
func (p Pin) Beside(t Terms) []Constraint {
	source := registrytypes.WorkIDBytes{WorkID: p.Source}
	contained := p.Column == rules.Contained
	var list []Constraint
	if p.Column.Holds() && !p.Grant.IsZero() && t.Rules().Makeable() {
		list = append(list, Constraint{Kind: CONSTRAINT_ITEM_BY_GRANT, Source: source, Terms: TermsIDBytes{p.Terms}, Contained: contained})
	}
	for _, e := range p.Withheld {
		list = append(list, Constraint{Kind: CONSTRAINT_WITHHELD, Source: source, Terms: e.Terms, Until: e.Until, Contained: contained})
	}
	return list
}

// CheckBeside checks what only constraints have that no terms demand: an end, and terms under which
// something can be made, or which keep others out. It fails with ErrInvalidGenesis.
func (c Constraint) CheckBeside(t Terms) error {
	switch {
	case (c.Kind == CONSTRAINT_WITHHELD) != (c.Until > 0):
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s until %d: WITHHELD has an end, no other does", c.Kind, c.Until)
	case c.Kind == CONSTRAINT_WITHHELD && t.Exclusivity == EXCLUSIVITY_NONE:
		return errorsmod.Wrapf(ErrInvalidGenesis, "%s keep nobody out, so nothing is withheld under them", c.Terms)
	case c.Kind == CONSTRAINT_ITEM_BY_GRANT && !t.Rules().Makeable():
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s under %s, which do not permit that something is made", c.Kind, c.Terms)
	}
	return nil
}
