package register_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/register"
)

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
