package flow

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
)

// Ledger is a Book in memory, with nothing too small to flush: what `simulate`
// and the property tests run on.
type Ledger struct {
	// Minimum is the least unflushed amount that makes a stage ready, `earned` for each
	// holder. 1: nothing is too small, however many hold it.
	Minimum *big.Int
	// Load is how much of the queue a sweep sees; 0: all.
	Load         int
	lists        map[Work]Lists
	destinations map[Work]Destination
	generations  map[Work]uint32
	stages       map[Pot]*Stages
	// grown are works that owe more than payers of their derivatives are charged for.
	grown    map[Work]bool
	balances map[Account]map[string]*big.Int
	paidIn   map[string]*big.Int
	takenIn  map[Pot]*big.Int
	queue    map[Item]struct{}
	arrears  map[owing][]*Arrears
	// height counts sweeps.
	height uint64
}

// NewLedger returns an empty ledger.
func NewLedger() *Ledger {
	return &Ledger{
		Minimum:      big.NewInt(1),
		lists:        map[Work]Lists{},
		grown:        map[Work]bool{},
		generations:  map[Work]uint32{},
		stages:       map[Pot]*Stages{},
		balances:     map[Account]map[string]*big.Int{},
		paidIn:       map[string]*big.Int{},
		takenIn:      map[Pot]*big.Int{},
		destinations: map[Work]Destination{},
		queue:        map[Item]struct{}{},
		arrears:      map[owing][]*Arrears{},
	}
}

// AddWork records a work with its holders and sources. Sources must have been
// added before. It fails when the lists exceed a limit; they are kept then too,
// so that everything derived from the work can be looked at.
func (l *Ledger) AddWork(work Work, holders []Holding, sources ...Source) error {
	var generation uint32
	for i, s := range sources {
		from, ok := l.lists[s.Work]
		if !ok {
			return fmt.Errorf("source %q of work %q is not known: sources come before what derives from them",
				s.Work, work)
		}
		sources[i].Upstream = from.Upstream
		sources[i].Holders = uint32(len(from.Holders))
		generation = max(generation, l.generations[s.Work]+1)
	}
	upstream := l.lists[work].Upstream.Join(sources...)
	l.lists[work] = Lists{Upstream: upstream, Holders: holders}
	l.generations[work] = max(generation, l.generations[work])
	return upstream.Check()
}

// Pay puts payments into the ledger and moves money within the budget of
// receivers.
func (l *Ledger) Pay(budget int, payments ...Payment) error {
	s := l.sweep()
	for _, p := range payments {
		if err := s.Pay(p.Pot, p.Amount); err != nil {
			return err
		}
		add(l.paidIn, p.Pot.Denom, p.Amount)
	}
	s.Run(budget)
	l.requeue(s)
	return nil
}

// Change replaces a work's lists: what is in its stages goes by the old ones.
func (l *Ledger) Change(work Work, next Lists) error {
	s := l.sweep()
	was := l.lists[work]
	l.lists[work] = next // what is ready afterwards is by the new ones
	for _, pot := range l.pots(work) {
		err := s.Close(pot, was, !was.Upstream.Equal(next.Upstream), !slices.Equal(was.Holders, next.Holders))
		if err != nil {
			l.lists[work] = was
			return err
		}
	}
	s.Deliver()
	l.requeue(s)
	return nil
}

// Redirect changes where what a work earns goes, and so what all works earn whose
// destinations lead there.
func (l *Ledger) Redirect(work Work, to Destination) error {
	l.destinations[work] = to
	s := l.sweep()
	for pot := range l.stages {
		var err error
		switch {
		case pot.Work == work:
			err = s.Redirect(pot)
		case l.leadsTo(pot.Work, work):
			err = s.Requeue(pot)
		}
		if err != nil {
			return err
		}
	}
	l.requeue(s)
	return nil
}

// leadsTo reports whether destinations lead from one work to another.
func (l *Ledger) leadsTo(from, to Work) bool {
	for range MaxDetours {
		if from == to {
			return true
		}
		from = l.destinations[from].Other // "" at the end of the way
	}
	return false
}

// Check queues what is ready: after Minimum was lowered.
func (l *Ledger) Check() error {
	s := l.sweep()
	for work := range l.lists {
		for _, pot := range l.pots(work) {
			if err := s.Check(pot); err != nil {
				return err
			}
		}
	}
	l.requeue(s)
	return nil
}

// Raise gives a work a higher generation. What waits of it stays where it is in
// the queue.
func (l *Ledger) Raise(work Work, generation uint32) {
	l.generations[work] = max(generation, l.generations[work])
}

// sweep starts a sweep over as much of the queue as Load says.
func (l *Ledger) sweep() *Sweep {
	l.height++
	var usual, late []Item
	for _, item := range slices.SortedFunc(maps.Keys(l.queue), Item.Compare) {
		switch {
		case item.Round < Late:
			usual = append(usual, item)
		case item.Round <= Late+l.height:
			late = append(late, item)
		}
	}
	return NewSweep(l, l.head(usual), l.head(late))
}

func (l *Ledger) head(items []Item) Waiting {
	if l.Load > 0 && len(items) > l.Load {
		return Waiting{Items: items[:l.Load], More: true}
	}
	return Waiting{Items: items}
}

// Grow marks a work as one that owes more than payers of its derivatives are charged
// for.
func (l *Ledger) Grow(work Work) { l.grown[work] = true }

// Now implements Book: each sweep is a block.
func (l *Ledger) Now() uint64 { return l.height }

// LeastPayout implements Book. A ledger pays nothing out.
func (l *Ledger) LeastPayout(string) *big.Int { return big.NewInt(10) }

// Size implements Book.
func (l *Ledger) Size(work Work) (holders uint32, grown bool, err error) {
	lists, err := l.Lists(work)
	return uint32(len(lists.Holders)), l.grown[work], err
}

func (l *Ledger) requeue(s *Sweep) {
	leave, join := s.Changes()
	for _, item := range leave {
		delete(l.queue, item)
	}
	for _, item := range join {
		l.queue[item] = struct{}{}
	}
}

// Idle reports whether nothing waits to be moved.
func (l *Ledger) Idle() bool { return len(l.queue) == 0 }

// Payment is an amount for a work.
type Payment struct {
	Pot    Pot
	Amount *big.Int
}

// pots are a work's, in no order: the denoms of a work do not meet.
func (l *Ledger) pots(work Work) []Pot {
	var pots []Pot
	for pot := range l.stages {
		if pot.Work == work {
			pots = append(pots, pot)
		}
	}
	return pots
}

// Upstream implements Reader.
func (l *Ledger) Upstream(work Work) (Upstream, error) {
	lists, err := l.Lists(work)
	return lists.Upstream, err
}

// Holders implements Reader.
func (l *Ledger) Holders(work Work) ([]Holding, error) {
	lists, err := l.Lists(work)
	return lists.Holders, err
}

// Lists returns what a work owes and who holds its revenue.
func (l *Ledger) Lists(work Work) (Lists, error) {
	lists, ok := l.lists[work]
	if !ok {
		return Lists{}, fmt.Errorf("work %q is not known", work)
	}
	return lists, nil
}

// Generation implements Reader.
func (l *Ledger) Generation(work Work) (uint32, error) { return l.generations[work], nil }

// Destination implements Reader.
func (l *Ledger) Destination(work Work) (Destination, error) { return l.destinations[work], nil }

// Stages implements Book.
func (l *Ledger) Stages(pot Pot) (*Stages, error) {
	if l.stages[pot] == nil {
		l.stages[pot] = new(Stages)
	}
	return l.stages[pot], nil
}

// Ready implements Book.
func (l *Ledger) Ready(pot Pot, kind Kind, unflushed *big.Int) bool {
	least := l.Minimum
	if holders := len(l.lists[pot.Work].Holders); kind == Earned && least.Cmp(big.NewInt(1)) > 0 {
		least = new(big.Int).Mul(least, big.NewInt(int64(holders)))
	}
	return unflushed.Cmp(least) >= 0
}

// TookIn implements Book.
func (l *Ledger) TookIn(pot Pot, amount *big.Int) {
	if l.takenIn[pot] == nil {
		l.takenIn[pot] = new(big.Int)
	}
	l.takenIn[pot].Add(l.takenIn[pot], amount)
}

// Credit implements Book.
func (l *Ledger) Credit(pot Pot, to Account, amount, _ *big.Int) {
	if l.balances[to] == nil {
		l.balances[to] = map[string]*big.Int{}
	}
	add(l.balances[to], pot.Denom, amount)
}

// Flushed implements Book.
func (l *Ledger) Flushed(Item, *big.Int, *big.Int, int) {}

// Failed implements Book. In memory only a bug makes a flush fail.
func (l *Ledger) Failed(item Item, err error) { panic(fmt.Sprintf("flush %v: %v", item, err)) }

// Held returns what all stages hold of a denom.
func (l *Ledger) Held(denom string) *big.Int {
	held := new(big.Int)
	for pot, stages := range l.stages {
		if pot.Denom == denom {
			for i := range stages {
				held.Add(held, &stages[i].Held)
			}
		}
	}
	return held
}

// PaidIn returns what was paid in a denom.
func (l *Ledger) PaidIn(denom string) *big.Int {
	if l.paidIn[denom] == nil {
		return new(big.Int)
	}
	return l.paidIn[denom]
}

// TakenIn returns what a work has taken in of a denom: payments to it and
// relative royalties from its derivatives, gross.
func (l *Ledger) TakenIn(pot Pot) *big.Int {
	if l.takenIn[pot] == nil {
		return new(big.Int)
	}
	return l.takenIn[pot]
}

// Balances returns what each account has, as decimal strings by denom.
func (l *Ledger) Balances() map[Account]map[string]string {
	all := make(map[Account]map[string]string, len(l.balances))
	for account, balances := range l.balances {
		all[account] = make(map[string]string, len(balances))
		for denom, amount := range balances {
			all[account][denom] = amount.String()
		}
	}
	return all
}

// CheckStages reports a stage that has been flushed beyond what entered it, holds
// less than has entered since, and so perhaps less than nothing, or is ready and
// not queued.
func (l *Ledger) CheckStages() error {
	type place struct {
		Pot
		Kind
	}
	queued := make(map[place]struct{}, len(l.queue))
	for item := range l.queue {
		queued[place{item.Pot, item.Kind}] = struct{}{}
	}
	for pot, stages := range l.stages {
		_, held, err := Earner(l, pot.Work)
		if err != nil {
			return err
		}
		for kind := range stages {
			s := &stages[kind]
			state := fmt.Sprintf("stage %d of %q in %s: total %s, flushed %s, held %s",
				kind, pot.Work, pot.Denom, &s.Total, &s.Flushed, &s.Held)
			if s.Flushed.Cmp(&s.Total) > 0 || s.Held.Cmp(s.Unflushed()) < 0 {
				return errors.New(state)
			}
			if s.Late.Sign() < 0 || s.Late.Cmp(s.Unflushed()) > 0 {
				return fmt.Errorf("%s: %s of it are late", state, &s.Late)
			}
			waits := s.Unflushed().Sign() > 0 && l.Ready(pot, Kind(kind), s.Unflushed()) && !(held && Kind(kind) == Earned)
			if late := (Item{Pot: pot, Kind: Kind(kind)}).late(s); s.Due > 0 && Kind(kind) == Earned {
				if _, ok := l.queue[late]; !ok {
					return fmt.Errorf("%s: it is due at %d and not in the late lane", state, s.Due)
				}
			}
			if _, ok := queued[place{pot, Kind(kind)}]; waits && !ok {
				return fmt.Errorf("%s: it is ready and not queued", state)
			}
		}
	}
	return nil
}

func add(sums map[string]*big.Int, denom string, amount *big.Int) {
	if sums[denom] == nil {
		sums[denom] = new(big.Int)
	}
	sums[denom].Add(sums[denom], amount)
}
