package rightsoracle_test

import (
	"slices"

	. "github.com/stemma-chain/stemma/testutil/rightsoracle"
)

// remake plans what it takes to make works from a remix whose source asks for approval or
// payment of that: the remix, an offer of it, grants of the source, and works that are made
// from the remix.
func (d *drawer) remake(by Account, made Work) Act {
	asks := slices.DeleteFunc(slices.Clone(d.terms), func(t Terms) bool {
		return t.Training != Paid && (t.Input != Paid || t.UsePrice > 0) && (!t.Approval || t.ApprovalDirect)
	})
	song, remix := oneOf(d.chance, d.works), oneOf(d.chance, d.works)
	if len(asks) == 0 || song == remix || song == made || remix == made {
		return d.obtain(by, made)
	}
	t, open := oneOf(d.chance, asks), d.someTerms()
	if free := slices.IndexFunc(d.terms, func(t Terms) bool { return t.Name == "open" }); free >= 0 && !once(d, 4) {
		open = d.terms[free]
	}
	owner, remixer := d.h.Owner(song, d.h.Today()), d.h.Owner(remix, d.h.Today())
	take := func(whose Account, whatFor Work) Acquire {
		d.serial++
		a := Acquire{By: whose, Work: song, Terms: t.Name, MaxFee: 10, Serial: d.serial, For: whatFor}
		if t.Approval {
			d.planned = append(d.planned, Approve{By: owner, Work: song, Terms: t.Name, Licensee: whose})
		}
		d.planned = append(d.planned, a)
		return a
	}
	derive := func(whose Account, work, from Work, role Role, p Permission) {
		d.planned = append(d.planned, Derive{
			By: whose, Work: work, MaxRate: 1_000_000, AllowUnapproved: true, Record: role == InputTo && !d.h.Generated(work),
			Sources: []Source{{Work: from, Role: role, Permission: p}},
		})
	}
	grant := take(remixer, "")
	derive(remixer, remix, song, ParentOf, Permission{Grant: grant.Named()})
	d.planned = append(d.planned, Offer{By: remixer, Work: remix, Terms: open.Name})
	for range 1 + d.IntN(2) {
		whatFor := Work("")
		if once(d, 3) {
			whatFor = made
		}
		take(by, whatFor)
		if t.Approval { // what is asked for is the grant then
			d.planned = append(d.planned, Disapprove{By: owner, Work: song, Terms: t.Name, Licensee: by})
		}
	}
	for _, work := range append([]Work{made}, d.ownedBy(by)[:min(1+d.IntN(2), len(d.ownedBy(by)))]...) {
		role := ComponentOf
		if kind := d.h.KindOf(work); t.Training == Paid && (kind == Model || kind == Dataset) {
			role = TrainedOn
		} else if t.Input == Paid {
			role = InputTo
		}
		derive(by, work, remix, role, Permission{Terms: open.Name})
	}
	return Offer{By: owner, Work: song, Terms: t.Name}
}
