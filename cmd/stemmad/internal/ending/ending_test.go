package ending

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/stretchr/testify/require"
)

func code(t *testing.T, err error) Code {
	t.Helper()
	var ended *Ended
	require.ErrorAs(t, err, &ended)
	require.NotEmpty(t, ended.Remedy)
	return ended.Code
}

func TestWhyANodeEnds(t *testing.T) {
	for text, want := range map[string]Code{
		`block 7: UPGRADE "v2" NEEDED at height: 7: `:                              Upgrade,
		`BINARY UPDATED BEFORE TRIGGER! UPGRADE "v2" - in binary but not executed`: Upgrade,
		"wrong app version 0, upgrade handler is missing for v2 upgrade plan":      Upgrade,
		"halt per configuration height 9 time 0":                                   Halted,
		"write /x/000001.log: no space left on device":                             DiskFull,
		`error during handshake: genesis refused, part "bank": no`:                 Genesis,
	} {
		require.Equal(t, want, code(t, Of(errors.New(text))), text)
		require.ErrorContains(t, Of(errors.New(text)), text)
		require.Equal(t, want, code(t, consensusFailed(errors.New(text))), text)
	}
	require.Equal(t, DiskFull, code(t, Of(fmt.Errorf("commit: %w", syscall.ENOSPC))))
	other := errors.New("something else")
	require.Equal(t, other, Of(other))
	require.NoError(t, Of(nil))
	require.Equal(t, Consensus, code(t, consensusFailed(other)))
}

// failing is an app whose blocks fail, by an error or a panic.
type failing struct {
	abci.BaseApplication
	with any
}

func (f failing) FinalizeBlock(context.Context, *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	if err, ok := f.with.(error); ok {
		return nil, err
	}
	panic(f.with)
}

func TestAFailedBlockEndsTheNode(t *testing.T) {
	for _, with := range []any{errors.New("no"), "no"} {
		watch := NewWatch(log.NewNopLogger())
		client, err := watch.Clients(&failing{with: with}).NewABCIClient()
		require.NoError(t, err)
		_, err = client.FinalizeBlock(context.Background(), &abci.RequestFinalizeBlock{Height: 7})
		require.EqualError(t, err, "block 7: no", "while the node is made, who makes it has the error")

		watch.Begin(1)
		went := make(chan struct{})
		go func() {
			_, _ = client.FinalizeBlock(context.Background(), &abci.RequestFinalizeBlock{Height: 7})
			close(went)
		}()
		require.Equal(t, Consensus, code(t, <-watch.Failed()))
		select {
		case <-went:
			t.Fatal("CometBFT went on from a block that has failed")
		case <-time.After(20 * time.Millisecond):
		}
		// The app's lock is held for ever; queries don't take it.
		_, err = client.Query(context.Background(), &abci.RequestQuery{})
		require.NoError(t, err)
	}
}

func TestWhatCometBFTOnlyLogs(t *testing.T) {
	for message, tc := range map[string]struct {
		err  any
		ends bool
	}{
		"CONSENSUS FAILURE!!!":  {"+2/3 committed an invalid block", true},
		"Error in validation":   {errors.New("wrong Block.Header.AppHash.  Expected AA, got BB"), true},
		"Error in validation ":  {errors.New("wrong Block.Header.AppHash.  Expected AA, got BB"), false},
		"failed to dial a peer": {errors.New("refused"), false},
	} {
		watch := NewWatch(log.NewNopLogger())
		watch.height.Store(2)
		watch.Logger().With("module", "consensus").Error(message, "height", 3, "err", tc.err)
		select {
		case err := <-watch.Failed():
			require.True(t, tc.ends, message)
			require.Equal(t, Consensus, code(t, err))
			require.ErrorContains(t, err, fmt.Sprint(tc.err))
		default:
			require.False(t, tc.ends, message)
		}
	}
	// A peer can send a block with wrong signatures: that ends nothing.
	watch := NewWatch(log.NewNopLogger())
	watch.Logger().Error("Error in validation", "err", errors.New("invalid commit -- wrong signature (#0)"))
	require.Empty(t, watch.Failed())
}

// To a node that has the first block at most, what differs is the genesis, whichever part of CometBFT finds it.
func TestTheFirstBlockIsOfAnotherGenesis(t *testing.T) {
	for message, text := range map[string]string{
		"Error in validation":  "block time 2026-11-30 07:47:07 +0000 UTC is not equal to genesis time 1926-11-30 07:47:07 +0000 UTC",
		"CONSENSUS FAILURE!!!": "+2/3 committed an invalid block: wrong Block.Header.AppHash.  Expected AA, got BB",
	} {
		watch := NewWatch(log.NewNopLogger())
		client, err := watch.Clients(&abci.BaseApplication{}).NewABCIClient()
		require.NoError(t, err)
		_, err = client.Info(context.Background(), &abci.RequestInfo{})
		require.NoError(t, err)
		watch.Begin(5)
		for height := range int64(2) {
			watch.Logger().Error(message, "err", errors.New(text))
			err = <-watch.Failed()
			require.Equal(t, Genesis, code(t, err))
			require.ErrorContains(t, err, text)
			require.ErrorContains(t, err, "get the network's genesis again")
			_, err = client.FinalizeBlock(context.Background(), &abci.RequestFinalizeBlock{Height: 5 + height})
			require.NoError(t, err)
		}
		watch.Logger().Error(message, "err", errors.New(text))
		require.Equal(t, Consensus, code(t, <-watch.Failed()))
	}
}

// A node that has no block yet would look for peers for ever. One that has some knows its chain: a peer has moved.
func TestPeersOfAnotherChain(t *testing.T) {
	watch := NewWatch(log.NewNopLogger())
	watch.Begin(1)
	dialed := func(text string) {
		watch.Logger().With("module", "p2p").Info("Error reconnecting to peer. Trying again",
			"tries", 0, "err", errors.New(text), "addr", "id@1.2.3.4:5")
	}
	dialed("connection refused")
	require.Empty(t, watch.Failed())
	dialed("incompatible: peer is on a different network. Got a-1, expected a-2")
	err := <-watch.Failed()
	require.Equal(t, Genesis, code(t, err))
	require.ErrorContains(t, err, "id@1.2.3.4:5: incompatible: peer is on a different network. Got a-1, expected a-2: config/genesis.json or")
	watch.height.Store(2)
	dialed("incompatible: peer is on a different network. Got a-1, expected a-2")
	require.Empty(t, watch.Failed())
}

func TestAFullDisk(t *testing.T) {
	left := uint64(300 << 20)
	disk := Disk{Folder: "data", MinFree: 256 << 20, Free: func(string) (uint64, error) { return left, nil }}
	require.NoError(t, disk.Check())
	left = 255 << 20
	require.Equal(t, DiskFull, code(t, disk.Check()))
	require.ErrorContains(t, disk.Check(), "255 MB are free in data, the node stops below 256")
	disk.Free = nil
	disk.Folder, disk.MinFree = t.TempDir(), 1
	require.NoError(t, disk.Check())
	disk.MinFree = 1 << 62
	require.Equal(t, DiskFull, code(t, disk.Check()))
}
