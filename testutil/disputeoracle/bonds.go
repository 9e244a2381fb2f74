package disputeoracle

import (
	"maps"
	"math/big"
	"slices"
)

// beside is what a bond about a work takes beside its minimum: a part of what lies in escrow, in the
// denoms of the minimum, up to a multiple of that.
func (w *World) beside(name Work) sums {
	beside := sums{}
	for denom, least := range w.MinBond {
		part := w.share(w.works[name].escrow.of(denom), w.BondRate*percent)
		if most := units(least * w.MaxBond); part.Cmp(most) > 0 {
			part = most
		}
		if part.Sign() > 0 {
			beside[denom] = part
		}
	}
	return beside
}

// besideNew is what another bond about a work takes beside: nothing where a dispute whose bond is not called for keeps
// that in escrow already.
func (w *World) besideNew(name Work) sums {
	if slices.ContainsFunc(w.disputes, func(d *dispute) bool { return d.work == name && d.backed() && d.called == nil }) {
		return sums{}
	}
	return w.beside(name)
}

// notABond is what is against a bond: it has one of the minimum's coins, and all that is asked beside.
func (w *World) notABond(bond, beside sums) (against reasons) {
	against = w.notTaken(bond)
	enough := false
	for denom, least := range w.MinBond {
		asked := sums{}
		asked.addAll(beside)
		asked.add(denom, units(least))
		enough = enough || bond.covers(asked)
	}
	against.when(!enough, "bond_too_small")
	return against
}

func (w *World) notTaken(bond sums) (against reasons) {
	for denom := range bond {
		against.when(w.MinBond[denom] == 0, "invalid_message")
	}
	return against
}

// callBond calls for what opening the dispute would take now. Once there is a ruling, which may be for
// the challenger, it is not called for.
func (w *World) callBond(a CallBond) (against reasons) {
	d, against := w.find(a.Dispute, Answering, Arbitration, Governing)
	if d == nil {
		return against
	}
	against.when(d.open() && (!d.backed() || d.called != nil || d.ruling != nil), "wrong_phase")
	beside := w.beside(d.work)
	against.when(len(beside) == 0 || len(w.notABond(d.bond, beside)) == 0, "nothing_to_call")
	if len(against) > 0 {
		return against
	}
	d.called, d.calledUntil = w.atLeast(d.bond, beside), w.now+w.Bond
	return nil
}

// atLeast is the least that a bond is raised to: the minimum in the first denom in which it is there now.
func (w *World) atLeast(bond, beside sums) sums {
	called := sums{}
	called.addAll(beside)
	for _, denom := range slices.Sorted(maps.Keys(w.MinBond)) {
		if least := units(w.MinBond[denom]); bond.of(denom).Cmp(least) >= 0 {
			called.add(denom, least)
			break
		}
	}
	for denom, has := range bond {
		if called.of(denom).Cmp(has) < 0 {
			called[denom] = has
		}
	}
	return called
}

// addBond adds to a challenger's bond.
func (w *World) addBond(a AddBond) (against reasons) {
	d, against := w.find(a.Dispute)
	if d == nil {
		return against
	}
	more := sumsOf(a.Bond)
	against.when(d.open() && d.ruling != nil, "wrong_phase")
	against = append(against, w.notTaken(more)...)
	if len(against) > 0 {
		return against
	}
	w.takeFrom(a.By, more)
	d.bond.addAll(more)
	if d.called != nil && d.bond.covers(d.called) {
		d.called = nil
	}
	return nil
}

// payStakes gives back what is at stake, but for those who are wrong: half of theirs is burnt, half
// goes to the other side. Where nobody decided half of the challenger's is burnt for the time.
func (w *World) payStakes(d *dispute, end Phase) {
	holders, challenger := w.works[d.work].table(), Table{{d.challenger, Whole}}
	var bond, contest, appeal Table // who has half of it; nobody: it goes back
	switch end {
	case Upheld:
		contest = challenger
	case Dismissed, Dropped:
		bond = holders
	case Lapsed:
		bond = challenger
	}
	if d.isConfirmed() && (end == Upheld || end == Dismissed) {
		appeal = challenger
		if d.appealedBy == d.challenger {
			appeal = holders
		}
	}
	if w.Wrong == "who is wrong loses nothing" {
		bond, contest, appeal = nil, nil, nil
	}
	w.payStake(d.bond, d.challenger, bond)
	w.payStake(d.contest, d.contestedBy, contest)
	w.payStake(d.appeal, d.appealedBy, appeal)
}

// isConfirmed says that governance decided as the arbiter had.
func (d *dispute) isConfirmed() bool {
	return d.appealed != nil && d.ruling != nil && d.ruling.by != d.appealed.by && d.ruling.givesAs(*d.appealed)
}

// givesAs says that a ruling gives the same as another.
func (r ruling) givesAs(other ruling) bool {
	return r.upheld == other.upheld && r.redress.String() == other.redress.String()
}

// payStake burns half of a stake and gives half to others; with no others it goes back.
func (w *World) payStake(stake sums, by Account, to Table) {
	if to == nil {
		w.give(stake, Table{{by, Whole}})
		return
	}
	half := sums{}
	for denom, amount := range stake {
		part, rest := new(big.Int).QuoRem(amount, big.NewInt(2), new(big.Int))
		w.Inexact = w.Inexact || rest.Sign() != 0
		half[denom] = part
		w.burnt.add(denom, part)
	}
	w.give(half, to)
}

func (w *World) give(stake sums, to Table) {
	for denom, amount := range stake {
		for _, h := range to {
			w.bank[h.To].add(denom, w.share(amount, h.Share))
		}
	}
}
