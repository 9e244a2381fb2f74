package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// contributed is an account for a test.
func contributed(name string) string {
	id := make([]byte, 20)
	copy(id, name)
	return dataset.ContributorText(manifest.Contributor{Kind: manifest.Account, ID: id})
}

// writeLines writes items of a few contributors as JSON Lines.
func writeLines(t *testing.T, path string, from, to int, weight string) {
	t.Helper()
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, `{"sha256":"%064x","contributor":%q%s}`+"\n", i+1, contributed([]string{"ann", "bob", "cyd"}[i%3]), weight)
	}
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
}

// answered runs a command that answers in JSON.
func answered(t *testing.T, into any, args ...string) {
	t.Helper()
	out, errs, code := command(append(args, "--output", "json")...)
	require.Equal(t, exitOK, code, errs)
	require.NoError(t, json.Unmarshal([]byte(out), into), out)
}

// The way of a curator, of a contributor and of who checks, without a node and without a home folder.
func TestADatasetIsBuiltProvedAndChecked(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("STEMMAD_HOME", filepath.Join(t.TempDir(), "home"))
	writeLines(t, "v1.jsonl", 0, 9000, "")
	var made built
	answered(t, &made, "dataset", "build", "v1.jsonl")
	require.Equal(t, "v1.manifest", made.Manifest)
	require.Equal(t, uint64(9000), made.Items)
	require.Equal(t, uint64(3), made.Contributors)
	require.Equal(t, "9000", made.Weight)

	// A contributor's part.
	_, errs, code := command("dataset", "prove", "v1.manifest", "--contributor", contributed("bob"), "--out", "bob.json")
	require.Equal(t, exitOK, code, errs)
	_, errs, code = command("dataset", "prove", "v1.manifest", "--contributor", contributed("bob"), "--out", "bob.json")
	require.Equal(t, exitOK, code, errs, "a proof takes the place of a proof")
	lines, err := os.ReadFile("v1.jsonl")
	require.NoError(t, err)
	for _, there := range []string{"v1.jsonl", "v1.manifest", "."} {
		_, errs, code = command("dataset", "prove", "v1.manifest", "--item", "0", "--out", there)
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, there+" is there already: name another file with --out")
	}
	kept, err := os.ReadFile("v1.jsonl")
	require.NoError(t, err)
	require.Equal(t, lines, kept)
	var verified datasetVerified
	answered(t, &verified, "dataset", "verify", "bob.json", "--digest", made.Digest)
	require.Equal(t, "proved", verified.Result)
	require.Equal(t, &partTold{contributed("bob"), "3000", "6000", "3000"}, verified.Part)
	// An item, by its number and by its content.
	byNumber, errs, code := command("dataset", "prove", "v1.manifest", "--item", "4711")
	require.Equal(t, exitOK, code, errs)
	byContent, errs, code := command("dataset", "prove", "v1.manifest", "--content", fmt.Sprintf("%064x", 4712))
	require.Equal(t, exitOK, code, errs)
	require.Equal(t, byNumber, byContent)
	require.NoError(t, os.WriteFile("item.json", []byte(byNumber), 0o600))
	out, errs, code := command("dataset", "verify", "item.json", "--digest", "sha256:"+made.Digest)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "PROVED\n")
	require.Contains(t, out, "4711")
	// What is not proved.
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"item.json"}, exitUnverified, "NOT VERIFIED: it holds if the digest below is the dataset's"},
		{[]string{"item.json", "--digest", strings.Repeat("1", 64)}, exitRefuted, "REFUTED: its digest is"},
		{[]string{"v1.jsonl"}, exitUnreadable, "NO PROOF"},
		{[]string{"v1.manifest"}, exitUnverified, "NOT VERIFIED: it fits its index"},
		{[]string{"v1.manifest", "--digest", made.Digest}, exitOK, "PROVED\n"},
		{[]string{"v1.manifest", "--digest", strings.Repeat("1", 64)}, exitRefuted, "REFUTED: its digest is"},
	} {
		out, errs, code := command(append([]string{"dataset", "verify"}, c.args...)...)
		require.Equal(t, c.code, code, errs)
		require.Contains(t, out, c.want)
	}
	for _, old := range []string{`"index": 4711`, fmt.Sprintf("%064x", 4712), `"items": 9000`, `"weight": "9000"`} {
		require.Contains(t, byNumber, old)
		forged := strings.Replace(byNumber, old, strings.NewReplacer("1", "2", "9", "8").Replace(old), 1)
		require.NoError(t, os.WriteFile("forged.json", []byte(forged), 0o600))
		_, errs, code := command("dataset", "verify", "forged.json", "--digest", made.Digest)
		require.Equal(t, exitRefuted, code, old+errs)
	}
	for _, args := range [][]string{
		{"--item", "9000"}, {"--contributor", contributed("dan")}, {"--content", strings.Repeat("f", 64)},
	} {
		_, errs, code := command(append([]string{"dataset", "prove", "v1.manifest"}, args...)...)
		require.Equal(t, exitNotFound, code, args)
		require.Contains(t, errs, "not in the manifest")
	}
	_, errs, code = command("dataset", "prove", "v1.manifest")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "at least one of the flags")

	// What others have published is built to the same digest, from any form.
	for _, files := range [][]string{{"again.jsonl"}, {"again.parquet"}, {"items.parquet", "croissant.json"}} {
		_, errs, code := command(append([]string{"dataset", "convert", "v1.manifest"}, files...)...)
		require.Equal(t, exitOK, code, errs)
		var again built
		last := files[len(files)-1]
		answered(t, &again, "dataset", "build", last, "--out", last+".manifest")
		require.Equal(t, made.Digest, again.Digest)
	}
	raw, err := os.ReadFile("v1.manifest")
	require.NoError(t, err)
	require.NoError(t, os.Mkdir("published", 0o700))
	require.NoError(t, os.WriteFile("published/rows", raw, 0o600))
	_, errs, code = command("dataset", "prove", "published/rows", "--item", "1")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "has no index beside it: make one with `stemmad dataset build`")
	var published built
	answered(t, &published, "dataset", "build", "published/rows")
	require.Equal(t, made.Digest, published.Digest)
	raw[len(dataset.Magic)+70] ^= 1
	require.NoError(t, os.WriteFile("published/rows", raw, 0o600))
	_, _, code = command("dataset", "verify", "published/rows")
	require.Equal(t, exitRefuted, code)

	// Another version.
	writeLines(t, "v2.jsonl", 30, 9300, `,"time":1767225600`)
	_, errs, code = command("dataset", "build", "v2.jsonl")
	require.Equal(t, exitOK, code, errs)
	var d difference
	answered(t, &d, "dataset", "diff", "v1.manifest", "v2.manifest", "--list", "changes.jsonl")
	require.Equal(t, uint64(300), d.Items.Added)
	require.Equal(t, uint64(30), d.Items.Removed)
	require.Equal(t, uint64(8970), d.Items.Changed)
	require.Equal(t, uint64(3), d.Contributors.Heavier)
	require.Equal(t, "9270", d.WeightAfter)
	list, err := os.ReadFile("changes.jsonl")
	require.NoError(t, err)
	require.Equal(t, 9303, bytes.Count(list, []byte("\n")))
	there, err := filepath.Glob(".diff*")
	require.NoError(t, err)
	require.Empty(t, there)
	_, err = os.Stat(os.Getenv("STEMMAD_HOME"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestMistakesInADatasetAreNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	home := filepath.Join(t.TempDir(), "home")
	t.Setenv("STEMMAD_HOME", home)
	writeLines(t, "items.jsonl", 0, 10, "")
	require.NoError(t, os.WriteFile("digest.jsonl", []byte("\n"+`{"sha256":"zz","contributor":"x"}`), 0o600))
	writeLines(t, "bad.jsonl", 0, 10, `,"weight":0`)
	require.NoError(t, os.Mkdir("files", 0o700))
	require.NoError(t, os.WriteFile("files/a.txt", []byte("a"), 0o600))
	require.NoError(t, os.WriteFile("credits.csv", []byte("path,contributor\na.txt,alice\n"), 0o600))
	require.NoError(t, os.WriteFile("there.manifest", []byte("mine"), 0o600))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"gone.jsonl"}, "gone.jsonl: no such file"},
		{[]string{"bad.jsonl"}, "bad.jsonl line 1, weight: invalid row: a weight of 0"},
		{[]string{"credits.csv"}, "credits.csv line 1, path: it can't be read: there is no such column"},
		{[]string{"items.jsonl", "--form", "parquet"}, "items.jsonl: it can't be read"},
		{[]string{"items.jsonl", "--form", "xls"}, `there is no form "xls"; forms are manifest, jsonl`},
		{[]string{"items.jsonl", "--out", "there.manifest"}, "there.manifest: there is such a file already: name another with --out"},
		{[]string{"digest.jsonl"}, `digest.jsonl line 2, sha256: invalid value: "zz" is no SHA-256: write 64 hex digits`},
		{[]string{"items.jsonl", "--contributor", "alice"}, `--contributor: "alice" is no account and no work`},
		{[]string{"items.jsonl", "--contributor", "alice"}, "there is no keyring in " + home},
		{[]string{"items.jsonl", "-o", "x.manifest"}, "--output is text or json"},
		{[]string{"items.jsonl", "--credits", "credits.csv"}, "only files of a folder have credits"},
		{[]string{"files"}, "files/a.txt: invalid value: nobody is named whose it is"},
		{[]string{"files", "--credits", "credits.csv"}, `credits.csv row 2, column contributor: invalid value: "alice" is no account`},
		{[]string{"files", "--contributor", contributed("ann"), "--out", "files/a.manifest"}, "lies in the folder that is read"},
	} {
		_, errs, code := command(append([]string{"dataset", "build"}, c.args...)...)
		require.Equal(t, exitFailed, code, c.args)
		require.Contains(t, errs, c.want, c.args)
	}
	for _, args := range [][]string{{"items.jsonl"}, {"files", "--out", "."}} {
		_, errs, code := command(append([]string{"dataset", "build", "--contributor", contributed("ann")}, args...)...)
		require.Equal(t, exitOK, code, errs)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"convert", "items.manifest", "items.jsonl"}, "file exists"},
		{[]string{"convert", "items.manifest", "items.csv"}, "it writes .jsonl and .parquet, and one .json of Croissant"},
		{[]string{"convert", "items.manifest", "croissant.json"}, "metadata in Croissant describe one file of items"},
		{[]string{"convert", "items.manifest", "x.jsonl", "files/croissant.json"}, "does not lie beside"},
		{[]string{"prove", "items.manifest", "--content", "gone.jpg"}, "there is no such file"},
		{[]string{"verify", "items.manifest", "--digest", "x"}, `--digest: "x" is no SHA-256`},
		{[]string{"diff", "items.manifest", "gone.manifest"}, "no such file"},
	} {
		_, errs, code := command(append([]string{"dataset"}, c.args...)...)
		require.Equal(t, exitFailed, code, c.args)
		require.Contains(t, errs, c.want, c.args)
	}
	for _, gone := range []string{home, "x.jsonl", "files/croissant.json", "croissant.json", "bad.manifest.building"} {
		_, err := os.Stat(gone)
		require.ErrorIs(t, err, os.ErrNotExist, gone)
	}
}

// TestAttackVerifyOfWhatLiesBeside: a curator publishes a true manifest with contributors and an index that hide who contributed.
func TestAttackVerifyOfWhatLiesBeside(t *testing.T) {
	t.Chdir(t.TempDir())
	writeLines(t, "v1.jsonl", 0, 9000, "")
	var made built
	answered(t, &made, "dataset", "build", "v1.jsonl")
	verify := func() int {
		_, _, code := command("dataset", "verify", "v1.manifest", "--digest", made.Digest)
		return code
	}
	require.Equal(t, exitOK, verify())
	for _, file := range []string{"v1.manifest.contributors", "v1.manifest.index"} {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		forged := slices.Clone(raw)
		if file == "v1.manifest.index" { // the first contributor of the last group, before the sum over all
			end := len(forged) - sha256.Size
			forged[end-1] ^= 1
			sum := sha256.Sum256(forged[:end])
			copy(forged[end:], sum[:])
		} else {
			forged[5] ^= 1
		}
		require.NoError(t, os.WriteFile(file, forged, 0o600))
		require.Equal(t, exitRefuted, verify(), file)
		require.NoError(t, os.WriteFile(file, raw, 0o600))
	}
	require.Equal(t, exitOK, verify())
}
