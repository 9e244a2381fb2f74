package amounts

import "regexp"

// vouchers are the denoms of coins of other chains: a hash of 64 characters.
var vouchers = regexp.MustCompile(`ibc/[0-9A-F]{64}`)

// ShortDenoms writes ibc/8E27…45B5 for each denom of another chain's coin in a text, for people who read a list. It is not
// for what is signed or compared: others can make a coin with the same ends.
func ShortDenoms(text string) string {
	return vouchers.ReplaceAllStringFunc(text, func(denom string) string { return denom[:8] + "…" + denom[len(denom)-4:] })
}
