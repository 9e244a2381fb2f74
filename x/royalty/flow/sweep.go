package flow

import (
	"cmp"
	"container/heap"
	"fmt"
	"math/big"
)

// Pot names the money of one work in one denom.
type Pot struct {
	Work  Work
	Denom string
}

// Item is a stage that waits to be flushed. Items are served in the order of
// Compare: by round, then `paid`, then `received` from the newest generation
// down, then `earned`, so that flows which meet at an ancestor merge.
type Item struct {
	// Round separates what may join now from what must wait its turn.
	Round uint64
	Kind  Kind
	// Generation of the work for Received; 0 otherwise.
	Generation uint32
	Pot        Pot
}

// Compare orders items.
func (i Item) Compare(j Item) int {
	return cmp.Or(
		cmp.Compare(i.Round, j.Round),
		cmp.Compare(i.Kind, j.Kind),
		cmp.Compare(j.Generation, i.Generation),
		cmp.Compare(i.Pot.Work, j.Pot.Work),
		cmp.Compare(i.Pot.Denom, j.Pot.Denom),
	)
}

// Book is where a sweep reads lists and keeps money.
type Book interface {
	// Upstream returns what a work owes by the list in force.
	Upstream(Work) (Upstream, error)
	// Holders returns the table in force of who holds a work's revenue.
	Holders(Work) ([]Holding, error)
	// Generation returns a work's generation, 0 for originals.
	Generation(Work) (uint32, error)
	// Stages returns a pot's money. A sweep changes it in place, so every call
	// must return the same pointer.
	Stages(Pot) (*Stages, error)
	// Ready reports whether so much in a stage is worth a flush.
	Ready(denom string, unflushed *big.Int) bool
	// TookIn tells that an amount entered `paid` or `received` of a pot: what the
	// work takes in, gross. It comes after Stages of the pot and cannot fail.
	TookIn(pot Pot, amount *big.Int)
	// Credit adds to the balance of a holder of pot.Work. It cannot fail: a book
	// that has to read first does so later.
	Credit(pot Pot, to Account, amount *big.Int)
	// Flushed tells that a stage went from one total to another, and to how many
	// receivers. What a sole holder earned goes from 0 to its amount.
	Flushed(item Item, from, to *big.Int, receivers int)
	// Failed tells that a stage could not be flushed. Its money stays in it.
	Failed(item Item, err error)
}

// Sweep moves money from stage to stage, in order. It works on a part of the
// queue that its caller loaded.
type Sweep struct {
	book   Book
	queue  itemHeap
	queued map[Item]bool
	served []Item
	// passed are the pots whose sole holder got something at once.
	passed map[Pot]bool
	// fresh is the round that money from outside joins.
	fresh uint64
	// last is the greatest item loaded when there are more; nothing beyond it
	// may be served before them.
	last *Item
}

// NewSweep starts a sweep over the items loaded from the queue, in order. more
// says that the queue goes on after them.
func NewSweep(book Book, loaded []Item, more bool) *Sweep {
	s := &Sweep{book: book, queued: make(map[Item]bool, len(loaded)), passed: map[Pot]bool{}}
	s.queue = append(s.queue, loaded...)
	for _, item := range loaded {
		s.queued[item] = true
	}
	if len(loaded) > 0 {
		// A round is under way: what comes now waits for the next.
		s.fresh = loaded[0].Round + 1
		if more {
			s.last = &loaded[len(loaded)-1]
		}
	}
	return s
}

// Pay puts a payment into the work's `paid` stage.
func (s *Sweep) Pay(pot Pot, amount *big.Int) error {
	stages, err := s.book.Stages(pot)
	if err != nil {
		return err
	}
	s.enter(Item{Round: s.fresh, Kind: Paid, Pot: pot}, &stages[Paid], amount)
	return nil
}

// Demand queues all stages of a pot, however little is in them.
func (s *Sweep) Demand(pot Pot) error {
	generation, err := s.book.Generation(pot.Work)
	if err != nil {
		return err
	}
	s.push(Item{Round: s.fresh, Kind: Paid, Pot: pot})
	s.push(Item{Round: s.fresh, Kind: Received, Generation: generation, Pot: pot})
	s.push(Item{Round: s.fresh, Kind: Earned, Pot: pot})
	return nil
}

// Close flushes a pot under lists that are about to be replaced, then restarts
// the stages whose receivers change.
func (s *Sweep) Close(pot Pot, lists Lists, upstreamChanges, holdersChange bool) error {
	stages, err := s.book.Stages(pot)
	if err != nil {
		return err
	}
	for _, kind := range []Kind{Paid, Received, Earned} {
		if stages[kind].Unflushed().Sign() == 0 {
			continue
		}
		f, err := s.plan(Item{Round: s.fresh, Kind: kind, Pot: pot}, stages, lists)
		if err != nil {
			return err
		}
		s.apply(f)
	}
	if upstreamChanges {
		stages[Paid].Restart()
		stages[Received].Restart()
	}
	if holdersChange {
		stages[Earned].Restart()
	}
	return nil
}

// Run serves items until the budget of receivers is used up or nothing waits.
// A stage is flushed whole; one larger than the whole budget is served alone.
// A stage that fails is reported and leaves the queue, and the rest goes on.
func (s *Sweep) Run(budget int) {
	for spent := 0; len(s.queue) > 0; {
		item := s.queue[0]
		if s.last != nil && item.Compare(*s.last) > 0 {
			return
		}
		cost, err := s.serve(item, budget-spent, spent == 0)
		if cost < 0 {
			return
		}
		if err != nil {
			s.book.Failed(item, err)
		}
		spent += cost
		heap.Pop(&s.queue)
		delete(s.queued, item)
		s.served = append(s.served, item)
	}
}

// Served returns the items that left the queue.
func (s *Sweep) Served() []Item { return s.served }

// Waiting returns what is still queued, in no particular order.
func (s *Sweep) Waiting() []Item { return s.queue }

// serve flushes one item and returns its cost in receivers, or -1 when the
// budget left does not reach. An item costs 1 at least, and a panic is an error.
func (s *Sweep) serve(item Item, left int, first bool) (cost int, err error) {
	cost = 1
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	if left < 1 {
		return -1, nil
	}
	stages, err := s.book.Stages(item.Pot)
	if err != nil || stages[item.Kind].Unflushed().Sign() == 0 {
		return cost, err
	}
	lists, err := s.lists(item)
	if err != nil {
		return cost, err
	}
	f, err := s.plan(item, stages, lists)
	if err != nil {
		return max(cost, len(f.receivers)), err
	}
	if cost = max(1, f.cost); cost > left && !first {
		return -1, nil
	}
	s.apply(f)
	return cost, nil
}

// lists reads what a stage is divided by.
func (s *Sweep) lists(item Item) (l Lists, err error) {
	if item.Kind == Earned {
		l.Holders, err = s.book.Holders(item.Pot.Work)
	} else {
		l.Upstream, err = s.book.Upstream(item.Pot.Work)
	}
	return l, err
}

// flush is what is about to leave a stage.
type flush struct {
	item      Item
	stage     *Stage
	receivers []Receiver
	moves     []move
	// cost is the number of receivers, and of the sole holders that stages pass on
	// to for the first time in this sweep.
	cost int
}

// move is one credit on its way: to a holder, or into a stage of another pot.
type move struct {
	pot    Pot
	holder Account
	into   Kind
	stages *Stages
	// generation of the pot's work where it receives.
	generation uint32
	amount     *big.Int
}

// plan reads all that a flush touches and changes nothing.
//
// What enters an empty `earned` stage with a sole holder would leave it whole in
// the same round, so it is the holder's at once. That saves the stage, its place
// in the queue and, where the budget ends in between, the rows of both.
func (s *Sweep) plan(item Item, stages *Stages, lists Lists) (flush, error) {
	f := flush{item: item, stage: &stages[item.Kind], receivers: lists.Receivers(item.Pot.Work, item.Kind)}
	due := f.stage.Due(f.receivers)
	f.moves, f.cost = make([]move, len(due)), len(f.receivers)
	for i, c := range due {
		m := move{pot: item.Pot, holder: c.Account, into: c.Into, amount: c.Amount}
		if c.Account == "" {
			m.pot.Work = c.Work
			if err := s.aim(&m, item.Pot.Work, lists.Holders); err != nil {
				return f, err
			}
			if m.holder != "" && !s.passed[m.pot] {
				f.cost++
			}
		}
		f.moves[i] = m
	}
	return f, nil
}

// aim finds the stages that a move enters, or the sole holder behind them. At the
// end of an epoch the holders of the work that is flushed are given. A table that
// cannot be read holds up nobody else: its stage is what fails, in its turn.
func (s *Sweep) aim(m *move, flushed Work, own []Holding) (err error) {
	if m.stages, err = s.book.Stages(m.pot); err != nil {
		return err
	}
	if m.into == Received {
		m.generation, err = s.book.Generation(m.pot.Work)
		return err
	}
	if m.stages[Earned].Total.Sign() != 0 {
		return nil
	}
	holders := own
	if m.pot.Work != flushed || own == nil {
		holders, err = s.book.Holders(m.pot.Work)
	}
	if err == nil && len(holders) == 1 {
		m.holder = holders[0].To
	}
	return nil
}

// apply moves what was planned. It cannot fail.
func (s *Sweep) apply(f flush) {
	from, to := new(big.Int).Set(&f.stage.Flushed), new(big.Int).Set(&f.stage.Total)
	f.stage.settle(f.receivers, f.moves)
	for _, m := range f.moves {
		if m.holder == "" {
			s.enter(Item{Round: f.item.Round, Kind: m.into, Generation: m.generation, Pot: m.pot}, &m.stages[m.into], m.amount)
			continue
		}
		if f.item.Kind != Earned {
			s.passed[m.pot] = true
			s.book.Flushed(Item{Round: f.item.Round, Kind: Earned, Pot: m.pot}, new(big.Int), m.amount, 1)
		}
		s.book.Credit(m.pot, m.holder, m.amount)
	}
	s.book.Flushed(f.item, from, to, len(f.receivers))
}

// enter puts an amount into a stage and queues it when it is worth a flush.
func (s *Sweep) enter(item Item, stage *Stage, amount *big.Int) {
	stage.Add(amount)
	if item.Kind != Earned {
		s.book.TookIn(item.Pot, amount)
	}
	if s.book.Ready(item.Pot.Denom, stage.Unflushed()) {
		s.push(item)
	}
}

func (s *Sweep) push(item Item) {
	if !s.queued[item] {
		s.queued[item] = true
		heap.Push(&s.queue, item)
	}
}

type itemHeap []Item

func (h itemHeap) Len() int           { return len(h) }
func (h itemHeap) Less(i, j int) bool { return h[i].Compare(h[j]) < 0 }
func (h itemHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *itemHeap) Push(x any)        { *h = append(*h, x.(Item)) }
func (h *itemHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
