// Package render writes lineages as people read them: as a tree, as a table
// and in Graphviz's DOT. It knows nothing of commands and connections.
package render

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/stemma-chain/stemma/internal/rates"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Lineage is a walk from one work. Ask the queries for every edge, or shapes
// such as diamonds are drawn with the first edge to each work only.
type Lineage struct {
	Root registrytypes.WorkID
	// Steps of the walk. One with an external source in its link and no work is
	// drawn as a source of the link's derivative.
	Steps []types.Step
	// Work names a work for the reader, by its title say; nil: its id.
	Work func(registrytypes.WorkID) string
	// Terms names terms, by their preset say; nil: their id.
	Terms func(licensetypes.TermsID) string
}

// node is a work, or a source that is not registered.
type node struct {
	work     registrytypes.WorkID
	external string
}

// String is a key that tells nodes apart.
func (n node) String() string { return n.work.String() + n.external }

// ends returns the node that a step comes from and the one it reaches.
func ends(s types.Step) (from, to node) {
	switch {
	case s.Link.External != nil:
		return node{work: s.Link.Derivative}, node{external: externalName(s.Link)}
	case s.Work == s.Link.Source:
		return node{work: s.Link.Derivative}, node{work: s.Work}
	default:
		return node{work: s.Link.Source}, node{work: s.Work}
	}
}

func externalName(link types.Link) string {
	switch {
	case !link.BlankedSha256.IsZero():
		return "blanked:" + link.BlankedSha256.String()
	case link.External.Uri != "":
		return link.External.Uri
	}
	return "sha256:" + link.External.Sha256.String()
}

// name is what a reader sees of a node.
func (l Lineage) name(n node) string {
	switch {
	case n.external != "":
		return clean(n.external) + " (external)"
	case l.Work == nil:
		return n.work.String()
	}
	return clean(l.Work(n.work))
}

// permission says what a link relies on.
func (l Lineage) permission(link types.Link) string {
	switch {
	case link.External != nil, link.Role == types.ROLE_CITES:
		return "none needed"
	case link.Terms.IsZero():
		return "own work"
	}
	name := link.Terms.String()
	if l.Terms != nil {
		name = clean(l.Terms(link.Terms))
	}
	if !link.Grant.IsZero() {
		return name + ", " + link.Grant.String()
	}
	return name
}

// royalty says what a link owes: "absolute 10 %", or "none".
func royalty(link types.Link) string {
	switch link.RoyaltyPolicy {
	case royaltytypes.POLICY_ABSOLUTE:
		return "absolute " + rates.Percent(link.RoyaltyRate)
	case royaltytypes.POLICY_RELATIVE:
		return "relative " + rates.Percent(link.RoyaltyRate)
	default:
		return "none"
	}
}

// version says which version of the source the link is of, where that is not its first; empty: it is.
func version(link types.Link) string {
	if link.WorkVersion < 2 {
		return ""
	}
	return "version " + strconv.Itoa(int(link.WorkVersion))
}

// clean takes control characters out of text that others wrote: a title must
// not steer the reader's terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '?'
		}
		return r
	}, s)
}
