package statement

import (
	"time"

	"cosmossdk.io/math"
)

// Head is what a statement is about.
type Head struct {
	ChainID string `json:"chain_id"`
	Account string `json:"account"`
	// From and To are the first and last block, both included.
	From     int64     `json:"from_height"`
	FromTime time.Time `json:"from_time"`
	To       int64     `json:"to_height"`
	ToTime   time.Time `json:"to_time"`
	// Genesis says that the opening balance is computed back from the first block:
	// there is no state before it to ask for.
	Genesis bool `json:"opening_is_genesis,omitempty"`
}

// Entry is a line with the balance after it and the title of its work.
type Entry struct {
	Line
	Balance math.Int
	Title   string
	// Name is the counterparty's, where it has one: a key or a module.
	Name string
}

// Writer writes a statement as it goes, without keeping its lines.
type Writer interface {
	// Open writes what comes before the lines. The sums have their opening balances.
	Open(head Head, sums []*Sum) error
	Write(entry Entry) error
	// Close writes what comes after them. differs is ErrDiffers, or nil.
	Close(sums []*Sum, differs error) error
}

// stamp is how programs get a time.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
