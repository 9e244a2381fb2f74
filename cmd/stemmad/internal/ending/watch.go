package ending

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"

	abcicli "github.com/cometbft/cometbft/abci/client"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/proxy"
)

// Watch notices what a node does not survive.
type Watch struct {
	logger log.Logger
	failed chan error
	begun  atomic.Bool
	// height is that of the last block that the app has executed, 0: none, and first that of the chain's first one.
	height, first atomic.Int64
}

// NewWatch makes the watch of one node, which logs there.
func NewWatch(logger log.Logger) *Watch { return &Watch{logger: logger, failed: make(chan error, 1)} }

// Begin makes the watch of a chain report; first is the height that its genesis begins with. Before, while the node is
// made, an error is returned to who makes it.
func (w *Watch) Begin(first int64) {
	w.first.Store(first)
	w.begun.Store(true)
}

// Failed has the first failure.
func (w *Watch) Failed() <-chan error { return w.failed }

// Report makes it known that the node cannot go on; only the first is kept.
func (w *Watch) Report(err error) {
	select {
	case w.failed <- err:
	default:
	}
}

// Clients connects CometBFT to the app. What executes and commits blocks is watched;
// queries don't wait for blocks nor blocks for queries: the app bounds how many run.
func (w *Watch) Clients(app abci.Application) proxy.ClientCreator {
	watched := watched{app, w}
	return clients{proxy.NewLocalClientCreator(watched), watched}
}

type clients struct {
	proxy.ClientCreator
	app abci.Application
}

// NewABCIClient implements proxy.ClientCreator.
func (c clients) NewABCIClient() (abcicli.Client, error) {
	locked, err := c.ClientCreator.NewABCIClient()
	return client{locked, c.app}, err
}

type client struct {
	abcicli.Client
	app abci.Application
}

// Query implements abcicli.Client without the lock that all connections share.
func (c client) Query(ctx context.Context, req *abci.RequestQuery) (*abci.ResponseQuery, error) {
	return c.app.Query(ctx, req)
}

// watched is an app whose failures are reported. CometBFT would log some and stay up,
// and end the process in the middle at others.
type watched struct {
	abci.Application
	watch *Watch
}

// Info implements abci.Application.
func (a watched) Info(ctx context.Context, req *abci.RequestInfo) (*abci.ResponseInfo, error) {
	res, err := a.Application.Info(ctx, req)
	if err == nil {
		a.watch.height.Store(res.LastBlockHeight)
	}
	return res, err
}

// FinalizeBlock implements abci.Application.
func (a watched) FinalizeBlock(
	ctx context.Context, req *abci.RequestFinalizeBlock,
) (*abci.ResponseFinalizeBlock, error) {
	res, err := guarded(a.watch, fmt.Sprintf("block %d", req.Height), func() (*abci.ResponseFinalizeBlock, error) {
		return a.Application.FinalizeBlock(ctx, req)
	})
	if err == nil {
		a.watch.height.Store(req.Height)
	}
	return res, err
}

// Commit implements abci.Application.
func (a watched) Commit(ctx context.Context, req *abci.RequestCommit) (*abci.ResponseCommit, error) {
	return guarded(a.watch, "commit", func() (*abci.ResponseCommit, error) {
		return a.Application.Commit(ctx, req)
	})
}

// guarded returns only when the node can go on, or has not begun.
func guarded[T any](w *Watch, what string, do func() (T, error)) (T, error) {
	res, err := recovered(w.logger, do)
	if err == nil {
		return res, nil
	}
	err = fmt.Errorf("%s: %w", what, err)
	if !w.begun.Load() {
		return res, err
	}
	w.Report(consensusFailed(err))
	select {} // the process ends; nothing may be made of this block
}

func recovered[T any](logger log.Logger, do func() (T, error)) (res T, err error) {
	defer func() {
		if r := recover(); r != nil {
			logger.Error("panic", "err", r, "stack", string(debug.Stack()))
			err = asError(r)
		}
	}()
	return do()
}

// Logger passes on what CometBFT logs. Its engine says nowhere else that it has failed.
func (w *Watch) Logger() log.Logger { return listening{w.logger, w} }

type listening struct {
	log.Logger
	watch *Watch
}

// What CometBFT logs when consensus has stopped, and when a block that it gets from a
// peer is not valid.
const (
	engineFailed = "CONSENSUS FAILURE!!!"
	notValid     = "Error in validation"
)

// What CometBFT logs, as no error, of a peer that the settings name and that it dials, and the reason that counts.
const (
	dialFailed   = "Error reconnecting to peer. Trying again"
	otherNetwork = "peer is on a different network"
)

// computedOtherwise are the fields of a header that follow from the blocks before. A block
// that two thirds of the validators have signed and whose fields differ from this node's
// is not a peer's doing. CometBFT asks for it again for ever.
var computedOtherwise = []string{
	"wrong Block.Header.AppHash", "wrong Block.Header.LastResultsHash",
	"wrong Block.Header.ConsensusHash", "wrong Block.Header.NextValidatorsHash",
	"is not equal to genesis time",
}

// Error implements log.Logger.
func (l listening) Error(message string, keyvals ...any) {
	l.Logger.Error(message, keyvals...)
	switch message {
	case engineFailed:
		err := asError(value(keyvals, "err"))
		if differs(err) && l.watch.atTheBeginning() {
			l.watch.Report(notTheGenesis(err))
			return
		}
		l.watch.Report(consensusFailed(err))
	case notValid:
		err := asError(value(keyvals, "err"))
		switch {
		case !differs(err):
		case l.watch.atTheBeginning():
			l.watch.Report(notTheGenesis(err))
		default:
			l.watch.Report(consensusFailed(fmt.Errorf("this node computes otherwise than the network: %w", err)))
		}
	}
}

// Info implements log.Logger.
func (l listening) Info(message string, keyvals ...any) {
	l.Logger.Info(message, keyvals...)
	if message != dialFailed || !l.watch.atTheBeginning() {
		return
	}
	if err := asError(value(keyvals, "err")); strings.Contains(err.Error(), otherNetwork) {
		l.watch.Report(&Ended{
			Genesis, "", "config/genesis.json or persistent_peers of config.toml is another chain's; " + otherGenesis,
			fmt.Errorf("%v: %w", value(keyvals, "addr"), err),
		})
	}
}

// differs says whether the fields of a block are not those that this node has computed.
func differs(err error) bool {
	return slices.ContainsFunc(computedOtherwise, func(field string) bool { return strings.Contains(err.Error(), field) })
}

// atTheBeginning says whether all that the app has computed is the genesis and the first block, whose header says nothing of
// the state: the second one's does.
func (w *Watch) atTheBeginning() bool { return w.height.Load() <= w.first.Load() }

// notTheGenesis is the error of a node to which already the first or the second block is not valid.
func notTheGenesis(cause error) error {
	return &Ended{
		Genesis, "", "config/genesis.json differs from the network's, or this binary makes another state of it; " + otherGenesis,
		fmt.Errorf("the network's first blocks do not follow from this node's genesis: %w", cause),
	}
}

// With implements log.Logger.
func (l listening) With(keyvals ...any) log.Logger {
	return listening{l.Logger.With(keyvals...), l.watch}
}

func value(keyvals []any, key string) any {
	for i := 0; i+1 < len(keyvals); i += 2 {
		if keyvals[i] == key {
			return keyvals[i+1]
		}
	}
	return nil
}

func asError(value any) error {
	if err, ok := value.(error); ok {
		return err
	}
	return fmt.Errorf("%v", value)
}
