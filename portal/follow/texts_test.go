package follow

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/libs/bytes"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// forgetful is a node that does not have the works that it says were registered, but for one.
type forgetful struct {
	Node
	has registrytypes.WorkID
}

func (n forgetful) ABCIQuery(_ context.Context, _ string, request bytes.HexBytes) (*coretypes.ResultABCIQuery, error) {
	var asked registrytypes.QueryWorkRequest
	if err := asked.Unmarshal(request); err != nil {
		return nil, err
	}
	answer := abci.ResponseQuery{Height: 9, Code: 5, Log: "no such work"}
	if asked.Work == n.has {
		work := registrytypes.QueryWorkResponse{Work: registrytypes.Claim{Id: n.has, Details: registrytypes.Details{Title: "First Light"}}}
		raw, err := work.Marshal()
		if err != nil {
			return nil, err
		}
		answer = abci.ResponseQuery{Height: 9, Value: raw}
	}
	return &coretypes.ResultABCIQuery{Response: answer}, nil
}

// Works that a node invents do not keep the text of others from being read; that some have none is said.
func TestAWorkWithoutTextDoesNotKeepOthersWaiting(t *testing.T) {
	encoding.Configure()
	x, err := index.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"))
	require.NoError(t, err)
	defer x.Close()
	owner := sdk.AccAddress(make([]byte, 20))
	var works []registrytypes.WorkID
	block := index.Block{ChainID: "a-1", Height: 8, Time: time.Unix(1e9, 0), Hash: make([]byte, 32)}
	for n := range byte(3) {
		digest := registrytypes.Digest{n + 1}
		works = append(works, registrytypes.NewWorkID(owner, digest))
		e, err := sdk.TypedEventToEvent(&registrytypes.EventWorkRegistered{
			Work: works[n], Owner: owner.String(), Sha256: digest, Kind: registrytypes.KIND_IMAGE,
		})
		require.NoError(t, err)
		block.Hooks = append(block.Hooks, abci.Event(e))
	}
	require.NoError(t, x.Apply(t.Context(), block))
	f := New(forgetful{has: works[2]}, x, Options{})
	read, err := f.readSome(t.Context())
	require.Equal(t, 1, read)
	require.ErrorIs(t, err, errNoText)
	w, err := x.Work(t.Context(), works[2])
	require.NoError(t, err)
	require.Equal(t, "First Light", w.Title)
	read, err = f.readSome(t.Context())
	require.Zero(t, read)
	require.ErrorIs(t, err, errNoText)
}

// Where nothing was checked yet, nothing is vouched for, whatever root there is; nor where the node lies.
func TestNothingIsVouchedForBeforeItIsChecked(t *testing.T) {
	for height := range int64(3) {
		require.False(t, Status{Trusted: true, Height: height}.Vouched(), height)
	}
	require.True(t, Status{Trusted: true, Height: 8, Checked: 7}.Vouched())
	require.False(t, Status{Trusted: true, Height: 8, Checked: 7, Lying: true}.Vouched())
	require.False(t, Status{Trusted: true, Height: 9, Checked: 7}.Vouched())
	require.False(t, Status{Height: 8, Checked: 8}.Vouched())
}

// silent is a node that takes questions and never answers.
type silent struct{ Node }

func (silent) ABCIInfo(ctx context.Context) (*coretypes.ResultABCIInfo, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (silent) Status(ctx context.Context) (*coretypes.ResultStatus, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (silent) Commit(ctx context.Context, _ *int64) (*coretypes.ResultCommit, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// A node that never answers is away: pages say so, and it is asked again.
func TestANodeThatNeverAnswersIsAway(t *testing.T) {
	x, err := index.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"))
	require.NoError(t, err)
	defer x.Close()
	f := New(silent{}, x, Options{Poll: time.Millisecond, Backoff: 10 * time.Millisecond})
	f.patience = 20 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	require.Eventually(t, func() bool { return f.Status().Failure != nil }, 5*time.Second, 5*time.Millisecond)
	require.False(t, f.Status().Stopped)
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
}
