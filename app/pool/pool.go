// Package pool holds the transactions that wait for a block, on the app's side of
// CometBFT's own pool. That one gossips and keeps everything that passed; this one
// decides who comes first, and who gives way when it is full: what pays least for a
// unit of gas.
//
// An account's transactions are taken in the order of their sequences, so what stands
// behind a cheap one counts as no dearer than that where room is made. Unordered
// transactions stand alone.
package pool

import (
	"container/heap"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"

	"cosmossdk.io/math"
)

// Limits of a pool.
type Limits struct {
	// Txs and Bytes are the most that wait.
	Txs, Bytes int
}

// DefaultLimits hold some blocks, of plain transfers by number and of large transactions
// by bytes. CometBFT checks again after each block what waits, at 0.1 ms each and 20 ms
// for a megabyte, so more would cost more than it serves.
func DefaultLimits() Limits { return Limits{Txs: 5_000, Bytes: 12 << 20} }

// replacePart: a transaction that replaces another pays at least one part of so many more.
const replacePart = 10

const (
	// payerPart: one account has at most one part of so many of the pool's places and bytes.
	payerPart = 10
	// fewTxs and fewBytes are what one account has in a small pool too.
	fewTxs, fewBytes = 20, 1 << 20
)

// Hash names a transaction: the SHA-256 of its bytes, as CometBFT has it.
type Hash = [sha256.Size]byte

// Signer is the place that a transaction takes among those of one account.
type Signer struct {
	Account  string // address, raw bytes
	Sequence uint64
}

// Tx is a transaction that waits.
type Tx struct {
	// Raw are its bytes as they were received.
	Raw []byte
	// Gas that it declares.
	Gas uint64
	// Price is what it pays for a unit of gas, in units that all share.
	Price math.Int
	// Signers: a transaction waits for earlier ones of each of them.
	Signers []Signer
	// Sponsor is the account that pays without signing; empty when a signer pays.
	Sponsor string
	// Unordered: it waits for nobody, and the sequences mean nothing.
	Unordered bool
	// LastHeight and LastTime are the last block that takes it; zero when any does.
	LastHeight uint64
	LastTime   time.Time
	// Facts are the caller's, handed back as they are.
	Facts any
}

// Late says whether a block of this height and time is too late for it.
func (tx *Tx) Late(height uint64, now time.Time) bool {
	return tx.LastHeight > 0 && height > tx.LastHeight || !tx.LastTime.IsZero() && tx.LastTime.Before(now)
}

// entry is a transaction in its places.
type entry struct {
	*Tx
	hash Hash
	// queues are those of its signers; none when it is unordered.
	queues  []*queue
	arrived uint64
	// rank is the least price among it and what stands before it: what it counts as
	// where room is made.
	rank math.Int
	at   int // in byRank
}

// queue is an account's: its ordered transactions, by sequence, and the sum of all that it
// signed.
type queue struct {
	account string
	waiting []*entry
	sum
}

// sum is what transactions take of the pool.
type sum struct {
	txs, bytes int
	gas        uint64
}

func (s *sum) add(tx *Tx)  { s.txs, s.bytes, s.gas = s.txs+1, s.bytes+len(tx.Raw), s.gas+tx.Gas }
func (s *sum) take(tx *Tx) { s.txs, s.bytes, s.gas = s.txs-1, s.bytes-len(tx.Raw), s.gas-tx.Gas }

// Pool is safe for concurrent use.
type Pool struct {
	mu      sync.Mutex
	limits  Limits
	entries map[Hash]*entry
	queues  map[string]*queue
	// sponsored is what waits by the account that pays without signing.
	sponsored map[string]sum
	worst     byRank
	bytes     int
	arrived   uint64
}

// New returns an empty pool.
func New(limits Limits) *Pool {
	return &Pool{limits: limits, entries: make(map[Hash]*entry), queues: make(map[string]*queue), sponsored: make(map[string]sum)}
}

// Len is how many transactions wait.
func (p *Pool) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.entries)
}

// Bytes is the size of what waits.
func (p *Pool) Bytes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes
}

// Limits are what it holds at most.
func (p *Pool) Limits() Limits { return p.limits }

// Has says whether the transaction of these bytes waits.
func (p *Pool) Has(raw []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.entries[sha256.Sum256(raw)] != nil
}

// Next is the first sequence of an account, from this one on, of which no ordered
// transaction waits.
func (p *Pool) Next(account string, from uint64) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := p.queues[account]
	if q == nil {
		return from
	}
	at, _ := q.find(from)
	for ; at < len(q.waiting) && q.waiting[at].sequence(q) == from; at++ {
		from++
	}
	return from
}

// Admits says whether Insert would take a transaction now, and changes nothing: ask
// before what cannot be undone. The gas of what one account signed and waits is at
// most this much, and that of what it sponsors too. The error matches sdkerrors.ErrMempoolIsFull.
func (p *Pool) Admits(tx *Tx, accountGas uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := p.admit(tx, accountGas)
	return err
}

// Insert takes a transaction in, and drops cheaper ones where that makes room. One of
// the same account and sequence gives way to it; what stands behind that one stays if
// all its signers are the new one's.
func (p *Pool) Insert(tx *Tx, accountGas uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	victims, err := p.admit(tx, accountGas)
	if err != nil {
		return err
	}
	for _, e := range victims {
		p.drop(e)
	}
	e := &entry{Tx: tx, hash: sha256.Sum256(tx.Raw), arrived: p.arrived}
	if old := p.entries[e.hash]; old != nil {
		p.drop(old)
	}
	p.arrived++
	for _, old := range p.replacedBy(tx) {
		p.replace(old, e)
	}
	p.place(e)
	p.entries[e.hash] = e
	p.bytes += len(tx.Raw)
	p.sponsor(tx, (*sum).add)
	heap.Push(&p.worst, e)
	return nil
}

// place puts a new entry into its signers' queues and ranks it, and what now stands
// behind it.
func (p *Pool) place(e *entry) {
	for _, s := range e.Signers {
		q := p.queues[s.Account]
		if q == nil {
			q = &queue{account: s.Account}
			p.queues[s.Account] = q
		}
		q.add(e.Tx)
		e.queues = append(e.queues, q)
		if e.Unordered {
			continue
		}
		at, _ := q.find(s.Sequence)
		q.waiting = slices.Insert(q.waiting, at, e)
	}
	e.rank = e.ranked()
	for i, q := range e.queues {
		if !e.Unordered {
			at, _ := q.find(e.Signers[i].Sequence)
			p.rerank(q.waiting[at+1:])
		}
	}
}

// replace takes out what a new entry stands in for, and gives it that one's place among
// equal ones: nothing gives way before what stands behind it.
func (p *Pool) replace(old, by *entry) {
	if !slices.Equal(old.Signers, by.Signers) {
		p.drop(old)
		return
	}
	by.arrived = old.arrived
	p.takeOut(old)
}

// Remove takes out the transactions of these bytes, as those of a block; what stands
// behind them stays.
func (p *Pool) Remove(raws ...[]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove(raws)
}

// RemoveWithRest takes out a transaction and what stands behind it, which can't go on
// without it.
func (p *Pool) RemoveWithRest(raw []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.entries[sha256.Sum256(raw)]; e != nil {
		p.drop(e)
	}
}

// Sweep takes out what no block takes any more: what has the sequence of an account that has
// passed, by committed state, and with what stands behind it what the next block is too late
// for. CometBFT checks again what it holds, but it may have had no room for what is here.
func (p *Pool) Sweep(committed func(account string) uint64, height uint64, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var passed [][]byte
	for _, q := range p.queues {
		if len(q.waiting) == 0 {
			continue
		}
		at, _ := q.find(committed(q.account))
		for _, e := range q.waiting[:at] {
			passed = append(passed, e.Raw)
		}
	}
	p.remove(passed)
	var late []*entry
	for _, e := range p.entries {
		if e.Late(height, now) {
			late = append(late, e)
		}
	}
	for _, e := range late {
		p.drop(e)
	}
}

func (p *Pool) remove(raws [][]byte) {
	changed := make(map[*queue]bool)
	for _, raw := range raws {
		if e := p.entries[sha256.Sum256(raw)]; e != nil {
			p.takeOut(e)
			for _, q := range e.queues {
				changed[q] = true
			}
		}
	}
	for q := range changed {
		p.rerank(q.waiting)
	}
}

// drop takes an entry out together with all that stands behind it, the last first: queues
// are as long as the pool.
func (p *Pool) drop(e *entry) {
	if p.entries[e.hash] != e {
		return // went with another
	}
	gone := []*entry{e}
	listed := map[*entry]bool{e: true}
	for i := 0; i < len(gone); i++ {
		for _, next := range gone[i].next() {
			if !listed[next] {
				listed[next] = true
				gone = append(gone, next)
			}
		}
	}
	for _, e := range slices.Backward(gone) {
		p.takeOut(e)
	}
}

// next lists what stands right behind an entry in its queues.
func (e *entry) next() (behind []*entry) {
	if e.Unordered {
		return nil
	}
	for i, q := range e.queues {
		if at, _ := q.find(e.Signers[i].Sequence); at+1 < len(q.waiting) {
			behind = append(behind, q.waiting[at+1])
		}
	}
	return behind
}

// takeOut takes one entry out of all its places.
func (p *Pool) takeOut(e *entry) {
	delete(p.entries, e.hash)
	p.bytes -= len(e.Raw)
	p.sponsor(e.Tx, (*sum).take)
	heap.Remove(&p.worst, e.at)
	for i, q := range e.queues {
		q.take(e.Tx)
		if !e.Unordered {
			at, _ := q.find(e.Signers[i].Sequence)
			q.waiting = slices.Delete(q.waiting, at, at+1)
		}
		if q.txs == 0 {
			delete(p.queues, q.account)
		}
	}
}

// sponsor counts what an account pays for without signing.
func (p *Pool) sponsor(tx *Tx, count func(*sum, *Tx)) {
	if tx.Sponsor == "" {
		return
	}
	held := p.sponsored[tx.Sponsor]
	if count(&held, tx); held.txs == 0 {
		delete(p.sponsored, tx.Sponsor)
		return
	}
	p.sponsored[tx.Sponsor] = held
}

// find returns the place of a sequence in a queue.
func (q *queue) find(sequence uint64) (at int, there bool) {
	return slices.BinarySearchFunc(q.waiting, sequence, func(e *entry, s uint64) int {
		at := e.sequence(q)
		switch {
		case at < s:
			return -1
		case at > s:
			return 1
		}
		return 0
	})
}

// sequence is the entry's place in a queue of one of its signers.
func (e *entry) sequence(q *queue) uint64 {
	for _, s := range e.Signers {
		if s.Account == q.account {
			return s.Sequence
		}
	}
	panic(fmt.Sprintf("%x is in the queue of an account that did not sign it", e.hash))
}
