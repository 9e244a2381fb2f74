package index_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/testutil/postgres"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// itemsOnBoth runs a test with no items in an SQLite file and, if PostgreSQL is there, in a database.
func itemsOnBoth(t *testing.T, test func(t *testing.T, open func() *index.Items)) {
	run := func(t *testing.T, where string) {
		test(t, func() *index.Items {
			x, err := index.OpenItems(context.WithoutCancel(t.Context()), where)
			require.NoError(t, err)
			t.Cleanup(func() { _ = x.Close() })
			return x
		})
	}
	t.Run("sqlite", func(t *testing.T) { run(t, filepath.Join(t.TempDir(), "items.db")) })
	t.Run("postgres", func(t *testing.T) { run(t, postgres.ForTest(t)) })
}

func photo(n int) [32]byte {
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], uint64(n))
	sum := sha256.Sum256(raw[:])
	binary.BigEndian.PutUint64(sum[:], uint64(n)) // in order
	return sum
}

func someone(n byte) manifest.Contributor {
	return manifest.Contributor{Kind: manifest.Account, ID: append(make([]byte, 19), n)}
}

// photos lists items with the contents from first on.
func photos(first, count int) func() (index.ListedItem, error) {
	n := 0
	return func() (item index.ListedItem, err error) {
		if n == count {
			return item, io.EOF
		}
		n++
		return index.ListedItem{Sha256: photo(first + n - 1), Place: uint64(n - 1), Contributor: someone(byte(n))}, nil
	}
}

func everybody(registrytypes.WorkID) bool { return false }

func listed(work byte, version uint32, items int) index.Listed {
	return index.Listed{
		Work: registrytypes.WorkID{work}, Version: version, Sha256: registrytypes.Digest{work, byte(version)}, Items: uint64(items),
		Since: time.Unix(1e9, 0).UTC(), Whole: true,
	}
}

// An item is found in each work that has it, by the newest version that does, also after the database was opened again.
func TestItemsAreFound(t *testing.T) {
	itemsOnBoth(t, func(t *testing.T, open func() *index.Items) {
		x := open()
		const many = 60_000 // more than one transaction has
		require.NoError(t, x.Load(t.Context(), listed(1, 1, many), photos(0, many)))
		require.NoError(t, x.Load(t.Context(), listed(1, 3, 100), photos(50, 100)))
		require.NoError(t, x.Load(t.Context(), listed(2, 1, 1), photos(99, 1)))
		x = open()
		for n, want := range map[int][]index.Containing{
			0:     {{Listed: listed(1, 1, many), Found: []index.ListedItem{{Sha256: photo(0), Place: 0, Contributor: someone(1)}}}},
			many:  nil,
			59999: {{Listed: listed(1, 1, many), Found: []index.ListedItem{{Sha256: photo(59999), Place: 59999, Contributor: someone(96)}}}},
			99: {
				{Listed: listed(1, 3, 100), Older: []uint32{1}, Found: []index.ListedItem{{Sha256: photo(99), Place: 49, Contributor: someone(50)}}},
				{Listed: listed(2, 1, 1), Found: []index.ListedItem{{Sha256: photo(99), Place: 0, Contributor: someone(1)}}},
			},
		} {
			found, more, err := x.Find(t.Context(), photo(n), everybody)
			require.NoError(t, err)
			require.Equal(t, want, found, n)
			require.False(t, more)
		}
		all, err := x.List(t.Context())
		require.NoError(t, err)
		require.Equal(t, []index.Listed{listed(1, 1, many), listed(1, 3, 100), listed(2, 1, 1)}, all)
		require.ErrorIs(t, x.Load(t.Context(), listed(1, 3, 100), photos(50, 100)), index.ErrListed)

		found, _, err := x.Find(t.Context(), photo(99), func(w registrytypes.WorkID) bool { return w == registrytypes.WorkID{1} })
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.NoError(t, x.Drop(t.Context(), registrytypes.WorkID{1}, 1))
		require.ErrorIs(t, x.Drop(t.Context(), registrytypes.WorkID{1}, 1), index.ErrNotFound)
		found, _, err = x.Find(t.Context(), photo(0), everybody)
		require.NoError(t, err)
		require.Empty(t, found)
		require.NoError(t, x.Drop(t.Context(), registrytypes.WorkID{1}, 0))
		require.NoError(t, x.Load(t.Context(), listed(1, 1, 2), photos(0, 2)), "what was taken out can be loaded again")
	})
}

// Of a manifest whose loading was broken off, or that has fewer items than it should, nothing is found, and it can be loaded.
func TestHalfAManifestIsNotFound(t *testing.T) {
	itemsOnBoth(t, func(t *testing.T, open func() *index.Items) {
		x := open()
		broken, next := errors.New("broken off"), photos(0, 60_000)
		err := x.Load(t.Context(), listed(1, 1, 60_000), func() (index.ListedItem, error) {
			item, err := next()
			if item.Place == 55_000 {
				found, _, err := x.Find(t.Context(), photo(0), everybody)
				require.NoError(t, err)
				require.Empty(t, found)
				return item, broken
			}
			return item, err
		})
		require.ErrorIs(t, err, broken)
		require.ErrorContains(t, x.Load(t.Context(), listed(1, 1, 3), photos(0, 2)), "2 items")
		all, err := x.List(t.Context())
		require.NoError(t, err)
		require.Empty(t, all)
		require.NoError(t, x.Load(t.Context(), listed(1, 1, 2), photos(0, 2)))
	})
}

// One content a thousand times in one work hides no other work, and a thousand works are not all shown.
func TestWhatIsFoundIsBounded(t *testing.T) {
	itemsOnBoth(t, func(t *testing.T, open func() *index.Items) {
		x := open()
		at := 0
		require.NoError(t, x.Load(t.Context(), listed(1, 1, 1000), func() (index.ListedItem, error) {
			if at++; at > 1000 {
				return index.ListedItem{}, io.EOF
			}
			return index.ListedItem{Sha256: photo(0), Place: uint64(at - 1), Contributor: someone(1)}, nil
		}))
		for work := byte(2); work < 30; work++ {
			require.NoError(t, x.Load(t.Context(), listed(work, 1, 1), photos(0, 1)))
		}
		found, more, err := x.Find(t.Context(), photo(0), everybody)
		require.NoError(t, err)
		require.True(t, more)
		require.Len(t, found, index.MostDatasets)
		require.True(t, found[0].More)
		require.Len(t, found[0].Found, index.MostItems)
		require.False(t, found[1].More)
		require.NoError(t, x.Drop(t.Context(), registrytypes.WorkID{1}, 0), "rows of one content are taken out together")
	})
}

// The items lie beside the index, and stay where that is deleted.
func TestWhereItemsLie(t *testing.T) {
	for where, want := range map[string]string{
		"portal.db": "portal-items.db", "/var/lib/stemma/index": "/var/lib/stemma/index-items", "postgres://a/b": "postgres://a/b",
	} {
		require.Equal(t, want, index.ItemsBeside(where))
	}
	path := filepath.Join(t.TempDir(), "items.db")
	_, err := index.Open(t.Context(), path)
	require.NoError(t, err)
	x, err := index.OpenItems(t.Context(), path)
	require.NoError(t, err, "both may lie in one database")
	require.NoError(t, x.Close())
	again, err := index.Open(t.Context(), path)
	require.NoError(t, err)
	require.NoError(t, again.Close())
}
