package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// graph is a checked Graph in one order, whatever order it came in. Nodes are
// named by their place in it.
type graph struct {
	nodes   []Node
	edges   []edge
	rivals  [][2]int // lower place first
	sources [][]int  // places in edges that lead from the node, by source
	derived [][]int  // places in edges that lead to the node, by derivative
	against [][]int  // rivals of the node, ascending
	topo    []int    // every source before its derivatives
	focus   int
}

type edge struct {
	Edge
	from, to int
}

func check(g Graph) (*graph, error) {
	if len(g.Nodes) > MaxNodes || len(g.Edges) > MaxEdges || len(g.Rivals) > MaxRivals {
		return nil, fmt.Errorf("%w: %d nodes, %d edges, %d rivals; at most %d, %d, %d", ErrTooLarge,
			len(g.Nodes), len(g.Edges), len(g.Rivals), MaxNodes, MaxEdges, MaxRivals)
	}
	c := &graph{nodes: slices.Clone(g.Nodes)}
	slices.SortFunc(c.nodes, func(a, b Node) int { return cmp.Compare(a.ID, b.ID) })
	place := make(map[string]int, len(c.nodes))
	for i := range c.nodes {
		if err := checkNode(&c.nodes[i]); err != nil {
			return nil, err
		}
		if _, twice := place[c.nodes[i].ID]; twice {
			return nil, fmt.Errorf("%w: node %q", ErrTwice, c.nodes[i].ID)
		}
		place[c.nodes[i].ID] = i
	}
	focus, ok := place[g.Focus]
	if !ok {
		return nil, fmt.Errorf("%w: the work in the middle, %q", ErrUnknownNode, g.Focus)
	}
	c.focus = focus
	if err := c.link(g.Edges, place); err != nil {
		return nil, err
	}
	if err := c.oppose(g.Rivals, place); err != nil {
		return nil, err
	}
	return c, c.sort()
}

func checkNode(n *Node) error {
	if len(n.Payees) > MaxPayees {
		return fmt.Errorf("%w: %d payees of %q; at most %d", ErrTooLarge, len(n.Payees), n.ID, MaxPayees)
	}
	for _, href := range []string{n.Href, n.MoreSources.Href, n.MoreDerivatives.Href} {
		if !local(href) {
			return fmt.Errorf("%w: %q of %q", ErrBadLink, href, n.ID)
		}
	}
	if n.MoreSources.Count < 0 || n.MoreDerivatives.Count < 0 {
		return fmt.Errorf("%w: fewer than no neighbours of %q", ErrBadNumber, n.ID)
	}
	n.Payees = slices.Clone(n.Payees)
	for _, p := range n.Payees {
		if p.Share > 1_000_000 {
			return fmt.Errorf("%w: %d ppm to a payee of %q", ErrBadNumber, p.Share, n.ID)
		}
	}
	slices.SortFunc(n.Payees, func(a, b Payee) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Name, b.Name))
	})
	return nil
}

// local says whether a link stays on this site. A browser reads a backslash as
// a slash, and drops tabs and line ends before it reads.
func local(href string) bool {
	if href == "" {
		return true
	}
	if !strings.ContainsRune("/?#", rune(href[0])) || strings.HasPrefix(href, "//") || len(href) > 2048 {
		return false
	}
	return !strings.ContainsFunc(href, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f })
}

func (c *graph) link(edges []Edge, place map[string]int) error {
	c.edges = make([]edge, 0, len(edges))
	for _, e := range edges {
		from, ok := place[e.From]
		to, ok2 := place[e.To]
		if !ok || !ok2 {
			return fmt.Errorf("%w: edge from %q to %q", ErrUnknownNode, e.From, e.To)
		}
		if e.Share > 1_000_000 {
			return fmt.Errorf("%w: %d ppm from %q to %q", ErrBadNumber, e.Share, e.From, e.To)
		}
		c.edges = append(c.edges, edge{Edge: e, from: from, to: to})
	}
	slices.SortFunc(c.edges, func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	c.sources, c.derived = make([][]int, len(c.nodes)), make([][]int, len(c.nodes))
	for i, e := range c.edges {
		if i > 0 && e.from == c.edges[i-1].from && e.to == c.edges[i-1].to {
			return fmt.Errorf("%w: edge from %q to %q", ErrTwice, e.From, e.To)
		}
		c.sources[e.from] = append(c.sources[e.from], i)
		c.derived[e.to] = append(c.derived[e.to], i)
	}
	return nil
}

func (c *graph) oppose(rivals []Rivalry, place map[string]int) error {
	for _, r := range rivals {
		a, ok := place[r.A]
		b, ok2 := place[r.B]
		if !ok || !ok2 {
			return fmt.Errorf("%w: rivals %q and %q", ErrUnknownNode, r.A, r.B)
		}
		if a == b {
			return fmt.Errorf("%w: %q as its own rival", ErrTwice, r.A)
		}
		c.rivals = append(c.rivals, [2]int{min(a, b), max(a, b)})
	}
	slices.SortFunc(c.rivals, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	c.against = make([][]int, len(c.nodes))
	for i, r := range c.rivals {
		if i > 0 && r == c.rivals[i-1] {
			return fmt.Errorf("%w: rivals %q and %q", ErrTwice, c.nodes[r[0]].ID, c.nodes[r[1]].ID)
		}
		c.against[r[0]] = append(c.against[r[0]], r[1])
		c.against[r[1]] = append(c.against[r[1]], r[0])
	}
	for _, of := range c.against {
		slices.Sort(of)
	}
	return nil
}

// sort fills topo, or finds that there is a cycle.
func (c *graph) sort() error {
	open := make([]int, len(c.nodes))
	c.topo = make([]int, 0, len(c.nodes))
	for n := range c.nodes {
		if open[n] = len(c.sources[n]); open[n] == 0 {
			c.topo = append(c.topo, n)
		}
	}
	for i := 0; i < len(c.topo); i++ {
		for _, e := range c.derived[c.topo[i]] {
			from := c.edges[e].from
			if open[from]--; open[from] == 0 {
				c.topo = append(c.topo, from)
			}
		}
	}
	for n, left := range open {
		if left > 0 {
			return fmt.Errorf("%w: %q is among its own sources, or made of such a work", ErrCycle, c.nodes[n].ID)
		}
	}
	return nil
}
