package disputeoracle

import (
	"slices"
)

// gives says what a dispute of a kind can give.
var gives = map[Kind]struct{ work, invalid, source, payee, weight, past bool }{
	PriorClaim:       {work: true, invalid: true, past: true},
	MissingSource:    {source: true, payee: true, past: true},
	WrongTerms:       {past: true},
	FalseDeclaration: {invalid: true, past: true},
	FalseWeight:      {weight: true},
	UnfairManifest:   {weight: true, payee: true, past: true},
}

func (r Redress) empty() bool {
	return r.To == "" && !r.Invalid && r.Source == "" && r.Payee == "" && r.Weighed == "" && len(r.Past)+len(r.Restitution) == 0
}

// notAClaim is what is against a claim by itself. It is not for an arbiter, unless that one opens it.
func (w *World) notAClaim(a Open) (against reasons) {
	against.when(a.Claim.empty() || len(a.Claim.Restitution) > 0, "invalid_redress")
	for _, gains := range w.gain(a.Claim) {
		against.when(slices.Contains(w.Arbiters, gains) && gains != a.By, "invalid_redress")
	}
	return append(against, misplaced(a.Kind, a.Work, a.Claim)...)
}

// notARuling is what is against a ruling by itself.
func (w *World) notARuling(d *dispute, r Redress) (against reasons) {
	against.when(len(r.Past) > 0 || r.Source != "" && r.Payee != "", "invalid_redress")
	for _, p := range r.Restitution {
		against.when(p.Debtor == "" && p.Creditor == d.work, "invalid_redress")
	}
	return append(against, misplaced(d.kind, d.work, r)...)
}

func misplaced(kind Kind, name Work, r Redress) (against reasons) {
	can := gives[kind]
	for _, part := range []struct{ is, can bool }{
		{r.To != "", can.work},
		{r.Invalid || r.Successor != "", can.invalid},
		{r.Source != "", can.source},
		{r.Payee != "", can.payee},
		{r.Weighed != "", can.weight},
		{len(r.Past)+len(r.Restitution) > 0, can.past},
	} {
		against.when(part.is && !part.can, "invalid_redress")
	}
	against.when(r.To != "" && r.Invalid || r.Successor != "" && !r.Invalid, "invalid_redress")
	against.when(r.Successor == name || r.Source == name, "invalid_redress")
	return against
}

// beyond says that a ruling gives more than was claimed.
func beyond(claim, r Redress) bool {
	past := sums{}
	for _, p := range r.Restitution {
		past.add(p.Denom, units(p.Amount))
	}
	switch {
	case r.To != "" && r.To != claim.To, r.Invalid && (!claim.Invalid || r.Successor != claim.Successor),
		r.Source != "" && (r.Source != claim.Source || r.Terms != claim.Terms),
		r.Payee != "" && (r.Payee != claim.Payee || r.Share > claim.Share),
		r.Weighed != "" && r.Weighed != claim.Weighed, !sumsOf(claim.Past).covers(past):
		return true
	}
	return false
}

// cannot says that a redress cannot be given now: the graph does not allow it, or who would owe never
// held anything.
func (w *World) cannot(d *dispute, r Redress) bool {
	x := w.works[d.work]
	if x.invalid && (r.Invalid || r.To != "") {
		return true
	}
	for at := r.Successor; at != ""; at = w.works[at].successor {
		if at == d.work {
			return true
		}
	}
	if r.Source != "" && !w.isGiven(d, r.Source) && (w.isSource(d.work, r.Source) || w.isMadeFrom(r.Source, d.work) ||
		w.joined(d.work, r.Source, r.Terms, "").sum() > Whole) {
		return true
	}
	if r.Weighed != "" && !w.isSource(d.work, r.Weighed) {
		return true
	}
	return slices.ContainsFunc(r.Restitution, func(p Restitution) bool { return w.owesNothing(d, r, p) })
}

// isGiven says that a source was added by another ruling since the dispute was opened.
func (w *World) isGiven(d *dispute, source Work) bool {
	since, is := w.works[d.work].sources[source]
	return is && since > d.opened
}

// owesNothing says that an amount for the past is owed by nobody: by an account that held nothing of the
// work, or by a work to itself.
func (w *World) owesNothing(d *dispute, r Redress, p Restitution) bool {
	x := w.works[d.work]
	if p.Debtor != "" {
		return p.Table >= len(x.tables) || x.tables[p.Table].of(p.Debtor) == 0
	}
	if r.Invalid { // what is paid to the creditor goes by how it is then
		was := *x
		x.invalid, x.successor = true, r.Successor
		defer func() { *x = was }()
	}
	earner, _ := w.earner(p.Creditor)
	return earner == d.work || p.Creditor == d.work
}

// carryOut gives what was ruled.
func (w *World) carryOut(d *dispute, r Redress) {
	x := w.works[d.work]
	if r.To != "" {
		x.owner = r.To
		if x.table().of(r.To) != Whole {
			x.hold(Table{{r.To, Whole}})
		}
	}
	if r.Invalid {
		x.invalid, x.successor = true, r.Successor
		w.block.redirected[d.work] = true
	}
	if r.Source != "" && !w.isGiven(d, r.Source) {
		w.link(d.work, r.Source, r.Terms, "")
	}
	if r.Payee != "" && w.Wrong != "a payee gets nothing" {
		if next := w.diluted(x.table(), r.Payee, r.Share*percent); !slices.Equal(next, x.table()) {
			x.hold(next)
		}
	}
	for _, p := range r.Restitution {
		of := debtor{account: p.Debtor, denom: p.Denom}
		if p.Debtor == "" {
			of.work = d.work
		}
		w.owe(of, p.Creditor, units(p.Amount))
	}
	if r.Weighed != "" {
		x.weights[r.Weighed] = r.Weight
		delete(w.objected, [2]Work{d.work, r.Weighed})
	}
}
