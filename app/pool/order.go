package pool

import (
	"container/heap"
	"slices"

	"cosmossdk.io/math"
)

// Each offers what waits in the order in which a block takes it: the dearest of those
// whose turn it is for all their signers, and of equal ones the one that came earlier.
// Committed is an account's sequence after the last block. Take says whether the block
// took it; what stands behind one that it did not, or behind a gap, is passed over.
func (p *Pool) Each(committed func(account string) uint64, take func(*Tx) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := walk{committed: committed, taken: make(map[*queue]int)}
	for _, e := range p.entries {
		if w.comesFirst(e) {
			w.ready = append(w.ready, e)
		}
	}
	heap.Init(&w.ready)
	for len(w.ready) > 0 {
		e := heap.Pop(&w.ready).(*entry)
		if !w.follows(e) || !take(e.Tx) || e.Unordered {
			continue
		}
		for _, q := range e.queues {
			w.taken[q]++
		}
		for _, next := range w.after(e) {
			if w.comesFirst(next) {
				heap.Push(&w.ready, next)
			}
		}
	}
}

// walk is where Each stands.
type walk struct {
	ready     byPrice
	committed func(account string) uint64
	taken     map[*queue]int // how many of a queue
}

// comesFirst says whether nothing that was not taken stands before an entry.
func (w walk) comesFirst(e *entry) bool {
	if e.Unordered {
		return true
	}
	for _, q := range e.queues {
		if q.waiting[w.taken[q]] != e {
			return false
		}
	}
	return true
}

// follows says whether an entry that comes first has the sequences that are due: the
// committed ones and, behind these, one more for each that was taken. It is asked last,
// for it reads state.
func (w walk) follows(e *entry) bool {
	if e.Unordered {
		return true
	}
	for i, q := range e.queues {
		if e.Signers[i].Sequence != w.committed(q.account)+uint64(w.taken[q]) {
			return false
		}
	}
	return true
}

// after lists what comes first in the queues of a taken entry, each once.
func (w walk) after(e *entry) (next []*entry) {
	for _, q := range e.queues {
		if at := w.taken[q]; at < len(q.waiting) && !slices.Contains(next, q.waiting[at]) {
			next = append(next, q.waiting[at])
		}
	}
	return next
}

// byPrice has the dearest on top, of equal ones the earliest.
type byPrice []*entry

func (h byPrice) Len() int      { return len(h) }
func (h byPrice) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h byPrice) Less(i, j int) bool {
	if c := h[i].Price.BigIntMut().Cmp(h[j].Price.BigIntMut()); c != 0 {
		return c > 0
	}
	return h[i].arrived < h[j].arrived
}
func (h *byPrice) Push(e any) { *h = append(*h, e.(*entry)) }
func (h *byPrice) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last], *h = nil, (*h)[:last]
	return e
}

// byRank has the lowest rank on top, of equal ones the latest: so nothing leaves before
// what stands behind it.
type byRank []*entry

func (h byRank) Len() int { return len(h) }
func (h byRank) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

func (h byRank) Less(i, j int) bool {
	if c := h[i].rank.BigIntMut().Cmp(h[j].rank.BigIntMut()); c != 0 {
		return c < 0
	}
	return h[i].arrived > h[j].arrived
}

func (h *byRank) Push(e any) {
	added := e.(*entry)
	added.at = len(*h)
	*h = append(*h, added)
}

func (h *byRank) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last], *h = nil, (*h)[:last]
	return e
}

// rankBehind is the rank that an ordered transaction would have.
func (p *Pool) rankBehind(tx *Tx) math.Int {
	rank := tx.Price
	for _, s := range tx.Signers {
		q := p.queues[s.Account]
		if q == nil {
			continue
		}
		if at, _ := q.find(s.Sequence); at > 0 {
			rank = math.MinInt(rank, q.waiting[at-1].rank)
		}
	}
	return rank
}

// ranked is the rank of an entry in its places.
func (e *entry) ranked() math.Int {
	rank := e.Price
	if e.Unordered {
		return rank
	}
	for i, q := range e.queues {
		if at, _ := q.find(e.Signers[i].Sequence); at > 0 {
			rank = math.MinInt(rank, q.waiting[at-1].rank)
		}
	}
	return rank
}

// rerank ranks successive entries of a queue anew after what stood before them has
// changed. Other queues of an entry with several signers are left as they are: what
// stands behind it there counts as less than it might for a while.
func (p *Pool) rerank(waiting []*entry) {
	for _, e := range waiting {
		if rank := e.ranked(); !rank.Equal(e.rank) {
			e.rank = rank
			heap.Fix(&p.worst, e.at)
		}
	}
}
