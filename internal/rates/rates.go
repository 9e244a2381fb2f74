// Package rates writes and reads rates: parts per million on the chain, percentages
// for people.
package rates

import (
	"fmt"
	"strconv"
	"strings"
)

// Whole is 100 % in parts per million.
const Whole = 1_000_000

// Percent writes parts per million as a percentage, exactly and without trailing
// zeros: "12.5 %".
func Percent[PPM uint32 | uint64](ppm PPM) string {
	s := fmt.Sprintf("%d.%04d", ppm/10_000, ppm%10_000)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + " %"
}

// Parse reads a rate as a percentage with up to four decimals ("10%",
// "2.5 %") or as parts per million ("100000"). It fails above the whole.
func Parse(s string) (uint32, error) {
	fail := fmt.Errorf("%q is not a rate: write a percentage such as 12.5%%, with a point and at most 4 decimals, "+
		"or parts per million such as 125000, up to the whole", s)
	number, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	number = strings.TrimSpace(number)
	decimals := ""
	if percent {
		var fraction string
		number, fraction, _ = strings.Cut(number, ".")
		if len(fraction) > 4 {
			return 0, fail
		}
		decimals = fraction + strings.Repeat("0", 4-len(fraction))
	}
	ppm, err := strconv.ParseUint(number+decimals, 10, 32)
	if err != nil || number == "" || ppm > Whole {
		return 0, fail
	}
	return uint32(ppm), nil
}
