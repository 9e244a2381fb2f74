// Package limits says in plain words what the sources of a work demand of it, and why an
// offer of the work breaks that. What follows from the terms the rules say (x/license/rules).
package limits

import (
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/x/license/names"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/termspec"
)

// Sentence puts what a source demands into words, without their end. Option names one of
// several terms any of which will do; nil: by its id.
func Sentence(d rules.Demand, option func(termsID string) string) string {
	switch d.Kind {
	case rules.NonCommercial:
		return "No commercial use"
	case rules.ShareAlike:
		if l, err := names.Read(d.Terms.Licence); err == nil && l.Known() {
			s := "To be offered under " + strings.Join(append([]string{l.String()}, l.Instead()...), " or ") + " only"
			if d.Terms.Weak() {
				s += ", where it is a changed version (parentOf)"
			}
			return s
		}
		return "To be offered under the same terms only"
	case rules.ShareAlikeAny:
		return "To be offered under " + strings.Join(optionNames(d.AnyOf, option), " or ") + " only"
	case rules.Expires:
		return "The permission ends with the grant, unless that is renewed"
	case rules.Attribution:
		return "The source is credited"
	case rules.Scope:
		return "Use is limited to " + Scope(d.Terms)
	case rules.Ceiling:
		return "No commercial use once it has taken in more than " + alternatives(d.Terms.Ceiling, " and ")
	case rules.Uses:
		return "Denied are " + strings.Join(UseNames(d.Terms.DeniedUses()), ", ")
	case rules.PaidUses:
		return "Paid at the source too: " + strings.Join(UseNames(paidUses(d.Terms)), ", ")
	case rules.Approval:
		return "Whoever makes more of it asks the source's owner too"
	case rules.ItemByGrant:
		if !d.Contained {
			return "Whoever makes something of the dataset, but by training on it, takes a grant of the item too"
		}
		return "Whoever makes something of the collection takes a grant of the item too"
	case rules.Withheld:
		return "Somebody has these uses of it exclusively: " + strings.Join(UseNames(d.Terms.Permitted()), ", ")
	case rules.ItemsApart:
		return "Its items are licensed apart from it"
	}
	return fmt.Sprintf("Demand %d", d.Kind)
}

func optionNames(options []rules.Option, name func(string) string) []string {
	var list []string
	for _, o := range options {
		if name != nil {
			list = append(list, name(o.TermsID))
		} else {
			list = append(list, o.TermsID)
		}
	}
	return list
}

// Scope names the countries and the media of terms.
func Scope(t rules.Terms) string {
	var limits []string
	if t.Territories != "" {
		limits = append(limits, "the countries "+strings.ReplaceAll(t.Territories, ",", ", "))
	}
	if t.Media != "" {
		limits = append(limits, "the media "+strings.ReplaceAll(t.Media, ",", ", "))
	}
	return strings.Join(limits, " and ")
}

// UseNames are the uses of a set, as the field "uses" of terms names them.
func UseNames(uses rules.Actions) []string {
	var list []string
	for i, name := range termspec.ActionEnum.Names {
		if uses.Has(rules.Action(i)) {
			list = append(list, name)
		}
	}
	return list
}

// paidUses are the uses by machines that terms make paid.
func paidUses(t rules.Terms) rules.Actions {
	var paid rules.Actions
	for _, use := range []struct {
		answer rules.Permission
		action rules.Action
	}{{t.Training, rules.TrainAI}, {t.Input, rules.AIInput}, {t.Search, rules.SearchIndex}} {
		if use.answer == rules.Paid {
			paid = paid.With(use.action)
		}
	}
	return paid
}

// alternatives writes coins as terms have them, 5ustem,7uusdc, for people.
func alternatives(coins, word string) string { return strings.ReplaceAll(coins, ",", word) }
