package flow

import (
	"cmp"
	"slices"
)

// Purse names an account's balance in one denom.
type Purse struct {
	Account Account
	Denom   string
}

// Compare orders purses by account, then denom.
func (p Purse) Compare(q Purse) int {
	return cmp.Or(cmp.Compare(p.Account, q.Account), cmp.Compare(p.Denom, q.Denom))
}

// Payout is a balance that waits to be sent to its account.
type Payout struct {
	// Due is the first block height at which it may be sent; in the late lane, which has
	// what nobody was charged for, Late and that height.
	Due   uint64
	Purse Purse
}

// Compare orders payouts by when they are due, then by purse.
func (p Payout) Compare(q Payout) int {
	return cmp.Or(cmp.Compare(p.Due, q.Due), p.Purse.Compare(q.Purse))
}

// RetryAfter is for how many blocks a payout waits that was refused.
const RetryAfter = 1000

// Payouts chooses which balances of a lane are sent in a block, at most budget of them. due
// has the first of those that wait and are due, in order; more says that there are
// others behind them, which then come before all that is new. ready are the purses
// that need a place now, in order: as many as the budget leaves room for are tried
// at once, the rest wait.
//
// So each waits only for those that were due before it.
func Payouts(now uint64, budget int, due []Payout, more bool, ready []Purse) (try, wait []Payout) {
	try = slices.Clone(due[:min(len(due), budget)])
	for _, purse := range ready {
		p := Payout{Due: now, Purse: purse}
		if more || len(try) >= budget {
			wait = append(wait, p)
		} else {
			try = append(try, p)
		}
	}
	return try, wait
}
