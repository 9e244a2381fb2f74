// Package budget counts what leaves an account against budgets: of one act, of fixed windows
// that follow each other, and in all. Only what leaves counts, never what comes in.
package budget

import (
	"slices"
	"strings"
	"time"

	"cosmossdk.io/math"
)

// Bound is one of a budget's bounds.
type Bound int

// The bounds. None: there is no budget for the denom.
const (
	None Bound = iota
	Act
	Window
	Total
)

// Budget bounds coins of one denom. A bound of zero is none.
type Budget struct {
	Denom              string
	Act, Window, Total math.Int
}

// Spent counts coins of one denom: in the window that runs, and in all.
type Spent struct {
	Denom         string
	Window, Total math.Int
}

// Coin is an amount of a denom, not negative.
type Coin struct {
	Denom  string
	Amount math.Int
}

// Over says which bound refuses an amount.
type Over struct {
	Denom string
	Bound Bound
	// Asked was to leave, Left is the most that may.
	Asked, Left math.Int
}

// Number is that of the window at a moment, from 0: windows of one length follow each other
// from start on, and each has its first moment and not its last. Without windows all is one.
func Number(start, at time.Time, length time.Duration) uint64 {
	if length <= 0 || at.Before(start) {
		return 0
	}
	return uint64(at.Sub(start) / length)
}

// End is when the window of a number ends.
func End(start time.Time, number uint64, length time.Duration) time.Time {
	return start.Add(time.Duration(number+1) * length)
}

// Left is the most that may leave in one act, and the bound that says so; each bound leaves
// what of it is not spent. A budget has one bound at least.
func (b Budget) Left(s Spent) (left math.Int, by Bound) {
	for _, c := range []struct {
		bound Bound
		most  math.Int
		spent math.Int
	}{{Act, b.Act, math.ZeroInt()}, {Window, b.Window, s.Window}, {Total, b.Total, s.Total}} {
		if c.most.IsNil() || c.most.IsZero() {
			continue
		}
		rest := math.ZeroInt()
		if c.spent.IsNil() {
			rest = c.most
		} else if c.most.GT(c.spent) {
			rest = c.most.Sub(c.spent)
		}
		if by == None || rest.LT(left) {
			left, by = rest, c.bound
		}
	}
	if by == None {
		return math.ZeroInt(), None
	}
	return left, by
}

// Take counts what left in one act: a coin for each denom, none twice. Over is not nil when
// a budget does not allow it; then nothing is counted. Budgets and counters are in order of
// denom; a denom without a budget has nothing left.
func Take(budgets []Budget, counters []Spent, left []Coin) ([]Spent, *Over) {
	counters = slices.Clone(counters)
	for _, coin := range left {
		if coin.Amount.IsZero() {
			continue
		}
		at, counted := slices.BinarySearchFunc(counters, coin.Denom, func(s Spent, d string) int { return strings.Compare(s.Denom, d) })
		spent := Spent{Denom: coin.Denom, Window: math.ZeroInt(), Total: math.ZeroInt()}
		if counted {
			spent = counters[at]
		}
		b, found := slices.BinarySearchFunc(budgets, coin.Denom, func(b Budget, d string) int { return strings.Compare(b.Denom, d) })
		if !found {
			return nil, &Over{coin.Denom, None, coin.Amount, math.ZeroInt()}
		}
		most, bound := budgets[b].Left(spent)
		if coin.Amount.GT(most) {
			return nil, &Over{coin.Denom, bound, coin.Amount, most}
		}
		var err1, err2 error
		spent.Window, err1 = spent.Window.SafeAdd(coin.Amount)
		spent.Total, err2 = spent.Total.SafeAdd(coin.Amount)
		if err1 != nil || err2 != nil { // 256 bits: no coin has so many units
			return nil, &Over{coin.Denom, Total, coin.Amount, math.ZeroInt()}
		}
		if counted {
			counters[at] = spent
		} else {
			counters = slices.Insert(counters, at, spent)
		}
	}
	return counters, nil
}

// Roll begins a window: nothing is spent in it.
func Roll(counters []Spent) []Spent {
	rolled := slices.Clone(counters)
	for i := range rolled {
		rolled[i].Window = math.ZeroInt()
	}
	return rolled
}
