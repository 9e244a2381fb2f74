package table

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Time writes a time to the second, in UTC unless the variable TZ names another zone; the
// zero time is empty.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if t = t.UTC(); os.Getenv("TZ") != "" {
		t = t.Local()
	}
	return t.Format("2006-01-02 15:04:05 MST")
}

// OptionalTime is Time for a time that may be unset.
func OptionalTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return Time(*t)
}

// A spreadsheet keeps a date as days since 1899-12-30; those from 2000 to 2100 are taken for such.
var sheetEpoch = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

const firstSheetDay, lastSheetDay = 36_526, 73_050

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
	if days, err := strconv.ParseUint(s, 10, 32); err == nil && days >= firstSheetDay && days <= lastSheetDay {
		return time.Time{}, fmt.Errorf("%q is how a spreadsheet counts days (%s): have it show dates as 2027-01-31", s,
			sheetEpoch.AddDate(0, 0, int(days)).Format(time.DateOnly))
	}
	return time.Time{}, fmt.Errorf("%q is not a time: write 2027-01-31, 2027-01-31T12:00:00Z or 30d", s)
}
