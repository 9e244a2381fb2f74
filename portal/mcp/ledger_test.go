package mcp

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client"
)

// A request that outlives its caller goes on: the next call with its id waits for the same transaction, and nobody starts another.
func TestARequestIsDoneOnce(t *testing.T) {
	l := newLedger(t.Context())
	var begun atomic.Int32
	release := make(chan struct{})
	do := func(_ context.Context, j *job) (any, error) {
		begun.Add(1)
		j.sent("ABCD")
		<-release
		return "done", nil
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := l.once(short, "one", "pay", 1, do)
	var undecided *undecidedError
	require.ErrorAs(t, err, &undecided)
	require.Equal(t, "ABCD", undecided.hash)
	r := (&Server{}).asRefusal(t.Context(), err)
	require.Equal(t, []any{"ABCD", true, ErrUndecided.ABCICode()}, []any{r.Tx, r.Retryable, r.Code})

	gone, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	require.Equal(t, []string{"ABCD"}, l.settle(gone))
	_, err = l.once(t.Context(), "one", "pay", 2, do)
	require.ErrorIs(t, err, ErrReused)
	_, err = l.once(t.Context(), "one", "acquire", 1, do)
	require.ErrorIs(t, err, ErrReused)

	outs := make(chan any, 20)
	for range 20 {
		go func() {
			out, _ := l.once(context.WithoutCancel(t.Context()), "one", "pay", 1, do)
			outs <- out
		}()
	}
	close(release)
	for range 20 {
		require.Equal(t, "done", <-outs)
	}
	require.EqualValues(t, 1, begun.Load())
	require.Empty(t, l.settle(t.Context()))
}

// What did not happen may be tried again by the same id; what may have happened, or cost a fee, may not.
func TestWhatIsTriedAgain(t *testing.T) {
	for _, c := range []struct {
		err   error
		again bool
	}{
		{&client.TxError{Stage: client.Tried}, true},
		{&client.TxError{Stage: client.Checked}, true},
		{&client.TxError{Stage: client.Executed}, false},
		{errors.Join(client.ErrUndecided, context.Canceled), false},
		{ErrNotBought, true},
		{errBroken, false},
	} {
		l := newLedger(t.Context())
		begun := 0
		do := func(context.Context, *job) (any, error) { begun++; return nil, c.err }
		for range 2 {
			_, err := l.once(t.Context(), "one", "pay", 1, do)
			require.ErrorIs(t, err, c.err)
		}
		require.Equal(t, c.again, begun == 2, "%v", c.err)
	}
	out, err := safely(t.Context(), &job{}, func(context.Context, *job) (int, error) { panic("x") })
	require.ErrorIs(t, err, client.ErrUndecided)
	require.Nil(t, out)
}

func TestALedgerIsBounded(t *testing.T) {
	l := newLedger(t.Context())
	for i := range maxRequests {
		l.jobs[string(rune(i))+"x"] = &job{}
	}
	_, err := l.once(t.Context(), "one", "pay", 1, nil)
	require.ErrorIs(t, err, ErrFull)
}
