package flow

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Closure is the set of works that relative shares of a work can reach, over any
// number of steps: each once, however many ways lead to it. It holds the first eight
// bytes of each name, sorted; names are digests, so that two works hardly ever share
// them, and whoever looks for two that do is charged for one work less.
type Closure []uint64

// MaxClosure bounds how many works a closure may have.
const MaxClosure = 2048

// closureEntry is the size of an entry of a packed closure.
const closureEntry = 8

// Receivers for which a payer is charged for each work in a closure: its stages
// `received` and `earned`, and its holders.
const closureReceivers = 2 + CountedHolders

// digest shortens a work's name, which has zeros behind it when it is short.
func digest(work Work) uint64 {
	var short [closureEntry]byte
	copy(short[:], work)
	return binary.BigEndian.Uint64(short[:])
}

// ClosureOf is the closure of works alone.
func ClosureOf(works ...Work) Closure {
	c := make(Closure, len(works))
	for i, work := range works {
		c[i] = digest(work)
	}
	slices.Sort(c)
	return slices.Compact(c)
}

// Has reports whether a work is in the closure.
func (c Closure) Has(work Work) bool {
	_, found := slices.BinarySearch(c, digest(work))
	return found
}

// Union returns the works of all closures. None of them is changed.
func (c Closure) Union(others ...Closure) Closure {
	all := slices.Concat(append([]Closure{c}, others...)...)
	slices.Sort(all)
	return slices.Compact(all)
}

// Without returns the works that are not in the other closure.
func (c Closure) Without(other Closure) (rest Closure) {
	for _, d := range c {
		if _, found := slices.BinarySearch(other, d); !found {
			rest = append(rest, d)
		}
	}
	return rest
}

// Pack encodes the closure, eight bytes a work.
func (c Closure) Pack() []byte {
	packed := make([]byte, 0, len(c)*closureEntry)
	for _, d := range c {
		packed = binary.BigEndian.AppendUint64(packed, d)
	}
	return packed
}

// UnpackClosure is the opposite of Pack. It fails on bytes that Pack cannot have made
// of a closure that is allowed.
func UnpackClosure(packed []byte) (Closure, error) {
	if len(packed)%closureEntry != 0 || len(packed) > MaxClosure*closureEntry {
		return nil, fmt.Errorf("a packed closure of %d bytes; it has %d for each of at most %d works", len(packed), closureEntry, MaxClosure)
	}
	c := make(Closure, 0, len(packed)/closureEntry)
	for ; len(packed) > 0; packed = packed[closureEntry:] {
		d := binary.BigEndian.Uint64(packed)
		if n := len(c); n > 0 && c[n-1] >= d {
			return nil, fmt.Errorf("work %d of a packed closure is out of order", n)
		}
		c = append(c, d)
	}
	return c, nil
}

// Reach counts the receivers that a payment can set in motion: the work's own
// `earned` stage and holders, its absolute ancestors with as many holders as they had
// when the list was made, and each work that relative shares can reach.
func (u Upstream) Reach(holders, closure uint32) uint64 {
	reach := 1 + uint64(holders) + uint64(closure)*closureReceivers + uint64(len(u.Absolute))
	for _, o := range u.Absolute {
		reach += uint64(o.Holders)
	}
	return reach
}
