package register_test

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/x/registry/anchor"
)

var address = []byte("twenty bytes address")

func contents(n int) []register.Content {
	list := make([]register.Content, n)
	for i := range list {
		name := "file" + strconv.Itoa(i)
		list[i] = register.Content{Path: name, Digest: sha256.Sum256([]byte(name))}
	}
	return list
}

func TestKeptAnchorsProveTheirContents(t *testing.T) {
	store := register.OpenStore(t.TempDir())
	none, err := store.Load("chain", "alice")
	require.NoError(t, err)
	require.Empty(t, none)

	list := contents(7)
	made, err := register.NewAnchor("chain", "alice", address, list, time.Unix(1000, 0))
	require.NoError(t, err)
	path, err := store.Save(made)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	earlier, err := register.NewAnchor("chain", "alice", address, list[:1], time.Unix(500, 0))
	require.NoError(t, err)
	_, err = store.Save(earlier)
	require.NoError(t, err)
	other, err := register.NewAnchor("other-chain", "alice", address, list, time.Unix(1, 0))
	require.NoError(t, err)
	_, err = store.Save(other)
	require.NoError(t, err)

	loaded, err := store.Load("chain", "alice")
	require.NoError(t, err)
	require.Equal(t, []register.Anchor{earlier, made}, loaded)
	require.Equal(t, uint64(7), made.Total())

	proofs, err := loaded[1].Proofs(address)
	require.NoError(t, err)
	require.Len(t, proofs, 7)
	for _, content := range list {
		p := proofs[content.Digest]
		require.NoError(t, p.Proof().Verify(p.Root, anchor.Leaf("chain", address, p.Salt, content.Digest)))
	}
}

func TestChangedFilesAreNoticed(t *testing.T) {
	home := t.TempDir()
	store := register.OpenStore(home)
	a, err := register.NewAnchor("chain", "alice", address, contents(2), time.Unix(1, 0))
	require.NoError(t, err)
	_, err = a.Proofs([]byte("another address here"))
	require.ErrorContains(t, err, "another root")

	a.Leaves[0], a.Leaves[1] = a.Leaves[1], a.Leaves[0]
	_, err = a.Proofs(address)
	require.ErrorContains(t, err, "another root")

	_, err = store.Save(a)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(home, "anchors", "broken.json"), []byte("{"), 0o600))
	_, err = store.Load("chain", "alice")
	require.ErrorContains(t, err, "broken.json")
}

func TestNewRefusesNothing(t *testing.T) {
	_, err := register.NewAnchor("chain", "alice", address, nil, time.Now())
	require.ErrorIs(t, err, anchor.ErrTree)
}
