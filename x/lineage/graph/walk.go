// Package graph walks the graph of what came from what, over an interface and
// within bounds: breadth first, shortest path, common ancestors, and the plan
// for a link that would otherwise run against the generations. It knows no
// store and no chain.
package graph

import (
	"bytes"
	"iter"
	"slices"
)

// ID is what names a node. Nodes are ordered as their bytes are.
type ID interface{ ~[20]byte }

// Graph lists the nodes one step away, in one direction: either a work's
// sources or its derivatives.
type Graph[N ID] interface {
	// Neighbours returns up to limit neighbours of n in ascending order, those
	// after the given one, or the first ones for nil. Fewer than limit: no more.
	Neighbours(n N, after *N, limit int) ([]N, error)
}

// pageSize is how many neighbours are asked for at a time.
const pageSize = 100

// Limits bound a walk.
type Limits struct {
	// Depth is the number of steps to go from the start; 0: no bound.
	Depth int
	// Steps is the number of steps that a walk returns.
	Steps int
	// Edges is the number of edges it looks at.
	Edges int
	// EveryEdge returns edges to nodes reached before too.
	EveryEdge bool
}

// Step is one edge of a walk, from a node nearer to the start.
type Step[N ID] struct {
	Node, From N
	// Depth is the node's distance from the start: 1 for its neighbours.
	Depth int
	// Again is set when the node was reached before, by another edge.
	Again bool
}

// Walk returns the nodes that can be reached from start, breadth first, the
// neighbours of each node in ascending order, each node once by its first
// edge; with EveryEdge, the further edges in their places too. truncated says
// that a bound of steps or edges cut the walk short; the bound of depth does not.
func Walk[N ID](g Graph[N], start N, l Limits) (steps []Step[N], truncated bool, err error) {
	truncated, err = visit(g, start, l, func(s Step[N]) bool {
		steps = append(steps, s)
		return false
	})
	return steps, truncated, err
}

// Path returns a shortest path from one node to another, both included: of
// several, the one whose steps come first. It is empty when there is none, and
// truncated when a bound was met before one was found.
func Path[N ID](g Graph[N], from, to N, l Limits) (path []N, truncated bool, err error) {
	if from == to {
		return []N{from}, false, nil
	}
	cameFrom, found := make(map[N]N), false
	truncated, err = visit(g, from, l, func(s Step[N]) bool {
		if !s.Again {
			cameFrom[s.Node] = s.From
		}
		found = s.Node == to
		return found
	})
	if err != nil || !found {
		return nil, truncated, err
	}
	for n := to; n != from; n = cameFrom[n] {
		path = append(path, n)
	}
	path = append(path, from)
	slices.Reverse(path)
	return path, false, nil
}

// Common returns the nodes that can be reached from both a and b, in ascending
// order. Neither counts as reached from itself.
func Common[N ID](g Graph[N], a, b N, l Limits) (nodes []N, truncated bool, err error) {
	fromA, cutA, err := Walk(g, a, l)
	if err != nil {
		return nil, false, err
	}
	fromB, cutB, err := Walk(g, b, l)
	if err != nil {
		return nil, false, err
	}
	reached := make(map[N]bool, len(fromA))
	for _, s := range fromA {
		reached[s.Node] = true
	}
	for _, s := range fromB {
		if reached[s.Node] && !s.Again {
			nodes = append(nodes, s.Node)
		}
	}
	slices.SortFunc(nodes, compare[N])
	return nodes, cutA || cutB, nil
}

// visit is the breadth-first walk itself; it ends early when see returns true.
func visit[N ID](g Graph[N], start N, l Limits, see func(Step[N]) (stop bool)) (truncated bool, err error) {
	type place struct {
		node  N
		depth int
	}
	var (
		seen         = map[N]bool{start: true}
		queue        = []place{{node: start}}
		edges, steps int
	)
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if l.Depth > 0 && at.depth == l.Depth {
			break // Whatever else is queued is as far away.
		}
		for n, err := range neighbours(g, at.node, func() int { return l.Edges - edges + 1 }) {
			if err != nil {
				return false, err
			}
			edges++
			if edges > l.Edges {
				return true, nil
			}
			again := seen[n]
			if again && !l.EveryEdge {
				continue
			}
			if steps == l.Steps {
				return true, nil
			}
			steps++
			if !again {
				seen[n] = true
				queue = append(queue, place{node: n, depth: at.depth + 1})
			}
			if see(Step[N]{Node: n, From: at.node, Depth: at.depth + 1, Again: again}) {
				return false, nil
			}
		}
	}
	return false, nil
}

// neighbours reads the neighbours of a node page by page, never more at a time
// than room allows. An error ends them.
func neighbours[N ID](g Graph[N], node N, room func() int) iter.Seq2[N, error] {
	return func(yield func(N, error) bool) {
		var after *N
		for {
			limit := min(pageSize, room())
			page, err := g.Neighbours(node, after, limit)
			if err != nil {
				var none N
				yield(none, err)
				return
			}
			for _, n := range page {
				if !yield(n, nil) {
					return
				}
			}
			if len(page) < limit {
				return
			}
			after = &page[len(page)-1]
		}
	}
}

func compare[N ID](a, b N) int {
	x, y := [20]byte(a), [20]byte(b)
	return bytes.Compare(x[:], y[:])
}
