package rightsoracle_test

import (
	"math/rand/v2"
	"slices"
	"time"

	. "github.com/stemma-chain/stemma/testutil/rightsoracle"
)

// chance is where draws come from: a seed, or rapid.
type chance interface {
	// IntN draws a number from 0 to below n.
	IntN(n int) int
}

func seeded(seed uint64) chance { return rand.New(rand.NewPCG(seed, 0)) }

func oneOf[T any](c chance, list []T) T { return list[c.IntN(len(list))] }

// once says yes one time in n.
func once(c chance, n int) bool { return c.IntN(n) == 0 }

var (
	accounts = []Account{"ana", "bo", "cy", "di"}
	works    = []Work{"song", "photo", "film", "novel", "remix", "model", "dataset", "poster", "cover", "sketch", "map", "loop"}
	places   = [][]string{nil, nil, {"DE"}, {"FR"}, {"DE", "FR"}}
	media    = [][]string{nil, nil, nil, {"print"}}
)

// drawer draws what happens next, mostly something that can happen.
type drawer struct {
	chance
	h     *History
	terms []Terms
	works []Work
	// planned are acts that follow one that was drawn.
	planned []Act
	serial  int
	begun   int
}

// first registers the works of a world. Some contents have two claims.
func (d *drawer) first() []Act {
	var acts []Act
	for i := range 6 + d.IntN(1+d.IntN(7)) {
		w := works[i]
		a := Register{By: oneOf(d.chance, accounts), Work: w, Kind: Image, Content: i}
		switch {
		case w == "model" || once(d, 8):
			a.Kind = Model
		case w == "dataset" || once(d, 10):
			a.Kind = Dataset
		}
		if i > 0 && once(d, 8) {
			before := acts[d.IntN(len(acts))].(Register)
			if taken := func(o Act) bool { r := o.(Register); return r.Content == before.Content && r.By == a.By }; !slices.ContainsFunc(acts, taken) {
				a.Content = before.Content
			}
		}
		d.works = append(d.works, w)
		acts = append(acts, a)
	}
	return acts
}

// next draws an act.
func (d *drawer) next() Act {
	if len(d.planned) > 0 {
		act := d.planned[0]
		d.planned = d.planned[1:]
		return act
	}
	w := oneOf(d.chance, d.works)
	by := d.h.Owner(w, d.h.Today())
	if once(d, 25) {
		by = oneOf(d.chance, accounts)
	}
	// At first there is nothing but works.
	if d.begun++; d.begun < 2*len(d.works) && once(d, 2) {
		return d.offer(by, w)
	}
	switch n := d.IntN(100); {
	case n < 20:
		return d.offer(by, w)
	case n < 46:
		return d.derive(by, w)
	case n < 52:
		return d.acquire()
	case n < 58:
		return d.remake(by, w)
	case n < 67:
		return d.obtain(by, w)
	case n < 81:
		return d.sundry(by, w)
	case n < 88:
		return d.grant()
	case n < 93:
		return d.consent(w)
	}
	return Wait{For: time.Duration(10+10*d.IntN(9)) * time.Minute}
}

func (d *drawer) someTerms() Terms { return oneOf(d.chance, d.terms) }

func (d *drawer) offer(by Account, w Work) Act {
	t := d.someTerms()
	a := Offer{By: by, Work: w, Terms: t.Name, Paused: once(d, 12)}
	if !t.Known && once(d, 6) {
		a.Price = int64(3 + d.IntN(5))
	}
	if once(d, 8) {
		a.Lasts = time.Duration(1+d.IntN(4)) * time.Hour
	}
	if !t.Known && once(d, 10) {
		a.Only = []Account{oneOf(d.chance, accounts)}
	}
	return a
}

func (d *drawer) sundry(by Account, w Work) Act {
	other := oneOf(d.chance, accounts)
	terms := d.someTerms().Name
	if offered := d.h.OfferedTerms(w); len(offered) > 0 {
		terms = oneOf(d.chance, offered)
	}
	switch d.IntN(13) {
	case 0, 1, 2:
		return Close{By: by, Work: w, Terms: terms}
	case 3:
		return Withdraw{By: by, Work: w}
	case 4:
		for _, w := range d.works {
			if d.h.StatusOf(w) == Withdrawn {
				return Restore{By: d.h.Owner(w, d.h.Today()), Work: w}
			}
		}
		return Restore{By: by, Work: w}
	case 5, 6:
		for _, w := range d.works {
			if d.h.StatusOf(w) == Disputed && !once(d, 3) {
				return Settle{Work: w}
			}
		}
		if once(d, 2) {
			return Dispute{Work: w}
		}
		return Revise{By: by, Work: w}
	case 7, 8:
		return Sell{By: by, Work: w, To: other}
	case 9:
		if by == other {
			return Revise{By: by, Work: w}
		}
		return Share{By: by, Work: w, With: other}
	}
	return d.approve()
}

func (d *drawer) approve() Act {
	t := d.someTerms()
	for range 8 {
		if !t.Approval {
			t = d.someTerms()
		}
	}
	w := oneOf(d.chance, d.works)
	a := Approve{By: d.h.Owner(w, d.h.Today()), Work: w, Terms: t.Name, Licensee: oneOf(d.chance, accounts)}
	if t.SecondApprover != "" && once(d, 2) {
		a.By = t.SecondApprover
	}
	if once(d, 3) {
		a.Licensee, a.Derivative = "", oneOf(d.chance, d.works)
	}
	if given, found := last[Approve](d); found && once(d, 4) {
		return Disapprove(given)
	}
	return a
}

// last is an act of a kind that happened, mostly one of the latest.
func last[A Act](d *drawer) (found A, any bool) {
	acts := d.h.Acts()
	for i := len(acts) - 1; i >= 0; i-- {
		if a, is := acts[i].(A); is {
			found, any = a, true
			if once(d, 2) {
				break
			}
		}
	}
	return found, any
}

func (d *drawer) acquire() Act {
	w := oneOf(d.chance, d.works)
	a := Acquire{By: oneOf(d.chance, accounts), Work: w, Terms: d.someTerms().Name, MaxFee: 10}
	if offered := d.h.OfferedTerms(w); len(offered) > 0 && !once(d, 20) {
		a.Terms = oneOf(d.chance, offered)
	}
	if once(d, 20) {
		a.MaxFee = 2
	}
	if d.serial++; !once(d, 30) {
		a.Serial = d.serial
	}
	if own := d.ownedBy(a.By); len(own) > 0 && once(d, 6) {
		a.For = oneOf(d.chance, own)
	}
	return a
}

// obtain plans what it takes to make a work under an offer that is not public: perhaps an
// approval, a grant, and the derivation.
func (d *drawer) obtain(by Account, made Work) Act {
	for range 12 {
		w := oneOf(d.chance, d.works)
		offered := d.h.OfferedTerms(w)
		if w == made || len(offered) == 0 || d.h.Owner(w, d.h.Today()) == by {
			continue
		}
		t := d.h.Terms(oneOf(d.chance, offered))
		if !t.Approval && t.Fee == 0 && t.Duration == 0 && t.MaxGrants == 0 && t.Royalty == NoRoyalty && !once(d, 4) {
			continue
		}
		d.serial++
		a := Acquire{By: by, Work: w, Terms: t.Name, MaxFee: 10, Serial: d.serial}
		s := Source{Work: w, Role: d.role(made), Permission: Permission{Grant: a.Named()}}
		derive := Derive{By: by, Work: made, MaxRate: 1_000_000, AllowUnapproved: !once(d, 4), Sources: []Source{s}}
		derive.Record = s.Role == InputTo && once(d, 2)
		d.planned = append(d.planned, a, derive)
		if t.Approval {
			return Approve{By: d.h.Owner(w, d.h.Today()), Work: w, Terms: t.Name, Licensee: by}
		}
		return Revise{By: d.h.Owner(w, d.h.Today()), Work: w}
	}
	return d.offer(by, made)
}

func (d *drawer) ownedBy(a Account) (list []Work) {
	for _, w := range d.works {
		if d.h.Owner(w, d.h.Today()) == a {
			list = append(list, w)
		}
	}
	return list
}

// grant draws what is done with a grant.
func (d *drawer) grant() Act {
	grants := d.h.Grants()
	if len(grants) == 0 {
		return d.acquire()
	}
	g := oneOf(d.chance, grants)
	for range 6 { // most serve one derivative, and few can be passed on or renewed
		if !d.h.IsMovable(g) {
			g = oneOf(d.chance, grants)
		}
	}
	holder, to := d.h.Holder(g), oneOf(d.chance, accounts)
	switch d.IntN(8) {
	case 0:
		return CancelGrant{By: holder, Grant: g}
	case 1, 2, 3:
		if holder == to {
			break
		}
		if d.planned = append(d.planned, AcceptGrant{By: to, Grant: g}); once(d, 3) {
			d.planned = []Act{CancelGrant{By: holder, Grant: g}}
		}
		return OfferGrant{By: holder, Grant: g, To: to}
	case 4:
		return AcceptGrant{By: to, Grant: g}
	}
	return Renew{By: holder, Grant: g, MaxFee: 10}
}

func (d *drawer) derive(by Account, w Work) Act {
	a := Derive{By: by, Work: w, MaxRate: 1_000_000, AllowUnapproved: !once(d, 4)}
	if once(d, 15) {
		a.MaxRate = 60_000
	}
	for range 1 + d.IntN(2) {
		s := d.source(by, w)
		twice := func(o Source) bool { return o.Work == s.Work }
		if s.Work != w && !slices.ContainsFunc(a.Sources, twice) {
			a.Sources = append(a.Sources, s)
		}
	}
	if len(a.Sources) == 0 {
		return Revise{By: by, Work: w}
	}
	input := func(s Source) bool { return s.Role == InputTo }
	a.Record = slices.ContainsFunc(a.Sources, input) && once(d, 2)
	if asked := d.h.Asked(a); len(asked) > 0 && once(d, 3) {
		d.planned = append(d.planned, d.consents(a, asked)...)
		act := d.planned[0]
		d.planned = d.planned[1:]
		return act
	}
	return a
}

// consents are those of all who are asked, then the declaration.
func (d *drawer) consents(a Derive, asked map[Work][]Source) (acts []Act) {
	for _, w := range d.works {
		for _, s := range asked[w] {
			acts = append(acts, Consent{
				By: d.h.Owner(w, d.h.Today()), Work: w, Derivative: a.Work, Through: s.Work, Role: s.Role,
				Permission: d.h.Relied(a.By, s), Shown: d.h.Promises(a.Work, d.h.Today()),
			})
		}
	}
	if once(d, 4) { // somebody is not asked
		acts = acts[1:]
	}
	return append(acts, a)
}

// source draws a source, mostly by a permission that there is.
func (d *drawer) source(by Account, of Work) Source {
	s := Source{Work: oneOf(d.chance, d.works), Role: d.role(of)}
	if once(d, 12) {
		s.Role = Cites
		return s
	}
	if was := d.h.RoleOf(s.Work, of); was != "" && !once(d, 6) {
		s.Role = was
	}
	permissions := d.permissions(by, s.Work)
	if d.h.Owner(s.Work, d.h.Today()) == by || len(permissions) == 0 {
		permissions = append(permissions, Own)
	}
	s.Permission = oneOf(d.chance, permissions)
	return s
}

// role draws what a source may be to a work, mostly.
func (d *drawer) role(of Work) Role {
	if k := d.h.KindOf(of); k != Image && once(d, 2) || once(d, 40) {
		return TrainedOn
	}
	return oneOf(d.chance, []Role{ParentOf, ComponentOf, InputTo})
}

// permissions are what there is of a work for an account.
func (d *drawer) permissions(by Account, w Work) (list []Permission) {
	for _, t := range d.h.OfferedTerms(w) {
		list = append(list, Permission{Terms: t})
	}
	for _, g := range d.h.GrantsOf(w) {
		if d.h.Holder(g) == by || once(d, 20) {
			list = append(list, Permission{Grant: g}, Permission{Grant: g})
		}
	}
	return list
}

// consent draws an approval of what waits, or takes one in advance back.
func (d *drawer) consent(w Work) Act {
	for _, w := range d.works {
		for n := 1; n <= d.h.Declarations(w); n++ {
			waits := d.h.DeclarationWaits(w, n)
			if len(waits) == 0 || once(d, 3) {
				continue
			}
			source := oneOf(d.chance, waits)
			a := Consent{
				By: d.h.Owner(source, d.h.Today()), Work: source, Derivative: w, Declaration: n, Shown: d.h.Promises(w, d.h.Today()),
			}
			if a.Shown.Grants > 0 && once(d, 5) {
				a.Shown.Grants--
			}
			return a
		}
	}
	source := oneOf(d.chance, d.works)
	if source == w {
		return Wait{For: 5 * time.Minute}
	}
	by := d.h.Owner(source, d.h.Today())
	if c, found := last[Consent](d); found && once(d, 2) {
		return Dissent{By: c.By, Work: c.Work, Derivative: c.Derivative, Through: c.Through}
	}
	s := d.source(d.h.Owner(w, d.h.Today()), w)
	if s.Role == Cites {
		s.Role, s.Permission = ParentOf, Own
	}
	return Consent{
		By: by, Work: source, Derivative: w, Role: s.Role, Permission: Own, Shown: d.h.Promises(w, d.h.Today()),
	}
}

// question draws a question.
func (d *drawer) question() Question {
	q := Question{By: oneOf(d.chance, append([]Account{""}, accounts...)), Work: oneOf(d.chance, d.works)}
	// What was made from something, and is offered, has more to say.
	for range 3 {
		if w := oneOf(d.chance, d.works); len(d.h.OfferedTerms(q.Work)) == 0 || d.h.Declarations(w) > d.h.Declarations(q.Work) {
			q.Work = w
		}
	}
	q.Use = Use{Action: oneOf(d.chance, Actions()), Commercial: once(d, 2)}
	if once(d, 3) {
		q.Use.Deriving, q.Use.Commercial = true, once(d, 4)
		q.Use.Action = oneOf(d.chance, []Action{Adapt, Train, Input})
	} else {
		q.Use.Territories, q.Use.Media = oneOf(d.chance, places), oneOf(d.chance, media)
	}
	if once(d, 5) {
		q.Use.For = 90 * time.Minute
	}
	if list := d.permissions(q.By, q.Work); len(list) > 0 && once(d, 3) {
		q.Permission = oneOf(d.chance, list)
	}
	if own := d.ownedBy(q.By); len(own) > 0 && once(d, 3) {
		q.Derivative = oneOf(d.chance, own)
	}
	return q
}
