package picture

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// anyGraph draws a graph without cycles: edges lead from later to earlier nodes
// of an order that ids and places in the input do not show.
func anyGraph(t *rapid.T) Graph {
	n := rapid.IntRange(1, 45).Draw(t, "nodes")
	names := rapid.Permutation(sequence(n)).Draw(t, "ids")
	g := Graph{Focus: id(rapid.IntRange(0, n-1).Draw(t, "focus"))}
	for i := range n {
		g.Nodes = append(g.Nodes, Node{
			ID: id(i), Title: fmt.Sprintf("Title %d %s", i, rapid.String().Draw(t, "title")), Kind: "song", Href: "/works/" + id(i),
			Disputed: rapid.IntRange(0, 9).Draw(t, "disputed") == 0, Invalid: rapid.IntRange(0, 9).Draw(t, "invalid") == 0,
			MoreSources: More{Count: rapid.SampledFrom([]int{0, 0, 0, 3, 1234}).Draw(t, "more")},
			Payees:      []Payee{{Name: rapid.String().Draw(t, "payee"), Share: 500_000}, {Name: "b", Share: 500_000}},
		})
	}
	reach := rapid.SampledFrom([]int{2, 6, 45}).Draw(t, "reach")
	taken := map[[2]int]bool{}
	for range rapid.IntRange(0, 2*n).Draw(t, "edges") {
		from := rapid.IntRange(0, n-1).Draw(t, "from")
		to := rapid.IntRange(max(0, from-reach), from).Draw(t, "to")
		if from == to || taken[[2]int{from, to}] {
			continue
		}
		taken[[2]int{from, to}] = true
		g.Edges = append(g.Edges, Edge{
			From: id(names[from]), To: id(names[to]), Role: rapid.SampledFrom(sampleRoles).Draw(t, "role"),
			Conflict: rapid.IntRange(0, 9).Draw(t, "conflict") == 0, Unapproved: rapid.IntRange(0, 9).Draw(t, "unapproved") == 0,
		})
	}
	for i := range rapid.IntRange(0, min(4, n-1)).Draw(t, "rivals") {
		g.Rivals = append(g.Rivals, Rivalry{id(i + 1), id(rapid.IntRange(0, i).Draw(t, "rival"))})
	}
	return g
}

func sequence(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func anyOptions(t *rapid.T) Options {
	return Options{Width: rapid.SampledFrom([]int{0, 320, 720, 1200}).Draw(t, "width")}
}

type rect struct{ x1, y1, x2, y2 int }

func (b Box) rect() rect { return rect{b.X, b.Y, b.X + b.W, b.Y + b.H} }

// meets says whether two rectangles have an inner point in common; lines count.
func (r rect) meets(o rect) bool { return r.x1 < o.x2 && o.x1 < r.x2 && r.y1 < o.y2 && o.y1 < r.y2 }

func between(a, b Point) rect {
	return rect{min(a.X, b.X), min(a.Y, b.Y), max(a.X, b.X), max(a.Y, b.Y)}
}

// crosses says whether a straight or swaying line between two points goes into a box.
func (r rect) crosses(o rect) bool {
	return r.x1 < o.x2 && o.x1 < r.x2 && r.y1 < o.y2 && o.y1 < r.y2 ||
		r.x1 == r.x2 && r.x1 > o.x1 && r.x1 < o.x2 && r.y1 < o.y2 && o.y1 < r.y2 ||
		r.y1 == r.y2 && r.y1 > o.y1 && r.y1 < o.y2 && r.x1 < o.x2 && o.x1 < r.x2
}

func TestBoxesNeverOverlapAndStayInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(t)
		p, err := Layout(g, anyOptions(t))
		require.NoError(t, err)

		require.Len(t, p.Boxes, len(g.Nodes))
		for i, b := range p.Boxes {
			require.True(t, b.X >= 4 && b.Y >= 4 && b.X+b.W <= p.Width-4 && b.Y+b.H <= p.Height-4, "%+v", b)
			require.GreaterOrEqual(t, b.W, boxMin)
			for _, o := range p.Boxes[:i] {
				require.False(t, b.rect().meets(o.rect()), "%s and %s", b.ID, o.ID)
			}
		}
	})
}

func TestEveryEdgeRunsDownFromItsSourceAndThroughNoBox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(t)
		p, err := Layout(g, anyOptions(t))
		require.NoError(t, err)

		boxes := map[string]Box{}
		for _, b := range p.Boxes {
			boxes[b.ID] = b
		}
		require.Len(t, p.Routes, len(g.Edges))
		for _, r := range p.Routes {
			source, derivative := boxes[r.To], boxes[r.From]
			require.Less(t, source.Layer, derivative.Layer)
			require.True(t, onBorder(source, r.Points[0]), "%+v leaves %+v", r, source)
			require.True(t, onBorder(derivative, r.Points[len(r.Points)-1]), "%+v meets %+v", r, derivative)
			for i, to := range r.Points[1:] {
				from := r.Points[i]
				require.LessOrEqual(t, from.Y, to.Y)
				require.True(t, to.X > 0 && to.X < p.Width)
				for _, b := range p.Boxes {
					require.False(t, between(from, to).crosses(b.rect()), "%+v goes through %+v", r, b)
				}
			}
		}
	})
}

func onBorder(b Box, p Point) bool {
	r := b.rect()
	lying := (p.Y == r.y1 || p.Y == r.y2) && p.X > r.x1 && p.X < r.x2
	standing := (p.X == r.x1 || p.X == r.x2) && p.Y > r.y1 && p.Y < r.y2
	return lying || standing
}

func TestOneGraphHasOnePictureInWhateverOrderItComes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(t)
		o := anyOptions(t)
		other := g
		other.Nodes = rapid.Permutation(g.Nodes).Draw(t, "other nodes")
		other.Edges = rapid.Permutation(g.Edges).Draw(t, "other edges")
		other.Rivals = rapid.Permutation(g.Rivals).Draw(t, "other rivals")
		for i, r := range other.Rivals {
			other.Rivals[i] = Rivalry{r.B, r.A}
		}
		require.Equal(t, page(t, g, o), page(t, other, o))
	})
}

// What an edge shares with another of its bundle is drawn once: the drawing must
// hold every part of every edge all the same.
func TestEveryPartOfEveryEdgeIsDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(t)
		p, err := Layout(g, anyOptions(t))
		require.NoError(t, err)

		drawn := map[look][]rect{}
		for _, l := range p.lines {
			for _, stroke := range l.strokes {
				for _, pc := range stroke {
					drawn[l.look] = append(drawn[l.look], parts(pc.from, pc.by, pc.to, pc.kind == turn)...)
				}
			}
		}
		looks := map[[2]string]look{}
		for _, e := range p.graph.edges {
			looks[[2]string{e.From, e.To}] = lookOf(e)
		}
		for _, r := range p.Routes {
			for i, to := range r.Points[1:] {
				part := between(r.Points[i], to)
				require.True(t, holds(drawn[looks[[2]string{r.From, r.To}]], part), "%+v lacks %+v", r, part)
			}
		}
	})
}

func parts(from, by, to Point, bent bool) []rect {
	if bent {
		return []rect{between(from, by), between(by, to)}
	}
	return []rect{between(from, to)}
}

// holds says whether drawn parts cover one: the same one does, or standing ones together.
func holds(drawn []rect, part rect) bool {
	if slices.Contains(drawn, part) {
		return true
	}
	at := part.y1
	for range drawn {
		for _, d := range drawn {
			if d.x1 == part.x1 && d.x2 == part.x2 && d.x1 == d.x2 && d.y1 <= at && d.y2 > at {
				at = d.y2
			}
		}
	}
	return part.x1 == part.x2 && at >= part.y2
}

func TestLinesOfDifferentWorksDoNotLieOnEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, err := check(anyGraph(t))
		require.NoError(t, err)
		layers := c.layers()
		c.order(layers)
		s := newSheet(c, c.isolate(layers, 2), Options{}.withDefaults())
		s.bundle()
		s.pick()
		s.setColumns()

		type place struct{ layer, x int }
		owner := map[place]*bundle{}
		for _, b := range s.bundles {
			for l := range b.track {
				at := place{l.layer, s.laneX(b, l)}
				if s.of(l.layer).tracks[l.channel] <= 15 {
					require.True(t, owner[at] == nil || owner[at] == b, "two lines at %+v", at)
				}
				owner[at] = b
			}
		}
	})
}

func TestTheLargestPicturesTakeMilliseconds(t *testing.T) {
	full := Graph{Focus: id(149)}
	for i := range MaxNodes {
		full.Nodes = append(full.Nodes, sampleNode(i))
		for d := 1; d <= i && len(full.Edges) < MaxEdges; d++ {
			full.Edges = append(full.Edges, Edge{From: id(i), To: id(i - d), Role: sampleRoles[d%7]})
		}
	}
	for name, g := range map[string]Graph{
		"star": star(MaxNodes), "merge": merge(MaxNodes), "tangle": tangle(MaxNodes), "chain": chainOf(MaxNodes), "full": full,
	} {
		best := time.Hour
		for range 5 {
			start := time.Now()
			_, err := Layout(g, Options{})
			require.NoError(t, err)
			best = min(best, time.Since(start))
		}
		t.Logf("%s: %v", name, best)
		require.Less(t, best, 20*time.Millisecond*slack, name)
	}
}

// slack is for machines that do other things as well.
const slack = 5

func BenchmarkLayout(b *testing.B) {
	for name, g := range map[string]Graph{"merge": merge(MaxNodes), "tangle": tangle(MaxNodes)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := Layout(g, Options{})
				require.NoError(b, err)
			}
		})
	}
}
