// Package picture draws a work's lineage: what it was made of above, what was
// made of it below. It turns a small graph into SVG that a page holds as it
// is, and into nested lists that say the same. It knows no chain, no network
// and no clock: the same graph, in any order, gives the same bytes.
package picture

import (
	"errors"
	"strings"
	"unicode"
)

// Bounds of one picture. A graph beyond them is refused: whoever reads it from
// an index leaves nodes out and says so with Node.MoreSources and MoreDerivatives.
const (
	MaxNodes  = 150
	MaxEdges  = 500
	MaxRivals = 500
	MaxPayees = 32
)

// What can be wrong with a graph. Errors of this package wrap one of them and
// name the node.
var (
	ErrTooLarge    = errors.New("graph is too large for a picture")
	ErrUnknownNode = errors.New("no such node in the graph")
	ErrTwice       = errors.New("given twice")
	ErrCycle       = errors.New("graph has a cycle")
	ErrBadLink     = errors.New("link leads to another host or is no link")
	ErrBadNumber   = errors.New("number is out of bounds")
)

// Graph is a part of the lineage with one work in its middle.
type Graph struct {
	// Focus is the id of the work in the middle.
	Focus string
	// Nodes are at most MaxNodes, each id once.
	Nodes []Node
	// Edges are at most MaxEdges, each pair of nodes once, without a cycle.
	Edges []Edge
	// Rivals are pairs of nodes that claim the same content; at most MaxRivals.
	Rivals []Rivalry
}

// Node is a work, or something outside the chain that a work names as a source.
type Node struct {
	// ID tells nodes apart; it is never shown.
	ID string
	// Title is shown as it is; an empty one is shown as Words.Untitled.
	Title string
	// Kind is the word for what it is, as shown: song, image, model.
	Kind string
	// Href is where the node leads, a path or query of this site; empty: nowhere.
	Href string
	// Payees are those who hold its revenue; at most MaxPayees.
	Payees []Payee
	// Disputed says that a case about it is open.
	Disputed bool
	// Withdrawn says that its owner took it back.
	Withdrawn bool
	// Invalid says that a ruling or the chain declared it so.
	Invalid bool
	// MoreSources and MoreDerivatives are what the node has beside what is drawn.
	MoreSources, MoreDerivatives More
}

// More is a number of neighbours that are not drawn, and where they are.
type More struct {
	// Count is how many; 0: none. AtLeast says that there are more than these.
	Count   int
	AtLeast bool
	// Href leads to a picture that shows them; empty: nowhere.
	Href string
}

// number is how many there are, as said: 200+ for at least so many.
func (m More) number(count string) string {
	if m.AtLeast {
		return count + "+"
	}
	return count
}

// Payee is one who holds a part of a work's revenue.
type Payee struct {
	// Name is a name or a short account, as shown.
	Name string
	// Share is the part in ppm, at most 1,000,000.
	Share uint32
}

// Edge leads from a derivative to one of its sources.
type Edge struct {
	// From is the id of the derivative, To that of the source.
	From, To string
	// Role is a key of Words.Roles; another one is shown as it is.
	Role string
	// Share is what the derivative owes to the source, in ppm; 0: nothing or not stated.
	Share uint32
	// Conflict says that the edge itself is contested.
	Conflict bool
	// Unapproved says that the source's owner permitted nothing.
	Unapproved bool
}

// Rivalry says that two nodes claim the same content. The order says nothing.
type Rivalry struct {
	A, B string
}

// Options say for whom the picture is.
type Options struct {
	// Width is the width in pixels that the page has for it, from 320 to 2000; 0:
	// DefaultWidth. Only a graph with very many lines side by side takes more.
	Width int
	// ID starts every id attribute, so that a page can have several pictures:
	// letters and digits; empty or anything else: pic.
	ID string
	// Words are the words used; a zero value: English.
	Words Words
}

// DefaultWidth fits a phone that is 390 pixels wide with margins of 16.
const DefaultWidth = 358

// columns is how many boxes stand side by side at most.
func (o Options) columns() int { return max(2, o.Width/columnMin) }

func (o Options) withDefaults() Options {
	if o.Width == 0 {
		o.Width = DefaultWidth
	}
	o.Width = min(max(o.Width, 320), 2000)
	if o.ID == "" || strings.ContainsFunc(o.ID, func(r rune) bool { return r > 'z' || !unicode.In(r, unicode.L, unicode.Nd) }) {
		o.ID = "pic"
	}
	if o.Words.Roles == nil {
		o.Words = English()
	}
	return o
}
