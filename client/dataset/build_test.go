package dataset

import (
	"bytes"
	"context"
	"encoding/binary"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/registry/sumtree"
)

// items is how many TestABuildOfMany reads; `make test-dataset` reads 254,130,955.
var items = flag.Uint64("items", 1_000_000, "how many items are built")

// drawn are items of few contributors, with ids that begin alike.
func drawn(rng *rand.Rand, n, contributors int) []manifest.Item {
	ids := make([]manifest.Contributor, contributors)
	for i := range ids {
		size := 20
		kind := manifest.Kind(1 + rng.IntN(2))
		if kind == manifest.Account && rng.IntN(4) == 0 {
			size = 32
		}
		id := make([]byte, size)
		binary.BigEndian.PutUint64(id[size-8:], rng.Uint64N(1<<12))
		id[0] = byte(rng.IntN(3))
		ids[i] = manifest.Contributor{Kind: kind, ID: id}
	}
	list := make([]manifest.Item, n)
	for i := range list {
		binary.BigEndian.PutUint64(list[i].Sha256[:], rng.Uint64())
		list[i].Contributor, list[i].Weight = ids[rng.IntN(len(ids))], 1+rng.Uint64N(3)
		if rng.IntN(2) == 0 {
			list[i].Time = int64(1 + rng.IntN(1000))
		}
	}
	return list
}

func written(t require.TestingT, list []manifest.Item) []byte {
	raw := []byte(Magic)
	for _, item := range list {
		var err error
		raw, err = item.Append(raw)
		require.NoError(t, err)
	}
	return raw
}

// plain is a build as the formats are defined, with all in memory.
func plain(t require.TestingT, list []manifest.Item) (m manifest.Manifest, contributors []byte) {
	var f rfc6962.Frontier
	sums := map[string]uint64{}
	for _, item := range list {
		row, err := item.Append(nil)
		require.NoError(t, err)
		f, _ = f.Append(rfc6962.Leaf(row))
		sums[string(append([]byte{byte(item.Kind)}, item.ID...))] += item.Weight
	}
	keys := make([]string, 0, len(sums))
	for key := range sums {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var leaves []sumtree.Node
	for _, key := range keys {
		leaf, err := sumtree.Leaf(key[0], []byte(key[1:]), sums[key])
		require.NoError(t, err)
		leaves = append(leaves, leaf)
		contributors = append(append(contributors, key[0], byte(len(key)-1)), key[1:]...)
		contributors = binary.BigEndian.AppendUint64(contributors, sums[key])
	}
	root, err := sumtree.Over(leaves)
	require.NoError(t, err)
	return manifest.Manifest{Items: f.Root(), ItemCount: uint64(len(list)), Contributors: root}, contributors
}

// However many workers there are, and however little memory: the roots are those of the definitions.
func TestABuildIsAsDefined(t *testing.T) {
	before := mostHeld
	defer func() { mostHeld = before }()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n := rapid.SampledFrom([]int{1, 2, 100, blockRows - 1, blockRows, blockRows + 1, 2 * blockRows, 3*blockRows + 7}).Draw(t, "items")
		list := drawn(rng, n, rapid.IntRange(1, 400).Draw(t, "contributors"))
		mostHeld = rapid.SampledFrom([]int{1, 7, 50, 1 << 20}).Draw(t, "held")
		var out bytes.Buffer
		raw := written(t, list)
		built, err := Build(context.Background(), bytes.NewReader(raw), &out, Options{Dir: dir, Workers: rapid.IntRange(1, 4).Draw(t, "workers")})
		require.NoError(t, err)
		want, contributors := plain(t, list)
		require.Equal(t, want, built.Manifest)
		require.Equal(t, contributors, out.Bytes())
		for _, b := range built.Blocks {
			size, err := manifest.RowSize(raw[b.Offset])
			require.NoError(t, err)
			_, err = manifest.ReadItem(raw[b.Offset : b.Offset+int64(size)])
			require.NoError(t, err)
		}
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	})
}

// An account of 20 bytes may begin another of 32: it stands before it, also where both are in one small bucket.
func TestIdsThatBeginOthers(t *testing.T) {
	before := mostHeld
	defer func() { mostHeld = before }()
	mostHeld = 1
	var list []manifest.Item
	for i := range 300 {
		id := make([]byte, 32)
		id[31], id[20] = byte(i), byte(i/100)
		list = append(list, manifest.Item{Sha256: [32]byte{1}, Weight: 1, Contributor: manifest.Contributor{Kind: manifest.Account, ID: id}})
		if i%50 == 0 {
			short := manifest.Contributor{Kind: manifest.Account, ID: id[:20]}
			list = append(list, manifest.Item{Sha256: [32]byte{2}, Weight: 5, Contributor: short})
		}
	}
	var out bytes.Buffer
	built, err := Build(t.Context(), bytes.NewReader(written(t, list)), &out, Options{Dir: t.TempDir()})
	require.NoError(t, err)
	want, contributors := plain(t, list)
	require.Equal(t, want, built.Manifest)
	require.Equal(t, contributors, out.Bytes())
}

func TestWhatIsNoManifest(t *testing.T) {
	list := drawn(rand.New(rand.NewPCG(1, 1)), 2*blockRows, 5)
	raw := written(t, list)
	bad := slices.Clone(raw)
	bad[len(Magic)] = 0xff
	heavy := drawn(rand.New(rand.NewPCG(1, 1)), 2, 1)
	heavy[0].Weight, heavy[1].Weight = 1<<63, 1<<63
	light := slices.Clone(heavy)
	light[1].ID, light[1].Kind = slices.Clone(light[1].ID[:20]), manifest.Work
	for name, c := range map[string]struct {
		raw  []byte
		want error
		text string
	}{
		"empty":                  {nil, ErrNoManifest, "does not begin"},
		"another version":        {[]byte("stemma-manifest\x02"), ErrNoManifest, "does not begin"},
		"no rows":                {[]byte(Magic), sumtree.ErrTree, "no leaves"},
		"a row that is none":     {bad, manifest.ErrRow, "row 1: "},
		"a row that is cut":      {raw[:len(raw)-1], manifest.ErrRow, "row 8192 is cut short"},
		"too heavy by itself":    {written(t, heavy), sumtree.ErrOverflow, ""},
		"too heavy with another": {written(t, light), sumtree.ErrOverflow, ""},
	} {
		dir := t.TempDir()
		_, err := Build(t.Context(), bytes.NewReader(c.raw), io.Discard, Options{Dir: dir})
		require.ErrorIs(t, err, c.want, name)
		require.ErrorContains(t, err, c.text, name)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left, name)
	}
	// It fails while a bucket is split into smaller ones.
	before := mostHeld
	defer func() { mostHeld = before }()
	mostHeld = 1
	dir := t.TempDir()
	many := drawn(rand.New(rand.NewPCG(1, 1)), 1000, 20)
	for i := range many {
		many[i].ID[0], many[i].Weight = 1, 1<<60
	}
	_, err := Build(t.Context(), bytes.NewReader(written(t, many)), io.Discard, Options{Dir: dir})
	require.ErrorIs(t, err, sumtree.ErrOverflow)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	_, err = Build(t.Context(), strings.NewReader(Magic), io.Discard, Options{Dir: "."})
	require.ErrorContains(t, err, "is not empty")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 200 { // a select that could go on as well does so at random
		_, err = Build(ctx, bytes.NewReader(raw), io.Discard, Options{Dir: dir})
		require.ErrorIs(t, err, context.Canceled)
	}
}

// stream makes rows of as many contributors as there are items, but for one in eight.
type stream struct {
	left uint64
	rng  *rand.Rand
	rest []byte
	row  []byte
}

func newStream(n uint64) *stream {
	return &stream{left: n, rng: rand.New(rand.NewPCG(7, 7)), rest: []byte(Magic)}
}

func (s *stream) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(s.rest) == 0 {
			if s.left == 0 {
				if n == 0 {
					err = io.EOF
				}
				return n, err
			}
			s.left--
			item := manifest.Item{Contributor: manifest.Contributor{Kind: manifest.Account, ID: make([]byte, 0, 20)}, Weight: 1}
			for i := range 4 {
				binary.BigEndian.PutUint64(item.Sha256[8*i:], s.rng.Uint64())
			}
			item.ID = append(item.ID, item.Sha256[8:28]...)
			if s.left%8 == 0 {
				item.ID = append(item.ID[:0], "somebody with a name"...)
			}
			if s.row, err = item.Append(s.row[:0]); err != nil {
				return n, err
			}
			s.rest = s.row
		}
		k := copy(p[n:], s.rest)
		n, s.rest = n+k, s.rest[k:]
	}
	return n, nil
}

func TestABuildOfMany(t *testing.T) {
	out, err := os.Create(t.TempDir() + "/contributors")
	require.NoError(t, err)
	defer out.Close()
	began := time.Now()
	built, err := Build(t.Context(), newStream(*items), out, Options{Dir: t.TempDir()})
	require.NoError(t, err)
	require.Equal(t, *items, built.Manifest.ItemCount)
	require.Equal(t, *items, built.Manifest.Contributors.Sum)
	require.Equal(t, *items-(*items+7)/8+1, built.Manifest.Contributors.Leaves)
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("%d items in %s, %d MB from the system", *items, time.Since(began).Round(time.Millisecond), memory.Sys>>20)
}
