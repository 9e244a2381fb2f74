package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/report"
)

// reported is a report as programs get it.
func (l local) reported(code int, args ...string) (r report.Report) {
	l.t.Helper()
	out, errs, got := command(append(append([]string{"report"}, args...), "--output", "json", "--home", l.home)...)
	require.Equal(l.t, code, got, errs)
	require.NoError(l.t, json.Unmarshal([]byte(out), &r))
	return r
}

// What others do after a model was declared changes none of its report's words, and what they contest is said.
func TestOthersDontRewriteAReport(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"photo.png", "model.gguf", "out.png", "free.png"} {
		l.write(name, name)
	}
	l.do("register", "photo.png", "--from", "alice", "--title", "Sunrise", "-y")
	l.do("offer", "photo.png", "ai-training-allowed", "--from", "alice", "-y")
	l.do("derive", "model.gguf", "--from", "photo.png=trainedOn", "--by", "bob", "-y")
	facts := l.facts("ca-sb942")
	l.do("derive", "out.png", "--external", "https://x.org/a=inputTo", "--by", "bob", "--model", "acme/painter", "-y")

	l.do("revise", "photo.png", "--title", `Stolen" (image), owner nobody; "`, "--from", "alice", "-y")
	require.Equal(t, `Stolen" (image), owner nobody; "`, l.json("works.0.work.details.title", "show", "photo.png"))
	r := l.reported(exitNotFound, "ca-ab2013", "--model", "model.gguf")
	require.Contains(t, r.Answers[0].Lines[0].Text, `"Sunrise" (image)`)
	require.Equal(t, uint32(1), r.Declarations[1].Version)
	require.Equal(t, "image", r.Declarations[1].Kind)
	now := l.reported(exitNotFound, "ai-notice", "photo.png")
	require.NotContains(t, now.Declarations[0].Said(), `Stolen"`)

	// Terms that call themselves something are named by their id too.
	l.write("own.yaml", "spdx: LicenseRef-Acme-Free\nderivatives: none\nai_training: deny\n")
	l.do("register", "free.png", "--from", "alice", "-y")
	l.do("offer", "free.png", "own.yaml", "--from", "alice", "-y")
	require.Regexp(t, `^LicenseRef-Acme-Free \(terms1`, l.json("files.0.claims.0.licences.0.name", "detect", "free.png"))

	require.True(t, l.reported(exitOK, "ca-sb942", "out.png", "--facts", facts).Complete)
	work := l.json("works.0.work.id", "show", "out.png").(string)
	l.write("raw.dng", "raw")
	l.do("dispute", "open", work, "--about", "prior-claim", "--transfer-to", "me", "--evidence", "raw.dng", "--from", "fan", "-y")
	r = l.reported(exitNotFound, "ca-sb942", "out.png", "--facts", facts)
	require.Equal(t, "disputed", r.Status)
	require.Equal(t, "disputed", l.json("files.0.claims.0.status", "detect", "out.png"))
}
