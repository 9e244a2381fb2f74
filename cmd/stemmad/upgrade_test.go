package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a binary knows is asked of the binary, before a plan names an upgrade and after.
func TestABinarySaysWhichUpgradesItKnows(t *testing.T) {
	dir := t.TempDir()
	write := func(name, says string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+says+"\n"), 0o700)) //nolint:gosec // it is run
		return path
	}
	good := write("good", `echo '{"upgrades":["v0.8.0","v0.9.0"]}'`)
	require.Equal(t, upgradeCheck{Name: "binary", OK: true, Found: good + " knows v0.8.0, v0.9.0"}, knowsCheck(t.Context(), good))
	require.Equal(t, upgradeCheck{Name: "binary", OK: true, Found: good + " knows v0.9.0"}, binaryCheck(t.Context(), dir, good, "v0.9.0"))
	require.False(t, binaryCheck(t.Context(), dir, good, "v1.0.0").OK)
	for _, bad := range []string{write("old", "exit 1"), write("other", "echo hello"), filepath.Join(dir, "none")} {
		for _, c := range []upgradeCheck{knowsCheck(t.Context(), bad), binaryCheck(t.Context(), dir, bad, "v0.9.0")} {
			require.False(t, c.OK, bad)
			require.Contains(t, c.Found, "does not say what it knows")
			require.NotEmpty(t, c.Remedy)
		}
	}
}
