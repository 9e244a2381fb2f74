package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

var update = flag.Bool("golden", false, "write the golden files anew")

func card(t require.TestingT, form string, raw []byte, name string) []byte {
	var out bytes.Buffer
	m := manifest.Manifest{ItemCount: 2, Contributors: sumtree.Root{Node: sumtree.Node{Sum: 4}, Leaves: 2}}
	about := Card{Name: "sprites", Description: "Sprites of many authors.", License: "https://creativecommons.org/licenses/by-sa/3.0/"}
	require.NoError(t, Croissant(&out, about, m,
		CardFile{"sprites", FormManifest, sha256.Sum256(nil), 16}, CardFile{name, form, sha256.Sum256(raw), int64(len(raw))}))
	return out.Bytes()
}

func TestCroissantIsWrittenAsItWas(t *testing.T) {
	got := card(t, FormLines, []byte("items"), "the items.jsonl")
	const golden = "testdata/croissant.json"
	if *update {
		require.NoError(t, os.WriteFile(golden, got, 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

// What is written as Croissant is read as the rows that it describes.
func TestCroissantGivesBackTheItems(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(rapid.Custom(drawItem), 1, 9).Draw(t, "items")
		form, name := FormLines, "the items.jsonl"
		var out bytes.Buffer
		w := NewLines(&out)
		if rapid.Bool().Draw(t, "parquet") {
			form, name, w = FormParquet, "items.parquet", NewParquet(&out)
		}
		for _, item := range items {
			require.NoError(t, w.Write(item))
		}
		require.NoError(t, w.Close())
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), out.Bytes(), 0o600))
		at := filepath.Join(dir, "croissant.json")
		require.NoError(t, os.WriteFile(at, card(t, form, out.Bytes(), name), 0o600))
		source, err := Open(t.Context(), at, Options{})
		require.NoError(t, err)
		defer source.Close()
		raw, _, err := rowsOf(source, 5)
		require.NoError(t, err)
		require.Equal(t, rowsOfItems(t, items), raw)
	})
}

func TestCroissantOfOthersIsReadByItsFields(t *testing.T) {
	dir := t.TempDir()
	lines := `{"digest":"` + digest1 + `","who":"` + account1 + `","split":["train",{"x":1}],"n":null}` + "\n"
	write(t, dir, "data/train.jsonl", lines)
	good := `{"@type": "sc:Dataset", "dct:conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
	 "distribution": [{"@type": "cr:FileObject", "name": "train", "contentUrl": "data/train.jsonl", "encodingFormat": "application/x-ndjson",
	   "sha256": "` + strings.ToUpper(sum(lines)) + `"}],
	 "recordSet": [{"name": "splits", "field": {"name": "split"}}, {"@type": "cr:RecordSet", "name": "rows", "field": [
	   {"name": "sha256", "source": {"fileObject": "train", "extract": {"column": "digest"}}},
	   {"@id": "rows/contributor", "source": {"fileObject": {"@id": "train"}, "extract": {"column": "who"}}},
	   {"name": "split", "source": {"fileObject": "train", "extract": {"column": "split"}, "transform": {"regex": "x"}}}]}]}`
	source, err := Open(t.Context(), write(t, dir, "croissant.json", good), Options{})
	require.NoError(t, err)
	defer source.Close()
	raw, _, err := rowsOf(source, 5)
	require.NoError(t, err)
	items := itemsOf(t, raw)
	require.Len(t, items, 1)
	require.Equal(t, who(t, account1), items[0].Contributor)

	csv := "digest;x,who\n" + digest1 + "," + account1 + "\n"
	write(t, dir, "data/train.csv", csv)
	replace := strings.NewReplacer("train.jsonl", "train.csv", "application/x-ndjson", "text/csv",
		strings.ToUpper(sum(lines)), sum(csv), `"digest"`, `"digest;x"`)
	table, err := Open(t.Context(), write(t, dir, "table.json", replace.Replace(good)), Options{})
	require.NoError(t, err)
	defer table.Close()
	same, _, err := rowsOf(table, 5)
	require.NoError(t, err)
	require.Equal(t, raw, same)

	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(dir, "link")))
	for name, c := range map[string]struct{ old, new, want string }{
		"another vocabulary": {"croissant/1.0", "croissant/2.0", "does not conform to Croissant 1"},
		"no record set":      {`"name": "sha256"`, `"name": "hash"`, "no record set has the fields sha256 and contributor"},
		"two record sets": {
			`{"name": "splits", "field": {"name": "split"}}`, `{"name": "s", "field": [{"name": "sha256"}, {"name": "contributor"}]}`,
			"2 record sets have the fields",
		},
		"one column for two fields": {
			`{"name": "split", "source": {"fileObject": "train", "extract": {"column": "split"}, "transform": {"regex": "x"}}}`,
			`{"name": "weight", "source": {"fileObject": "train", "extract": {"column": "n"}}},
			 {"name": "time", "source": {"fileObject": "train", "extract": {"column": "n"}}}`, "are both read from column \"n\"",
		},
		"two fields for one": {
			`{"name": "split", "source": {"fileObject": "train", "extract": {"column": "split"}, "transform": {"regex": "x"}}}`,
			`{"name": "weight", "source": {"fileObject": "train", "extract": {"column": "n"}}},
			 {"name": "weight", "source": {"fileObject": "train", "extract": {"column": "m"}}}`, "field weight is there twice",
		},
		"another digest":   {strings.ToUpper(sum(lines)), digest2, "the SHA-256 of"},
		"no digest":        {`"sha256": "`, `"md5": "`, "it has no sha256"},
		"far away":         {"data/train.jsonl", "https://example.org/train.jsonl", "is no file beside the metadata"},
		"outside":          {"data/train.jsonl", "../train.jsonl", "does not lie beside the metadata"},
		"outside, in code": {"data/train.jsonl", "%2e%2e/train.jsonl", "does not lie beside the metadata"},
		"from the root":    {"data/train.jsonl", "/etc/passwd", "does not lie beside the metadata"},
		"an archive":       {"application/x-ndjson", "application/x-tar", `encodingFormat "application/x-tar" can't be read`},
		"in an archive":    {`"name": "train",`, `"name": "train", "containedIn": {"@id": "zip"},`, "in an archive"},
		"a set of files":   {`"cr:FileObject"`, `"cr:FileSet"`, "it is a set of files"},
		"no such file":     {`"name": "train"`, `"name": "test"`, `reads "train", which distribution does not name`},
		"a transformation": {`"column": "who"}`, `"column": "who"}, "transform": {"regex": "(.*)"}`, "field contributor is transformed"},
		"a path in JSON":   {`"column": "who"`, `"jsonPath": "$.who"`, "field contributor names no column"},
		"two files":        {`{"@id": "train"}`, `{"@id": "other"}`, `field contributor is read from "other", others from "train"`},
		"files":            {`"fileObject": {"@id": "train"}`, `"fileSet": {"@id": "train"}`, "is read from a set of files"},
		"no JSON":          {`"distribution"`, `distribution`, "it is no Croissant metadata"},
		"a column gone":    {`"column": "digest"`, `"column": "Digest"`, "data/train.jsonl line 1, sha256: invalid value: it is missing"},
	} {
		require.Contains(t, good, c.old, name)
		opened, err := Open(t.Context(), write(t, dir, "bad.json", strings.ReplaceAll(good, c.old, c.new)), Options{})
		if err == nil {
			_, _, err = rowsOf(opened, 5)
			require.NoError(t, opened.Close())
		}
		require.ErrorContains(t, err, c.want, name)
	}
}

func sum(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

func TestFormsAreGuessed(t *testing.T) {
	dir := t.TempDir()
	rows := append([]byte(dataset.Magic), rowsOfItems(t, []manifest.Item{{Sha256: [32]byte{1}, Contributor: who(t, account1), Weight: 1}})...)
	for name, want := range map[string]string{
		"a.jsonl": FormLines, "a.NDJSON": FormLines, "a.parquet": FormParquet, "a.csv": FormCSV, "a.tsv": FormTSV,
		"a.json": FormCroissant, "x/y": "",
	} {
		form, err := FormOf(write(t, dir, name, "x"))
		if want == "" {
			require.ErrorIs(t, err, ErrForm)
			require.ErrorContains(t, err, "its name does not say what it is")
			continue
		}
		require.NoError(t, err)
		require.Equal(t, want, form)
	}
	form, err := FormOf(write(t, dir, "rows.csv", string(rows)))
	require.NoError(t, err)
	require.Equal(t, FormManifest, form)
	form, err = FormOf(dir)
	require.NoError(t, err)
	require.Equal(t, FormFolder, form)
	_, err = Open(t.Context(), write(t, dir, "a.xyz", "x"), Options{Form: "xls"})
	require.ErrorContains(t, err, `there is no form "xls"`)
	var metadata map[string]any
	require.NoError(t, json.Unmarshal(card(t, FormLines, nil, "x"), &metadata))
}
