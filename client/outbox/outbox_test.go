package outbox

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client"
)

// What was kept is there after a crash, a line that was cut short is not, and an outbox is of one account.
func TestAnOutboxIsReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.outbox")
	o, err := Open(path, "chain", "alice")
	require.NoError(t, err)
	require.NoError(t, o.keep(line{Key: "a", Tx: []byte("one"), After: 3}))
	require.NoError(t, o.keep(line{Key: "b", Tx: []byte("two"), After: 4}))
	require.NoError(t, o.end(client.HashOf([]byte("one"))))
	_, err = Open(path, "chain", "alice")
	require.ErrorIs(t, err, ErrBusy)
	_, err = o.file.WriteString(`{"key":"c","tx":"dGhy`)
	require.NoError(t, err)
	require.NoError(t, o.file.Close())

	_, err = Open(path, "chain", "bob")
	require.ErrorContains(t, err, "name another outbox")
	o, err = Open(path, "chain", "alice")
	require.NoError(t, err)
	require.Equal(t, 1, o.Open())
	require.NoError(t, o.keep(line{Key: "c", Tx: []byte("three"), After: 5}))
	require.NoError(t, o.Close())
	o, err = Open(path, "chain", "alice")
	require.NoError(t, err)
	require.Equal(t, 2, o.Open())
	require.NoError(t, o.end(client.HashOf([]byte("two"))))
	require.NoError(t, o.end(client.HashOf([]byte("three"))))
	require.NoError(t, o.Close())
	_, err = os.Stat(path)
	require.ErrorIs(t, err, os.ErrNotExist)
}
