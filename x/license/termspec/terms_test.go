package termspec_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/termspec"
	"github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func coin(amount int64, denom string) sdk.Coin { return sdk.NewInt64Coin(denom, amount) }

// full is valid terms with as many fields set as go together.
func full() types.Terms {
	duration, ceiling := 24*time.Hour, coin(5_000_000, "uusdc")
	return types.Terms{
		Spdx: "LicenseRef-Studio-Remix", Uri: "https://studio.example/remix", UriSha256: strings.Repeat("ab", 32),
		CommercialUse: true, Attribution: true, Derivatives: types.DERIVATIVES_ALLOWED, DerivativeApproval: true,
		AiTraining: types.PERMISSION_PAID, AiInput: types.PERMISSION_PAID, Search: types.PERMISSION_ALLOW,
		RoyaltyPolicy: royaltytypes.POLICY_RELATIVE, RoyaltyRate: 50_000,
		GrantFee: sdk.NewCoins(coin(100, "ustem"), coin(20, "uusdc")), UsePrice: sdk.NewCoins(coin(1, "ustem")),
		RevenueCeiling: sdk.NewCoins(ceiling), Duration: &duration, Territories: []string{"DE", "FR"}, Media: []string{"print", "web"},
		Exclusivity: types.EXCLUSIVITY_SOLE, Transferable: true, MaxGrants: 3, DerivativesPerGrant: 5,
		Uses: []types.Action{types.ACTION_COPY, types.ACTION_ADAPT, types.ACTION_TRAIN_AI, types.ACTION_AI_INPUT, types.ACTION_SEARCH},
	}
}

func preset(t testing.TB, name string) types.Preset {
	p, ok := types.PresetByName(name)
	require.True(t, ok, name)
	return p
}

func TestValidTerms(t *testing.T) {
	require.NoError(t, full().Validate())
	for _, p := range types.Presets() {
		require.NoError(t, p.Terms.Validate(), p.Name)
	}
	for _, spdx := range []string{"LicenseRef-A", "LicenseRef-A AND LicenseRef-B", "DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2"} {
		require.NoError(t, types.Terms{Spdx: spdx}.Validate(), spdx)
	}
}

// Each edit of valid terms is refused, and the error says the field.
func TestInvalidTerms(t *testing.T) {
	odd, ages := 1500*time.Millisecond, types.MaxDuration+time.Second
	zero, negative := coin(0, "ustem"), sdk.Coin{Denom: "ustem", Amount: math.NewInt(-1)}
	for name, c := range map[string]struct {
		field string
		edit  func(*types.Terms)
	}{
		"one per grant": {"derivatives_per_grant", func(t *types.Terms) { t.DerivativesPerGrant = 1 }},
		"many of nothing": {"derivatives_per_grant", func(t *types.Terms) {
			*t = types.Terms{Spdx: "LicenseRef-A", DerivativesPerGrant: 2}
		}},
		"unknown exclusivity": {"exclusivity", func(t *types.Terms) { t.Exclusivity = 257 }},
		"no licence":          {"spdx", func(t *types.Terms) { t.Spdx = "" }},
		"long licence":        {"spdx", func(t *types.Terms) { t.Spdx = strings.Repeat("A", 300) }},
		"bad licence":         {"spdx", func(t *types.Terms) { t.Spdx = "MIT OR" }},
		"joined badly":        {"spdx", func(t *types.Terms) { t.Spdx = "MIT Apache-2.0" }},
		"open parenthesis":    {"spdx", func(t *types.Terms) { t.Spdx = "(MIT" }},
		"closed parenthesis":  {"spdx", func(t *types.Terms) { t.Spdx = "MIT)" }},
		"nested deep":         {"spdx", func(t *types.Terms) { t.Spdx = strings.Repeat("(", 99) + "MIT" + strings.Repeat(")", 99) }},
		"two spaces":          {"spdx", func(t *types.Terms) { t.Spdx = "MIT  OR Apache-2.0" }},
		"CC in small letters": {"spdx", func(t *types.Terms) { t.Spdx = "cc-by-4.0" }},
		"alternatives":        {"spdx", func(t *types.Terms) { t.Spdx = "MIT OR CC-BY-4.0" }},
		"alternatives within": {"spdx", func(t *types.Terms) { t.Spdx = "LicenseRef-A AND (MIT OR CC-BY-4.0)" }},
		"parentheses":         {"spdx", func(t *types.Terms) { t.Spdx = "(LicenseRef-A)" }},
		"no licence at all":   {"spdx", func(t *types.Terms) { t.Spdx = "NONE" }},
		"nothing asserted":    {"spdx", func(t *types.Terms) { t.Spdx = "NOASSERTION" }},
		"no such CC":          {"spdx", func(t *types.Terms) { t.Spdx = "CC-BY-SA-9.9" }},
		"unknown":             {"spdx", func(t *types.Terms) { t.Spdx = "Artistic-2.0" }},
		"unknown exception":   {"spdx", func(t *types.Terms) { t.Spdx = "GPL-3.0-only WITH Autoconf-exception-3.0" }},
		"known, respelled":    {"spdx", func(t *types.Terms) { t.Spdx = "LicenseRef-GPLv3" }},
		"a title":             {"spdx", func(t *types.Terms) { t.Spdx = "LicenseRef-Free-Art-License" }},
		"another's text":      {"uri", func(t *types.Terms) { t.Uri = "https://creativecommons.org/licenses/by/4.0/" }},
		"CC that is none":     {"spdx", func(t *types.Terms) { t.Spdx = "CC-BY-SA-NC-4.0" }},
		"relative uri":        {"uri", func(t *types.Terms) { t.Uri = "/remix" }},
		"long uri":            {"uri", func(t *types.Terms) { t.Uri = "https://" + strings.Repeat("a", 600) }},
		"digest of nothing":   {"uri_sha256", func(t *types.Terms) { t.Uri = "" }},
		"digest in capitals":  {"uri_sha256", func(t *types.Terms) { t.UriSha256 = strings.Repeat("AB", 32) }},
		"blanked, short":      {"blanked_sha256", func(t *types.Terms) { t.Uri, t.UriSha256, t.BlankedSha256 = "", "", "0a" }},
		"blanked, with uri":   {"blanked_sha256", func(t *types.Terms) { t.BlankedSha256 = strings.Repeat("0a", 32) }},
		"hidden in the uri":   {"uri", func(t *types.Terms) { t.Uri += "\u200b" }},
		"short digest":        {"uri_sha256", func(t *types.Terms) { t.UriSha256 = "ab" }},
		"unknown derivatives": {"derivatives", func(t *types.Terms) { t.Derivatives = 257 }},
		"approval of none":    {"derivatives", func(t *types.Terms) { t.Derivatives = types.DERIVATIVES_NONE }},
		"ceiling of none": {"derivatives", func(t *types.Terms) {
			t.Derivatives, t.DerivativeApproval = types.DERIVATIVES_NONE, false
		}},
		"royalty of none": {"derivatives", func(t *types.Terms) {
			t.Derivatives, t.DerivativeApproval, t.RevenueCeiling = types.DERIVATIVES_NONE, false, nil
			t.AiTraining, t.UsePrice = types.PERMISSION_DENY, nil
		}},
		"unknown training":    {"ai_training", func(t *types.Terms) { t.AiTraining = 258 }},
		"unknown input":       {"ai_input", func(t *types.Terms) { t.AiInput = -1 }},
		"unknown search":      {"search", func(t *types.Terms) { t.Search = 4 }},
		"unknown policy":      {"royalty_policy", func(t *types.Terms) { t.RoyaltyPolicy = 3 }},
		"rate without policy": {"royalty_policy", func(t *types.Terms) { t.RoyaltyPolicy = royaltytypes.POLICY_NONE }},
		"policy without rate": {"royalty_policy", func(t *types.Terms) { t.RoyaltyRate = 0 }},
		"rate over the whole": {"royalty_rate", func(t *types.Terms) { t.RoyaltyRate = 1_000_001 }},
		"share-alike royalty": {"royalty_policy", func(t *types.Terms) { t.Derivatives = types.DERIVATIVES_SHARE_ALIKE }},
		"unsorted fee":        {"grant_fee", func(t *types.Terms) { t.GrantFee = sdk.Coins{coin(1, "uusdc"), coin(1, "ustem")} }},
		"fee twice":           {"grant_fee", func(t *types.Terms) { t.GrantFee = sdk.Coins{coin(1, "ustem"), coin(2, "ustem")} }},
		"zero fee":            {"grant_fee", func(t *types.Terms) { t.GrantFee = sdk.Coins{zero} }},
		"negative fee":        {"grant_fee", func(t *types.Terms) { t.GrantFee = sdk.Coins{negative} }},
		"fee without amount":  {"grant_fee", func(t *types.Terms) { t.GrantFee = sdk.Coins{{Denom: "ustem"}} }},
		"price of no use":     {"use_price", func(t *types.Terms) { t.AiInput = types.PERMISSION_ALLOW }},
		"zero ceiling":        {"revenue_ceiling", func(t *types.Terms) { t.RevenueCeiling = sdk.Coins{zero} }},
		"negative ceiling":    {"revenue_ceiling", func(t *types.Terms) { t.RevenueCeiling = sdk.Coins{negative} }},
		"empty ceiling":       {"revenue_ceiling", func(t *types.Terms) { t.RevenueCeiling = sdk.Coins{{}} }},
		"no time":             {"duration", func(t *types.Terms) { t.Duration = new(time.Duration) }},
		"odd time":            {"duration", func(t *types.Terms) { t.Duration = &odd }},
		"ages":                {"duration", func(t *types.Terms) { t.Duration = &ages }},
		"no territory":        {"territories", func(t *types.Terms) { t.Territories = []string{"XX"} }},
		"small territory":     {"territories", func(t *types.Terms) { t.Territories = []string{"de"} }},
		"part of two":         {"territories", func(t *types.Terms) { t.Territories = []string{" A"} }},
		"unsorted territory":  {"territories", func(t *types.Terms) { t.Territories = []string{"FR", "DE"} }},
		"territory twice":     {"territories", func(t *types.Terms) { t.Territories = []string{"DE", "DE"} }},
		"bad medium":          {"media", func(t *types.Terms) { t.Media = []string{"Print"} }},
		"unsorted media":      {"media", func(t *types.Terms) { t.Media = []string{"web", "print"} }},
		"unknown use":         {"uses", func(t *types.Terms) { t.Uses = []types.Action{8} }},
		"unspecified use":     {"uses", func(t *types.Terms) { t.Uses = []types.Action{0, 1} }},
		"unsorted uses":       {"uses", func(t *types.Terms) { t.Uses = []types.Action{types.ACTION_ADAPT, types.ACTION_COPY} }},
		"use of its own":      {"uses", func(t *types.Terms) { t.Uses = []types.Action{types.ACTION_COPY} }},
		"use denied":          {"uses", func(t *types.Terms) { t.Search = types.PERMISSION_DENY }},
		"many media":          {"media", func(t *types.Terms) { t.Media = make([]string, 33) }},
		"no further royalty":  {"no_further_restrictions", func(t *types.Terms) { t.NoFurtherRestrictions = true }},
	} {
		t.Run(name, func(t *testing.T) {
			terms := full()
			c.edit(&terms)
			err := terms.Validate()
			require.ErrorIs(t, err, types.ErrInvalidTerms)
			require.Truef(t, strings.HasPrefix(err.Error(), c.field+" "), "%q names another field", err)
		})
	}
}

// A known licence takes nothing that its text does not have, and the error names
// the field and the clause.
func TestTermsKeepTheirName(t *testing.T) {
	day := 24 * time.Hour
	ceiling := coin(1, "ustem")
	edits := map[string]func(*types.Terms){
		"commercial_use":      func(t *types.Terms) { t.CommercialUse = !t.CommercialUse },
		"attribution":         func(t *types.Terms) { t.Attribution = !t.Attribution },
		"grant_fee":           func(t *types.Terms) { t.GrantFee = sdk.NewCoins(coin(1, "ustem")) },
		"derivative_approval": func(t *types.Terms) { t.DerivativeApproval = true },
		"revenue_ceiling":     func(t *types.Terms) { t.RevenueCeiling = sdk.NewCoins(ceiling) },
		"duration":            func(t *types.Terms) { t.Duration = &day },
		"territories":         func(t *types.Terms) { t.Territories = []string{"DE"} },
		"media":               func(t *types.Terms) { t.Media = []string{"web"} },
		"exclusivity":         func(t *types.Terms) { t.Exclusivity = types.EXCLUSIVITY_SOLE },
		"derivatives_per_grant": func(t *types.Terms) {
			if t.DerivativesPerGrant = 2; t.Derivatives == types.DERIVATIVES_NONE {
				t.AiTraining = types.PERMISSION_ALLOW
			}
		},
		"max_grants":  func(t *types.Terms) { t.MaxGrants = 1 },
		"ai_training": func(t *types.Terms) { t.AiTraining = types.PERMISSION_DENY },
		"ai_input":    func(t *types.Terms) { t.AiInput = types.PERMISSION_PAID },
		"search":      func(t *types.Terms) { t.Search = types.PERMISSION_DENY },
		"use_price": func(t *types.Terms) {
			t.AiInput, t.UsePrice = types.PERMISSION_PAID, sdk.NewCoins(coin(1, "ustem"))
		},
		"no_further_restrictions": func(t *types.Terms) { t.NoFurtherRestrictions = !t.NoFurtherRestrictions },
		"derivatives": func(t *types.Terms) {
			t.Derivatives = map[types.Derivatives]types.Derivatives{
				types.DERIVATIVES_ALLOWED: types.DERIVATIVES_SHARE_ALIKE, types.DERIVATIVES_SHARE_ALIKE: types.DERIVATIVES_ALLOWED,
				types.DERIVATIVES_NONE: types.DERIVATIVES_ALLOWED,
			}[t.Derivatives]
		},
		"uses": func(t *types.Terms) {
			t.Uses = []types.Action{1, 2, 3, 4, 5, 6, 7}
			if t.Derivatives == types.DERIVATIVES_NONE {
				t.Uses = []types.Action{1, 2, 3, 7}
			}
		},
		"royalty_policy": func(t *types.Terms) { t.RoyaltyPolicy, t.RoyaltyRate = royaltytypes.POLICY_ABSOLUTE, 500_000 },
	}
	for _, p := range types.Presets() {
		if !p.Terms.GivenToAll() {
			continue
		}
		for field, edit := range edits {
			terms := p.Terms
			edit(&terms)
			err := terms.Validate()
			require.ErrorIs(t, err, types.ErrInvalidTerms, "%s: %s", p.Name, field)
			permissive := p.Terms.Derivatives == types.DERIVATIVES_ALLOWED && !p.Terms.NoFurtherRestrictions
			if permissive && field != "use_price" {
				require.Truef(t, strings.HasPrefix(err.Error(), field+" must "), "%s: %q names another field than %s", p.Name, err, field)
				require.ErrorContains(t, err, p.Terms.Spdx+" says (")
			}
		}
		terms := p.Terms
		terms.AiTraining, terms.Transferable = types.PERMISSION_ALLOW, true
		require.NoError(t, terms.Validate(), "%s: more permission is no restriction", p.Name)
	}
	gpl := preset(t, "gpl-3.0-or-later").Terms
	gpl.NoFurtherRestrictions = false
	require.ErrorContains(t, gpl.Validate(), "no_further_restrictions must be true, as GPL-3.0-or-later says (GPL-3.0 section 10)")
}

// The cases of old: names of free licences on terms that are none.
func TestNamesOfFreeLicencesOnOtherTerms(t *testing.T) {
	for _, name := range []string{"MIT", "Apache-2.0", "GPL-3.0-only"} {
		terms := types.Terms{
			Spdx: name, Attribution: true, Derivatives: types.DERIVATIVES_ALLOWED, GrantFee: sdk.NewCoins(coin(1, "ustem")),
			RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 500_000,
		}
		require.ErrorIs(t, terms.Validate(), types.ErrInvalidTerms, name)
	}
}

// Llama forbids training other models, and terms have to say so. Beside a licence of
// one's own, terms may ask for more than a permissive licence does, never for less.
func TestModelLicencesAndSeveralAtOnce(t *testing.T) {
	llama := types.Terms{
		Spdx: "LicenseRef-Llama-2-Community", CommercialUse: true, Attribution: true, Derivatives: types.DERIVATIVES_ALLOWED,
		AiTraining: types.PERMISSION_DENY,
	}
	require.NoError(t, llama.Validate())
	llama.AiTraining = types.PERMISSION_UNSET
	require.ErrorContains(t, llama.Validate(), "ai_training must be deny, as LicenseRef-Llama-2-Community says (Llama 2 section 1(b)(v))")

	both := types.Terms{Spdx: "MIT AND LicenseRef-Own", Attribution: true}
	require.NoError(t, both.Validate(), "non-commercial and without derivatives, by the second")
	both.Attribution = false
	require.ErrorContains(t, both.Validate(), "attribution must be true")
	both.Spdx, both.Attribution = "GPL-3.0-only AND LicenseRef-Own", true
	require.ErrorContains(t, both.Validate(), "commercial_use must be true")

	several := types.Terms{
		Spdx: "MIT AND CC-BY-NC-4.0", Attribution: true, Derivatives: types.DERIVATIVES_ALLOWED, NoFurtherRestrictions: true,
	}
	require.NoError(t, several.Validate())
	several.CommercialUse = true
	require.ErrorContains(t, several.Validate(), "commercial_use must be false, as MIT AND CC-BY-NC-4.0 says (CC BY-NC 4.0 section 2(a)(1))")
}

func TestAnyCaseOfAKnownNameOnInput(t *testing.T) {
	require.Equal(t, "GPL-3.0-or-later AND MIT", termspec.CanonicalSPDX("gpl-3.0+ and mit"))
	require.Equal(t, "Artistic-2.0", termspec.CanonicalSPDX("Artistic-2.0"), "left for Validate to refuse")
	require.Equal(t, preset(t, "mit").ID, preset(t, "MIT").ID)
	id, err := types.ParseTerms("Apache-2.0")
	require.NoError(t, err)
	require.Equal(t, preset(t, "apache-2.0").ID, id)
	err = types.Terms{Spdx: "mit"}.Validate()
	require.ErrorContains(t, err, `spdx "mit" is written "MIT"`)
}

func TestEqualTermsHaveOneID(t *testing.T) {
	a, b := full(), full()
	require.Equal(t, a.ID(), b.ID())
	b.GrantFee, a.GrantFee = sdk.Coins{}, nil
	require.Equal(t, a.ID(), b.ID())
	b.MaxGrants++
	require.NotEqual(t, a.ID(), b.ID())

	bz, err := a.Marshal()
	require.NoError(t, err)
	var back types.Terms
	require.NoError(t, back.Unmarshal(bz))
	require.Equal(t, a.ID(), back.ID())
}

// The ids of presets are part of the interface: clients compute them.
func TestPresetIDsAreStable(t *testing.T) {
	names := make(map[types.TermsID]string)
	for _, p := range types.Presets() {
		require.Empty(t, names[p.ID], p.Name)
		names[p.ID] = p.Name
		require.Equal(t, p.ID, p.Terms.ID())
		require.Equal(t, p.Name, types.PresetName(p.ID))
		id, err := types.ParseTerms(p.Name)
		require.NoError(t, err)
		require.Equal(t, p.ID, id)
		id, err = types.ParseTerms(p.ID.String())
		require.NoError(t, err)
		require.Equal(t, p.ID, id)
	}
	require.Len(t, names, 23)
	require.Equal(t, "terms13acy4twadpx9y3tdpnsaaqrjxrkn7n920uqsrvafm7gpg0lnhjlqvhkvyt", preset(t, "cc0-1.0").ID.String())
	require.Equal(t, "terms1wq5zfnfhkkd05v4778yrguv3mftgrz2wrjruydygpudj8n4zsskqdzl4sn", preset(t, "commercial-remix-10").ID.String())
	require.EqualValues(t, 50_000, preset(t, "commercial-remix-5").Terms.RoyaltyRate)
	require.EqualValues(t, 100_000, preset(t, "commercial-remix-10").Terms.RoyaltyRate)
	require.Empty(t, types.PresetName(types.TermsID{}))
}

// Blanking the uri keeps the id, and only the same uri gives it again.
func TestTermsKeepTheirIDWhenBlanked(t *testing.T) {
	terms := full()
	blank := terms.Blank()
	require.NoError(t, blank.Validate())
	require.True(t, blank.Blanked())
	require.NotEqual(t, terms, blank)
	require.Equal(t, terms.ID(), blank.ID())
	require.Equal(t, blank, blank.Blank())
	other := terms
	other.Uri += "x"
	require.NotEqual(t, terms.ID(), other.ID())
	other.Uri, other.UriSha256 = "", ""
	require.NotEqual(t, terms.ID(), other.ID())
	require.Equal(t, other, other.Blank(), "there is nothing to blank")
}

func FuzzTerms(f *testing.F) {
	add := func(t types.Terms) {
		bz, err := t.Marshal()
		require.NoError(f, err)
		f.Add(bz)
	}
	for _, p := range types.Presets() {
		add(p.Terms)
	}
	add(full())
	f.Fuzz(func(t *testing.T, bz []byte) {
		var terms types.Terms
		if terms.Unmarshal(bz) != nil || terms.Validate() != nil {
			return
		}
		encoded, err := terms.Marshal()
		require.NoError(t, err)
		var back types.Terms
		require.NoError(t, back.Unmarshal(encoded))
		require.NoError(t, back.Validate())
		require.Equal(t, terms.ID(), back.ID())
	})
}
