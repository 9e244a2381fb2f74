package statement

import (
	"fmt"
	"slices"
	"strings"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Ledger adds lines up. What it holds grows with the denoms, not with the lines.
type Ledger struct {
	sums map[string]*Sum
}

// Sum is an account's money in one denom over the range of a statement.
type Sum struct {
	Denom string
	// Opening is the bank's balance before the first block, Closing after the last.
	Opening, Closing math.Int
	// Balance is Opening with all lines so far.
	Balance math.Int
	// ByKind is the sum of the lines of each kind.
	ByKind map[Kind]math.Int
	// WaitingBefore and WaitingAfter are royalties that wait with the chain to be
	// paid out.
	WaitingBefore, WaitingAfter math.Int
}

// NewLedger starts with the bank's balances and the royalties that wait.
func NewLedger(opening, waiting sdk.Coins) *Ledger {
	l := &Ledger{sums: map[string]*Sum{}}
	for _, coin := range opening {
		s := l.sum(coin.Denom)
		s.Opening, s.Balance = coin.Amount, coin.Amount
	}
	for _, coin := range waiting {
		l.sum(coin.Denom).WaitingBefore = coin.Amount
	}
	return l
}

// Before starts with the balances after a block whose lines are given: it takes
// the lines back. Royalties that the block earned count as waiting before it.
func Before(closing, waiting sdk.Coins, lines []Line) *Ledger {
	l := NewLedger(closing, waiting)
	for _, line := range lines {
		s := l.sum(line.Denom)
		s.Opening = s.Opening.Sub(line.Amount)
		s.Balance = s.Opening
		if line.Kind == Payout || line.Kind == Withdrawal {
			s.WaitingBefore = s.WaitingBefore.Add(line.Amount)
		}
	}
	return l
}

func (l *Ledger) sum(denom string) *Sum {
	s := l.sums[denom]
	if s == nil {
		zero := math.ZeroInt()
		s = &Sum{Denom: denom, Opening: zero, Closing: zero, Balance: zero, ByKind: map[Kind]math.Int{}, WaitingBefore: zero, WaitingAfter: zero}
		l.sums[denom] = s
	}
	return s
}

// Add takes a line and returns the balance of its denom after it.
func (l *Ledger) Add(line Line) math.Int {
	s := l.sum(line.Denom)
	s.Balance = s.Balance.Add(line.Amount)
	if of, known := s.ByKind[line.Kind]; known {
		s.ByKind[line.Kind] = of.Add(line.Amount)
	} else {
		s.ByKind[line.Kind] = line.Amount
	}
	return s.Balance
}

// Close takes the bank's balances, and the royalties that wait, after the last
// block. It fails with ErrDiffers unless the lines lead to the balances exactly.
func (l *Ledger) Close(closing, waiting sdk.Coins) error {
	for _, coin := range closing {
		l.sum(coin.Denom).Closing = coin.Amount
	}
	for _, coin := range waiting {
		l.sum(coin.Denom).WaitingAfter = coin.Amount
	}
	var wrong []string
	for _, s := range l.Sums() {
		if diff := s.Closing.Sub(s.Balance); !diff.IsZero() {
			wrong = append(wrong, fmt.Sprintf("the lines lead to %s%s and the bank has %s, %s more", s.Balance, s.Denom, s.Closing, diff))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%w: %s", ErrDiffers, strings.Join(wrong, "; "))
	}
	return nil
}

// Sums returns the sums in order of denom.
func (l *Ledger) Sums() []*Sum {
	sums := make([]*Sum, 0, len(l.sums))
	for _, s := range l.sums {
		sums = append(sums, s)
	}
	slices.SortFunc(sums, func(a, b *Sum) int { return strings.Compare(a.Denom, b.Denom) })
	return sums
}

// Of is the sum of the lines of a kind.
func (s *Sum) Of(kind Kind) math.Int {
	if sum, known := s.ByKind[kind]; known {
		return sum
	}
	return math.ZeroInt()
}

// Earned is what the account's works brought in over the range: what waits more
// than before, and what was paid out and withdrawn.
func (s *Sum) Earned() math.Int {
	return s.WaitingAfter.Sub(s.WaitingBefore).Add(s.Of(Payout)).Add(s.Of(Withdrawal))
}
