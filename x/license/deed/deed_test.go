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
			RevenueCeiling: &ceiling, Duration: &year, Territories: []string{"DE", "FR"}, Media: []string{"print", "web"},
			Exclusive: true, Transferable: true, MaxGrants: 1,
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

// Each field by itself, valid or not, changes the deed of some terms. A new field
// of Terms fails here until it has a sentence.
func TestEveryFieldHasASentence(t *testing.T) {
	day, coin := 24*time.Hour, sdk.NewInt64Coin("uusdc", 7)
	set := map[string]func(*types.Terms){
		"Spdx":                  func(t *types.Terms) { t.Spdx = "MIT" },
		"Uri":                   func(t *types.Terms) { t.Uri = "https://example.org" },
		"BlankedSha256":         func(t *types.Terms) { t.BlankedSha256 = strings.Repeat("0a", 32) },
		"UriSha256":             func(t *types.Terms) { t.UriSha256 = strings.Repeat("0", 64) },
		"CommercialUse":         func(t *types.Terms) { t.CommercialUse = true },
		"Attribution":           func(t *types.Terms) { t.Attribution = true },
		"ApprovalDirect":        func(t *types.Terms) { t.ApprovalDirect = true },
		"SecondApprover":        func(t *types.Terms) { t.SecondApprover = "cosmos1x" },
		"Derivatives":           func(t *types.Terms) { t.Derivatives = types.DERIVATIVES_ALLOWED },
		"DerivativeApproval":    func(t *types.Terms) { t.DerivativeApproval = true },
		"AiTraining":            func(t *types.Terms) { t.AiTraining = types.PERMISSION_ALLOW },
		"AiInput":               func(t *types.Terms) { t.AiInput = types.PERMISSION_ALLOW },
		"Search":                func(t *types.Terms) { t.Search = types.PERMISSION_ALLOW },
		"RoyaltyPolicy":         func(t *types.Terms) { t.RoyaltyPolicy = royaltytypes.POLICY_ABSOLUTE },
		"RoyaltyRate":           func(t *types.Terms) { t.RoyaltyRate = 1 },
		"GrantFee":              func(t *types.Terms) { t.GrantFee = sdk.Coins{coin} },
		"UsePrice":              func(t *types.Terms) { t.UsePrice = sdk.Coins{coin} },
		"RevenueCeiling":        func(t *types.Terms) { t.RevenueCeiling = &coin },
		"Duration":              func(t *types.Terms) { t.Duration = &day },
		"Territories":           func(t *types.Terms) { t.Territories = []string{"DE"} },
		"Media":                 func(t *types.Terms) { t.Media = []string{"web"} },
		"Exclusive":             func(t *types.Terms) { t.Exclusive = true },
		"Transferable":          func(t *types.Terms) { t.Transferable = true },
		"MaxGrants":             func(t *types.Terms) { t.MaxGrants = 1 },
		"NoFurtherRestrictions": func(t *types.Terms) { t.NoFurtherRestrictions = true },
		"Uses":                  func(t *types.Terms) { t.Uses = []types.Action{types.ACTION_COPY} },
	}
	fields := reflect.TypeOf(types.Terms{})
	for i := range fields.NumField() {
		change, known := set[fields.Field(i).Name]
		require.True(t, known, fields.Field(i).Name)
		var terms types.Terms
		change(&terms)
		require.NotEqual(t, deed.Of(types.Terms{}).Text(), deed.Of(terms).Text(), fields.Field(i).Name)
	}
	for _, values := range []struct {
		names map[int32]string
		set   func(*types.Terms, int32)
	}{
		{types.Derivatives_name, func(t *types.Terms, n int32) { t.Derivatives = types.Derivatives(n) }},
		{types.Permission_name, func(t *types.Terms, n int32) { t.AiTraining = types.Permission(n) }},
		{types.Permission_name, func(t *types.Terms, n int32) { t.AiInput = types.Permission(n) }},
		{types.Permission_name, func(t *types.Terms, n int32) { t.Search = types.Permission(n) }},
		{royaltytypes.Policy_name, func(t *types.Terms, n int32) { t.RoyaltyPolicy = royaltytypes.Policy(n) }},
		{types.Action_name, func(t *types.Terms, n int32) { t.Uses = []types.Action{types.Action(n)} }},
	} {
		read := map[string]bool{}
		for number := range values.names {
			terms := types.Terms{Derivatives: types.DERIVATIVES_ALLOWED, RoyaltyRate: 1}
			values.set(&terms, number)
			read[deed.Of(terms).Text()] = true
		}
		require.Len(t, read, len(values.names), values.names)
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
		granted := rules.Work{Alternatives: []rules.Alternative{{ID: "grant", Terms: terms.Rules(), Granted: true}}}
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
