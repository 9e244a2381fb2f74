package main

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/testutil/data"
)

// What a manifest says is printed as text, never as what a terminal would do.
func TestCredentialsDoNotCommandTheTerminal(t *testing.T) {
	const escape = "\x1b[2J\u009b2J\u202e"
	m := c2pa.Manifest{
		Label: "l" + escape, Title: escape, Generators: []c2pa.Generator{{Name: escape, Version: escape}},
		Signature: c2pa.Signature{CommonName: escape, Organization: escape, Issuer: escape}, Actions: []c2pa.Action{{Action: escape}},
		Ingredients: []c2pa.Ingredient{{Title: escape, Relationship: escape, Manifest: escape}},
		Mining:      []c2pa.Mining{{Name: escape, Use: escape, Constraint: escape}},
	}
	report := c2pa.Report{
		State: c2pa.Invalid, Active: m.Label, Manifests: []c2pa.Manifest{m},
		Statuses: []c2pa.Status{{Code: c2pa.GeneralError, Kind: c2pa.Failure, Reason: escape}},
	}
	shown := shownCredentials{
		File: escape, Beside: escape, Report: &report, read: content.Content{Credentials: &content.Credentials{Beside: escape, Report: report}},
	}
	var out bytes.Buffer
	require.NoError(t, shown.print(&out))
	for _, bad := range []string{"\x1b", "\u009b", "\u202e"} {
		require.NotContains(t, out.String(), bad)
	}
}

// TestJourneyOfCredentialsThatMislead names works by others' labels, sells what credentials do not allow, and leaves no room for what
// names them.
func TestJourneyOfCredentialsThatMislead(t *testing.T) {
	files := map[string][]byte{}
	for _, name := range []string{"CAICA", "CACAICAICICA"} {
		files[name] = data.Read(t, "c2pa/adobe-20220124-"+name+".jpg")
	}
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for name, raw := range files {
		require.NoError(t, os.WriteFile(name+".jpg", raw, 0o600))
	}
	c, err := content.Read(t.Context(), "CAICA.jpg", content.Options{NoISCC: true})
	require.NoError(t, err)
	label, known := content.Label(c.Credentials.Report.Active)
	require.True(t, known)

	// An older work that says to be an ingredient is not proposed before the right one: both are said, and none is.
	drawn(t, "rival.png", 1)
	l.do("register", "rival.png", "--from", "bob", "--fingerprint", "c2pa="+label, "-y")
	l.do("register", "CAICA.jpg", "--from", "alice", "-y")
	_, errs, code := command("derive", "CACAICAICICA.jpg", "--by", "fan", "--home", l.home)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "Several say so")
	require.NotContains(t, errs, "=parentOf")
	for _, name := range []string{"rival.png", "CAICA.jpg"} {
		owner := map[string]string{"rival.png": "bob", "CAICA.jpg": "alice"}[name]
		require.Contains(t, errs, l.json("works.0.work", "register", name, "--from", owner, "-y"))
	}

	// What has no room is said, and is not said to be recorded.
	flags := []string{"register", "CACAICAICICA.jpg", "--from", "fan", "--dry-run", "--home", l.home}
	for n := range 16 {
		flags = append(flags, "--fingerprint", fmt.Sprintf("x-%d=%d", n, n))
	}
	_, errs, code = command(flags...)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, "at most 16 fingerprints: iscc=")
	require.NotContains(t, errs, "their hash is recorded")

	// Files of a folder are warned of as one is.
	signerFiles(t)
	require.NoError(t, os.Mkdir("folder", 0o700))
	drawn(t, "plain.png", 2)
	l.do("register", "plain.png", "--from", "alice", "--source-type", "digitalCapture", "-y")
	l.do("c2pa", "sign", "plain.png", "--out", "folder/signed.png", "--cert", "chain.pem", "--key", "key.pem")
	l.do("register", "folder", "--from", "alice", "-y")
	_, errs, code = command("offer", "folder", "ai-training-allowed", "--from", "alice", "-y", "--home", l.home)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, "folder/signed.png: its Content Credentials do not allow AI training")
}
