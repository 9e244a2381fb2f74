package outbox

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
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

// Wherever a crash cuts the file, it opens again, and every transaction whose line was whole is there.
func TestAnOutboxCutAnywhere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.outbox")
	o, err := Open(path, "chain", "alice")
	require.NoError(t, err)
	require.NoError(t, o.keep(line{Key: "a", Tx: []byte("one"), After: 3}))
	require.NoError(t, o.keep(line{Key: "b", Tx: []byte("two"), After: 4}))
	require.NoError(t, o.file.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for cut := range len(whole) + 1 {
		at := filepath.Join(dir, "cut")
		require.NoError(t, os.WriteFile(at, whole[:cut], 0o600))
		again, err := Open(at, "chain", "alice")
		require.NoError(t, err, "cut at %d", cut)
		require.Equal(t, max(0, bytes.Count(whole[:cut], []byte("\n"))-1), again.Open(), "cut at %d", cut)
		require.NoError(t, again.keep(line{Key: "c", Tx: []byte("three"), After: 5}))
		n := again.Open()
		require.NoError(t, again.file.Close())
		again, err = Open(at, "chain", "alice")
		require.NoError(t, err)
		require.Equal(t, n, again.Open())
		require.NoError(t, again.file.Close())
	}
}

// Somebody's file that is no outbox stays as it is.
func TestAnOutboxEmptiesNobodysFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "thesis.txt")
	for _, text := range []string{"one line without an end", "two\nlines", "{}\n{}", `{"chain_id":"other"`} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := Open(path, "chain", "alice")
		require.Error(t, err, text)
		kept, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(kept))
	}
}

// What could not be written whole is taken back: what follows it can be read.
func TestAFullDiskLeavesNoHalfLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.outbox")
	o, err := Open(path, "chain", "alice")
	require.NoError(t, err)
	require.NoError(t, o.keep(line{Key: "a", Tx: []byte("one"), After: 3}))
	size, err := o.file.Seek(0, 1)
	require.NoError(t, err)

	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: uint64(size) + 10, Max: before.Max}
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	err = o.keep(line{Key: "b", Tx: []byte("two"), After: 4})
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before))
	require.ErrorContains(t, err, "without which it is not sent")
	require.Equal(t, 1, o.Open(), "what is not kept is not sent")

	require.NoError(t, o.keep(line{Key: "c", Tx: []byte("three"), After: 5}))
	require.NoError(t, o.file.Close())
	o, err = Open(path, "chain", "alice")
	require.NoError(t, err)
	require.Equal(t, 2, o.Open())
	require.NoError(t, o.file.Close())
}

// Of programs that open and close one outbox at the same time one has it, and the others are told so: none has the lock
// of a file that is removed.
func TestOneProgramHasAnOutbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.outbox")
	var having atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 300 {
				o, err := Open(path, "chain", "alice")
				if errors.Is(err, ErrBusy) {
					continue
				}
				if !assert.NoError(t, err) {
					return
				}
				assert.EqualValues(t, 1, having.Add(1))
				mine, err := o.file.Stat()
				assert.NoError(t, err)
				there, err := os.Stat(path)
				assert.NoError(t, err)
				assert.True(t, os.SameFile(mine, there))
				having.Add(-1)
				assert.NoError(t, o.Close())
			}
		})
	}
	group.Wait()
}

// A node that has pruned the blocks of a run of last week stops nobody from going on.
func TestBlocksThatAreGoneStopNobody(t *testing.T) {
	pruned := func(context.Context, []string, int64) (map[string]bool, error) {
		return nil, errors.New("height 3 is not available, lowest height is 100")
	}
	there, err := among(t.Context(), pruned, []string{"AB"}, 3)
	require.NoError(t, err)
	require.Empty(t, there)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = among(ctx, pruned, []string{"AB"}, 3)
	require.Error(t, err)
}
