package blocks_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/p2p"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/history/blocks"
)

// fake is a node with a block a minute, from 2026-01-01 on. Block n has the
// transaction "n".
type fake struct {
	first, last, kept int64
	// resultsFrom is the first block whose results are there.
	resultsFrom int64
	busy, most  atomic.Int32
}

var genesis = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func (f *fake) at(height int64) time.Time {
	return genesis.Add(time.Duration(height-f.first) * time.Minute)
}

func (f *fake) Status(context.Context) (*coretypes.ResultStatus, error) {
	return &coretypes.ResultStatus{
		NodeInfo: p2p.DefaultNodeInfo{Network: "fake-1"}, SyncInfo: coretypes.SyncInfo{EarliestBlockHeight: f.kept},
	}, nil
}

func (f *fake) ABCIInfo(context.Context) (*coretypes.ResultABCIInfo, error) {
	return &coretypes.ResultABCIInfo{Response: abci.ResponseInfo{LastBlockHeight: f.last}}, nil
}

func (f *fake) header(height int64) (cmttypes.Header, error) {
	if height < f.kept || height > f.last {
		return cmttypes.Header{}, fmt.Errorf("height %d is not available, lowest height is %d", height, f.kept)
	}
	h := cmttypes.Header{Height: height, Time: f.at(height)}
	if height > f.first {
		h.LastBlockID.Hash = make([]byte, 32)
	}
	return h, nil
}

func (f *fake) Commit(_ context.Context, height *int64) (*coretypes.ResultCommit, error) {
	h, err := f.header(*height)
	return &coretypes.ResultCommit{SignedHeader: cmttypes.SignedHeader{Header: &h}}, err
}

func (f *fake) Block(_ context.Context, height *int64) (*coretypes.ResultBlock, error) {
	h, err := f.header(*height)
	txs := cmttypes.Txs{cmttypes.Tx(fmt.Sprint("empty ", *height)), cmttypes.Tx(fmt.Sprint(*height))}
	return &coretypes.ResultBlock{Block: &cmttypes.Block{Header: h, Data: cmttypes.Data{Txs: txs}}}, err
}

func (f *fake) BlockResults(_ context.Context, height *int64) (*coretypes.ResultBlockResults, error) {
	f.most.Store(max(f.most.Load(), f.busy.Add(1)))
	defer f.busy.Add(-1)
	time.Sleep(time.Duration(*height%3) * 100 * time.Microsecond)
	if *height < f.resultsFrom {
		return nil, errors.New("node is not persisting finalize block responses")
	}
	return &coretypes.ResultBlockResults{Height: *height}, nil
}

func open(t *testing.T, f *fake) blocks.Span {
	t.Helper()
	s, err := blocks.Open(t.Context(), f)
	require.NoError(t, err)
	return s
}

func TestRanges(t *testing.T) {
	// Three days and one block.
	whole := open(t, &fake{first: 5, kept: 5, last: 5 + 3*1440})
	require.True(t, whole.Whole)
	require.Equal(t, "fake-1", whole.ChainID)
	for _, tc := range []struct {
		text     string
		from, to int64
	}{
		{"", 5, 4325},
		{"17", 17, 17},
		{"2026-01-01", 5, 5 + 1439},
		{"2026-01-02", 5 + 1440, 5 + 2*1440 - 1},
		{"2026-01-02T00:00:00Z", 5 + 1440, 5 + 1440},
		{"2026-01-02T00:00:01Z", 5 + 1441, 5 + 1440},
		{"2026-01-02T01:00:00+01:00", 5 + 1440, 5 + 1440},
	} {
		from, err := whole.From(t.Context(), tc.text)
		require.NoError(t, err, tc.text)
		require.Equal(t, tc.from, from, "from %s", tc.text)
		to, err := whole.To(t.Context(), tc.text)
		require.NoError(t, err, tc.text)
		require.Equal(t, tc.to, to, "to %s", tc.text)
	}
	from, err := whole.From(t.Context(), "2025-06-01")
	require.NoError(t, err)
	require.Equal(t, int64(5), from, "before the first block is from the first on")
	to, err := whole.To(t.Context(), "2031-01-01")
	require.NoError(t, err)
	require.Equal(t, int64(4325), to, "what is to come ends at the last")

	_, err = whole.From(t.Context(), "2026-02-01")
	require.ErrorIs(t, err, blocks.ErrOutside)
	_, err = whole.To(t.Context(), "2025-12-31")
	require.ErrorIs(t, err, blocks.ErrOutside)
	for _, height := range []string{"4", "4326", "-1"} {
		_, err = whole.From(t.Context(), height)
		require.ErrorIs(t, err, blocks.ErrOutside, height)
	}
	_, err = whole.To(t.Context(), "1.1.2026")
	require.ErrorContains(t, err, "2027-01-31")
}

func TestPrunedBlocksAreNamed(t *testing.T) {
	pruned := open(t, &fake{first: 1, kept: 1441, last: 4000, resultsFrom: 2000})
	require.False(t, pruned.Whole)
	for _, text := range []string{"2026-01-01", "1440"} {
		_, err := pruned.From(t.Context(), text)
		require.ErrorIs(t, err, blocks.ErrNotKept)
		require.ErrorContains(t, err, "earliest block is 1441 of 2026-01-02 00:00:00 UTC")
	}
	_, err := pruned.To(t.Context(), "2026-01-01")
	require.ErrorIs(t, err, blocks.ErrNotKept)
	from, err := pruned.From(t.Context(), "2026-01-02")
	require.NoError(t, err)
	require.Equal(t, int64(1441), from)

	_, err = pruned.Results(t.Context(), 1500)
	require.ErrorIs(t, err, blocks.ErrNotKept)
	require.ErrorContains(t, err, "ask a node that keeps them")
}

func TestABlockIsFoundByItsTime(t *testing.T) {
	f := &fake{first: 1, kept: 1441, last: 4000}
	s := open(t, f)
	height, err := s.At(t.Context(), f.at(2000))
	require.NoError(t, err)
	require.Equal(t, int64(2000), height)
	_, err = s.At(t.Context(), f.at(1440))
	require.ErrorIs(t, err, blocks.ErrNotKept)
	for _, none := range []time.Time{f.at(2000).Add(1), f.at(4001)} {
		_, err = s.At(t.Context(), none)
		require.ErrorIs(t, err, blocks.ErrOutside)
	}
}

func TestBlocksComeInOrderAndFewAtATime(t *testing.T) {
	f := &fake{first: 1, kept: 1, last: 500}
	s := open(t, f)
	var visited []int64
	require.NoError(t, blocks.Each(t.Context(), 3, 400, nil, s.Results, func(r blocks.Results) error {
		visited = append(visited, r.Height)
		return nil
	}))
	require.Len(t, visited, 398)
	require.True(t, slices.IsSorted(visited))
	require.Greater(t, f.most.Load(), int32(1))
	require.LessOrEqual(t, f.most.Load(), int32(9))

	stop := errors.New("enough")
	err := blocks.Each(t.Context(), 1, 400, nil, s.Results, func(r blocks.Results) error {
		if r.Height == 20 {
			return stop
		}
		return nil
	})
	require.ErrorIs(t, err, stop)
	f.resultsFrom = 50
	var once sync.Once
	err = blocks.Each(t.Context(), 1, 400, nil, s.Results, func(blocks.Results) error {
		once.Do(func() { t.Error("nothing comes before the first block") })
		return nil
	})
	require.ErrorIs(t, err, blocks.ErrNotKept)
}

func TestTransactionsAreFoundWithoutAnIndex(t *testing.T) {
	s := open(t, &fake{first: 1, kept: 1, last: 500})
	height, index, found, err := s.Find(t.Context(), cmttypes.Tx("321").Hash(), 100, 500, nil)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, int64(321), height)
	require.Equal(t, 1, index)
	_, _, found, err = s.Find(t.Context(), cmttypes.Tx("99").Hash(), 100, 500, nil)
	require.NoError(t, err)
	require.False(t, found)
}

// What is broken off is an error, never a part that passes for the whole.
func TestACancelledReadingIsAnError(t *testing.T) {
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		last := int64(0)
		err := blocks.Each(ctx, 1, 1000, nil,
			func(_ context.Context, n int64) (int64, error) { return n, nil },
			func(n int64) error {
				if last = n; n == 3 {
					cancel()
				}
				return nil
			})
		require.True(t, last == 1000 || errors.Is(err, context.Canceled), "ended at %d of 1000 with %v", last, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	span := open(t, &fake{first: 1, kept: 1, last: 1000})
	_, _, found, err := span.Find(ctx, []byte("no"), 1, 1000, func(int64) { cancel() })
	require.False(t, found)
	require.ErrorIs(t, err, context.Canceled)
}
