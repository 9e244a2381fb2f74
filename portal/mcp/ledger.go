package mcp

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stemma-chain/stemma/client"
)

// ledger knows what each request id did, so that a call that is repeated does nothing twice. It is of one process; records outlive it.
type ledger struct {
	// lives as long as the process: what is sent goes on when whoever asked for it has gone.
	lives context.Context

	mu   sync.Mutex
	jobs map[string]*job
}

// job is one thing to be done once.
type job struct {
	// asked is the digest of the tool and its arguments.
	asked [sha256.Size]byte
	done  chan struct{}

	mu sync.Mutex
	// hash of the newest transaction that a node was given; empty: none yet.
	hash string

	// kept is what is on disk of it; nil: nothing. The job alone uses it.
	kept *record

	// Set before done is closed.
	out any
	err error
}

func newLedger(ctx context.Context) *ledger {
	return &ledger{lives: context.WithoutCancel(ctx), jobs: map[string]*job{}}
}

// sent notes the hash of a transaction right before a node is given it.
func (j *job) sent(hash string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.hash = hash
}

func (j *job) tx() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.hash
}

// undecidedError says that a transaction may still come.
type undecidedError struct{ hash string }

func (e *undecidedError) Error() string { return ErrUndecided.Error() }
func (e *undecidedError) Unwrap() error { return ErrUndecided }

// once does what a request asks for, or waits for what the same request has begun. It fails with ErrReused for an id that
// stood for something else, and with an undecidedError where ctx ends first: the work goes on then.
func (l *ledger) once(ctx context.Context, request, tool string, args any, do func(context.Context, *job) (any, error)) (any, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	asked := sha256.Sum256(append([]byte(tool+"\x00"), raw...))
	j, fresh, err := l.take(request, asked)
	if err != nil {
		return nil, err
	}
	if fresh {
		go func() {
			defer close(j.done)
			j.out, j.err = do(l.lives, j)
			if j.err != nil && nothingHappened(j.err) {
				l.forget(request)
			}
		}()
	}
	select {
	case <-j.done:
		return j.out, j.err
	case <-ctx.Done():
		return nil, &undecidedError{j.tx()}
	}
}

func (l *ledger) take(request string, asked [sha256.Size]byte) (j *job, fresh bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch j = l.jobs[request]; {
	case j != nil && j.asked != asked:
		return nil, false, ErrReused
	case j != nil:
		return j, false, nil
	case len(l.jobs) >= maxRequests:
		return nil, false, fmt.Errorf("%w: %d", ErrFull, maxRequests)
	}
	j = &job{asked: asked, done: make(chan struct{})}
	l.jobs[request] = j
	return j, true, nil
}

func (l *ledger) forget(request string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.jobs, request)
}

// nothingHappened says whether the same id may stand for another try: no transaction is in a block, or may come into one.
func nothingHappened(err error) bool {
	var refused *client.TxError
	if errors.As(err, &refused) && refused.Stage == client.Executed {
		return false // its fee was paid
	}
	return !errors.Is(err, client.ErrUndecided)
}

// settle waits until all is decided or ctx ends, and returns the hashes of what is not.
func (l *ledger) settle(ctx context.Context) (open []string) {
	l.mu.Lock()
	jobs := make([]*job, 0, len(l.jobs))
	for _, j := range l.jobs {
		jobs = append(jobs, j)
	}
	l.mu.Unlock()
	for _, j := range jobs {
		select {
		case <-j.done:
			continue
		default:
		}
		select {
		case <-j.done:
		case <-ctx.Done():
			if hash := j.tx(); hash != "" {
				open = append(open, hash)
			}
		}
	}
	return open
}

// answering is the part of a call's time that is left for its answer.
const answering = 20

// patience is how long whoever asks waits for something that is sent.
func patience(ctx context.Context) (context.Context, context.CancelFunc) {
	if at, bounded := ctx.Deadline(); bounded { // an answer has to be given before
		return context.WithDeadline(ctx, at.Add(-time.Until(at)/answering))
	}
	return context.WithCancel(ctx)
}
