package exchange

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/dataset"
)

// The bytes of each file are those that docs/datasets.md describes, for good.
func TestFilesAreAsTheyWere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "items.manifest")
	source, err := Open(t.Context(), "testdata/items.jsonl", Options{})
	require.NoError(t, err)
	defer source.Close()
	_, err = dataset.Make(t.Context(), source, path, dataset.MakeOptions{})
	require.NoError(t, err)
	opened, err := dataset.Open(path)
	require.NoError(t, err)
	defer opened.Close()
	item, err := opened.ProveItem(2)
	require.NoError(t, err)
	contributor, err := opened.ProveContributor(who(t, account1))
	require.NoError(t, err)
	for name, p := range map[string]dataset.Proof{
		"item.json":        {Manifest: opened.Manifest, Item: &item},
		"contributor.json": {Manifest: opened.Manifest, Contributor: &contributor},
	} {
		raw, err := json.MarshalIndent(p, "", "  ")
		require.NoError(t, err)
		write(t, filepath.Dir(path), name, string(raw)+"\n")
	}
	for _, name := range []string{"items.manifest", "items.manifest.contributors", "items.manifest.index", "item.json", "contributor.json"} {
		got, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
		require.NoError(t, err)
		golden := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(golden, got, 0o600))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
}
