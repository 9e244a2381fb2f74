package flow

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
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

// Reader knows what a work owes, who holds its revenue and where that goes.
type Reader interface {
	// Upstream returns what a work owes by the list in force.
	Upstream(Work) (Upstream, error)
	// Holders returns the table in force of who holds a work's revenue.
	Holders(Work) ([]Holding, error)
	// Generation returns a work's generation, 0 for originals.
	Generation(Work) (uint32, error)
	// Destination returns where what a work earns goes.
	Destination(Work) (Destination, error)
}

// Book is where a sweep reads lists and keeps money.
type Book interface {
	Reader
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
// queue that its caller loaded and says at the end what changes in that.
type Sweep struct {
	book Book
	// loaded are the items as the caller stores them.
	loaded []Item
	queue  itemHeap
	queued map[Item]bool
	// failed are stages that could not be flushed. They are tried again with what
	// comes next, not now: the rest would wait for them.
	failed []Item
	// passed are the pots whose sole holder got something at once.
	passed map[Pot]bool
	// fresh is the round that money from outside joins.
	fresh uint64
	// last is the greatest item loaded when there are more; nothing beyond it
	// may be served before them.
	last *Item
}

// NewSweep starts a sweep over the items loaded from the queue, in order. more
// says that the queue goes on after them. A work's generation may have been raised
// since its item was stored, so it is read anew.
func NewSweep(book Book, loaded []Item, more bool) *Sweep {
	s := &Sweep{book: book, loaded: loaded, queued: make(map[Item]bool, len(loaded)), passed: map[Pot]bool{}}
	for _, item := range loaded {
		if item.Kind == Received {
			// An error here would be found again, and reported, when it is served.
			if generation, err := book.Generation(item.Pot.Work); err == nil {
				item.Generation = generation
			}
		}
		s.push(item)
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
	return guard(func() error {
		stages, err := s.book.Stages(pot)
		if err != nil {
			return err
		}
		if err := stages[Paid].fits(amount); err != nil {
			return err
		}
		s.enter(Item{Round: s.fresh, Kind: Paid, Pot: pot}, &stages[Paid], amount)
		return nil
	})
}

// Demand queues all stages of a pot, however little is in them.
func (s *Sweep) Demand(pot Pot) error {
	return s.queueStages(pot, func(Kind, *Stage) bool { return true })
}

// Check queues those stages of a pot that are ready: for when what makes a stage
// ready has changed.
func (s *Sweep) Check(pot Pot) error {
	return s.queueStages(pot, func(_ Kind, stage *Stage) bool { return s.ready(pot, stage) })
}

// Redirect takes note that the destination of a pot's work has changed. What lies
// in `earned` goes by the new one: those who receive from the stage are others.
func (s *Sweep) Redirect(pot Pot) error {
	return s.queueStages(pot, func(kind Kind, stage *Stage) bool {
		if kind != Earned {
			return false
		}
		stage.Restart()
		return s.ready(pot, stage)
	})
}

// queueStages queues those stages of a pot that are chosen, in the next round.
func (s *Sweep) queueStages(pot Pot, choose func(Kind, *Stage) bool) error {
	return guard(func() error {
		stages, err := s.book.Stages(pot)
		if err != nil {
			return err
		}
		generation, err := s.book.Generation(pot.Work)
		if err != nil {
			return err
		}
		for _, item := range []Item{
			{Round: s.fresh, Kind: Paid, Pot: pot},
			{Round: s.fresh, Kind: Received, Generation: generation, Pot: pot},
			{Round: s.fresh, Kind: Earned, Pot: pot},
		} {
			if choose(item.Kind, &stages[item.Kind]) {
				s.push(item)
			}
		}
		return nil
	})
}

// Close flushes a pot under lists that are about to be replaced, then restarts
// the stages whose receivers change. A stage that cannot be flushed restarts too,
// with all it holds: what it has passed on was divided otherwise.
func (s *Sweep) Close(pot Pot, lists Lists, upstreamChanges, holdersChange bool) error {
	return guard(func() error {
		stages, err := s.book.Stages(pot)
		if err != nil {
			return err
		}
		var failures []error
		for _, kind := range []Kind{Paid, Received, Earned} {
			if stages[kind].Unflushed().Sign() > 0 {
				failures = append(failures, guard(func() error { return s.closeStage(pot, kind, stages, lists) }))
			}
			if kind == Earned && holdersChange || kind != Earned && upstreamChanges {
				stages[kind].Restart()
			}
		}
		return errors.Join(append(failures, s.Check(pot))...)
	})
}

// closeStage flushes one stage under the lists given.
func (s *Sweep) closeStage(pot Pot, kind Kind, stages *Stages, lists Lists) error {
	receivers := lists.Receivers(pot.Work, kind)
	if kind == Earned {
		to, held, err := s.earner(pot.Work)
		if held || err != nil {
			return err
		}
		if to != pot.Work {
			receivers = wholeTo(to)
		}
	}
	f, err := s.plan(Item{Round: s.fresh, Kind: kind, Pot: pot}, stages, receivers, lists.Holders)
	if err != nil {
		return err
	}
	s.apply(f)
	return nil
}

// Run serves items until the budget of receivers is used up or nothing waits.
// A stage is flushed whole; one larger than the whole budget is served alone.
// A stage that fails is reported and waits for the next round, and the rest goes
// on.
func (s *Sweep) Run(budget int) {
	for spent := 0; spent < budget && len(s.queue) > 0; {
		// It leaves the queue before it is served: serving it may queue what comes
		// before it.
		item := s.pop()
		if s.last != nil && item.Compare(*s.last) > 0 {
			s.push(item)
			return
		}
		cost, err := s.serve(item, budget-spent, spent == 0)
		switch {
		case err != nil:
			s.book.Failed(item, err)
			item.Round = s.fresh
			s.failed = append(s.failed, item)
		case cost < 0:
			s.push(item)
			return
		}
		spent += max(1, cost)
	}
}

// Changes returns which of the loaded items leave the stored queue and which
// join it, each in order.
func (s *Sweep) Changes() (leave, join []Item) {
	waiting := make(map[Item]bool, len(s.queue)+len(s.failed))
	for _, item := range slices.Concat(s.queue, s.failed) {
		waiting[item] = true
	}
	for _, item := range s.loaded {
		if !waiting[item] {
			leave = append(leave, item)
		}
		delete(waiting, item)
	}
	return leave, slices.SortedFunc(maps.Keys(waiting), Item.Compare)
}

// serve flushes one item and returns its cost in receivers, or -1 when the budget
// left does not reach.
func (s *Sweep) serve(item Item, left int, first bool) (cost int, err error) {
	err = guard(func() error {
		stages, err := s.book.Stages(item.Pot)
		if err != nil || stages[item.Kind].Unflushed().Sign() == 0 {
			return err
		}
		receivers, err := s.receivers(item)
		if err != nil || len(receivers) == 0 {
			return err
		}
		cost = len(receivers)
		f, err := s.plan(item, stages, receivers, nil)
		if err != nil {
			return err
		}
		if f.cost > left && !first {
			cost = -1
			return nil
		}
		cost = f.cost
		s.apply(f)
		return nil
	})
	return cost, err
}

// receivers returns what a stage is divided by; nobody while it is in escrow.
func (s *Sweep) receivers(item Item) ([]Receiver, error) {
	work := item.Pot.Work
	if item.Kind != Earned {
		upstream, err := s.book.Upstream(work)
		return Lists{Upstream: upstream}.Receivers(work, item.Kind), err
	}
	to, held, err := s.earner(work)
	switch {
	case err != nil || held:
		return nil, err
	case to != work:
		return wholeTo(to), nil
	}
	holders, err := s.book.Holders(work)
	return Lists{Holders: holders}.Receivers(work, Earned), err
}

// earner returns the work whose `earned` stage is to have what a work earns, and
// whether it is held there.
func (s *Sweep) earner(work Work) (earner Work, held bool, err error) {
	return Earner(s.book, work)
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
	// held says that it enters `earned` in escrow.
	held bool
	// generation of the pot's work where it receives.
	generation uint32
	amount     *big.Int
}

// plan reads all that a flush touches and changes nothing. At the end of an epoch
// own has the holders of the flushed work that the epoch had.
//
// What enters an empty `earned` stage with a sole holder would leave it whole in
// the same round, so it is the holder's at once. That saves the stage, its place
// in the queue and, where the budget ends in between, the rows of both.
func (s *Sweep) plan(item Item, stages *Stages, receivers []Receiver, own []Holding) (flush, error) {
	f := flush{item: item, stage: &stages[item.Kind], receivers: receivers}
	due := f.stage.Due(f.receivers)
	f.moves, f.cost = make([]move, len(due)), len(f.receivers)
	for i, c := range due {
		m := move{pot: item.Pot, holder: c.Account, into: c.Into, amount: c.Amount}
		if c.Account == "" {
			m.pot.Work = c.Work
			if err := s.aim(&m, item.Pot.Work, own); err != nil {
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

// aim finds the stages that a move enters, or the sole holder behind them. A table
// that cannot be read holds up nobody else: its stage is what fails, in its turn.
func (s *Sweep) aim(m *move, flushed Work, own []Holding) (err error) {
	if m.into == Received {
		if m.generation, err = s.book.Generation(m.pot.Work); err != nil {
			return err
		}
	} else if m.pot.Work, m.held, err = s.earner(m.pot.Work); err != nil {
		return err
	}
	if m.stages, err = s.book.Stages(m.pot); err != nil {
		return err
	}
	stage := &m.stages[m.into]
	if m.into == Received || m.held || stage.Total.Sign() != 0 {
		return stage.fits(m.amount)
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
		switch {
		case m.holder == "" && m.held:
			m.stages[m.into].Add(m.amount)
		case m.holder == "":
			s.enter(Item{Round: f.item.Round, Kind: m.into, Generation: m.generation, Pot: m.pot}, &m.stages[m.into], m.amount)
		case f.item.Kind == Earned && m.pot == f.item.Pot:
			s.book.Credit(m.pot, m.holder, m.amount)
		default:
			s.passed[m.pot] = true
			s.book.Flushed(Item{Round: f.item.Round, Kind: Earned, Pot: m.pot}, new(big.Int), m.amount, 1)
			s.book.Credit(m.pot, m.holder, m.amount)
		}
	}
	s.book.Flushed(f.item, from, to, len(f.receivers))
}

// enter puts an amount into a stage and queues it when it is worth a flush.
func (s *Sweep) enter(item Item, stage *Stage, amount *big.Int) {
	stage.Add(amount)
	if item.Kind != Earned {
		s.book.TookIn(item.Pot, amount)
	}
	if s.ready(item.Pot, stage) {
		s.push(item)
	}
}

// ready reports whether what a stage has taken in is worth a flush.
func (s *Sweep) ready(pot Pot, stage *Stage) bool {
	unflushed := stage.Unflushed()
	return unflushed.Sign() > 0 && s.book.Ready(pot.Denom, unflushed)
}

func (s *Sweep) push(item Item) {
	if !s.queued[item] {
		s.queued[item] = true
		heap.Push(&s.queue, item)
	}
}

func (s *Sweep) pop() Item {
	item := heap.Pop(&s.queue).(Item)
	delete(s.queued, item)
	return item
}

// guard makes an error of a panic.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return f()
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
