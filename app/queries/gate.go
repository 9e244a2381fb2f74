package queries

import (
	"context"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// queue is how many may wait for each that may run: what they hold is in memory.
const queue = 8

// gate lets so many through at once.
type gate struct {
	what, setting string
	places        chan struct{}
	waiting       atomic.Int64
	refused       atomic.Uint64
	wait          time.Duration
}

func newGate(what, setting string, atOnce int, wait time.Duration) *gate {
	return &gate{what: what, setting: setting, places: make(chan struct{}, atOnce), wait: wait}
}

// enter waits for a place. The caller calls leave when it is done.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	select {
	case g.places <- struct{}{}:
		return g.leave, nil
	default:
	}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > int64(queue*cap(g.places)) {
		return nil, g.refusal()
	}
	turn := time.NewTimer(g.wait)
	defer turn.Stop()
	select {
	case g.places <- struct{}{}:
		return g.leave, nil
	case <-turn.C:
		return nil, g.refusal()
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	}
}

func (g *gate) leave() { <-g.places }

func (g *gate) refusal() error {
	g.refused.Add(1)
	return status.Errorf(codes.ResourceExhausted, "this node runs %d %s at once and all places are taken: "+
		"try again, or ask its operator for more (%s in app.toml)", cap(g.places), g.what, g.setting)
}
