package flow

import (
	"errors"
	"math/big"
)

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
	if err != nil || held {
		return nil, err
	}
	holders, err := s.book.Holders(work)
	if to != work {
		return wholeTo(to, max(1, len(holders))), err
	}
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
	// charges are what the flushed work pays of its arrears, before the rest is divided.
	charges []charge
	// cost is the number of receivers, of the sole holders that stages pass on to for
	// the first time in this sweep, and of payments of arrears.
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
	// round that it joins in the usual lane, and generation of the pot's work where it receives.
	round      uint64
	generation uint32
	amount     *big.Int
	// late is what of the amount no payer was charged for paying out, and short how many
	// holders are more than they were charged for.
	late  *big.Int
	short uint32
	// charges are what the holder pays of the amount to those whom it owes arrears.
	charges []charge
}

// plan reads all that a flush touches and changes nothing. At the end of an epoch
// own has the holders of the flushed work that the epoch had.
//
// What enters an empty `earned` stage with a sole holder would leave it whole in
// the same round, so it is the holder's at once. That saves the stage, its place
// in the queue and, where the budget ends in between, the rows of both.
func (s *Sweep) plan(item Item, stages *Stages, receivers []Receiver, own []Holding) (flush, error) {
	f := flush{item: item, stage: &stages[item.Kind], receivers: receivers}
	unflushed, late, round := f.stage.Unflushed(), &f.stage.Late, item.Round
	if item.Kind == Earned && s.isPaidFor(item, f.stage, len(receivers)) {
		late = new(big.Int) // payers paid for a payout to each
	}
	if round >= Late {
		round = s.usual.fresh
	}
	var taken reserved
	if item.Kind == Earned && receivers[0].Account != "" {
		var err error
		if f.charges, err = s.charges(Debtor{Work: item.Pot.Work}, item.Pot, unflushed, round, &taken); err != nil {
			return f, err
		}
	}
	due := f.stage.without(sumOf(f.charges)).Divide(f.receivers)
	f.moves, f.cost = make([]move, len(due)), len(f.receivers)+len(f.charges)
	for i, c := range due {
		m := move{pot: item.Pot, round: round, holder: c.Account, into: c.Into, amount: c.Amount, late: Portion(c.Amount, late, unflushed)}
		if c.Account == "" {
			m.pot.Work = c.Work
			if err := s.aim(&m, item, c.Counted, own); err != nil {
				return f, err
			}
			if m.holder != "" && !s.passed[m.pot] {
				f.cost++
			}
		}
		if m.holder != "" {
			var err error
			if m.charges, err = s.charges(Debtor{Account: m.holder}, m.pot, m.amount, round, &taken); err != nil {
				return f, err
			}
			f.cost += len(m.charges)
		}
		f.moves[i] = m
	}
	return f, nil
}

// Portion is the part of an amount that is late as part is of the whole, rounded up. The whole is
// above zero, and no less than the part.
func Portion(amount, part, whole *big.Int) *big.Int {
	p := new(big.Int).Mul(amount, part)
	p.Add(p, whole)
	p.Sub(p, big.NewInt(1))
	return p.Quo(p, whole)
}

// aim finds the stages that a move enters, or the sole holder behind them, and what of it
// is late there. A table that cannot be read holds up nobody else: its stage is what fails, in its
// turn.
func (s *Sweep) aim(m *move, from Item, counted uint32, own []Holding) (err error) {
	asked := m.pot.Work
	if m.into == Received {
		if m.generation, err = s.book.Generation(m.pot.Work); err != nil {
			return err
		}
	} else if m.pot.Work, m.held, err = s.earner(m.pot.Work); err != nil {
		return err
	}
	holdersNow, grown, err := s.sizeOf(m.pot.Work, from, own)
	if err == nil && m.into == Earned && counted == 0 && m.pot.Work != asked {
		// Payers are charged for the holders of the work that they pay.
		counted, _, err = s.sizeOf(asked, from, own)
	}
	if err != nil {
		return err
	}
	switch {
	case m.into == Received && grown:
		m.late.Set(m.amount)
	case m.into == Earned && counted > 0 && holdersNow > counted && m.late.Cmp(m.amount) < 0:
		m.short = holdersNow - counted
		if from.Kind == Received {
			counted = 1 // see types.Head.Payees
		}
		lessPaidFor(m.late, m.amount, s.payouts(m.pot.Denom, int(counted)))
	}
	if m.stages, err = s.book.Stages(m.pot); err != nil {
		return err
	}
	stage := &m.stages[m.into]
	if m.into == Received || m.held || stage.Total.Sign() != 0 || s.keeping && m.pot == from.Pot {
		return stage.fits(m.amount)
	}
	if owes, err := s.owes(m.pot); err != nil || owes {
		return errors.Join(err, stage.fits(m.amount))
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

// sizeOf returns how many hold a work's revenue, of the flushed work at the end of an epoch
// how many did, and whether it has grown.
func (s *Sweep) sizeOf(work Work, from Item, own []Holding) (holders uint32, grown bool, err error) {
	holders, grown, err = s.book.Size(work)
	if own != nil && work == from.Pot.Work {
		holders = uint32(len(own))
	}
	return holders, grown, err
}

// lessPaidFor makes more of an amount late: of what payers were charged for it leaves half, at
// most half of so much. What they paid for are payouts at once, and these are put off.
func lessPaidFor(late, amount, most *big.Int) {
	paid := new(big.Int).Sub(amount, late)
	if paid.Cmp(most) > 0 {
		paid.Set(most)
	}
	late.Sub(amount, paid.Quo(paid, big.NewInt(lateCost)))
}

// apply moves what was planned. It cannot fail.
func (s *Sweep) apply(f flush) {
	f.stage.leave(sumOf(f.charges))
	from, to := new(big.Int).Set(&f.stage.Flushed), new(big.Int).Set(&f.stage.Total)
	s.leaveLate(f.item, f.stage)
	f.stage.settle(f.receivers, f.moves, s.book.Now())
	s.pay(Debtor{Work: f.item.Pot.Work}, f.charges)
	for _, m := range f.moves {
		switch {
		case m.holder == "" && s.closing && m.pot != f.item.Pot:
			s.aside = append(s.aside, m)
		case m.holder == "":
			s.enter(m)
		case f.item.Kind == Earned && m.pot == f.item.Pot:
			s.credit(m)
		default:
			s.passed[m.pot] = true
			s.book.Flushed(Item{Round: f.item.Round, Kind: Earned, Pot: m.pot}, new(big.Int), m.amount, 1)
			s.credit(m)
		}
	}
	s.book.Flushed(f.item, from, to, len(f.receivers))
}

// enter puts an amount into the stage that it was planned for.
func (s *Sweep) enter(m move) {
	stage := &m.stages[m.into]
	stage.Add(m.amount)
	stage.Late.Add(&stage.Late, m.late)
	if m.into != Earned {
		s.book.TookIn(m.pot, m.amount)
	}
	if !m.held {
		s.queue(Item{Round: m.round, Kind: m.into, Generation: m.generation, Pot: m.pot}, stage, m.short)
	}
}

// queue queues a stage that is worth a flush: at once where payers were charged for that,
// else in the late lane, where it stands once and waits for each holder too many.
func (s *Sweep) queue(item Item, stage *Stage, short uint32) {
	if unflushed := stage.Unflushed(); unflushed.Sign() == 0 || !s.book.Ready(item.Pot, item.Kind, unflushed) {
		return
	}
	holders, _, err := s.book.Size(item.Pot.Work)
	switch {
	case err != nil || s.isPaidFor(item, stage, int(holders)): // what can't be read is reported in its turn
		s.push(item)
	case stage.Due == 0:
		stage.Due = s.book.Now() + LateAfter*uint64(short)
		late := item.late(stage)
		if !s.gone[late] { // else it is stored, or noted already
			s.made[late] = true
		}
		s.push(late)
	}
}
