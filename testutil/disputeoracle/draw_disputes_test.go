package disputeoracle

import (
	"fmt"
	"math/big"
)

// open contests a work.
func (d *drawer) open() Act {
	if len(d.going()) > 4 {
		return nil
	}
	name, by := pick(d, works), pick(d, people)
	kind := pick(d, []Kind{
		PriorClaim, PriorClaim, PriorClaim, MissingSource, MissingSource, WrongTerms, FalseDeclaration, FalseWeight, UnfairManifest,
	})
	if last := len(d.w.disputes) - 1; last >= 0 && d.oneIn(4) { // the same again
		name, by, kind = d.w.disputes[last].work, d.w.disputes[last].challenger, d.w.disputes[last].kind
	}
	if kind == FalseWeight {
		name = d.contestedWeight(name)
	}
	claim := d.claim(kind, name, by)
	if o, is := d.w.objected[[2]Work{name, claim.Weighed}]; is && d.IntN(8) > 0 {
		by = o.by
	}
	if claim.Payee != "" {
		if d.payees[name] == 2 {
			return nil
		}
		d.payees[name]++
	}
	d.opened++
	return Open{
		by, Dispute(fmt.Sprint("case ", d.opened)), name, kind, claim, pick(d, []string{"a draft", "a letter", "a proof"}),
		d.bond(d.w.besideNew(name)),
	}
}

// contestedWeight is a work in which a weight was objected to, if there is one.
func (d *drawer) contestedWeight(otherwise Work) Work {
	for _, name := range works {
		for _, source := range works {
			if _, is := d.w.objected[[2]Work{name, source}]; is && d.oneIn(2) {
				return name
			}
		}
	}
	return otherwise
}

func (d *drawer) claim(kind Kind, name Work, by Account) (r Redress) {
	if d.oneIn(25) {
		kind = pick(d, []Kind{PriorClaim, MissingSource, WrongTerms, FalseDeclaration, UnfairManifest})
	}
	switch kind {
	case PriorClaim:
		switch d.IntN(5) {
		case 0:
			r.Invalid = true
		case 1:
			r.Invalid, r.Successor = true, pick(d, works)
		default:
			r.To = by
			if d.oneIn(5) {
				r.To = pick(d, people)
			}
		}
	case MissingSource:
		if d.oneIn(2) {
			r.Source, r.Terms = pick(d, works), pick(d, offered)
		}
		if r.Source == "" || d.oneIn(4) {
			r.Payee, r.Share = pick(d, people), 1+d.Int64N(40)
		}
	case FalseDeclaration:
		r.Invalid = d.oneIn(2)
	case FalseWeight:
		for _, source := range works {
			if _, is := d.w.objected[[2]Work{name, source}]; is || d.w.isSource(name, source) && d.oneIn(4) {
				r.Weighed, r.Weight = source, 1+d.Int64N(15)
			}
		}
		return r
	case UnfairManifest:
		if d.oneIn(2) {
			r.Payee, r.Share = pick(d, people), 1+d.Int64N(40)
		}
	case WrongTerms:
	}
	if r.empty() || d.oneIn(2) {
		r.Past = Coins{pick(d, denoms): 1 + d.Int64N(60)}
		if d.oneIn(4) {
			r.Past[pick(d, denoms)] = 1 + d.Int64N(60)
		}
	}
	return r
}

// bond is the least that is asked, sometimes more, seldom less.
func (d *drawer) bond(beside sums) Coins {
	denom := pick(d, []Denom{"ustem", "ustem", "uusdc"})
	bond := Coins{denom: d.w.MinBond[denom] + d.Int64N(2)}
	if d.oneIn(15) {
		bond[denom]--
	}
	for denom, amount := range beside {
		bond[denom] += ceil(amount)
	}
	return bond
}

// ceil is an amount in units, rounded up.
func ceil(amount *big.Int) int64 {
	up := new(big.Int).Add(amount, new(big.Int).Sub(Unit, big.NewInt(1)))
	return up.Quo(up, Unit).Int64()
}

// goOn does something with a dispute that goes on, mostly what its phase is for.
func (d *drawer) goOn() Act {
	open := d.going()
	if len(open) == 0 {
		return nil
	}
	one := pick(d, open)
	phase := one.phase
	if d.oneIn(20) {
		phase = pick(d, []Phase{Answering, Arbitration, Appealable, Governing})
	}
	switch n := d.IntN(20); {
	case n < 1 && phase != Appealable:
		return Drop{d.by(one.challenger), one.name}
	case n < 4:
		return CallBond{pick(d, people), one.name}
	case n < 6:
		return d.addBond(one)
	}
	switch phase {
	case Answering:
		by := d.by(pick(d, append(d.w.respondents(one), d.w.works[one.work].owner)))
		if d.IntN(5) < 3 {
			return Answer{By: by, Dispute: one.name, Concede: true}
		}
		return Answer{By: by, Dispute: one.name, Bond: d.bond(nil)}
	case Appealable:
		parties := append(d.w.respondents(one), one.challenger)
		return Appeal{d.by(pick(d, parties)), one.name, d.bond(d.w.beside(one.work))}
	}
	return d.rule(one)
}

func (d *drawer) addBond(one *dispute) Act {
	bond := Coins{pick(d, []Denom{"ustem", "uusdc"}): 1 + d.Int64N(3)}
	if one.called != nil && d.IntN(4) > 0 {
		bond = Coins{}
		for denom, asked := range one.called {
			if more := new(big.Int).Sub(asked, one.bond.of(denom)); more.Sign() > 0 {
				bond[denom] = ceil(more)
			}
		}
	}
	if d.oneIn(15) {
		bond = Coins{"ufoo": 1}
	}
	if len(bond) == 0 {
		return nil
	}
	return AddBond{pick(d, people), one.name, bond}
}

// rule decides, governance often otherwise than the arbiter did.
func (d *drawer) rule(one *dispute) Act {
	by := one.arbiter
	if one.phase == Governing {
		by = Governance
	}
	if by == "" || d.oneIn(15) {
		by = pick(d, arbiters)
	}
	upheld := d.IntN(4) > 0
	if one.appealed != nil && d.IntN(3) > 0 {
		upheld = !one.appealed.upheld
	}
	if !upheld {
		return Rule{By: by, Dispute: one.name}
	}
	r := one.claim.withoutPast()
	if r.Source != "" && r.Payee != "" && d.IntN(5) > 0 {
		if d.oneIn(2) {
			r.Source, r.Terms = "", ""
		} else {
			r.Payee, r.Share = "", 0
		}
	}
	r.Restitution = d.restitution(one)
	switch d.IntN(15) {
	case 0:
		r.To = pick(d, people)
	case 1:
		r.Invalid, r.Successor = true, pick(d, works)
	case 2:
		r.To, r.Invalid, r.Successor = "", false, ""
	}
	return Rule{by, one.name, true, r}
}

// restitution names amounts within what is claimed for the past, mostly of those who held something.
func (d *drawer) restitution(one *dispute) (list []Restitution) {
	x := d.w.works[one.work]
	for _, denom := range denoms {
		left := one.claim.Past[denom]
		if d.oneIn(25) {
			left += 2
		}
		for left > 0 && len(list) < 4 && d.IntN(4) > 0 {
			table := d.IntN(len(x.tables))
			p := Restitution{pick(d, x.tables[table]).To, table, one.work, denom, 1 + d.Int64N(left)}
			left -= p.Amount
			switch d.IntN(12) {
			case 0:
				p.Debtor = pick(d, people)
			case 1:
				p.Table++
			}
			if one.kind != PriorClaim && d.oneIn(2) {
				p.Debtor, p.Table = "", 0
			}
			if p.Debtor == "" || d.oneIn(4) {
				p.Creditor = pick(d, works)
			}
			list = append(list, p)
		}
	}
	return list
}
