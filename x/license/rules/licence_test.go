package rules_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/names"
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

// cc builds the attributes that a licence of the charts implies.
func cc(t require.TestingT, spdx string) rules.Terms {
	switch spdx {
	case "PD":
		spdx = "CC0-1.0"
	case "PDM":
		spdx = "CC-PDM-1.0"
	}
	return named(t, spdx)
}

// named builds the attributes that a known licence implies.
func named(t require.TestingT, spdx string) rules.Terms {
	licence, err := names.Read(spdx)
	require.NoError(t, err, spdx)
	facts, known := licence.Facts()
	require.True(t, known, spdx)
	return rules.Terms{
		Licence: spdx, Commercial: facts.Commercial, Attribution: facts.Attribution, NoFurtherRestrictions: facts.NoFurther,
		Derivatives: map[names.Derivatives]rules.Derivatives{
			names.None: rules.DerivativesNone, names.Allowed: rules.DerivativesAllowed, names.ShareAlike: rules.DerivativesShareAlike,
		}[facts.Derivatives],
	}
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
	_, conflicts := rules.Combine(full("work a", a, cc(t, a)), full("work b", b, cc(t, b)))
	return len(conflicts) == 0
}

// Two licences of one name that the table does not know are the same if their texts are.
func TestALicenceOfOnesOwnIsItsText(t *testing.T) {
	one := rules.Terms{Licence: "LicenseRef-Mine", Text: "aa", Commercial: true, Derivatives: rules.DerivativesShareAlike}
	other := one
	other.Text = "bb"
	require.True(t, one.Satisfies(one))
	require.False(t, other.Satisfies(one))
	_, conflicts := rules.Combine(full("a", "1", one), full("b", "2", other))
	require.Len(t, conflicts, 1)
	require.False(t, rules.OfferAllowed(full("a", "1", one), false, other, "").Allowed())
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
	verdict := rules.OfferAllowed(full("source", source, from), false, cc(t, adapter), "")
	switch {
	case !verdict.Allowed():
		return "forbidden"
	case len(verdict.Warnings) > 0:
		return "not_recommended"
	}
	return "allowed"
}

func TestLaterVersionSatisfiesShareAlike(t *testing.T) {
	old, current := cc(t, "CC-BY-SA-3.0"), cc(t, "CC-BY-SA-4.0")
	require.True(t, current.Satisfies(old))
	require.False(t, old.Satisfies(current))
	require.False(t, cc(t, "CC-BY-NC-SA-4.0").Satisfies(old))
	require.False(t, current.Satisfies(cc(t, "CC-BY-SA-1.0")), "version 1.0 names no later one")

	_, conflicts := rules.Combine(full("a", "3", old), full("b", "4", current))
	require.Empty(t, conflicts, "both can be met under the later version")
}

// answer says what becomes of works under some licences: c they conflict, else y or
// n, whether the derivative may be offered under the last licence.
func answer(t *testing.T, sources []string, offered string) string {
	var groups []rules.Group
	for _, s := range sources {
		groups = append(groups, full("work under "+s, s, named(t, s)))
	}
	demands, conflicts := rules.Combine(groups...)
	switch {
	case len(conflicts) > 0:
		return "c"
	case rules.OfferAllowed(demands, false, named(t, offered), "").Allowed():
		return "y"
	}
	return "n"
}

func TestLicencesGoTogetherAsTheirAuthorsSay(t *testing.T) {
	for _, c := range []struct {
		want    string
		sources []string
		offered string
	}{
		{"y", []string{"CC-BY-SA-4.0"}, "GPL-3.0-only"},
		{"n", []string{"GPL-3.0-only"}, "CC-BY-SA-4.0"},
		{"n", []string{"CC-BY-SA-3.0"}, "GPL-3.0-only"},
		{"n", []string{"CC-BY-NC-SA-4.0"}, "GPL-3.0-only"},
		{"y", []string{"CC-BY-SA-4.0", "GPL-3.0-only"}, "GPL-3.0-only"},
		{"n", []string{"CC-BY-SA-4.0", "GPL-3.0-only"}, "CC-BY-SA-4.0"},
		{"y", []string{"CC-BY-SA-4.0", "LAL-1.3"}, "LAL-1.3"},
		{"y", []string{"LAL-1.3"}, "CC-BY-SA-4.0"},
		{"n", []string{"CC-BY-SA-1.0"}, "CC-BY-SA-4.0"},
		{"y", []string{"CC-BY-SA-1.0"}, "CC-BY-SA-1.0"},
		{"c", []string{"CC-BY-SA-1.0", "CC-BY-SA-2.0"}, "CC-BY-SA-4.0"},
		{"y", []string{"GPL-3.0-or-later"}, "GPL-3.0-only"},
		{"n", []string{"GPL-3.0-only"}, "GPL-3.0-or-later"},
		{"y", []string{"LGPL-2.1-or-later", "GPL-2.0-only"}, "GPL-2.0-only"},
		{"y", []string{"LGPL-3.0-only"}, "GPL-3.0-only"},
		{"y", []string{"GPL-3.0-only", "AGPL-3.0-only"}, "GPL-3.0-only AND AGPL-3.0-only"},
		{"n", []string{"GPL-3.0-only", "AGPL-3.0-only"}, "AGPL-3.0-only"},
		{"c", []string{"GPL-2.0-only", "GPL-3.0-only"}, "GPL-3.0-only"},
		{"y", []string{"MPL-2.0", "GPL-2.0-only"}, "GPL-2.0-only"},
		{"y", []string{"Apache-2.0", "GPL-3.0-only"}, "GPL-3.0-only"},
		{"c", []string{"Apache-2.0", "GPL-2.0-only"}, "GPL-2.0-only"},
		{"n", []string{"Apache-2.0"}, "GPL-2.0-or-later"},
		{"n", []string{"Apache-2.0", "GPL-2.0-or-later"}, "GPL-2.0-or-later"},
		{"y", []string{"Apache-2.0", "GPL-2.0-or-later"}, "GPL-3.0-or-later"},
		{"y", []string{"MIT", "GPL-2.0-only"}, "GPL-2.0-only"},
		{"n", []string{"LicenseRef-Gemma"}, "MIT"},
		{"c", []string{"LicenseRef-Gemma", "CC-BY-SA-4.0"}, "CC-BY-SA-4.0"},
		{"y", []string{"MIT", "LicenseRef-Gemma"}, "LicenseRef-Gemma"},
	} {
		require.Equal(t, c.want, answer(t, c.sources, c.offered), "%v under %s", c.sources, c.offered)
	}
	own := rules.Terms{Licence: "LicenseRef-Own", Commercial: true, Attribution: true}
	require.True(t, rules.OfferAllowed(full("a", "gemma", named(t, "LicenseRef-Gemma")), false, own, "").Allowed(),
		"terms of one's own may pass the limits on")
}
