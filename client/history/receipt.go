package history

import (
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Receipt is what a transaction paid, and to whom it goes.
type Receipt struct {
	ChainID string
	Tx      string
	Height  int64
	Time    time.Time
	Paid    []Paid
	// Refused are transfers from other chains that the transaction brought, and that paid nothing.
	Refused []Refusal
}

// Paid is one payment and who gets what of it.
type Paid struct {
	Payment
	// Number of the payment in the transaction, from 1.
	Number int
	Title  string
	// Shares are each account's whole units of this payment by itself, and Held its
	// fractions, which later payments make whole. Together they are the payment.
	Shares []royaltytypes.Payee
	Held   sdk.Coin
	// HoldersVersion and UpstreamVersion are those of the lists that it goes by.
	HoldersVersion, UpstreamVersion uint32
	// Unknown says why there are no shares; empty: there are.
	Unknown string
}

// Kind is what the payment was for.
func (p Paid) Kind() string {
	switch {
	case p.Renewal:
		return "licence renewal"
	case p.Grant != "":
		return "licence fee"
	case p.PaymentChannel != "":
		return "voucher"
	}
	return "payment"
}

// Due is what the payment makes due in whole units.
func (p Paid) Due() sdk.Coin {
	due := sdk.Coin{Denom: p.Amount.Denom, Amount: math.ZeroInt()}
	for _, share := range p.Shares {
		due.Amount = due.Amount.Add(share.Amount.Amount)
	}
	return due
}

// Total sums a denom over the payments.
type Total struct {
	Denom           string
	Paid, Due, Held math.Int
}

// Totals returns a sum for each denom, in the order in which they appear. Payments
// whose shares are not known count as paid only.
func (r Receipt) Totals() []Total {
	var totals []Total
	place := map[string]int{}
	for _, p := range r.Paid {
		i, known := place[p.Amount.Denom]
		if !known {
			i = len(totals)
			place[p.Amount.Denom] = i
			totals = append(totals, Total{p.Amount.Denom, math.ZeroInt(), math.ZeroInt(), math.ZeroInt()})
		}
		t := &totals[i]
		t.Paid = t.Paid.Add(p.Amount.Amount)
		if p.Unknown == "" {
			t.Due, t.Held = t.Due.Add(p.Due().Amount), t.Held.Add(p.Held.Amount)
		}
	}
	return totals
}

// Accounts returns who gets something, each once, in order of appearance. What stays
// in escrow is nobody's yet.
func (r Receipt) Accounts() []string {
	var accounts []string
	seen := map[string]bool{}
	for _, p := range r.Paid {
		for _, share := range p.Shares {
			if !share.Escrow && !seen[share.Account] {
				seen[share.Account] = true
				accounts = append(accounts, share.Account)
			}
		}
	}
	return accounts
}
