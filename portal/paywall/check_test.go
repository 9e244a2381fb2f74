package paywall_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/portal/paywall"
	doors "github.com/stemma-chain/stemma/portal/x402"
)

// checked looks at a map without a till.
func checked(t *testing.T, table, site string, b paywall.Bounds) paywall.Report {
	t.Helper()
	rows, err := paywall.ReadMap(strings.NewReader(table), "map.csv", time.Now())
	require.NoError(t, err)
	c, err := client.New(chain{}, client.ForChain("wall-1"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	d, err := doors.New(doors.Config{Client: c, Origin: "https://wall.example"})
	require.NoError(t, err)
	report, err := paywall.Check(t.Context(), d, rows, site, b)
	require.NoError(t, err)
	return report
}

// Each row that is likely not as its author meant is named with its line, what is the matter, and what to do.
func TestWhatIsTheMatterWithAMap(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"paid.txt", "full/deep/a.txt", "hidden/.git/a.txt", "page/index.html"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o750))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(secret), 0o600))
	}
	table := "path,work,use\n"
	for _, row := range [][2]string{
		{"/paid.txt", "paid"},
		{"/full/*", "paid"},
		{"/*", "paid"},
		{"/page/", "paid"},
		{"/none.txt", "paid"},
		{"/hidden/*", "paid"},
		{"/none/*", "paid"},
		{"/full/deep/a.txt", "free"},
		{"/full/deep/*", "denied"},
		{"/page/index.html", "unknown"},
		{"/paid.txt/", "unoffered"},
	} {
		table += fmt.Sprintf("%s,%s,ai-input\n", row[0], work(row[1]))
	}
	report := checked(t, table, dir, paywall.Bounds{})
	require.Equal(t, 11, report.Rows)
	require.Equal(t, 11, report.Checked)
	var found []string
	for _, f := range report.Findings {
		found = append(found, fmt.Sprint(f.Line, f.Path, " ", f.Code))
		require.NotEmpty(t, f.Remedy(), f.Code)
		require.NotEmpty(t, f.Work)
	}
	require.Equal(t, []string{
		"6/none.txt no_file", "7/hidden/* no_file", "8/none/* no_file", "9/full/deep/a.txt free", "10/full/deep/* denied",
		"11/page/index.html not_registered", "12/paid.txt/ no_file", "12/paid.txt/ not_on_offer",
	}, found)

	// A server behind is not asked, and a look has an end.
	report = checked(t, table, "", paywall.Bounds{Rows: 8, Within: time.Minute})
	require.Len(t, report.Findings, 1)
	require.Equal(t, 8, report.Checked)
	// Where the node is away nothing is said of the rows behind.
	table = strings.Replace(table, work("free").String(), work("away").String(), 1)
	report = checked(t, table, "", paywall.Bounds{})
	require.Len(t, report.Findings, 1)
	require.Equal(t, paywall.NodeAway, report.Findings[0].Code)
	require.Contains(t, report.Findings[0].Detail, "away")
	require.Equal(t, 7, report.Checked)
}
