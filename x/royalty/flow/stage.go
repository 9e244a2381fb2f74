package flow

import (
	"fmt"
	"math/big"
)

// Kind is one of the three stages that money passes at a work.
type Kind uint8

// The stages, in the order in which a round flushes them.
const (
	// Paid holds payments to the work.
	Paid Kind = iota
	// Received holds relative royalties from the work's derivatives.
	Received
	// Earned holds what is the work's own, on its way to the holders.
	Earned
)

var whole = big.NewInt(Whole)

// Stage is one pot of money. The zero value is empty.
type Stage struct {
	// Total is all that entered since the stage's own receivers last changed.
	Total big.Int
	// Flushed is the total at the last flush.
	Flushed big.Int
	// Held is what has not left.
	Held big.Int
	// FlushedAt is the height of the last block that flushed it; 0: none did, or it has
	// nothing to remember.
	FlushedAt uint64
	// Due is since when the late lane may flush it, which is its round there; 0: it does
	// not wait for that.
	Due uint64
	// Late is how much of what is not flushed no payer was charged for paying out. Of an
	// amount for more holders than its payer is charged for, all is late but half of the
	// least payouts of those.
	Late big.Int
}

// Stages is the money of one work in one denom, by Kind.
type Stages [3]Stage

// Receiver is who gets a part of a stage: a work's stage or, when Account is
// set, a holder.
type Receiver struct {
	Work    Work
	Into    Kind
	Account Account
	// Weight in ppm.
	Weight uint32
	// Counted is for how many holders of the work the payer is charged, for a stage
	// `earned`; 0: for all that there are.
	Counted uint32
}

// CountedHolders is for how many holders of a work a payer is charged that reaches it
// by relative shares.
const CountedHolders = 4

// Credit is an amount on its way to a receiver.
type Credit struct {
	Receiver
	Amount *big.Int
}

// LateAfter is for how many blocks an `earned` stage waits for each holder beyond those
// that its payer is charged for, unless payers pay for all of them before. So a small
// band waits for seconds, and whoever lets many stages wait stands behind it.
const LateAfter = 4

// lateCost is how often a payer must have paid for a payout that is put off: rows of the
// stage, the balance and its place in the queue are written for it beside.
const lateCost = 2

// MaxLateAfter is the longest such wait.
const MaxLateAfter = LateAfter * MaxRuledHolders

// Add puts an amount into the stage.
func (s *Stage) Add(amount *big.Int) {
	s.Total.Add(&s.Total, amount)
	s.Held.Add(&s.Held, amount)
}

// MaxBits bounds what ever enters a stage: a total has at most so many bits. No sum
// of payments reaches it, each being below 2^128.
const MaxBits = 255

// fits reports an amount that would take the total beyond its bound.
func (s *Stage) fits(amount *big.Int) error {
	if sum := new(big.Int).Add(&s.Total, amount); sum.BitLen() > MaxBits {
		return fmt.Errorf("a stage with a total of %s cannot take in %s more: totals have at most %d bits",
			&s.Total, amount, MaxBits)
	}
	return nil
}

// paidFor is what of the unflushed payers were charged for paying out.
func (s *Stage) paidFor() *big.Int {
	paid := s.Unflushed()
	return paid.Sub(paid, &s.Late)
}

// Unflushed is what entered since the last flush.
func (s *Stage) Unflushed() *big.Int { return new(big.Int).Sub(&s.Total, &s.Flushed) }

// Divide returns what a flush would move: what a receiver with weight w has had in
// total is floor(Total*w/1e6), always, so the order and the slicing of flushes
// never change the outcome. The rest stays in the stage, less than one unit a
// receiver. Receivers whose difference is zero are left out. The weights may
// not sum to more than the whole.
func (s *Stage) Divide(receivers []Receiver) []Credit {
	credits := make([]Credit, 0, len(receivers))
	var was big.Int
	for _, r := range receivers {
		amount := part(new(big.Int), &s.Total, r.Weight)
		amount.Sub(amount, part(&was, &s.Flushed, r.Weight))
		if amount.Sign() > 0 {
			credits = append(credits, Credit{Receiver: r, Amount: amount})
		}
	}
	return credits
}

// Rest is what of all that was flushed is nobody's yet, under the receivers that the
// stage has had since its total began at 0. It stays: a stage holds this and what is
// not flushed, no more and no less.
func (s *Stage) Rest(receivers []Receiver) *big.Int {
	rest, passed := new(big.Int).Set(&s.Flushed), new(big.Int)
	for _, r := range receivers {
		rest.Sub(rest, part(passed, &s.Flushed, r.Weight))
	}
	return rest
}

// settle takes note that what was due has left. A stage whose only receiver has had
// all that ever entered has nothing to remember, nor has one that nothing entered but what
// arrears were paid from: it begins at 0 again, so that it need not be stored.
func (s *Stage) settle(receivers []Receiver, moves []move, now uint64) {
	for _, m := range moves {
		s.Held.Sub(&s.Held, m.amount)
	}
	s.Flushed.Set(&s.Total)
	s.Late.SetInt64(0)
	s.FlushedAt = now
	if s.Held.Sign() == 0 && (len(receivers) == 1 || s.Total.Sign() == 0) {
		*s = Stage{}
	}
}

// Restart is for a change of the stage's receivers, after a flush under the old
// ones: the total begins at 0 and the held rest enters anew. What entered before has
// been passed on.
func (s *Stage) Restart(now uint64) {
	s.Total.Set(&s.Held)
	s.Flushed.SetInt64(0)
	s.FlushedAt = now
	if s.Total.Sign() == 0 {
		s.FlushedAt = 0
	}
}

// part sets z to floor(total*weight/1e6).
func part(z, total *big.Int, weight uint32) *big.Int {
	z.SetUint64(uint64(weight))
	z.Mul(z, total)
	return z.Quo(z, whole)
}

// Lists is who receives from a work's stages.
type Lists struct {
	Upstream Upstream
	// Holders' weights sum to the whole.
	Holders []Holding
}

// Receivers returns who receives from a stage of the work. What the lists leave
// of `paid` and `received` goes to the work's own `earned`.
func (l Lists) Receivers(work Work, kind Kind) []Receiver {
	if kind == Earned {
		receivers := make([]Receiver, len(l.Holders))
		for i, h := range l.Holders {
			receivers[i] = Receiver{Account: h.To, Weight: h.Weight}
		}
		return receivers
	}
	receivers := make([]Receiver, 0, len(l.Upstream.Absolute)+len(l.Upstream.Relative)+1)
	rest := uint32(Whole)
	if kind == Paid {
		for _, o := range l.Upstream.Absolute {
			receivers = append(receivers, Receiver{Work: o.To, Into: Earned, Weight: o.Weight, Counted: o.Holders})
			rest -= o.Weight
		}
	}
	for _, o := range l.Upstream.Relative {
		receivers = append(receivers, Receiver{Work: o.To, Into: Received, Weight: o.Weight})
		rest -= o.Weight
	}
	if rest > 0 {
		own := Receiver{Work: work, Into: Earned, Weight: rest}
		if kind == Received {
			own.Counted = CountedHolders
		}
		receivers = append(receivers, own)
	}
	return receivers
}
