package disputeoracle

import (
	"maps"
	"math/big"
	"slices"
)

// sums are amounts of the smallest unit by denom.
type sums map[Denom]*big.Int

func sumsOf(c Coins) sums {
	s := sums{}
	for denom, amount := range c {
		s.add(denom, units(amount))
	}
	return s
}

func (s sums) of(denom Denom) *big.Int {
	if s[denom] == nil {
		return new(big.Int)
	}
	return s[denom]
}

func (s sums) add(denom Denom, amount *big.Int) { s[denom] = new(big.Int).Add(s.of(denom), amount) }

func (s sums) take(denom Denom, amount *big.Int) { s[denom] = new(big.Int).Sub(s.of(denom), amount) }

func (s sums) addAll(more sums) {
	for denom, amount := range more {
		s.add(denom, amount)
	}
}

func (s sums) any() bool {
	for _, amount := range s {
		if amount.Sign() > 0 {
			return true
		}
	}
	return false
}

// covers says whether it is no less than other sums, in each denom.
func (s sums) covers(others sums) bool {
	for denom, amount := range others {
		if s.of(denom).Cmp(amount) < 0 {
			return false
		}
	}
	return true
}

// payment goes by the lists that it saw.
type payment struct {
	work   Work
	denom  Denom
	amount *big.Int
	epoch  int
	table  Table
	owed   owed
}

// part is money on its way to a work: received as a relative share, which it shares with its own
// relative sources, or earned.
type part struct {
	work     Work
	denom    Denom
	amount   *big.Int
	received bool
}

// debtor owes in one denom: a work out of what it earns, before its holders have anything, or an
// account out of all that it is credited.
type debtor struct {
	work    Work
	account Account
	denom   Denom
}

// debt is what is left for one creditor.
type debt struct {
	creditor Work
	left     *big.Int
}

// move lets all flow. Payments by lists that ended go first, under these; what they pass on to other
// works reaches those who hold then.
func (w *World) move() {
	var way []part
	for _, p := range w.block.payments {
		if w.isOver(p) {
			way = append(way, w.divide(p.work, p.denom, w.pass(p, &way), p.table)...)
		}
	}
	for _, p := range w.block.payments {
		if !w.isOver(p) {
			own := w.pass(p, &way)
			way = append(way, part{work: p.work, denom: p.denom, amount: own})
		}
	}
	way = append(way, w.block.taken...)
	way = append(way, w.released()...)
	w.block = block{redirected: map[Work]bool{}}
	for len(way) > 0 {
		first := way[0]
		way = append(way[1:], w.arrive(first)...)
	}
}

// released is what lies in escrow and is kept there no more, neither at the work itself nor at the one
// that earns in its place.
func (w *World) released() (way []part) {
	for _, name := range slices.Sorted(maps.Keys(w.works)) {
		if _, held := w.earner(name); held {
			continue
		}
		escrow := w.works[name].escrow
		for _, denom := range slices.Sorted(maps.Keys(escrow)) {
			way = append(way, part{work: name, denom: denom, amount: escrow[denom]})
		}
		w.works[name].escrow = sums{}
	}
	return way
}

// isOver says that a payment went by a list of holders that has ended, and that these have it: not
// where it changed in the same block where it goes.
func (w *World) isOver(p payment) bool {
	earner, held := w.earner(p.work)
	return p.epoch != w.works[p.work].epoch && !held && earner == p.work && !w.block.redirected[p.work] &&
		w.Wrong != "the last holders have all"
}

// pass adds what a payment owes upstream to what is on its way, and returns the rest. What is owed to a work
// in whose place the paid work earns is its own.
func (w *World) pass(p payment, way *[]part) (rest *big.Int) {
	rest = new(big.Int).Set(p.amount)
	for _, source := range slices.Sorted(maps.Keys(p.owed.absolute)) {
		if earner, _ := w.earner(source); earner == p.work {
			continue
		}
		amount := w.share(p.amount, p.owed.absolute[source])
		rest.Sub(rest, amount)
		*way = append(*way, part{work: source, denom: p.denom, amount: amount})
	}
	return w.passRelative(p.owed.relative, p.denom, p.amount, rest, way)
}

func (w *World) passRelative(relative map[Work]int64, denom Denom, all, rest *big.Int, way *[]part) *big.Int {
	for _, source := range slices.Sorted(maps.Keys(relative)) {
		amount := w.share(all, relative[source])
		rest.Sub(rest, amount)
		*way = append(*way, part{work: source, denom: denom, amount: amount, received: true})
	}
	return rest
}

// arrive lets a part reach its work, and returns what that sets in motion.
func (w *World) arrive(p part) (way []part) {
	if p.received {
		own := w.passRelative(w.works[p.work].owed.relative, p.denom, p.amount, new(big.Int).Set(p.amount), &way)
		return append(way, part{work: p.work, denom: p.denom, amount: own})
	}
	earner, held := w.earner(p.work)
	if held {
		w.works[earner].escrow.add(p.denom, p.amount)
		return nil
	}
	return w.divide(earner, p.denom, p.amount, w.works[earner].table())
}

// earner is the work that has what a work earns, and whether it is held there.
func (w *World) earner(name Work) (earner Work, held bool) {
	for w.works[name].successor != "" {
		name = w.works[name].successor
	}
	return name, w.works[name].invalid || w.inEscrow(name)
}

// divide gives what a work earned to its creditors, and then to holders, of whom each pays its own
// creditors.
func (w *World) divide(name Work, denom Denom, amount *big.Int, table Table) (way []part) {
	rest := w.payDebts(debtor{work: name, denom: denom}, name, amount, &way)
	for _, h := range table {
		own := w.payDebts(debtor{account: h.To, denom: denom}, name, w.share(rest, h.Share), &way)
		if w.Lies[denom] {
			w.credited[h.To].add(denom, own)
		} else {
			w.bank[h.To].add(denom, own)
		}
	}
	return way
}

// payDebts pays what a debtor owes out of an amount that comes from a work, what it owes longest
// first, and returns the rest. What would come back to that work stays.
func (w *World) payDebts(of debtor, from Work, amount *big.Int, way *[]part) *big.Int {
	rest := new(big.Int).Set(amount)
	list := slices.Clone(w.owes[of])
	if w.Wrong == "the last debt is paid first" {
		slices.Reverse(list)
	}
	for _, d := range list {
		if earner, _ := w.earner(d.creditor); earner == from && w.Wrong != "debts come back to where they were paid from" {
			continue
		}
		pays := new(big.Int).Set(least(rest, d.left))
		rest.Sub(rest, pays)
		d.left.Sub(d.left, pays)
		if pays.Sign() > 0 {
			*way = append(*way, part{work: d.creditor, denom: of.denom, amount: pays})
		}
	}
	if list = slices.DeleteFunc(list, func(d *debt) bool { return d.left.Sign() == 0 }); len(list) == 0 {
		delete(w.owes, of)
	} else {
		w.owes[of] = list
	}
	return rest
}

// owe has a debtor owe a work. What lies there of an account is taken at once. What is owed to one
// creditor is one debt.
func (w *World) owe(of debtor, creditor Work, amount *big.Int) {
	left := new(big.Int).Set(amount)
	if of.account != "" {
		taken := new(big.Int).Set(least(left, w.credited[of.account].of(of.denom)))
		w.credited[of.account].take(of.denom, taken)
		left.Sub(left, taken)
		w.block.taken = append(w.block.taken, part{work: creditor, denom: of.denom, amount: taken})
	}
	if left.Sign() == 0 {
		return
	}
	for _, d := range w.owes[of] {
		if d.creditor == creditor {
			d.left.Add(d.left, left)
			return
		}
	}
	w.owes[of] = append(w.owes[of], &debt{creditor, left})
}

// share is a part of an amount.
func (w *World) share(amount *big.Int, ppm int64) *big.Int {
	part, rest := new(big.Int).QuoRem(new(big.Int).Mul(amount, big.NewInt(ppm)), big.NewInt(Whole), new(big.Int))
	w.Inexact = w.Inexact || rest.Sign() != 0
	return part
}

func least(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}
