package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/certificate"
)

func TestOnlyWhatIsProvedGetsACertificate(t *testing.T) {
	folder := t.TempDir()
	file, page := filepath.Join(folder, "x.proof"), filepath.Join(folder, "x.html")
	require.NoError(t, os.WriteFile(file, []byte("no proof"), 0o600))
	out, errs, code := command("verify", file, "--certificate", page)
	require.Equal(t, exitUnreadable, code)
	require.Contains(t, out, "NO PROOF")
	require.Contains(t, errs, "No certificate was written")
	require.NoFileExists(t, page)

	_, errs, code = command("verify", file, "--certificate", "x.pdf")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "name a file that ends with .html or .txt")
}

func TestACertificateIsAPageOrText(t *testing.T) {
	proven := prf.Proven{ChainID: "stemma-1", Kind: prf.Title, Told: []byte(`{"owners":[{"number":0,"owner":"alice"}]}`)}
	for name, begins := range map[string]string{"x.html": "<!DOCTYPE html>", "x.txt": "CERTIFICATE"} {
		path := filepath.Join(t.TempDir(), name)
		file := fileOf([]byte("bytes"), []string{"folder/song.wav.proof", "folder/song.wav"})
		require.Equal(t, certificate.File{Name: "song.wav.proof", SHA256: file.SHA256, Content: "song.wav"}, file)
		require.NoError(t, writeCertificate(&cobra.Command{}, path, proven, file, prf.Policy{Now: time.Unix(0, 0)}))
		made, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Regexp(t, "^"+begins, string(made))
		require.Contains(t, string(made), "stemmad verify song.wav.proof --trust")
	}
}
