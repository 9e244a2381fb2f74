package termspec_test

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/testutil/gen"
	"github.com/stemma-chain/stemma/x/license/termspec"
	"github.com/stemma-chain/stemma/x/license/types"
)

var update = flag.Bool("update", false, "write the golden files anew")

// loose draws terms whose fields are valid each by itself, and together mostly not.
// A field is drawn by the seed and its name, so that another field changes only the
// terms that have it.
func loose(name string, seed int) types.Terms {
	terms := types.Terms{Spdx: name, Derivatives: types.DERIVATIVES_ALLOWED}
	for _, f := range termspec.Fields() {
		if by := seedOf(f.Name, seed); f.Name != "spdx" && by%4 == 0 {
			set(f, by, &terms)
		}
	}
	return terms
}

func seedOf(name string, seed int) int {
	h := fnv.New32()
	h.Write(fmt.Appendf(nil, "%s %d", name, seed))
	return int(h.Sum32() >> 1)
}

// set draws the value of a field by a seed.
func set(f termspec.Field, seed int, terms *types.Terms) {
	rapid.Custom(func(t *rapid.T) bool { gen.Field(t, f, terms); return true }).Example(seed)
}

var names = []string{
	"LicenseRef-A", "MIT", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC0-1.0", "LicenseRef-Gemma", "LicenseRef-Llama-2-Community",
	"MIT AND LicenseRef-A",
}

// shown are the fields that are set beside each of the names.
var shown = []string{
	"uses", "commercial_use", "attribution", "derivatives", "derivative_approval", "approval_direct", "second_approver",
	"ai_training", "ai_input", "search", "royalty_policy", "grant_fee", "use_price", "revenue_ceiling", "duration",
	"territories", "media", "exclusivity", "derivatives_per_grant", "transferable", "max_grants", "no_further_restrictions",
}

// TestGolden: what is said of terms drawn from fixed seeds, and what is wrong with them.
func TestGolden(t *testing.T) {
	var sentences, faults strings.Builder
	for seed := range 150 {
		terms := loose(names[seed%len(names)], seed)
		s := termspec.Describe(terms)
		sentences.WriteString("= " + termspec.Summary(terms) + "\n")
		for _, list := range []struct {
			head  string
			lines []string
		}{{"may", s.May}, {"must", s.Must}, {"may not", s.MayNot}, {"note", s.Notes}} {
			for _, line := range list.lines {
				sentences.WriteString(list.head + ": " + line + "\n")
			}
		}
	}
	say := func(terms types.Terms) {
		said := "valid"
		if err := terms.Validate(); err != nil {
			said = err.Error()
		}
		faults.WriteString(said + "\n")
	}
	for seed := range 600 {
		// Few fields beside a known name, and as many as there are beside one's own.
		say(loose("LicenseRef-A", seed))
		few := termspec.FromName(names[seed%len(names)], "https://example.org/text")
		f, known := termspec.FieldByName(shown[seed/len(names)%len(shown)])
		require.True(t, known)
		set(f, seedOf(f.Name, seed), &few)
		say(few)
	}
	for name, text := range map[string]string{"sentences.txt": sentences.String(), "faults.txt": faults.String()} {
		golden := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(golden, []byte(text), 0o600))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), text, "run with -update and look at the difference")
	}
}

// Relations name fields that there are, and clearing the one that yields, again and
// again, leaves valid terms: what tests draw rests on that.
func TestRelations(t *testing.T) {
	for _, r := range termspec.Relations() {
		for _, name := range append([]string{r.Yields}, r.Fields...) {
			_, known := termspec.FieldByName(name)
			require.True(t, known, name)
		}
		require.Empty(t, r.Broken(types.Terms{Spdx: "LicenseRef-A"}))
	}
	rapid.Check(t, func(t *rapid.T) { require.NoError(t, gen.Terms().Draw(t, "terms").Validate()) })
}
