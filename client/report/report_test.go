package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/report"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var update = flag.Bool("write", false, "rewrite the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), name)
}

func filled(t *testing.T, statute string, subject report.Subject, n *node, work registrytypes.WorkID, facts report.Facts) report.Report {
	t.Helper()
	known, err := report.Gather(t.Context(), n, moment, work, report.DefaultMaxSources)
	require.NoError(t, err)
	s, err := report.StatuteOf(statute)
	require.NoError(t, err)
	r, err := report.Fill(s, subject, known, facts)
	require.NoError(t, err)
	requireWhole(t, s.For(subject), r)
	return r
}

// requireWhole: each item is answered or listed as missing, and each line says where it comes from.
func requireWhole(t *testing.T, s report.Statute, r report.Report) {
	t.Helper()
	require.Len(t, r.Answers, len(s.Items))
	missing := map[string]bool{}
	for _, gap := range r.Missing {
		missing[gap.Number] = true
		require.NotEmpty(t, gap.Supply+gap.Fact, gap.What)
	}
	for i, a := range r.Answers {
		require.Equal(t, s.Items[i].Number, a.Number)
		require.True(t, len(a.Lines) > 0 || missing[a.Number], a.Number)
		require.Equal(t, missing[a.Number], a.Missing, a.Number)
		for _, line := range a.Lines {
			require.NotEqual(t, len(line.From) > 0, line.StatedBy != "", line.Text)
			for _, number := range line.From {
				require.Equal(t, number, r.Declarations[number-1].Number)
			}
		}
	}
	require.Equal(t, len(r.Missing) == 0, r.Complete)
}

func rendered(t *testing.T, r report.Report, format string) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, r.Write(&out, format))
	return out.Bytes()
}

func TestReportsOfADeepMergeAndOfNothing(t *testing.T) {
	deep, merged := merge(t)
	bare := newNode()
	empty := bare.work("bare-7b", "lab", registrytypes.KIND_MODEL)
	made, picture := output(t)
	for _, name := range []string{"eu-gpai", "ca-ab2013", "ai-notice"} {
		r := filled(t, name, report.Model, deep, merged, report.Facts{})
		require.False(t, r.Complete)
		golden(t, "merge-"+name+".md", rendered(t, r, "markdown"))
		golden(t, "empty-"+name+".md", rendered(t, filled(t, name, report.Model, bare, empty, report.Facts{}), "markdown"))
	}
	for _, name := range []string{"ca-sb942", "ai-notice"} {
		golden(t, "output-"+name+".md", rendered(t, filled(t, name, report.Output, made, picture, report.Facts{}), "markdown"))
		golden(t, "empty-output-"+name+".md", rendered(t, filled(t, name, report.Output, bare, empty, report.Facts{}), "markdown"))
	}
	r := filled(t, "ca-ab2013", report.Model, deep, merged, report.Facts{})
	golden(t, "merge-ca-ab2013.html", rendered(t, r, "html"))
	golden(t, "merge-ca-ab2013.json", rendered(t, r, "json"))
	require.ErrorContains(t, r.Write(&bytes.Buffer{}, "pdf"), "markdown, json, html")
}

// A file of facts with every key filled in completes every report, and each such line names its provider.
func TestFactsCompleteAReport(t *testing.T) {
	bare := newNode()
	work := bare.work("bare-7b", "lab", registrytypes.KIND_MODEL)
	for _, name := range report.Names() {
		s, err := report.StatuteOf(name)
		require.NoError(t, err)
		text := strings.ReplaceAll(s.FactsTemplate(), `""`, `"stated: <b>"`)
		facts, err := report.ReadFacts(strings.NewReader(text))
		require.NoError(t, err, name)
		for _, subject := range []report.Subject{report.Model, report.Output} {
			r := filled(t, name, subject, bare, work, facts)
			require.True(t, r.Complete, "%s: %v", name, r.Missing)
			require.Contains(t, string(rendered(t, r, "markdown")), `stated by stated&#58; &#60;b&#62;, not on the chain`)
		}
		unfilled, err := report.ReadFacts(strings.NewReader(strings.Replace(s.FactsTemplate(), `""`, "Lab", 1)))
		require.NoError(t, err)
		for key, lines := range unfilled.Stated {
			require.Empty(t, lines, key)
		}
	}
}

func TestFactsNameMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"facts: {languages: English}":                                             `"provider" is empty`,
		"provider: Lab\nfacts: {languags: English}":                               `did you mean "languages"?`,
		"provider: Lab\nfacts: {languages: {a: b}}":                               "a text or a list of texts",
		"provider: Lab\nfact: {}":                                                 "field fact not found",
		"provider: Lab\n---\nprovider: Lab":                                       "a second document",
		"provider: Lab\nfacts: {languages: [" + strings.Repeat("a,", 1001) + "]}": "at most 1000 lines",
		"provider: Lab\nfacts: {languages: " + strings.Repeat("a", 4097) + "}":    "at most 4096 bytes",
		strings.Repeat("#", report.MaxFacts+1):                                    "more than 1048576 bytes",
	} {
		_, err := report.ReadFacts(strings.NewReader(text))
		require.ErrorContains(t, err, want)
	}
	facts, err := report.ReadFacts(strings.NewReader("provider: Lab\nfacts:\n  market-date: 2026-08-02\n  languages: [English, 7]\n"))
	require.NoError(t, err)
	require.Equal(t, report.Lines{"2026-08-02"}, facts.Stated["market-date"])
	require.Equal(t, report.Lines{"English", "7"}, facts.Stated["languages"])
}

// A list that is cut says so and is not complete, whatever else is known.
func TestAReportIsBounded(t *testing.T) {
	n, merged := merge(t)
	whole, err := report.Gather(t.Context(), n, moment, merged, report.DefaultMaxSources)
	require.NoError(t, err)
	require.False(t, whole.Cut)
	require.Len(t, whole.Sources, 10, "every edge but the citation")
	require.Equal(t, 1, whole.Cited)
	require.Equal(t, uint32(3), whole.Sources[len(whole.Sources)-1].Depth)
	for most := 1; most < len(whole.Sources); most++ {
		known, err := report.Gather(t.Context(), n, moment, merged, most)
		require.NoError(t, err)
		require.True(t, known.Cut)
		require.Equal(t, whole.Sources[:most], known.Sources)
		s, err := report.StatuteOf("ai-notice")
		require.NoError(t, err)
		r, err := report.Fill(s, report.Model, known, report.Facts{})
		require.NoError(t, err)
		require.False(t, r.Complete)
		require.Contains(t, r.Missing[len(r.Missing)-1].What, "the list was cut")
	}
	for _, most := range []int{0, report.MaxSources + 1} {
		_, err := report.Gather(t.Context(), n, moment, merged, most)
		require.ErrorContains(t, err, "1 to 100000 sources")
	}
	_, err = report.Gather(t.Context(), n, moment, registrytypes.WorkID{9}, 1)
	require.ErrorContains(t, err, "not found")
}

// What people wrote is neither markup nor a link in any format.
func TestNoTextIsMarkup(t *testing.T) {
	n, merged := merge(t)
	r := filled(t, "ai-notice", report.Model, n, merged, report.Facts{Provider: nasty, Stated: map[string]report.Lines{"works-used": {nasty}}})
	for _, format := range []string{"markdown", "html"} {
		text := string(rendered(t, r, format))
		for _, bad := range []string{"<script", "</li><script", "](https", "\n# head", "\u202e", "**b**"} {
			if format == "html" && (bad == "](https" || bad == "**b**") {
				continue // no markup there
			}
			require.NotContains(t, text, bad, format)
		}
	}
	require.NotContains(t, string(rendered(t, r, "html")), `href="http`)
	var read map[string]any
	require.NoError(t, json.Unmarshal(rendered(t, r, "json"), &read))
}

// The card is the version that the record pins, not the newest.
func TestTheCardIsTheOneThatWasPinned(t *testing.T) {
	n, picture := output(t)
	r := filled(t, "ca-sb942", report.Output, n, picture, report.Facts{})
	text := string(rendered(t, r, "json"))
	require.Contains(t, text, "responsible for the agent: Lab Inc.")
	require.NotContains(t, text, "Newer Inc.")
	n.records[picture] = &lineagetypes.GenerationRecord{Model: "painter"}
	r = filled(t, "ca-sb942", report.Output, n, picture, report.Facts{})
	var missing []string
	for _, gap := range r.Missing {
		missing = append(missing, gap.Number)
		// Nobody is told to declare a record where there is one, which is never changed.
		require.NotContains(t, gap.Supply, "declares the output's sources")
	}
	require.Equal(t, []string{"1", "2", "3", "5"}, missing)
}
