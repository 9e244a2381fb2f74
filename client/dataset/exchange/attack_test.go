package exchange

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// TestAttackABuildGoesOnWithOtherColumns: a curator who breaks a build off and has Croissant name another column of the same file gets
// what the new metadata say, and not both in one manifest.
func TestAttackABuildGoesOnWithOtherColumns(t *testing.T) {
	dir := t.TempDir()
	var raw bytes.Buffer
	who := dataset.ContributorText(manifest.Contributor{Kind: manifest.Account, ID: bytes.Repeat([]byte{7}, 20)})
	for i := range 20_000 {
		fmt.Fprintf(&raw, "{\"sha256\":\"%x\",\"contributor\":%q,\"one\":1,\"other\":2}\n", sha256.Sum256([]byte{byte(i), byte(i >> 8)}), who)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "items.jsonl"), raw.Bytes(), 0o600))
	at := filepath.Join(dir, "croissant.json")
	say := func(weight string) {
		field := func(name, column string) map[string]any {
			return map[string]any{"name": name, "source": map[string]any{
				"fileObject": map[string]any{"@id": "items"}, "extract": map[string]any{"column": column},
			}}
		}
		text, err := json.Marshal(map[string]any{
			"conformsTo": conformsTo,
			"distribution": []any{map[string]any{
				"@id": "items", "contentUrl": "items.jsonl", "encodingFormat": mediaLines, "sha256": fmt.Sprintf("%x", sha256.Sum256(raw.Bytes())),
			}},
			"recordSet": []any{map[string]any{"name": "items", "field": []any{
				field("sha256", "sha256"), field("contributor", "contributor"), field("weight", weight),
			}}},
		})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(at, text, 0o600))
	}
	build := func(ctx context.Context, to string, o dataset.MakeOptions) (dataset.Built, error) {
		source, err := Open(ctx, at, Options{})
		require.NoError(t, err)
		defer source.Close()
		return dataset.Make(ctx, source, filepath.Join(dir, to), o)
	}
	say("one")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := build(ctx, "a", dataset.MakeOptions{Progress: func(int, int64) { cancel() }})
	require.ErrorIs(t, err, context.Canceled)
	say("other")
	want, err := build(t.Context(), "b", dataset.MakeOptions{})
	require.NoError(t, err)
	got, err := build(t.Context(), "a", dataset.MakeOptions{})
	require.NoError(t, err)
	require.Equal(t, want.Manifest, got.Manifest)
}
