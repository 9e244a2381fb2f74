package flow

import (
	"container/heap"
	"math/big"
	"slices"
	"strings"
)

// Basis says why a work gets a part of a payment.
type Basis uint8

// The bases.
const (
	// Own: the paid work itself, what its sources are not owed.
	Own Basis = iota
	// AbsoluteShare: an ancestor with an absolute share of gross revenue.
	AbsoluteShare
	// RelativeShare: a source with a relative share, directly or through another.
	RelativeShare
	// BothShares: owed both ways.
	BothShares
)

// Part is what one work gets of a payment.
type Part struct {
	Work  Work
	Basis Basis
	// Share of the payment, exact, before holders divide it.
	Share *big.Rat
	// Amount in whole units: the share less what each stage on the way rounds down.
	Amount *big.Int
	// Earner is the work whose holders get it: Work itself, or where its destination
	// leads. Held says that it stays in escrow there.
	Earner Work
	Held   bool
	// Holders of the earner with their parts of the amount; none while it is held.
	Holders []HolderPart
}

// HolderPart is one holder's part of what a work gets.
type HolderPart struct {
	Holding
	// Amount in whole units, rounded down.
	Amount *big.Int
}

// Explain says who gets what share of a payment to a work by the lists in force,
// as if it were the only one: nothing waits beforehand and nothing is too small to
// pass on. The shares sum to 1; the amounts to at most the payment, the rest being
// fractions that stay in stages. Parts are in order of work, the paid one first.
//
// It computes what a Sweep does with the payment in an empty book. In the order of
// generations each work has received all that it will before it is asked what it
// passes on, as in a round of the sweep.
func Explain(r Reader, work Work, amount *big.Int) ([]Part, error) {
	e := explanation{reader: r, received: map[Work]*flowing{}, parts: map[Work]*Part{}}
	if err := e.pass(Item{Kind: Paid, Pot: Pot{Work: work}}, big.NewRat(1, 1), amount, Own); err != nil {
		return nil, err
	}
	for len(e.queue) > 0 {
		item := heap.Pop(&e.queue).(Item)
		in := e.received[item.Pot.Work]
		delete(e.received, item.Pot.Work)
		if err := e.pass(item, &in.share, &in.amount, RelativeShare); err != nil {
			return nil, err
		}
	}
	parts := make([]Part, 0, len(e.parts))
	for _, part := range e.parts {
		if err := part.divide(r); err != nil {
			return nil, err
		}
		parts = append(parts, *part)
	}
	place := func(p Part) string {
		if p.Work == work {
			return "" // before every name
		}
		return string(p.Work)
	}
	slices.SortFunc(parts, func(a, b Part) int { return strings.Compare(place(a), place(b)) })
	return parts, nil
}

type explanation struct {
	reader Reader
	// queue has the works that are to pass on what they received.
	queue    itemHeap
	received map[Work]*flowing
	parts    map[Work]*Part
}

// flowing is a part of the payment on its way.
type flowing struct {
	share  big.Rat
	amount big.Int
}

// pass divides what entered a stage among its receivers. own is the basis of what
// is left to the work itself.
func (e *explanation) pass(item Item, share *big.Rat, amount *big.Int, own Basis) error {
	upstream, err := e.reader.Upstream(item.Pot.Work)
	if err != nil {
		return err
	}
	for _, r := range (Lists{Upstream: upstream}).Receivers(item.Pot.Work, item.Kind) {
		got := new(flowing)
		part(&got.amount, amount, r.Weight)
		got.share.Mul(share, big.NewRat(int64(r.Weight), Whole))
		switch {
		case r.Into == Received:
			if err := e.receive(r.Work, got); err != nil {
				return err
			}
		case r.Work == item.Pot.Work:
			e.earn(r.Work, own, got)
		default:
			e.earn(r.Work, AbsoluteShare, got)
		}
	}
	return nil
}

// receive adds to what a work has received and lets it pass that on in its turn.
func (e *explanation) receive(work Work, part *flowing) error {
	in := e.received[work]
	if in == nil {
		generation, err := e.reader.Generation(work)
		if err != nil {
			return err
		}
		in = new(flowing)
		e.received[work] = in
		heap.Push(&e.queue, Item{Kind: Received, Generation: generation, Pot: Pot{Work: work}})
	}
	in.share.Add(&in.share, &part.share)
	in.amount.Add(&in.amount, &part.amount)
	return nil
}

// earn adds to what a work has for itself.
func (e *explanation) earn(work Work, basis Basis, from *flowing) {
	p := e.parts[work]
	if p == nil {
		p = &Part{Work: work, Basis: basis, Share: new(big.Rat), Amount: new(big.Int)}
		e.parts[work] = p
	}
	if p.Basis != basis {
		p.Basis = BothShares
	}
	p.Share.Add(p.Share, &from.share)
	p.Amount.Add(p.Amount, &from.amount)
}

// divide finds who earns the part and what each holder gets of it.
func (p *Part) divide(r Reader) (err error) {
	if p.Earner, p.Held, err = Earner(r, p.Work); err != nil || p.Held {
		return err
	}
	holders, err := r.Holders(p.Earner)
	if err != nil {
		return err
	}
	p.Holders = make([]HolderPart, len(holders))
	for i, h := range holders {
		p.Holders[i] = HolderPart{Holding: h, Amount: part(new(big.Int), p.Amount, h.Weight)}
	}
	return nil
}
