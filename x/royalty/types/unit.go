package types

import (
	"regexp"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

// Bounds of a unit.
const (
	// MaxDecimals are those of Ethereum's coins, the most that are in use. One of no decimals
	// would be the denom itself, for which bank has no second name.
	MaxDecimals = 18
	maxUnitName = 64
)

// symbols are those that a denom of bank can be named after, as a unit in its metadata is. None ends in a point: "5.00 USDC." ends a
// sentence.
var symbols = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.]{1,14}[A-Za-z0-9]$`)

// Validate fails with ErrInvalidUnit.
func (u Unit) Validate() error {
	switch {
	case !symbols.MatchString(u.Symbol):
		return ErrInvalidUnit.Wrapf("symbol %q; it is a letter, then 2 to 15 letters, digits or points, no point at its end, such as USDC", u.Symbol)
	case u.Decimals < 1 || u.Decimals > MaxDecimals:
		return ErrInvalidUnit.Wrapf("%d decimals of %s; 1 to %d are possible", u.Decimals, u.Symbol, MaxDecimals)
	case len(u.Name) > maxUnitName || strings.TrimSpace(u.Name) != u.Name || strings.ContainsFunc(u.Name, notPrintable):
		return ErrInvalidUnit.Wrapf("name %q of %s; it has at most %d printable ASCII characters, and no space at its ends",
			u.Name, u.Symbol, maxUnitName)
	}
	return nil
}

func notPrintable(r rune) bool { return r < ' ' || r > '~' }

// Claims is the symbol as it is compared: in no case of letters.
func (u Unit) Claims() string { return strings.ToLower(u.Symbol) }

// fullName is what the bank's metadata has, which is never without a name.
func (u Unit) fullName() string {
	if u.Name == "" {
		return u.Symbol
	}
	return u.Name
}

// Metadata is the bank's for a denom of this unit. What the old one has beside the unit stays:
// what the denom is called elsewhere, and its description.
func (u Unit) Metadata(denom string, old banktypes.Metadata) banktypes.Metadata {
	m := withoutUnit(denom, old)
	m.Name, m.Symbol, m.Display = u.fullName(), u.Symbol, u.Claims()
	m.DenomUnits = append(m.DenomUnits, &banktypes.DenomUnit{Denom: m.Display, Exponent: u.Decimals})
	return m
}

// NoUnit is the bank's metadata of a denom whose unit is taken back.
func NoUnit(denom string, old banktypes.Metadata) banktypes.Metadata {
	m := withoutUnit(denom, old)
	m.Name, m.Symbol, m.Display = denom, denom, denom
	return m
}

func withoutUnit(denom string, old banktypes.Metadata) banktypes.Metadata {
	old.Base = denom
	base := &banktypes.DenomUnit{Denom: denom}
	if len(old.DenomUnits) > 0 && old.DenomUnits[0] != nil {
		base.Aliases = old.DenomUnits[0].Aliases
	}
	old.DenomUnits = []*banktypes.DenomUnit{base}
	return old
}

// In reports whether the bank's metadata says this unit of a denom.
func (u Unit) In(m banktypes.Metadata, denom string) bool {
	said, ok := UnitIn(m)
	return ok && m.Base == denom && said.Symbol == u.Symbol && said.Decimals == u.Decimals && m.Name == u.fullName()
}

// UnitIn is the unit that the bank's metadata of a denom says, whoever set it; ok is false where it says
// none: that of a voucher has a symbol as the other chain calls it, and no decimals.
func UnitIn(m banktypes.Metadata) (u Unit, ok bool) {
	for _, unit := range m.DenomUnits {
		if unit != nil && unit.Denom == m.Display && unit.Exponent > 0 {
			return Unit{Symbol: m.Symbol, Decimals: unit.Exponent, Name: m.Name}, true
		}
	}
	return Unit{}, false
}

// validateUnits checks that no symbol is that of two denoms, a denom, or the staking token's. It fails
// with ErrInvalidUnit.
func (p Params) validateUnits() error {
	taken := map[string]string{strings.ToLower(strings.TrimPrefix(sdk.DefaultBondDenom, "u")): sdk.DefaultBondDenom}
	for _, d := range p.Denoms {
		taken[strings.ToLower(d.Denom)] = d.Denom
	}
	for _, d := range p.Denoms {
		if d.Unit == nil {
			continue
		}
		name := d.Unit.Claims()
		// Only the staking token has its own name, and no denom its whole name.
		if of, is := taken[name]; is && (of != d.Denom || name == strings.ToLower(d.Denom)) {
			return ErrInvalidUnit.Wrapf("the symbol %s of %s is that of %s", d.Unit.Symbol, d.Denom, of)
		}
		taken[name] = d.Denom
	}
	return nil
}
