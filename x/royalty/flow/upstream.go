// Package flow is the arithmetic of royalties: who is owed what part of a
// work's revenue, the stages that money passes, and the sweep that moves it. It
// knows no chain; x/royalty runs it over its store and `stemmad royalty
// simulate` over memory.
//
// Weights are parts per million (ppm), amounts whole units of one denom.
package flow

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// Whole is the sum of all weights of a list, in ppm.
	Whole = 1_000_000
	// MaxAbsolute bounds a work's list of absolute shares.
	MaxAbsolute = 1024
	// MaxRelative bounds a work's list of relative shares.
	MaxRelative = 1024
	// MaxHolders bounds the table of those who hold a work's revenue, as they make it.
	MaxHolders = 32
	// MaxRuledHolders bounds it with those whom rulings add: nobody keeps a payee out by filling the table.
	MaxRuledHolders = MaxHolders + 8
	// MinShare is the least share of a holder.
	MinShare = 100
	// MaxReceivers is the size of the largest possible stage.
	MaxReceivers = MaxAbsolute + MaxRelative + 1
)

// Work names a work. The name is opaque; its byte order is the order of lists.
type Work string

// Account names who is paid in the end.
type Account string

// Owed is what one work owes another: Weight ppm of its revenue.
type Owed struct {
	To     Work
	Weight uint32
	// Holders is how many hold the revenue of To, as far as known when the list
	// was made. It measures reach and moves no money.
	Holders uint32
}

// Holding is one holder's part of a work's revenue.
type Holding struct {
	To     Account
	Weight uint32
}

// Policy says how a source is owed.
type Policy uint8

// The policies.
const (
	// None owes nothing to the source itself.
	None Policy = iota
	// Absolute owes a part of the gross revenue of every later descendant.
	Absolute
	// Relative owes a part of whatever the direct derivative takes in.
	Relative
)

// Upstream is what a work owes. Both lists are sorted by work and name each
// work once.
type Upstream struct {
	Absolute []Owed
	Relative []Owed
}

// Source is a work that another is derived from, with what is agreed.
type Source struct {
	Work   Work
	Policy Policy
	// Rate in ppm; ignored for None.
	Rate uint32
	// Holders of the source's revenue, at least 1.
	Holders uint32
	// Upstream is the source's own list, in the version agreed.
	Upstream Upstream
}

// OverWholeError says that a work would owe more than it takes in.
type OverWholeError struct {
	Absolute, Relative uint64
}

func (e *OverWholeError) Error() string {
	return fmt.Sprintf("owes %d ppm absolute and %d ppm relative, together %d, more than the whole of %d",
		e.Absolute, e.Relative, e.Absolute+e.Relative, Whole)
}

// TooLongError says that a list has too many entries.
type TooLongError struct {
	List        string
	Count, Most int
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("%d %s receivers, at most %d are allowed", e.Count, e.List, e.Most)
}

// Join returns what a work owes after taking in more sources. The absolute list
// is the union of its own, of the sources' lists and of the direct absolute
// sources, each ancestor once at the highest rate found; so a diamond does not
// pay twice. Relative sources are added to the relative list alike. u stays as
// it is; the result is not checked against the whole, see Check.
func (u Upstream) Join(sources ...Source) Upstream {
	next := u
	for _, s := range sources {
		next.Absolute = union(next.Absolute, s.Upstream.Absolute)
		if s.Rate == 0 {
			continue
		}
		direct := []Owed{{To: s.Work, Weight: s.Rate, Holders: s.Holders}}
		switch s.Policy {
		case Absolute:
			next.Absolute = union(next.Absolute, direct)
		case Relative:
			next.Relative = union(next.Relative, direct)
		case None:
		}
	}
	return next
}

// union merges two sorted lists; of two entries for one work the higher weight
// stays. Neither argument is changed.
func union(a, b []Owed) []Owed {
	if len(b) == 0 {
		return a
	}
	if len(a) == 0 {
		return b
	}
	merged := make([]Owed, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch c := strings.Compare(string(a[0].To), string(b[0].To)); {
		case c < 0:
			merged, a = append(merged, a[0]), a[1:]
		case c > 0:
			merged, b = append(merged, b[0]), b[1:]
		default:
			higher := a[0]
			higher.Weight = max(a[0].Weight, b[0].Weight)
			higher.Holders = max(a[0].Holders, b[0].Holders)
			merged, a, b = append(merged, higher), a[1:], b[1:]
		}
	}
	return append(append(merged, a...), b...)
}

// Sums returns the sums of the two lists, in ppm.
func (u Upstream) Sums() (absolute, relative uint64) {
	for _, o := range u.Absolute {
		absolute += uint64(o.Weight)
	}
	for _, o := range u.Relative {
		relative += uint64(o.Weight)
	}
	return absolute, relative
}

// Check reports lists that are too long (TooLongError) or that together exceed
// the whole (OverWholeError).
func (u Upstream) Check() error {
	if n := len(u.Absolute); n > MaxAbsolute {
		return &TooLongError{List: "absolute", Count: n, Most: MaxAbsolute}
	}
	if n := len(u.Relative); n > MaxRelative {
		return &TooLongError{List: "relative", Count: n, Most: MaxRelative}
	}
	if absolute, relative := u.Sums(); absolute+relative > Whole {
		return &OverWholeError{Absolute: absolute, Relative: relative}
	}
	return nil
}

// Equal reports whether both owe the same.
func (u Upstream) Equal(v Upstream) bool {
	return slices.Equal(u.Absolute, v.Absolute) && slices.Equal(u.Relative, v.Relative)
}
