package register_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/register"
)

// Content Credentials beside their file are no work of their own, unless they are named.
func TestCredentialsBesideAFileArePassedOver(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("d", 0o700))
	for _, name := range []string{"a.jpg", "a.jpg.c2pa", "b.pdf", "b.c2pa", "alone.c2pa"} {
		require.NoError(t, os.WriteFile(filepath.Join("d", name), []byte(name), 0o600))
	}
	found, passed, err := register.Find([]string{"d"})
	require.NoError(t, err)
	require.Equal(t, []register.Found{{"d/a.jpg", 5}, {"d/alone.c2pa", 10}, {"d/b.pdf", 5}}, found)
	require.Equal(t, []register.Passed{{"d/a.jpg.c2pa", register.Credentials}, {"d/b.c2pa", register.Credentials}}, passed)
	found, _, err = register.Find([]string{"d/a.jpg", "d/a.jpg.c2pa"})
	require.NoError(t, err)
	require.Len(t, found, 2)
}

// A file is found once, however often and in whatever spelling it is named.
func TestFilesThatAreNamedTwiceAreFoundOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("d", 0o700))
	file := filepath.Join("d", "a")
	require.NoError(t, os.WriteFile(file, []byte("a"), 0o600))
	for _, args := range [][]string{
		{file, "d"}, {"d", file}, {"d", "d"}, {"d", "d/"}, {file, "./" + file}, {"d", "./d"}, {file, "."},
	} {
		found, _, err := register.Find(args)
		require.NoError(t, err, args)
		require.Len(t, found, 1, args)
	}
	require.NoError(t, os.Mkdir("empty", 0o700))
	_, _, err := register.Find([]string{"d", "empty"})
	require.ErrorContains(t, err, "no files in empty")
}
