package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/report"
)

// TestJourneyOfReports declares a model and an output on a running node, prints their papers, and finds the output by
// its file.
func TestJourneyOfReports(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"photo.png", "model.gguf", "out.png", "unknown.png"} {
		l.write(name, name)
	}
	l.do("register", "photo.png", "--from", "alice", "--fingerprint", "isrc=USRC17607839", "-y")
	l.do("offer", "photo.png", "ai-training-allowed", "--from", "alice", "-y")
	before := l.json("height", "report", "ai-notice", "photo.png", "--facts", l.facts("ai-notice"), "--output", "json").(string)
	l.do("derive", "model.gguf", "--from", "photo.png=trainedOn", "--by", "bob", "-y")
	l.do("derive", "out.png", "--from", "photo.png=inputTo", "--by", "alice", "--model", "acme/painter", "--provider", "Acme",
		"--system", "Painter", "--system-version", "3.1", "--output-id", "out-42", "--generated-at", "2026-01-02T03:04:05Z", "-y")

	out, errs, code := command("report", "ca-ab2013", "--model", "model.gguf", "--home", l.home)
	require.Equal(t, exitNotFound, code, errs)
	require.Contains(t, out, "as trainedOn, 1 up")
	require.Contains(t, errs, "The report is incomplete")
	require.NotContains(t, errs, "Careful")
	_, careful, _ := command("report", "eu-gpai", "--model", "photo.png", "--home", l.home)
	require.Contains(t, careful, "photo.png is registered as image, and this report is about a model")
	_, careful, _ = command("report", "ca-sb942", "photo.png", "--home", l.home)
	require.Contains(t, careful, "photo.png has no generation record")
	out, _, code = command("report", "eu-gpai", "--model", "model.gguf", "--output", "json", "--home", l.home)
	require.Equal(t, exitNotFound, code)
	var r report.Report
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	require.Len(t, r.Declarations, 2)
	require.NotEmpty(t, r.ChainID)

	// Before it was derived, the same command had nothing to say of the model.
	_, errs, code = command("report", "eu-gpai", "--model", "model.gguf", "--height", before, "--home", l.home)
	require.Equal(t, exitNotFound, code, errs)
	require.Contains(t, l.fail("report", "ca-sb942", "out.png", "--height", "999999"), "the latest block")
	require.Contains(t, l.fail("report", "ca-sb942", "unknown.png"), "as of block ")

	l.do("report", "ca-ab2013", "--model", "model.gguf", "--facts", l.facts("ca-ab2013"), "--format", "html", "--to", "ab.html")
	page, err := os.ReadFile("ab.html")
	require.NoError(t, err)
	require.Contains(t, string(page), "stated by Acme, not on the chain")
	require.Contains(t, l.fail("report", "ca-ab2013", "--model", "model.gguf", "--to", "ab.html"), "--overwrite")

	disclosure := l.do("report", "ca-sb942", "out.png", "--facts", l.facts("ca-sb942"))
	for _, want := range []string{"provider&#58; Acme", `system&#58; Painter 3\.1`, `2026\-01\-02 03&#58;04&#58;05 UTC`, `out\-42`} {
		require.Contains(t, disclosure, want)
	}

	found := l.do("detect", "out.png", "photo.png")
	for _, want := range []string{"Acme", "Painter 3.1", "out-42", "as inputTo", "ai-training-allowed", "2026-01-02 03:04:05"} {
		require.Contains(t, found, want)
	}
	require.Equal(t, "Acme", l.json("files.0.claims.0.record.provider", "detect", "out.png"))
	out, _, code = command("detect", ".", "--output", "json", "--home", l.home)
	require.Equal(t, exitNotFound, code)
	require.Contains(t, out, `"known": false`)
	out, _, code = command("detect", "unknown.png", "--home", l.home)
	require.Equal(t, exitNotFound, code)
	require.Contains(t, out, "knows nothing of this file")
	require.Contains(t, l.do("detect", "unknown.png", "--fingerprint", "isrc=US-RC1-76-07839"), "resembles \"")
}

// facts writes a file of facts in which everything is stated.
func (l local) facts(statute string) string {
	l.t.Helper()
	out, errs, code := command("report", "facts", statute)
	require.Equal(l.t, exitOK, code, errs)
	l.write("facts.yaml", strings.ReplaceAll(out, `""`, "Acme"))
	return "facts.yaml"
}

func TestReportsNameMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("a.png", []byte("a"), 0o600))
	require.NoError(t, os.WriteFile("bad.yaml", []byte("provider: Acme\nfacts: {languags: fr}"), 0o600))
	out, errs, code := noNode(t, "report", "facts", "eu-gpai")
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "  languages: \"\"\n")
	out, _, code = noNode(t, "report", "facts", "eu-gpai", "--output", "json")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, `"key": "languages"`)
	_, errs, code = noNode(t, "report", "facts", "eu-gdpr")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "there are ai-notice, ca-ab2013, ca-sb942, eu-gpai")
	node := []string{"--home", t.TempDir(), "--keyring-backend", "test", "--node", "tcp://127.0.0.1:1"}
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"report", "eu-gpai"}, "model"},
		{[]string{"report", "ai-notice"}, "name an output, or a model with --model"},
		{[]string{"report", "ai-notice", "a.png", "--model", "a.png"}, "name an output, or a model with --model"},
		{[]string{"report", "ca-sb942", "a.png", "--format", "pdf"}, "--format: a report is written as markdown, json, html"},
		{[]string{"report", "ca-sb942", "a.png", "--facts", "bad.yaml"}, `did you mean "languages"?`},
		{[]string{"report", "ca-sb942", "a.png"}, "is the node running?"},
		{[]string{"detect", "gone.png"}, "there is no file or folder gone.png"},
		{[]string{"detect", "a.png", "bad.yaml", "--fingerprint", "doi=10.1000/182"}, "is of one file"},
		{[]string{"detect", "a.png", "--fingerprint", "x"}, "--fingerprint"},
		{[]string{"detect", "a.png"}, "is the node running?"},
	} {
		_, errs, code := command(append(tc.args, node...)...)
		require.NotEqual(t, exitOK, code, tc.args)
		require.Contains(t, errs, tc.want, tc.args)
	}
}
