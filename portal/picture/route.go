package picture

import (
	"cmp"
	"slices"
)

// look is how a line is drawn: by role and by what is wrong with the edge, or as
// that of rivals.
type look struct {
	role                  string
	contested, unapproved bool
	rivals                bool
}

func lookOf(e edge) look {
	return look{role: e.Role, contested: e.Conflict, unapproved: e.Unapproved}
}

func (l look) compare(o look) int {
	weight := func(l look) int {
		n := 0
		for i, is := range []bool{l.unapproved, l.contested, l.rivals} {
			if is {
				n |= 1 << i
			}
		}
		return n
	}
	return cmp.Or(cmp.Compare(l.role, o.role), weight(l)-weight(o))
}

// bundle is what runs together in one line: edges of one look that share their
// derivative or their source, the hub. So a line with branches still says
// exactly which work goes into which.
type bundle struct {
	look  look
	hub   int
	ways  []*way
	track map[lane]int
}

// way is an edge, or a pair of rivals, on its way from the other node to the hub.
type way struct {
	top, bottom int // nodes
	edge        int // place in graph.edges; -1: rivals
	lanes       []lane
	aside       bool // in one row: straight from side to side
}

// lane is a channel between the columns of one layer.
type lane struct{ layer, channel int }

func (w *way) leaf(b *bundle) int {
	if w.top == b.hub {
		return w.bottom
	}
	return w.top
}

// bundle groups edges by the end that more edges of their look share.
func (s *sheet) bundle() {
	type key struct {
		look look
		hub  int
		down bool // the hub is the derivative
	}
	into, out := map[key]int{}, map[key]int{}
	for _, e := range s.graph.edges {
		into[key{lookOf(e), e.from, true}]++
		out[key{lookOf(e), e.to, false}]++
	}
	by := map[key]*bundle{}
	for i, e := range s.graph.edges {
		k := key{lookOf(e), e.from, true}
		if other := (key{lookOf(e), e.to, false}); out[other] > into[k] {
			k = other
		}
		if by[k] == nil {
			by[k] = &bundle{look: k.look, hub: k.hub}
			s.bundles = append(s.bundles, by[k])
		}
		by[k].ways = append(by[k].ways, &way{top: e.to, bottom: e.from, edge: i})
	}
	for _, r := range s.graph.rivals {
		if w := s.between(r[0], r[1]); w != nil {
			s.bundles = append(s.bundles, &bundle{look: look{rivals: true}, hub: w.bottom, ways: []*way{w}})
		}
	}
}

// between is the way between two rivals; nil where boxes stand between them in
// one row: then only their words say it.
func (s *sheet) between(a, b int) *way {
	x, y := &s.boxes[a], &s.boxes[b]
	if cmp.Or(cmp.Compare(x.Layer, y.Layer), cmp.Compare(x.row, y.row), cmp.Compare(x.col, y.col)) > 0 {
		x, y = y, x
	}
	apart := y.col - x.col
	if x.Layer == y.Layer && (apart > 1 || apart < -1) {
		return nil
	}
	return &way{top: x.node, bottom: y.node, edge: -1, aside: x.Layer == y.Layer && x.row == y.row}
}

// pick chooses the channels of every way, and the track of every bundle in them.
func (s *sheet) pick() {
	for _, b := range s.bundles {
		for _, w := range b.ways {
			s.pickLanes(b, w)
		}
	}
	s.pickTracks()
}

func (s *sheet) of(layer int) *columns { return s.columns[s.blocks[layer].cols] }

// pickLanes goes from the leaf to the hub. Each choice depends on nothing but the
// hub and the lane before it, so ways of one bundle that meet stay together.
func (s *sheet) pickLanes(b *bundle, w *way) {
	leaf, hub := &s.boxes[w.leaf(b)], &s.boxes[b.hub]
	down := b.hub == w.bottom
	step := 1
	if !down {
		step = -1
	}
	goal, x := s.of(hub.Layer).center(hub.col), s.of(leaf.Layer).center(leaf.col)
	if w.aside {
		return
	}
	if leaf.Layer == hub.Layer {
		w.lanes = append(w.lanes, lane{leaf.Layer, s.channelBetween(leaf, hub)})
		return
	}
	if s.covered(leaf, down) {
		ch := s.sideOf(leaf, goal, goal)
		w.lanes = append(w.lanes, lane{leaf.Layer, ch})
		x = s.of(leaf.Layer).middle(ch)
	}
	for l := leaf.Layer + step; l != hub.Layer; l += step {
		k := s.of(l)
		best, cost := 0, 1<<30
		for ch := range k.count + 1 {
			if c := 2*abs(k.middle(ch)-x) + abs(k.middle(ch)-goal); c < cost {
				best, cost = ch, c
			}
		}
		w.lanes = append(w.lanes, lane{l, best})
		x = k.middle(best)
	}
	if s.covered(hub, !down) {
		w.lanes = append(w.lanes, lane{hub.Layer, s.sideOf(hub, x, x)})
	}
}

// sideOf is the channel beside a box through which to go to x: an inner one where
// there is one.
func (s *sheet) sideOf(b *Box, x, tie int) int {
	k := s.of(b.Layer)
	switch {
	case k.count == 1:
		if x > k.center(0) {
			return 1
		}
		return 0
	case b.col == 0:
		return 1
	case b.col == k.count-1:
		return b.col
	case abs(k.middle(b.col)-x) <= abs(k.middle(b.col+1)-tie):
		return b.col
	default:
		return b.col + 1
	}
}

func (s *sheet) channelBetween(a, b *Box) int {
	if a.col != b.col {
		return max(a.col, b.col)
	}
	return s.sideOf(a, 0, 0)
}

// run is a line that goes straight through one channel of neighbouring layers.
type run struct {
	bundle      *bundle
	first, last int // layers
	goal        int
}

// pickTracks lays runs side by side where they would lie on each other.
func (s *sheet) pickTracks() {
	type channel struct{ cols, ch int }
	runs := map[channel][]run{}
	for _, b := range s.bundles {
		b.track = map[lane]int{}
		for _, w := range b.ways {
			for _, l := range w.lanes {
				b.track[l] = -1
			}
		}
		lanes := make([]lane, 0, len(b.track))
		for l := range b.track {
			lanes = append(lanes, l)
		}
		slices.SortFunc(lanes, func(a, b lane) int { return cmp.Or(a.channel-b.channel, a.layer-b.layer) })
		goal := s.of(s.boxes[b.hub].Layer).center(s.boxes[b.hub].col)
		for i := 0; i < len(lanes); {
			first, cols := lanes[i], s.blocks[lanes[i].layer].cols
			last := first.layer
			for i++; i < len(lanes) && lanes[i].channel == first.channel && lanes[i].layer == last+1 &&
				s.blocks[last+1].cols == cols; i++ {
				last++
			}
			at := channel{cols, first.channel}
			runs[at] = append(runs[at], run{b, first.layer, last, goal})
		}
	}
	for at, all := range runs { // each channel by itself: the order of the map says nothing
		inner := at.ch > 0 && at.ch < at.cols
		slices.SortStableFunc(all, func(a, b run) int {
			byLength := cmp.Compare(b.last-b.first, a.last-a.first)
			if inner {
				return cmp.Or(cmp.Compare(a.goal, b.goal), byLength)
			}
			return byLength
		})
		s.columns[at.cols].tracks[at.ch] = assign(all, at.ch)
	}
}

// assign gives each run the lowest track that is free on all of its layers, and
// returns how many it took.
func assign(all []run, ch int) int {
	var taken [][]run
	for _, r := range all {
		t := slices.IndexFunc(taken, func(rs []run) bool {
			return !slices.ContainsFunc(rs, func(o run) bool { return o.first <= r.last && r.first <= o.last })
		})
		if t < 0 {
			t = len(taken)
			taken = append(taken, nil)
		}
		taken[t] = append(taken[t], r)
		for l := r.first; l <= r.last; l++ {
			r.bundle.track[lane{l, ch}] = t
		}
	}
	return len(taken)
}

// laneX is where a bundle runs in a lane.
func (s *sheet) laneX(b *bundle, l lane) int {
	return s.of(l.layer).lane(l.channel, b.track[l])
}

func abs(n int) int { return max(n, -n) }
