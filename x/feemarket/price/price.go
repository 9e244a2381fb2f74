// Package price is the arithmetic of the fee market: how the base price moves with
// what blocks declare, what a fee is worth, and which transactions fit into a block
// together. It knows no store and no transaction format.
//
// Prices and rates count 10^-18 of a unit of the base denom: a price is one of these
// for each unit of declared gas, a rate for each unit of another denom.
package price

import (
	"math/bits"

	"cosmossdk.io/math"
)

// Decimals of prices and rates.
const Decimals = 18

// Whole is a share of everything, in ppm.
const Whole = 1_000_000

var (
	// One is a price of one unit of the base denom for a unit of gas, and the rate of
	// a denom that counts as the base denom does.
	One = math.NewIntWithDecimal(1, Decimals)
	// Most is the highest price: 10^12 units of the base denom for a unit of gas. It
	// keeps the product of price and gas within 256 bits, whatever blocks declare.
	Most = math.NewIntWithDecimal(1, Decimals+12)
	// MostRate is the highest rate: one unit counts as 10^18 of the base denom's.
	MostRate = math.NewIntWithDecimal(1, 2*Decimals)
	// mostAmount is the most that an amount counts as, so that amount times rate keeps
	// within 256 bits; no supply is as large.
	mostAmount = math.NewIntWithDecimal(1, 38)
)

// Curve says how the base price moves.
type Curve struct {
	// Floor is the least price. At 0 the market is off: the price is always 0.
	Floor math.Int
	// Target is the share of a block at which the price stays, Step the most that it
	// moves in a block as a share of itself; both in ppm.
	Target, Step uint32
}

// Next returns the base price after a block whose transactions declared this gas, of
// at most so much. As in EIP-1559 the price moves in proportion to the distance from
// the target, by Step when that is as far as the target itself or farther, downwards
// rounded down and upwards rounded down but by at least 1. It stays within Floor and
// Most.
func (c Curve) Next(price math.Int, declared, most uint64) math.Int {
	if c.Floor.IsZero() {
		return c.Floor
	}
	target := max(Part(most, c.Target), 1)
	switch {
	case declared > target:
		away := min(declared-target, target)
		price = price.Add(math.MaxInt(c.move(price, away, target), math.OneInt()))
	case declared < target:
		price = price.Sub(c.move(price, target-declared, target))
	}
	return c.within(price)
}

// Above is the most that the block after the next can ask when the next one asks this
// price: who pays it is good for both.
func (c Curve) Above(price math.Int) math.Int {
	if c.Floor.IsZero() {
		return c.Floor
	}
	return c.within(price.Add(math.MaxInt(c.move(price, 1, 1), math.OneInt())))
}

func (c Curve) move(price math.Int, away, target uint64) math.Int {
	part := price.Mul(math.NewIntFromUint64(away)).Quo(math.NewIntFromUint64(target))
	return part.MulRaw(int64(c.Step)).QuoRaw(Whole)
}

func (c Curve) within(price math.Int) math.Int {
	return math.MinInt(math.MaxInt(price, c.Floor), Most)
}

// Part is a share in ppm of so much, rounded down.
func Part(of uint64, share uint32) uint64 {
	high, low := bits.Mul64(of, uint64(min(share, Whole)))
	part, _ := bits.Div64(high, low, Whole)
	return part
}

// Fee is what a transaction pays and declares.
type Fee struct {
	// Amount of one denom; 0 when it pays nothing.
	Amount math.Int
	// Rate of that denom: One for the base denom.
	Rate math.Int
	// Gas declared.
	Gas uint64
}

// Price is what the fee pays for a unit of gas, rounded down and at most Most; 0
// without gas.
func (f Fee) Price() math.Int {
	if f.Gas == 0 {
		return math.ZeroInt()
	}
	return math.MinInt(f.worth().Quo(math.NewIntFromUint64(f.Gas)), Most)
}

// Pays says whether the fee is at least the base price for all the gas. Nothing is
// rounded.
func (f Fee) Pays(base math.Int) bool {
	return f.worth().GTE(base.Mul(math.NewIntFromUint64(f.Gas)))
}

// Tip is what the fee pays for a unit of gas above the base price, negative when it
// does not pay that.
func (f Fee) Tip(base math.Int) math.Int { return f.Price().Sub(base) }

// worth is the amount in 10^-18 of the base denom.
func (f Fee) worth() math.Int { return math.MinInt(f.Amount, mostAmount).Mul(f.Rate) }

// Needed is the least amount of a denom that pays the base price for so much gas.
func Needed(base, rate math.Int, gas uint64) math.Int {
	return ceil(base.Mul(math.NewIntFromUint64(gas)), rate)
}

// In is a price in another denom, for a unit of gas, in 10^-18 of that denom rounded up.
func In(price, rate math.Int) math.Int { return ceil(price.Mul(One), rate) }

func ceil(a, b math.Int) math.Int {
	return a.Add(b).Sub(math.OneInt()).Quo(b)
}
