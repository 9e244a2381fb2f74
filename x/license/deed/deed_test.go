package deed_test

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/gen"
	"github.com/stemma-chain/stemma/x/license/deed"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/termspec"
	"github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The deeds of the presets, and of terms that set every field.
func TestDeeds(t *testing.T) {
	year := 365 * 24 * time.Hour
	ceiling := sdk.NewInt64Coin("uusdc", 1_000_000_000)
	all := map[string]types.Terms{
		"everything": {
			Spdx: "LicenseRef-Everything", Uri: "https://example.org/terms.txt", UriSha256: strings.Repeat("ab", 32),
			CommercialUse: true, Attribution: true, Derivatives: types.DERIVATIVES_ALLOWED, DerivativeApproval: true,
			AiTraining: types.PERMISSION_PAID, AiInput: types.PERMISSION_PAID, Search: types.PERMISSION_ALLOW,
			RoyaltyPolicy: royaltytypes.POLICY_RELATIVE, RoyaltyRate: 12_500,
			GrantFee:       sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5_000_000), sdk.NewInt64Coin("ustem", 1_000_000)),
			UsePrice:       sdk.NewCoins(sdk.NewInt64Coin("uusdc", 100)),
			RevenueCeiling: sdk.NewCoins(ceiling), Duration: &year, Territories: []string{"DE", "FR"}, Media: []string{"print", "web"},
			Exclusivity: types.EXCLUSIVITY_EXCLUSIVE, Transferable: true, MaxGrants: 1, DerivativesPerGrant: 5,
		},
		"sole": {
			Spdx: "LicenseRef-Sole", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Exclusivity: types.EXCLUSIVITY_SOLE,
			Territories: []string{"FR"}, DerivativesPerGrant: types.UnlimitedDerivatives,
		},
		"training-only": {
			Spdx: "LicenseRef-Training-Only", CommercialUse: true, AiTraining: types.PERMISSION_PAID,
			GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5_000_000)), Uses: []types.Action{types.ACTION_TRAIN_AI},
		},
	}
	all["llama-2"] = types.Terms{
		Spdx: "LicenseRef-Llama-2-Community", CommercialUse: true, Attribution: true, Derivatives: types.DERIVATIVES_ALLOWED,
		AiTraining: types.PERMISSION_DENY,
	}
	for _, p := range types.Presets() {
		all[p.Name] = p.Terms
	}
	var names []string
	for name, terms := range all {
		require.NoError(t, terms.Validate(), name)
		names = append(names, name)
	}
	slices.Sort(names)
	var text strings.Builder
	for _, name := range names {
		text.WriteString("=== " + name + "\n" + deed.Of(all[name]).Text() + "\n")
	}
	golden := filepath.Join("testdata", "deeds.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(text.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), text.String(), "run with -update and look at the difference")
}

// Different terms never read alike: every field shows.
func TestDifferentTermsReadDifferently(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := gen.Terms().Draw(t, "a")
		b := a
		fields := reflect.ValueOf(&b).Elem()
		other := reflect.ValueOf(gen.Terms().Draw(t, "b"))
		// One field of other terms, or all but a few.
		for range rapid.IntRange(1, 3).Draw(t, "fields") {
			i := rapid.IntRange(0, fields.NumField()-1).Draw(t, "field")
			fields.Field(i).Set(other.Field(i))
		}
		if b.Validate() != nil || a.ID() == b.ID() {
			return
		}
		require.NotEqual(t, deed.Of(a).Text(), deed.Of(b).Text(), "%v\n%v", a, b)
	})
}

// Each field by itself, valid or not, shows in the deed: a new value reads otherwise.
// A new field fails here until it has a sentence.
func TestEveryFieldHasASentence(t *testing.T) {
	for _, f := range termspec.Fields() {
		rapid.Check(t, func(t *rapid.T) {
			// A rate shows with a policy, and some answers where derivatives are allowed.
			base := types.Terms{Derivatives: types.DERIVATIVES_ALLOWED, RoyaltyRate: 1}
			a, b := base, base
			gen.Field(t, f, &a)
			gen.Field(t, f, &b)
			if a.ID() != b.ID() {
				require.NotEqual(t, deed.Of(a).Text(), deed.Of(b).Text(), f.Name)
			}
			if a.ID() != base.ID() {
				require.NotEqual(t, deed.Of(base).Text(), deed.Of(a).Text(), f.Name)
			}
		})
	}
}

// What a deed says you may do is what the rules decide for who holds a grant.
func TestADeedSaysWhatTheRulesDecide(t *testing.T) {
	words := map[rules.Action]string{
		rules.Copy: "make copies", rules.Distribute: "give copies to others", rules.Perform: "perform, show or broadcast it",
		rules.Adapt: "adapt it and publish", rules.TrainAI: "train ai models on it", rules.AIInput: "use it as input to ai",
		rules.SearchIndex: "index it for search",
	}
	rapid.Check(t, func(t *rapid.T) {
		terms := gen.Terms().Draw(t, "terms")
		d := deed.Of(terms)
		may := strings.ToLower(strings.Join(d.May, "\n"))
		granted := rules.Work{Alternatives: []rules.Alternative{{ID: "grant", Terms: terms.Rules(), Granted: true, UsesLeft: 1}}}
		decide := func(use rules.Use) bool {
			use.Unplaced = true
			return rules.Decide(granted, use, time.Unix(0, 0)).Verdict == rules.Allowed
		}
		for action, word := range words {
			require.Equal(t, decide(rules.Use{Action: action}), strings.Contains(may, word), "%s\n%s", word, d.Text())
			require.Equal(t, decide(rules.Use{Action: action, Commercial: true}),
				strings.Contains(may, word) && strings.Contains(may, "do so commercially"), "%s\n%s", word, d.Text())
		}
	})
}

func TestLinesFitATerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, line := range strings.Split(deed.Of(gen.Terms().Draw(t, "terms")).Text(), "\n") {
			fits := utf8.RuneCountInString(line) <= 92 || !strings.Contains(strings.TrimLeft(line, " -"), " ")
			require.True(t, fits, line)
			require.Equal(t, strings.TrimRight(line, " "), line)
		}
	})
}
