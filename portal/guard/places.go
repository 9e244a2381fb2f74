package guard

import (
	"net/http"
	"sync"
	"time"
)

// shares is the part of all places that one address may have: four such leave none to others.
const shares = 4

// Places are what a bounded number of requests may have at a time. One address has a part of them
// only, so that slow requests of one reader do not keep out all others.
type Places struct {
	limits Limits
	all    chan struct{}
	each   int
	mu     sync.Mutex
	held   map[string]int
}

// NewPlaces makes places for so many at a time.
func NewPlaces(l Limits, most int) *Places {
	p := &Places{limits: l, all: make(chan struct{}, max(1, most)), each: max(1, most/shares), held: map[string]int{}}
	if l.PerSecond <= 0 { // readers are not told apart
		p.each = max(1, most)
	}
	return p
}

// Full says why there is no place.
type Full int

// Why: the reader's own places are taken, or all are.
const (
	NotFull Full = iota
	FullForYou
	FullForAll
)

// Enter takes a place and returns how to leave it. It waits for one where all are taken, and not
// where the reader's own are.
func (p *Places) Enter(r *http.Request, wait time.Duration) (leave func(), refused Full) {
	caller := p.limits.caller(r)
	if !p.claim(caller) {
		return nil, FullForYou
	}
	select {
	case p.all <- struct{}{}:
		return func() { <-p.all; p.yield(caller) }, NotFull
	default:
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case p.all <- struct{}{}:
		return func() { <-p.all; p.yield(caller) }, NotFull
	case <-timer.C:
	case <-r.Context().Done():
	}
	p.yield(caller)
	return nil, FullForAll
}

func (p *Places) claim(caller string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held[caller] >= p.each {
		return false
	}
	p.held[caller]++
	return true
}

func (p *Places) yield(caller string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held[caller]--; p.held[caller] <= 0 {
		delete(p.held, caller)
	}
}
