package pages

import (
	"net/http"
	"sync"
	"time"
)

// shares is the part of all places that one address may have: four such leave none to others.
const shares = 4

// places are what a bounded number of requests may have at a time. One address has a part of them
// only, so that slow requests of one reader do not keep out all others.
type places struct {
	limits Limits
	all    chan struct{}
	each   int
	mu     sync.Mutex
	held   map[string]int
}

func newPlaces(l Limits, most int) *places {
	p := &places{limits: l, all: make(chan struct{}, max(1, most)), each: max(1, most/shares), held: map[string]int{}}
	if l.PerSecond <= 0 { // readers are not told apart
		p.each = max(1, most)
	}
	return p
}

// full says why there is no place.
type full int

const (
	notFull full = iota
	fullForYou
	fullForAll
)

// enter takes a place and returns how to leave it. It waits for one where all are taken, and not
// where the reader's own are.
func (p *places) enter(r *http.Request, wait time.Duration) (leave func(), refused full) {
	caller := p.limits.caller(r)
	if !p.claim(caller) {
		return nil, fullForYou
	}
	select {
	case p.all <- struct{}{}:
		return func() { <-p.all; p.yield(caller) }, notFull
	default:
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case p.all <- struct{}{}:
		return func() { <-p.all; p.yield(caller) }, notFull
	case <-timer.C:
	case <-r.Context().Done():
	}
	p.yield(caller)
	return nil, fullForAll
}

func (p *places) claim(caller string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held[caller] >= p.each {
		return false
	}
	p.held[caller]++
	return true
}

func (p *places) yield(caller string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held[caller]--; p.held[caller] <= 0 {
		delete(p.held, caller)
	}
}
