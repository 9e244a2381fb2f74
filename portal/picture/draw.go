package picture

import (
	"cmp"
	"slices"
)

// side is where a line meets a box.
type side int

const (
	onTop side = iota
	onBottom
	onLeft
	onRight
)

type portKey struct {
	node   int
	side   side
	bundle *bundle
}

// piece is a part of a line. A turn bends from lying to standing at its middle
// point; a sway goes from standing to standing.
type piece struct {
	kind     pieceKind
	from, by Point
	to       Point
	lane     *lane // it runs along this lane
}

type pieceKind int

const (
	straight pieceKind = iota
	turn
	sway
)

func (p piece) reversed() piece {
	p.from, p.to = p.to, p.from
	return p
}

// line is what one look draws: chains of pieces, each a stroke.
type line struct {
	look    look
	strokes [][]piece
}

// mark is a small sign on a line: the head of an arrow, or what rivals have between them.
type mark struct {
	kind markKind
	at   Point
	side side // on which side of the box the head stands
	look look
}

type markKind int

const (
	head markKind = iota
	hollow
	cross
	versus
)

// ends are the sides of two boxes that a way uses.
func (s *sheet) ends(w *way) (top, bottom side) {
	x, y := &s.boxes[w.top], &s.boxes[w.bottom]
	if w.aside {
		return onRight, onLeft
	}
	if x.Layer == y.Layer { // only rivals are
		return s.facing(x, w), s.facing(y, w)
	}
	top, bottom = onBottom, onTop
	if s.covered(x, true) {
		top = s.facing(x, w)
	}
	if s.covered(y, false) {
		bottom = s.facing(y, w)
	}
	return top, bottom
}

// facing is the side of a box at which its own layer's lane of the way lies.
func (s *sheet) facing(x *Box, w *way) side {
	for _, l := range w.lanes {
		if l.layer == x.Layer && l.channel <= x.col {
			return onLeft
		}
	}
	return onRight
}

// setPorts spreads what meets a box over the side where it does, in the order
// of where it comes from.
func (s *sheet) setPorts() {
	type place struct {
		key  portKey
		from int
	}
	bySide := map[[2]int][]place{}
	s.ports = map[portKey]int{}
	add := func(n int, sd side, b *bundle, from int) {
		key := portKey{n, sd, b}
		if _, ok := s.ports[key]; !ok {
			s.ports[key] = 0
			bySide[[2]int{n, int(sd)}] = append(bySide[[2]int{n, int(sd)}], place{key, from})
		}
	}
	for _, b := range s.bundles {
		for _, w := range b.ways {
			top, bottom := s.ends(w)
			add(w.top, top, b, s.aim(b, w, w.bottom, true))
			add(w.bottom, bottom, b, s.aim(b, w, w.top, false))
		}
	}
	for at, places := range bySide { // each side by itself: the order of the map says nothing
		box := &s.boxes[at[0]]
		slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.from, b.from) })
		middle, room, step := box.X+box.W/2, box.W-24, 14
		if side(at[1]) >= onLeft {
			middle, room, step = box.Y+box.H/2, box.H-20, 9
		}
		n := len(places)
		if n > 1 {
			step = min(step, max(1, room/(n-1)))
		}
		for i, p := range places {
			s.ports[p.key] = middle + min(max((2*i-(n-1))*step/2, -room/2), room/2)
		}
	}
}

// aim is from where a way comes to its end: the lane beside that end, or the other node.
func (s *sheet) aim(b *bundle, w *way, other int, fromTop bool) int {
	own := s.boxes[w.bottom].Layer
	if fromTop {
		own = s.boxes[w.top].Layer
	}
	best, near := s.boxes[other].X+s.boxes[other].W/2, 1<<30
	for _, l := range w.lanes {
		if d := abs(l.layer - own); d > 0 && d < near {
			best, near = s.laneX(b, l), d
		}
	}
	return best
}

func (s *sheet) port(n int, sd side, b *bundle) Point {
	box, at := &s.boxes[n], s.ports[portKey{n, sd, b}]
	switch sd {
	case onTop:
		return Point{at, box.Y}
	case onBottom:
		return Point{at, box.Y + box.H}
	case onLeft:
		return Point{box.X, at}
	default:
		return Point{box.X + box.W, at}
	}
}

// trace is the way of an edge from its source down, piece by piece.
func (s *sheet) trace(b *bundle, w *way) []piece {
	topSide, bottomSide := s.ends(w)
	at, end := s.port(w.top, topSide, b), s.port(w.bottom, bottomSide, b)
	if w.aside {
		return []piece{{kind: straight, from: at, to: end}}
	}
	lanes := slices.Clone(w.lanes)
	slices.SortFunc(lanes, func(a, b lane) int { return a.layer - b.layer })
	var out []piece
	to := func(kind pieceKind, p Point, l *lane) {
		if p != at || l != nil {
			out = append(out, piece{kind: kind, from: at, to: p, lane: l})
		}
		at = p
	}
	if topSide == onBottom {
		to(straight, Point{at.X, s.blocks[s.boxes[w.top].Layer].bottom}, nil)
	}
	for i, l := range lanes {
		x := s.laneX(b, l)
		if i == 0 && topSide >= onLeft {
			corner := Point{x, at.Y}
			out = append(out, piece{kind: turn, from: at, by: corner, to: Point{x, at.Y + bend(at.X, x)}})
			at = out[len(out)-1].to
		} else {
			to(sway, Point{x, s.blocks[l.layer].top}, nil)
		}
		if i == len(lanes)-1 && bottomSide >= onLeft {
			r := min(bend(end.X, x), max(0, end.Y-at.Y))
			to(straight, Point{x, end.Y - r}, &lanes[i])
			out = append(out, piece{kind: turn, from: at, by: Point{x, end.Y}, to: end})
			return out
		}
		to(straight, Point{x, s.blocks[l.layer].bottom}, &lanes[i])
	}
	to(sway, Point{end.X, s.blocks[s.boxes[w.bottom].Layer].top}, nil)
	to(straight, end, nil)
	return out
}

func bend(a, b int) int { return min(9, abs(a-b)) }

// draw traces all ways. What an earlier way of the bundle has drawn is not drawn again.
func (s *sheet) draw() Placed {
	p := Placed{Width: s.width, Height: s.bottom, graph: s.graph, opts: s.opts}
	byLook := map[look]int{}
	seen := map[mark]bool{}
	for _, b := range s.bundles {
		i, ok := byLook[b.look]
		if !ok {
			i = len(p.lines)
			byLook[b.look] = i
			p.lines = append(p.lines, line{look: b.look})
		}
		done := map[lane]bool{}
		traces := map[*way][]piece{}
		for _, w := range b.ways {
			traces[w] = s.trace(b, w)
		}
		// The farthest first: the others join its line.
		slices.SortStableFunc(b.ways, func(v, w *way) int {
			return cmp.Compare(b.reach(w, traces[w]), b.reach(v, traces[v]))
		})
		for _, w := range b.ways {
			pieces := traces[w]
			if m := s.mark(b, w, pieces); !seen[m] {
				seen[m] = true
				p.marks = append(p.marks, m)
			}
			if w.edge >= 0 {
				p.Routes = append(p.Routes, s.route(w, pieces))
			}
			p.lines[i].strokes = append(p.lines[i].strokes, unseen(pieces, b.hub == w.bottom, done))
		}
	}
	p.Boxes = slices.Clone(s.boxes)
	slices.SortFunc(p.Boxes, func(a, b Box) int {
		return cmp.Or(cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X))
	})
	slices.SortFunc(p.lines, func(a, b line) int { return a.look.compare(b.look) })
	return p
}

// reach is how far from the hub a way begins to run between columns.
func (b *bundle) reach(w *way, pieces []piece) int {
	first, last := pieces[0], pieces[len(pieces)-1]
	switch down := b.hub == w.bottom; {
	case down && first.kind == turn:
		return -first.to.Y
	case down:
		return -first.from.Y
	case last.kind == turn:
		return last.from.Y
	default:
		return last.to.Y
	}
}

// unseen is the part of a way, from its leaf, up to where it joins what is drawn.
func unseen(pieces []piece, down bool, done map[lane]bool) []piece {
	pieces = slices.Clone(pieces)
	if !down {
		slices.Reverse(pieces)
		for i := range pieces {
			pieces[i] = pieces[i].reversed()
		}
	}
	for i, p := range pieces {
		if p.lane == nil {
			continue
		}
		if done[*p.lane] {
			return pieces[:i]
		}
		done[*p.lane] = true
	}
	return pieces
}

func (s *sheet) route(w *way, pieces []piece) Route {
	e := s.graph.edges[w.edge]
	r := Route{From: e.From, To: e.To, Points: []Point{pieces[0].from}}
	for _, p := range pieces {
		if p.kind == turn {
			r.Points = append(r.Points, p.by)
		}
		r.Points = append(r.Points, p.to)
	}
	return r
}

func (s *sheet) mark(b *bundle, w *way, pieces []piece) mark {
	if b.look.rivals {
		middle := pieces[len(pieces)/2]
		at := Point{(middle.from.X + middle.to.X) / 2, (middle.from.Y + middle.to.Y) / 2}
		return mark{kind: versus, at: at, look: b.look}
	}
	_, sd := s.ends(w)
	m := mark{kind: head, at: pieces[len(pieces)-1].to, side: sd, look: b.look}
	switch e := s.graph.edges[w.edge]; {
	case e.Conflict:
		m.kind = cross
	case e.Unapproved:
		m.kind = hollow
	}
	return m
}
