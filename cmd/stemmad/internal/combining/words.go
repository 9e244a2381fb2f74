package combining

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/x/license/names"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// add notes a finding that comes from some terms, in one line with the same said
// of others. Without a name it lies in the derivative.
func add(list []Finding, code, text, name string) []Finding {
	i := slices.IndexFunc(list, func(f Finding) bool { return f.Code == code && f.words == text })
	if i < 0 {
		i, list = len(list), append(list, Finding{Code: code, words: text})
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

// words are sentences for the reasons, without their end.
var words = map[rules.Code]string{
	rules.NoDerivatives:       "No derivatives are allowed",
	rules.UseNotCovered:       "The terms are about other uses than adapting",
	rules.NonCommercialSource: "Commercial use is forbidden, of the derivative too",
	rules.AttributionSource:   "Credit is asked for, and these terms do not ask it of others",
	rules.ShareAlikeSource:    "The derivative has to be offered under the same terms",
	rules.ShareAlikeRoyalty:   "Share-alike goes with no royalty, and royalties are owed",
	rules.OwesRoyalty:         "The derivative owes royalties, and these terms allow no further restriction",
	rules.ScopeSource:         "Use is allowed in some countries or media only: offer no more than these",
	rules.CeilingSource:       "There is a ceiling on revenue, and these terms allow no further restriction",
	rules.ExpiringSource:      "The grants end, and these terms allow no further restriction",
	rules.UsesSource:          "Some uses are denied, of the derivative too",
	rules.PaidSource:          "Some uses are paid at the source too, and these terms allow no further restriction",
	rules.ApprovalSource:      "Derivatives need the source's owner, and these terms allow no further restriction",
}

// say puts a reason into words; its code where it has none.
func say(code rules.Code) string {
	if text, ok := words[code]; ok {
		return text
	}
	return string(code)
}

func conflictText(code rules.Code, a, b string) string {
	switch code {
	case rules.ShareAlikeConflict:
		return fmt.Sprintf("%s and %s: there are no terms that a derivative of both can be offered under.", a, b)
	case rules.ShareAlikeNonCommercial:
		return fmt.Sprintf("%s demands that the derivative be offered under its own terms, which allow commercial use; %s forbids it.", a, b)
	case rules.ShareAlikeLimits:
		return fmt.Sprintf("%s demands that the derivative be offered under its own terms, which allow no limit; %s sets one.", a, b)
	case rules.ScopeConflict:
		return fmt.Sprintf("%s and %s leave no country or no medium that both allow, with what the others allow.", a, b)
	}
	return fmt.Sprintf("%s and %s: %s", a, b, code)
}

// demand puts what a source demands into words, without their end.
func demand(d rules.Demand) string {
	switch d.Kind {
	case rules.NonCommercial:
		return "No commercial use"
	case rules.ShareAlike:
		if l, err := names.Read(d.Terms.Licence); err == nil && l.Known() {
			return "To be offered under " + strings.Join(append([]string{l.String()}, l.Instead()...), " or ") + " only"
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
	return map[rules.Kind]string{
		rules.NonCommercial: "noncommercial", rules.ShareAlike: "share_alike", rules.Expires: "expires",
		rules.Attribution: "attribution", rules.Scope: "scope", rules.Ceiling: "ceiling",
		rules.Uses: "uses", rules.PaidUses: "paid_uses", rules.Approval: "approval",
	}[kind]
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
