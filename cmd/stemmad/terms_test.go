package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

const ownTerms = `spdx: LicenseRef-Stock
commercial_use: true
attribution: true
derivatives: allowed
royalty_policy: absolute
royalty_rate: 2.5%
grant_fee: [5000000uusdc, 1000000ustem]
`

// noNode runs a command line that must neither ask a node nor leave a home folder.
func noNode(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home")
	stdout, stderr, code = command(append(args, "--home", home)...)
	require.NoDirExists(t, home, args)
	return stdout, stderr, code
}

func TestTermsWithoutANode(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("mine.yaml", []byte(ownTerms), 0o600))

	out, errs, code := noNode(t, "terms", "show", "mine.yaml")
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "LicenseRef-Stock\n")
	require.Contains(t, out, "  - Leave 2.5 % of the gross revenue")
	require.Contains(t, out, "It costs 1000000ustem or 5000000uusdc")
	require.Contains(t, out, "  terms  terms1")

	out, errs, code = noNode(t, "terms", "show", "cc-by-nc-4.0", "--output", "json")
	require.Equal(t, exitOK, code, errs)
	var shown described
	require.NoError(t, json.Unmarshal([]byte(out), &shown))
	require.Equal(t, "cc-by-nc-4.0", shown.Preset)
	require.Contains(t, shown.Deed.MayNot, "Use it, or what you make from it, commercially.")
	byID, _, code := noNode(t, "terms", "show", shown.ID.String(), "--output", "json")
	require.Equal(t, exitOK, code)
	require.Equal(t, out, byID, "the id of a preset needs no node")

	out, errs, code = noNode(t, "terms", "list", "--presets")
	require.Equal(t, exitOK, code, errs)
	require.Equal(t, 24, strings.Count(out, "\n"), out)

	t.Setenv("STEMMAD_OUTPUT", "json")
	out, errs, code = noNode(t, "license", "combine", "cc-by-4.0", "mine.yaml")
	require.Equal(t, exitOK, code, errs)
	require.True(t, json.Valid([]byte(out)), out)
}

func TestATemplateIsTermsToEdit(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{}, {"commercial-remix-10"}, {"cc-by-sa-4.0"}} {
		out, errs, code := noNode(t, append([]string{"terms", "template"}, args...)...)
		require.Equal(t, exitOK, code, errs)
		require.NoError(t, os.WriteFile("mine.yaml", []byte(out), 0o600))
		shown, errs, code := noNode(t, "terms", "show", "mine.yaml")
		require.Equal(t, exitOK, code, errs)
		if len(args) > 0 {
			require.Contains(t, shown, "preset  "+args[0])
		}
	}
}

func TestTermsThatCannotBeRead(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("bad.yaml", []byte("spdx: LicenseRef-X\nteritories: [DE]\n"), 0o600))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"terms", "show", "bad.yaml"}, `bad.yaml:2: unknown key "teritories": did you mean "territories"?`},
		{[]string{"terms", "show", "gone.yaml"}, `"gone.yaml" is neither terms (terms1...), nor a preset`},
		{[]string{"terms", "show", "terms1nonsense"}, "is mistyped"},
		{[]string{"terms", "show", "mine.yaml", "--output", "xml"}, "--output is text or json"},
		{[]string{"terms", "show"}, "usage: stemmad terms show"},
		{[]string{"license", "combine", "cc-by-4.0", "bad.yaml"}, "bad.yaml:2"},
		{[]string{"license", "combine"}, "usage: stemmad license combine"},
	} {
		_, errs, code := noNode(t, c.args...)
		require.Equal(t, exitFailed, code, c.args)
		require.Contains(t, errs, c.want, c.args)
	}
	_, errs, code := command("terms", "publish", "bad.yaml", "--home", t.TempDir(), "--node", "tcp://127.0.0.1:1")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "bad.yaml:2", "before a node is asked")
}

func TestCombineExplains(t *testing.T) {
	out, errs, code := noNode(t, "license", "combine", "cc-by-sa-4.0", "cc-by-nc-4.0")
	require.Equal(t, exitDenied, code, errs)
	require.Contains(t, out, "No such derivative can be made.")
	require.Contains(t, out, "another forbids it. [sharealike_conflicts_noncommercial]")

	out, errs, code = noNode(t, "license", "combine", "cc-by-4.0", "cc-by-nc-4.0")
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "  - No commercial use (cc-by-nc-4.0).\n  - The source is credited (cc-by-4.0, cc-by-nc-4.0).\n")
	require.Regexp(t, `(?m)^cc-by-nc-sa-4.0 +allowed$`, out)
	require.Regexp(t, `(?m)^cc-by-4.0 +not recommended +A work that it was made from forbids`, out)
	require.Regexp(t, `(?m)^commercial-use +refused +A work that it was made from forbids`, out)
}

func TestJourneyOfTerms(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("mine.yaml", ownTerms)
	l.write("song.wav", "song")

	require.Contains(t, l.do("terms", "publish", "mine.yaml", "--from", "alice", "--dry-run"), "nothing was sent")
	require.Equal(t, false, l.json("existed", "terms", "publish", "mine.yaml", "--from", "alice"))
	require.Equal(t, true, l.json("existed", "terms", "publish", "mine.yaml", "--from", "bob"))
	require.Contains(t, l.do("terms", "publish", "mine.yaml", "--from", "bob"), "exist already")
	id := l.json("id", "terms", "show", "mine.yaml").(string)
	require.Contains(t, l.do("terms", "list"), id)
	require.Len(t, l.json("terms", "terms", "list"), 24)
	require.Contains(t, l.do("terms", "show", id), "Leave 2.5 %")
	require.Contains(t, l.do("license", "combine", id, "cc-by-4.0"), "LicenseRef-Stock "+id[:14]+"…")
	require.Contains(t, l.do("license", "combine", id, "commercial-remix-5"), "It owes 7.5 % of its gross revenue")

	l.write("cc.yaml", "{\"spdx\": \"CC0-1.0\", \"uri\": \"https://creativecommons.org/publicdomain/zero/1.0/legalcode\", "+
		"\"commercial_use\": true, \"derivatives\": \"allowed\", \"no_further_restrictions\": true}")
	require.Contains(t, l.do("terms", "publish", "cc.yaml", "--from", "bob"), "These are the preset cc0-1.0")
	require.Contains(t, l.fail("terms", "show", licensetypes.TermsID{7}.String()), "terms not found")

	l.do("register", "song.wav", "--from", "alice")
	l.do("offer", "song.wav", id, "--from", "alice")
}
