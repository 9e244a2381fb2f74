package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func itoa(n int) string { return strconv.Itoa(n) }

// units are those of this folder, with the program that each runs.
var units = map[string]string{
	"stemmad.service": "/usr/local/bin/stemmad", "stemma-portal.service": "/usr/local/bin/stemma-portal", "horcrux.service": "/usr/local/bin/horcrux",
}

// settings are those of a unit, of all its sections.
func settings(t *testing.T, unit string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(unit)
	require.NoError(t, err)
	found := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if key, value, is := strings.Cut(strings.TrimSpace(line), "="); is && !strings.HasPrefix(key, "#") {
			found[key] = append(found[key], value)
		}
	}
	return found
}

func TestUnitsGiveAwayNothing(t *testing.T) {
	for unit, program := range units {
		s := settings(t, unit)
		require.Equal(t, program, strings.Fields(s["ExecStart"][0])[0])
		require.True(t, s["User"] != nil || slices.Equal(s["DynamicUser"], []string{"yes"}), "%s runs as root", unit)
		for key, want := range map[string]string{
			"NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateDevices": "yes",
			"UMask": "0077", "MemoryDenyWriteExecute": "yes",
		} {
			require.Equal(t, []string{want}, s[key], "%s %s", unit, key)
		}
	}
	// What a restart does not mend is what the manual lists.
	manual, err := os.ReadFile("../../docs/operators.md")
	require.NoError(t, err)
	for _, code := range strings.Fields(settings(t, "stemmad.service")["RestartPreventExitStatus"][0]) {
		require.Contains(t, string(manual), "\n| "+code+" | ")
	}
}

// systemd's own opinion, where it is installed; it need not run.
func TestSystemdTakesTheUnits(t *testing.T) {
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze")
	}
	program := regexp.MustCompile(`(?m)^(ExecStart=)\S+`)
	for unit := range units {
		text, err := os.ReadFile(unit)
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), unit)
		require.NoError(t, os.WriteFile(file, program.ReplaceAll(text, []byte("${1}/bin/true")), 0o600))
		out, err := exec.CommandContext(t.Context(), tool, "verify", file).CombinedOutput()
		require.NoError(t, err, string(out))
		require.Empty(t, string(out))
		// In tenths; 96 is a unit without any setting.
		out, err = exec.CommandContext(t.Context(), tool, "security", "--offline=true", "--threshold=20", file).CombinedOutput()
		require.NoError(t, err, string(out))
	}
}
