package dataset

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// longest is how long a proof may take, of however many items.
const longest = time.Second

// Proofs of many items are made at once, and a build that keeps how far it is costs little more than one that does not.
func TestProofsOfMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest")
	f, err := os.Create(path)
	require.NoError(t, err)
	_, err = io.Copy(f, newStream(*items))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, every := range []time.Duration{time.Hour, checkpoint, 5 * time.Second} {
		if every != checkpoint && *items > 1e8 {
			continue // it takes minutes
		}
		began := time.Now()
		built, err := Make(t.Context(), nil, path, MakeOptions{Every: every})
		require.NoError(t, err)
		require.Equal(t, *items, built.Manifest.ItemCount)
		t.Logf("%d items in %s, kept every %s", *items, time.Since(began).Round(time.Millisecond), every)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	var slowest [2]time.Duration
	for range 20 {
		began := time.Now()
		opened, err := Open(path)
		require.NoError(t, err)
		p, err := opened.ProveItem(rng.Uint64N(*items))
		require.NoError(t, err)
		item, err := p.Verify(opened.Manifest)
		require.NoError(t, err)
		slowest[0] = max(slowest[0], time.Since(began))
		require.NoError(t, opened.Close())

		began = time.Now()
		opened, err = Open(path)
		require.NoError(t, err)
		c, err := opened.ProveContributor(manifest.Contributor{Kind: item.Kind, ID: item.ID})
		require.NoError(t, err)
		_, err = c.Verify(opened.Manifest)
		require.NoError(t, err)
		slowest[1] = max(slowest[1], time.Since(began))
		require.NoError(t, opened.Close())
	}
	t.Logf("the slowest proof of an item took %s, of a contributor %s, with all that is read for it", slowest[0], slowest[1])
	require.Less(t, max(slowest[0], slowest[1]), longest)
}
