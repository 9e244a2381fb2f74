package disputeoracle

import "slices"

// ways are the works to which what a work earns goes on, by arrears and by successors.
type ways map[[2]Work]bool

// isSafe says that an act leads money round no circle, now or once what is claimed is given. An account
// that holds shares of two works that it owes may pay these in either order, as x/royalty says; and
// in a longer circle each round is a fraction of the one before, until it does not divide any more.
func (d *drawer) isSafe(act Act) bool {
	claims := make([]claimed, 0, len(d.w.disputes)+1)
	for _, one := range d.w.disputes {
		if one.open() {
			claims = append(claims, claimed{one.work, one.claim, one.ruling})
		}
	}
	holds := map[Account][]Work{}
	switch a := act.(type) {
	case Open:
		claims = append(claims, claimed{work: a.Work, claim: a.Claim})
	case Rule:
		if one, against := d.w.find(a.Dispute); one != nil && len(against) == 0 {
			claims = append(claims, claimed{one.work, one.claim, &ruling{redress: a.Redress}})
		}
	case Assign:
		holds[a.To] = append(holds[a.To], a.Work)
	case OfferTransfer:
		holds[a.To] = append(holds[a.To], a.Work)
	default:
		return true
	}
	return !d.waysWith(claims, holds).goRound()
}

// claimed is what a dispute may give.
type claimed struct {
	work   Work
	claim  Redress
	ruling *ruling
}

// waysWith are all ways that there are or may come to be.
func (d *drawer) waysWith(claims []claimed, holds map[Account][]Work) ways {
	all := ways{}
	add := func(from, to Work) {
		from, _ = d.w.earner(from)
		to, _ = d.w.earner(to)
		if from != to {
			all[[2]Work{from, to}] = true
		}
	}
	for _, name := range works {
		x := d.w.works[name]
		for _, h := range x.table() {
			holds[h.To] = append(holds[h.To], name)
		}
		holds[x.offered] = append(holds[x.offered], name)
	}
	for _, c := range claims {
		holds[c.claim.To] = append(holds[c.claim.To], c.work)
		holds[c.claim.Payee] = append(holds[c.claim.Payee], c.work)
		if c.claim.Successor != "" {
			add(c.work, c.claim.Successor)
		}
	}
	owes := func(of Account, work, creditor Work) {
		if of == "" {
			add(work, creditor)
			return
		}
		for _, held := range holds[of] {
			add(held, creditor)
		}
	}
	for of, debts := range d.w.owes {
		for _, debt := range debts {
			owes(of.account, of.work, debt.creditor)
		}
	}
	for _, c := range claims {
		if c.ruling == nil {
			continue
		}
		for _, p := range c.ruling.redress.Restitution {
			owes(p.Debtor, c.work, p.Creditor)
		}
	}
	return all
}

func (v ways) goRound() bool {
	return slices.ContainsFunc(works, func(name Work) bool { return v.lead(name, name, map[Work]bool{}) })
}

func (v ways) lead(from, to Work, seen map[Work]bool) bool {
	for _, next := range works {
		if !v[[2]Work{from, next}] {
			continue
		}
		if next == to {
			return true
		}
		if !seen[next] {
			seen[next] = true
			if v.lead(next, to, seen) {
				return true
			}
		}
	}
	return false
}
