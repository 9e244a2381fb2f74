package exchange

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// items is how many the rates are measured with; `make test-dataset` takes more.
var items = flag.Int("items", 20_000, "how many items are read and written")

// many are items, each of a contributor of its own but for one in eight.
func many(i int) manifest.Item {
	item := manifest.Item{Contributor: manifest.Contributor{Kind: manifest.Account, ID: make([]byte, 20)}, Weight: 1}
	state := uint64(i)
	for at := 0; at < 32; at += 8 { // splitmix64
		state += 0x9e3779b97f4a7c15
		z := (state ^ state>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		binary.BigEndian.PutUint64(item.Sha256[at:], z^z>>31)
	}
	copy(item.ID, item.Sha256[4:])
	if i%8 == 0 {
		copy(item.ID, "somebody with a name")
	}
	return item
}

// How fast each form is written, and built from.
func TestRatesOfForms(t *testing.T) {
	dir := t.TempDir()
	for name, write := range map[string]func(*os.File) Writer{
		"items.jsonl":   func(f *os.File) Writer { return NewLines(f) },
		"items.parquet": func(f *os.File) Writer { return NewParquet(f) },
	} {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		require.NoError(t, err)
		began := time.Now()
		w := write(f)
		for i := range *items {
			require.NoError(t, w.Write(many(i)))
		}
		require.NoError(t, w.Close())
		require.NoError(t, f.Close())
		wrote := time.Since(began)
		info, err := os.Stat(path)
		require.NoError(t, err)

		began = time.Now()
		source, err := Open(t.Context(), path, Options{})
		require.NoError(t, err)
		built, err := dataset.Make(t.Context(), source, path+".manifest", dataset.MakeOptions{})
		require.NoError(t, err)
		require.NoError(t, source.Close())
		require.Equal(t, uint64(*items), built.Manifest.ItemCount)
		t.Logf("%s: %d MB, written at %.0f items a second, built at %.0f", name, info.Size()>>20, float64(*items)/wrote.Seconds(),
			float64(*items)/time.Since(began).Seconds())
		require.NoError(t, os.Remove(path))
	}
	files := min(*items/10, 100_000)
	folder := filepath.Join(dir, "files")
	for i := range files {
		below := filepath.Join(folder, fmt.Sprint(i%100))
		require.NoError(t, os.MkdirAll(below, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(below, fmt.Sprint(i)), make([]byte, 1000+i%9000), 0o600))
	}
	whose := many(0).Contributor
	began := time.Now()
	source := NewFolder(folder, FolderOptions{Whose: &whose})
	built, err := dataset.Make(t.Context(), source, filepath.Join(dir, "folder"), dataset.MakeOptions{})
	require.NoError(t, err)
	require.NoError(t, source.Close())
	require.Equal(t, uint64(files), built.Manifest.ItemCount)
	t.Logf("folder: %d files of 5 kB on the average, built at %.0f files a second", files, float64(files)/time.Since(began).Seconds())
}
