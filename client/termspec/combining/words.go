package combining

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/limits"
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
func demand(d rules.Demand) string { return limits.Sentence(d, nil) }

// demandCode is the name of the constraint that the chain keeps.
func demandCode(kind rules.Kind) string {
	return strings.ToLower(strings.TrimPrefix(licensetypes.ConstraintKind(kind).String(), "CONSTRAINT_"))
}
