package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var at = time.Unix(1_795_865_336, 0).UTC()

// The order and the time of the files on disk do not count.
func TestAnArchiveIsTheSameBytes(t *testing.T) {
	files := []file{{"stemmad", 0o755, []byte("program")}, {"completions/stemmad.fish", 0o644, []byte("complete")}, {"LICENSE", 0o644, nil}}
	var first, second bytes.Buffer
	require.NoError(t, pack(&first, "stemma-1-linux-amd64", at, []file{files[0], files[1], files[2]}))
	require.NoError(t, pack(&second, "stemma-1-linux-amd64", at, []file{files[2], files[0], files[1]}))
	require.Equal(t, first.Bytes(), second.Bytes())

	unzipped, err := gzip.NewReader(&first)
	require.NoError(t, err)
	var names []string
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		names = append(names, header.Name)
		require.True(t, at.Equal(header.ModTime))
		require.Zero(t, header.Uid)
	}
	require.Equal(t, []string{"stemma-1-linux-amd64/LICENSE", "stemma-1-linux-amd64/completions/stemmad.fish", "stemma-1-linux-amd64/stemmad"}, names)
}

func TestTheBillListsTheModules(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	raw, err := billOf(self, "v1", at)
	require.NoError(t, err)
	again, err := billOf(self, "v1", at)
	require.NoError(t, err)
	require.Equal(t, raw, again)
	var read bill
	require.NoError(t, json.Unmarshal(raw, &read))
	require.Equal(t, "CycloneDX", read.Format)
	require.Equal(t, "v1", read.Metadata.Component.Version)
	require.Contains(t, string(raw), `"purl": "pkg:golang/std@go1.`)
	refs := map[string]bool{}
	for _, c := range read.Components {
		require.False(t, refs[c.Ref], c.Ref)
		refs[c.Ref] = true
	}
	// Tests have no list of modules.
	require.Equal(t, component{
		"library", "a/fork", "v2", "pkg:golang/a/fork@v2", "pkg:golang/a/fork@v2",
		[]property{{"go:sum", "h1:x="}, {"go:replaces", "a/module@v1"}},
	},
		moduleOf(&debug.Module{Path: "a/module", Version: "v1", Replace: &debug.Module{Path: "a/fork", Version: "v2", Sum: "h1:x="}}))
}

func TestArchivesHaveWhatTheyNeed(t *testing.T) {
	t.Chdir("../..")
	for _, name := range documents {
		require.FileExists(t, name)
	}
}
