package combining

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/words"
	"github.com/stemma-chain/stemma/x/license/names"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// add notes a finding that comes from some terms, in one line with the same said
// of others. Without a name it lies in the derivative.
func add(list []Finding, code, text, name string) []Finding {
	i := slices.IndexFunc(list, func(f Finding) bool { return f.Code == code && f.said == text })
	if i < 0 {
		i, list = len(list), append(list, Finding{Code: code, said: text})
	}
	f := &list[i]
	if name != "" && !slices.Contains(f.Terms, name) {
		f.Terms = append(f.Terms, name)
	}
	f.Text = text
	if len(f.Terms) > 0 {
		f.Text += " (" + strings.Join(f.Terms, ", ") + ")"
	}
	f.Text += "."
	return list
}

// conflictText says that two sources do not go together.
func conflictText(code rules.Code, a, b string) string {
	return fmt.Sprintf("%s and %s: %s.", a, b, words.Reason(string(code)))
}

// demand puts what a source demands into words, without their end.
func demand(d rules.Demand) string {
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
	case rules.Expires:
		return "The permission ends with the grant, unless that is renewed"
	case rules.Attribution:
		return "The source is credited"
	case rules.Scope:
		return "Use is limited to " + scope(d.Terms)
	case rules.Ceiling:
		return "No commercial use once it has taken in more than " + d.Terms.Ceiling
	case rules.Uses:
		return "Denied are " + strings.Join(useNames(d.Terms.DeniedUses()), ", ")
	case rules.PaidUses:
		return "Uses by machines that are paid are paid at the source too"
	case rules.Approval:
		return "Who makes more of it asks the source's owner too"
	}
	return fmt.Sprintf("Demand %d", d.Kind)
}

// demandCode is the name of the constraint that the chain keeps.
func demandCode(kind rules.Kind) string {
	return strings.ToLower(strings.TrimPrefix(licensetypes.ConstraintKind(kind).String(), "CONSTRAINT_"))
}

func scope(t rules.Terms) string {
	var limits []string
	if t.Territories != "" {
		limits = append(limits, "the countries "+strings.ReplaceAll(t.Territories, ",", ", "))
	}
	if t.Media != "" {
		limits = append(limits, "the media "+strings.ReplaceAll(t.Media, ",", ", "))
	}
	return strings.Join(limits, " and ")
}

// useNames are the uses of a set, as the field "uses" of terms names them.
func useNames(uses rules.Actions) []string {
	var names []string
	for i := range len(licensetypes.Action_name) {
		if action := licensetypes.Action(i); uses.Has(rules.Action(action)) {
			names = append(names, strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(action.String(), "ACTION_")), "_", " "))
		}
	}
	return names
}
