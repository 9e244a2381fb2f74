package docs_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/reasons"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// section is a section of docs/rights.md about a code.
var section = regexp.MustCompile("(?m)^### `([A-Za-z_]+)`\n")

// TestRightsExplainsEveryCode: each reason, notice and obligation has a section with
// the sentence and the remedy of the table, and an example; no section lacks a code.
func TestRightsExplainsEveryCode(t *testing.T) {
	text, err := os.ReadFile("rights.md")
	require.NoError(t, err)
	want := map[string][]string{}
	for _, r := range reasons.All() {
		want[string(r.Code)] = []string{r.Sentence, r.Remedy}
	}
	for _, n := range reasons.Notices() {
		// One code is a reason and a notice.
		want[string(n.Code)] = append(want[string(n.Code)], n.Sentence, n.Remedy)
	}
	for number, name := range licensetypes.ObligationKind_name {
		if number != 0 {
			want[name] = nil
		}
	}
	found := section.FindAllSubmatchIndex(text, -1)
	var codes []string
	for i, at := range found {
		code, end := string(text[at[2]:at[3]]), len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		require.NotContains(t, codes, code, "two sections")
		codes = append(codes, code)
		words, known := want[code]
		require.True(t, known, "%s has a section, and is no code", code)
		body := strings.Join(strings.Fields(string(text[at[1]:end])), " ")
		for _, s := range words {
			require.Contains(t, strings.ToLower(body), strings.ToLower(s), code)
		}
		paragraphs := strings.Split(strings.TrimSpace(string(text[at[1]:end])), "\n\n")
		require.GreaterOrEqual(t, len(paragraphs), 2, "%s has no example", code)
		require.True(t, slices.ContainsFunc([]rune(paragraphs[1]), unicode.IsUpper) && len(paragraphs[1]) > 40, code)
	}
	require.Len(t, codes, len(want), "a code has no section in docs/rights.md")
}
