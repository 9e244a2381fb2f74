package main

import (
	"cmp"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client/flags"
)

func TestEveryCommandTakesOutput(t *testing.T) {
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			switch sub.Name() {
			case "start", "completion", "help":
				continue
			}
			check(sub)
			if sub.RunE != nil && !sub.HasSubCommands() {
				has := sub.Flags().Lookup(flags.FlagOutput) != nil || sub.InheritedFlags().Lookup(flags.FlagOutput) != nil
				require.True(t, has, sub.CommandPath())
			}
		}
	}
	check(newRootCmd(nil))
}

// -o is short for --output wherever it is, but where a tool of the kind has had another meaning for it.
func TestOneLetterHasOneMeaning(t *testing.T) {
	others := map[string]string{"stemmad init": flagOverwrite, "stemmad testnet init-files": flagOutputDir}
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			check(sub)
			if f := sub.Flags().ShorthandLookup("o"); f != nil {
				require.Equal(t, cmp.Or(others[sub.CommandPath()], flags.FlagOutput), f.Name, sub.CommandPath())
			}
		}
	}
	check(newRootCmd(nil))
}

// What needs no running node answers programs with one JSON value.
func TestAnswersAreJSON(t *testing.T) {
	dir := t.TempDir()
	home, solo := filepath.Join(dir, "home"), filepath.Join(dir, "solo")
	scenario := filepath.Join(dir, "scenario.json")
	require.NoError(t, os.WriteFile(scenario, []byte(`{"works": [], "payments": []}`), 0o600))
	for _, line := range []string{
		"init mine --chain-id test-1 --home " + home,
		"init mine --solo --home " + solo,
		"testnet init-files -v 1 -o " + filepath.Join(dir, "net"),
		"version",
		"terms template", "terms template cc-by-4.0", "terms list --presets", "terms show cc-by-4.0",
		"license combine cc-by-4.0 cc-by-sa-4.0",
		"royalty simulate " + scenario,
		"keys add alice --keyring-backend test --home " + home,
		"keys list --keyring-backend test --home " + home,
		"keys show alice --keyring-backend test --home " + home,
		"keys rename alice bob -y --keyring-backend test --home " + home,
		"keys delete bob -y --keyring-backend test --home " + home,
		"comet show-node-id --home " + home,
		"comet show-validator --home " + home,
		"comet version --home " + home,
		"genesis validate --home " + solo,
		"check --genesis " + filepath.Join(solo, "config", "genesis.json"),
		"snapshots list --home " + solo,
		"reset --home " + solo,
		"prune nothing --home " + solo,
	} {
		out, errs, code := command(append(strings.Fields(line), "--output", "json")...)
		require.Equal(t, exitOK, code, "%s: %s", line, errs)
		read := json.NewDecoder(strings.NewReader(out))
		var value any
		require.NoError(t, read.Decode(&value), "%s: %q", line, out)
		require.ErrorIs(t, read.Decode(&value), io.EOF, line)
	}
}

// Terms as JSON are terms.
func TestATemplateAsJSONIsRead(t *testing.T) {
	out, errs, code := command("terms", "template", "commercial-remix-10", "--output", "json")
	require.Equal(t, exitOK, code, errs)
	file := filepath.Join(t.TempDir(), "mine.json")
	require.NoError(t, os.WriteFile(file, []byte(out), 0o600))
	out, errs, code = command("terms", "show", file, "--output", "json")
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, `"preset": "commercial-remix-10"`)
}

// A command line that can't be read is answered as it asks, too.
func TestMistakesAreJSON(t *testing.T) {
	for _, line := range []string{
		"nonsense --output json", "show --nonsense --output json", "init --output=json", "start --nonsense -o json",
		"--output json tx nonsense x",
		"terms show nonsense -o json", "prune --output json --home " + t.TempDir(),
	} {
		out, errs, code := command(strings.Fields(line)...)
		require.NotEqual(t, exitOK, code, line)
		require.Empty(t, out, line)
		var report struct {
			Error    string `json:"error"`
			ExitCode int    `json:"exit_code"`
		}
		require.NoError(t, json.Unmarshal([]byte(errs), &report), "%s: %s", line, errs)
		require.NotEmpty(t, report.Error, line)
		require.Equal(t, code, report.ExitCode, line)
	}
}
