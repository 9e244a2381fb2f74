package termspec_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/termspec"
	"github.com/stemma-chain/stemma/testutil/gen"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const full = `# A comment
spdx: LicenseRef-Stock-2026
uri: https://example.org/stock.txt
uri_sha256: 00000000000000000000000000000000000000000000000000000000000000AB
commercial_use: true
attribution: yes
derivatives: allowed
derivative_approval: true
ai_training: paid
ai_input: paid
search: allow
royalty_policy: absolute
royalty_rate: 2.5%
grant_fee: [5000000uusdc, 1000000ustem]
use_price: 100uusdc, 20ustem
revenue_ceiling: 1000000000uusdc
duration: 1w365d12h
territories:
  - NO
  - DE
media: [web, print]
exclusivity: sole
derivatives_per_grant: 5
transferable: true
max_grants: 3
uses:   # nothing: all
no_further_restrictions: ~
`

func TestEveryKeyIsRead(t *testing.T) {
	got, err := termspec.Parse("terms.yaml", []byte(strings.Replace(full, "AB", "ab", 1)))
	require.NoError(t, err)
	coin := sdk.NewInt64Coin
	ceiling, duration := coin("uusdc", 1_000_000_000), (7*24+365*24+12)*time.Hour
	require.Equal(t, licensetypes.Terms{
		Spdx: "LicenseRef-Stock-2026", Uri: "https://example.org/stock.txt", UriSha256: strings.Repeat("0", 62) + "ab",
		CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, DerivativeApproval: true,
		AiTraining: licensetypes.PERMISSION_PAID, AiInput: licensetypes.PERMISSION_PAID, Search: licensetypes.PERMISSION_ALLOW,
		RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 25_000,
		GrantFee: sdk.NewCoins(coin("ustem", 1_000_000), coin("uusdc", 5_000_000)),
		UsePrice: sdk.NewCoins(coin("ustem", 20), coin("uusdc", 100)), RevenueCeiling: sdk.NewCoins(ceiling), Duration: &duration,
		Territories: []string{"DE", "NO"}, Media: []string{"print", "web"}, Transferable: true, MaxGrants: 3,
		Exclusivity: licensetypes.EXCLUSIVITY_SOLE, DerivativesPerGrant: 5,
	}, got)

	for text, want := range map[string]uint32{"unlimited": licensetypes.UnlimitedDerivatives, "1": 0, "0": 0, "7": 7} {
		many, err := termspec.Parse("x", []byte("spdx: LicenseRef-A\nderivatives: allowed\nderivatives_per_grant: "+text))
		require.NoError(t, err)
		require.Equal(t, want, many.DerivativesPerGrant, text)
	}

	uses, err := termspec.Parse("x", []byte("spdx: LicenseRef-A\nai_training: allow\nuses: [train-ai, copy]"))
	require.NoError(t, err)
	require.Equal(t, []licensetypes.Action{licensetypes.ACTION_COPY, licensetypes.ACTION_TRAIN_AI}, uses.Uses)
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := gen.Terms().Draw(t, "terms")
		back, err := termspec.Parse("written", []byte(termspec.Write(terms)))
		require.NoError(t, err, termspec.Write(terms))
		require.Equal(t, terms.ID(), back.ID(), "%v\n%v", terms, back)
	})
}

func TestWhatProgramsPrintIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := gen.Terms().Filter(func(t licensetypes.Terms) bool { return t.RoyaltyRate == 0 || t.RoyaltyRate > 100 }).Draw(t, "terms")
		bz, err := codec.ProtoMarshalJSON(&terms, nil)
		require.NoError(t, err)
		back, err := termspec.Parse("json", bz)
		require.NoError(t, err, string(bz))
		require.Equal(t, terms.ID(), back.ID(), "%s", bz)
	})
}

func TestFaultsAreNamed(t *testing.T) {
	for name, c := range map[string]struct{ yaml, want string }{
		"empty":        {"", "t.yaml: is empty: `stemmad terms template`"},
		"comment only": {"# nothing\n", "t.yaml: is empty"},
		"other text": {
			"spdx: LicenseRef-X\nuri: https://creativecommons.org/licenses/by/4.0/legalcode\n",
			"t.yaml:2: uri is where the text of CC-BY-4.0 is",
		},
		"a file's words": {
			"spdx: CC-BY-SA-4.0\ncommercial_use: true\nattribution: true\nderivatives: allowed\n",
			"t.yaml:4: derivatives must be share-alike, as",
		},
		"words of uses": {
			"spdx: LicenseRef-X\nderivatives: none\nuses: [adapt]\n",
			"t.yaml:3: uses has adapt, which derivatives does not permit",
		},
		"no mapping":       {"- spdx", "t.yaml:1: must hold lines of `key: value`"},
		"text":             {"hello", "t.yaml:1: must hold lines"},
		"bad syntax":       {"spdx: LicenseRef-X\n uri: x: y\n", "t.yaml:2: is no YAML: mapping values are not allowed"},
		"tab":              {"spdx: LicenseRef-X\n\turi: x\n", "t.yaml:2: is no YAML"},
		"two documents":    {"spdx: LicenseRef-X\n---\nspdx: LicenseRef-X\n", "t.yaml:2: holds a second document"},
		"list as key":      {"? [a, b]\n: c\n", "t.yaml:1: a key must be a word"},
		"anchor and alias": {"spdx: &a MIT\nuri: *a\n", "t.yaml:2: uri uses an alias"},
		"merge":            {"<<: {spdx: MIT}\n", "t.yaml:1: unknown key \"<<\""},
		"custom tag":       {"spdx: !licence MIT\n", "t.yaml:1: spdx has the tag !licence"},

		"unknown key": {"spdx: LicenseRef-X\nteritories: [DE]\n", "t.yaml:2: unknown key \"teritories\": did you mean \"territories\"?"},
		"camel case":  {"spdx: LicenseRef-X\ncommercialUse: true\n", "unknown key \"commercialUse\": did you mean \"commercial_use\"?"},
		"synonym":     {"license: MIT\n", "t.yaml:1: unknown key \"license\": did you mean spdx?"},
		"two keys":    {"royalty: 5%\n", "did you mean royalty_policy and royalty_rate?"},
		"no such key": {"moon_rights: true\n", "t.yaml:1: unknown key \"moon_rights\": the keys are spdx, uri,"},
		"duplicate key": {
			"spdx: LicenseRef-X\nuri: a\nspdx: LicenseRef-X\n",
			"t.yaml:3: spdx is set a second time, first in line 1: remove one",
		},

		"missing spdx": {"commercial_use: true\n", "t.yaml: spdx is empty: name the licence"},
		"spdx list":    {"spdx: [MIT]\n", "t.yaml:1: spdx must be one text"},
		"spdx cc": {
			"spdx: CC-BY-4.0\nattribution: true\n",
			"t.yaml: commercial_use must be true, as CC-BY-4.0 says (CC BY 4.0 section 2(a)(1))",
		},
		"flag": {"spdx: LicenseRef-X\ntransferable: maybe\n", "t.yaml:2: transferable must be true or false, not \"maybe\""},
		"derivatives": {
			"spdx: LicenseRef-X\nderivatives: sharealike\n",
			"has \"sharealike\": use none, allowed, share-alike; did you mean \"share-alike\"?",
		},
		"derivatives, number": {"spdx: LicenseRef-X\nderivatives: 257\n", "t.yaml:2: derivatives has \"257\": use none, allowed"},
		"training": {
			"spdx: LicenseRef-X\nai_training: denied\n",
			"t.yaml:2: ai_training has \"denied\": use unset, allow, deny, paid; did you mean \"deny\"?",
		},
		"use": {
			"spdx: LicenseRef-X\nuses: [adapt, fly]\n",
			"t.yaml:2: uses has \"fly\": use copy, distribute, perform, adapt, train-ai",
		},
		"use, unspecified": {"spdx: LicenseRef-X\nuses: [unspecified]\n", "uses has \"unspecified\": use copy"},
		"use twice":        {"spdx: LicenseRef-X\nuses:\n  - copy\n  - copy\n", "t.yaml:4: uses has \"copy\" twice"},
		"uses, no list":    {"spdx: LicenseRef-X\nuses: copy\n", "t.yaml:2: uses must be a list, such as [copy]"},

		"rate, percent meant": {
			"spdx: LicenseRef-X\nroyalty_rate: 5\n",
			"t.yaml:2: royalty_rate of 5 would be parts per million: write 5%, or 0.0005% if",
		},
		"rate, fraction":      {"spdx: LicenseRef-X\nroyalty_rate: 0.05\n", "royalty_rate \"0.05\" is not a rate"},
		"rate, over":          {"spdx: LicenseRef-X\nroyalty_rate: 101%\n", "\"101%\" is not a rate"},
		"rate without policy": {"spdx: LicenseRef-X\nroyalty_rate: 5%\n", "t.yaml: royalty_policy is none, so royalty_rate must be 0"},
		"policy without rate": {
			"spdx: LicenseRef-X\nderivatives: allowed\nroyalty_policy: absolute\n",
			"t.yaml:3: royalty_policy needs a royalty_rate",
		},
		"royalty share-alike": {
			"spdx: LicenseRef-X\nderivatives: share-alike\nroyalty_policy: absolute\nroyalty_rate: 5%\n",
			"t.yaml:3: royalty_policy must be none under share-alike",
		},

		"fee, decimals": {"spdx: LicenseRef-X\ngrant_fee: [1.5uusdc]\n", "t.yaml:2: grant_fee \"1.5uusdc\" is not an amount"},
		"fee, no denom": {"spdx: LicenseRef-X\ngrant_fee: 5\n", "t.yaml:2: grant_fee \"5\" is not an amount"},
		"fee, octal": {
			"spdx: LicenseRef-X\ngrant_fee: 0100000uusdc\n",
			"t.yaml:2: grant_fee \"0100000uusdc\" is not an amount: leave out the zeros",
		},
		"fee, octal apart": {
			"spdx: LicenseRef-X\ngrant_fee: {denom: uusdc, amount: 0100000}\n",
			"\"0100000\" is not an amount: leave out the zeros",
		},
		"fee, hexadecimal": {"spdx: LicenseRef-X\ngrant_fee: {denom: uusdc, amount: 0x10}\n", "\"0x10\" is not an amount"},
		"fee, shifted": {
			"spdx: LicenseRef-X\ngrant_fee: {denom: 0uusdc, amount: 1}\n",
			"\"10uusdc\" is not an amount: write the denom of a coin",
		},
		"fee, denom twice": {"spdx: LicenseRef-X\ngrant_fee:\n- 5uusdc\n- 6uusdc\n", "t.yaml:4: grant_fee has uusdc twice"},
		"fee, zero":        {"spdx: LicenseRef-X\ngrant_fee: 0uusdc\n", "t.yaml:2: grant_fee must list positive coins"},
		"fee, other keys": {
			"spdx: LicenseRef-X\ngrant_fee: [{denom: uusdc, value: 5}]\n",
			"t.yaml:2: grant_fee has a coin with \"value\"",
		},
		"fee, nested": {"spdx: LicenseRef-X\ngrant_fee: [[5uusdc]]\n", "t.yaml:2: grant_fee must be an amount, such as"},
		"fee, alias":  {"spdx: &a 5uusdc\ngrant_fee: *a\n", "t.yaml:2: grant_fee must be a list"},
		"use price":   {"spdx: LicenseRef-X\nuse_price: 5uusdc\n", "t.yaml:2: use_price is set although"},

		"duration, bare":     {"spdx: LicenseRef-X\nduration: 365\n", "t.yaml:2: duration \"365\" is no length of time: write weeks, days"},
		"duration, year":     {"spdx: LicenseRef-X\nduration: 1y\n", "\"1y\" is no length of time"},
		"duration, none":     {"spdx: LicenseRef-X\nduration: 0d\n", "\"0d\" is no time at all: leave it out"},
		"duration, too long": {"spdx: LicenseRef-X\nduration: 40000d\n", "\"40000d\" is too long: a grant lasts at most 36500 days"},
		"duration, overflow": {"spdx: LicenseRef-X\nduration: 99999999999999999999d\n", "is no length of time"},
		"duration, sum":      {"spdx: LicenseRef-X\nduration: 36500d36500d\n", "t.yaml:2: duration"},
		"territory": {
			"spdx: LicenseRef-X\nterritories:\n  - DE\n  - XX\n",
			"t.yaml:4: territories has \"XX\", which is no ISO 3166-1 alpha-2 code",
		},
		"territory, small": {"spdx: LicenseRef-X\nterritories: [de]\n", "territories has \"de\": write codes in capitals, DE"},
		"territory, UK":    {"spdx: LicenseRef-X\nterritories: [UK]\n", "is GB"},
		"territory, EU":    {"spdx: LicenseRef-X\nterritories: [EU]\n", "list its members"},
		"territory, twice": {"spdx: LicenseRef-X\nterritories: [DE, FR, DE]\n", "territories has \"DE\" twice: remove one"},
		"territory, null":  {"spdx: LicenseRef-X\nterritories: [~]\n", "t.yaml:2: territories must be a list of words"},
		"medium":           {"spdx: LicenseRef-X\nmedia: [Web Site]\n", "t.yaml:2: media has \"Web Site\""},
		"count, negative":  {"spdx: LicenseRef-X\nmax_grants: -1\n", "t.yaml:2: max_grants must be a whole number, not \"-1\""},
		"no derivatives": {
			"spdx: LicenseRef-X\nderivative_approval: true\n",
			"t.yaml: derivatives are not allowed, so derivative_approval must be unset",
		},
		"digest, no uri": {
			"spdx: LicenseRef-X\nuri_sha256: " + strings.Repeat("a", 64) + "\n",
			"t.yaml:2: uri_sha256 is set without a uri",
		},
		"digest, capitals": {full, "t.yaml:4: uri_sha256 must be a SHA-256 of 64 lower-case hex digits"},
	} {
		_, err := termspec.Parse("t.yaml", []byte(c.yaml))
		require.ErrorContains(t, err, c.want, name)
		var fault *termspec.Fault
		require.ErrorAs(t, err, &fault, name)
		require.NotContains(t, err.Error(), "invalid terms", name)
	}
}

func TestSeveralFaultsAreNamedAtOnce(t *testing.T) {
	_, err := termspec.Parse("t.yaml", []byte("spdx: LicenseRef-X\ntransferable: maybe\nmax_grants: few\n"))
	require.EqualError(t, err, "t.yaml:2: transferable must be true or false, not \"maybe\"\n"+
		"t.yaml:3: max_grants must be a whole number, not \"few\"")
	_, err = termspec.Parse("t.yaml", []byte(strings.Repeat("spd: 1\n", 50)))
	require.Len(t, strings.Split(err.Error(), "\n"), 10)
	_, err = termspec.Parse("t.yaml", []byte("spdx: LicenseRef-X\nderivative_approval: true\n"))
	require.ErrorIs(t, err, licensetypes.ErrInvalidTerms)
	_, err = termspec.Parse("t.yaml", []byte(strings.Repeat("#", 70_000)))
	require.ErrorContains(t, err, "more than 65536 bytes")
}

func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	_, err := termspec.Read(path, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("spdx: LicenseRef-X\ncommercial_use: true\n"), 0o600))
	fromFile, err := termspec.Read(path, nil)
	require.NoError(t, err)
	fromPipe, err := termspec.Read(termspec.Stdin, strings.NewReader("{\"spdx\": \"LicenseRef-X\", \"commercial_use\": true}"))
	require.NoError(t, err)
	require.Equal(t, fromFile, fromPipe)
}

// Aliases that multiply, deep nesting and the like must neither panic nor take long. What is read is valid, has no
// letter that was lost, and is the same terms when it is written as a file; a fault names the file.
func FuzzParse(f *testing.F) {
	f.Add(full)
	for _, p := range licensetypes.Presets() {
		f.Add(termspec.Write(p.Terms))
	}
	for _, s := range []string{
		"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", strings.Repeat("[", 2000), strings.Repeat("a:\n ", 200),
		"\ufeffspdx: MIT\n", "spdx: \"LicenseRef-A\"\r\ngrant_fee: {denom: uusdc, amount: '7'}\r\n", "spdx: LicenseRef-\ufffd\n",
		`{"spdx":"LicenseRef-A","duration":"3600s","uses":["ACTION_COPY"]}`, "spdx: |\n  CC-BY-4.0 AND LicenseRef-B\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		terms, err := termspec.Parse("terms.yaml", []byte(s))
		if err != nil {
			require.ErrorContains(t, err, "terms.yaml")
			return
		}
		require.NoError(t, terms.Validate())
		require.True(t, strings.Contains(s, "\ufffd") || !strings.Contains(terms.String(), "\ufffd"))
		back, err := termspec.Parse("written", []byte(termspec.Write(terms)))
		require.NoError(t, err, termspec.Write(terms))
		require.Equal(t, terms.ID(), back.ID())
	})
}

func TestKnownNamesAreTakenInAnyCase(t *testing.T) {
	terms, err := termspec.Parse("t.yaml", []byte("spdx: apache-2.0\ncommercial_use: true\nattribution: true\nderivatives: allowed\n"))
	require.NoError(t, err)
	require.Equal(t, "Apache-2.0", terms.Spdx)
	_, err = termspec.Parse("t.yaml", []byte("spdx: MIT OR Apache-2.0\n"))
	require.ErrorContains(t, err, "t.yaml:1: spdx \"MIT OR Apache-2.0\" has alternatives (OR): offer each as terms of their own")
}
