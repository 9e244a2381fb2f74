package chain

import (
	"maps"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/app"
)

// Folder keeps the state on disk, as a node does, below a folder of the caller's,
// who calls Close before doing anything with it.
func Folder(path string) Option {
	return func(s *settings) {
		s.openDB = func(t testing.TB) dbm.DB {
			db, err := app.OpenDB(path, dbm.GoLevelDBBackend)
			require.NoError(t, err)
			return db
		}
	}
}

// Close ends a chain whose state is in a folder.
func (c *Chain) Close() {
	c.t.Helper()
	require.NoError(c.t, c.App.Close())
}

// Resume goes on where this chain, which has been closed, stood, in a copy of
// its folder and with further options: several chains can have one past.
func (c *Chain) Resume(t testing.TB, path string, opts ...Option) *Chain {
	t.Helper()
	s := c.settings
	s.options = maps.Clone(s.options)
	for _, opt := range append([]Option{Folder(path)}, opts...) {
		opt(&s)
	}
	fresh := newChain(t, s)
	fresh.height, fresh.now = c.height, c.now
	require.Equal(t, c.height, fresh.App.LastBlockHeight())
	t.Cleanup(func() { _ = fresh.App.Close() }) // closing twice is an error, but no harm
	fresh.NextBlock()                           // queries need one
	return fresh
}
