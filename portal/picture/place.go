package picture

// Sizes, in pixels of the picture.
const (
	edgeMargin = 10  // left and right of everything, at least
	gutterMin  = 26  // between columns, at least
	laneStep   = 6   // between two lines side by side
	lanesMax   = 120 // what the lines between two columns may take
	boxMax     = 244
	boxMin     = 112
	rowGap     = 12
	layerGap   = 34
	slantGap   = 22 // more of it where a line goes far to the side
	columnMin  = 165
)

// Placed is a graph with every place decided. Boxes come in the order in which
// a keyboard reaches them: by row, from the left.
type Placed struct {
	Width, Height int
	Boxes         []Box
	Routes        []Route

	graph *graph
	opts  Options
	lines []line
	marks []mark
}

// Box is the place of a node, in pixels from the upper left corner.
type Box struct {
	ID         string
	X, Y, W, H int
	// Layer counts from the top; derivatives lie on later ones than their sources.
	Layer int

	node, row, col int
	face           face
}

// Route is the way of an edge, from its source's box down to its derivative's.
type Route struct {
	From, To string
	Points   []Point
}

// Point is a place in the picture.
type Point struct{ X, Y int }

// Layout decides where everything goes: sources above, derivatives below. It
// wraps a layer into rows where the width does not hold it side by side.
// Its time is bounded by the bounds of a graph.
func Layout(g Graph, o Options) (Placed, error) {
	c, err := check(g)
	if err != nil {
		return Placed{}, err
	}
	layers := c.layers()
	c.order(layers)
	o = o.withDefaults()
	s := newSheet(c, c.isolate(layers, o.columns()), o)
	s.bundle()
	s.pick()
	s.setColumns()
	s.setRows()
	s.setPorts()
	return s.draw(), nil
}

// sheet is the paper on which a graph is being placed.
type sheet struct {
	graph   *graph
	opts    Options
	width   int
	blocks  []block
	boxes   []Box // by node
	columns map[int]*columns
	bundles []*bundle
	ports   map[portKey]int
	bottom  int
}

// block is a layer, wrapped into rows of the same columns. Nodes go down one
// column, then down the next, so that neighbours in order stay neighbours.
type block struct {
	cols, rows  int
	cells       [][]int // by row and column: the node or -1
	top, bottom int
}

// columns are the places of columns and of the lines between them, the same
// for all blocks with as many columns.
type columns struct {
	count, w, left, gutter, margin int
	tracks                         []int // by channel: lines side by side
}

func newSheet(c *graph, layers [][]int, o Options) *sheet {
	s := &sheet{graph: c, opts: o, width: o.Width, columns: map[int]*columns{}, boxes: make([]Box, len(c.nodes))}
	most, middle := o.columns(), 0
	for l, nodes := range layers {
		for _, n := range nodes {
			if n == c.focus {
				middle = l
			}
		}
	}
	for l, nodes := range layers {
		b := block{cols: min(most, len(nodes))}
		b.rows = (len(nodes) + b.cols - 1) / b.cols
		for range b.rows {
			row := make([]int, b.cols)
			for i := range row {
				row[i] = -1
			}
			b.cells = append(b.cells, row)
		}
		s.fill(&b, l, nodes, l < middle)
		s.blocks = append(s.blocks, b)
		if s.columns[b.cols] == nil {
			s.columns[b.cols] = &columns{count: b.cols, tracks: make([]int, b.cols+1)}
		}
	}
	for _, k := range s.columns {
		k.set(s.width)
	}
	return s
}

// fill puts nodes into cells. What does not fill all columns leaves the gap on
// the side away from the middle: on top of sources, below derivatives.
func (s *sheet) fill(b *block, layer int, nodes []int, above bool) {
	full := len(nodes) - b.cols*(b.rows-1) // columns with a node in every row
	i := 0
	for col := range b.cols {
		first, last := 0, b.rows
		if col >= full {
			if above {
				first = 1
			} else {
				last--
			}
		}
		for row := first; row < last; row++ {
			n := nodes[i]
			b.cells[row][col] = n
			s.boxes[n] = Box{ID: s.graph.nodes[n].ID, Layer: layer, node: n, row: row, col: col}
			i++
		}
	}
}

// set derives all places from the width and from the lines side by side.
func (k *columns) set(width int) {
	k.gutter, k.margin = gutterMin, edgeMargin
	for ch, n := range k.tracks {
		room := min(2*8+laneStep*(n-1), lanesMax)
		if ch > 0 && ch < k.count {
			k.gutter = max(k.gutter, room)
		} else if n > 0 {
			k.margin = max(k.margin, room)
		}
	}
	k.w = min(boxMax, max(boxMin, (width-2*k.margin-(k.count-1)*k.gutter)/k.count))
	k.left = (width - k.count*k.w - (k.count-1)*k.gutter) / 2
}

func (k *columns) need() int {
	return k.count*k.w + (k.count-1)*k.gutter + 2*k.margin
}

func (k *columns) x(col int) int { return k.left + col*(k.w+k.gutter) }

func (k *columns) center(col int) int { return k.x(col) + k.w/2 }

// middle is the middle of a channel; of an outer one, that of its part beside the boxes.
func (k *columns) middle(ch int) int {
	switch ch {
	case 0:
		return k.left - k.margin/2
	case k.count:
		return k.x(k.count-1) + k.w + k.margin/2
	default:
		return k.x(ch) - k.gutter/2
	}
}

// lane is the place of a track within a channel. The longest lines have the
// lowest tracks and lie outermost. Where there is no room for all, the last share one.
func (k *columns) lane(ch, track int) int {
	n := k.tracks[ch]
	room := k.gutter
	if ch == 0 || ch == k.count {
		room = k.margin
	}
	step := laneStep
	if n > 1 {
		step = min(laneStep, max(1, (room-10)/(n-1)))
	}
	wide := min((n-1)*step, room-8)
	at := min(track*step, wide)
	if ch == k.count {
		at = wide - at
	}
	return k.middle(ch) - wide/2 + at
}

// setColumns gives all boxes their place from left to right. A graph with very
// many lines side by side makes the whole picture wider.
func (s *sheet) setColumns() {
	for _, k := range s.columns {
		k.set(s.width)
	}
	for _, k := range s.columns { // a maximum: the order of the map says nothing
		s.width = max(s.width, k.need())
	}
	for _, k := range s.columns {
		k.set(s.width)
	}
	for n := range s.boxes {
		b := &s.boxes[n]
		k := s.columns[s.blocks[b.Layer].cols]
		b.X, b.W = k.x(b.col), k.w
	}
}

// setRows writes the faces of all boxes and gives them their place from top to bottom.
func (s *sheet) setRows() {
	y := edgeMargin
	for l := range s.blocks {
		b := &s.blocks[l]
		if l > 0 {
			y += s.gapAbove(l)
		}
		b.top = y
		for r, row := range b.cells {
			if r > 0 {
				y += rowGap
			}
			high := 0
			for _, n := range row {
				if n >= 0 {
					s.boxes[n].face = s.face(n, s.boxes[n].W)
					high = max(high, s.boxes[n].face.height())
				}
			}
			for _, n := range row {
				if n >= 0 {
					s.boxes[n].Y, s.boxes[n].H = y, high
				}
			}
			y += high
		}
		b.bottom = y
	}
	s.bottom = y + edgeMargin
}

// gapAbove is the room between a layer and the one above it: more where a line
// goes to the side there.
func (s *sheet) gapAbove(l int) int {
	above, below := s.blocks[l-1], s.blocks[l]
	if above.cols == 1 && below.cols == 1 {
		return layerGap
	}
	return layerGap + slantGap
}

// covered says whether a box stands between this one and the end of its layer.
func (s *sheet) covered(b *Box, down bool) bool {
	cells := s.blocks[b.Layer].cells
	if down {
		return b.row+1 < len(cells) && cells[b.row+1][b.col] >= 0
	}
	return b.row > 0 && cells[b.row-1][b.col] >= 0
}
