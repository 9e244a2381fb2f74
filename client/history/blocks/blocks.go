package blocks

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
)

// readers is how many blocks are asked for at once.
const readers = 8

// Results is what a block did: the events of its transactions and of its hooks.
type Results struct {
	Height int64
	Txs    []*abci.ExecTxResult
	Events []abci.Event
}

// Results reads what a block did. It fails with ErrNotKept when the node has
// thrown the results away.
func (s Span) Results(ctx context.Context, height int64) (Results, error) {
	res, err := s.node.BlockResults(ctx, &height)
	if err != nil && ctx.Err() == nil {
		return Results{}, fmt.Errorf(
			"the results of block %d are %w (%w): its earliest block is %d; begin later, or ask a node that keeps them",
			height, ErrNotKept, err, s.First.Height,
		)
	}
	if err != nil {
		return Results{}, err
	}
	return Results{Height: height, Txs: res.TxsResults, Events: res.FinalizeBlockEvents}, nil
}

// Time is when a block was made.
func (s Span) Time(ctx context.Context, height int64) (time.Time, error) {
	header, err := s.header(ctx, height)
	return header.Time, err
}

func (s Span) header(ctx context.Context, height int64) (cmttypes.Header, error) {
	res, err := s.node.Commit(ctx, &height)
	if err != nil {
		return cmttypes.Header{}, fmt.Errorf("ask the node for block %d: %w", height, err)
	}
	if res == nil || res.Header == nil {
		return cmttypes.Header{}, fmt.Errorf("block %d is %w", height, ErrNotKept)
	}
	return *res.Header, nil
}

// Hashes returns the hashes of a block's transactions, in order, and its time.
func (s Span) Hashes(ctx context.Context, height int64) ([][]byte, time.Time, error) {
	res, err := s.node.Block(ctx, &height)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("ask the node for block %d: %w", height, err)
	}
	if res.Block == nil {
		return nil, time.Time{}, fmt.Errorf("block %d is %w", height, ErrNotKept)
	}
	hashes := make([][]byte, len(res.Block.Txs))
	for i, tx := range res.Block.Txs {
		hashes[i] = tx.Hash()
	}
	return hashes, res.Block.Time, nil
}

// Find looks for a transaction in the blocks from one height to another, the
// newest first. Without an error, found says whether it is there. Done is told of each
// block that was looked through; it may be nil.
func (s Span) Find(ctx context.Context, hash []byte, from, to int64, done func(int64)) (height int64, index int, found bool, err error) {
	if done == nil {
		done = func(int64) {}
	}
	type place struct {
		height int64
		index  int
	}
	look := func(ctx context.Context, back int64) (place, error) {
		at := place{height: to - back, index: -1}
		hashes, _, err := s.Hashes(ctx, at.height)
		for i := range hashes {
			if bytes.Equal(hashes[i], hash) {
				at.index = i
			}
		}
		return at, err
	}
	for at, err := range inOrder(ctx, 0, to-from, look) {
		if err != nil {
			return 0, 0, false, err
		}
		done(1)
		if at.index >= 0 {
			return at.height, at.index, true, nil
		}
	}
	return 0, 0, false, nil
}

// Each loads something for every height of a range, several at once, and visits
// the outcomes in order of height. Only a few are held at a time. Done is told of each;
// it may be nil.
func Each[T any](
	ctx context.Context, from, to int64, done func(int64), load func(context.Context, int64) (T, error), visit func(T) error,
) error {
	if done == nil {
		done = func(int64) {}
	}
	for loaded, err := range inOrder(ctx, from, to, load) {
		if err != nil {
			return err
		}
		if err := visit(loaded); err != nil {
			return err
		}
		done(1)
	}
	return nil
}

// inOrder yields what load returns for each number of a range, in order, while
// the next ones are loaded. It ends with an error unless it came to the last.
func inOrder[T any](ctx context.Context, from, to int64, load func(context.Context, int64) (T, error)) func(yield func(T, error) bool) {
	type outcome struct {
		value T
		err   error
	}
	return func(yield func(T, error) bool) {
		asked := ctx
		ctx, cancel := context.WithCancel(ctx)
		var group sync.WaitGroup
		defer group.Wait() // nothing is loaded once the caller goes on
		defer cancel()
		// One outcome is being visited and one is waited for beside those queued.
		queue := make(chan chan outcome, readers-1)
		group.Go(func() {
			defer close(queue)
			for n := from; n <= to; n++ {
				place := make(chan outcome, 1)
				select {
				case queue <- place:
				case <-ctx.Done():
					return
				}
				group.Go(func() {
					value, err := load(ctx, n)
					place <- outcome{value, err}
				})
			}
		})
		n := from
		for place := range queue {
			got := <-place
			if !yield(got.value, got.err) || got.err != nil {
				return
			}
			n++
		}
		if n <= to { // a part must not pass for the whole
			var none T
			yield(none, context.Cause(asked))
		}
	}
}
