package client

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
)

// nobody is a connection without a node, which is not the client's to close.
type nobody struct{ grpc.ClientConnInterface }

func (nobody) Invoke(context.Context, string, any, any, ...grpc.CallOption) error {
	return errors.New("nobody is there")
}

// Who waits is told that the client was closed.
func TestCloseEndsWaiting(t *testing.T) {
	c, err := New(nobody{}, ForChain("stemma-1"))
	require.NoError(t, err)
	w := &c.watcher
	at := slot{lastTime: time.Now().Add(time.Hour)}
	seen := &sighting{until: at}
	w.awaited[[32]byte{1}], w.running = seen, true
	go w.run()
	p := &Pending{sender: &Sender{client: c, options: Options{Unordered: true}}, now: &attempt{hash: [32]byte{1}, at: at, seen: seen}}
	ended := make(chan error)
	go func() {
		_, err := p.Wait(context.Background())
		ended <- err
	}()
	time.Sleep(50 * time.Millisecond)
	require.NoError(t, c.Close())
	select {
	case err := <-ended:
		require.ErrorIs(t, err, ErrUndecided)
	case <-time.After(5 * time.Second):
		t.Fatal("it waits for ever")
	}
	require.Eventually(t, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return !w.running
	}, 5*time.Second, 10*time.Millisecond)
	_, err = w.await(t.Context(), [32]byte{2}, at)
	require.ErrorIs(t, err, errClosed)
}
