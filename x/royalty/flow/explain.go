package flow

import (
	"container/heap"
	"fmt"
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
	// Share of the payment, before holders divide it: exact over ten works, and beyond
	// to the 60th decimal.
	Share *big.Rat
	// Amount in whole units: the share less what each stage on the way rounds down.
	Amount *big.Int
	// Earner is the work whose holders get it: Work itself, or where its destination
	// leads. Held says that it stays in escrow there.
	Earner Work
	Held   bool
	// Holders of the earner with their parts of the amount; none while it is held.
	// Where several parts have one earner, its holders divide their sum, as they do in
	// a stage: a part has what it adds to that.
	Holders []HolderPart
}

// HolderPart is one holder's part of what a work gets.
type HolderPart struct {
	Holding
	// Amount in whole units.
	Amount *big.Int
}

// MaxExplained bounds how many works may pass on a payment that is explained.
const MaxExplained = 2048

// TooManyWorksError says that a payment would set too many works in motion to be
// explained.
type TooManyWorksError struct{ Most int }

func (e *TooManyWorksError) Error() string {
	return fmt.Sprintf("more than %d works would pass the payment on, which is too many to say what each of them gets", e.Most)
}

// decimals of a share on its way. Ten weights in ppm multiply to so many, and a
// number of bounded size bounds what an explanation costs, however long the way is.
const decimals = 60

var unit = new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals), nil)

// Explain says who gets what share of a payment to a work by the lists in force,
// as if it were the only one: nothing waits beforehand and nothing is too small to
// pass on. The shares sum to 1; the amounts to at most the payment, the rest being
// fractions that stay in stages. Parts are in order of work, the paid one first.
//
// It computes what a Sweep does with the payment in an empty book. In the order of
// generations each work has received all that it will before it is asked what it
// passes on, as in a round of the sweep.
//
// It fails with a TooManyWorksError when more than MaxExplained works pass something
// on, which lists that go round in a circle do without end.
func Explain(r Reader, work Work, amount *big.Int) ([]Part, error) {
	e := explanation{reader: r, received: map[Work]*flowing{}, parts: map[Work]*earning{}}
	paid := new(flowing)
	paid.amount.Set(amount)
	paid.share.Set(unit)
	if err := e.pass(Item{Kind: Paid, Pot: Pot{Work: work}}, paid, Own); err != nil {
		return nil, err
	}
	for passed := 1; len(e.queue) > 0; passed++ {
		if passed == MaxExplained {
			return nil, &TooManyWorksError{Most: MaxExplained}
		}
		item := heap.Pop(&e.queue).(Item)
		in := e.received[item.Pot.Work]
		delete(e.received, item.Pot.Work)
		if err := e.pass(item, in, RelativeShare); err != nil {
			return nil, err
		}
	}
	return divide(r, e.inOrder(work))
}

type explanation struct {
	reader Reader
	// queue has the works that are to pass on what they received.
	queue    itemHeap
	received map[Work]*flowing
	parts    map[Work]*earning
}

// flowing is a part of the payment on its way.
type flowing struct {
	amount big.Int
	// share of the payment, in units of its last decimal.
	share big.Int
}

func (f *flowing) add(other *flowing) {
	f.amount.Add(&f.amount, &other.amount)
	f.share.Add(&f.share, &other.share)
}

// earning is what a work has for itself.
type earning struct {
	flowing
	basis Basis
}

// pass divides what entered a stage among its receivers. own is the basis of what
// is left to the work itself. The last receiver, which is the work unless it keeps
// nothing, has what the others leave of the share, so that shares sum to 1.
func (e *explanation) pass(item Item, in *flowing, own Basis) error {
	upstream, err := e.reader.Upstream(item.Pot.Work)
	if err != nil {
		return err
	}
	receivers := Lists{Upstream: upstream}.Receivers(item.Pot.Work, item.Kind)
	left := new(big.Int).Set(&in.share)
	for i, r := range receivers {
		got := new(flowing)
		part(&got.amount, &in.amount, r.Weight)
		if i == len(receivers)-1 {
			got.share.Set(left)
		} else {
			left.Sub(left, part(&got.share, &in.share, r.Weight))
		}
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
	in.add(part)
	return nil
}

// earn adds to what a work has for itself.
func (e *explanation) earn(work Work, basis Basis, from *flowing) {
	p := e.parts[work]
	if p == nil {
		p = &earning{basis: basis}
		e.parts[work] = p
	}
	if p.basis != basis {
		p.basis = BothShares
	}
	p.add(from)
}

// inOrder returns the parts in order of work, the paid one first.
func (e *explanation) inOrder(paid Work) []Part {
	parts := make([]Part, 0, len(e.parts))
	for work, p := range e.parts {
		parts = append(parts, Part{
			Work: work, Basis: p.basis, Amount: &p.amount, Share: new(big.Rat).SetFrac(&p.share, unit),
		})
	}
	place := func(p Part) string {
		if p.Work == paid {
			return "" // before every name
		}
		return string(p.Work)
	}
	slices.SortFunc(parts, func(a, b Part) int { return strings.Compare(place(a), place(b)) })
	return parts
}

// divide finds who earns each part and what each holder gets of it.
func divide(r Reader, parts []Part) ([]Part, error) {
	earned := map[Work]*big.Int{} // of the parts so far, by earner
	for i := range parts {
		p := &parts[i]
		var err error
		if p.Earner, p.Held, err = Earner(r, p.Work); err != nil {
			return nil, err
		}
		if p.Held {
			continue
		}
		holders, err := r.Holders(p.Earner)
		if err != nil {
			return nil, err
		}
		before := earned[p.Earner]
		if before == nil {
			before = new(big.Int)
		}
		sum := new(big.Int).Add(before, p.Amount)
		earned[p.Earner] = sum
		p.Holders = make([]HolderPart, len(holders))
		for h, holding := range holders {
			p.Holders[h] = HolderPart{Holding: holding, Amount: Increase(before, sum, holding.Weight)}
		}
	}
	return parts, nil
}
