// Package follow brings the blocks of a node into the portal's index, and says
// whether the node can be believed.
//
// What it checks: that each block follows from the one before it by its hash, that
// its transactions are those of its header, and that the code, data and gas of
// their results are those that the next header names. With a trust root, a header
// known from elsewhere, it also checks that the chain's validators signed: a node
// can make up none of this then. Blocks below the trust root are checked when the
// index comes to it, since its hash covers them.
//
// What no header covers is the events: a node with true headers and results can
// still leave out or invent an event, and the text of works is what the node says.
// Results are checked one block later, when the next header is there. Who must
// rely on a fact asks for its proof.
package follow

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cometbft/cometbft/libs/bytes"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/portal/index"
)

// Node is what of a node's RPC is needed. CometBFT's HTTP client is one.
type Node interface {
	blocks.Node
	ABCIQuery(ctx context.Context, path string, data bytes.HexBytes) (*coretypes.ResultABCIQuery, error)
	Validators(ctx context.Context, height *int64, page, perPage *int) (*coretypes.ResultValidators, error)
}

// Options say how to follow. The zero Options check what can be checked without a trust root:
// that what a node says agrees with itself.
type Options struct {
	// ChainID that the node has to be of; empty: that of the index, or of the node.
	ChainID string
	// Trust is a header known from elsewhere; nil: none.
	Trust *proof.Trust
	// TrustFirstUse takes the node's newest header for the trust root when the index has none
	// and none is given.
	TrustFirstUse bool
	// TrustingPeriod is how long the validators of a header are held to what they signed; 0: two
	// weeks. It has to be shorter than the chain's unbonding time.
	TrustingPeriod time.Duration
	// FromEarliest lets a new index begin where the node's blocks begin, although the chain is
	// older. Without it such a node is refused.
	FromEarliest bool
	// Until is the last block to take in; 0: there is none. Run returns nil when it is there, and all
	// text that was due.
	Until int64
	// Poll is the pause between two looks for a new block; 0: half a second.
	Poll time.Duration
	// Batch is the most blocks that are written at once; 0: 100.
	Batch int
	// Backoff is the longest pause after the node failed; 0: 30 seconds.
	Backoff time.Duration
}

func (o Options) withDefaults() Options {
	if o.TrustingPeriod == 0 {
		o.TrustingPeriod = 14 * 24 * time.Hour
	}
	if o.Poll == 0 {
		o.Poll = 500 * time.Millisecond
	}
	if o.Batch == 0 {
		o.Batch = 100
	}
	if o.Backoff == 0 {
		o.Backoff = 30 * time.Second
	}
	return o
}

// Status is how following goes.
type Status struct {
	// ChainID is of the node; empty until it answered.
	ChainID string
	// Height and Time are of the index, NodeHeight is the node's newest block.
	Height     int64
	Time       time.Time
	NodeHeight int64
	// Lag is how many blocks the index is behind its node.
	Lag int64
	// Seen is when the node last answered.
	Seen time.Time
	// Failure is why following does not go on now, Since when; nil: it does. It goes on by itself
	// unless Stopped.
	Failure error
	Since   time.Time
	// TextFailure is why the text of works is not read now; nil: it is.
	TextFailure error
	// Trusted: there is a trust root. Checked is the last block that it vouches for; while the
	// index is below its trust root, 0 or an older one.
	Trusted bool
	Checked int64
	// Lying: what the node says is not what the validators signed, or contradicts itself. The index
	// stays where it is.
	Lying bool
	// Stopped: Run has returned.
	Stopped bool
}

// Vouched says that the trust root vouches for what the index has: its newest block or the one before.
func (s Status) Vouched() bool {
	return s.Trusted && !s.Lying && s.Checked > 0 && s.Checked >= s.Height-1
}

var (
	// ErrLying says that a node's answer is not what the chain's validators signed, or that its
	// answers contradict each other.
	ErrLying = errors.New("the node's answer is not what the validators signed")
	// ErrUnfit says that a node cannot be followed with this index, however often it is asked.
	ErrUnfit = errors.New("this node does not fit the index")
)

// Follower follows one node.
type Follower struct {
	node Node
	x    *index.Index
	o    Options

	mu     sync.Mutex
	status Status
	grown  chan struct{} // closed when the index has grown, and replaced
	due    chan struct{} // has one when text may be due

	// What Run alone uses.
	cursor   index.Cursor
	verifier *verifier
	trust    *proof.Trust
	span     blocks.Span
	// patience is how long the node has for an answer, and for the blocks of a batch.
	patience time.Duration
}

// answerWithin is the patience with a node: one that never answers is away, and not waited for.
const answerWithin = 2 * time.Minute

// New prepares to follow a node into an index.
func New(node Node, x *index.Index, o Options) *Follower {
	return &Follower{
		node: node, x: x, o: o.withDefaults(), trust: o.Trust,
		grown: make(chan struct{}), due: make(chan struct{}, 1), patience: answerWithin,
	}
}

// Run follows until the context ends, which it returns then. It tries again when the node is
// away. It returns ErrUnfit for a node of another chain or without the blocks that come next,
// and ErrLying for one that lies. It is called once.
func (f *Follower) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var texts sync.WaitGroup
	texts.Go(func() { f.readTexts(ctx) })
	err := f.follow(ctx)
	cancel()
	texts.Wait()
	f.update(func(s *Status) {
		s.Stopped, s.Lying = true, errors.Is(err, ErrLying)
		if s.Failure == nil {
			s.Since = time.Now()
		}
		s.Failure = err
	})
	return err
}

func (f *Follower) follow(ctx context.Context) error {
	var err error
	if f.cursor, err = f.x.Cursor(ctx); err != nil {
		return err
	}
	f.show() // a node that is away from the start is no reason to say nothing
	pause := f.o.Poll
	for opened := false; ; {
		if !opened {
			err = f.open(ctx)
			opened = err == nil
		}
		if opened {
			err = f.catchUp(ctx)
		}
		if err == nil && f.done(ctx) {
			return nil
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case final(err):
			return err
		case err == nil:
			pause = f.o.Poll
		default:
			// The node may be another one when it comes back.
			opened, pause = false, min(2*pause, f.o.Backoff)
		}
		f.note(err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// done says that the last block to take in is there, and all text and terms.
func (f *Follower) done(ctx context.Context) bool {
	if f.o.Until == 0 || f.cursor.Height < f.o.Until {
		return false
	}
	totals, err := f.x.Totals(ctx)
	if err != nil || totals.Due > 0 {
		return false
	}
	due, err := f.x.DueTerms(ctx, 1)
	return err == nil && len(due) == 0
}

// final says that there is no use in trying again.
func final(err error) bool {
	for _, e := range []error{ErrLying, ErrUnfit, index.ErrChain, index.ErrNotNext} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// open asks the node what it is, and the index how far it is: a write that failed may have been
// written all the same.
func (f *Follower) open(ctx context.Context) error {
	answered, cancel := context.WithTimeout(ctx, f.patience)
	defer cancel()
	span, err := blocks.Open(answered, f.node)
	if err != nil {
		return err
	}
	if f.cursor, err = f.x.Cursor(ctx); err != nil {
		return err
	}
	f.show()
	for whose, chain := range map[string]string{"the index": f.cursor.ChainID, "the settings": f.o.ChainID} {
		if chain != "" && chain != span.ChainID {
			return fmt.Errorf("%w: the node is of %s, %s of %s; name a node of %s, or another index", ErrUnfit, span.ChainID, whose, chain, chain)
		}
	}
	next := f.cursor.Next()
	switch {
	case next == 0 && !span.Whole && !f.o.FromEarliest:
		return fmt.Errorf("%w: its earliest block is %s, the chain is older; name a node that keeps all blocks, or begin there on purpose",
			ErrUnfit, span.First)
	case next != 0 && span.First.Height > next:
		return fmt.Errorf("%w: block %d comes next and its earliest is %s; name a node that keeps more, or delete the index and begin there",
			ErrUnfit, next, span.First)
	}
	f.span = span
	if next == 0 {
		if err := f.seed(ctx); err != nil {
			return err
		}
	}
	return f.root(ctx)
}

// catchUp takes in all blocks that the node has.
func (f *Follower) catchUp(ctx context.Context) error {
	answered, cancel := context.WithTimeout(ctx, f.patience)
	defer cancel()
	info, err := f.node.ABCIInfo(answered)
	if err != nil {
		return fmt.Errorf("ask the node for its height: %w", err)
	}
	newest := info.Response.LastBlockHeight
	last := newest
	if f.o.Until > 0 {
		last = min(newest, f.o.Until)
	}
	f.update(func(s *Status) {
		s.ChainID, s.NodeHeight, s.Seen = f.span.ChainID, newest, time.Now()
		s.Lag = max(0, newest-s.Height)
	})
	for ctx.Err() == nil {
		from := f.cursor.Next()
		if from == 0 {
			from = f.span.First.Height
		}
		if from > last {
			return nil
		}
		if err := f.takeIn(ctx, from, min(last, from+int64(f.o.Batch)-1)); err != nil {
			return err
		}
		f.note(nil)
	}
	return ctx.Err()
}

// takeIn reads, checks and indexes a range of blocks.
func (f *Follower) takeIn(ctx context.Context, from, to int64) error {
	ctx, cancel := context.WithTimeout(ctx, f.patience)
	defer cancel()
	var read []loaded
	err := blocks.Each(ctx, from, to, nil, f.load, func(l loaded) error {
		read = append(read, l)
		return nil
	})
	if err != nil {
		return err
	}
	batch := make([]index.Block, len(read))
	before := f.cursor
	for i, l := range read {
		if batch[i], err = l.check(f.span.ChainID, before); err != nil {
			return err
		}
		before.Height, before.Hash, before.Results = l.height, batch[i].Hash, batch[i].Results
	}
	if err := f.vouch(ctx, batch); err != nil {
		return err
	}
	if err := f.x.ApplyMany(ctx, batch); errors.Is(err, index.ErrNotNext) {
		return fmt.Errorf("another program writes to this index, which one portal follows: %w", err)
	} else if err != nil {
		return err
	}
	if f.cursor, err = f.x.Cursor(ctx); err != nil {
		return err
	}
	f.show()
	select {
	case f.due <- struct{}{}:
	default:
	}
	return nil
}

// show puts what the index has into the status, and wakes those that wait for it.
func (f *Follower) show() {
	f.update(func(s *Status) {
		if f.cursor.Height > s.Height {
			close(f.grown)
			f.grown = make(chan struct{})
		}
		s.Height, s.Time, s.Checked = f.cursor.Height, f.cursor.Time, f.cursor.Checked
		s.Lag = max(0, s.NodeHeight-s.Height)
		s.Trusted = f.verifier != nil || f.trust != nil
	})
}

// note keeps a failure with its time, or that there is none.
func (f *Follower) note(err error) {
	f.update(func(s *Status) {
		if (s.Failure == nil) != (err == nil) {
			s.Since = time.Now()
		}
		s.Failure = err
	})
}

func (f *Follower) update(change func(*Status)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.status)
}

// Status says how following goes. It asks nobody and may be called at any time.
func (f *Follower) Status() Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.status
}

// Await waits until the index has a block above a height, and returns the height of its newest.
func (f *Follower) Await(ctx context.Context, above int64) (int64, error) {
	for {
		f.mu.Lock()
		height, grown := f.status.Height, f.grown
		f.mu.Unlock()
		if height > above {
			return height, nil
		}
		select {
		case <-ctx.Done():
			return height, ctx.Err()
		case <-grown:
		}
	}
}
