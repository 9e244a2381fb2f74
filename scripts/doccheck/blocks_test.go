package main

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

func TestBlocksAreReadAsTheyArePasted(t *testing.T) {
	commands, left, err := read("x.md", []byte("words\n\n```sh\n# about\nstemmad show a   # exits with 3: no\n\ncurl x \\\n  y\n"+
		"cat > f <<EOF\none\n\nEOF\nstemmad start   # until Ctrl-C\n```\n\n```json\n{}\n```\n\n"+
		"<!-- not run: it takes hours -->\n```sh\nmake bench\n```\n\n<!-- not run: forgotten -->\nwords\n\n```sh\nlast\n```\n"))
	require.NoError(t, err)
	require.Equal(t, []command{
		{"x.md", 5, "stemmad show a   # exits with 3: no", 3, false},
		{"x.md", 7, "curl x \\\n  y", 0, false},
		{"x.md", 9, "cat > f <<EOF\none\n\nEOF", 0, false},
		{"x.md", 13, "stemmad start   # until Ctrl-C", 0, true},
		{"x.md", 29, "last", 0, false},
	}, commands)
	require.Equal(t, []omitted{{"x.md", 21, "it takes hours"}}, left)

	_, _, err = read("x.md", []byte("```\nstemmad show a\n```\n"))
	require.ErrorContains(t, err, "x.md:1: a fence names its language")
}

// What is not run is not known to work: few blocks, each with its reason.
func TestAllDocumentsAreRun(t *testing.T) {
	found, err := filepath.Glob(root + "/docs/*.md")
	require.NoError(t, err)
	for _, file := range found {
		require.Contains(t, slices.Concat(lanes...), "docs/"+filepath.Base(file), "add it to lanes")
	}
	commands, left, err := readAll(root, slices.Concat(lanes...))
	require.NoError(t, err)
	require.Greater(t, len(commands), 80)
	require.LessOrEqual(t, len(left), 8, "%v", left)
}

func TestRefusalsAreSeen(t *testing.T) {
	for _, text := range []string{`{"tx_response":{"code":5}}`, "code: 13\ncodespace: sdk", "{\n  \"code\": 4\n}"} {
		require.True(t, refused.MatchString(text), text)
	}
	for _, text := range []string{`{"code":0}`, "code: 0\n", "exit code: 4", "decode: 4"} {
		require.False(t, refused.MatchString(text), text)
	}
}
