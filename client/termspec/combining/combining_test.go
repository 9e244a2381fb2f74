package combining_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/termspec/combining"
	"github.com/stemma-chain/stemma/testutil/gen"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// charts are the compatibility charts of Creative Commons.
type charts struct {
	Remix   map[string]map[string]bool   `json:"remix_chart"`
	Adapter map[string]map[string]string `json:"adapter_chart"`
}

// readCharts finds the vectors beside the repository. They are not part of it.
func readCharts(t *testing.T) charts {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "..", "shared", "vectors", "cc-charts.json")
	bz, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the charts are not at %s: get the vectors to run this test", path)
	}
	require.NoError(t, err)
	var c charts
	require.NoError(t, json.Unmarshal(bz, &c))
	return c
}

func preset(t require.TestingT, name string) combining.Terms {
	if name == "PD" {
		name = "CC0-1.0"
	}
	if name == "PDM" {
		return combining.Terms{Name: name, Terms: licensetypes.Terms{
			Spdx: "CC-PDM-1.0", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, NoFurtherRestrictions: true,
		}}
	}
	p, ok := licensetypes.PresetByName(strings.ToLower(name))
	require.True(t, ok, name)
	return combining.Terms{Name: p.Name, Terms: p.Terms}
}

func presets() []combining.Terms {
	var list []combining.Terms
	for _, p := range licensetypes.Presets() {
		list = append(list, combining.Terms{Name: p.Name, Terms: p.Terms})
	}
	return list
}

func TestRemixChart(t *testing.T) {
	cells := 0
	for a, row := range readCharts(t).Remix {
		for b, want := range row {
			report := combining.Explain([]combining.Terms{preset(t, a), preset(t, b)}, presets())
			require.Equal(t, want, report.Combinable, "%s with %s", a, b)
			refusals := len(report.Conflicts)
			for _, s := range report.Sources {
				refusals += len(s.Refusals)
			}
			require.Equal(t, want, refusals == 0, "%s with %s: every refusal has a reason", a, b)
			require.Equal(t, want, slices.ContainsFunc(report.Offers, func(o combining.Offer) bool { return o.Answer == combining.Allowed }),
				"%s with %s: can be offered under something", a, b)
			cells++
		}
	}
	require.Equal(t, 64, cells)
}

func TestAdapterChart(t *testing.T) {
	words := map[combining.Answer]string{combining.Allowed: "allowed", combining.Warned: "not_recommended", combining.Refused: "forbidden"}
	cells := 0
	for source, row := range readCharts(t).Adapter {
		for adapter, want := range row {
			report := combining.Explain([]combining.Terms{preset(t, source)}, []combining.Terms{preset(t, adapter)})
			got := "forbidden"
			if report.Combinable {
				got = words[report.Offers[0].Answer]
				require.Equal(t, got == "allowed", len(report.Offers[0].Reasons) == 0, "%s adapted under %s", source, adapter)
			}
			require.Equal(t, want, got, "%s adapted under %s", source, adapter)
			cells++
		}
	}
	require.Equal(t, 49, cells)
}

func texts(list []combining.Finding) string {
	var all []string
	for _, f := range list {
		all = append(all, f.Code+": "+f.Text)
	}
	return strings.Join(all, "\n")
}

func TestWhatIsSaid(t *testing.T) {
	day, ceiling := 24*time.Hour, sdk.NewInt64Coin("uusdc", 500)
	limited := combining.Terms{Name: "limited", Terms: licensetypes.Terms{
		Spdx: "LicenseRef-L", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Duration: &day,
		RevenueCeiling: sdk.NewCoins(ceiling), Territories: []string{"DE", "FR"}, Media: []string{"web"},
	}}
	dear := combining.Terms{Name: "dear", Terms: licensetypes.Terms{
		Spdx: "LicenseRef-D", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		RoyaltyPolicy: royaltytypes.POLICY_RELATIVE, RoyaltyRate: 950_001,
	}}
	five, ten := preset(t, "commercial-remix-5"), preset(t, "commercial-remix-10")
	sa, nc, ncsa := preset(t, "cc-by-sa-4.0"), preset(t, "cc-by-nc-4.0"), preset(t, "cc-by-nc-sa-4.0")
	for name, c := range map[string]struct {
		sources    []combining.Terms
		combinable bool
		conflicts  string
		demands    string
		answers    map[string]string
	}{
		"5 and 10": {
			[]combining.Terms{five, ten},
			true, "",
			"attribution: The source is credited (commercial-remix-5, commercial-remix-10).",
			map[string]string{
				"commercial-remix-5": "allowed",
				"cc-by-4.0":          "refused\nowes_royalty: The terms allow no further restriction, and the work owes royalties.",
			},
		},
		"sa and nc": {[]combining.Terms{nc, sa}, false, "sharealike_conflicts_noncommercial: cc-by-sa-4.0 and cc-by-nc-4.0: " +
			"One work that it is made from demands terms that allow commercial use, another forbids it.", "", nil},
		"sa and ncsa": {[]combining.Terms{sa, ncsa}, false, "sharealike_conflict: cc-by-sa-4.0 and cc-by-nc-sa-4.0: Two works that it is made from", "", nil},
		"sa and 5": {
			[]combining.Terms{sa, five},
			false,
			"sharealike_conflicts_royalty: A work that it is made from demands terms that allow no royalty, and royalties are owed (cc-by-sa-4.0).", "", nil,
		},
		"nc": {[]combining.Terms{nc, nc}, true, "", "noncommercial: No commercial use (cc-by-nc-4.0).", map[string]string{
			"commercial-use": "refused\nnoncommercial_source: A work that it was made from forbids commercial use (cc-by-nc-4.0).",
			"cc-by-4.0":      "allowed_with_warning\nnoncommercial_source: A work that it was made from forbids commercial use",
		}},
		"over": {[]combining.Terms{five, dear}, false, ": Together they ask for 100.0001 % in royalties, more than the whole.", "", nil},
		"limited": {
			[]combining.Terms{limited},
			true, "",
			"expires: The permission ends with the grant, unless that is renewed (limited).\n" +
				"scope: Use is limited to the countries DE, FR and the media web (limited).\n" +
				"ceiling: No commercial use once it has taken in more than 500uusdc (limited).",
			map[string]string{
				"limited":        "allowed",
				"commercial-use": "refused\nscope_source: A work that it was made from may be used in some territories",
				"cc-by-4.0":      "refused\nexpiring_source: The permission of a work that it was made from ends, and",
			},
		},
	} {
		report := combining.Explain(c.sources, append(presets(), limited))
		require.Equal(t, c.combinable, report.Combinable, name)
		require.Contains(t, texts(report.Conflicts), c.conflicts, name)
		require.Contains(t, texts(report.Demands), c.demands, name)
		for _, o := range report.Offers {
			if want, asked := c.answers[o.Name]; asked {
				require.Contains(t, string(o.Answer)+"\n"+texts(o.Reasons), want, "%s under %s", name, o.Name)
			}
		}
	}
	nd := combining.Explain([]combining.Terms{preset(t, "cc-by-nd-4.0"), limited}, presets())
	require.Equal(t, "no_derivatives: The terms do not allow anything to be made from the work (cc-by-nd-4.0).", texts(nd.Sources[0].Refusals))
	require.True(t, nd.Sources[1].NeedsGrant)
	require.False(t, nd.Combinable)
	require.Empty(t, nd.Offers)
}

// Every reason has words of its own, and names the terms it comes from; the order
// of sources changes no answer.
func TestAnyTerms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sources []combining.Terms
		for range rapid.IntRange(1, 4).Draw(t, "number") {
			terms := gen.Terms().Draw(t, "terms")
			sources = append(sources, combining.Terms{Name: terms.ID().String(), Terms: terms})
		}
		candidates := append(presets(), sources...)
		report := combining.Explain(sources, candidates)
		all := append(slices.Clone(report.Conflicts), report.Demands...)
		for _, s := range report.Sources {
			all = append(all, s.Refusals...)
		}
		for _, o := range report.Offers {
			all = append(all, o.Reasons...)
			require.Equal(t, o.Answer == combining.Allowed, len(o.Reasons) == 0)
		}
		for _, f := range all {
			require.Regexp(t, "^[A-Zct]", f.Text) // sentences, or names of terms
			require.True(t, f.Code == "" || !strings.HasPrefix(f.Text, f.Code), "no words for %s: %s", f.Code, f.Text)
			require.NotContains(t, f.Terms, "", f.Text)
			require.NotEqual(t, ' ', rune(f.Text[0]), f.Text)
		}
		slices.Reverse(sources)
		again := combining.Explain(sources, candidates)
		require.Equal(t, report.Combinable, again.Combinable)
		for i, o := range report.Offers {
			require.Equal(t, o.Answer, again.Offers[i].Answer)
		}
	})
}
