package register_test

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/register"
)

func write(t *testing.T, path, content string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestFindListsRegularFilesOnce(t *testing.T) {
	dir := t.TempDir()
	b := write(t, filepath.Join(dir, "b.txt"), "bb")
	a := write(t, filepath.Join(dir, "sub", "a.txt"), "a")
	write(t, filepath.Join(dir, ".git", "config"), "hidden")
	write(t, filepath.Join(dir, ".DS_Store"), "hidden")
	require.NoError(t, os.Symlink(b, filepath.Join(dir, "link.txt")))

	found, _, err := register.Find([]string{b, dir, a})
	require.NoError(t, err)
	require.Equal(t, []register.Found{{Path: b, Size: 2}, {Path: a, Size: 1}}, found)

	// A link that is named is meant.
	found, _, err = register.Find([]string{filepath.Join(dir, "link.txt")})
	require.NoError(t, err)
	require.Len(t, found, 1)
}

func TestFindNamesWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	_, _, err := register.Find([]string{filepath.Join(dir, "none.wav")})
	require.ErrorContains(t, err, "there is no file or folder")
	_, _, err = register.Find([]string{dir})
	require.ErrorContains(t, err, "no files in")
}

func TestSumKeepsOrder(t *testing.T) {
	dir := t.TempDir()
	var args []string
	for i := range 50 {
		args = append(args, write(t, filepath.Join(dir, strconv.Itoa(i)), "content "+strconv.Itoa(i)))
	}
	found, _, err := register.Find(args)
	require.NoError(t, err)
	files, err := register.Sum(context.Background(), found, nil)
	require.NoError(t, err)
	for i, f := range files {
		require.Equal(t, args[i], f.Path)
		require.Equal(t, sha256.Sum256([]byte("content "+strconv.Itoa(i))), f.Digest)
		require.Equal(t, found[i].Size, f.Size)
	}
}

func TestSumStops(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "x"), "x")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := register.Sum(ctx, []register.Found{{Path: path}}, nil)
	require.ErrorIs(t, err, context.Canceled)

	_, err = register.Sum(context.Background(), []register.Found{{Path: path + ".gone"}}, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
}
