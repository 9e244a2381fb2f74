package rules

import (
	"cmp"
	"slices"
	"strings"
)

// A work under ceilings is paid only in denoms in which each of them counts. Coins are
// written as the SDK does: amounts and denoms, joined by commas; no denom begins with a
// digit.

// split reads one coin.
func split(coin string) (amount, denom string) {
	denom = strings.TrimLeft(coin, "0123456789")
	return coin[:len(coin)-len(denom)], denom
}

// denoms lists those of coins, nil for none.
func denoms(coins string) []string {
	if coins == "" {
		return nil
	}
	list := strings.Split(coins, ",")
	for i, coin := range list {
		_, list[i] = split(coin)
	}
	return list
}

func (d Demand) limitsDenoms() bool { return d.Kind == Ceiling && d.Terms.Ceiling != "" }

// Takes lists the denoms in which a work with these demands can be paid; none: it is
// under no ceiling, and can be in all.
func Takes(demands Group) []string {
	var left []string
	limited := false
	for _, d := range demands {
		switch {
		case !d.limitsDenoms():
		case !limited:
			left, limited = denoms(d.Terms.Ceiling), true
		default:
			left = common(left, denoms(d.Terms.Ceiling))
		}
	}
	return left
}

// untaken finds the ceiling that, with those before it, leaves no coin that the work can
// be paid; coins are alternatives, and none of them ask for nothing.
func (g Group) untaken(coins string) (by Demand, found bool) {
	left := denoms(coins)
	if len(left) == 0 {
		return Demand{}, false
	}
	for _, d := range g {
		if !d.limitsDenoms() {
			continue
		}
		if left = common(left, denoms(d.Terms.Ceiling)); len(left) == 0 {
			return d, true
		}
	}
	return Demand{}, false
}

// ceilingWithin says whether a ceiling asks no more than another: it lets as much be
// taken in, of each denom that the other has.
func ceilingWithin(ceiling, of string) bool {
	have := strings.Split(ceiling, ",")
	for _, other := range strings.Split(of, ",") {
		least, denom := split(other)
		i := slices.IndexFunc(have, func(coin string) bool { _, d := split(coin); return d == denom })
		if i < 0 {
			return false
		}
		if amount, _ := split(have[i]); less(amount, least) {
			return false
		}
	}
	return true
}

// less compares amounts in decimal digits without leading zeros.
func less(a, b string) bool { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) < 0 }
