// Package past checks that what a genesis says has happened came before its first block.
package past

import (
	"fmt"
	"time"
)

// Check fails when one of a row's moments is not before the start of a chain; a nil one is
// unset. The first block has that very time: with an earlier one in its genesis, a claim
// of it would be older than those there are, and a delay would have passed at once.
func Check(start time.Time, row any, moments ...*time.Time) error {
	for _, at := range moments {
		if at != nil && !at.Before(start) {
			return fmt.Errorf("%v has the time %s, and genesis_time is %s: all that has happened came before it",
				row, at.UTC().Format(time.RFC3339Nano), start.UTC().Format(time.RFC3339Nano))
		}
	}
	return nil
}
