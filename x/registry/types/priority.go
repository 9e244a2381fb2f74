package types

import (
	"cmp"
	"fmt"
	"math"
	"time"
)

// Compare orders claims by block time, then transaction, then rank: negative
// when p is older than other.
func (p Priority) Compare(other Priority) int {
	return cmp.Or(p.compareMoment(other), cmp.Compare(p.Rank, other.Rank))
}

// Before says whether p comes from an earlier transaction than other. Two
// claims of one transaction have no order in time, whatever their ranks.
func (p Priority) Before(other Priority) bool { return p.compareMoment(other) < 0 }

// SameMoment says whether both come from the same transaction.
func (p Priority) SameMoment(other Priority) bool { return p.compareMoment(other) == 0 }

func (p Priority) compareMoment(other Priority) int {
	return cmp.Or(cmp.Compare(nanos(p.Time), nanos(other.Time)), cmp.Compare(p.TxIndex, other.TxIndex))
}

// Text writes the moment for people: block time in UTC and transaction.
func (p Priority) Text() string {
	return fmt.Sprintf("%s (transaction %d of its block)", p.Time.UTC().Format(time.RFC3339Nano), p.TxIndex)
}

// validTime says whether a time fits the order of claims: between 1970 and 2262.
func validTime(t time.Time) bool {
	return !t.Before(time.Unix(0, 0)) && !t.After(time.Unix(0, math.MaxInt64))
}

// nanos is a time as it is ordered: nanoseconds since 1970, held at the bounds
// of what fits.
func nanos(t time.Time) uint64 {
	switch {
	case t.Before(time.Unix(0, 0)):
		return 0
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	return uint64(t.UnixNano())
}
