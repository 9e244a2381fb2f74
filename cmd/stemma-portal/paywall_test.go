package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is wrong with a paywall's settings is said with the flag's name, and no start mends it.
func TestWrongSettingsOfAPaywall(t *testing.T) {
	dir := t.TempDir()
	table := filepath.Join(dir, "map.csv")
	require.NoError(t, os.WriteFile(table, []byte("path,work,use\n/a,work1qqq,copy\n"), 0o600))
	empty := filepath.Join(dir, "empty.csv")
	require.NoError(t, os.WriteFile(empty, []byte("path,work,use\n"), 0o600))
	till := []string{"--till", filepath.Join(dir, "till.db"), "--vouchers", filepath.Join(dir, "vouchers"), "--listen", "127.0.0.1:0"}
	site := []string{"--site", dir}
	origin := []string{"--origin", "https://example.org"}
	for _, c := range []struct {
		args [][]string
		says string
	}{
		{[][]string{site, {"--map", empty}}, "--origin https://example.org"},
		{[][]string{site, origin}, "--map"},
		{[][]string{origin, {"--map", empty}}, "--upstream"},
		{[][]string{origin, {"--map", empty, "--site", filepath.Join(dir, "none")}}, "--site: stat"},
		{[][]string{origin, {"--map", empty, "--site", table}}, "is no folder"},
		{[][]string{origin, site, {"--map", table}}, "line 2"},
		{[][]string{site, {"--map", empty, "--origin", "https://example.org/shop"}}, "without a path"},
	} {
		args := append([]string{"paywall"}, till...)
		for _, more := range c.args {
			args = append(args, more...)
		}
		cmd := rootCmd()
		cmd.SetArgs(args)
		err := cmd.ExecuteContext(t.Context())
		require.ErrorContains(t, err, c.says, "%v", args)
		require.Equal(t, exitUnfit, exitCode(err), "%v", args)
	}
}

func TestRedeemNeedsAKey(t *testing.T) {
	cmd := rootCmd()
	cmd.SetArgs([]string{"redeem", "--once", "--keyring-backend", "test", "--keyring-dir", t.TempDir()})
	err := cmd.ExecuteContext(t.Context())
	require.ErrorContains(t, err, "say whose key pays the fees: --from")
	require.Equal(t, exitUnfit, exitCode(err))
}

// A rehearsal opens no till, and fails where the map needs a look.
func TestAMapIsCheckedBeforeItIsServed(t *testing.T) {
	dir := t.TempDir()
	table, book := filepath.Join(dir, "map.csv"), filepath.Join(dir, "till.db")
	check := func(rows string) (string, error) {
		require.NoError(t, os.WriteFile(table, []byte("path,work,use\n"+rows), 0o600))
		cmd := rootCmd()
		var out strings.Builder
		cmd.SetOut(&out)
		cmd.SetArgs([]string{
			"paywall", "--check", "--site", dir, "--map", table, "--origin", "https://example.org", "--till", book, "--grpc", "127.0.0.1:1",
		})
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	_, err := check("")
	require.NoError(t, err)
	out, err := check("/none.txt," + strings.Repeat("ab", 32) + ",copy\n")
	require.ErrorContains(t, err, "2 findings, 0 of 1 rows were checked")
	require.Equal(t, 1, exitCode(err))
	require.Regexp(t, `(?m)^2 +/none.txt .* no_file `, out)
	require.Regexp(t, `(?m)^2 +/none.txt .* node_away `, out)
	require.NoFileExists(t, book)
}
