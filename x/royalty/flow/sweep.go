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
	// made are items of the late lane that came in this sweep, gone those, loaded or
	// not, whose stages wait there no more.
	made, gone map[Item]bool
	// passed are the pots whose sole holder got something at once.
	passed map[Pot]bool
	// closing: an epoch is being closed. What it passes on to other works waits
	// aside until all are closed.
	closing bool
	aside   []move
	// keeping: what the work whose epoch is being closed has earned stays in its stage.
	keeping bool
}

// lane is a queue with rounds of its own.
type lane struct {
	queue itemHeap
	// fresh is the round that money from outside joins, and of the late lane the last
	// that is due.
	fresh uint64
	// last is the greatest item loaded when there are more; nothing beyond it
	// may be served before them.
	last *Item
	// spent is how many receivers were served.
	spent int
}

// Waiting are the first items of a lane, in order. More says that it goes on after
// them.
type Waiting struct {
	Items []Item
	More  bool
}

// NewSweep starts a sweep over the items loaded from the two lanes of the queue, of the
// late one those that are due. A work's generation may have been raised since its item was stored, so it is read anew.
func NewSweep(book Book, usual, late Waiting) *Sweep {
	s := &Sweep{
		book: book, loaded: slices.Concat(usual.Items, late.Items), passed: map[Pot]bool{},
		made: map[Item]bool{}, gone: map[Item]bool{},
		usual: newLane(usual), late: newLane(late),
	}
	if len(usual.Items) > 0 {
		// A round is under way: what comes now waits for the next.
		s.usual.fresh = usual.Items[0].Round + 1
	}
	s.late.fresh = Late + book.Now()
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

func newLane(waiting Waiting) (l lane) {
	if waiting.More {
		l.last = &waiting.Items[len(waiting.Items)-1]
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
		s.enter(move{pot: pot, into: Paid, round: s.usual.fresh, stages: stages, amount: amount, late: new(big.Int)})
		return nil
	})
}

// Demand queues all stages of a pot, however little is in them.
func (s *Sweep) Demand(pot Pot) error {
	return s.each(pot, func(item Item, _ *Stage) { s.push(item) })
}

// Check queues those stages of a pot that are ready: for when what makes a stage
// ready has changed.
func (s *Sweep) Check(pot Pot) error {
	return s.each(pot, func(item Item, stage *Stage) { s.queue(item, stage, 0) })
}

// Redirect takes note that the destination of a pot's work has changed. What lies
// in `earned` goes by the new one, however little it is: those who receive from the
// stage are others, and nothing may enter it any more that would make it ready.
func (s *Sweep) Redirect(pot Pot) error {
	return s.each(pot, func(item Item, stage *Stage) {
		if item.Kind != Earned {
			return
		}
		stage.Restart(s.book.Now())
		if stage.Unflushed().Sign() > 0 {
			s.push(item)
		}
	})
}

// Requeue is for a pot whose work leads to one whose destination has changed. Who
// receives from its `earned` stage is who did; but what lies there may have left the
// queue while it was held at the end of the way.
func (s *Sweep) Requeue(pot Pot) error {
	return s.each(pot, func(item Item, stage *Stage) {
		if item.Kind == Earned && stage.Unflushed().Sign() > 0 {
			s.push(item)
		}
	})
}

// each does something with each stage of a pot, and its item of the next round.
func (s *Sweep) each(pot Pot, do func(Item, *Stage)) error {
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
			do(item, &stages[item.Kind])
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
			if stages[kind].Unflushed().Sign() > 0 && !(kind == Earned && s.keeping) {
				failures = append(failures, guard(func() error { return s.closeStage(pot, kind, stages, lists) }))
			}
			if kind == Earned && holdersChange {
				failures = append(failures, s.divideAnew(pot, &stages[kind], lists.Holders))
			}
			if kind == Earned && holdersChange || kind != Earned && upstreamChanges {
				stages[kind].Restart(s.book.Now())
			}
		}
		return errors.Join(append(failures, s.Check(pot))...)
	})
}

// CloseRedirected closes an epoch of a work whose destination has changed too. What it has
// earned, or earns by this, is not divided among those who held: it waits, and goes by the
// new destination to those who hold then.
func (s *Sweep) CloseRedirected(pot Pot, lists Lists, upstreamChanges, holdersChange bool) error {
	s.keeping = true
	defer func() { s.keeping = false }()
	return s.Close(pot, lists, upstreamChanges, holdersChange)
}

// divideAnew is for what stays in `earned`, as in escrow, when its holders become more than it
// was paid for: no payer was charged for paying out to the others.
func (s *Sweep) divideAnew(pot Pot, earned *Stage, were []Holding) error {
	holders, _, err := s.book.Size(pot.Work)
	if err == nil && int(holders) > len(were) {
		lessPaidFor(&earned.Late, earned.Unflushed(), s.payouts(pot.Denom, len(were)))
	}
	return err
}

// Deliver lets what closed epochs passed on enter the stages of other works. Call it
// when all are closed; Run does.
func (s *Sweep) Deliver() {
	for _, m := range s.aside {
		s.enter(m)
	}
	s.aside = nil
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
			receivers = wholeTo(to, len(lists.Holders))
		}
	}
	f, err := s.plan(Item{Round: s.usual.fresh, Kind: kind, Pot: pot}, stages, receivers, lists.Holders)
	if err != nil {
		return err
	}
	s.apply(f)
	return nil
}

// Run serves items until the budget of receivers is used up or nothing waits.
// A stage is flushed whole; one larger than the whole budget is served alone.
// A stage that fails is reported and waits for the next round, and the rest goes
// on. The late lane has a budget of its own, which nobody else's leaves or takes.
func (s *Sweep) Run(budget int) {
	s.Deliver()
	s.run(&s.usual, budget)
	s.run(&s.late, LateBudget(budget))
}

// run serves items of one lane. What they pass on joins this lane or the late one.
func (s *Sweep) run(l *lane, budget int) {
	for l.spent < budget && len(l.queue) > 0 {
		// It leaves the queue before it is served: serving it may queue what comes
		// before it.
		item := s.pop(l)
		if s.gone[item] {
			continue
		}
		if l.last != nil && item.Compare(*l.last) > 0 || l == &s.late && item.Round > l.fresh {
			s.push(item)
			return
		}
		cost, err := s.serve(item, budget-l.spent, l.spent == 0)
		switch {
		case err != nil:
			s.book.Failed(item, err)
			s.fail(l, item)
		case cost < 0:
			s.push(item)
			return
		}
		l.spent += max(1, cost)
	}
}

// Served is how many receivers were served in both lanes, and whether the usual one has stages left.
func (s *Sweep) Served() (receivers int, left bool) {
	return s.usual.spent + s.late.spent, s.usual.last != nil || len(s.usual.queue) > 0
}

// fail keeps an item for the next round, or the late lane's for a later block.
func (s *Sweep) fail(l *lane, item Item) {
	item.Round = l.fresh
	if l == &s.late {
		item.Round += MaxLateAfter
		if stages, err := s.book.Stages(item.Pot); err == nil && stages[item.Kind].Due > 0 {
			stages[item.Kind].Due = item.Round - Late
		}
	}
	s.failed = append(s.failed, item)
}

// Changes returns which items leave the stored queue and which join it, each in order.
// Those that leave need not have been loaded.
func (s *Sweep) Changes() (leave, join []Item) {
	items := slices.Concat(s.usual.queue, s.late.queue, s.failed)
	waiting := make(map[Item]bool, len(items))
	for _, item := range items {
		waiting[item] = !s.gone[item]
	}
	left := map[Item]bool{}
	for _, item := range s.loaded {
		left[item] = !waiting[item]
		waiting[item] = false
	}
	for item := range s.gone {
		left[item] = !s.made[item]
	}
	return chosen(left), chosen(waiting)
}

// chosen are the items that are true in a set, in order.
func chosen(set map[Item]bool) (items []Item) {
	for _, item := range slices.SortedFunc(maps.Keys(set), Item.Compare) {
		if set[item] {
			items = append(items, item)
		}
	}
	return items
}

// leaveLate takes a stage out of the late lane. What else was queued of it stays.
func (s *Sweep) leaveLate(item Item, stage *Stage) {
	if stage.Due > 0 && item.Kind == Earned { // the others' places depend on generations
		s.gone[item.late(stage)] = true
	}
	stage.Due = 0
}

// isPaidFor reports whether payers were charged for flushing a stage: of `earned` for a payout to
// each of so many holders, of the others for what is worth a flush.
func (s *Sweep) isPaidFor(item Item, stage *Stage, holders int) bool {
	if stage.Late.Sign() == 0 {
		return true
	}
	paid := stage.paidFor()
	if item.Kind == Earned {
		return paid.Cmp(s.payouts(item.Pot.Denom, holders)) >= 0
	}
	return s.book.Ready(item.Pot, item.Kind, paid)
}

// payouts is the least that so many payouts take.
func (s *Sweep) payouts(denom string, number int) *big.Int {
	least := big.NewInt(int64(number))
	return least.Mul(least, s.book.LeastPayout(denom))
}

func (s *Sweep) push(item Item) {
	delete(s.gone, item)
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
