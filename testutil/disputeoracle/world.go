// Package disputeoracle says in plain words who has what money once works were paid, divided among
// holders, contested and ruled on. It is written from DESIGN and from what x/royalty and x/dispute
// promise in their README, not from their code, and knows no chain: names stand for ids, and all that
// is possible moves at the end of a block. Random worlds are played on it and on the modules.
package disputeoracle

import (
	"math/big"
	"slices"
	"time"
)

// Whole is all of a share, in ppm; a percent is percent of it.
const (
	Whole   = 1_000_000
	percent = Whole / 100
)

// Unit is what one of Coins is, in the smallest unit of a denom. It is divided by ppm five times in a
// row, or by percents fifteen times, without a rest.
var Unit = new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil)

// Royalty is what terms ask of a derivative, in percent.
type Royalty struct {
	Relative bool
	Rate     int64
}

// Rules are what governance and authors have set.
type Rules struct {
	Arbiters []Account
	// MinBond is asked for in one of its denoms; BondRate percent of what is frozen beside, at most
	// MaxBond times the minimum.
	MinBond           Coins
	BondRate, MaxBond int64
	Answer, Arbitration, Appeal, Governance,
	Bond, Objection time.Duration
	Terms map[Terms]Royalty
	// Lies says of a denom that what is credited lies there until it is withdrawn; else it is paid out.
	Lies map[Denom]bool
	// Wrong is the name of a rule that is broken on purpose, to see that it is noticed.
	Wrong string
}

// World is all that has happened.
type World struct {
	Rules
	// Order is by what disputes that are due at one time are told apart.
	Order func(Dispute) string

	now      time.Duration
	works    map[Work]*work
	bank     map[Account]sums
	credited map[Account]sums
	owes     map[debtor][]*debt
	disputes []*dispute
	objected map[[2]Work]objection
	// spent is evidence with which a dispute failed.
	spent map[spent]bool
	burnt sums
	block block
	// Inexact says that something could not be divided without a rest.
	Inexact bool
}

// block is what happened in the block under way.
type block struct {
	payments []payment
	// taken is what was taken out of what lay there of accounts that owe.
	taken []part
	// redirected are works of which it changed where what they earn goes.
	redirected map[Work]bool
}

type work struct {
	owner   Account
	offered Account
	// tables are those of holders, the last one in force. epoch counts lists of any kind.
	tables []Table
	epoch  int
	owed   owed
	// sources are those declared, and when.
	sources   map[Work]time.Duration
	weights   map[Work]int64
	invalid   bool
	successor Work
	escrow    sums
}

// Table says who holds how much of a work's revenue, ppm.
type Table []Holding

// Holding is one account's share.
type Holding struct {
	To    Account
	Share int64
}

func (t Table) of(a Account) int64 {
	for _, h := range t {
		if h.To == a {
			return h.Share
		}
	}
	return 0
}

// owed is what a work owes others, ppm.
type owed struct{ absolute, relative map[Work]int64 }

func (o owed) sum() (all int64) {
	for _, list := range []map[Work]int64{o.absolute, o.relative} {
		for _, share := range list {
			all += share
		}
	}
	return all
}

type objection struct {
	by     Account
	weight int64
}

// NewWorld has accounts with so many units of each denom, and works of which each has an owner.
func NewWorld(rules Rules, accounts []Account, purse Coins, owners map[Work]Account) *World {
	w := &World{
		Rules: rules, works: map[Work]*work{}, bank: map[Account]sums{}, credited: map[Account]sums{},
		owes: map[debtor][]*debt{}, objected: map[[2]Work]objection{}, spent: map[spent]bool{}, burnt: sums{},
		block: block{redirected: map[Work]bool{}},
	}
	for _, a := range accounts {
		w.bank[a], w.credited[a] = sumsOf(purse), sums{}
	}
	for name, owner := range owners {
		w.works[name] = &work{
			owner: owner, tables: []Table{{{owner, Whole}}}, sources: map[Work]time.Duration{}, weights: map[Work]int64{},
			owed: owed{map[Work]int64{}, map[Work]int64{}}, escrow: sums{},
		}
	}
	return w
}

// Do does an act, unless there is something against it: any of the reasons returned.
func (w *World) Do(act Act) (against []string) {
	switch a := act.(type) {
	case Pay:
		return w.pay(a)
	case Derive:
		return w.derive(a)
	case Assign:
		return w.assign(a)
	case OfferTransfer:
		return w.offer(a)
	case AcceptTransfer:
		return w.accept(a)
	case Withdraw:
		return w.withdraw(a)
	case Settle:
		return nil
	case Name:
		w.Arbiters = a.Arbiters
		return nil
	case Object:
		return w.object(a)
	case Open:
		return w.open(a)
	case Answer:
		return w.answer(a)
	case Rule:
		return w.rule(a)
	case Appeal:
		return w.appeal(a)
	case Drop:
		return w.drop(a)
	case CallBond:
		return w.callBond(a)
	case AddBond:
		return w.addBond(a)
	case NextBlock:
		w.EndBlock()
		w.now += a.Later
		return nil
	}
	panic("no such act")
}

// EndBlock does what is due, and then moves all money that can move, until nothing is due.
func (w *World) EndBlock() {
	for {
		due := w.due()
		for _, d := range due {
			w.process(d)
		}
		w.move()
		if len(due) == 0 {
			return
		}
	}
}

// reasons collects what is against an act.
type reasons []string

func (r *reasons) when(is bool, reason string) {
	if is && !slices.Contains(*r, reason) {
		*r = append(*r, reason)
	}
}

func (w *World) held(name Work) bool {
	return slices.ContainsFunc(w.disputes, func(d *dispute) bool { return d.open() && d.work == name && d.holds() })
}

// onHold says that its owner and holders change nothing.
func (w *World) onHold(name Work) bool { return w.works[name].invalid || w.held(name) }

func (x *work) table() Table { return x.tables[len(x.tables)-1] }

// hold puts a table of holders in force.
func (x *work) hold(t Table) {
	x.tables = append(x.tables, t)
	x.epoch++
}
