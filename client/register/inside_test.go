package register_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/register"
)

func TestAFileOfATableIsInItsFolder(t *testing.T) {
	top := t.TempDir()
	t.Chdir(top)
	require.NoError(t, os.MkdirAll("in/deep", 0o755))
	for _, name := range []string{"secret", "in/a", "in/deep/b"} {
		require.NoError(t, os.WriteFile(name, nil, 0o600))
	}
	for link, to := range map[string]string{
		"in/out": "../secret", "in/far": filepath.Join(top, "secret"), "in/up": "..", "in/loop": "loop", "in/near": "deep/b",
		"in/whole": filepath.Join(top, "in", "a"), "folder": "in",
	} {
		require.NoError(t, os.Symlink(to, link))
	}
	for _, dir := range []string{"in", "./in", filepath.Join(top, "in"), "folder"} {
		for _, good := range []string{"a", "deep/b", "deep/../a", "near", "whole", "none", "deep/none"} {
			path, err := register.Inside(dir, good)
			require.NoError(t, err, "%s %s", dir, good)
			require.Equal(t, filepath.Join(dir, filepath.FromSlash(good)), path)
		}
		for _, bad := range []string{"../secret", filepath.Join(top, "in/a"), "out", "far", "up/secret", "up", "up/in/../secret", ""} {
			_, err := register.Inside(dir, bad)
			require.ErrorContains(t, err, "must be a path inside "+dir, "%s %s", dir, bad)
		}
	}
	t.Chdir("in")
	_, err := register.Inside(".", "out")
	require.Error(t, err)
	_, err = register.Inside(".", "deep/b")
	require.NoError(t, err)
}
