package items

import (
	"context"
	"database/sql"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/testutil/postgres"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var many = flag.Int("items", 20_000, "how many items TestManyItems takes in; 1000000 for the numbers that are published")

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	postgres.Stop()
	os.Exit(code)
}

// node has the manifests of one work, two a page.
type node struct {
	registrytypes.QueryClient
	roots []registrytypes.Roots
}

func (n node) Manifests(_ context.Context, r *registrytypes.QueryManifestsRequest, _ ...grpc.CallOption,
) (*registrytypes.QueryManifestsResponse, error) {
	res, from := &registrytypes.QueryManifestsResponse{Pagination: &query.PageResponse{}}, len(n.roots)
	if len(r.Pagination.Key) > 0 {
		from = int(r.Pagination.Key[0])
	}
	for i := from - 1; i >= max(0, from-2); i-- {
		res.Manifests = append(res.Manifests, registrytypes.NumberedManifest{Version: uint32(i) + 1, Roots: n.roots[i]})
	}
	if from > 2 {
		res.Pagination.NextKey = []byte{byte(from - 2)}
	}
	return res, nil
}

func item(n int) manifest.Item {
	return manifest.Item{
		Sha256:      [32]byte{byte(n * 31), byte(n >> 8), byte(n)},
		Contributor: manifest.Contributor{Kind: manifest.Account, ID: append(make([]byte, 19+12*(n%2)), byte(n%7))}, Weight: 1 + uint64(n%3),
	}
}

// write writes a manifest's file.
func write(t *testing.T, list ...manifest.Item) string {
	t.Helper()
	raw := []byte(dataset.Magic)
	for _, i := range list {
		var err error
		raw, err = i.Append(raw)
		require.NoError(t, err)
	}
	path := filepath.Join(t.TempDir(), "items.manifest")
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	return path
}

func open(t testing.TB) *index.Items {
	x, err := index.OpenItems(context.WithoutCancel(t.Context()), filepath.Join(t.TempDir(), "items.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = x.Close() })
	return x
}

func everybody(registrytypes.WorkID) bool { return false }

// A manifest is taken in as the version that has its roots, however little is sorted in memory; nothing stays on disk.
func TestAManifestIsTakenIn(t *testing.T) {
	var list []manifest.Item
	for n := range 1000 {
		list = append(list, item(n))
	}
	roots := manifests.Of(list...).Roots()
	n := node{roots: []registrytypes.Roots{{Weight: 1}, {Weight: 2}, roots, {Weight: 3}, {Weight: 4}, {Weight: 5}}}
	path, work := write(t, list...), registrytypes.WorkID{1}
	before := runRows
	t.Cleanup(func() { runRows = before })
	for _, runRows = range []int{1, 7, 999, 1000, 1001} {
		x, dir := open(t), t.TempDir()
		listed, err := Load(t.Context(), n, x, work, path, dir)
		require.NoError(t, err)
		require.Equal(t, uint32(3), listed.Version)
		require.Equal(t, roots.Digest(), listed.Sha256)
		for i, item := range list {
			found, _, err := x.Find(t.Context(), item.Sha256, everybody)
			require.NoError(t, err)
			require.True(t, slices.ContainsFunc(found[0].Found, func(f index.ListedItem) bool {
				return f.Place == uint64(i) && f.Contributor.Kind == item.Kind && string(f.Contributor.ID) == string(item.ID)
			}), i)
		}
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

// What is no manifest of the work is not taken in: another's, one with a row more or less or another weight, and one whose
// contributors' tree is not that of its items.
func TestWhatIsNoManifestOfTheWork(t *testing.T) {
	list := []manifest.Item{item(1), item(2), item(3)}
	heavier := slices.Clone(list)
	heavier[1].Weight++
	work := registrytypes.WorkID{1}
	n := node{roots: []registrytypes.Roots{manifests.Of(list...).Roots()}}
	cut := write(t, list...)
	require.NoError(t, os.Truncate(cut, 100))
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("sha256,contributor\n"), 0o600))
	forged := manifests.Forged(list, []manifests.Weighed{{Contributor: list[0].Contributor, Weight: 7}})
	for name, c := range map[string]struct {
		node node
		path string
		err  error
	}{
		"a row less":         {n, write(t, list[:2]...), ErrOther},
		"another order":      {n, write(t, list[1], list[0], list[2]), ErrOther},
		"another weight":     {n, write(t, heavier...), ErrOther},
		"cut short":          {n, cut, manifest.ErrRow},
		"no manifest":        {n, text, dataset.ErrNoManifest},
		"nothing there":      {n, text + "0", os.ErrNotExist},
		"false contributors": {node{roots: []registrytypes.Roots{forged.Roots()}}, write(t, list...), ErrOther},
	} {
		x := open(t)
		_, err := Load(t.Context(), c.node, x, work, c.path, t.TempDir())
		require.ErrorIs(t, err, c.err, name)
		all, err := x.List(t.Context())
		require.NoError(t, err)
		require.Empty(t, all, name)
	}
}

// changing has its node change the file, between the first reading and the second.
type changing struct {
	node
	change func()
}

func (c changing) Manifests(ctx context.Context, r *registrytypes.QueryManifestsRequest, o ...grpc.CallOption,
) (*registrytypes.QueryManifestsResponse, error) {
	c.change()
	return c.node.Manifests(ctx, r, o...)
}

func TestAFileThatChangesMeanwhile(t *testing.T) {
	list := []manifest.Item{item(1), item(2), item(3)}
	for name, change := range map[string]func(path string){
		"another row": func(path string) {
			other := write(t, item(1), item(9), item(3))
			raw, err := os.ReadFile(other)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, raw, 0o600))
		},
		"cut short": func(path string) { require.NoError(t, os.Truncate(path, 100)) },
	} {
		path, x := write(t, list...), open(t)
		n := changing{node{roots: []registrytypes.Roots{manifests.Of(list...).Roots()}}, func() { change(path) }}
		_, err := Load(t.Context(), n, x, registrytypes.WorkID{1}, path, t.TempDir())
		require.ErrorIs(t, err, ErrChanged, name)
		found, _, err := x.Find(t.Context(), item(1).Sha256, everybody)
		require.NoError(t, err)
		require.Empty(t, found)
	}
}

// TestManyItems measures: time, bytes for each item, the slowest of a thousand questions.
func TestManyItems(t *testing.T) {
	if testing.Short() {
		t.Skip("writes many items")
	}
	random := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), "items.manifest")
	raw := []byte(dataset.Magic)
	var asked [][32]byte
	for n := range *many {
		i := manifest.Item{Contributor: manifest.Contributor{Kind: manifest.Account, ID: make([]byte, 20)}, Weight: 1}
		for b := range i.Sha256 {
			i.Sha256[b] = byte(random.Uint32())
		}
		i.ID[0], i.ID[1] = byte(n), byte(n>>8)
		var err error
		raw, err = i.Append(raw)
		require.NoError(t, err)
		if n%(*many/1000) == 0 {
			asked = append(asked, i.Sha256)
		}
	}
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	built, err := dataset.Build(t.Context(), file, io.Discard, dataset.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	require.NoError(t, file.Close())
	n := node{roots: []registrytypes.Roots{registrytypes.NewRoots(built.Manifest)}}
	measure := func(t *testing.T, where string, bytes func() int64) {
		x, err := index.OpenItems(context.WithoutCancel(t.Context()), where)
		require.NoError(t, err)
		defer x.Close()
		runtime.GC()
		peak := watchMemory(t)
		begin := time.Now()
		_, err = Load(t.Context(), n, x, registrytypes.WorkID{1}, path, t.TempDir())
		require.NoError(t, err)
		took := time.Since(begin)
		memory := peak()
		slowest := time.Duration(0)
		for _, sum := range asked {
			begin := time.Now()
			found, _, err := x.Find(t.Context(), sum, everybody)
			require.NoError(t, err)
			require.Len(t, found, 1)
			slowest = max(slowest, time.Since(begin))
		}
		t.Logf("%d items in %s, %.0f a second; %d bytes each; heap at most %d MB; slowest of %d questions %s",
			*many, took.Round(time.Millisecond), float64(*many)/took.Seconds(), bytes()/int64(*many), memory>>20, len(asked), slowest)
	}
	t.Run("sqlite", func(t *testing.T) {
		where := filepath.Join(t.TempDir(), "items.db")
		measure(t, where, func() (sum int64) {
			for _, name := range []string{where, where + "-wal"} {
				if info, err := os.Stat(name); err == nil {
					sum += info.Size()
				}
			}
			return sum
		})
	})
	t.Run("postgres", func(t *testing.T) {
		where := postgres.ForTest(t)
		measure(t, where, func() int64 { return postgresBytes(t, where) })
	})
}

// watchMemory returns what the heap has at most until it is asked.
func watchMemory(t *testing.T) func() uint64 {
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
			select {
			case <-stop:
				most <- peak
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}

func postgresBytes(t *testing.T, where string) (bytes int64) {
	db, err := sql.Open("pgx", where)
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT pg_total_relation_size('items')`).Scan(&bytes))
	return bytes
}
