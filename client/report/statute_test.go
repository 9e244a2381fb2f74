package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/report"
)

// lists are what each law asks, item by item: the number, and a word of what it asks.
var lists = map[string][]string{
	"ca-ab2013": {
		"1 sources or owners", "2 intended purpose", "3 number of data points", "4 labels", "5 copyright, trademark or patent",
		"6 purchased or licensed", "7 personal information", "8 aggregate consumer information", "9 cleaned, processed or modified",
		"10 period", "11 first used", "12 synthetic data",
	},
	"ca-sb942": {
		"1 name of the provider", "2 the name and the version", "3 the time and the date", "4 unique identifier", "5 industry standards",
	},
	"eu-gpai": {
		"1.1 contact", "1.1 representative", "1.2 versioned names", "1.3 other models", "1.4 Union market",
		"1.5 text, image, audio, video, other",
		"1.6 ranges", "1.7 types of content", "1.8 latest date of acquisition", "1.9 languages", "2.1 by name and link",
		"2.2.1 commercially licensed", "2.2.2 third parties otherwise", "2.3.1 crawlers", "2.3.2 purpose", "2.3.3 behaviour", "2.3.4 period",
		"2.3.5 content", "2.3.6 top 10 % by size", "2.4.1 interaction with the model", "2.4.2 other services", "2.5 own or other models",
		"2.6 no category", "3.1 text and data mining", "3.2 illegal content", "3.3 other information",
	},
	"ai-notice": {"1 machine-readable", "2 Copyright Office", "3 was not read"},
}

func TestEachItemOfALawIsInItsTable(t *testing.T) {
	require.Len(t, lists, len(report.Names()))
	for _, name := range report.Names() {
		s, err := report.StatuteOf(name)
		require.NoError(t, err)
		require.NotEmpty(t, s.Title)
		require.NotEmpty(t, s.Version)
		items := map[string]report.Item{}
		for _, item := range s.Items {
			require.NotContains(t, items, item.Number, name)
			require.NotEmpty(t, item.Title, item.Number)
			require.NotEmpty(t, item.Facts, item.Number)
			require.True(t, item.Needs == report.AllFacts || item.Needs == report.Either && len(item.Answers) > 0, "%s %s", name, item.Number)
			items[item.Number] = item
		}
		listed := map[string]bool{}
		for _, line := range lists[name] {
			number, asks, _ := strings.Cut(line, " ")
			listed[number] = true
			require.Contains(t, items[number].Asks, asks, "%s %s", name, number)
		}
		require.Len(t, listed, len(items), "%s has items that the law does not ask", name)
	}
	_, err := report.StatuteOf("eu-gdpr")
	require.ErrorIs(t, err, report.ErrNoStatute)
}
