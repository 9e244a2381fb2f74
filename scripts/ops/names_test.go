package ops_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/stemma-chain/stemma/app/metrics"
)

// alert is a rule of alerts.yml.
type alert struct {
	Alert       string
	Expr        string
	For         string
	Labels      struct{ Severity string }
	Annotations struct{ Summary, Remedy string }
}

func alerts(t *testing.T) (all []alert) {
	t.Helper()
	raw, err := os.ReadFile("alerts.yml")
	require.NoError(t, err)
	var file struct{ Groups []struct{ Rules []alert } }
	require.NoError(t, yaml.Unmarshal(raw, &file))
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	return all
}

// panels are the expressions of dashboard.json by the title of their panel.
func panels(t *testing.T) map[string][]string {
	t.Helper()
	raw, err := os.ReadFile("dashboard.json")
	require.NoError(t, err)
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(raw, &board))
	all := map[string][]string{}
	for _, panel := range board.Panels {
		for _, target := range panel.Targets {
			all[panel.Title] = append(all[panel.Title], target.Expr)
		}
	}
	return all
}

var metricNames = regexp.MustCompile(`\b(stemma|cometbft|process|go)_[a-z0-9_]+|\bup\b`)

// named are the metrics that alerts and dashboard name.
func named(t *testing.T) (names []string) {
	t.Helper()
	for _, a := range alerts(t) {
		names = append(names, metricNames.FindAllString(a.Expr, -1)...)
	}
	for _, exprs := range panels(t) {
		for _, expr := range exprs {
			names = append(names, metricNames.FindAllString(expr, -1)...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Alerts and dashboard name metrics of our table, and the dashboard shows all of it.
func TestNamesAreOfTheTable(t *testing.T) {
	table := map[string]bool{}
	for _, m := range metrics.Table {
		table[m.Name] = true
	}
	names := named(t)
	for _, name := range names {
		if strings.HasPrefix(name, "stemma_") {
			require.True(t, table[name], "no metric %s", name)
		}
	}
	for name := range table {
		require.Contains(t, names, name, "the dashboard does not show it")
	}
}

func TestEachAlertSaysWhatToDo(t *testing.T) {
	manual, err := os.ReadFile("../../docs/operators.md")
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, a := range alerts(t) {
		require.False(t, seen[a.Alert], a.Alert)
		seen[a.Alert] = true
		require.Contains(t, []string{"page", "ticket"}, a.Labels.Severity, a.Alert)
		require.NotEmpty(t, a.Annotations.Summary, a.Alert)
		require.NotEmpty(t, a.Annotations.Remedy, a.Alert)
		require.Contains(t, string(manual), "`"+a.Alert+"`", "docs/operators.md lists all alerts")
	}
}
