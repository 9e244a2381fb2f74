// Package data finds real input for tests: files that lie beside the repository
// and are no part of it.
package data

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Folder is where the files are, seen from the root of the repository.
var Folder = filepath.Join("..", "shared", "data")

// Read returns a file of the folder, such as lpc-sprites/works.jsonl. Where the
// file is missing the test is skipped.
func Read(t testing.TB, name string) []byte {
	t.Helper()
	content, found := Find(t, name)
	if !found {
		t.Skipf("%s is not there: get the data to run this test", filepath.Join(Folder, filepath.FromSlash(name)))
	}
	return content
}

// Find is Read that says whether the file is there.
func Find(t testing.TB, name string) (content []byte, found bool) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root(t), Folder, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	require.NoError(t, err)
	return content, true
}

// root is the folder of go.mod, above that of the test's package.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, dir, parent, "no go.mod above the test")
		dir = parent
	}
}
