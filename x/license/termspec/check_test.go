package termspec_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/termspec"
	"github.com/stemma-chain/stemma/x/license/types"
)

// many are n alternatives of a price.
func many(n int) sdk.Coins {
	var list sdk.Coins
	for i := range n {
		list = append(list, sdk.NewInt64Coin(fmt.Sprintf("denom%02d", i), 1))
	}
	return list
}

func words(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("m%02d", i))
	}
	return list
}

// Each value is refused, or taken, by its own column and for its own reason.
func TestChecks(t *testing.T) {
	alice := sdk.AccAddress("alice_______________")
	short, second, most := 500*time.Millisecond, time.Second, types.MaxDuration
	for field, cases := range map[string][]struct {
		edit func(*types.Terms)
		want string // empty: taken
	}{
		"second_approver": {
			{func(t *types.Terms) {}, ""},
			{func(t *types.Terms) { t.SecondApprover = alice.String() }, ""},
			{func(t *types.Terms) { t.SecondApprover = "alice" }, `"alice" is no account address: `},
			{func(t *types.Terms) { t.SecondApprover = strings.ToUpper(alice.String()) }, `is written "` + alice.String() + `"`},
		},
		"uses": {
			{func(t *types.Terms) { t.Uses = []types.Action{1, 2, 7} }, ""},
			{func(t *types.Terms) { t.Uses = []types.Action{0, 1} }, "has the unknown value 0"},
			{func(t *types.Terms) { t.Uses = []types.Action{7, 8} }, "has the unknown value 8"},
			{func(t *types.Terms) { t.Uses = []types.Action{2, 1} }, "must be sorted and unique: copy comes after distribute"},
			{func(t *types.Terms) { t.Uses = []types.Action{1, 2, 2} }, "distribute comes after distribute"},
		},
		"grant_fee": {
			{func(t *types.Terms) { t.GrantFee = many(types.MaxPrices) }, ""},
			{func(t *types.Terms) { t.GrantFee = many(types.MaxPrices + 1) }, "has 33 alternatives, at most 32 are allowed"},
			{func(t *types.Terms) { t.GrantFee = sdk.Coins{{Denom: "ustem"}} }, `has a coin of "ustem" without an amount`},
		},
		"use_price": {{func(t *types.Terms) { t.UsePrice = many(types.MaxPrices + 1) }, "has 33 alternatives"}},
		"media": {
			{func(t *types.Terms) { t.Media = words(types.MaxMedia) }, ""},
			{func(t *types.Terms) { t.Media = words(types.MaxMedia + 1) }, "has 33 entries, at most 32 are allowed"},
			{func(t *types.Terms) { t.Media = []string{"web", "print"} }, `must be sorted and unique: "print" comes after "web"`},
			{func(t *types.Terms) { t.Media = []string{"web", "web"} }, `"web" comes after "web"`},
			{func(t *types.Terms) { t.Media = []string{strings.Repeat("a", 32)} }, ""},
			{func(t *types.Terms) { t.Media = []string{strings.Repeat("a", 33)} }, "use 1 to 32 lower-case letters"},
		},
		"territories": {
			{func(t *types.Terms) { t.Territories = []string{"de"} }, "write codes in capitals, DE"},
			{func(t *types.Terms) { t.Territories = []string{"uk"} }, "is GB"},
			{func(t *types.Terms) { t.Territories = []string{"eu"} }, "list its members"},
			{func(t *types.Terms) { t.Territories = []string{"XX"} }, "which is no ISO 3166-1 alpha-2 code of a country, such as DE"},
			{func(t *types.Terms) { t.Territories = []string{"  "} }, "which is no ISO 3166-1"},
		},
		"royalty_rate": {
			{func(t *types.Terms) { t.RoyaltyRate = types.MaxRate }, ""},
			{func(t *types.Terms) { t.RoyaltyRate = types.MaxRate + 1 }, "is 1000001 ppm, the whole is 1000000"},
		},
		"duration": {
			{func(t *types.Terms) { t.Duration = &second }, ""},
			{func(t *types.Terms) { t.Duration = &most }, ""},
			{func(t *types.Terms) { t.Duration = &short }, "must be whole seconds"},
		},
		"uri": {
			{func(t *types.Terms) { t.Uri = "https://" + strings.Repeat("a", 504) }, ""},
			{func(t *types.Terms) { t.Uri = "https://" + strings.Repeat("a", 505) }, "512"},
		},
		"uri_sha256": {
			{func(t *types.Terms) { t.UriSha256 = strings.Repeat("a", 64) }, ""},
			{func(t *types.Terms) { t.UriSha256 = strings.Repeat("a", 62) }, "must be a SHA-256 of 64 lower-case hex digits"},
			{func(t *types.Terms) { t.UriSha256 = strings.Repeat("x", 64) }, "must be a SHA-256"},
			{func(t *types.Terms) { t.UriSha256 = strings.Repeat("A", 64) }, "must be a SHA-256"},
		},
		"derivatives": {
			{func(t *types.Terms) { t.Derivatives = 2 }, ""},
			{func(t *types.Terms) { t.Derivatives = 3 }, "has the unknown value 3"},
			{func(t *types.Terms) { t.Derivatives = -1 }, "has the unknown value -1"},
		},
		"exclusivity": {
			{func(t *types.Terms) { t.Exclusivity = 2 }, ""},
			{func(t *types.Terms) { t.Exclusivity = 3 }, "has the unknown value 3"},
			{func(t *types.Terms) { t.Exclusivity = 257 }, "has the unknown value 257"},
		},
		"derivatives_per_grant": {
			{func(t *types.Terms) { t.DerivativesPerGrant = 0 }, ""},
			{func(t *types.Terms) { t.DerivativesPerGrant = 2 }, ""},
			{func(t *types.Terms) { t.DerivativesPerGrant = types.UnlimitedDerivatives }, ""},
			{func(t *types.Terms) { t.DerivativesPerGrant = 1 }, "must not be 1: leave it out"},
		},
		"uses_per_grant": {
			{func(t *types.Terms) { t.UsesPerGrant = 1 }, ""},
			{func(t *types.Terms) { t.UsesPerGrant = 1 << 31 }, ""},
			{func(t *types.Terms) { t.UsesPerGrant = 1<<31 + 1 }, "is 2147483649, at most 2147483648 are allowed"},
		},
	} {
		f, known := termspec.FieldByName(field)
		require.True(t, known, field)
		for i, c := range cases {
			var terms types.Terms
			c.edit(&terms)
			err := f.Check(terms)
			if c.want == "" {
				require.NoError(t, err, "%s, %d", field, i)
			} else {
				require.ErrorContains(t, err, c.want, "%s, %d", field, i)
				require.NotContains(t, err.Error(), field+" ", "the caller names the field")
			}
		}
	}
	require.Equal(t, 249, termspec.MaxTerritories())
}

// Every relation is broken by some terms that every column takes, and says so.
func TestEachRelation(t *testing.T) {
	coin := sdk.NewInt64Coin("ustem", 1)
	own := types.Terms{Spdx: "LicenseRef-A", Derivatives: types.DERIVATIVES_ALLOWED}
	for want, edit := range map[string]func(*types.Terms){
		"uses has adapt, which derivatives does not permit": func(t *types.Terms) {
			t.Derivatives, t.Uses = types.DERIVATIVES_NONE, []types.Action{types.ACTION_ADAPT}
		},
		"uses has train-ai, which ai_training does not permit": func(t *types.Terms) {
			t.AiTraining, t.Uses = types.PERMISSION_DENY, []types.Action{types.ACTION_ADAPT, types.ACTION_TRAIN_AI}
		},
		"uses has ai-input, which ai_input does not permit": func(t *types.Terms) {
			t.Derivatives, t.Uses = types.DERIVATIVES_NONE, []types.Action{types.ACTION_AI_INPUT}
		},
		"uses has search, which search does not permit": func(t *types.Terms) {
			t.Search, t.Uses = types.PERMISSION_DENY, []types.Action{types.ACTION_ADAPT, types.ACTION_SEARCH}
		},
		"uses lacks ai-input, which ai_input permits": func(t *types.Terms) {
			t.AiInput, t.Uses = types.PERMISSION_PAID, []types.Action{types.ACTION_ADAPT}
		},
		"uses lacks search, which search permits": func(t *types.Terms) {
			t.Search, t.Uses = types.PERMISSION_ALLOW, []types.Action{types.ACTION_ADAPT}
		},
		"approval_direct is set, but no approval is asked": func(t *types.Terms) { t.ApprovalDirect = true },
		"second_approver is set, but no approval is asked": func(t *types.Terms) {
			t.SecondApprover = sdk.AccAddress("alice_______________").String()
		},
		"derivatives_per_grant must be unset: the terms allow no derivatives": func(t *types.Terms) {
			t.Derivatives, t.DerivativesPerGrant = types.DERIVATIVES_NONE, 2
		},
		"use_price is set although no use is paid": func(t *types.Terms) { t.UsePrice = sdk.Coins{coin} },
		"royalty_policy needs a royalty_rate":      func(t *types.Terms) { t.RoyaltyPolicy = 1 },
		"royalty_policy is none, so royalty_rate":  func(t *types.Terms) { t.RoyaltyRate = 1 },
	} {
		terms := own
		edit(&terms)
		require.ErrorContains(t, terms.Validate(), want)
	}
	open := own
	open.Uses = []types.Action{types.ACTION_ADAPT, types.ACTION_TRAIN_AI, types.ACTION_AI_INPUT, types.ACTION_SEARCH}
	require.NoError(t, open.Validate(), "what follows derivatives may be listed")
	for _, makes := range []types.Terms{{Derivatives: types.DERIVATIVES_SHARE_ALIKE}, {AiTraining: types.PERMISSION_PAID}, {AiInput: types.PERMISSION_ALLOW}} {
		makes.Spdx, makes.DerivativesPerGrant = "LicenseRef-A", 2
		require.NoError(t, makes.Validate(), "something may be made")
	}
	search := types.Terms{Spdx: "LicenseRef-A", Uses: []types.Action{types.ACTION_SEARCH}, UsePrice: sdk.Coins{coin}, Search: types.PERMISSION_PAID}
	require.NoError(t, search.Validate())
	search.UsePrice = nil
	require.True(t, search.PaidByGrant())
	require.False(t, own.PaidByGrant())
	require.True(t, types.Terms{AiTraining: types.PERMISSION_PAID, UsePrice: sdk.Coins{coin}}.PaidByGrant())
	require.False(t, types.Terms{AiInput: types.PERMISSION_PAID, UsePrice: sdk.Coins{coin}}.PaidByGrant())
}

func TestEnums(t *testing.T) {
	require.Equal(t, []string{"copy", "distribute", "perform", "adapt", "train-ai", "ai-input", "search"}, termspec.ActionEnum.Choices())
	require.Equal(t, "copy", termspec.ActionEnum.Name(1))
	require.Equal(t, "search", termspec.ActionEnum.Name(7))
	require.Equal(t, "8", termspec.ActionEnum.Name(8))
	require.Equal(t, "-1", termspec.ActionEnum.Name(-1))
	_, known := termspec.FieldByName("moon_rights")
	require.False(t, known)
}

// The example of each text is one that the field takes.
func TestExamplesAreValid(t *testing.T) {
	for _, f := range termspec.Fields() {
		var terms types.Terms
		if to, text := f.Of(&terms).(*string); text {
			*to = f.Example
			require.NoError(t, f.Check(terms), f.Name)
		}
	}
}

// Which text governs, wherever its address leads and whether it is known.
func TestWhichTextGoverns(t *testing.T) {
	const uri, digest = "https://example.org/a", "abab"
	for want, terms := range map[string]types.Terms{
		"The legal text governs, not this summary: https://example.org/a (its SHA-256: abab)": {Uri: uri, UriSha256: digest},
		"The legal text governs, not this summary: https://example.org/a":                     {Uri: uri},
		"The legal text governs, not this summary: abab":                                      {UriSha256: digest},
		"The legal text governs, not this summary; its address was blanked.":                  {BlankedSha256: digest},
		"The legal text governs, not this summary; its address was blanked (its SHA-256: abab)": {
			BlankedSha256: digest, UriSha256: digest,
		},
		"There is no legal text beside these terms: they are all that the owner offers.": {},
		"The text of MIT, as its authors published it, governs, not this summary.":       {Spdx: "MIT"},
		"The text of MIT, as its authors published it, governs, not this summary; a copy: https://example.org/a": {
			Spdx: "MIT", Uri: uri,
		},
	} {
		require.Contains(t, termspec.Describe(terms).Notes, want)
	}
}

// Lengths of time are said exactly, valid or not.
func TestPeriods(t *testing.T) {
	for d, want := range map[time.Duration]string{
		24 * time.Hour: ", 1 day after", 50 * time.Hour: ", 2 days and 2 hours after", time.Second: ", 1 second after",
		90 * time.Second: ", 1 minute and 30 seconds after", 1500 * time.Millisecond: ", 1.5s after", 0: ", 0s after", -time.Second: ", -1s after",
		25*time.Hour + time.Minute + 2*time.Second: ", 1 day, 1 hour, 1 minute and 2 seconds after",
	} {
		require.Contains(t, strings.Join(termspec.Describe(types.Terms{Duration: &d}).MayNot, "\n"), want)
	}
}

// A price per use is said once: where the use is, or alone.
func TestAPricePerUseIsSaidOnce(t *testing.T) {
	price := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 7))
	for want, terms := range map[string]types.Terms{
		"Pay the work 7uusdc each time for using it as input to AI.":                    {AiInput: types.PERMISSION_PAID, UsePrice: price},
		"Pay the work 7uusdc each time for indexing it for search.":                     {Search: types.PERMISSION_PAID, UsePrice: price},
		"Pay the work 7uusdc for each use as input to AI or in search, if one is paid.": {UsePrice: price},
	} {
		require.Equal(t, []string{want}, termspec.Describe(terms).Must)
	}
}
