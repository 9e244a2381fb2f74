package index_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/testutil/postgres"
)

// TestMain ends the PostgreSQL that tests may have started.
func TestMain(m *testing.M) {
	code := m.Run()
	postgres.Stop()
	os.Exit(code)
}

// onBoth runs a test with an empty SQLite file and, if PostgreSQL is there, an empty database.
func onBoth(t *testing.T, test func(t *testing.T, open func() *index.Index)) {
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "index.db")
		test(t, func() *index.Index { return open(t, path) })
	})
	t.Run("postgres", func(t *testing.T) {
		where := postgres.ForTest(t)
		test(t, func() *index.Index { return open(t, where) })
	})
}

func open(t testing.TB, where string) *index.Index {
	t.Helper()
	x, err := index.Open(context.WithoutCancel(t.Context()), where)
	require.NoError(t, err)
	t.Cleanup(func() { _ = x.Close() })
	return x
}
