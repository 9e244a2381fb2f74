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

	"github.com/santhosh-tekuri/jsonschema/v6"
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

// built is what a program was built from.
var built = &debug.BuildInfo{
	GoVersion: "go1.26.8", Main: debug.Module{Path: "github.com/stemma-chain/stemma"},
	Deps: []*debug.Module{
		{Path: "a/module", Version: "v1.0.0", Replace: &debug.Module{Path: "a/Fork", Version: "v2.0.0+incompatible", Sum: "h1:x="}},
		{Path: "b/module", Version: "v1.2.3", Sum: "h1:y="},
	},
	Settings: []debug.BuildSetting{{Key: "GOARCH", Value: "amd64"}},
}

var cleared = licences{
	"std@go1.26.8": {"BSD-3-Clause"}, "a/Fork@v2.0.0+incompatible": {"LGPL-3.0", "MIT"}, "b/module@v1.2.3": {"blessing"},
}

func TestTheBillListsTheModules(t *testing.T) {
	raw, err := billFrom(built, "v1", at, cleared)
	require.NoError(t, err)
	again, err := billFrom(built, "v1", at, cleared)
	require.NoError(t, err)
	require.Equal(t, raw, again)
	var read bill
	require.NoError(t, json.Unmarshal(raw, &read))
	require.Equal(t, "CycloneDX", read.Format)
	require.Equal(t, "v1", read.Metadata.Component.Version)
	require.Len(t, read.Components, 3)
	require.Equal(t, "pkg:golang/std@go1.26.8", read.Components[0].PURL)
	fork := read.Components[1]
	require.Equal(t, "pkg:golang/a/fork@v2.0.0%2Bincompatible", fork.PURL, "as the type golang of purl-spec has it")
	require.Equal(t, "a/Fork", fork.Name)
	require.Equal(t, []property{{"go:sum", "h1:x="}, {"go:replaces", "a/module@v1.0.0"}}, fork.Properties)
	require.Len(t, fork.Licenses, 2)
	require.Equal(t, "LGPL-3.0", fork.Licenses[0].License.ID)
	refs := map[string]bool{}
	for _, c := range read.Components {
		require.False(t, refs[c.Ref], c.Ref)
		refs[c.Ref] = true
	}
}

// What scripts/licences did not find is in no release.
func TestAModuleThatWasNotClearedIsInNoRelease(t *testing.T) {
	_, err := billFrom(built, "v1", at, licences{"std@go1.26.8": {"BSD-3-Clause"}, "b/module@v1.2.3": {"MIT"}})
	require.ErrorContains(t, err, "a/Fork v2.0.0+incompatible was not cleared")
	self, err := os.Executable()
	require.NoError(t, err)
	_, err = billOf(self, "v1", at, nil)
	require.ErrorContains(t, err, "std")
}

// The schemas in testdata are CycloneDX's own of version 1.5, under Apache-2.0.
func TestTheBillIsCycloneDX(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	for _, name := range []string{"bom-1.5.schema.json", "spdx.schema.json", "jsf-0.82.schema.json"} {
		file, err := os.Open("testdata/" + name)
		require.NoError(t, err)
		schema, err := jsonschema.UnmarshalJSON(file)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		require.NoError(t, compiler.AddResource("http://cyclonedx.org/schema/"+name, schema))
	}
	compiler.AssertFormat()
	schema, err := compiler.Compile("http://cyclonedx.org/schema/bom-1.5.schema.json")
	require.NoError(t, err)
	raw, err := billFrom(built, "v1", at, cleared)
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(value))

	// It notices a licence that SPDX does not list.
	raw, err = billFrom(built, "v1", at, licences{"std@go1.26.8": {"BSD"}, "a/Fork@v2.0.0+incompatible": {"MIT"}, "b/module@v1.2.3": {"MIT"}})
	require.NoError(t, err)
	value, err = jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	require.Error(t, schema.Validate(value))
}

func TestArchivesHaveWhatTheyNeed(t *testing.T) {
	t.Chdir("../..")
	for _, name := range documents {
		require.FileExists(t, name)
	}
}
