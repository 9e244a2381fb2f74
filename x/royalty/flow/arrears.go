package flow

import (
	"fmt"
	"math/big"
)

// Debtor owes arrears: a work, which pays them before its holders have anything, or an
// account, which pays them out of what it is credited from any work. One of both is set.
type Debtor struct {
	Work    Work
	Account Account
}

// Arrears is what a debtor owes a work in one denom.
type Arrears struct {
	// Creditor is the work whose `earned` stage it enters, or that of the work that earns
	// in its place.
	Creditor Work
	// Left is what has not been paid.
	Left big.Int
}

// MaxArrears bounds the arrears that stand of one debtor in one denom.
const MaxArrears = 64

// arrearsShort is for how many holders too many arrears wait in the late lane: no payer
// was charged for them. So debts that lead back to where they came from do not go round
// within a block.
const arrearsShort = 1

// charge is what a flush pays of arrears.
type charge struct {
	arrears *Arrears
	move    move
}

// reserved is what a plan pays of arrears already. Several of its moves may be one
// account's.
type reserved map[*Arrears]*big.Int

// charges says what a debtor pays of an amount, first what stands for longest. What comes
// from the stage that it would enter stays the debtor's, and the arrears stand: it would go
// round for ever.
func (s *Sweep) charges(debtor Debtor, from Pot, amount *big.Int, round uint64, taken *reserved) ([]charge, error) {
	owed, err := s.book.Arrears(debtor, from.Denom)
	if err != nil || len(owed) == 0 {
		return nil, err
	}
	if *taken == nil {
		*taken = reserved{}
	}
	var all []charge
	rest := new(big.Int).Set(amount)
	for _, a := range owed {
		pays := new(big.Int).Set(&a.Left)
		if already := (*taken)[a]; already != nil {
			pays.Sub(pays, already)
		}
		if pays.Cmp(rest) > 0 {
			pays.Set(rest)
		}
		if pays.Sign() == 0 {
			continue
		}
		m, err := s.bring(Pot{Work: a.Creditor, Denom: from.Denom}, pays, round)
		if err != nil {
			return nil, err
		}
		if m.pot == from {
			continue
		}
		rest.Sub(rest, pays)
		addTo(*taken, a, pays)
		all = append(all, charge{arrears: a, move: m})
	}
	return all, nil
}

// bring finds the `earned` stage that arrears paid to a work enter. They are late in full,
// and never a sole holder's at once.
func (s *Sweep) bring(pot Pot, amount *big.Int, round uint64) (m move, err error) {
	m = move{pot: pot, into: Earned, round: round, amount: amount, late: amount, short: arrearsShort}
	if m.pot.Work, m.held, err = s.earner(pot.Work); err != nil {
		return m, err
	}
	if m.stages, err = s.book.Stages(m.pot); err != nil {
		return m, err
	}
	return m, m.stages[Earned].fits(amount)
}

// Earn puts into a work's `earned` stage what was paid to it of arrears.
func (s *Sweep) Earn(pot Pot, amount *big.Int) error {
	return guard(func() error {
		m, err := s.bring(pot, amount, s.usual.fresh)
		if err == nil {
			s.enter(m)
		}
		return err
	})
}

// owes reports whether arrears of a work stand.
func (s *Sweep) owes(pot Pot) (bool, error) {
	owed, err := s.book.Arrears(Debtor{Work: pot.Work}, pot.Denom)
	for _, a := range owed {
		if a.Left.Sign() > 0 {
			return true, err
		}
	}
	return false, err
}

// pay takes note of what arrears were paid. It reaches the creditor as what closed epochs
// pass on does.
func (s *Sweep) pay(debtor Debtor, charges []charge) {
	for _, c := range charges {
		c.arrears.Left.Sub(&c.arrears.Left, c.move.amount)
		s.book.ArrearsPaid(debtor, c.move.pot.Denom, c.arrears, c.move.amount)
		if s.closing {
			s.aside = append(s.aside, c.move)
		} else {
			s.enter(c.move)
		}
	}
}

// credit gives a holder what its arrears leave of a move.
func (s *Sweep) credit(m move) {
	rest := new(big.Int).Sub(m.amount, sumOf(m.charges))
	s.pay(Debtor{Account: m.holder}, m.charges)
	if rest.Sign() > 0 {
		s.book.Credit(m.pot, m.holder, rest, Portion(rest, m.late, m.amount))
	}
}

func sumOf(charges []charge) *big.Int {
	sum := new(big.Int)
	for _, c := range charges {
		sum.Add(sum, c.move.amount)
	}
	return sum
}

// leave takes out of a stage what arrears are paid from it, as if it had never entered.
func (s *Stage) leave(amount *big.Int) {
	s.Total.Sub(&s.Total, amount)
	s.Held.Sub(&s.Held, amount)
}

// without is the stage with so much less in it.
func (s *Stage) without(amount *big.Int) *Stage {
	if amount.Sign() == 0 {
		return s
	}
	var rest Stage
	rest.Total.Sub(&s.Total, amount)
	rest.Flushed.Set(&s.Flushed)
	return &rest
}

// AddArrears lets a debtor owe a work. What an account has already it pays at once. It
// fails when too many arrears stand or when a work would owe itself.
func (l *Ledger) AddArrears(debtor Debtor, to Pot, amount *big.Int) error {
	earner, _, err := Earner(l, to.Work)
	if err != nil {
		return err
	}
	if debtor.Work != "" && (debtor.Work == to.Work || debtor.Work == earner) {
		return fmt.Errorf("work %q cannot owe itself", debtor.Work)
	}
	left := new(big.Int).Set(amount)
	if has := l.balances[debtor.Account][to.Denom]; has != nil {
		pays := new(big.Int).Set(has)
		if pays.Cmp(left) > 0 {
			pays.Set(left)
		}
		s := l.sweep()
		if err := s.Earn(to, pays); err != nil {
			return err
		}
		has.Sub(has, pays)
		left.Sub(left, pays)
		l.requeue(s)
	}
	if left.Sign() == 0 {
		return nil
	}
	at := owing{debtor, to.Denom}
	for _, a := range l.arrears[at] {
		if a.Creditor == to.Work && a.Left.Sign() > 0 {
			a.Left.Add(&a.Left, left)
			return nil
		}
	}
	if len(l.arrears[at]) >= MaxArrears {
		return fmt.Errorf("%d arrears stand already", MaxArrears)
	}
	a := &Arrears{Creditor: to.Work}
	a.Left.Set(left)
	l.arrears[at] = append(l.arrears[at], a)
	return nil
}

// owing is a debtor in one denom.
type owing struct {
	debtor Debtor
	denom  string
}

// Arrears implements Book.
func (l *Ledger) Arrears(debtor Debtor, denom string) ([]*Arrears, error) {
	return l.arrears[owing{debtor, denom}], nil
}

// ArrearsPaid implements Book.
func (l *Ledger) ArrearsPaid(Debtor, string, *Arrears, *big.Int) {}

func addTo[M ~map[K]*big.Int, K comparable](sums M, key K, amount *big.Int) {
	if sums[key] == nil {
		sums[key] = new(big.Int)
	}
	sums[key].Add(sums[key], amount)
}
