package flow

import "math/big"

// Reader knows what a work owes, who holds its revenue and where that goes.
type Reader interface {
	// Upstream returns what a work owes by the list in force.
	Upstream(Work) (Upstream, error)
	// Holders returns the table in force of who holds a work's revenue.
	Holders(Work) ([]Holding, error)
	// Generation returns a work's generation, 0 for originals.
	Generation(Work) (uint32, error)
	// Destination returns where what a work earns goes.
	Destination(Work) (Destination, error)
}

// Book is where a sweep reads lists and keeps money.
type Book interface {
	Reader
	// Now is the height of the block, which stages note as that of their last flush.
	Now() uint64
	// Stages returns a pot's money. A sweep changes it in place, so every call
	// must return the same pointer.
	Stages(Pot) (*Stages, error)
	// Ready reports whether so much in a stage is worth a flush. `earned` waits for
	// as much as is worth a flush for each holder.
	Ready(pot Pot, kind Kind, unflushed *big.Int) bool
	// LeastPayout is the smallest balance of a denom that is paid out by itself, 1 at
	// least: payers are charged for a payout for each time that their amount holds it.
	LeastPayout(denom string) *big.Int
	// Size returns how many hold a work's revenue, and whether the work has grown: it
	// owes relative shares that the payers of some of its derivatives are not charged
	// for.
	Size(Work) (holders uint32, grown bool, err error)
	// TookIn tells that an amount entered `paid` or `received` of a pot: what the
	// work takes in, gross. It comes after Stages of the pot and cannot fail.
	TookIn(pot Pot, amount *big.Int)
	// Credit adds to the balance of a holder of pot.Work. For paying out what of it is late no
	// payer was charged. It cannot fail: a book that has to read first does so later.
	Credit(pot Pot, to Account, amount, late *big.Int)
	// Arrears returns what a debtor owes in a denom, in the order in which it is paid. A sweep
	// lowers what is left in place, so every call must return the same pointers.
	Arrears(debtor Debtor, denom string) ([]*Arrears, error)
	// ArrearsPaid tells that so much was paid of arrears; it has been taken from what is
	// left of them. It cannot fail.
	ArrearsPaid(debtor Debtor, denom string, arrears *Arrears, amount *big.Int)
	// Flushed tells that a stage went from one total to another, and to how many
	// receivers. What a sole holder earned goes from 0 to its amount.
	Flushed(item Item, from, to *big.Int, receivers int)
	// Failed tells that a stage could not be flushed. Its money stays in it.
	Failed(item Item, err error)
}
