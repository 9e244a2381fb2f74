package disputeoracle

import (
	"maps"
	"math/big"
	"slices"
)

func (w *World) pay(a Pay) (against reasons) {
	x := w.works[a.Work]
	against.when(x.invalid, "on_hold")
	if len(against) > 0 {
		return against
	}
	amount := units(a.Amount)
	w.bank[a.By].take(a.Denom, amount)
	w.block.payments = append(w.block.payments, payment{
		work: a.Work, denom: a.Denom, amount: amount, epoch: x.epoch, table: x.table(), owed: x.owed,
	})
	return nil
}

// derive declares a source. Nobody is asked where nothing was made from the work yet.
func (w *World) derive(a Derive) (against reasons) {
	x := w.works[a.Work]
	against.when(x.owner != a.By, "not_owner")
	against.when(w.isDisputed(a.Work), "on_hold")
	against.when(x.offered != "", "on_offer")
	against.when(w.onHold(a.Source), "not_available")
	against.when(a.Work == a.Source, "invalid_source")
	next := w.joined(a.Work, a.Source, a.Terms, a.By)
	against.when(next.sum() > Whole, "over_whole")
	against.when(w.inArrears(a.Work) && w.changes(a.Work, next), "in_arrears")
	if len(against) > 0 {
		return against
	}
	w.link(a.Work, a.Source, a.Terms, a.By)
	return nil
}

func (w *World) isDisputed(name Work) bool {
	return slices.ContainsFunc(w.disputes, func(d *dispute) bool { return d.work == name && d.open() })
}

// inArrears says that a work owes for the past: then it owes nothing new by its owner's choice.
func (w *World) inArrears(name Work) bool {
	for of, debts := range w.owes {
		if of.work == name && len(debts) > 0 {
			return true
		}
	}
	return false
}

func (w *World) changes(name Work, next owed) bool {
	now := w.works[name].owed
	return !maps.Equal(next.absolute, now.absolute) || !maps.Equal(next.relative, now.relative)
}

func (w *World) isSource(name, source Work) bool {
	_, is := w.works[name].sources[source]
	return is
}

// isMadeFrom says whether a work was made from another, over any number of steps.
func (w *World) isMadeFrom(name, from Work) bool {
	for source := range w.works[name].sources {
		if source == from || w.isMadeFrom(source, from) {
			return true
		}
	}
	return false
}

// joined is what a work owes with one more source: all that the source owes absolutely, and the
// source itself by the terms, each once at the highest rate. Who owns a source and all its revenue
// takes it as their own.
func (w *World) joined(name, source Work, terms Terms, by Account) owed {
	next := owed{maps.Clone(w.works[name].owed.absolute), maps.Clone(w.works[name].owed.relative)}
	from := w.works[source]
	for ancestor, share := range from.owed.absolute {
		next.absolute[ancestor] = max(next.absolute[ancestor], share)
	}
	own := by != "" && from.owner == by && from.table().of(by) == Whole
	royalty := w.Terms[terms]
	switch {
	case own || royalty.Rate == 0:
	case royalty.Relative:
		next.relative[source] = max(next.relative[source], royalty.Rate*percent)
	default:
		next.absolute[source] = max(next.absolute[source], royalty.Rate*percent)
	}
	return next
}

func (w *World) link(name, source Work, terms Terms, by Account) {
	x, next := w.works[name], w.joined(name, source, terms, by)
	if w.changes(name, next) {
		x.epoch++
	}
	x.owed = next
	x.sources[source] = w.now
}

func (w *World) assign(a Assign) (against reasons) {
	x := w.works[a.Work]
	has := x.table().of(a.By)
	against.when(w.onHold(a.Work), "on_hold")
	against.when(has == 0, "not_holder")
	against.when(a.Share*percent > has || a.To == a.By, "invalid_shares")
	if len(against) > 0 {
		return against
	}
	x.hold(x.table().moved(a.By, a.To, a.Share*percent))
	return nil
}

// moved is a table after a part of one's share went to another.
func (t Table) moved(from, to Account, share int64) Table {
	next := slices.Clone(t)
	next = next.with(from, -share)
	return next.with(to, share)
}

// with is a table in which an account has so much more.
func (t Table) with(a Account, more int64) Table {
	at := slices.IndexFunc(t, func(h Holding) bool { return h.To == a })
	if at < 0 {
		return append(t, Holding{a, more})
	}
	t[at].Share += more
	return slices.DeleteFunc(t, func(h Holding) bool { return h.Share == 0 })
}

// diluted is a table in which an account gets a share, and the others keep theirs in proportion.
func (w *World) diluted(t Table, to Account, share int64) Table {
	next := slices.Clone(t)
	for i := range next {
		kept := next[i].Share * (Whole - share)
		w.Inexact = w.Inexact || kept%Whole != 0
		next[i].Share = kept / Whole
	}
	return next.with(to, share)
}

func (w *World) offer(a OfferTransfer) (against reasons) {
	x := w.works[a.Work]
	against.when(x.owner != a.By, "not_owner")
	against.when(w.onHold(a.Work), "on_hold")
	against.when(a.To == a.By, "invalid_transfer")
	if len(against) == 0 {
		x.offered = a.To
	}
	return against
}

// accept takes a work over. A sole holder who is the old owner is replaced by the new one.
func (w *World) accept(a AcceptTransfer) (against reasons) {
	x := w.works[a.Work]
	against.when(w.onHold(a.Work), "on_hold")
	against.when(x.offered != a.By, "invalid_transfer")
	if len(against) > 0 {
		return against
	}
	if x.table().of(x.owner) == Whole {
		x.hold(Table{{a.By, Whole}})
	}
	x.owner, x.offered = a.By, ""
	return nil
}

func (w *World) withdraw(a Withdraw) (against reasons) {
	against.when(!w.credited[a.By].any(), "no_balance")
	for denom, amount := range w.credited[a.By] {
		w.bank[a.By].add(denom, amount)
	}
	w.credited[a.By] = sums{}
	return against
}

// object says that a source has another weight, within a window of its declaration.
func (w *World) object(a Object) (against reasons) {
	x := w.works[a.Work]
	since, is := x.sources[a.Source]
	against.when(w.works[a.Source].owner != a.By, "not_owner")
	against.when(!is || x.weights[a.Source] == a.Weight, "invalid_message")
	against.when(is && w.now > since+w.Objection, "too_late")
	if len(against) == 0 {
		w.objected[[2]Work{a.Work, a.Source}] = objection{a.By, a.Weight}
	}
	return against
}

func units(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), Unit) }
