package disputeoracle

import (
	"slices"
	"strings"
	"time"
)

// due are the disputes that are due, the earliest first.
func (w *World) due() (list []*dispute) {
	for _, d := range w.disputes {
		if d.open() && d.next() <= w.now {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b *dispute) int {
		if a.next() != b.next() {
			return int(a.next() - b.next())
		}
		return strings.Compare(w.Order(a.name), w.Order(b.name))
	})
	return list
}

// next is when something is due: the end of the phase, or before it that of a call for the bond.
func (d *dispute) next() time.Duration {
	if d.called != nil {
		return min(d.deadline, d.calledUntil)
	}
	return d.deadline
}

// process does what is due. Time alone gives nothing to anybody.
func (w *World) process(d *dispute) {
	switch {
	case w.works[d.work].invalid:
		w.close(d, Moot)
	case w.now < d.deadline:
		d.unbacked, d.called = true, nil
		w.release(d.work)
	case d.phase == Answering:
		w.toDecide(d)
	case d.phase == Arbitration:
		d.phase, d.deadline = Governing, w.now+w.Governance
	case d.phase == Governing && d.ruling == nil:
		w.close(d, Lapsed)
	default:
		w.finish(d)
	}
}

// finish carries out what is final. What cannot be carried out goes back to whoever decides.
func (w *World) finish(d *dispute) {
	r := d.ruling
	switch {
	case r.upheld && w.cannot(d, r.redress):
		d.ruling, d.returned = nil, true
		if d.appealedBy == "" {
			w.toDecide(d)
		} else {
			d.phase, d.deadline = Governing, w.now+w.Governance
		}
	case !r.upheld:
		w.close(d, Dismissed)
	default:
		w.carryOut(d, r.redress)
		if r.by == "" {
			w.close(d, Conceded)
		} else {
			w.close(d, Upheld)
		}
	}
}

// close ends a dispute: stakes go where its end says, and the work is free unless others hold it.
func (w *World) close(d *dispute, end Phase) {
	backed := d.backed()
	w.payStakes(d, end)
	d.phase, d.called = end, nil
	if backed {
		w.release(d.work)
	}
	if end == Dismissed || end == Dropped {
		w.spent[spent{d.work, d.challenger, d.kind, d.evidence}] = true
	}
}

// release has what lies in escrow go on, when no dispute keeps it there any more.
func (w *World) release(name Work) {
	if !w.inEscrow(name) && !w.works[name].invalid {
		w.block.redirected[name] = true
	}
}
