// Package units reads and writes amounts of money in people's units: 10.00 USDC is
// 10000000uusdc, as the bank's metadata of that denom says. Programs keep to base units.
//
// Who may set metadata may also mislead: a coin of another chain can call itself USDC too.
// So only denoms that the chain accepts for payments or fees have a symbol here, and where
// two of them claim the same one, neither has it.
package units

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/internal/amounts"
)

// ErrUnknown says that no accepted denom has such a symbol.
var ErrUnknown = errors.New("is in units that this chain does not know")

// Unit is how people write a denom.
type Unit struct {
	Denom string
	// Symbol is what they call it, such as USDC.
	Symbol string
	// Decimals is how many of them one has, 1 to MaxDecimals.
	Decimals int
}

// MaxDecimals is the most that a unit may have; those of Ethereum have 18.
const MaxDecimals = 30

// shownDecimals are written even where they are zeros: 10.00, not 10.
const shownDecimals = 2

// Units are those of a chain. Without any, amounts are read and written in base units.
type Units struct {
	byDenom  map[string]Unit
	bySymbol map[string]Unit
}

var symbol = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.]{1,15}$`)

// New takes the metadata of denoms, in any order. Those that are not fit to read are left
// out: their amounts stay in base units.
func New(metadata []banktypes.Metadata) Units {
	u := Units{byDenom: map[string]Unit{}, bySymbol: map[string]Unit{}}
	claimed := map[string]int{}
	for _, m := range metadata {
		claimed[strings.ToLower(m.Base)]++
		if unit, ok := read(m); ok {
			claimed[strings.ToLower(unit.Symbol)]++
			u.bySymbol[strings.ToLower(unit.Symbol)] = unit
		}
	}
	maps.DeleteFunc(u.bySymbol, func(name string, _ Unit) bool { return claimed[name] > 1 })
	for _, unit := range u.bySymbol {
		u.byDenom[unit.Denom] = unit
	}
	return u
}

func read(m banktypes.Metadata) (Unit, bool) {
	if !symbol.MatchString(m.Symbol) || sdk.ValidateDenom(m.Base) != nil {
		return Unit{}, false
	}
	for _, d := range m.DenomUnits {
		if d != nil && d.Denom == m.Display && d.Exponent > 0 && d.Exponent <= MaxDecimals {
			return Unit{Denom: m.Base, Symbol: m.Symbol, Decimals: int(d.Exponent)}, true
		}
	}
	return Unit{}, false
}

// Of is the unit of a denom; ok is false where it has none.
func (u Units) Of(denom string) (unit Unit, ok bool) {
	unit, ok = u.byDenom[denom]
	return unit, ok
}

// All lists the units, in order of their symbols.
func (u Units) All() []Unit {
	return slices.SortedFunc(maps.Values(u.byDenom), func(a, b Unit) int { return strings.Compare(a.Symbol, b.Symbol) })
}

// Coin writes an amount exactly, "10.00 USDC", and one of a denom without a unit as
// "10000000uusdc".
func (u Units) Coin(c sdk.Coin) string {
	unit, ok := u.byDenom[c.Denom]
	if !ok || c.Amount.IsNil() || c.Amount.IsNegative() {
		return c.String()
	}
	return unit.number(c.Amount) + " " + unit.Symbol
}

// Short is Coin for lists: a denom of another chain without a unit is cut to ibc/8E27…45B5.
func (u Units) Short(c sdk.Coin) string { return amounts.ShortDenoms(u.Coin(c)) }

// Exact is Coin with the base units that it stands for, which are what is signed.
func (u Units) Exact(c sdk.Coin) string {
	if text := u.Coin(c); text != c.String() {
		return text + " (" + c.String() + ")"
	}
	return c.String()
}

// Number writes the amount of a coin without its symbol, for a column of one denom.
func (u Units) Number(c sdk.Coin) string {
	text, _, _ := strings.Cut(u.Coin(c), " ")
	return strings.TrimSuffix(text, c.Denom)
}

// number puts the point into an amount.
func (u Unit) number(a math.Int) string {
	digits := a.String()
	if missing := u.Decimals + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - u.Decimals
	fraction := strings.TrimRight(digits[point:], "0")
	for len(fraction) < min(shownDecimals, u.Decimals) {
		fraction += "0"
	}
	return digits[:point] + "." + fraction
}

// Sum writes coins that go together: "1.00 STEM and 10.00 USDC"; none: "free of charge".
func (u Units) Sum(coins sdk.Coins) string { return join(coins, u.Coin, " and ", "free of charge") }

// Alternatives writes a price of which one coin is to be paid; none: "free".
func (u Units) Alternatives(price sdk.Coins) string { return join(price, u.Coin, " or ", "free") }

// ExactSum and ExactAlternatives have the base units beside each coin, as Exact does: for what is to be signed.
func (u Units) ExactSum(coins sdk.Coins) string {
	return join(coins, u.Exact, " and ", "free of charge")
}

// ExactAlternatives is Alternatives with base units; see ExactSum.
func (u Units) ExactAlternatives(price sdk.Coins) string { return join(price, u.Exact, " or ", "free") }

func join(coins sdk.Coins, say func(sdk.Coin) string, word, none string) string {
	if coins.IsZero() {
		return none
	}
	texts := make([]string, len(coins))
	for i, c := range coins {
		texts[i] = say(c)
	}
	return strings.Join(texts, word)
}

// written is an amount with a unit behind it.
var written = regexp.MustCompile(`^([0-9]+)(?:\.([0-9]+))?( ?)([A-Za-z][A-Za-z0-9/:._-]*)$`)

// Read reads an amount: "10.00 USDC", "10usdc", or base units, "10000000uusdc". The space
// before the unit is free, and so is the case of a symbol. It fails with ErrUnknown for a
// symbol that no accepted denom has, else with amounts.ErrInvalid, as for more decimals than
// the unit has.
func (u Units) Read(s string) (sdk.Coin, error) {
	s = strings.TrimSpace(s)
	if len(u.byDenom) == 0 {
		return amounts.ParseCoin(s)
	}
	parts := written.FindStringSubmatch(s)
	if parts == nil {
		return u.unreadable(s)
	}
	whole, fraction, spaced, name := parts[1], parts[2], parts[3] != "", parts[4]
	base, isBase := u.byDenom[name]
	if unit, known := u.bySymbol[strings.ToLower(name)]; known {
		return unit.coin(s, whole, fraction)
	}
	switch {
	case fraction == "" && (isBase || !spaced):
		return amounts.ParseCoin(whole + name)
	case isBase:
		return sdk.Coin{}, fmt.Errorf("%q %w: %s is the smallest unit and has no decimals; 1 %s is 1%s%s",
			s, amounts.ErrInvalid, name, base.Symbol, strings.Repeat("0", base.Decimals), name)
	}
	return sdk.Coin{}, fmt.Errorf("%q %w: write %s", s, ErrUnknown, u.known())
}

// coin takes the two parts of a number in this unit; s is for the error.
func (u Unit) coin(s, whole, fraction string) (sdk.Coin, error) {
	if len(whole) > 1 && whole[0] == '0' {
		return sdk.Coin{}, fmt.Errorf("%q %w: leave out the zeros in front", s, amounts.ErrInvalid)
	}
	if len(fraction) > u.Decimals {
		return sdk.Coin{}, fmt.Errorf("%q %w: %s has %d decimals, and the least of it is %s",
			s, amounts.ErrInvalid, u.Symbol, u.Decimals, "0."+strings.Repeat("0", u.Decimals-1)+"1")
	}
	digits := strings.TrimLeft(whole+fraction+strings.Repeat("0", u.Decimals-len(fraction)), "0")
	return amounts.Coin(cmp.Or(digits, "0"), u.Denom)
}

// bare is a number without a unit.
var bare = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// grouped is how many people write thousands or decimals.
var grouped = regexp.MustCompile(`^[0-9]+([,' _][0-9]+)+(\.[0-9]+)? ?[A-Za-z]`)

func (u Units) unreadable(s string) (sdk.Coin, error) {
	if bare.MatchString(s) {
		return sdk.Coin{}, fmt.Errorf("%q %w: write the unit behind it, such as %s %s", s, amounts.ErrInvalid, s, u.example())
	}
	if grouped.MatchString(s) {
		return sdk.Coin{}, fmt.Errorf("%q %w: write a point before the decimals and nothing between thousands, such as 1000.50 %s",
			s, amounts.ErrInvalid, u.example())
	}
	return amounts.ParseCoin(s)
}

// ReadList reads coins parted by commas, each denom once and more than zero, none of an empty
// text. It fails as Read does.
func (u Units) ReadList(s string) (sdk.Coins, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	if grouped.MatchString(s) {
		_, err := u.unreadable(s)
		return nil, err
	}
	var base []string
	for part := range strings.SplitSeq(s, ",") {
		coin, err := u.Read(part)
		if err != nil {
			return nil, err
		}
		base = append(base, coin.String())
	}
	return amounts.ParseCoins(strings.Join(base, ","))
}

func (u Units) example() string {
	for _, unit := range u.All() {
		return unit.Symbol
	}
	return "USDC"
}

// known lists what may be written.
func (u Units) known() string {
	all := u.All()
	names := make([]string, len(all))
	for i, unit := range all {
		names[i] = fmt.Sprintf("%s (of which one is 1%s%s)", unit.Symbol, strings.Repeat("0", unit.Decimals), unit.Denom)
	}
	return strings.Join(names, " or ")
}
