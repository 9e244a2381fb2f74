package flow

import "math/big"

// serve flushes one item and returns its cost in receivers, or -1 when the budget
// left does not reach.
func (s *Sweep) serve(item Item, left int, first bool) (cost int, err error) {
	err = guard(func() error {
		stages, err := s.book.Stages(item.Pot)
		if err != nil || stages[item.Kind].Unflushed().Sign() == 0 {
			return err
		}
		receivers, err := s.receivers(item)
		if err != nil {
			return err
		}
		if len(receivers) == 0 { // it is held
			s.leaveLate(item, &stages[item.Kind])
			return nil
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
	// late: no payer is charged for paying out what it passes on.
	late bool
}

// move is one credit on its way: to a holder, or into a stage of another pot.
type move struct {
	pot    Pot
	holder Account
	into   Kind
	stages *Stages
	// held says that it enters `earned` in escrow.
	held bool
	// round of the flush, or that of the late lane, and generation of the pot's work
	// where it receives.
	round uint64
	// payees is to how many holders a payer is charged for paying it out, and short how
	// many more there are than it is charged for.
	payees     uint32
	short      uint32
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
	f.late = item.Round >= Late
	if item.Kind == Earned { // whichever lane comes first
		f.late = !s.isPaidFor(f.stage, item.Pot.Denom, len(f.receivers))
	}
	due := f.stage.Divide(f.receivers)
	f.moves, f.cost = make([]move, len(due)), len(f.receivers)
	for i, c := range due {
		m := move{pot: item.Pot, round: item.Round, holder: c.Account, into: c.Into, amount: c.Amount}
		if f.late {
			m.round = max(m.round, s.late.fresh)
		}
		if c.Account == "" {
			m.pot.Work = c.Work
			if err := s.aim(&m, item, c.Counted, own); err != nil {
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

// aim finds the stages that a move enters, or the sole holder behind them, and its
// lane: what no payer was charged for is late, and so is all that follows from it. A
// table that cannot be read holds up nobody else: its stage is what fails, in its turn.
func (s *Sweep) aim(m *move, from Item, counted uint32, own []Holding) (err error) {
	if m.into == Received {
		if m.generation, err = s.book.Generation(m.pot.Work); err != nil {
			return err
		}
	} else if m.pot.Work, m.held, err = s.earner(m.pot.Work); err != nil {
		return err
	}
	holdersNow, grown, err := s.book.Size(m.pot.Work)
	if err != nil {
		return err
	}
	switch {
	case m.into == Received:
		if grown {
			m.round = max(m.round, s.late.fresh)
		}
	case m.round >= Late: // nobody was charged for any of them
	default:
		m.payees = holdersNow
		if counted > 0 && holdersNow > counted {
			m.payees, m.short = counted, holdersNow-counted
		}
		if m.short > 0 && from.Kind == Received {
			m.payees = 1 // see types.Head.Payees
		}
	}
	if m.stages, err = s.book.Stages(m.pot); err != nil {
		return err
	}
	stage := &m.stages[m.into]
	if m.into == Received || m.held || stage.Total.Sign() != 0 {
		return stage.fits(m.amount)
	}
	holders := own
	if m.pot.Work != from.Pot.Work || own == nil {
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
	s.leaveLate(f.item, f.stage)
	f.stage.settle(f.receivers, f.moves, s.book.Now())
	for _, m := range f.moves {
		switch {
		case m.holder == "" && s.closing && m.pot != f.item.Pot:
			s.aside = append(s.aside, m)
		case m.holder == "":
			s.arrive(m)
		case f.item.Kind == Earned && m.pot == f.item.Pot:
			s.book.Credit(m.pot, m.holder, m.amount, f.late)
		default:
			s.passed[m.pot] = true
			s.book.Flushed(Item{Round: f.item.Round, Kind: Earned, Pot: m.pot}, new(big.Int), m.amount, 1)
			s.book.Credit(m.pot, m.holder, m.amount, m.round >= Late)
		}
	}
	s.book.Flushed(f.item, from, to, len(f.receivers))
}

// arrive lets a move enter the stage that it was planned for.
func (s *Sweep) arrive(m move) {
	if m.held {
		m.stages[m.into].Add(m.amount)
		return
	}
	s.enter(m)
}

// enter puts an amount into a stage and queues it when it is worth a flush: at once
// what payers are charged for, in the late lane what they are not.
func (s *Sweep) enter(m move) {
	stage := &m.stages[m.into]
	stage.Add(m.amount)
	if m.into != Earned {
		s.book.TookIn(m.pot, m.amount)
	}
	item := Item{Round: m.round, Kind: m.into, Generation: m.generation, Pot: m.pot}
	if stage.Due > 0 {
		s.count(m, stage)
		if m.round >= Late { // it stands there
			return
		}
	}
	switch {
	case !s.ready(m.pot, m.into, stage):
	case m.round < Late && m.short == 0:
		s.push(item)
	case stage.Due > 0: // paid for
		s.push(item)
	default:
		stage.Due = s.book.Now() + LateAfter*uint64(m.short)
		if m.round >= Late {
			stage.Due = m.round - Late
		}
		if m.into == Earned { // what came before was charged for, or is too little to be queued
			stage.PaidFor.Sub(stage.Unflushed(), m.amount)
		}
		s.count(m, stage)
		late := item.late(stage)
		if !s.gone[late] { // else it is stored, or noted already
			s.made[late] = true
		}
		s.push(late)
	}
}

// count adds to what payers paid for of what waits in a stage for the late lane.
func (s *Sweep) count(m move, stage *Stage) {
	if m.into != Earned {
		return
	}
	paidFor := s.payouts(m.pot.Denom, int(m.payees))
	if m.amount.Cmp(paidFor) < 0 {
		paidFor.Set(m.amount)
	}
	if m.short > 0 {
		paidFor.Quo(paidFor, big.NewInt(lateCost))
	}
	stage.PaidFor.Add(&stage.PaidFor, paidFor)
}
