package picture

import (
	"cmp"
	"slices"
)

const unplaced = 1 << 30

// layers puts every node on a layer below all of its sources. The work in the
// middle is the measure: what it was made of lies as near above it as the
// longest way allows, what was made of it as near below. A source of another
// derivative lies just above that one. Layers come top down, none empty.
func (c *graph) layers() [][]int {
	at := make([]int, len(c.nodes))
	for n := range at {
		at[n] = unplaced
	}
	c.layAncestors(at)
	for _, n := range c.topo { // sources come before derivatives
		if at[n] != unplaced {
			continue
		}
		for _, e := range c.sources[n] {
			if s := at[c.edges[e].to]; s != unplaced && (at[n] == unplaced || s >= at[n]) {
				at[n] = s + 1
			}
		}
	}
	for _, n := range slices.Backward(c.topo) { // now derivatives come first
		if at[n] != unplaced {
			continue
		}
		for _, e := range c.derived[n] {
			at[n] = min(at[n], at[c.edges[e].from]-1)
		}
		if at[n] == unplaced {
			at[n] = c.beside(n, at)
		}
	}
	return gather(at)
}

// layAncestors sets the layers of the work in the middle, 0, and of what it was made of.
func (c *graph) layAncestors(at []int) {
	at[c.focus] = 0
	for _, n := range slices.Backward(c.topo) {
		if at[n] == unplaced {
			continue
		}
		for _, e := range c.sources[n] {
			at[c.edges[e].to] = min(at[c.edges[e].to], at[n]-1)
		}
	}
}

// beside is the layer of a node that nothing is made of and that has no placed
// source: that of its first placed rival, or the middle.
func (c *graph) beside(n int, at []int) int {
	for _, r := range c.against[n] {
		if at[r] != unplaced {
			return at[r]
		}
	}
	return 0
}

func gather(at []int) [][]int {
	lowest, highest := slices.Min(at), slices.Max(at)
	all := make([][]int, highest-lowest+1)
	for n, l := range at {
		all[l-lowest] = append(all[l-lowest], n)
	}
	return slices.DeleteFunc(all, func(l []int) bool { return len(l) == 0 })
}

// Places within a layer are compared as parts of this, so that layers of
// different length can be.
const breadth = 1 << 20

const sweeps = 4

// order sorts the nodes of each layer so that few edges cross: by the mean place
// of the neighbours, down and up some times, and the best of all is kept.
// What is in no edge stands beside its first rival.
func (c *graph) order(layers [][]int) {
	of := make([]int, len(c.nodes))
	for l, nodes := range layers {
		for _, n := range nodes {
			of[n] = l
		}
	}
	pos := make([]int, len(c.nodes))
	for _, l := range layers {
		spread(l, pos)
	}
	best, fewest := slices.Clone(pos), c.crossings(of, pos)
	for range sweeps {
		for _, l := range layers {
			c.sweep(l, pos, c.sources, func(e edge) int { return e.to })
		}
		for _, l := range slices.Backward(layers) {
			c.sweep(l, pos, c.derived, func(e edge) int { return e.from })
		}
		if n := c.crossings(of, pos); n < fewest {
			best, fewest = slices.Clone(pos), n
		}
	}
	for l := range layers {
		slices.SortFunc(layers[l], func(a, b int) int { return cmp.Compare(best[a], best[b]) })
		layers[l] = c.pairRivals(layers[l])
	}
}

func spread(layer, pos []int) {
	for i, n := range layer {
		pos[n] = (2*i + 1) * breadth / (2 * len(layer))
	}
}

func (c *graph) sweep(layer, pos []int, near [][]int, end func(edge) int) {
	mean := make(map[int]int, len(layer))
	for _, n := range layer {
		mean[n] = pos[n]
		if len(near[n]) == 0 {
			continue
		}
		sum := 0
		for _, e := range near[n] {
			sum += pos[end(c.edges[e])]
		}
		mean[n] = sum / len(near[n])
	}
	slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
	spread(layer, pos)
}

// crossings counts pairs of edges between the same two layers that cross.
func (c *graph) crossings(of, pos []int) int {
	type span struct{ top, bottom int }
	by := map[span][][2]int{}
	for _, e := range c.edges {
		s := span{of[e.to], of[e.from]}
		by[s] = append(by[s], [2]int{pos[e.to], pos[e.from]})
	}
	n := 0
	for _, ends := range by { // a sum: the order of the map says nothing
		for i, a := range ends {
			for _, b := range ends[:i] {
				if (a[0] < b[0] && a[1] > b[1]) || (a[0] > b[0] && a[1] < b[1]) {
					n++
				}
			}
		}
	}
	return n
}

func (c *graph) alone(n int) bool {
	return len(c.sources[n]) == 0 && len(c.derived[n]) == 0 && n != c.focus
}

// pairRivals moves nodes that are in no edge beside their first rival in the layer.
func (c *graph) pairRivals(layer []int) []int {
	guests := map[int][]int{}
	var out []int
	for _, n := range layer {
		host := -1
		for _, r := range c.against[n] {
			if c.alone(n) && !c.alone(r) && slices.Contains(layer, r) && (host < 0 || r == c.focus) {
				host = r
			}
		}
		if host < 0 {
			out = append(out, n)
		} else {
			guests[host] = append(guests[host], n)
		}
	}
	for i := len(out) - 1; i >= 0; i-- {
		host := out[i]
		slices.Sort(guests[host])
		for j, n := range guests[host] { // one on each side, so that the first two stand next to it
			out = slices.Insert(out, slices.Index(out, host)+(j+1)%2, n)
		}
	}
	return out
}

// isolate gives the work in the middle a layer of its own where its layer would not
// fit into one row. What is only a source of other works goes below it, the rest above.
func (c *graph) isolate(layers [][]int, most int) [][]int {
	at := slices.IndexFunc(layers, func(l []int) bool { return slices.Contains(l, c.focus) })
	if len(layers[at]) <= most {
		return layers
	}
	var up, down []int
	for _, n := range layers[at] {
		switch {
		case n == c.focus:
		case len(c.sources[n]) == 0 && len(c.derived[n]) > 0:
			down = append(down, n)
		default:
			up = append(up, n)
		}
	}
	split := slices.DeleteFunc([][]int{up, {c.focus}, down}, func(l []int) bool { return len(l) == 0 })
	return slices.Replace(slices.Clone(layers), at, at+1, split...)
}
