package types

import (
	"time"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// A work has a clock, which stands still while the work is on hold. The ends of the grants
// of it, and of the passes that it was paid for, are kept by that clock: a dispute moves all
// of them and writes none, and they stay in order. Ends of different works are compared as
// times only.

// Clock is what the clock of a work says at a time.
func Clock(work registrytypes.Work, now time.Time) time.Time { return now.Add(-work.HeldFor(now)) }

// EndInTime is when something ends, as of now, that ends by the clock of a work which has
// been on hold for so long; nil: never.
func EndInTime(end *time.Time, held time.Duration) *time.Time {
	if end == nil || held == 0 {
		return end
	}
	at := end.Add(held)
	return &at
}

// InTime is the grant as answers have it: with when it ends in place of its end by the clock
// of its work.
func (g Grant) InTime(held time.Duration) Grant {
	g.ExpiresAt = EndInTime(g.ExpiresAt, held)
	return g
}

// InTime is the pass as answers have it, as a grant is of the source that was paid.
func (p Pass) InTime(held time.Duration) Pass {
	p.ExpiresAt = EndInTime(p.ExpiresAt, held)
	return p
}
