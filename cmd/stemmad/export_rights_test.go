package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExportRightsHelpsAndExportStays(t *testing.T) {
	root := newRootCmd(nil)
	rights, _, err := root.Find([]string{"export", "rights"})
	require.NoError(t, err)
	require.Equal(t, "rights", rights.Name())
	for _, word := range strings.Fields(rights.Example) {
		if flag, ok := strings.CutPrefix(word, "--"); ok {
			require.NotNil(t, rights.Flags().Lookup(flag), flag)
		}
	}
	state, args, err := root.Find([]string{"export"})
	require.NoError(t, err)
	require.Empty(t, args)
	require.True(t, state.Runnable())
	require.Nil(t, rights.Flags().Lookup("for-zero-height"))
}

func TestExportRightsNamesMistakes(t *testing.T) {
	home := t.TempDir()
	for want, args := range map[string][]string{
		"owner work":    {"--format", "rsl"},
		"if any flags":  {"--format", "rsl", "--owner", "a", "--work", "b"},
		"use one of":    {"--format", "odrl", "--owner", "a"},
		"--site":        {"--format", "robots", "--owner", "a"},
		"the folder":    {"--format", "all", "--owner", "a", "--site", "https://example.org"},
		"; give --site": {"--format", "all", "--owner", "a", "--out", "x"},
		"--valid-days":  {"--format", "rsl", "--owner", "a", "--valid-days", "0"},
		"address of a":  {"--format", "rsl", "--owner", "a", "--site", "example.org"},
	} {
		_, errs, code := command(append([]string{"export", "rights", "--home", home, "--node", "tcp://127.0.0.1:1"}, args...)...)
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, want)
	}
}

func TestJourneyOfRightsFiles(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"song", "loop", "page", "remix", "far"} {
		l.write(name, name)
	}
	id := map[string]string{}
	for name, url := range map[string]string{"song": "", "loop": "", "page": "https://example.org/page?a=1&b=<2>", "far": "https://far.example/"} {
		args := []string{"register", name, "--from", "alice", "--no-anchor"}
		if url != "" {
			args = append(args, "--fingerprint", "url="+url)
		}
		id[name] = l.json("works.0.work", args...).(string)
	}
	l.do("offer", "song", "cc-by-nc-4.0", "--from", "alice")
	l.do("offer", "loop", "ai-training-paid", "--price", "5000uusdc", "--from", "alice")
	l.do("offer", "page", "cc0-1.0", "--from", "alice")
	l.do("derive", "remix", "--from", "song", "--by", "bob")
	l.do("offer", "remix", "cc-by-4.0", "--from", "bob")

	site := []string{"--site", "https://example.org", "--path-prefix", "works"}
	export := func(format string, args ...string) string {
		return l.do(append(append([]string{"export", "rights", "--format", format}, site...), args...)...)
	}
	alice := []string{"--owner", "alice"}
	both := export("aipref", "--work", "remix", "--work", "page")
	require.Contains(t, both, "/page?a=1&b=%3C2%3E$ train-ai=y\n")
	require.Contains(t, both, "train-ai=n\n")
	rsl := export("rsl", alice...)
	require.Contains(t, rsl, `<content url="/works/`+id["song"]+`$"`)
	require.Contains(t, rsl, `<permits type="user">non-commercial</permits>`)
	require.Contains(t, rsl, `<payment type="purchase">`)
	require.Contains(t, rsl, `&#34;price&#34;:[&#34;5000uusdc&#34;]`)
	require.NotContains(t, rsl, "far.example")

	robots := export("robots", alice...)
	require.Contains(t, robots, "License: https://example.org/license.xml\n")
	require.Contains(t, robots, "Content-Usage: /works/"+id["song"]+"$ train-ai=n\n")

	// Its source forbids commercial use, whatever its own licence says.
	remix := export("schema-jsonld", "--work", "remix")
	require.NotContains(t, remix, "licenses/by/4.0/legalcode\"\n      ]")
	require.Contains(t, remix, "isBasedOn")

	path := filepath.Join("wk", "tdmrep.json")
	require.NoError(t, os.Mkdir("wk", 0o750))
	export("tdmrep", append(alice, "--out", path)...)
	bz, err := os.ReadFile(path)
	require.NoError(t, err)
	var rules []map[string]any
	require.NoError(t, json.Unmarshal(bz, &rules))
	require.Len(t, rules, 3)
	require.FileExists(t, filepath.Join("wk", "tdm-policy-compensate.json"))
	args := append([]string{"export", "rights", "--format", "tdmrep", "--out", path}, append(site, alice...)...)
	require.Contains(t, l.fail(args...), "--overwrite")
	l.do(append(args, "--overwrite")...)

	// All formats at once are what each is alone, and replace nothing without being told.
	all := append([]string{"export", "rights", "--format", "all", "--out", "all"}, append(site, alice...)...)
	l.do(all...)
	for format, name := range map[string]string{
		"rsl": "license.xml", "aipref": "aipref.txt", "schema-jsonld": "works.jsonld", "robots": "robots.txt",
		"tdmrep": ".well-known/tdmrep.json",
	} {
		bz, err := os.ReadFile(filepath.Join("all", filepath.FromSlash(name)))
		require.NoError(t, err, format)
		require.NotEmpty(t, bz)
		if format == "schema-jsonld" {
			var file map[string]any
			require.NoError(t, json.Unmarshal(bz, &file))
			require.Len(t, file["@graph"], 4, "wherever they are")
		}
	}
	require.FileExists(t, filepath.Join("all", ".well-known", "tdm-policy-compensate.json"))
	require.Contains(t, l.fail(all...), "--overwrite")
	l.do(append(all, "--overwrite")...)
	l.write(filepath.Join("all", "robots.txt"), "User-agent: *\nDisallow: /private/\n")
	require.Contains(t, l.fail(append(all, "--overwrite")...), "has other lines than ours")

	fails := append([]string{"export", "rights", "--format", "robots", "--out", "robots.txt"}, site...)
	require.Contains(t, l.fail(append(fails, "--work", "far")...), "nothing to state")
	require.Contains(t, l.fail(append(fails, "--owner", "fan")...), "owns none")
	require.NoFileExists(t, "robots.txt")
	left, err := filepath.Glob(".robots.txt*")
	require.NoError(t, err)
	require.Empty(t, left)
}
