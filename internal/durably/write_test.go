package durably_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/internal/durably"
)

func TestAFileIsWholeOrAsItWas(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	require.NoError(t, durably.Write(path, []byte("one")))
	require.NoError(t, durably.Write(path, []byte("two")))
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "two", string(raw))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	require.Error(t, durably.Write(filepath.Join(dir, "gone", "a"), nil))
	folder := filepath.Join(dir, "folder")
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "full"), 0o750))
	require.Error(t, durably.Write(folder, []byte("three")), "a folder is not replaced")
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".new1"), []byte("th"), 0o600))
	durably.Clear(dir)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2, "nothing unfinished stays")
}
