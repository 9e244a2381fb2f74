package types

import (
	"slices"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// Withhold is a list of actions as rows have it: a set.
func Withhold(list []Action) (set rules.Actions) {
	for _, a := range list {
		set = set.With(rules.Action(a))
	}
	return set
}

// Withheld is a set of actions as a list, ascending; nil: none.
func Withheld(set rules.Actions) (list []Action) {
	for number := range int32(len(Action_name)) {
		if set.Has(rules.Action(number)) {
			list = append(list, Action(number))
		}
	}
	return list
}

// CheckWithheld checks that a list is in order, each once, and of actions that make
// something. It fails with ErrInvalidGenesis.
func CheckWithheld(list []Action) error {
	set := Withhold(list)
	if set&^rules.Making != 0 || !slices.Equal(Withheld(set), list) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "withheld %v: list adapting, training and input to AI, each once, in order", list)
	}
	return nil
}

// withholding adds an item that withholds uses to merged constraints that are in order. Each
// use stands in the name of the first item, so a work has no more of them than uses.
func withholding(merged []Constraint, c Constraint, withheld *rules.Actions) []Constraint {
	more := rules.Actions(c.Withheld) &^ *withheld
	if more == 0 {
		return merged
	}
	*withheld |= more
	if last := len(merged) - 1; last >= 0 && merged[last].Kind == c.Kind && merged[last].Source == c.Source {
		merged[last].Withheld |= uint32(more)
		return merged
	}
	c.Withheld = uint32(more)
	return append(merged, c)
}

// Items are what an edge demands because its source is an item of a collection: nobody makes
// of that what others had exclusively, and who makes something of what is there by a grant needs
// one too. Terms are the grant's.
func (p Pin) Items(t Terms) []Constraint {
	if p.Column != rules.Contained {
		return nil
	}
	item := Constraint{Contained: true}
	item.Source.WorkID = p.Source
	var list []Constraint
	if !p.Grant.IsZero() && t.Rules().Makeable() {
		c := item
		c.Kind, c.Terms.TermsID = CONSTRAINT_ITEM_BY_GRANT, p.Terms
		list = append(list, c)
	}
	if p.Withheld != 0 {
		item.Kind, item.Withheld = CONSTRAINT_ITEM_WITHHELD, uint32(p.Withheld)
		list = append(list, item)
	}
	return list
}

// CheckItem checks what only constraints about items have: the mark, the uses that are withheld
// and, where the item is there by a grant, terms under which something can be made. It fails with
// ErrInvalidGenesis.
func (c Constraint) CheckItem(t Terms) error {
	switch c.Kind {
	case CONSTRAINT_ITEM_WITHHELD:
		if set := rules.Actions(c.Withheld); !c.Contained || set == 0 || uint32(set) != c.Withheld || set&^rules.Making != 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s withholds %b: it is contained, and withholds some of %b",
				c.Kind, c.Withheld, rules.Making)
		}
		return nil
	case CONSTRAINT_ITEM_BY_GRANT:
		if !c.Contained || !t.Rules().Makeable() {
			return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s is contained, and its terms permit that something is made", c.Kind)
		}
	}
	if c.Withheld != 0 {
		return errorsmod.Wrapf(ErrInvalidGenesis, "kind %s withholds nothing, not %b", c.Kind, c.Withheld)
	}
	return nil
}
