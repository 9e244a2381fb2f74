package picture

import (
	"slices"
	"strconv"
	"strings"
)

// part is where an edge lies: above the work in the middle, below it, or neither.
type part int

const (
	above part = iota
	below
	aside
)

// parts says of each edge where it lies.
func (c *graph) parts() []part {
	up, down := make([]bool, len(c.nodes)), make([]bool, len(c.nodes))
	up[c.focus], down[c.focus] = true, true
	for _, n := range slices.Backward(c.topo) {
		for _, e := range c.derived[n] {
			up[n] = up[n] || up[c.edges[e].from]
		}
	}
	for _, n := range c.topo {
		for _, e := range c.sources[n] {
			down[n] = down[n] || down[c.edges[e].to]
		}
	}
	out := make([]part, len(c.edges))
	for i, e := range c.edges {
		switch {
		case up[e.from]:
			out[i] = above
		case down[e.to]:
			out[i] = below
		default:
			out[i] = aside
		}
	}
	return out
}

// tally is how many edges have a look.
type tally struct {
	look look
	n    int
}

func (c *graph) tallies(where part) []tally {
	var out []tally
	for i, p := range c.parts() {
		if p != where {
			continue
		}
		l := lookOf(c.edges[i])
		if at := slices.IndexFunc(out, func(t tally) bool { return t.look == l }); at >= 0 {
			out[at].n++
		} else {
			out = append(out, tally{l, 1})
		}
	}
	slices.SortFunc(out, func(a, b tally) int { return a.look.compare(b.look) })
	return out
}

func (l look) words(w Words) string {
	s := w.role(l.role)
	if l.contested {
		s += ", " + w.Contested
	}
	if l.unapproved {
		s += ", " + w.Unapproved
	}
	return s
}

// describe says the picture in a few words: how to read it, then counts by role.
func (p *Placed) describe() string {
	w := p.opts.Words
	out := []string{w.Reading}
	for _, g := range p.groups() {
		var counts []string
		for _, t := range p.graph.tallies(g.part) {
			counts = append(counts, t.look.words(w)+" "+strconv.Itoa(t.n))
		}
		if len(counts) > 0 {
			out = append(out, g.word+": "+strings.Join(counts, "; ")+".")
		}
	}
	if n := len(p.graph.rivals); n > 0 {
		out = append(out, w.Rivals+": "+strconv.Itoa(n)+".")
	}
	return strings.Join(out, " ")
}

type group struct {
	part part
	word string
}

func (p *Placed) groups() []group {
	w := p.opts.Words
	return []group{{above, w.MadeOf}, {below, w.UsedIn}, {aside, w.Also}}
}

// legend writes what the lines mean and how many there are of each.
func (p *Placed) legend(w *writer) {
	if len(p.graph.edges)+len(p.graph.rivals) == 0 {
		return
	}
	w.raw(`<figcaption><ul class="pic-legend">`)
	for _, g := range p.groups() {
		all := p.graph.tallies(g.part)
		if len(all) == 0 {
			continue
		}
		w.raw(`<li>`)
		w.text(g.word)
		w.raw(` <ul>`)
		for _, t := range all {
			w.key(t.look)
			w.text(t.look.words(p.opts.Words))
			w.raw(` <b>`, t.n, `</b></li> `)
		}
		w.raw(`</ul></li>`)
	}
	if n := len(p.graph.rivals); n > 0 {
		w.raw(`<li><ul>`)
		w.key(look{rivals: true})
		w.text(p.opts.Words.Rivals)
		w.raw(` <b>`, n, `</b></li></ul></li>`)
	}
	w.raw(`</ul></figcaption>`)
}

// key writes the start of a legend's entry: a sample of the line.
func (w *writer) key(l look) {
	w.raw(`<li><svg class="pic-key" width="34" height="18" aria-hidden="true"><path class="`, l.class("e"), `" d="M0 9h`)
	m := mark{at: Point{34, 9}, side: onLeft, look: l}
	class := l.class("h")
	switch {
	case l.rivals:
		m.kind, m.at, class = versus, Point{17, 9}, "v"
	case l.contested:
		m.kind, class = cross, "hc"
	case l.unapproved:
		m.kind, class = hollow, "hu"
	}
	w.raw(30, `"/><path class="`, class, `" d="`)
	w.mark(m)
	w.raw(`"/></svg>`)
}
