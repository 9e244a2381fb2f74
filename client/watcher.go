package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// askingTime is how long a look at the node may take before it counts as gone.
const askingTime = 20 * time.Second

// sighting is a transaction that is awaited, and where it was seen.
type sighting struct {
	height int64 // 0: not seen
	time   time.Time
	result *abci.ExecTxResult
	// until is where it can't come any more.
	until slot
}

// past says whether it need not be looked for after this block.
func (s *sighting) past(b block) bool {
	return s.height > 0 || s.until.lastBlock > 0 && b.height >= int64(s.until.lastBlock) ||
		s.until.lastBlock == 0 && !b.time.Before(s.until.lastTime)
}

// watcher goes through the blocks, once for all who wait, while somebody does. It needs no
// index of transactions.
type watcher struct {
	client *Client
	poll   time.Duration

	mu      sync.Mutex
	awaited map[[32]byte]*sighting
	running bool
	closed  bool
	// changed is closed when what follows has changed, and replaced.
	changed chan struct{}
	// height and time of the newest block that was looked through.
	height int64
	time   time.Time
	// outages counts how often the node was gone and came back.
	outages int64
	// err is why the node can't be looked at now.
	err error
}

// errClosed says that nobody looks for blocks any more.
var errClosed = errors.New("the client is closed")

// await begins to wait for a transaction, before it is sent: no block that has it is missed.
func (w *watcher) await(ctx context.Context, hash [32]byte, until slot) (*sighting, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, errClosed
	}
	if !w.running {
		height, at, err := w.client.Latest(ctx)
		if err != nil {
			return nil, err
		}
		w.height, w.time, w.err, w.running = height, at, nil, true
		go w.run()
	}
	seen := &sighting{until: until}
	w.awaited[hash] = seen
	return seen, nil
}

// now is height and time of the newest block that is known.
func (w *watcher) now(ctx context.Context) (int64, time.Time, error) {
	w.mu.Lock()
	height, at, known := w.height, w.time, w.running && w.err == nil
	w.mu.Unlock()
	if known {
		return height, at, nil
	}
	return w.client.Latest(ctx)
}

// close ends all looking, and tells who waits.
func (w *watcher) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.wake()
}

// forget ends waiting for transactions.
func (w *watcher) forget(hashes ...[32]byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, hash := range hashes {
		delete(w.awaited, hash)
	}
}

// view is what a waiter sees at one moment.
type view struct {
	sighting
	height  int64
	time    time.Time
	outages int64
	err     error
	closed  bool
	changed <-chan struct{}
}

func (w *watcher) view(s *sighting) view {
	w.mu.Lock()
	defer w.mu.Unlock()
	return view{*s, w.height, w.time, w.outages, w.err, w.closed, w.changed}
}

// run looks for blocks until nobody waits.
func (w *watcher) run() {
	for {
		w.mu.Lock()
		if len(w.awaited) == 0 || w.closed {
			w.running = false
			w.mu.Unlock()
			return
		}
		w.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), askingTime)
		err := w.catchUp(ctx)
		cancel()
		w.note(err)
		time.Sleep(w.poll)
	}
}

// note tells the waiters that the node has gone or come back.
func (w *watcher) note(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if (err == nil) != (w.err == nil) {
		if err == nil {
			w.outages++
		}
		w.wake()
	}
	w.err = err
}

// wake is called with the lock.
func (w *watcher) wake() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// catchUp looks through the blocks that are committed and were not looked through. The
// application has executed them: their results are stored, and queries see what they did.
func (w *watcher) catchUp(ctx context.Context) error {
	newest, _, err := w.client.Latest(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	next := w.height + 1
	w.mu.Unlock()
	for ; next <= newest; next++ {
		block, err := w.client.block(ctx, next)
		if err != nil {
			return err
		}
		if err := w.look(ctx, block); err != nil {
			return err
		}
	}
	return nil
}

func (w *watcher) look(ctx context.Context, block block) error {
	w.mu.Lock()
	found := make(map[*sighting]int)
	for i, raw := range block.txs {
		if s := w.awaited[sha256.Sum256(raw)]; s != nil {
			found[s] = i
		}
	}
	w.mu.Unlock()
	var results []*abci.ExecTxResult
	if len(found) > 0 {
		var err error
		if results, err = w.client.results(ctx, block); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for s, i := range found {
		// One whose sequence was not its turn did nothing, and may come again.
		if !notItsTurn(results[i]) {
			s.height, s.time, s.result = block.height, block.time, results[i]
		}
	}
	maps.DeleteFunc(w.awaited, func(_ [32]byte, s *sighting) bool { return s.past(block) })
	w.height, w.time = block.height, block.time
	w.wake()
	return nil
}

func notItsTurn(r *abci.ExecTxResult) bool {
	return r.Code == sdkerrors.ErrWrongSequence.ABCICode() && r.Codespace == sdkerrors.ErrWrongSequence.Codespace()
}

// block is what is read of one.
type block struct {
	height int64
	time   time.Time
	txs    [][]byte
}

func (c *Client) block(ctx context.Context, height int64) (block, error) {
	res, err := cmtservice.NewServiceClient(c).GetBlockByHeight(ctx, &cmtservice.GetBlockByHeightRequest{Height: height})
	if err != nil {
		return block{}, fmt.Errorf("block %d: %w", height, err)
	}
	return block{height, res.SdkBlock.Header.Time, res.SdkBlock.Data.Txs}, nil
}

// results are those of a block's transactions, in order.
func (c *Client) results(ctx context.Context, of block) ([]*abci.ExecTxResult, error) {
	res, err := cmtservice.NewServiceClient(c).GetBlockResults(ctx, &cmtservice.GetBlockResultsRequest{Height: of.height})
	if err != nil {
		return nil, fmt.Errorf("results of block %d: %w", of.height, err)
	}
	if len(res.TxsResults) != len(of.txs) {
		return nil, fmt.Errorf("block %d has %d transactions and %d results", of.height, len(of.txs), len(res.TxsResults))
	}
	return res.TxsResults, nil
}
