package disputeoracle

import (
	"math/rand/v2"
	"slices"
	"time"
)

var (
	people   = []Account{"ana", "bo", "cy", "di", "eve", "flo"}
	arbiters = []Account{"jo", "kim"}
	works    = []Work{"song", "photo", "film", "remix", "game", "model"}
	denoms   = []Denom{"ufoo", "uusdc"}
	offered  = []Terms{"free", "five", "ten", "relative-20"}
)

func rules() Rules {
	return Rules{
		Arbiters: arbiters, MinBond: Coins{"ustem": 4, "uusdc": 2}, BondRate: 5, MaxBond: 3,
		Answer: 10 * time.Hour, Arbitration: 20 * time.Hour, Appeal: 5 * time.Hour, Governance: 40 * time.Hour,
		Bond: 2 * time.Hour, Objection: 48 * time.Hour,
		Terms: map[Terms]Royalty{"free": {}, "five": {Rate: 5}, "ten": {Rate: 10}, "relative-20": {true, 20}},
		Lies:  map[Denom]bool{"ufoo": true, "uusdc": false},
	}
}

// drawer draws acts for a world: most of them are possible, and likely to lead somewhere.
type drawer struct {
	*rand.Rand
	w      *World
	opened int
	// payees counts claims to a share of a work: more would divide too finely.
	payees map[Work]int
	// owners are those who registered the works.
	owners map[Work]Account
}

func newDrawer(seed uint64, wrong string) *drawer {
	d := &drawer{Rand: rand.New(rand.NewPCG(seed, 16)), payees: map[Work]int{}, owners: map[Work]Account{}}
	for _, name := range works {
		d.owners[name] = pick(d, people)
	}
	r := rules()
	r.Wrong = wrong
	d.w = NewWorld(r, slices.Concat(people, arbiters, []Account{Governance}), Coins{"ustem": 1e6, "ufoo": 1e6, "uusdc": 1e6}, d.owners)
	return d
}

func pick[T any](d *drawer, list []T) T { return list[d.IntN(len(list))] }

// oneIn is true once in n times.
func (d *drawer) oneIn(n int) bool { return d.IntN(n) == 0 }

// by is an account, or now and then another.
func (d *drawer) by(a Account) Account {
	if d.oneIn(12) {
		return pick(d, people)
	}
	return a
}

// first are the acts that a world begins with: most works are made from an earlier one.
func (d *drawer) first() (acts []Act) {
	for i, name := range works[1:] {
		if d.IntN(5) > 0 {
			source := works[max(0, i-d.IntN(3))]
			acts = append(acts, Derive{d.w.works[name].owner, name, source, pick(d, offered)})
		}
	}
	return append(acts, NextBlock{})
}

// next draws an act.
func (d *drawer) next() Act {
	for {
		act := d.any()
		if act != nil && d.isSafe(act) {
			return act
		}
	}
}

func (d *drawer) any() Act {
	switch n := d.IntN(100); {
	case n < 18:
		return Pay{pick(d, people), pick(d, works), pick(d, denoms), 1 + d.Int64N(50)}
	case n < 35:
		return d.nextBlock()
	case n < 40:
		return d.assign()
	case n < 44:
		return d.transfer()
	case n < 46:
		return d.derive()
	case n < 49:
		return Withdraw{pick(d, people)}
	case n < 51:
		return Settle{pick(d, people), pick(d, works)}
	case n < 53:
		return d.object()
	case n < 54:
		return Name{pick(d, [][]Account{arbiters, arbiters, arbiters[:1], arbiters[1:], {arbiters[1], arbiters[0]}, nil})}
	case n < 65:
		return d.open()
	}
	return d.goOn()
}

func (d *drawer) nextBlock() Act {
	var later time.Duration
	if open := d.going(); len(open) > 0 && d.oneIn(3) {
		later = max(0, pick(d, open).next()-d.w.now)
		switch d.IntN(6) {
		case 0:
			later = max(0, later-time.Second)
		case 1:
			later += time.Hour
		}
	}
	return NextBlock{later}
}

func (d *drawer) going() (list []*dispute) {
	for _, one := range d.w.disputes {
		if one.open() {
			list = append(list, one)
		}
	}
	return list
}

// assign gives a part of a share to somebody, now and then to an arbiter, who then is a party.
func (d *drawer) assign() Act {
	name, to := pick(d, works), pick(d, people)
	if d.oneIn(10) {
		to = pick(d, arbiters)
	}
	for _, one := range d.going() {
		if one.phase == Arbitration && !d.w.onHold(one.work) && d.oneIn(2) {
			name, to = one.work, one.arbiter
		}
	}
	from := pick(d, d.w.works[name].table())
	share := 1 + d.Int64N(max(1, from.Share/percent))
	if d.oneIn(15) {
		share++
	}
	return Assign{d.by(from.To), name, to, min(100, share)}
}

func (d *drawer) transfer() Act {
	name := pick(d, works)
	x := d.w.works[name]
	if x.offered != "" && d.IntN(4) > 0 {
		return AcceptTransfer{d.by(x.offered), name}
	}
	return OfferTransfer{d.by(x.owner), name, pick(d, people)}
}

// derive declares a source of a work from which nothing was made, so that nobody has to approve.
func (d *drawer) derive() Act {
	name := pick(d, works)
	for _, owing := range works {
		if d.w.inArrears(owing) && d.oneIn(3) {
			name = owing
		}
	}
	for _, other := range works {
		if d.w.isSource(other, name) {
			return nil
		}
	}
	source := pick(d, works)
	if d.w.isSource(name, source) { // another permission may replace the first
		return nil
	}
	return Derive{d.by(d.w.works[name].owner), name, source, pick(d, offered)}
}

func (d *drawer) object() Act {
	name, source := pick(d, works), pick(d, works)
	for range 10 {
		if d.w.isSource(name, source) {
			break
		}
		name, source = pick(d, works), pick(d, works)
	}
	return Object{d.by(d.w.works[source].owner), name, source, 1 + d.Int64N(20)}
}
