package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

func TestEveryVerbHelps(t *testing.T) {
	var check func(cmd *cobra.Command, parents string)
	check = func(cmd *cobra.Command, parents string) {
		name := strings.TrimSpace(parents + " " + cmd.Name())
		require.NotEmpty(t, cmd.Short, name)
		require.NotEmpty(t, cmd.Long, name)
		require.Contains(t, cmd.Example, "stemmad "+name, name)
		require.NotNil(t, cmd.Args, name)
		for _, sub := range cmd.Commands() {
			if sub.Name() != "help" {
				check(sub, name)
			}
		}
	}
	for _, verb := range verbs() {
		if verb.Name() != "royalty" {
			check(verb, "")
			continue
		}
		check(verb.Commands()[0], "royalty")
	}
}

// Flags of examples must exist in the command that the line names, or pasting them fails.
func TestExamplesUseKnownFlags(t *testing.T) {
	root := newRootCmd([]string{"version"})
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			words := strings.Fields(line)
			if len(words) < 2 || words[0] != "stemmad" {
				continue
			}
			named, _, err := root.Find(words[1:])
			require.NoError(t, err, line)
			for _, word := range words {
				if flag, ok := strings.CutPrefix(word, "--"); ok {
					flag, _, _ = strings.Cut(flag, "=")
					require.NotNil(t, named.Flags().Lookup(flag), "%s: --%s", strings.TrimSpace(line), flag)
				}
			}
		}
		for _, sub := range cmd.Commands() {
			check(sub)
		}
	}
	for _, verb := range verbs() {
		ours, _, err := root.Find([]string{verb.Name()})
		require.NoError(t, err)
		check(ours)
	}
}

func TestSimulate(t *testing.T) {
	write := func(scenario string) string {
		path := filepath.Join(t.TempDir(), "scenario.json")
		require.NoError(t, os.WriteFile(path, []byte(scenario), 0o600))
		return path
	}
	out, errs, code := command("royalty", "simulate", write(`{"works": [
		{"id": "song", "holders": {"alice": 1000000}, "sources": []},
		{"id": "remix", "holders": {"bob": 700000, "carol": 300000}, "sources": [{"work": "song", "policy": "absolute", "rate": 100000}]}],
		"payments": [{"work": "remix", "denom": "uusdc", "amount": "1001"}]}`))
	require.Equal(t, exitOK, code, errs)
	require.JSONEq(t, `{"paid_in": {"uusdc": "1001"}, "held": {"uusdc": "1"},
		"accounts": {"alice": {"uusdc": "100"}, "bob": {"uusdc": "630"}, "carol": {"uusdc": "270"}},
		"stacks": {"song": 0, "remix": 100000}}`, out)

	out, _, code = command("royalty", "simulate", write(`{"works": [
		{"id": "a", "holders": {"x": 1000000}}, {"id": "b", "holders": {"x": 1000000}},
		{"id": "c", "holders": {"x": 1000000}, "sources": [
			{"work": "a", "policy": "absolute", "rate": 600000}, {"work": "b", "policy": "relative", "rate": 600000}]}],
		"payments": []}`))
	require.NotEqual(t, exitOK, code)
	require.Contains(t, out, `"works": [`)
	require.Contains(t, out, `"error": "`)

	_, errs, code = command("royalty", "simulate", filepath.Join(t.TempDir(), "gone.json"))
	require.NotEqual(t, exitOK, code)
	require.Contains(t, errs, "no such file")
}

func TestMistakesAreNamedBeforeAnythingIsSent(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.WriteFile("song.wav", []byte("song"), 0o600))
	node := []string{"--home", home, "--keyring-backend", "test", "--node", "tcp://127.0.0.1:1"}
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"show", "gone.wav"}, "neither a work id"},
		{[]string{"show", "work1nonsense"}, "is mistyped"},
		{[]string{"pay", "song.wav", "many"}, "is not an amount"},
		{[]string{"pay", "song.wav", "1.5uusdc"}, "is not an amount"},
		{[]string{"pay", "song.wav", "0100000uusdc"}, "leave out the zeros in front, write 100000uusdc"},
		{
			[]string{"voucher", "sign", "paych12jjv5z3dc4xqfsa086wdc5k5vrwxewucq8q090", "0100000"},
			"leave out the zeros in front, write 100000",
		},
		{[]string{"pay", "song.wav"}, "usage: stemmad pay WORK|FILE AMOUNT"},
		{[]string{"show", "song.wav", "--output", "xml"}, "text or json"},
		{[]string{"lineage", "song.wav", "--format", "png"}, "tree, table, json or dot"},
		{[]string{"register", "song.wav", "--chain-id", "x"}, "stemmad keys add"},
		{[]string{"register", "song.wav"}, "is the node running?"},
		{
			[]string{"register", "song.wav", "--chain-id", "x", "--from", "nobody"},
			`signer: no key has the name "nobody" (there are none here`,
		},
		{[]string{"balance", "nobody"}, `no key has the name "nobody"`},
	} {
		_, errs, code := command(append(tc.args, node...)...)
		require.NotEqual(t, exitOK, code, tc.args)
		require.Contains(t, errs, tc.want, tc.args)
		require.Equal(t, 1, strings.Count(errs, "Error:"), errs)
	}
}
