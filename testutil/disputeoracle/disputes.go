package disputeoracle

import (
	"slices"
	"time"
)

// Phase is where a dispute stands, and how it ended.
type Phase string

// The phases, and the ends.
const (
	Answering   Phase = "answer"
	Arbitration Phase = "arbitration"
	Appealable  Phase = "appeal"
	Governing   Phase = "governance"
	Final       Phase = "final"
	Upheld      Phase = "upheld"
	Dismissed   Phase = "dismissed"
	Conceded    Phase = "conceded"
	Dropped     Phase = "dropped"
	Lapsed      Phase = "lapsed"
	Moot        Phase = "moot"
)

type dispute struct {
	name       Dispute
	work       Work
	kind       Kind
	challenger Account
	// owner is who owned the work when it was contested.
	owner    Account
	claim    Redress
	evidence string

	phase    Phase
	opened   time.Duration
	deadline time.Duration
	arbiter  Account
	conceded []Account
	// The stakes: of the challenger, of the one who contests and of the one who appeals.
	bond, contest, appeal   sums
	contestedBy, appealedBy Account
	ruling, appealed        *ruling
	// called is what the bond is to be raised to until then.
	called      sums
	calledUntil time.Duration
	// unbacked keeps nothing in escrow: its bond was not raised.
	unbacked bool
	// returned says that a ruling could not be carried out in the end.
	returned bool
}

type ruling struct {
	by      Account
	upheld  bool
	redress Redress
}

// spent is evidence that failed, by whom, about what.
type spent struct {
	work     Work
	by       Account
	kind     Kind
	evidence string
}

func (d *dispute) open() bool {
	return slices.Contains([]Phase{Answering, Arbitration, Appealable, Governing, Final}, d.phase)
}

func (d *dispute) holds() bool { return d.kind != FalseWeight && d.kind != UnfairManifest }

// inEscrow says that a dispute keeps there what a work earns.
func (w *World) inEscrow(name Work) bool {
	return slices.ContainsFunc(w.disputes, func(d *dispute) bool { return d.work == name && d.backed() })
}

func (d *dispute) backed() bool { return d.open() && d.holds() && !d.unbacked }

// respondents are the work's owner and the holders of its revenue, but for the challenger.
func (w *World) respondents(d *dispute) (list []Account) {
	x := w.works[d.work]
	for _, h := range append(Table{{x.owner, Whole}}, x.table()...) {
		if h.To != d.challenger && !slices.Contains(list, h.To) {
			list = append(list, h.To)
		}
	}
	return list
}

// open contests a work.
func (w *World) open(a Open) (against reasons) {
	x := w.works[a.Work]
	against = append(against, w.notAClaim(a)...)
	against.when(x.invalid, "not_contestable")
	against.when(x.owner == a.By, "own_work")
	against.when(slices.ContainsFunc(w.disputes, func(d *dispute) bool {
		return d.open() && d.work == a.Work && d.challenger == a.By
	}), "already_open")
	against.when(w.spent[spent{a.Work, a.By, a.Kind, a.Evidence}], "nothing_new")
	if a.Claim.Weighed != "" {
		against.when(!w.isSource(a.Work, a.Claim.Weighed), "invalid_redress")
		against.when(a.Kind == FalseWeight && w.objected[[2]Work{a.Work, a.Claim.Weighed}].by != a.By, "no_objection")
	}
	against = append(against, w.notABond(sumsOf(a.Bond), w.besideNew(a.Work))...)
	if len(against) > 0 {
		return against
	}
	d := &dispute{
		name: a.Dispute, work: a.Work, kind: a.Kind, challenger: a.By, owner: x.owner, claim: a.Claim, evidence: a.Evidence,
		bond: sumsOf(a.Bond), phase: Answering, opened: w.now, deadline: w.now + w.Answer,
	}
	w.takeFrom(a.By, d.bond)
	if d.holds() {
		x.offered = ""
		w.block.redirected[a.Work] = w.block.redirected[a.Work] || !w.inEscrow(a.Work)
	}
	w.disputes = append(w.disputes, d)
	return nil
}

func (w *World) takeFrom(by Account, stake sums) {
	for denom, amount := range stake {
		w.bank[by].take(denom, amount)
	}
}

// find returns a dispute that goes on, and what is against doing something with it in other phases
// than some.
func (w *World) find(name Dispute, phases ...Phase) (d *dispute, against reasons) {
	at := slices.IndexFunc(w.disputes, func(d *dispute) bool { return d.name == name })
	if at < 0 {
		return nil, reasons{"not_found"}
	}
	d = w.disputes[at]
	against.when(!d.open() || len(phases) > 0 && !slices.Contains(phases, d.phase), "wrong_phase")
	against.when(d.open() && w.now >= d.deadline, "too_late")
	return d, against
}

// answer concedes or contests. The owner decides by contesting that the case goes on; another who contests
// does not end the owner's time.
func (w *World) answer(a Answer) (against reasons) {
	d, against := w.find(a.Dispute, Answering)
	if d == nil {
		return against
	}
	respondents := w.respondents(d)
	owner := w.works[d.work].owner
	against.when(!slices.Contains(respondents, a.By), "not_party")
	against.when(a.Concede && slices.Contains(d.conceded, a.By), "wrong_phase")
	joins := !a.Concede && d.contestedBy != "" && a.By != owner
	if !a.Concede {
		against.when(d.contestedBy == a.By, "wrong_phase")
		if !joins {
			against = append(against, w.notABond(sumsOf(a.Bond), nil)...)
		}
	}
	if len(against) > 0 {
		return against
	}
	d.conceded = slices.DeleteFunc(d.conceded, func(r Account) bool { return !slices.Contains(respondents, r) })
	if joins { // who contests beside another has nothing at stake
		d.conceded = slices.DeleteFunc(d.conceded, func(r Account) bool { return r == a.By })
		return nil
	}
	w.note(d, a)
	silent := slices.ContainsFunc(respondents, func(r Account) bool { return r != d.contestedBy && !slices.Contains(d.conceded, r) })
	switch {
	case silent && d.contestedBy != owner:
	case d.contestedBy == "" && w.isTheirs(d) && (len(d.claim.Past) == 0 || a.By == owner):
		w.concede(d)
	default:
		w.toDecide(d)
	}
	return nil
}

// note notes the answer of a party, in place of an earlier one; of those who contest one has a bond.
func (w *World) note(d *dispute, a Answer) {
	d.conceded = slices.DeleteFunc(d.conceded, func(r Account) bool { return r == a.By })
	if !a.Concede || d.contestedBy == a.By {
		w.give(d.contest, Table{{d.contestedBy, Whole}})
		d.contestedBy, d.contest = "", nil
	}
	if a.Concede {
		d.conceded = append(d.conceded, a.By)
		return
	}
	d.contestedBy, d.contest = a.By, sumsOf(a.Bond)
	w.takeFrom(a.By, d.contest)
}

// concede gives what is claimed for the past at once, which the owner pays, and all else at the end of the
// block.
func (w *World) concede(d *dispute) {
	w.takeFrom(w.works[d.work].owner, sumsOf(d.claim.Past))
	w.bank[d.challenger].addAll(sumsOf(d.claim.Past))
	d.ruling = &ruling{upheld: true, redress: d.claim.withoutPast()}
	d.phase, d.deadline = Final, w.now
}

func (r Redress) withoutPast() Redress {
	r.Past = nil
	return r
}

// isTheirs says whether owner and holders could give by themselves what is claimed, to the one who asks
// for it, while nobody else contests the work.
func (w *World) isTheirs(d *dispute) bool {
	c := d.claim
	for _, other := range w.disputes {
		if other != d && other.open() && other.work == d.work {
			return false
		}
	}
	agreed := c.Weighed == ""
	if !agreed {
		source := w.works[c.Weighed].owner
		agreed = source == w.works[d.work].owner || w.objected[[2]Work{d.work, c.Weighed}] == objection{source, c.Weight}
	}
	if d.holds() && w.inArrears(d.work) {
		return false
	}
	return agreed && !c.Invalid && c.Source == "" && c.Payee == "" && (c.To == "" || c.To == d.challenger) &&
		!w.cannot(d, c.withoutPast())
}

// toDecide takes a dispute to the first arbiter that is no party, or to governance.
func (w *World) toDecide(d *dispute) {
	d.arbiter = ""
	for _, a := range w.Arbiters {
		if !slices.Contains(w.interested(d, Redress{}), a) {
			d.arbiter, d.phase, d.deadline = a, Arbitration, w.now+w.Rules.Arbitration
			return
		}
	}
	d.phase, d.deadline = Governing, w.now+w.Governance
}

// interested have something to win or to lose by a dispute, or by what is given. A holder is a party from a
// twentieth of the revenue on.
func (w *World) interested(d *dispute, given Redress) []Account {
	list := []Account{d.challenger, d.owner, d.contestedBy, w.works[d.work].owner}
	for _, h := range w.works[d.work].table() {
		if h.Share >= 5*percent {
			list = append(list, h.To)
		}
	}
	if d.claim.Weighed != "" {
		list = append(list, w.works[d.claim.Weighed].owner)
	}
	return slices.Concat(list, w.gain(d.claim), w.gain(given))
}

// gain are those for whom something is claimed or given.
func (w *World) gain(r Redress) []Account {
	list := []Account{r.To, r.Payee}
	named := []Work{r.Successor, r.Source}
	for _, p := range r.Restitution {
		named = append(named, p.Creditor)
	}
	for _, name := range named {
		if name != "" {
			list = append(list, w.works[name].owner)
		}
	}
	return list
}

// rule decides: the arbiter once, then a party may appeal; governance at once.
func (w *World) rule(a Rule) (against reasons) {
	d, against := w.find(a.Dispute, Arbitration, Governing)
	if d == nil {
		return against
	}
	against.when(a.Upheld == a.Redress.empty(), "invalid_redress")
	by := d.arbiter
	if d.phase == Governing {
		by = Governance
	}
	against.when(a.By != by || by != Governance && !slices.Contains(w.Arbiters, by), "not_arbiter")
	against.when(slices.Contains(w.interested(d, a.Redress), a.By), "recused")
	if a.Upheld {
		against = append(against, w.notARuling(d, a.Redress)...)
	}
	against.when(beyond(d.claim, a.Redress), "beyond_claim")
	if len(against) > 0 {
		return against
	}
	if a.Upheld && w.cannot(d, a.Redress) {
		return reasons{"cannot_be_carried_out"}
	}
	d.ruling = &ruling{a.By, a.Upheld, a.Redress}
	d.called = nil
	if d.phase == Governing {
		d.phase, d.deadline = Final, w.now
	} else {
		d.phase, d.deadline = Appealable, w.now+w.Rules.Appeal
	}
	return nil
}

// appeal takes a ruling to governance.
func (w *World) appeal(a Appeal) (against reasons) {
	d, against := w.find(a.Dispute, Appealable)
	if d == nil {
		return against
	}
	parties := []Account{d.challenger} // who won by a ruling does not appeal in place of who lost
	if d.ruling == nil || d.ruling.upheld {
		parties = append(parties, w.respondents(d)...)
	}
	against.when(!slices.Contains(parties, a.By), "not_party")
	bond, beside := sumsOf(a.Bond), w.beside(d.work)
	if bond.covers(d.bond) { // nobody need have more at stake than the challenger
		beside = nil
	}
	against = append(against, w.notABond(bond, beside)...)
	if len(against) > 0 {
		return against
	}
	d.appealedBy, d.appeal, d.appealed = a.By, sumsOf(a.Bond), d.ruling
	w.takeFrom(a.By, d.appeal)
	d.phase, d.deadline = Governing, w.now+w.Governance
	return nil
}

// drop gives a dispute up before a ruling.
func (w *World) drop(a Drop) (against reasons) {
	d, against := w.find(a.Dispute, Answering, Arbitration, Governing)
	if d == nil {
		return against
	}
	against.when(d.open() && d.ruling != nil, "wrong_phase")
	against.when(d.challenger != a.By, "not_party")
	if len(against) == 0 {
		w.close(d, Dropped)
	}
	return against
}
