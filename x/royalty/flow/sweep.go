package flow

import (
	"container/heap"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
)

// Sweep moves money from stage to stage, in order. It works on a part of the
// queue that its caller loaded and says at the end what changes in that.
type Sweep struct {
	book Book
	// loaded are the items as the caller stores them.
	loaded []Item
	queued map[Item]bool
	// usual is what payers were charged for, late what nobody was.
	usual, late lane
	// failed are stages that could not be flushed. They are tried again with what
	// comes next, not now: the rest would wait for them.
	failed []Item
	// passed are the pots whose sole holder got something at once.
	passed map[Pot]bool
	// closing: an epoch is being closed. What it passes on to other works waits
	// aside until all are closed.
	closing bool
	aside   []move
}

// lane is a queue with rounds of its own.
type lane struct {
	queue itemHeap
	// fresh is the round that money from outside joins.
	fresh uint64
	// last is the greatest item loaded when there are more; nothing beyond it
	// may be served before them.
	last *Item
}

// Waiting are the first items of a lane, in order. More says that it goes on after
// them.
type Waiting struct {
	Items []Item
	More  bool
}

// lateShare: the late lane gets one part in so many of a budget at least.
const lateShare = 10

// NewSweep starts a sweep over the items loaded from the two lanes of the queue. A
// work's generation may have been raised since its item was stored, so it is read anew.
func NewSweep(book Book, usual, late Waiting) *Sweep {
	s := &Sweep{
		book: book, loaded: slices.Concat(usual.Items, late.Items), passed: map[Pot]bool{},
		usual: newLane(0, usual), late: newLane(Late, late),
	}
	s.queued = make(map[Item]bool, len(s.loaded))
	for _, item := range s.loaded {
		if item.Kind == Received {
			// An error here would be found again, and reported, when it is served.
			if generation, err := book.Generation(item.Pot.Work); err == nil {
				item.Generation = generation
			}
		}
		s.push(item)
	}
	return s
}

func newLane(first uint64, waiting Waiting) lane {
	l := lane{fresh: first}
	if len(waiting.Items) > 0 {
		// A round is under way: what comes now waits for the next.
		l.fresh = waiting.Items[0].Round + 1
		if waiting.More {
			l.last = &waiting.Items[len(waiting.Items)-1]
		}
	}
	return l
}

// laneOf returns the lane of a round.
func (s *Sweep) laneOf(round uint64) *lane {
	if round >= Late {
		return &s.late
	}
	return &s.usual
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
		s.enter(Item{Round: s.usual.fresh, Kind: Paid, Pot: pot}, &stages[Paid], amount)
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
	return s.queueStages(pot, func(kind Kind, stage *Stage) bool { return s.ready(pot, kind, stage) })
}

// Redirect takes note that the destination of a pot's work has changed. What lies
// in `earned` goes by the new one, however little it is: those who receive from the
// stage are others, and nothing may enter it any more that would make it ready.
func (s *Sweep) Redirect(pot Pot) error {
	return s.queueStages(pot, func(kind Kind, stage *Stage) bool {
		if kind != Earned {
			return false
		}
		stage.Restart(s.book.Now())
		return stage.Unflushed().Sign() > 0
	})
}

// Requeue is for a pot whose work leads to one whose destination has changed. Who
// receives from its `earned` stage is who did; but what lies there may have left the
// queue while it was held at the end of the way.
func (s *Sweep) Requeue(pot Pot) error {
	return s.queueStages(pot, func(kind Kind, stage *Stage) bool {
		return kind == Earned && stage.Unflushed().Sign() > 0
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
			{Round: s.usual.fresh, Kind: Paid, Pot: pot},
			{Round: s.usual.fresh, Kind: Received, Generation: generation, Pot: pot},
			{Round: s.usual.fresh, Kind: Earned, Pot: pot},
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
// with all it holds: what it has passed on was divided otherwise. What goes to other
// works reaches them with Deliver, once all epochs that ended are closed: it is paid
// to whoever has a part then, whatever the order of closing.
func (s *Sweep) Close(pot Pot, lists Lists, upstreamChanges, holdersChange bool) error {
	s.closing = true
	defer func() { s.closing = false }()
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
				stages[kind].Restart(s.book.Now())
			}
		}
		return errors.Join(append(failures, s.Check(pot))...)
	})
}

// Deliver lets what closed epochs passed on enter the stages of other works. Call it
// when all are closed; Run does.
func (s *Sweep) Deliver() {
	for _, m := range s.aside {
		s.arrive(m)
	}
	s.aside = nil
}

// closeStage flushes one stage under the lists given.
func (s *Sweep) closeStage(pot Pot, kind Kind, stages *Stages, lists Lists) error {
	receivers, round := lists.Receivers(pot.Work, kind), s.usual.fresh
	if _, grown, err := s.book.Size(pot.Work); err != nil {
		return err
	} else if kind == Received && grown {
		round = s.late.fresh
	}
	if kind == Earned {
		to, held, err := s.earner(pot.Work)
		if held || err != nil {
			return err
		}
		if to != pot.Work {
			receivers = wholeTo(to)
		}
	}
	f, err := s.plan(Item{Round: round, Kind: kind, Pot: pot}, stages, receivers, lists.Holders)
	if err != nil {
		return err
	}
	s.apply(f)
	return nil
}

// Run serves items until the budget of receivers is used up or nothing waits.
// A stage is flushed whole; one larger than the whole budget is served alone.
// A stage that fails is reported and waits for the next round, and the rest goes
// on. The late lane has what the usual one leaves of the budget, and a tenth of it,
// one stage at least, in any case.
func (s *Sweep) Run(budget int) {
	s.Deliver()
	left := budget - s.run(&s.usual, budget)
	s.run(&s.late, max(left, budget/lateShare, min(budget, 1)))
}

// run serves items of one lane and returns what they cost. What they pass on joins
// this lane or the late one.
func (s *Sweep) run(l *lane, budget int) (spent int) {
	for spent < budget && len(l.queue) > 0 {
		// It leaves the queue before it is served: serving it may queue what comes
		// before it.
		item := s.pop(l)
		if l.last != nil && item.Compare(*l.last) > 0 {
			s.push(item)
			return spent
		}
		cost, err := s.serve(item, budget-spent, spent == 0)
		switch {
		case err != nil:
			s.book.Failed(item, err)
			item.Round = l.fresh
			s.failed = append(s.failed, item)
		case cost < 0:
			s.push(item)
			return spent
		}
		spent += max(1, cost)
	}
	return spent
}

// Changes returns which of the loaded items leave the stored queue and which
// join it, each in order.
func (s *Sweep) Changes() (leave, join []Item) {
	items := slices.Concat(s.usual.queue, s.late.queue, s.failed)
	waiting := make(map[Item]bool, len(items))
	for _, item := range items {
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

// ready reports whether what a stage has taken in is worth a flush.
func (s *Sweep) ready(pot Pot, kind Kind, stage *Stage) bool {
	unflushed := stage.Unflushed()
	return unflushed.Sign() > 0 && s.book.Ready(pot, kind, unflushed)
}

func (s *Sweep) push(item Item) {
	if !s.queued[item] {
		s.queued[item] = true
		heap.Push(&s.laneOf(item.Round).queue, item)
	}
}

func (s *Sweep) pop(l *lane) Item {
	item := heap.Pop(&l.queue).(Item)
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
