package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

const (
	// refill is the pause of a sender whose node's mempool is full.
	refill = 20 * time.Millisecond
	// patience is how long the load waits for what is in flight at the end of a
	// kind of load.
	patience = 2 * time.Minute
)

// Load keeps a network busy. Senders take accounts that have nothing in flight,
// make up and sign a transaction of each and hand them over; the reader of
// blocks puts the accounts back. So no more is in flight than there are
// accounts, and whatever a block makes room for is sent next.
type Load struct {
	o        options
	network  *localnet.Network
	rpc      []*RPC // of each node
	accounts []*Account
	world    *World

	// ready has the accounts without a transaction in flight, by node.
	ready []chan *Account
	pace  *pace

	mu     sync.Mutex
	flight map[[32]byte]*Tx
	// refused counts what a mempool did not take, by reason; full how often one
	// was full.
	refused map[string]int
	full    int

	kind      atomic.Pointer[mix] // nil: nothing is to be sent
	committed atomic.Int64        // transactions in blocks so far
	paid      atomic.Int64        // works that these pay
	blocks    []block
	samples   []sample
	windows   []window
	prepared  setup
}

// slice is a kind of load and how long it takes.
type slice struct {
	mix    mix
	length time.Duration
}

func newLoad(o options, network *localnet.Network, accounts []*Account) *Load {
	l := &Load{
		o: o, network: network, accounts: accounts, world: &World{}, pace: newPace(o.rate),
		flight: map[[32]byte]*Tx{}, refused: map[string]int{},
	}
	for _, node := range network.Nodes {
		l.rpc = append(l.rpc, newRPC(node.RPC, o.senders+2))
		l.ready = append(l.ready, make(chan *Account, len(accounts)))
	}
	return l
}

// prepare publishes the terms, then gives every account its first works.
func (l *Load) prepare(ctx context.Context) error {
	begin := time.Now()
	if err := number(ctx, l.rpc[0], l.accounts); err != nil {
		return err
	}
	if err := l.each(ctx, l.accounts[:1], publish); err != nil {
		return err
	}
	if err := l.each(ctx, l.accounts, func(a *Account) plan { return l.world.settle(a, l.o.works) }); err != nil {
		return err
	}
	l.prepared = setup{Accounts: len(l.accounts), Works: l.world.registered, Seconds: seconds(time.Since(begin))}
	for _, a := range l.accounts {
		l.ready[a.node] <- a
	}
	fmt.Printf("%d accounts registered %d works in %.0f s\n", l.prepared.Accounts, l.prepared.Works, l.prepared.Seconds)
	return nil
}

// each sends one transaction of each account and waits for the blocks.
func (l *Load) each(ctx context.Context, accounts []*Account, planned func(*Account) plan) error {
	queue := append([]*Account(nil), accounts...)
	return l.during(ctx, func(ctx context.Context) error {
		byNode := map[int][]*Tx{}
		for _, a := range queue {
			tx, err := a.sign(planned(a))
			if err != nil {
				return err
			}
			byNode[a.node] = append(byNode[a.node], tx)
		}
		for node, txs := range byNode {
			for len(txs) > 0 {
				n := min(batch, len(txs))
				if err := l.deliver(ctx, node, txs[:n], nil); err != nil {
					return err
				}
				txs = txs[n:]
			}
		}
		if err := l.drain(ctx); err != nil {
			return err
		}
		if len(l.refused) > 0 {
			return fmt.Errorf("setup was refused: %v", l.refused)
		}
		return nil
	})
}

// during reads blocks while work runs.
func (l *Load) during(ctx context.Context, work func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := l.follow(ctx); err != nil {
			cancel(err)
		}
	}()
	err := work(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	cancel(nil)
	<-done
	return err
}

// play runs the slices one after the other.
func (l *Load) play(ctx context.Context, slices []slice) error {
	return l.during(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var senders sync.WaitGroup
		for node := range l.network.Nodes {
			for i := range l.o.senders {
				rng := rand.New(rand.NewPCG(l.o.seed, uint64(node*l.o.senders+i)))
				senders.Go(func() {
					if err := l.send(ctx, node, rng); err != nil && ctx.Err() == nil {
						cancel(err)
					}
				})
			}
		}
		err := l.conduct(ctx, slices)
		l.kind.Store(nil)
		if err == nil {
			err = l.drain(ctx)
		}
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause
		}
		cancel(nil)
		senders.Wait()
		return err
	})
}

// send sends transactions of one node's accounts until the end.
func (l *Load) send(ctx context.Context, node int, rng *rand.Rand) error {
	txs := make([]*Tx, 0, batch)
	for {
		txs = txs[:0]
		kind := l.kind.Load()
		for kind != nil && len(txs) < batch && l.pace.take() {
			a := l.next(node)
			if a == nil {
				break
			}
			tx, err := a.sign(l.world.plan(a, kind.pick(rng), rng))
			if err != nil {
				return err
			}
			txs = append(txs, tx)
		}
		if len(txs) == 0 {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(refill):
			}
			continue
		}
		if err := l.deliver(ctx, node, txs, func(a *Account) { l.ready[node] <- a }); err != nil {
			return err
		}
	}
}

// next is an account without a transaction in flight, or nil.
func (l *Load) next(node int) *Account {
	select {
	case a := <-l.ready[node]:
		return a
	default:
		return nil
	}
}

// deliver hands transactions over until the node has taken or refused each. The
// accounts of refused ones go on; those of others do when a block has them.
func (l *Load) deliver(ctx context.Context, node int, txs []*Tx, refused func(*Account)) error {
	rpc := l.rpc[node]
	l.mu.Lock()
	for _, tx := range txs {
		tx.release = refused
		l.flight[tx.hash] = tx
	}
	l.mu.Unlock()
	for len(txs) > 0 {
		answers, err := rpc.Broadcast(ctx, txs)
		if err != nil {
			return fmt.Errorf("send transactions: %w", err)
		}
		var again []*Tx
		for i, answer := range answers {
			tx := txs[i]
			switch {
			case answer.Error != nil && strings.Contains(answer.Error.Error(), "mempool is full"):
				again = append(again, tx)
			case answer.Error == nil && answer.Result.Codespace == sdkerrors.RootCodespace &&
				answer.Result.Code == sdkerrors.ErrMempoolIsFull.ABCICode():
				again = append(again, tx)
			case answer.Error != nil && strings.Contains(answer.Error.Error(), "already exists in cache"):
				// an earlier attempt came through: it is in flight
			case answer.Error != nil:
				return fmt.Errorf("send a transaction: %w", answer.Error)
			case answer.Result.Code != 0:
				if err := l.refuse(ctx, rpc, tx, answer.Result); err != nil {
					return err
				}
			}
		}
		if txs = again; len(txs) > 0 {
			l.mu.Lock()
			l.full += len(txs)
			l.mu.Unlock()
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(refill):
			}
		}
	}
	return nil
}

// refuse counts a refused transaction and lets its account go on.
func (l *Load) refuse(ctx context.Context, rpc *RPC, tx *Tx, why Checked) error {
	l.mu.Lock()
	delete(l.flight, tx.hash)
	l.refused[fmt.Sprintf("%s %d: %s", why.Codespace, why.Code, why.Log)]++
	l.mu.Unlock()
	if err := tx.account.renumber(ctx, rpc); err != nil {
		return err
	}
	if tx.release != nil {
		tx.release(tx.account)
	}
	return nil
}

// drain waits until nothing is in flight.
func (l *Load) drain(ctx context.Context) error {
	deadline := time.After(patience)
	for quiet := 0; quiet < 3; { // senders may be about to hand over
		l.mu.Lock()
		left := len(l.flight)
		l.mu.Unlock()
		if quiet++; left > 0 {
			quiet = 0
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), context.Cause(ctx))
		case <-deadline:
			return fmt.Errorf("%d transactions are in no block %s after they were sent", left, patience)
		case <-time.After(poll):
		}
	}
	return nil
}

// pace bounds how many transactions are made a second.
type pace struct {
	mu    sync.Mutex
	rate  int
	begin time.Time
	taken int
}

func newPace(rate int) *pace { return &pace{rate: rate} }

// take says whether one more may be sent now. What was not sent in an idle
// second is not made up for.
func (p *pace) take() bool {
	if p.rate == 0 {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.begin) >= time.Second {
		p.begin, p.taken = now, 0
	}
	if p.taken >= p.rate {
		return false
	}
	p.taken++
	return true
}
