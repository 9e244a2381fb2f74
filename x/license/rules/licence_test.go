package rules_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// charts are the compatibility charts of Creative Commons.
type charts struct {
	Remix   map[string]map[string]bool   `json:"remix_chart"`
	Adapter map[string]map[string]string `json:"adapter_chart"`
}

// readCharts finds the vectors beside the repository. They are not part of it.
func readCharts(t *testing.T) charts {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "shared", "vectors", "cc-charts.json")
	bz, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the charts are not at %s: get the vectors to run this test", path)
	}
	require.NoError(t, err)
	var c charts
	require.NoError(t, json.Unmarshal(bz, &c))
	return c
}

// cc builds the attributes that a Creative Commons licence implies.
func cc(t require.TestingT, spdx string) rules.Terms {
	switch spdx {
	case "PD":
		spdx = "CC0-1.0"
	case "PDM":
		spdx = "CC-PDM-1.0"
	}
	licence, ok := rules.ParseCreativeCommons(spdx)
	require.True(t, ok, spdx)
	terms := rules.Terms{
		Licence: spdx, Commercial: !licence.NonCommercial, Attribution: licence.Attribution,
		Derivatives: rules.DerivativesAllowed, NoFurtherRestrictions: true,
	}
	if licence.NoDerivatives {
		terms.Derivatives = rules.DerivativesNone
	} else if licence.ShareAlike {
		terms.Derivatives = rules.DerivativesShareAlike
	}
	return terms
}

// ccLicences are the licences of the charts.
var ccLicences = []string{
	"CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0",
}

// adaptable says whether a work that is offered to everybody may be adapted.
func adaptable(terms rules.Terms) bool {
	work := rules.Work{Alternatives: []rules.Alternative{{ID: "offer", Terms: terms}}}
	return rules.Decide(work, rules.Use{Action: rules.Adapt}, now).Verdict == rules.Allowed
}

// remixable says whether works under two licences can be remixed together.
func remixable(t require.TestingT, a, b string) bool {
	if !adaptable(cc(t, a)) || !adaptable(cc(t, b)) {
		return false
	}
	_, conflicts := rules.Combine(rules.Demands("work a", a, cc(t, a)), rules.Demands("work b", b, cc(t, b)))
	return len(conflicts) == 0
}

func TestRemixChart(t *testing.T) {
	cells := 0
	for a, row := range readCharts(t).Remix {
		for b, want := range row {
			require.Equal(t, want, remixable(t, a, b), "%s with %s", a, b)
			cells++
		}
	}
	require.Equal(t, 64, cells)
}

func TestAdapterChart(t *testing.T) {
	cells := 0
	for source, row := range readCharts(t).Adapter {
		for adapter, want := range row {
			require.Equal(t, want, adapted(t, source, adapter), "%s adapted under %s", source, adapter)
			cells++
		}
	}
	require.Equal(t, 49, cells)
}

// adapted answers in the words of the adapter chart.
func adapted(t *testing.T, source, adapter string) string {
	from := cc(t, source)
	if !adaptable(from) {
		return "forbidden"
	}
	verdict := rules.OfferAllowed(rules.Demands("source", source, from), false, cc(t, adapter))
	switch {
	case !verdict.Allowed():
		return "forbidden"
	case len(verdict.Warnings) > 0:
		return "not_recommended"
	}
	return "allowed"
}

func TestAnySpellingOfCreativeCommonsIsRecognised(t *testing.T) {
	for _, s := range []string{"CC-BY-4.0", "cc-by-4.0", "Cc0-1.0", "MIT OR CC-BY-SA-4.0", "(cc-by-nc-4.0) AND MIT", "CC-PDM-1.0"} {
		require.True(t, rules.IsCreativeCommons(s), s)
	}
	for _, s := range []string{"MIT", "LicenseRef-CC-BY-like", "OGA-BY-3.0", ""} {
		require.False(t, rules.IsCreativeCommons(s), s)
	}
	for _, s := range []string{"CC-BY", "CC-BY-SA-NC-4.0", "CC-BY-NC-ND-SA-4.0", "cc-by-4.0", "CC-BY-4.0-", "CC0-1.0 "} {
		_, ok := rules.ParseCreativeCommons(s)
		require.False(t, ok, s)
	}
	ported, ok := rules.ParseCreativeCommons("CC-BY-NC-SA-3.0-DE")
	require.True(t, ok)
	require.Equal(t, rules.CreativeCommons{
		Elements: "CC-BY-NC-SA", Version: "3.0", Attribution: true, NonCommercial: true, ShareAlike: true,
	}, ported)
	require.False(t, strings.Contains(ported.Elements, "DE"))
}

func TestLaterVersionSatisfiesShareAlike(t *testing.T) {
	old, current := cc(t, "CC-BY-SA-3.0"), cc(t, "CC-BY-SA-4.0")
	require.True(t, current.Satisfies(old))
	require.False(t, old.Satisfies(current))
	require.False(t, cc(t, "CC-BY-NC-SA-4.0").Satisfies(old))

	_, conflicts := rules.Combine(rules.Demands("a", "3", old), rules.Demands("b", "4", current))
	require.Empty(t, conflicts, "both can be met under the later version")
}

func TestCompatibleLicencesTakeShareAlikeOver(t *testing.T) {
	gpl := rules.Terms{
		Licence: "GPL-3.0-only", Commercial: true, Attribution: true, Derivatives: rules.DerivativesShareAlike, NoFurtherRestrictions: true,
	}
	require.True(t, gpl.Satisfies(cc(t, "CC-BY-SA-4.0")))
	require.False(t, cc(t, "CC-BY-SA-4.0").Satisfies(gpl), "one way only")
	require.False(t, gpl.Satisfies(cc(t, "CC-BY-SA-3.0")), "since version 4.0")
	require.False(t, gpl.Satisfies(cc(t, "CC-BY-NC-SA-4.0")))
	stricter := gpl
	stricter.Commercial = false
	require.False(t, stricter.Satisfies(cc(t, "CC-BY-SA-4.0")), "terms that only bear the name")

	demands, conflicts := rules.Combine(rules.Demands("a", "sa", cc(t, "CC-BY-SA-4.0")), rules.Demands("b", "gpl", gpl))
	require.Empty(t, conflicts)
	require.True(t, rules.OfferAllowed(demands, false, gpl).Allowed())
	require.False(t, rules.OfferAllowed(demands, false, cc(t, "CC-BY-SA-4.0")).Allowed())
}
