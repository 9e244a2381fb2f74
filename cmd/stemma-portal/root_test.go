package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is wrong with a flag is said with its name, before anything is opened.
func TestWrongFlags(t *testing.T) {
	deny := filepath.Join(t.TempDir(), "deny")
	require.NoError(t, os.WriteFile(deny, []byte("work1nonsense\n"), 0o600))
	for _, c := range []struct{ flag, value, says string }{
		{"--trust", "4711", "64 hex digits"},
		{"--rate", "-1", "--rate"},
		{"--burst", "0", "--burst"},
		{"--at-once", "0", "--at-once"},
		{"--log-format", "xml", "text or json"},
		{"--deny", deny, "line 1"},
		{"--deny", deny + "0", "no such file"},
		{"--node", "ftp://localhost:26657", "tcp://HOST:PORT"},
		{"--node", "tcp://", "tcp://HOST:PORT"},
		{"--db", deny, deny}, // no database, by its name
	} {
		cmd := rootCmd()
		cmd.SetArgs([]string{"--db", filepath.Join(t.TempDir(), "index.db"), "--listen", "127.0.0.1:0", c.flag, c.value})
		err := cmd.ExecuteContext(t.Context())
		require.ErrorContains(t, err, c.says, "%s %s", c.flag, c.value)
		if c.flag != "--db" { // which the portal itself opens
			require.ErrorAs(t, err, new(settingError))
		}
	}
}

// A setting that is mistyped in the environment is no reason to stop, since other programs set such variables too.
func TestAVariableThatSetsNothingIsSaid(t *testing.T) {
	t.Setenv("STEMMA_PORTAL_TURST", "1:AB")
	t.Setenv("STEMMA_PORTAL_LOG_FORMAT", "json")
	var out bytes.Buffer
	cmd := rootCmd()
	require.NoError(t, fromEnvironment(cmd.Flags()))
	warn(slog.New(slog.NewTextHandler(&out, nil)), cmd.Flags())
	require.Contains(t, out.String(), "STEMMA_PORTAL_TURST")
	require.NotContains(t, out.String(), "LOG_FORMAT")
	require.Contains(t, out.String(), "--trust")

	out.Reset()
	require.NoError(t, cmd.Flags().Set("trust", "1:AB"))
	warn(slog.New(slog.NewTextHandler(&out, nil)), cmd.Flags())
	require.NotContains(t, out.String(), "--trust")
}
