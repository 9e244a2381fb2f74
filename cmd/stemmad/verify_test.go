package main

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/certificate"
	"github.com/stemma-chain/stemma/testutil/vectors"
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
		file := fileOf(handedOn{raw: []byte("bytes")}, []string{"folder/song.wav.proof", "folder/song.wav"})
		require.Equal(t, certificate.File{Name: "song.wav.proof", Proof: file.Proof, Content: "song.wav"}, file)
		require.NoError(t, writeCertificate(&cobra.Command{}, path, proven, file, prf.Policy{Now: time.Unix(0, 0)}))
		made, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Regexp(t, "^"+begins, string(made))
		require.Contains(t, string(made), "stemmad verify song.wav.proof --trust")
	}
}

// A page that stemmad wrote is checked by it, and refused where it says anything else.
func TestAPageIsCheckedInPlaceOfItsProof(t *testing.T) {
	raw, err := os.ReadFile("../../testutil/vectors/proofs.json")
	require.NoError(t, err)
	var kept vectors.Proofs
	require.NoError(t, json.Unmarshal(raw, &kept))
	folder := t.TempDir()
	for _, p := range kept.Proofs {
		if p.Result != "proved" || strings.Contains(p.Name, "signed") {
			continue
		}
		file, page := filepath.Join(folder, "x.proof"), filepath.Join(folder, "x.html")
		proof, err := hex.DecodeString(p.File)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, proof, 0o600))
		_, errs, code := command("verify", file, "--trust", p.Trust, "--certificate", page)
		require.Zero(t, code, "%s: %s", p.Name, errs)

		fromProof, _, _ := command("verify", file, "--trust", p.Trust, "--output", "json")
		fromPage, _, code := command("verify", page, "--trust", p.Trust, "--output", "json")
		require.Zero(t, code, p.Name)
		require.JSONEq(t, fromProof, fromPage)

		made, err := os.ReadFile(page)
		require.NoError(t, err)
		lie := strings.Replace(string(made), p.ChainID+"</bdi></p>", "stemma-fake</bdi></p>", 1)
		require.NotEqual(t, string(made), lie)
		require.NoError(t, os.WriteFile(page, []byte(lie), 0o600))
		out, _, code := command("verify", page, "--trust", p.Trust)
		require.Equal(t, exitRefuted, code, p.Name)
		require.Contains(t, out, "REFUTED: the page is not the one that its proof makes")

		require.NoError(t, os.WriteFile(page, made[:len(made)-2], 0o600))
		_, _, code = command("verify", page, "--trust", p.Trust)
		require.Equal(t, exitUnreadable, code)
		return
	}
	require.Fail(t, "no proof was tried")
}
