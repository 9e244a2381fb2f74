package budget_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/x/agent/budget"
)

func amount(n int64) math.Int { return math.NewInt(n) }

// Acts against the plain way: all that left is kept, and summed anew for each.
func TestTakeIsWhatThePlainWaySays(t *testing.T) {
	start := time.Unix(1_000, 0)
	rapid.Check(t, func(t *rapid.T) {
		bound := rapid.Int64Range(0, 40)
		length := time.Duration(rapid.IntRange(1, 5).Draw(t, "length")) * time.Minute
		b := budget.Budget{Denom: "a", Act: amount(bound.Draw(t, "act")), Window: amount(bound.Draw(t, "window")), Total: amount(1 + bound.Draw(t, "total"))}
		type entry struct {
			window uint64
			amount int64
		}
		var kept []entry
		var counters []budget.Spent
		now, last := start, uint64(0)
		for range rapid.IntRange(1, 30).Draw(t, "acts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "pause")) * time.Second)
			window := uint64(now.Sub(start) / length)
			require.Equal(t, window, budget.Number(start, now, length))
			require.True(t, now.Before(budget.End(start, window, length)))
			if window != last {
				counters, last = budget.Roll(counters), window
			}
			asked := rapid.Int64Range(0, 20).Draw(t, "asked")
			inWindow, inAll := asked, asked
			for _, e := range kept {
				inAll += e.amount
				if e.window == window {
					inWindow += e.amount
				}
			}
			within := func(n int64, most math.Int) bool { return most.IsZero() || n <= most.Int64() }
			fits := asked == 0 || within(asked, b.Act) && within(inWindow, b.Window) && within(inAll, b.Total)
			after, over := budget.Take([]budget.Budget{b}, counters, []budget.Coin{{Denom: "a", Amount: amount(asked)}})
			require.Equal(t, fits, over == nil, "asked %d of %+v after %+v", asked, b, kept)
			if !fits {
				require.True(t, over.Left.LT(over.Asked))
				left, _ := budget.Take([]budget.Budget{b}, counters, []budget.Coin{{Denom: "a", Amount: over.Left}})
				require.True(t, over.Left.IsZero() || left != nil, "what is left may leave")
				continue
			}
			counters = after
			if asked > 0 {
				kept = append(kept, entry{window, asked})
			}
		}
	})
}

func TestTakeNamesTheBound(t *testing.T) {
	budgets := []budget.Budget{
		{Denom: "a", Act: amount(10), Window: amount(15), Total: amount(20)}, {Denom: "c", Act: amount(0), Window: amount(0), Total: amount(5)},
	}
	coin := func(denom string, n int64) budget.Coin { return budget.Coin{Denom: denom, Amount: amount(n)} }
	take := func(counters []budget.Spent, coins ...budget.Coin) ([]budget.Spent, budget.Bound, int64) {
		after, over := budget.Take(budgets, counters, coins)
		if over == nil {
			return after, -1, 0
		}
		return counters, over.Bound, over.Left.Int64()
	}
	var counters []budget.Spent
	for _, step := range []struct {
		name  string
		coins []budget.Coin
		bound budget.Bound
		left  int64
	}{
		{"over an act", []budget.Coin{coin("a", 11)}, budget.Act, 10},
		{"no budget", []budget.Coin{coin("b", 1)}, budget.None, 0},
		{"nothing of a denom without a budget", []budget.Coin{coin("b", 0)}, -1, 0},
		{"an act", []budget.Coin{coin("a", 10), coin("c", 5)}, -1, 0},
		{"over the window", []budget.Coin{coin("a", 6)}, budget.Window, 5},
		{"one of two is over: neither is counted", []budget.Coin{coin("a", 1), coin("c", 1)}, budget.Total, 0},
		{"the rest of the window", []budget.Coin{coin("a", 5)}, -1, 0},
	} {
		t.Run(step.name, func(t *testing.T) {
			after, bound, left := take(counters, step.coins...)
			require.Equal(t, step.bound, bound)
			require.Equal(t, step.left, left)
			counters = after
		})
	}
	counters = budget.Roll(counters)
	_, bound, left := take(counters, coin("a", 6))
	require.Equal(t, budget.Total, bound)
	require.EqualValues(t, 5, left)
	require.Equal(t, amount(15), counters[0].Total)
}

func TestATotalDoesNotOverflow(t *testing.T) {
	most := math.NewIntFromBigInt(amount(1).BigInt().Lsh(amount(1).BigInt(), 255))
	budgets := []budget.Budget{{Denom: "a", Act: amount(0), Window: amount(0), Total: amount(0)}}
	_, over := budget.Take(budgets, nil, []budget.Coin{{Denom: "a", Amount: most}})
	require.Equal(t, budget.None, over.Bound, "a budget without a bound leaves nothing")
}

func TestNumbersOfWindows(t *testing.T) {
	start := time.Unix(1_000, 0)
	for _, w := range []struct {
		at     time.Duration
		length time.Duration
		number uint64
	}{
		{0, time.Minute, 0},
		{time.Minute - 1, time.Minute, 0},
		{time.Minute, time.Minute, 1},
		{-time.Nanosecond, time.Minute, 0},
		{-time.Hour, time.Minute, 0},
		{5, 1, 5},
		{time.Hour, 0, 0},
		{time.Hour, -time.Minute, 0},
		{-time.Hour, -time.Minute, 0},
	} {
		require.Equal(t, w.number, budget.Number(start, start.Add(w.at), w.length), "%s of %s", w.at, w.length)
	}
	require.Equal(t, start.Add(time.Minute), budget.End(start, 0, time.Minute))
	require.Equal(t, start.Add(3*time.Minute), budget.End(start, 2, time.Minute))
}

// A limit can be set below what was spent already: nothing is left then, and not less.
func TestNothingIsLeftOfWhatIsOverspent(t *testing.T) {
	b := budget.Budget{Denom: "a", Window: amount(5), Total: amount(50)}
	left, by := b.Left(budget.Spent{Denom: "a", Window: amount(9), Total: amount(9)})
	require.Equal(t, []any{amount(0), budget.Window}, []any{left, by})
	left, by = b.Left(budget.Spent{Denom: "a"})
	require.Equal(t, []any{amount(5), budget.Window}, []any{left, by}, "nothing is counted yet")
	left, by = budget.Budget{Denom: "a", Act: amount(7), Total: amount(7)}.Left(budget.Spent{})
	require.Equal(t, []any{amount(7), budget.Act}, []any{left, by}, "the first of equal bounds")
	left, by = budget.Budget{Denom: "a"}.Left(budget.Spent{})
	require.Equal(t, []any{amount(0), budget.None}, []any{left, by})
}

func TestCountersAreOneADenom(t *testing.T) {
	budgets := []budget.Budget{{Denom: "a", Total: amount(100)}, {Denom: "b", Total: amount(100)}, {Denom: "c", Total: amount(100)}}
	var counters []budget.Spent
	for range 2 {
		var over *budget.Over
		counters, over = budget.Take(budgets, counters, []budget.Coin{
			{Denom: "a", Amount: amount(0)}, {Denom: "c", Amount: amount(3)}, {Denom: "b", Amount: amount(2)},
		})
		require.Nil(t, over)
	}
	require.Equal(t, []budget.Spent{
		{Denom: "b", Window: amount(4), Total: amount(4)}, {Denom: "c", Window: amount(6), Total: amount(6)},
	}, counters)
	_, over := budget.Take(budgets, counters, []budget.Coin{{Denom: "a", Amount: amount(0)}, {Denom: "b", Amount: amount(97)}})
	require.Equal(t, &budget.Over{Denom: "b", Bound: budget.Total, Asked: amount(97), Left: amount(96)}, over, "what stands behind a zero counts")
	require.Equal(t, amount(4), counters[0].Total)
}

func TestCountersDoNotOverflow(t *testing.T) {
	most := math.NewIntFromBigInt(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)))
	unbounded := []budget.Budget{{Denom: "a", Act: amount(10)}}
	for name, spent := range map[string]budget.Spent{
		"in all":    {Denom: "a", Window: amount(0), Total: most},
		"in window": {Denom: "a", Window: most, Total: amount(0)},
	} {
		_, over := budget.Take(unbounded, []budget.Spent{spent}, []budget.Coin{{Denom: "a", Amount: amount(1)}})
		require.NotNil(t, over, name)
		require.Equal(t, budget.Total, over.Bound)
		require.True(t, over.Left.IsZero())
	}
}
