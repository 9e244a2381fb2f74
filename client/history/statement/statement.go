// Package statement turns what blocks did into the lines of an account's
// statement, and checks that they add up to what the bank says. It knows no node:
// it reads events. Every movement of coins that the bank reports becomes a line,
// known reason or not, so that the sum is exact to the unit.
package statement

import (
	"errors"
	"time"

	"cosmossdk.io/math"
)

// ErrDiffers says that a statement does not add up to the bank's balance.
var ErrDiffers = errors.New("the statement does not reconcile")

// Kind is why a balance changed.
type Kind string

// The kinds of lines. Other is everything with a module or without a counterpart
// that has no name here: staking and its rewards, deposits of proposals, minting.
const (
	// Payout is a royalty that the chain paid out by itself.
	Payout Kind = "payout"
	// Withdrawal is a royalty that the account took out.
	Withdrawal Kind = "withdrawal"
	// Collected is the account's part of a contributor pool, or that of a contributor who named it.
	Collected Kind = "collected"
	// Payment is to a work; LicenceFee is one that bought or renewed a grant.
	Payment    Kind = "payment"
	LicenceFee Kind = "licence fee"
	// Fee is of a transaction, the account's own or one that it sponsors.
	Fee Kind = "fee"
	// Sent and Received are between accounts.
	Sent     Kind = "sent"
	Received Kind = "received"
	// Deposit is what x/royalty took without a payment to a work, into a payment channel for
	// vouchers, and Refund what it gave back without a royalty.
	Deposit Kind = "deposit"
	Refund  Kind = "refund"
	Other   Kind = "other"
)

// Line is one change of an account's balance in one denom.
type Line struct {
	Height int64
	Time   time.Time
	// Tx is the transaction's hash in upper-case hex; empty for what the block did
	// by itself.
	Tx   string
	Kind Kind
	// Amount in whole units, below zero for what left the account.
	Amount math.Int
	Denom  string
	// Counterparty is the other account; empty where there is none.
	Counterparty string
	Work         string
	Grant        string
	// Note says more, such as the message that moved coins for a reason unknown.
	Note string

	// tx is the place of the transaction in its block, -1 for the block itself.
	tx int
}

// Place is the index of the line's transaction in its block; false for what the
// block did by itself.
func (l Line) Place() (int, bool) { return l.tx, l.tx >= 0 }
