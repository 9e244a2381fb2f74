package mcp

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client"
)

// remembering is a server without a node that keeps what ids did in a folder.
func remembering(t *testing.T, dir string) *Server {
	t.Helper()
	s := alone(t)
	var err error
	s.kept, err = openRecords(dir, time.Now())
	require.NoError(t, err)
	return s
}

// What a request did is known to the next server: its answer is given again, and for something else the id is taken.
func TestARequestIsKnownAfterARestart(t *testing.T) {
	dir, begun := t.TempDir(), 0
	pay := func(s *Server, in payIn) (payOut, error) {
		return once(t.Context(), s, in.Request, "pay", in, func(_ context.Context, j *job) (payOut, error) {
			begun++
			require.NoError(t, s.keep(j, in.Request)([]byte{1}, 7))
			require.NoError(t, s.keep(j, in.Request)([]byte{2}, 8), "one that was made anew")
			return payOut{Done: Done{Request: in.Request, Tx: "AB", Height: 9}, Paid: Amount{Amount: "5"}, Payments: []Paid{}}, nil
		})
	}
	in := payIn{Request: "one", Work: "w", Amount: "5uusdc", Max: "5uusdc"}
	first, err := pay(remembering(t, dir), in)
	require.NoError(t, err)
	again, err := pay(remembering(t, dir), in)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, 1, begun)
	in.Amount = "6uusdc"
	_, err = pay(remembering(t, dir), in)
	require.ErrorIs(t, err, ErrReused)

	later, err := openRecords(dir, time.Now().Add(recordsLast+time.Hour))
	require.NoError(t, err)
	forgotten, err := later.find("one")
	require.NoError(t, err)
	require.Nil(t, forgotten)
}

// What did not happen leaves nothing behind, and what may have happened stays.
func TestWhatIsKeptOfAFailure(t *testing.T) {
	for _, c := range []struct {
		err  error
		kept bool
	}{
		{&client.TxError{Stage: client.Checked}, false}, {&client.TxError{Stage: client.Executed}, true}, {errBroken, true}, {ErrNotBought, false},
	} {
		dir := t.TempDir()
		s := remembering(t, dir)
		_, err := once(t.Context(), s, "one", "pay", 1, func(_ context.Context, j *job) (int, error) {
			require.NoError(t, s.keep(j, "one")([]byte{1}, 7))
			return 0, c.err
		})
		require.ErrorIs(t, err, c.err)
		kept, err := s.kept.find("one")
		require.NoError(t, err)
		require.Equal(t, c.kept, kept != nil, "%v", c.err)
	}
}

// Two servers of one key are asked for the same at once: the second sends nothing, and names the first's transaction.
func TestTwoServersAtOnce(t *testing.T) {
	dir := t.TempDir()
	one, two := remembering(t, dir), remembering(t, dir)
	require.NoError(t, one.keep(&job{}, "one")([]byte{1}, 7))
	_, err := once(t.Context(), two, "two", "pay", 1, func(_ context.Context, j *job) (int, error) {
		return 0, two.keep(j, "one")([]byte{2}, 7)
	})
	var undecided *undecidedError
	require.ErrorAs(t, err, &undecided)
	require.Equal(t, client.HashOf([]byte{1}), undecided.hash)
	kept, err := two.kept.find("one")
	require.NoError(t, err)
	require.Equal(t, client.HashOf([]byte{1}), kept.Tx, "the first's stays")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is left aside")
}

// A record that can't be read is no leave to pay again.
func TestARecordThatIsBroken(t *testing.T) {
	s := remembering(t, t.TempDir())
	require.NoError(t, os.WriteFile(s.kept.file("one"), []byte("{"), 0o600))
	_, err := once(t.Context(), s, "one", "pay", 1, func(context.Context, *job) (int, error) { panic("it pays") })
	require.ErrorIs(t, err, ErrInternal)
	require.NotContains(t, err.Error(), "it pays")
	_, err = openRecords(filepath.Join(s.kept.file("one"), "below"), time.Now())
	require.Error(t, err)
}
