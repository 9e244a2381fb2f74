package dataset

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// published makes the files of a manifest.
func published(t *testing.T, seed uint64, items int) string {
	path := filepath.Join(t.TempDir(), "m")
	require.NoError(t, os.WriteFile(path, written(t, drawn(rand.New(rand.NewPCG(seed, 9)), items, 50)), 0o600))
	_, err := Make(t.Context(), nil, path, MakeOptions{})
	require.NoError(t, err)
	return path
}

// TestAttackABuildWritesOverNothing: neither files that lie where those beside a manifest go, nor a folder of somebody's.
func TestAttackABuildWritesOverNothing(t *testing.T) {
	raw := written(t, drawn(rand.New(rand.NewPCG(1, 9)), 100, 5))
	build := func(path string) error {
		source, err := FileRows(bytes.NewReader(raw), "rows")
		require.NoError(t, err)
		_, err = Make(t.Context(), source, path, MakeOptions{})
		return err
	}
	for _, name := range []string{"m", "m.contributors", "m.index", "m.building/letters"} {
		path := filepath.Join(t.TempDir(), "m")
		mine := filepath.Join(filepath.Dir(path), name)
		require.NoError(t, os.MkdirAll(filepath.Dir(mine), 0o700))
		require.NoError(t, os.WriteFile(mine, []byte("mine"), 0o600))
		require.ErrorIs(t, build(path), ErrExists, name)
		there, err := os.ReadFile(mine)
		require.NoError(t, err, name)
		require.Equal(t, "mine", string(there), name)
	}
}

// TestAttackWhatLiesBesideAManifestIsAnothers: a curator publishes a manifest with files beside it that say something else. They are
// not compared, and nothing is proved by them.
func TestAttackWhatLiesBesideAManifestIsAnothers(t *testing.T) {
	honest, other := published(t, 1, 3*blockRows), published(t, 2, 3*blockRows)
	diff := func(path string) error {
		before, err := Open(honest)
		require.NoError(t, err)
		defer before.Close()
		after, err := Open(path)
		if err != nil {
			return err
		}
		defer after.Close()
		_, err = Diff(t.Context(), before, after, t.TempDir(), nil, nil)
		return err
	}
	require.NoError(t, diff(other))
	for name, beside := range map[string]func(to string) error{
		"all but the rows": func(to string) error {
			return os.Link(other, to)
		},
		"the contributors": func(to string) error {
			return os.Link(ContributorsOf(other), ContributorsOf(to))
		},
	} {
		t.Run(name, func(t *testing.T) {
			to := filepath.Join(t.TempDir(), "m")
			require.NoError(t, beside(to))
			_ = os.Link(honest, to)
			_ = os.Link(ContributorsOf(honest), ContributorsOf(to))
			require.NoError(t, os.Link(IndexOf(honest), IndexOf(to)))
			require.ErrorIs(t, diff(to), ErrStale)
		})
	}
	raw, err := os.ReadFile(IndexOf(honest))
	require.NoError(t, err)
	built, err := ReadIndex(raw)
	require.NoError(t, err)
	built.Blocks[1].Root = rfc6962.Hash{1}
	_, err = ReadIndex(built.Append(nil))
	require.ErrorIs(t, err, ErrNoIndex)
	built, err = ReadIndex(raw)
	require.NoError(t, err)
	built.Groups[0].Node.Sum++
	_, err = ReadIndex(built.Append(nil))
	require.ErrorIs(t, err, ErrNoIndex)
}

// TestAttackManyItemsOfOneContent: a curator publishes a manifest whose items all have one content. Who compares it needs no more memory
// than for others.
func TestAttackManyItemsOfOneContent(t *testing.T) {
	before := mostCompared
	defer func() { mostCompared = before }()
	mostCompared = 1 << 20
	items := drawn(rand.New(rand.NewPCG(1, 9)), 400_000, 1000)
	for i := range items {
		items[i].Sha256 = [32]byte{1}
	}
	requireCompared(t, items, 48<<20)
}

// TestAttackManyItemsOfOneContributorAndContent: the same with one contributor, and times that differ.
func TestAttackManyItemsOfOneContributorAndContent(t *testing.T) {
	before := mostCompared
	defer func() { mostCompared = before }()
	mostCompared = 1 << 20
	items := drawn(rand.New(rand.NewPCG(1, 9)), 400_000, 1)
	for i := range items {
		items[i].Sha256, items[i].Time = [32]byte{1}, int64(i+1)
	}
	requireCompared(t, items, 48<<20)
}

// requireCompared compares a manifest with itself in so much memory.
func requireCompared(t *testing.T, items []manifest.Item, memory uint64) {
	path := filepath.Join(t.TempDir(), "m")
	require.NoError(t, os.WriteFile(path, written(t, items), 0o600))
	_, err := Make(t.Context(), nil, path, MakeOptions{})
	require.NoError(t, err)
	var opened [2]*Opened
	for i := range opened {
		opened[i], err = Open(path)
		require.NoError(t, err)
		defer opened[i].Close()
	}
	runtime.GC()
	var at runtime.MemStats
	runtime.ReadMemStats(&at)
	begin, most := at.HeapAlloc, uint64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
		}
	}()
	_, err = Diff(t.Context(), opened[0], opened[1], t.TempDir(), nil, nil)
	close(stop)
	<-stopped
	require.NoError(t, err)
	require.Less(t, most, begin+memory)
}
