package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// Each command of the root has its place in the help, once.
func TestHelpHasAPlaceForEachCommand(t *testing.T) {
	root := newRootCmd(nil)
	placed := map[string]bool{}
	for _, group := range helpGroups {
		for _, name := range group.commands {
			require.False(t, placed[name], name)
			placed[name] = true
		}
	}
	for _, cmd := range root.Commands() {
		require.True(t, placed[cmd.Name()], cmd.Name())
		delete(placed, cmd.Name())
	}
	require.Empty(t, placed)
	require.Len(t, helpGroups[0].commands, 10)
	out, _, code := command("--help")
	require.Equal(t, exitOK, code)
	require.NotContains(t, out, "Application")
	require.NotContains(t, out, "your application")
	require.NotContains(t, out, "\nCommands:\n")
	require.Less(t, strings.Index(out, "  register "), strings.Index(out, "Exit codes:"))
}

// Commands that are made of our services say what they do, not which RPC they call.
func TestServicesHaveWordsForEachCommand(t *testing.T) {
	for _, module := range []string{"registry", "royalty", "license", "lineage", "feemarket"} {
		for _, kind := range []string{"query", "tx"} {
			out, errs, code := command(kind, module, "--help")
			require.Equal(t, exitOK, code, errs)
			require.NotContains(t, out, "RPC method", "%s %s", kind, module)
		}
	}
}

// Help can be read in 60 columns: what is longer is one word, or an example to paste.
func TestHelpFitsIntoANarrowTerminal(t *testing.T) {
	t.Setenv("COLUMNS", "60")
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		var out strings.Builder
		writeHelp(&out, cmd)
		for line := range strings.SplitSeq(out.String(), "\n") {
			if utf8.RuneCountInString(line) <= 60 || len(strings.Fields(line)) <= 2 || strings.Contains(cmd.Example, line) {
				continue
			}
			t.Errorf("%s: %q", cmd.CommandPath(), line)
		}
		for _, sub := range cmd.Commands() {
			check(sub)
		}
	}
	root := newRootCmd(nil)
	for _, cmd := range ours(root) {
		check(cmd)
	}
	var out strings.Builder
	writeHelp(&out, root)
	for line := range strings.SplitSeq(out.String(), "\n") {
		require.True(t, utf8.RuneCountInString(line) <= 60 || len(strings.Fields(line)) <= 2, line)
	}
}

func TestShellsAreTold(t *testing.T) {
	home := shellHome(t)
	for line, want := range map[string]string{
		"offer song.wav commercial-r":   "commercial-remix-10",
		"acquire song.wav cc-by-4":      "cc-by-4.0",
		"clear song.wav --use ":         "train-ai\ttrain or tune a model on it",
		"register --kind ":              "image",
		"pay song.wav 1uusdc --from ":   "alice",
		"balance al":                    "alice",
		"splits song.wav al":            "alice",
		"derive song.wav --under cc0-1": "cc0-1.0",
	} {
		words := strings.Split(line, " ")
		args := append([]string{"__complete", words[0], "--home", home}, words[1:]...)
		out, _, _ := command(args...)
		require.Contains(t, out, want, args)
	}
}

// shellHome is a home folder with a key and no node.
func shellHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	_, errs, code := command("keys", "add", "alice", "--keyring-backend", "test", "--home", home)
	require.Equal(t, exitOK, code, errs)
	return home
}
