package graph

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type id [20]byte

func node(i int) id { return id{0: byte(i >> 8), 1: byte(i)} }

// plain is a graph of sources kept in plain maps, the reference for the tests.
type plain struct {
	sources     map[id][]id
	derivatives map[id][]id
	generations map[id]uint32
	nodes       []id
}

func newPlain() *plain {
	return &plain{sources: map[id][]id{}, derivatives: map[id][]id{}, generations: map[id]uint32{}}
}

// randomGraph draws a graph of up to 25 works, each made from earlier ones, and
// renames them so that ids say nothing about generations.
func randomGraph(t *rapid.T) *plain {
	n := rapid.IntRange(1, 25).Draw(t, "works")
	names := rapid.Permutation(seq(n)).Draw(t, "names")
	g := newPlain()
	for i := range n {
		work := node(names[i])
		g.nodes = append(g.nodes, work)
		if i == 0 {
			continue
		}
		for _, j := range rapid.SliceOfNDistinct(rapid.IntRange(0, i-1), 0, min(i, 4), rapid.ID[int]).Draw(t, "sources") {
			g.add(work, node(names[j]))
		}
	}
	return g
}

func seq(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func (g *plain) add(work, source id) {
	g.sources[work] = insert(g.sources[work], source)
	g.derivatives[source] = insert(g.derivatives[source], work)
	g.generations[work] = max(g.generations[work], g.generations[source]+1)
}

func insert(list []id, n id) []id {
	list = append(slices.Clone(list), n)
	slices.SortFunc(list, compare[id])
	return list
}

// depth is the length of the longest chain of sources, found without generations.
func (g *plain) depth(n id) uint32 {
	var d uint32
	for _, s := range g.sources[n] {
		d = max(d, g.depth(s)+1)
	}
	return d
}

// distances relaxes the edges until nothing changes: another way to breadth first.
func distances(next map[id][]id, start id) map[id]int {
	far := map[id]int{start: 0}
	for changed := true; changed; {
		changed = false
		for from, list := range next {
			d, ok := far[from]
			if !ok {
				continue
			}
			for _, to := range list {
				if has, ok := far[to]; !ok || has > d+1 {
					far[to], changed = d+1, true
				}
			}
		}
	}
	delete(far, start)
	return far
}

// view serves one direction of the graph and counts what it is asked for.
type view struct {
	*plain
	next  map[id][]id
	asked int
}

func (v *view) Neighbours(n id, after *id, limit int) ([]id, error) {
	if limit < 1 {
		return nil, errors.New("asked for no neighbours")
	}
	list := v.next[n]
	if after != nil {
		i, found := slices.BinarySearchFunc(list, *after, compare[id])
		if found {
			i++
		}
		list = list[i:]
	}
	list = list[:min(limit, len(list))]
	v.asked += len(list)
	return list, nil
}

func (v *view) Generation(n id) (uint32, error) { return v.generations[n], nil }

func (g *plain) up() *view   { return &view{plain: g, next: g.sources} }
func (g *plain) down() *view { return &view{plain: g, next: g.derivatives} }

var wide = Limits{Steps: 1 << 20, Edges: 1 << 20}

func TestWalkReachesEachNodeOnceAtItsDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGraph(t)
		start := rapid.SampledFrom(g.nodes).Draw(t, "start")
		limits := wide
		limits.Depth = rapid.IntRange(0, 5).Draw(t, "depth")

		steps, truncated, err := Walk(g.down(), start, limits)
		require.NoError(t, err)
		require.False(t, truncated)

		want := distances(g.derivatives, start)
		for n, d := range want {
			if limits.Depth > 0 && d > limits.Depth {
				delete(want, n)
			}
		}
		got, last := map[id]int{}, 0
		for _, s := range steps {
			require.NotContains(t, got, s.Node)
			require.Contains(t, g.sources[s.Node], s.From)
			require.GreaterOrEqual(t, s.Depth, last)
			got[s.Node], last = s.Depth, s.Depth
		}
		require.Equal(t, want, got)
	})
}

func TestWalkOfEveryEdgeListsEachEdgeOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGraph(t)
		start := rapid.SampledFrom(g.nodes).Draw(t, "start")
		limits := wide
		limits.EveryEdge = true

		steps, _, err := Walk(g.up(), start, limits)
		require.NoError(t, err)

		reached := distances(g.sources, start)
		want := len(g.sources[start])
		for n := range reached {
			want += len(g.sources[n])
		}
		edges, first := map[[2]id]bool{}, 0
		for _, s := range steps {
			require.False(t, edges[[2]id{s.From, s.Node}])
			edges[[2]id{s.From, s.Node}] = true
			if !s.Again {
				first++
			}
		}
		require.Len(t, steps, want)
		require.Equal(t, len(reached), first)
	})
}

func TestShorterWalkIsTheBeginningOfALongerOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGraph(t)
		start := rapid.SampledFrom(g.nodes).Draw(t, "start")
		limits := wide
		limits.EveryEdge = rapid.Bool().Draw(t, "every edge")
		all, _, err := Walk(g.down(), start, limits)
		require.NoError(t, err)

		limits.Steps = rapid.IntRange(1, 30).Draw(t, "steps")
		some, truncated, err := Walk(g.down(), start, limits)
		require.NoError(t, err)
		require.Equal(t, len(all) > limits.Steps, truncated)
		require.Equal(t, all[:min(limits.Steps, len(all))], some)

		limits = wide
		limits.Edges = rapid.IntRange(0, 30).Draw(t, "edges")
		v := g.down()
		_, _, err = Walk(v, start, limits)
		require.NoError(t, err)
		require.LessOrEqual(t, v.asked, limits.Edges+1)
	})
}

func TestWalkReadsNodesOfManyNeighboursInPages(t *testing.T) {
	g := newPlain()
	for i := range 3*pageSize + 7 {
		g.add(node(i+1), node(0))
	}
	steps, truncated, err := Walk(g.down(), node(0), wide)
	require.NoError(t, err)
	require.False(t, truncated)
	require.Len(t, steps, 3*pageSize+7)

	v := g.down()
	steps, truncated, err = Walk(v, node(0), Limits{Steps: 1000, Edges: 2 * pageSize})
	require.NoError(t, err)
	require.True(t, truncated)
	require.Equal(t, 2*pageSize+1, v.asked, "one more shows that there are more")
	require.Len(t, steps, 2*pageSize)

	_, truncated, err = Walk(g.down(), node(0), Limits{Steps: 1000, Edges: 3*pageSize + 7})
	require.NoError(t, err)
	require.False(t, truncated, "a bound that is met exactly cuts nothing off")
}

// The chain has no cycles; whatever graph it is, a walk does not come back.
func TestWalkDoesNotReturnToItsStart(t *testing.T) {
	g := newPlain()
	g.add(node(1), node(0))
	g.add(node(0), node(1))
	steps, truncated, err := Walk(g.down(), node(0), wide)
	require.NoError(t, err)
	require.False(t, truncated)
	require.Equal(t, []Step[id]{{Node: node(1), From: node(0), Depth: 1}}, steps)
}

func TestPathIsAShortestOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGraph(t)
		from := rapid.SampledFrom(g.nodes).Draw(t, "from")
		to := rapid.SampledFrom(g.nodes).Draw(t, "to")

		limits := wide
		limits.EveryEdge = rapid.Bool().Draw(t, "every edge")
		path, truncated, err := Path(g.up(), from, to, limits)
		require.NoError(t, err)
		require.False(t, truncated)

		far, ok := distances(g.sources, from)[to]
		switch {
		case from == to:
			require.Equal(t, []id{from}, path)
		case !ok:
			require.Empty(t, path)
		default:
			require.Len(t, path, far+1)
			require.Equal(t, from, path[0])
			require.Equal(t, to, path[far])
			for i := range far {
				require.Contains(t, g.sources[path[i]], path[i+1])
			}
		}
	})
}

func TestPathSaysWhenItGaveUp(t *testing.T) {
	g := newPlain()
	for i := range 10 {
		g.add(node(i+1), node(i))
	}
	path, truncated, err := Path(g.up(), node(10), node(0), Limits{Steps: 5, Edges: 100})
	require.NoError(t, err)
	require.True(t, truncated)
	require.Empty(t, path)
}

func TestCommonAncestors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGraph(t)
		a := rapid.SampledFrom(g.nodes).Draw(t, "a")
		b := rapid.SampledFrom(g.nodes).Draw(t, "b")

		limits := wide
		limits.EveryEdge = rapid.Bool().Draw(t, "every edge")
		common, truncated, err := Common(g.up(), a, b, limits)
		require.NoError(t, err)
		require.False(t, truncated)

		var want []id
		fromB := distances(g.sources, b)
		for n := range distances(g.sources, a) {
			if _, ok := fromB[n]; ok {
				want = insert(want, n)
			}
		}
		require.Equal(t, want, common)
	})
}

// planned makes a plan and checks that it asks the graph for no more than it may.
func planned(t require.TestingT, g *plain, work id, needed uint32, source id) ([]Change[id], int, error) {
	steps := 0
	changes, err := Raise(g.down(), work, needed, []id{source}, 1<<20, func() error { steps++; return nil })
	if err != nil {
		return nil, steps, err
	}
	free := func() error { return nil }
	again, err := Raise(g.down(), work, needed, []id{source}, steps, free)
	require.NoError(t, err)
	require.Equal(t, changes, again)
	if steps > 0 {
		v := g.down()
		_, err = Raise(v, work, needed, []id{source}, steps-1, free)
		require.ErrorIs(t, err, ErrTooFar)
		require.LessOrEqual(t, v.asked, steps)
	}
	return changes, steps, nil
}

func TestRaiseFindsEveryCycle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGraph(t)
		work := rapid.SampledFrom(g.nodes).Draw(t, "work")
		source := rapid.SampledFrom(g.nodes).Draw(t, "source")
		if work == source {
			t.Skip("a work is no source of itself")
		}
		_, cycle := distances(g.derivatives, work)[source]
		needed := g.generations[source] + 1
		if needed <= g.generations[work] {
			require.False(t, cycle, "an edge to a lower generation closes no cycle")
			return
		}
		_, _, err := planned(t, g, work, needed, source)
		if !cycle {
			require.NoError(t, err)
			return
		}
		var found *CycleError[id]
		require.ErrorIs(t, err, ErrCycle)
		require.ErrorAs(t, err, &found)
		require.Equal(t, source, found.Source)
		require.ErrorContains(t, err, fmt.Sprint(source))
	})
}

func TestRaiseRenumbersFromTheLowestUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGraph(t)
		work := rapid.SampledFrom(g.nodes).Draw(t, "work")
		// A line of strangers, the last of them a source that is high enough.
		source := node(1000)
		for range int(g.generations[work]) + rapid.IntRange(0, 4).Draw(t, "higher") {
			next := node(1000 + len(g.nodes))
			g.nodes = append(g.nodes, next)
			g.add(next, source)
			source = next
		}
		needed := g.generations[source] + 1
		changes, _, err := planned(t, g, work, needed, source)
		require.NoError(t, err)

		old := maps.Clone(g.generations)
		require.True(t, slices.IsSortedFunc(changes, func(a, b Change[id]) int {
			return cmp.Or(cmp.Compare(old[a.Node], old[b.Node]), bytes.Compare(a.Node[:], b.Node[:]))
		}), "%v", changes)
		g.add(work, source)
		require.Equal(t, needed, g.generations[work])
		for _, c := range changes {
			require.Greater(t, c.Generation, g.generations[c.Node], "each is raised once")
			g.generations[c.Node] = c.Generation
		}
		for _, n := range g.nodes {
			require.Equal(t, g.depth(n), g.generations[n])
		}
	})
}

// One source raises a work high, and another, which is taken up later for its old
// generation, less high.
func TestRaiseTakesTheHighestSource(t *testing.T) {
	g := newPlain()
	work, a1, a2, b, last, source := node(0), node(1), node(2), node(3), node(4), node(5)
	stranger := func(n int) id { return node(100 + n) }
	for i := range 5 {
		g.add(stranger(i+1), stranger(i))
	}
	g.add(a1, work)
	g.add(a2, a1)
	g.add(b, work)
	g.add(b, stranger(4)) // generation 5
	g.add(last, a2)
	g.add(last, b)
	g.add(source, stranger(3)) // generation 4: the work needs 5

	changes, _, err := planned(t, g, work, 5, source)
	require.NoError(t, err)
	require.Equal(t, []Change[id]{{a1, 6}, {a2, 7}, {b, 6}, {last, 8}}, changes)
}

func TestRaiseReadsNoMoreThanItsBound(t *testing.T) {
	g := newPlain()
	for i := range 2*pageSize + 50 {
		g.add(node(i+1), node(0))
	}
	v := g.down()
	_, err := Raise(v, node(0), 5, []id{node(9999)}, pageSize+20, func() error { return nil })
	require.ErrorIs(t, err, ErrTooFar)
	require.Equal(t, pageSize+21, v.asked, "one more shows that there are more")
}

// broken fails where it is told to.
type broken struct {
	*view
	neighbours, generation error
}

func (b broken) Neighbours(n id, after *id, limit int) ([]id, error) {
	if b.neighbours != nil && after != nil {
		return nil, b.neighbours
	}
	return b.view.Neighbours(n, after, limit)
}

func (b broken) Generation(n id) (uint32, error) {
	if b.generation != nil {
		return 0, b.generation
	}
	return b.view.Generation(n)
}

func TestErrorsArePassedOn(t *testing.T) {
	g := newPlain()
	for i := range pageSize + 1 {
		g.add(node(i+1), node(0))
	}
	stop := errors.New("out of gas")
	free := func() error { return nil }
	raise := func(g Derivatives[id], step func() error) error {
		_, err := Raise(g, node(0), 5, []id{node(9999)}, 1000, step)
		return err
	}
	require.NoError(t, raise(g.down(), free))
	require.ErrorIs(t, raise(g.down(), func() error { return stop }), stop)
	require.ErrorIs(t, raise(broken{view: g.down(), neighbours: stop}, free), stop)
	require.ErrorIs(t, raise(broken{view: g.down(), generation: stop}, free), stop)

	unread := broken{view: g.down(), neighbours: stop}
	_, truncated, err := Walk(unread, node(0), wide)
	require.ErrorIs(t, err, stop)
	require.False(t, truncated)
	path, truncated, err := Path(unread, node(0), node(pageSize+1), wide)
	require.ErrorIs(t, err, stop)
	require.False(t, truncated)
	require.Empty(t, path)
	for _, pair := range [][2]id{{node(0), node(1)}, {node(1), node(0)}} {
		_, truncated, err = Common(unread, pair[0], pair[1], wide)
		require.ErrorIs(t, err, stop)
		require.False(t, truncated)
	}
}

func TestCommonSaysWhenItGaveUp(t *testing.T) {
	g := newPlain()
	for i := range 10 {
		g.add(node(i+1), node(i))
	}
	few := Limits{Steps: 5, Edges: 100}
	for _, pair := range [][2]id{{node(10), node(2)}, {node(2), node(10)}} {
		_, truncated, err := Common(g.up(), pair[0], pair[1], few)
		require.NoError(t, err)
		require.True(t, truncated)
	}
	common, truncated, err := Common(g.up(), node(5), node(2), few)
	require.NoError(t, err)
	require.False(t, truncated)
	require.Equal(t, []id{node(0), node(1)}, common)
}
