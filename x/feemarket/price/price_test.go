package price_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/x/feemarket/price"
)

const most = 300_000_000

// usual is the curve of a new chain: half a block, an eighth, 0.001.
var usual = price.Curve{Floor: thousandth, Target: 500_000, Step: 125_000}

var thousandth = math.NewIntWithDecimal(1, 15)

func times(price math.Int, numerator, denominator int64) math.Int {
	return price.MulRaw(numerator).QuoRaw(denominator)
}

func TestThePriceFollowsDemand(t *testing.T) {
	for _, step := range []struct {
		name           string
		before         math.Int
		declared, most uint64
		after          math.Int
	}{
		{"a full block, an eighth more", price.One, most, most, times(price.One, 9, 8)},
		{"an empty block, an eighth less", price.One, 0, most, times(price.One, 7, 8)},
		{"at the target it stays", price.One, most / 2, most, price.One},
		{"half way up, a sixteenth", price.One, most * 3 / 4, most, times(price.One, 17, 16)},
		{"half way down, a sixteenth", price.One, most / 4, most, times(price.One, 15, 16)},
		{"more than the maximum moves no further", price.One, 10 * most, most, times(price.One, 9, 8)},
		{"never below the floor", thousandth, 0, most, thousandth},
		{"a floor that was raised holds at once", math.OneInt(), 0, most, thousandth},
		{"never above the most", price.Most, most, most, price.Most},
		{"a block without gas is always at its target", price.One, 1, 0, price.One},
	} {
		t.Run(step.name, func(t *testing.T) {
			require.Equal(t, step.after.String(), usual.Next(step.before, step.declared, step.most).String())
		})
	}
}

// TestSmallPricesRise: where an eighth is less than the smallest unit, the price rises by
// that unit, or it would stay for ever.
func TestSmallPricesRise(t *testing.T) {
	low := price.Curve{Floor: math.OneInt(), Target: 500_000, Step: 125_000}
	require.Equal(t, "2", low.Next(math.OneInt(), most, most).String())
	require.Equal(t, "3", low.Above(math.NewInt(2)).String())
}

func TestWithoutAFloorNothingCosts(t *testing.T) {
	off := price.Curve{Floor: math.ZeroInt(), Target: 500_000, Step: 125_000}
	require.True(t, off.Next(price.One, most, most).IsZero())
	require.True(t, off.Above(price.One).IsZero())
	require.True(t, price.Fee{Amount: math.ZeroInt(), Rate: price.One, Gas: most}.Pays(math.ZeroInt()))
}

// TestHoldingTheChain is the sum of docs/operators.md: what the gas of 100 blocks costs
// an account that declares nine tenths of each, at a quiet start.
func TestHoldingTheChain(t *testing.T) {
	now, cost := thousandth, math.ZeroInt()
	for range 100 {
		cost = cost.Add(price.Needed(now, price.One, most/10*9))
		now = usual.Next(now, most/10*9, most)
	}
	today := math.NewInt(100 * 300_000) // 0.3 tokens a block
	require.Equal(t, "37204", cost.Quo(math.NewInt(1_000_000)).String(), "STEM")
	require.True(t, cost.GTE(today.MulRaw(1000)), "%s is not a thousand times %s", cost, today)
}

func amounts() *rapid.Generator[math.Int] {
	return rapid.Custom(func(t *rapid.T) math.Int {
		i := rapid.Uint64().Draw(t, "amount")
		return math.NewIntFromUint64(i).Mul(math.NewIntWithDecimal(1, rapid.IntRange(0, 18).Draw(t, "zeros")))
	})
}

func curves() *rapid.Generator[price.Curve] {
	return rapid.Custom(func(t *rapid.T) price.Curve {
		return price.Curve{
			Floor:  math.NewIntFromUint64(rapid.Uint64Range(1, 1e18).Draw(t, "floor")),
			Target: rapid.Uint32Range(10_000, price.Whole).Draw(t, "target"),
			Step:   rapid.Uint32Range(1, price.Whole/2).Draw(t, "step"),
		}
	})
}

func prices(c price.Curve) *rapid.Generator[math.Int] {
	return rapid.Custom(func(t *rapid.T) math.Int {
		return math.MinInt(c.Floor.Add(amounts().Draw(t, "above")), price.Most)
	})
}

// TestNextAgainstRationals holds Next against the formula of EIP-1559 in rational
// numbers: at most one unit below it, and one above where the price must rise at all.
func TestNextAgainstRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := curves().Draw(t, "curve")
		before := prices(c).Draw(t, "price")
		most := rapid.Uint64Range(1, 1<<50).Draw(t, "most")
		declared := rapid.Uint64Range(0, 2*most).Draw(t, "declared")
		got := c.Next(before, declared, most)

		target := max(price.Part(most, c.Target), 1)
		away := new(big.Rat).SetFrac(new(big.Int).SetUint64(declared), new(big.Int).SetUint64(target))
		away.Sub(away, big.NewRat(1, 1))
		if away.Cmp(big.NewRat(1, 1)) > 0 {
			away.SetInt64(1)
		}
		exact := away.Mul(away, big.NewRat(int64(c.Step), price.Whole))
		exact.Add(exact, big.NewRat(1, 1)).Mul(exact, new(big.Rat).SetInt(before.BigInt()))
		for _, bound := range []math.Int{c.Floor, price.Most} {
			if got.Equal(bound) {
				return
			}
		}
		off := new(big.Rat).Sub(new(big.Rat).SetInt(got.BigInt()), exact)
		require.LessOrEqual(t, off.Abs(off).Cmp(big.NewRat(2, 1)), 0, "%s, exactly %s", got, exact.FloatString(3))
	})
}

func TestThePriceKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := curves().Draw(t, "curve")
		now := prices(c).Draw(t, "price")
		most := rapid.Uint64().Draw(t, "most")
		for range 20 {
			less, more := rapid.Uint64().Draw(t, "declared"), rapid.Uint64().Draw(t, "declared")
			less, more = min(less, more), max(less, more)
			next := c.Next(now, more, most)
			require.True(t, c.Next(now, less, most).LTE(next), "more demand, lower price")
			require.True(t, next.LTE(c.Above(now)), "Above is not the most")
			require.True(t, next.GTE(c.Floor) && next.LTE(price.Most))
			now = next
		}
	})
}

func TestFeesByRates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fee := price.Fee{
			Amount: amounts().Draw(t, "amount"),
			Rate:   math.OneInt().Add(math.MinInt(amounts().Draw(t, "rate"), price.MostRate.SubRaw(1))),
			Gas:    rapid.Uint64Range(1, 1<<63).Draw(t, "gas"),
		}
		base := math.MinInt(amounts().Draw(t, "base"), price.Most)
		needed := price.Needed(base, fee.Rate, fee.Gas)
		require.Equal(t, fee.Amount.GTE(needed), fee.Pays(base), "%s needed", needed)
		if fee.Pays(base) {
			require.False(t, fee.Tip(base).IsNegative())
			more := fee
			more.Amount = more.Amount.MulRaw(2)
			require.True(t, more.Price().GTE(fee.Price()))
		}
		// A price of the denom pays the fee, as wallets compute it.
		in := price.In(base, fee.Rate)
		paid := price.Fee{Rate: fee.Rate, Gas: fee.Gas, Amount: in.Mul(math.NewIntFromUint64(fee.Gas)).
			Add(price.One).SubRaw(1).Quo(price.One)}
		require.True(t, paid.Pays(base) || paid.Amount.GT(math.NewIntWithDecimal(1, 38)))
	})
}

func TestNoAmountIsTooLarge(t *testing.T) {
	all := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	fee := price.Fee{Amount: math.NewIntFromBigInt(all), Rate: price.MostRate, Gas: 1}
	require.True(t, fee.Pays(price.Most))
	require.Equal(t, price.Most.String(), fee.Price().String())
	fee.Gas = ^uint64(0)
	require.True(t, fee.Pays(price.Most))
	require.True(t, price.Fee{Amount: fee.Amount, Rate: price.One}.Price().IsZero(), "without gas")
	require.True(t, price.Needed(price.Most, math.OneInt(), ^uint64(0)).IsPositive())
	require.True(t, price.In(price.Most, math.OneInt()).IsPositive())
	require.Equal(t, ^uint64(0), price.Part(^uint64(0), price.Whole))
}
