package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/x/license/rules"
)

var commandsQuoted = regexp.MustCompile("`stemmad ([^`]*)`")

// requireCommands holds what a text tells people to type to commands and flags that
// there are, and returns how many it names.
func requireCommands(t *testing.T, text string) int {
	t.Helper()
	found := commandsQuoted.FindAllStringSubmatch(text, -1)
	for _, m := range found {
		cmd, args, err := newRootCmd(nil).Find(strings.Fields(m[1]))
		require.NoError(t, err, text)
		require.True(t, cmd.HasParent() && !cmd.HasSubCommands(), text)
		for _, arg := range args {
			if name, isFlag := strings.CutPrefix(arg, "--"); isFlag {
				require.NotNil(t, cmd.Flags().Lookup(name), "%s has no --%s: %s", cmd.CommandPath(), name, text)
			}
		}
	}
	return len(found)
}

// Whatever an answer says to do by a command can be typed.
func TestRemediesNameCommandsThatThereAre(t *testing.T) {
	commands := 0
	for _, code := range rules.Codes() {
		for _, about := range []words.About{
			{Work: "W", Terms: "T", Grant: "G", Source: "S", Asked: "A"},
			{Work: "W", Terms: "T", Grant: "G", Source: "S", Asked: "A", UsesOf: "D", Price: "5uusdc"},
		} {
			commands += requireCommands(t, words.Remedy(string(code), about))
		}
	}
	require.Greater(t, commands, 12)
}
