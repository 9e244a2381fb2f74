package table

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// whole is 100 % in parts per million.
const whole = 1_000_000

// Percent writes parts per million as a percentage, exactly.
func Percent(ppm uint32) string {
	s := fmt.Sprintf("%d.%04d", ppm/10_000, ppm%10_000)
	s = strings.TrimRight(s, "0")
	return strings.TrimSuffix(s, ".") + " %"
}

// ParseRate reads a rate as a percentage with up to four decimals ("10%",
// "2.5 %") or as parts per million ("100000"). It fails above the whole.
func ParseRate(s string) (uint32, error) {
	fail := fmt.Errorf("%q is not a rate: write a percentage such as 10%% or parts per million such as 100000, up to the whole", s)
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
	if err != nil || number == "" || ppm > whole {
		return 0, fail
	}
	return uint32(ppm), nil
}

// Time writes a time in UTC to the second; the zero time is empty.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// OptionalTime is Time for a time that may be unset.
func OptionalTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return Time(*t)
}

// ParseUntil reads a point in time: a date ("2027-01-31", its end in UTC), a
// time in RFC 3339, or days from now ("30d").
func ParseUntil(s string, now time.Time) (time.Time, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil && n > 0 {
			return now.AddDate(0, 0, int(n)).UTC(), nil
		}
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t.AddDate(0, 0, 1).Add(-time.Second).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%q is not a time: write 2027-01-31, 2027-01-31T12:00:00Z or 30d", s)
}
